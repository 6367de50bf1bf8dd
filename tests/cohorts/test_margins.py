from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dvstudy import cohorts
from dvstudy.cohort import Cohort
from dvstudy.cohorts import margins
from dvstudy.cohorts.reference import population, reference
from dvstudy.cohorts.simulate import draw
from dvstudy.cohorts.tuning import Solving
from dvstudy.errors import UsageError


def test_the_reference_population_meets_every_margin() -> None:
    table = cohorts.calibration("tutorial")
    assert list(table.columns) == list(margins.COLUMNS)
    assert len(table) == 30
    assert table["within"].all(), table[~table["within"]]
    assert (table["tolerance"] <= 0.021).all()


def test_solved_margins_are_met_in_expectation_to_many_digits() -> None:
    """Margins solved on an expected probability carry no event noise in the reference population."""
    found = reference(cohorts.load_recipe("tutorial")).estimands
    severe = found[(found["estimand"] == "severe_violence") & (found["group"] == "each_case")].set_index("term")[
        "value"
    ]
    assert severe["mean_usual"] == pytest.approx(0.055, abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_cohort_is_within_tolerance_of_its_margins(seed: int) -> None:
    """Thirty margins at three standard errors: at most one may stray by chance."""
    recipe = cohorts.load_recipe("unified_parallel")
    fixed = reference(recipe)
    table = margins.compare(recipe, draw(recipe.settings, seed, 16_000, fixed.intercepts), fixed.spread)
    assert (~table["within"]).sum() <= 1, table[~table["within"]]


def test_gaps_average_out_over_seeds() -> None:
    recipe = cohorts.load_recipe("tutorial")
    fixed = reference(recipe)
    tables = [
        margins.compare(recipe, draw(recipe.settings, seed, 2000, fixed.intercepts), fixed.spread) for seed in range(8)
    ]
    gaps = np.array([(t["achieved"] - t["target"]).to_numpy() for t in tables])
    allowed = tables[0]["tolerance"].to_numpy() / 3 * 4 / np.sqrt(len(tables))
    assert (np.abs(gaps.mean(axis=0)) <= allowed).all(), tables[0]["margin"][np.abs(gaps.mean(axis=0)) > allowed]


def test_tolerance_shrinks_with_the_square_root_of_the_cases() -> None:
    recipe = cohorts.load_recipe("tutorial")
    fixed = reference(recipe)
    small, big = (
        margins.compare(recipe, draw(recipe.settings, 1, n, fixed.intercepts), fixed.spread).set_index("margin")
        for n in (500, 8000)
    )
    ratio = small.loc["women", "tolerance"] / big.loc["women", "tolerance"]
    assert ratio == pytest.approx(4, rel=1e-3)


def test_calibration_stands_in_the_truth_with_sources(tutorial: Cohort) -> None:
    table = cohorts.calibration(tutorial).set_index("margin")
    assert table.loc["women", "target"] == pytest.approx(37408 / 55429, abs=1e-6)
    assert table.loc["within_10", "source"] == "SEED-112-CJ23-10MIN / SEED-112-CJ23"
    assert table.loc["severe_180", "source"].startswith("assumption")
    assert table["within"].sum() >= 29


@pytest.mark.parametrize(
    ("changes", "margin"),
    [
        ({"margins.provisional": 0.19}, "provisional_urban"),
        ({"margins.converted": 0.95}, "converted"),
        ({"margins.severe_180": 0.31}, "severe_180"),
        ({"margins.urban_provisional": 0.99}, "provisional_urban"),
        ({"pathway.override": 0.2}, "provisional_urban"),
    ],
)
def test_contradictory_margins_stop_with_a_sentence(variant: Any, changes: dict[str, float], margin: str) -> None:
    with pytest.raises(UsageError) as caught:
        cohorts.simulate(variant(changes), seed=1)
    assert caught.value.code == "margins_contradict"
    assert margin in caught.value.text("en")
    assert margin in caught.value.text("ro")


@pytest.mark.slow
def test_other_sets_of_margins_can_be_met(variant: Any) -> None:
    """Forms in half of the interventions; few orders; high and low repeat."""
    for changes in (
        {"margins.form": 0.5, "margins.imminent": 0.4},
        {"margins.provisional": 0.033},
        {
            "margins.any_180": 0.5,
            "margins.recorded_180": 0.28,
            "margins.severe_180": 0.12,
            "margins.near_lethal_180": 0.02,
        },
        {
            "margins.any_180": 0.15,
            "margins.recorded_180": 0.08,
            "margins.severe_180": 0.02,
            "margins.near_lethal_180": 0.002,
        },
    ):
        assert cohorts.calibration(variant(changes, 50_000))["within"].all(), changes


def test_years_and_names_of_a_fixed_law_share_what_is_solved_and_keep_their_own_sources(variant: Any) -> None:
    base = variant({}, 2000)
    later = base.changed_to("later", {"places.first_year": (2097, "assumption")})
    sourced = base.changed_to("own", {"margins.form": (base.settings.margins.form, "own count")})
    one, two, three = reference(base), reference(later), reference(sourced)
    assert one.estimands is two.estimands is three.estimands
    assert "own count" in set(three.calibration["source"]) and "own count" not in set(one.calibration["source"])
    by_date = base.changed_to(
        "by_date", {"pathway.law": ("by_date", "assumption"), "margins.device": (0.0, "assumption")}
    )
    moved = by_date.changed_to("moved", {"places.first_year": (2091, "assumption")})
    assert reference(by_date).intercepts["any_180"] != reference(moved).intercepts["any_180"]


def test_what_years_share_is_what_each_would_solve_alone(variant: Any) -> None:
    base = variant({}, 2000)
    later = base.changed_to("later", {"places.first_year": (2097, "assumption")})
    assert reference(base).intercepts == population(later)[1]


def test_a_share_may_be_nought_or_all(variant: Any) -> None:
    wanted = {"form": 1.0, "objection": 0.0, "confirmed": 1.0, "reconciled": 0.0, "service": 0.995}
    recipe = variant({f"margins.{name}": value for name, value in wanted.items()})
    achieved = cohorts.calibration(recipe).set_index("margin")["achieved"]
    assert {name: achieved[name] for name in wanted if name != "service"} == {
        name: value for name, value in wanted.items() if name != "service"
    }
    assert achieved["service"] == pytest.approx(0.995, abs=0.002)
    cases = cohorts.simulate(recipe, seed=3, cases=300)
    police = cases.assessments.query("instrument == 'order146'")
    assert set(cases.cases.index) == set(police["case_id"])
    cases.check()


def test_the_range_of_a_refused_margin_runs_upwards() -> None:
    for expected in (lambda a: 0.926, lambda a: 0.926 - a / 1000):
        with pytest.raises(UsageError) as caught:
            Solving(0.985).find("imminent", expected, 0.97, coarse=True)
        assert caught.value.values["low"] <= caught.value.values["high"] < 0.97
    found = Solving(0.985).find("falling", lambda a: 0.5 - a / 100, 0.51, coarse=True)
    assert found == pytest.approx(-1, abs=0.01)
