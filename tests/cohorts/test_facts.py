from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dvstudy import cohorts, instruments
from dvstudy.cohorts import facts, people
from dvstudy.cohorts.observe import Observation
from dvstudy.tables import RELATIONS, VICTIMS


def test_raking_meets_both_margins_and_keeps_the_zeros() -> None:
    values = cohorts.load_recipe("tutorial").settings
    table, m = people.rake(values), values.margins
    assert table.sum(axis=1) == pytest.approx([m.spouse, m.partner, m.parent, m.child, m.other_kin], abs=1e-10)
    assert table.sum(axis=0) == pytest.approx([m.women, m.men, m.minors], abs=1e-10)
    assert table[RELATIONS.index("spouse"), VICTIMS.index("minor")] == 0
    assert table[RELATIONS.index("parent"), VICTIMS.index("minor")] == 0


def test_no_minor_is_a_spouse_or_a_parent(tutorial: Any) -> None:
    minors = tutorial.cases[tutorial.cases["victim"] == "minor"]
    assert len(minors) > 200
    assert not minors["relation"].isin(["spouse", "parent"]).any()


def test_latent_means_are_centred_and_correlations_are_the_recipes(large: Observation) -> None:
    groups = people.mix(large.population.scene.settings)
    assert groups.share.sum() == pytest.approx(1, abs=1e-12)
    assert groups.share @ groups.mean == pytest.approx(np.zeros(4), abs=1e-12)
    who = large.population.scene.people
    assert who.latent.mean(axis=0) == pytest.approx(np.zeros(4), abs=0.06)
    spouses = who.latent[(who.relation == 0) & (who.victim == 0) & ~who.strategic]
    found = np.corrcoef(spouses, rowvar=False)
    assert found == pytest.approx(np.array(large.population.scene.settings.people.correlations), abs=0.04)


def test_earlier_episodes_are_as_frequent_as_the_design_says(large: Observation) -> None:
    prior = large.population.scene.people.prior
    assert (prior > 0).mean() == pytest.approx(0.27, abs=0.02)
    assert (prior > 2).mean() == pytest.approx(0.04, abs=0.015)


def test_quadrature_intercepts_give_the_stated_prevalences(large: Observation) -> None:
    """Against 40,000 drawn cases: within four standard errors and the little that station effects add."""
    scene = large.population.scene
    values, who = scene.settings, scene.people
    solved = facts.intercepts(values, people.mix(values))
    drawn = facts.draw(values, scene.streams, who, solved, 0)
    for name, fact in values.facts.items():
        applies = {"all": np.ones(who.n, bool), "couple": who.couple, "couple_woman": who.couple & who.woman}[
            fact.applies
        ]
        found = drawn.true[name][applies].mean()
        error = np.sqrt(fact.prevalence * (1 - fact.prevalence) / applies.sum())
        assert abs(found - fact.prevalence) < 4 * error + 0.005, name
        assert not drawn.true[name][~applies].any(), name


def test_facts_of_couples_are_structural_zeros_elsewhere(tutorial: Any) -> None:
    about = tutorial.truth["facts"].join(tutorial.cases)
    others = about[~about["relation"].isin(["spouse", "partner"])]
    men = about[about["victim"] != "woman"]
    assert not others[["separation", "child_of_another_partner", "violence_in_pregnancy"]].any(axis=None)
    assert not men["violence_in_pregnancy"].any()
    assert about["separation"].any() and about["violence_in_pregnancy"].any()


def test_every_item_asks_about_facts_that_exist(tutorial: Any) -> None:
    values = cohorts.load_recipe("tutorial").settings
    known = set(values.facts) | set(values.derived)
    for name, items in values.items.items():
        definition = instruments.load(name)
        asked = [i.id for i in definition.items if i.role == "item"]
        assert list(items) == asked
        assert {fact for parts in items.values() for fact in parts} <= known
        assert {definition.item[i].construct_id for i in asked} <= set(tutorial.truth["facts"].columns)


def test_shared_constructs_are_the_same_fact_in_every_instrument() -> None:
    """Items of different forms with the same construct must ask about the same facts."""
    values = cohorts.load_recipe("tutorial").settings
    seen: dict[str, list[str]] = {}
    for name, items in values.items.items():
        for item, parts in items.items():
            construct = instruments.load(name).item[item].construct_id
            assert seen.setdefault(construct, parts) == parts, (name, item)


def test_a_construct_of_several_facts_is_true_when_any_is(tutorial: Any) -> None:
    true = tutorial.truth["facts"]
    assert (true["alcohol_or_drugs"] == (true["alcohol_problem"] | true["drug_use"])).all()
    assert (true["earlier_report"] == (tutorial.truth["cases"]["prior"] > 0)).all()
