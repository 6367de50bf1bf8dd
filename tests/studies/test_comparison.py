"""The same cases by every instrument: what is covered, to whom it applies, and what answers elsewhere settle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dvstudy import instruments, language, scoring, studies
from dvstudy.cohort import Cohort
from dvstudy.errors import Refused
from dvstudy.instruments import load, unify
from dvstudy.render.gate import gate
from dvstudy.render.show import show
from dvstudy.render.show_library import show_case_comparison
from dvstudy.result import label_of
from dvstudy.studies.borrowed import Filled, borrow, covered
from dvstudy.studies.comparison import applies_to
from dvstudy.studies.run import StudyRun

PAIRS = [("order146", "social_risk_sheet"), ("social_risk_sheet", "order146"), ("order146", "danger_assessment"),
         ("danger_assessment", "order146"), ("danger_assessment", "social_risk_sheet")]  # fmt: skip


@pytest.fixture(scope="module")
def run(runs: dict[str, StudyRun]) -> StudyRun:
    return runs["comparison"]


def both(first: str, second: str, n: int = 1500) -> tuple[Filled, pd.DataFrame, list[str]]:
    """Random cases answered on a united form: the first form, the second one, and items that both ask once."""
    one = unify(load(first), load(second))
    draw = np.random.default_rng(7)
    columns = {}
    for item in one.instrument.item_ids:
        chosen = one.instrument.answer_set(item)
        columns[item] = draw.choice([*chosen.codes, *chosen.missing[:2]], n)
    answers = scoring.as_answers(pd.DataFrame(columns), one.instrument)
    split = one.split(answers)
    shared = [i.id for q in one.questions.questions if len(q.asked) > 1 for f, i in q.asked if f.id == second]
    return Filled(load(first), split[first].astype("str")), split[second], shared


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_borrowed_answer_is_the_one_that_the_other_form_would_have_held(first: str, second: str) -> None:
    filled, true, shared = both(first, second)
    found = borrow(load(second), {first: filled}, true.index)
    settled = 0
    for item in shared:
        given, wanted = found[item].astype("str"), true[item].astype("str")
        known = given.isin(["yes", "no"])
        assert (given[known] == wanted[known]).all(), item
        settled += int(known.sum())
    assert settled > len(true)


@pytest.mark.parametrize(("first", "second"), [PAIRS[0], PAIRS[1]])
def test_what_borrowed_answers_settle_is_what_the_form_decides(first: str, second: str) -> None:
    filled, true, _ = both(first, second)
    instrument = load(second)
    certainty = scoring.score(borrow(instrument, {first: filled}, true.index), instrument)["certainty"]
    full = scoring.score(true, instrument)["certainty"]
    assert (full[certainty == "certain"] == "certain").all() and (certainty == "certain").any()
    assert not (full[certainty == "cannot_be"] == "certain").any()


@pytest.mark.parametrize(
    ("source", "target", "yes", "no"),
    [
        ("now", "last_year", "yes", "not_asked"), ("last_year", "now", "not_asked", "no"),
        ("ever", "last_year", "not_asked", "no"), ("last_year", "ever", "yes", "not_asked"),
        ("unstated", "ever", "yes", "no"), ("now", "now", "yes", "no"),
    ],
)  # fmt: skip
def test_an_answer_settles_another_only_in_the_direction_of_time(source: str, target: str, yes: str, no: str) -> None:
    asked = [_timed(load("order146"), "q03", time) for time in (source, target)]
    given = pd.DataFrame({i: ["yes", "no", "refused"] for i in asked[0].item_ids}, index=["a", "b", "c"])
    found = borrow(asked[1], {"order146": Filled(asked[0], given)}, given.index)
    assert found["q03"].astype("str").tolist() == [yes, no, "not_asked"]


def test_a_yes_by_anybody_stands_before_a_no() -> None:
    forms = {
        name: Filled(load(name), pd.DataFrame({i: [a] for i in load(name).item_ids}, index=["case"]))
        for name, a in (("order146", "yes"), ("social_risk_sheet", "no"))
    }
    found = borrow(load("lap"), forms, pd.Index(["case"]))
    weapon = next(i.id for i in load("lap").items if i.construct_id == "weapon_used")
    assert found[weapon].tolist() == ["yes"]


def test_a_form_is_applied_only_to_whom_it_is_meant_for() -> None:
    cases = pd.DataFrame(
        {"relation": ["spouse", "parent", None, "partner"], "victim": ["woman", "woman", "woman", "man"]},
        index=list("abcd"),
    )
    form = load("danger_assessment")
    free = form.model_copy(update={"applicability": form.applicability.model_copy(update={"requires": ()})})
    asked = applies_to(free, cases).tolist()
    assert asked == ["applies", "does_not_apply", "cannot_be_checked", "does_not_apply"]
    assert form.applicability.requires
    assert applies_to(form, cases).tolist()[0] == "cannot_be_checked"
    assert set(applies_to(free, cases[["victim"]])) == {"cannot_be_checked", "does_not_apply"}
    assert set(applies_to(load("dvsi_r"), cases[[]])) == {"applies"}


def test_coverage_is_counted_by_topic(tutorial: Cohort, run: StudyRun) -> None:
    found = run.results["compare_forms"]
    topics = {i.construct_id for name in tutorial.answers for i in load(name).items}
    asked = [i for i in load("lap").items if instruments.construct(load("lap"), i.id).domain != "assessor"]
    share = sum(i.construct_id in topics for i in asked) / len(asked)
    assert found.row("topics_covered", "lap")["estimate"] == share
    assert found.row("topics_covered", "da_le")["estimate"] == 0
    assert found.row("topics_covered", "order146")["estimate"] == 1
    forms = tutorial.assessments.query("instrument == 'sara_v2'")["case_id"].nunique()
    assert found.row("forms", "sara_v2")["estimate"] == forms
    assert found.row("requirements", "sara_v2")["estimate"] == len(load("sara_v2").applicability.requires)
    assert covered(load("lap"), {}) == 0


def test_decisions_are_those_of_the_forms_counted_by_hand(tutorial: Cohort, run: StudyRun) -> None:
    police = tutorial.rated("order146", "police_officer")
    police = police[~police["case_id"].duplicated()]
    scored = scoring.score(tutorial.answers["order146"].loc[police.index], load("order146"))
    row = run.results["compare_decisions_order146"].row("decided_positive")
    assert row["count"] == (scored["decision"] == "imminent").sum()
    assert row["n"] == len(scored) and row["conf_low"] < row["estimate"] < row["conf_high"]
    assert row["clusters"] > 1


def test_a_pair_agrees_as_in_the_study_of_agreement(runs: dict[str, StudyRun], run: StudyRun) -> None:
    pair = run.results["compare_agreement"]
    known = runs["agreement"].results["decision_sheet"]
    for term in ("percent_agreement", "kappa", "ac1"):
        mine, theirs = pair.row(term, "order146+social_risk_sheet"), known.row(term)
        assert mine["n"] == theirs["n"]
        assert mine["estimate"] == pytest.approx(theirs["estimate"], rel=1e-12)


@pytest.mark.parametrize("code", language.languages())
def test_every_section_is_shown_in_words(run: StudyRun, code: str) -> None:
    for section in run.sections:
        page = show(run, section.key, code).html
        assert language.text(f"section.{section.key}", code) in page
        for name in ("order146", "danger_assessment", "decided_", "positive_", "topics_covered"):
            assert f">{name}" not in page
    levels = show(run, "comparison.decisions", code).html
    assert load("social_risk_sheet").labels["none"][code] in levels


def test_a_team_sees_what_rests_on_enough_people(tutorial: Cohort) -> None:
    """Facts about forms are shown whole; of shares only small cells are hidden, and no word of a code."""
    run = gate(studies.compare(replace(tutorial, recipe=None, truth={})))
    assert not run.synthetic
    things = run.results["compare_forms"].table
    assert not things.loc[things["term"].isin(["questions", "topics_covered", "requirements"]), "suppressed"].any()
    applies = [r for name, r in run.results.items() if name.startswith("compare_applies_")]
    assert applies and not any(r.table["suppressed"].any() for r in applies)
    assert not run.results["compare_settled_lap"].table["suppressed"].any()
    for result in (r for r in run.results.values() if "count" in r.table):
        known = result.table.dropna(subset=["count"])
        assert (known["count"] >= 10).all() and (known["n"] - known["count"] >= 10).all(), result.name


def test_limits_are_those_of_the_cases_counted_by_hand(tutorial: Cohort, run: StudyRun) -> None:
    couples = tutorial.cases["relation"].isin(["spouse", "partner"]) & (tutorial.cases["victim"] == "woman")
    row = run.results["compare_applies_da5"].row("does_not_apply")
    assert (row["count"], row["n"]) == ((~couples).sum(), len(couples))
    assert "compare_applies_dash_24" not in run.results, "no limit, nothing to count"


def test_words_of_a_group_of_forms() -> None:
    pair = label_of("group", "order146+lap", {}, "ro")
    assert pair == f"{load('order146').short_title['ro']} / {load('lap').short_title['ro']}"
    assert label_of("group", "order146+nobody", {}, "ro") == "order146+nobody"


@pytest.mark.parametrize("code", language.languages())
def test_one_made_up_case_by_every_instrument(code: str) -> None:
    form = load("order146")
    case = scoring.example_case(form, form.examples[1].name)
    found = studies.compare_case(case, form, about={"relation": "parent", "victim": "woman"})
    assert found.index[0] == "order146" and found.loc["order146", "decision"] == "imminent"
    assert found.loc["order146", ["covered", "answered"]].tolist() == [1, 1]
    assert found.loc["danger_assessment", "applies"] == "does_not_apply"
    assert found.loc["danger_assessment", "level_high"] == ""
    page = show_case_comparison(found, code).html
    assert form.short_title[code] in page and "not_high" not in page


def test_no_instrument_is_compared_on_a_real_person(tutorial: Cohort) -> None:
    form = load("order146")
    row = tutorial.answers["order146"].index[0]
    assert tutorial.case(row, "order146").synthetic
    studies.compare_case(tutorial.case(row, "order146"), form)
    real = replace(tutorial, recipe=None).case(row, "order146")
    with pytest.raises(Refused) as caught:
        studies.compare_case(real, form)
    assert caught.value.code == "explain_real_case"


def _timed(form: instruments.Instrument, item: str, time: str) -> instruments.Instrument:
    items = tuple(i.model_copy(update={"time": time}) if i.id == item else i for i in form.items)
    fields = {name: getattr(form, name) for name in type(form).model_fields}
    return instruments.Instrument(**{**fields, "items": items})
