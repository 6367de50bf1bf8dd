from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dvstudy.cohorts import chain
from dvstudy.cohorts.facts import fact_class
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.parameters import CLASSES
from dvstudy.cohorts.record import Contact, Scene, fill, reasons


def _police(scene: Scene, **items: list[str]) -> tuple[Any, Contact]:
    contact = chain.police(scene)
    if items:
        asked = {**scene.settings.items, "order146": items}
        scene = replace(scene, settings=scene.settings.model_copy(update={"items": asked}))
    return fill(scene, contact, "order146"), contact


def test_a_missing_answer_is_never_a_yes(large: Observation) -> None:
    record = large.population.usual.form.record
    assert not (record.yes & record.missing).any()
    assert record.missing.mean() == pytest.approx(0.035, abs=0.01)


def test_missing_completely_at_random_depends_on_nothing(large: Observation, changed: Any) -> None:
    scene = changed(large.population.scene, "record", mechanism="mcar")
    record, _ = _police(scene)
    low = scene.people.disclosure < 0
    error = np.sqrt(2 * 0.032 * 0.968 / record.missing[low].size * 2)
    assert abs(record.missing[low].mean() - record.missing[~low].mean()) < 4 * error
    assert record.missing.mean() == pytest.approx(1 / (1 + np.exp(3.4)), abs=0.002)


def test_missing_not_at_random_rises_with_silence_and_with_a_sensitive_fact(large: Observation) -> None:
    scene = large.population.scene
    record, _ = _police(scene, q14=["control_and_isolation"])
    silent = scene.people.disclosure < -1
    true = scene.facts.true["control_and_isolation"]
    missing = record.missing[:, 0]
    assert missing[silent].mean() > 1.5 * missing[~silent].mean()
    same = np.abs(scene.people.disclosure) < 0.3
    assert missing[same & true].mean() > 1.2 * missing[same & ~true].mean()


def test_missing_at_random_depends_on_what_can_be_seen_only(large: Observation, changed: Any) -> None:
    scene = changed(large.population.scene, "record", mechanism="mar")
    record, _ = _police(scene, q14=["control_and_isolation"])
    urban = scene.people.urban & (scene.people.victim != 2)
    true, missing = scene.facts.true["control_and_isolation"][urban], record.missing[urban, 0]
    error = np.sqrt(0.035 * 0.965 * (1 / true.sum() + 1 / (~true).sum()))
    assert abs(missing[true].mean() - missing[~true].mean()) < 4 * error
    minors = scene.people.victim == 2
    assert record.missing[minors, 0].mean() > record.missing[scene.people.urban & ~minors, 0].mean()


def test_reasons_have_the_stated_shares(large: Observation) -> None:
    scene = large.population.scene
    form = large.population.usual.form
    why = reasons(scene, form.contact, form.instrument, form.record)
    assert ((why >= 0) == form.record.missing).all()
    asked = why[~form.record.tick]
    shares = [(asked == k).sum() / (asked >= 0).sum() for k in range(3)]
    assert shares == pytest.approx([0.45, 0.35, 0.20], abs=0.02)
    ticking = why[form.record.tick]
    assert (ticking == 2).sum() / (ticking >= 0).sum() == pytest.approx(0.6, abs=0.03)


def test_sensitivity_and_false_yes_of_an_average_rater_are_those_of_the_class(large: Observation, changed: Any) -> None:
    """With every source of variation off, recorded shares are the class's own parameters."""
    scene = large.population.scene
    scene = changed(scene, "record", contact_sd=0.0, assess_sd=0.0, halo={"injury_now": 0.0, "prior_any": 0.0})
    scene = changed(
        scene, "raters.police_officer", sd_factor=0.0, general_sd=0.0, county=0.0, training=0.0, tick_shift=0.0,
        construal=0.0, construal_trained=0.0,
    )  # fmt: skip
    quiet = replace(scene, people=replace(scene.people, disclosure=np.zeros(scene.people.n)))
    record, _ = _police(quiet, a=["alcohol_problem"], b=["control_and_isolation"], c=["injury_now"])
    honest = ~quiet.people.strategic
    for column, fact in enumerate(("alcohol_problem", "control_and_isolation", "injury_now")):
        of = quiet.settings.classes.all()[fact_class(quiet.settings, fact)]
        answered = honest & quiet.people.couple & ~record.missing[:, column]
        true, yes = quiet.facts.true[fact][answered], record.yes[answered, column]
        for rate, target, n in (
            (yes[true].mean(), of.sensitivity, true.sum()),
            (yes[~true].mean(), of.false_yes, (~true).sum()),
        ):
            assert abs(rate - target) < 4 * np.sqrt(target * (1 - target) / n), (fact, rate, target)


def test_partner_wording_loses_facts_outside_couples_and_the_unified_form_wins_them_back(large: Observation) -> None:
    p = large.population
    column = p.usual.form.record.items.index("q15")
    true = p.scene.facts.true["extreme_jealousy"] & ~p.scene.people.couple
    usual, unified = (arm.form.record.yes[true, column].mean() for arm in (p.usual, p.unified))
    couple = p.scene.facts.true["extreme_jealousy"] & p.scene.people.couple
    assert usual < 0.2
    assert unified > 0.4
    assert p.usual.form.record.yes[couple, column].mean() > 0.45


def test_a_rater_who_always_misreads_knows_nothing_of_the_fact(large: Observation, changed: Any) -> None:
    scene = changed(large.population.scene, "raters.police_officer", construal=1.0, construal_trained=1.0)
    record, _ = _police(scene, c=["injury_now"])
    yes, true = record.yes[:, 0], scene.facts.true["injury_now"]
    propensity = scene.facts.propensity["injury_now"]
    middle = np.abs(propensity - np.median(propensity)) < 0.02
    error = np.sqrt(0.25 * (1 / (middle & true).sum() + 1 / (middle & ~true).sum()))
    assert abs(yes[middle & true].mean() - yes[middle & ~true].mean()) < 4 * error


def test_a_strategic_complaint_raises_what_is_told_and_not_what_is_seen(large: Observation, changed: Any) -> None:
    scene = changed(large.population.scene, "record", halo_false=0.0)
    scene = replace(scene, people=replace(scene.people, strategic=np.arange(scene.people.n) % 2 == 0))
    record, _ = _police(scene, seen=["injury_now"], told=["threat_to_kill"])
    strategic = scene.people.strategic
    absent = {f: ~scene.facts.true[f] & scene.people.couple for f in ("injury_now", "threat_to_kill")}
    told = [record.yes[absent["threat_to_kill"] & s, 1].mean() for s in (strategic, ~strategic)]
    seen = [record.yes[absent["injury_now"] & s, 0].mean() for s in (strategic, ~strategic)]
    assert told[0] > 2 * told[1]
    assert abs(seen[0] - seen[1]) < 0.015


def test_every_class_of_the_recipe_has_its_place() -> None:
    from dvstudy.cohorts.parameters import Classes

    assert tuple(Classes.model_fields) == CLASSES
