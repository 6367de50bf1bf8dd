"""Each mechanism that the base recipe leaves off, switched on alone: what it does is what its parameter says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit

from dvstudy.cohorts import chain, forms
from dvstudy.cohorts.facts import fact_class
from dvstudy.cohorts.judgement import PRESENT, _graded
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.record import Contact, Record, Scene, fill

_LEVELS = ("visible", "threat", "coercive", "sexual", "substance", "history", "context")


@pytest.fixture(scope="module")
def quiet(large: Observation, changed: Any) -> Scene:
    """Raters all alike, no halo, no misreading, and a victim who tells as much as any other."""
    scene = changed(
        large.population.scene, "record", contact_sd=0.0, assess_sd=0.0, halo={"injury_now": 0.0, "prior_any": 0.0}
    )
    same = {"sd_factor": 0.0, "general_sd": 0.0, "county": 0.0, "training": 0.0, "construal": 0.0}
    for kind in ("police_officer", "social_worker"):
        scene = changed(
            scene, f"raters.{kind}", **same, construal_trained=0.0, tick_shift=0.0, shift=0.0, disclosure_gain=0.0,
            rural_shift=0.0, per_day=0.0, reconciled_shift=0.0,
        )  # fmt: skip
    people = replace(scene.people, disclosure=np.zeros(scene.people.n), strategic=np.zeros(scene.people.n, bool))
    return replace(scene, people=people)


def _rates(scene: Scene, contact: Contact, fact: str, among: Any) -> tuple[float, float, int, int]:
    """Recorded when true and when absent, in couples of a group; and how many there are of each."""
    asked = {**scene.settings.items, "order146": {"a": [fact]}}
    scene = replace(scene, settings=scene.settings.model_copy(update={"items": asked}))
    record = fill(scene, contact, "order146")
    here = among & scene.people.couple & ~record.missing[:, 0]
    true, yes = scene.facts.true[fact][here], record.yes[here, 0]
    return yes[true].mean(), yes[~true].mean(), int(true.sum()), int((~true).sum())


def _is(rate: float, expected: float, n: int) -> None:
    assert abs(rate - expected) < 4 * np.sqrt(expected * (1 - expected) / n), (rate, expected, n)


@pytest.mark.parametrize("fact", ["control_and_isolation", "threat_to_kill", "alcohol_problem"])
def test_without_a_shared_language_less_is_told_of_some_classes(quiet: Scene, fact: str) -> None:
    scene = replace(quiet, people=replace(quiet.people, language=np.arange(quiet.people.n) % 2 == 0))
    of = quiet.settings.classes.all()[fact_class(quiet.settings, fact)]
    shift = -0.4 * of.disclosure if fact != "alcohol_problem" else 0.0
    strange = scene.people.language
    for among, change in ((strange, shift), (~strange, 0.0)):
        rate, _, n, _ = _rates(scene, chain.police(scene), fact, among)
        _is(rate, float(expit(logit(of.sensitivity) + change)), n)


def test_within_hearing_of_the_perpetrator_less_is_told_to_the_officer_and_to_nobody_else(
    quiet: Scene, changed: Any
) -> None:
    scene = changed(quiet, "switches", perpetrator_present=1.0)
    of, fact = quiet.settings.classes.coercive, "control_and_isolation"
    everyone = np.ones(scene.people.n, bool)
    rate, _, n, _ = _rates(scene, chain.police(scene), fact, everyone)
    _is(rate, float(expit(logit(of.sensitivity) - 0.6 * of.disclosure)), n)
    rate, _, n, _ = _rates(scene, chain.social(scene), fact, everyone)
    _is(rate, of.sensitivity, n)


def test_telling_it_again_the_victim_tells_less(quiet: Scene, changed: Any) -> None:
    scene = changed(quiet, "switches", retelling_disclosure=-0.5)
    of, fact = quiet.settings.classes.coercive, "control_and_isolation"
    everyone = np.ones(scene.people.n, bool)
    rate, _, n, _ = _rates(scene, chain.social(scene), fact, everyone)
    _is(rate, float(expit(logit(of.sensitivity) - 0.5 * of.disclosure)), n)
    rate, _, n, _ = _rates(scene, chain.police(scene), fact, everyone)
    _is(rate, of.sensitivity, n)


@pytest.mark.parametrize("share", [0.4, 1.0])
def test_a_form_filled_in_alone_is_misread_more_often(quiet: Scene, changed: Any, share: float) -> None:
    """Who misreads answers about a fact drawn from the same propensity, whatever is true."""
    scene = changed(quiet, "switches", alone=share, alone_construal=0.5)
    everyone, fact = np.ones(scene.people.n, bool), "injury_now"
    of, p = scene.settings.classes.visible, scene.facts.propensity[fact]
    rate, false, n, m = _rates(scene, chain.police(scene), fact, everyone)
    for found, own, number, true in ((rate, of.sensitivity, n, True), (false, of.false_yes, m, False)):
        about = p[(scene.facts.true[fact] == true) & scene.people.couple].mean()
        neighbour = about * of.sensitivity + (1 - about) * of.false_yes
        _is(found, own + 0.5 * share * (neighbour - own), number)


@pytest.mark.parametrize("group", ["man", "rural", "minor"])
def test_an_item_works_differently_in_a_group_at_the_same_traits(quiet: Scene, changed: Any, group: str) -> None:
    shifts = dict.fromkeys(_LEVELS, 0.0) | {"coercive": -0.9}
    scene = changed(quiet, f"dif.{group}", **shifts)
    of, member = quiet.settings.classes.coercive, scene.people.covariates[group] > 0
    couple = scene.people.couple if group != "minor" else ~scene.people.couple
    if group == "minor":
        scene = replace(scene, people=replace(scene.people, relation=np.zeros_like(scene.people.relation)))
    for among, shift in ((member & couple, -0.9), (~member, 0.0)):
        rate, false, n, m = _rates(scene, chain.police(scene), "control_and_isolation", among)
        _is(rate, float(expit(logit(of.sensitivity) + shift)), n)
        half = scene.settings.record.severity_false * shift
        _is(false, float(expit(logit(of.false_yes) + half)), m)
        rate, _, n, _ = _rates(scene, chain.police(scene), "injury_now", among)
        _is(rate, scene.settings.classes.visible.sensitivity, n)


def test_runs_of_ticks_repeat_the_answer_before(large: Observation, changed: Any) -> None:
    scene = changed(large.population.scene, "switches", tick_runs=1.0)
    record = forms.filled(scene, "social_risk_sheet", chain.police(scene)).record
    assert record.tick.mean() == pytest.approx(0.35, abs=0.05)
    assert (record.yes[record.tick] == record.yes[record.tick, :1]).all()
    off = forms.filled(large.population.scene, "social_risk_sheet", chain.police(large.population.scene)).record
    assert (record.yes[~record.tick] == off.yes[~record.tick]).all()
    some = forms.filled(changed(scene, "switches", tick_runs=0.3), "social_risk_sheet", chain.police(scene)).record
    same = [(one.yes[one.tick, 1:] == one.yes[one.tick, :-1]).mean() for one in (off, some)]
    assert same[1] == pytest.approx(same[0] + 0.3 * (1 - same[0]), abs=0.02)


def _counts(record: Record) -> tuple[Any, Any]:
    return record.yes[:, :7].sum(axis=1), record.yes[:, 7:].sum(axis=1)


def test_gaming_moves_forms_across_the_rule_and_no_others(large: Observation, changed: Any) -> None:
    scene = large.population.scene
    honest = _counts(large.population.usual.form.record)
    tired = scene.people.unconfirmed >= 2
    just, short = (honest[0] == 2) & (honest[1] < 6), (honest[0] == 1) & (honest[1] == 5)
    assert (just & tired).sum() > 50 and short.sum() > 20
    for switch, moved, step in (("gaming_down", just & tired, -1), ("gaming_up", short, 1)):
        one = changed(scene, "switches", **{switch: 1.0})
        first, second = _counts(forms.filled(one, "order146", chain.police(one)).record)
        assert (first - honest[0] == np.where(moved, step, 0)).all() and (second == honest[1]).all()
    rare = changed(scene, "switches", gaming_down=0.3)
    first, _ = _counts(forms.filled(rare, "order146", chain.police(rare)).record)
    _is((first < honest[0])[just & tired].mean(), 0.3, int((just & tired).sum()))
    social = changed(scene, "switches", gaming_down=1.0, gaming_up=1.0)
    again, plain = (forms.filled(s, "order146", chain.social(s)).record.yes for s in (social, scene))
    assert (again == plain).all(), "only the officer's own form is moved"


def test_a_second_rater_who_saw_the_form_copies_it(large: Observation, changed: Any) -> None:
    scene, first = large.population.scene, large.population.usual.form
    full = changed(scene, "switches", memory_seen=1.0, memory_copied=1.0)
    second = forms.second_form(full, first, chain.social(full)).record
    known = ~first.record.missing
    assert (second.yes[known] == first.record.yes[known]).all() and not second.missing[known].any()
    plain = forms.second_form(scene, first, chain.social(scene)).record
    half = changed(scene, "switches", memory_seen=0.5, memory_copied=0.5)
    some = forms.second_form(half, first, chain.social(half)).record
    alike = [(one.yes[known] == first.record.yes[known]).mean() for one in (plain, some)]
    assert alike[1] == pytest.approx(alike[0] + 0.25 * (1 - alike[0]), abs=0.01)


def test_graded_answers_follow_a_graded_response_model(large: Observation, changed: Any) -> None:
    """P(fully) = expit(logit p - gap), with p the chance of the item's own facts, among items recorded as they are."""
    scene = changed(large.population.scene, "forms", grading="graded", graded_gap=1.2)
    items = {**scene.settings.items, "sara_v2": {"a": ["escalation"], "b": ["injury_now", "escalation"]}}
    scene = replace(scene, settings=scene.settings.model_copy(update={"items": items}))
    true = {name: scene.facts.true[name] for name in ("escalation", "injury_now")}
    yes = np.column_stack([true["escalation"], true["injury_now"] | true["escalation"]])
    none = np.zeros(scene.people.n, bool)
    grade = _graded(scene, Record(("a", "b"), yes, np.zeros_like(yes), none))
    chance = {name: scene.facts.propensity[name] for name in true}
    both = 1 - (1 - chance["escalation"]) * (1 - chance["injury_now"])
    for column, p in enumerate((chance["escalation"], both)):
        wanted = expit(logit(p) - 1.2)
        for part in (p < np.median(p), p >= np.median(p)):
            _is((grade[part, column] == PRESENT).mean(), float(wanted[part].mean()), int(part.sum()))
    absent = _graded(scene, Record(("a", "b"), ~yes, np.zeros_like(yes), none))
    assert not (absent == PRESENT).any(), "an item without any fact is partly present at most"
