"""A register of all episodes: linked or not, the same people, the same luck."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import dvstudy
from dvstudy import cohort as cohort_module
from dvstudy import cohorts
from dvstudy.cohort import Cohort
from dvstudy.cohorts import episodes, load_recipe
from dvstudy.cohorts.reference import reference

_CASES = 1500


@pytest.fixture(scope="module")
def linked() -> Cohort:
    return cohorts.simulate("registry", seed=3, cases=_CASES)


@pytest.fixture(scope="module")
def unlinked() -> Cohort:
    return cohorts.simulate("registry_unlinked", seed=3, cases=_CASES)


def test_a_register_is_a_whole_cohort_and_proves_itself(linked: Cohort, tmp_path: Any) -> None:
    linked.check()
    assert linked.synthetic and len(linked.cases) > 1.2 * _CASES
    assert linked.cases.index.is_unique and linked.assessments.index.is_unique
    for frame in linked.answers.values():
        assert frame.index.is_unique and frame.index.isin(linked.assessments.index).all()
    again = cohort_module.load(linked.save(tmp_path / "register"))
    pd.testing.assert_frame_equal(again.cases, linked.cases)
    assert again.synthetic


def test_every_recorded_repeat_inside_the_series_is_an_intervention_of_its_own(linked: Cohort) -> None:
    about = linked.truth["cases"].join(linked.outcomes).join(linked.cases[["month"]])
    follows = set(zip(about["pair_true"], about["episode"] - 1, strict=True))
    number = about["month"].str[:4].astype(int) * 12 + about["month"].str[5:].astype(int)
    early = number <= number.max() - 7
    open_ended = early & (about["episode"] < 6)
    followed = pd.Series(
        [key in follows for key in zip(about["pair_true"], about["episode"], strict=True)], about.index
    )
    recorded = about["recorded_180"].astype(bool)
    assert followed[open_ended & recorded].all() and recorded[open_ended].sum() > 100
    assert (about["episode"] > 1).sum() == followed.sum()
    pairs = about.sort_values(["pair_true", "episode"])
    assert pairs.groupby("pair_true")["month"].apply(lambda months: months.is_monotonic_increasing).all()


def test_the_link_is_the_truth_or_nothing(linked: Cohort, unlinked: Cohort) -> None:
    together = linked.cases["pair_id"].groupby(linked.truth["cases"]["pair_true"].to_numpy()).nunique()
    assert (together == 1).all() and linked.cases["pair_id"].nunique() == _CASES
    assert unlinked.cases["pair_id"].is_unique
    shown = linked.cases["earlier_reports"].astype(int) + 1
    assert (shown.to_numpy() == linked.truth["cases"]["episode"].to_numpy()).all()
    assert (unlinked.cases["earlier_reports"] == 0).all()


def test_half_a_link_loses_half_the_repeats() -> None:
    recipe = load_recipe("registry").changed_to("half", {"registry.linkage": (0.5, "for a test")})
    made = cohorts.simulate(recipe, seed=5, cases=_CASES)
    later = made.truth["cases"]["episode"] > 1
    found = (made.cases.loc[later, "earlier_reports"] > 0).mean()
    assert abs(found - 0.5) < 4 * 0.5 / np.sqrt(later.sum())


def test_first_episodes_are_alike_with_and_without_the_link(linked: Cohort, unlinked: Cohort) -> None:
    one, other = (
        c.truth["cases"][c.truth["cases"]["episode"] == 1].drop(columns="pair_true") for c in (linked, unlinked)
    )
    same = (one.reset_index(drop=True) == other.reset_index(drop=True)).fillna(value=True)
    assert same.to_numpy(dtype=bool).mean() > 0.999


def test_people_stay_who_they_are_while_severity_drifts() -> None:
    recipe = load_recipe("registry")
    values = recipe.settings
    first, second, *_ = episodes.rounds(values, 7, 4000, reference(recipe).intercepts)
    before, after = first.seen.population.scene, second.seen.population.scene
    rows = second.pair
    for name in ("station", "relation", "victim", "strategic", "disclosure"):
        assert (getattr(before.people, name)[rows] == getattr(after.people, name)).all(), name
    moved = after.people.latent[:, 0] - before.people.latent[rows, 0]
    r, n = values.registry, len(rows)
    assert abs(moved.mean() - r.drift_mean) < 4 * r.drift_sd / np.sqrt(n)
    assert abs(moved.std() - r.drift_sd) < 4 * r.drift_sd / np.sqrt(2 * n)
    assert (after.people.latent[:, 1:] == before.people.latent[rows, 1:]).all()
    assert (after.people.prior == before.people.prior[rows] + 1).all()
    for name in ("criminal_history", "child_of_another_partner"):
        assert (after.facts.true[name] == before.facts.true[name][rows]).all(), name
    for name in ("earlier_order", "earlier_assault"):
        assert (after.facts.true[name] >= before.facts.true[name][rows]).all(), name


def test_the_study_finds_with_the_link_what_is_true_and_says_so_without(linked: Cohort, unlinked: Cohort) -> None:
    run = dvstudy.study("linkage", linked)
    checks = run.checks.set_index("group")
    assert set(checks.index) == {
        "pair_returns", "intervention_again", "first_imminent", "repeat_imminent", "repeat_known_on_form",
    }  # fmt: skip
    assert checks["covered"].sum() >= 4
    lost = dvstudy.study("linkage", unlinked)
    assert any(note.code == "nothing_linked" for note in lost.results["linkage"].notes)
    table = lost.checks.set_index("group")
    assert table.loc["pair_returns", "estimate"] == 0 and table.loc["pair_returns", "truth"] > 0.2


def test_a_cohort_without_links_cannot_be_studied_for_repeats(tutorial: Cohort) -> None:
    found = dvstudy.study("linkage", tutorial).results["linkage"]
    assert found.status == "not_estimable" and [note.code for note in found.notes] == ["no_link"]


def test_the_register_tells_the_indicators_who_called_before(linked: Cohort, tutorial: Cohort) -> None:
    shown, hidden = (dvstudy.study("indicators", c) for c in (linked, tutorial))
    share = shown.results["indicators"].table.set_index("group").loc["known_before", "estimate"]
    assert share == pytest.approx((linked.truth["cases"]["episode"] > 1).mean(), abs=1e-9)
    assert np.isnan(hidden.results["indicators"].table.set_index("group").loc["known_before", "estimate"])
    said = [[one.key for one in run.sections[1].statements] for run in (shown, hidden)]
    assert "indicators.repeat_callers" in said[1] and "indicators.repeat_callers" not in said[0]


@pytest.mark.slow
def test_over_many_registers_the_study_covers_the_truth() -> None:
    """Forty registers: limits at 95 per cent hold each true share in at least 34 of them (chance .994 if right)."""
    covered = []
    for seed in range(100, 140):
        run = dvstudy.study("linkage", cohorts.simulate("registry", seed=seed, cases=_CASES))
        covered.append(run.checks.set_index("group")["covered"].astype(float))
    hits = pd.DataFrame(covered).sum()
    assert (hits >= 34).all(), hits
