"""The generator's own counting against the package's scoring, on the answers as written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dvstudy import instruments, scoring
from dvstudy.cohort import Cohort
from dvstudy.cohorts import assessments, chain, forms
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.record import reasons


@pytest.mark.parametrize("name", ["order146", "social_risk_sheet", "danger_assessment"])
def test_scores_and_levels_equal_the_packages_scoring(large: Observation, name: str) -> None:
    scene = large.population.scene
    contact = chain.outside(scene, "advocate")
    form = forms.filled(scene, name, contact)
    rows = np.arange(4000)
    codes = assessments.yes_no_codes(form, reasons(scene, contact, form.instrument, form.record), rows)
    definition = instruments.load(name)
    scored = scoring.score(assessments.answer_frame(definition, codes, np.arange(4000).astype(str)), definition)
    for score, values in form.scores.items():
        assert (scored[score].to_numpy() == values[rows]).all(), score
    assert (scored["level"].cat.codes.to_numpy() == form.level[rows]).all()
    if definition.decision is not None:
        assert ((scored["decision"] == definition.decision.positive).to_numpy() == form.positive[rows]).all()


def test_every_kind_of_form_is_there_and_by_whom(tutorial: Cohort) -> None:
    found = set(tutorial.assessments.groupby(["instrument", "rater_role"], observed=True).groups)
    assert found == {
        ("order146", "police_officer"),
        ("order146", "joint_team"),
        ("order146", "social_worker"),
        ("social_risk_sheet", "social_worker"),
        ("danger_assessment", "advocate"),
        ("sara_v2", "trained_assessor"),
    }


def test_one_police_form_a_case_and_the_joint_team_only_with_the_unified_form(tutorial: Cohort) -> None:
    rated = tutorial.rated("order146")
    first = rated[rated["rater_role"] != "social_worker"]
    assert not first["case_id"].duplicated().any()
    assert len(first) / len(tutorial.cases) == pytest.approx(0.98, abs=0.011)
    assert ((first["rater_role"] == "joint_team") == (first["arm"] == "unified")).all()
    assert ((first["mode"] == "joint") == (first["arm"] == "unified")).all()
    second = rated[rated["rater_role"] == "social_worker"]
    assert (second["arm"] == "usual").all()
    assert len(second) / (first["arm"] == "usual").sum() == pytest.approx(0.35, abs=0.05)
    assert set(second["case_id"]) <= set(first["case_id"])


def test_partner_instruments_are_used_in_partner_cases_only(tutorial: Cohort) -> None:
    danger, sara = tutorial.rated("danger_assessment"), tutorial.rated("sara_v2")
    assert danger["relation"].isin(["spouse", "partner"]).all() and (danger["victim"] == "woman").all()
    assert sara["relation"].isin(["spouse", "partner"]).all()
    women = tutorial.cases["relation"].isin(["spouse", "partner"]) & (tutorial.cases["victim"] == "woman")
    assert len(danger) == women.sum()


def test_a_separate_sheet_where_the_assessment_was_repeated(tutorial: Cohort) -> None:
    sheets = tutorial.rated("social_risk_sheet")
    assert sheets["duplicate_assessment"].all()
    assert len(sheets) == tutorial.cases["duplicate_assessment"].sum()


def test_no_rater_ticks_answers_that_exclude_each_other(tutorial: Cohort) -> None:
    answers = tutorial.answers["danger_assessment"]
    scored = scoring.score(answers, tutorial.instrument("danger_assessment"))
    assert (scored["n_contradictions"] == 0).all()
    parent, follow = answers["q05"] == "yes", answers["q05a"]
    assert (follow[~parent] == "not_applicable").all()
    assert (follow[parent] != "not_applicable").all()


def test_structured_judgement_rates_and_omits(tutorial: Cohort) -> None:
    answers = tutorial.answers["sara_v2"]
    flat = answers[[f"q{k:02d}" for k in range(1, 21)]].astype(str).to_numpy()
    assert set(np.unique(flat)) == {"absent", "partial", "present", "omitted"}
    assert (answers["rating_partner"].cat.codes >= answers["rating_others"].cat.codes).all()
    scored = scoring.score(answers, tutorial.instrument("sara_v2"))
    assert 3 < scored["research_sum"].mean() < 8
    means = scored.groupby(answers["rating_partner"].astype(str))["research_sum"].mean()
    assert means["low"] < means["moderate"] < means["high"]


def test_routes_to_imminent_risk_are_those_of_the_prototype(large: Observation) -> None:
    form, made = large.population.usual.form, large.population.filled
    a, b = form.scores["section_a"][made], form.scores["section_b"][made]
    met = (a >= 2) | (b >= 6)
    routes = [((a >= 2) & (b < 6)).sum(), ((a < 2) & (b >= 6)).sum(), ((a >= 2) & (b >= 6)).sum()]
    assert np.array(routes) / met.sum() == pytest.approx([0.69, 0.11, 0.20], abs=0.03)
    assert a.mean() == pytest.approx(0.73, abs=0.05)
    assert b.mean() == pytest.approx(2.26, abs=0.25)


def test_reasons_for_missing_are_written_as_such(tutorial: Cohort) -> None:
    answers: Any = tutorial.answers["order146"].astype(str).to_numpy()
    assert set(np.unique(answers)) == {"no", "yes", "does_not_know", "refused", "not_asked"}


def _kappa(first: Any, second: Any) -> float:
    expected = first.mean() * second.mean() + (1 - first.mean()) * (1 - second.mean())
    return float(((first == second).mean() - expected) / (1 - expected))


def test_instruments_and_professions_agree_as_in_the_prototype(large: Observation) -> None:
    scene, made = large.population.scene, large.population.filled
    rule = large.population.usual.form.positive
    contact = chain.police(scene)
    draws = scene.streams.uniform("another officer", scene.people.n)
    other = scene.places.crews["police_officer"].at(scene.people.station, draws)
    second = forms.filled(scene, "order146", replace(contact, name="another", rater=other))
    sheet = forms.filled(scene, "social_risk_sheet", chain.social(scene)).positive
    danger = forms.filled(scene, "danger_assessment", chain.outside(scene, "advocate"))
    couple = made & scene.people.couple
    assert _kappa(rule[made], second.positive[made]) == pytest.approx(0.55, abs=0.05)
    assert _kappa(rule[made], sheet[made]) == pytest.approx(0.41, abs=0.05)
    assert _kappa(rule[couple], danger.level[couple] >= 1) == pytest.approx(0.396, abs=0.05)
    assert sheet[made].mean() == pytest.approx(0.33, abs=0.04)
    levels = np.bincount(danger.level[couple]) / couple.sum()
    assert levels == pytest.approx([0.768, 0.178, 0.037, 0.018], abs=0.02)
