"""Choosing a rule: cross-validation and bootstrap against loops (here, and in R), ties, and wishes that bind."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers import rule_choice, surface, two_by_two
from dvstudy.numbers.rule_choice import Criterion

REFERENCE = Path(__file__).parents[1] / "reference"
YOUDEN = Criterion("youden")


def forms(seed=0, n=300, clusters=8, join="any"):
    """(clusters, 15, 4) counts of every rule of two short sections."""
    rng = np.random.default_rng(seed)
    first, second = rng.binomial(3, 0.3, n), rng.binomial(5, 0.3, n)
    event = rng.random(n) < 0.1 + 0.1 * first
    table = surface.histogram((first, second), event, rng.integers(0, clusters, n), largest=(3, 5), clusters=clusters)
    return surface.rule_cells(table, join).reshape(clusters, -1, 4)


def youden(cells):
    return two_by_two.measures(cells)[..., two_by_two.TERMS.index("youden")]


@pytest.mark.parametrize("criterion", [YOUDEN, Criterion("net_benefit", 0.2), Criterion("most_flagged", 0.3)])
def test_cross_validation_equals_the_loop_over_parts(criterion):
    cells = forms(2)
    found = rule_choice.cross_validated(cells, criterion, folds=4, repeats=1, seed=5)
    part = np.random.default_rng(np.random.SeedSequence(5)).permuted(np.arange(8)[None] % 4, axis=1)[0]
    for one in range(4):
        inside = part == one
        share = rule_choice.chosen(cells[~inside].sum(axis=0), criterion)
        np.testing.assert_allclose(found.cells[inside], np.einsum("r,krc->kc", share, cells[inside]))


def test_cross_validation_is_worse_than_the_best_keeps_all_rows_and_repeats_itself():
    cells = forms(3)
    found = rule_choice.cross_validated(cells, YOUDEN)
    np.testing.assert_array_equal(found.cells, rule_choice.cross_validated(cells, YOUDEN).cells)
    np.testing.assert_allclose(found.cells.sum(axis=-1), cells[:, 0].sum(axis=-1))
    assert youden(found.cells.sum(axis=0)) < youden(cells.sum(axis=0)).max()
    assert found.share.sum() == pytest.approx(1)


def test_ties_share_the_choice():
    one = np.array([[3.0, 1, 2, 9], [3, 1, 2, 9], [1, 1, 4, 9]])
    assert rule_choice.chosen(one, YOUDEN).tolist() == [0.5, 0.5, 0]


@pytest.mark.parametrize("join", ["any", "all"])
@pytest.mark.parametrize(("kind", "value"), [("youden", np.nan), ("net_benefit", 0.2)])
def test_bootstrap_equals_the_loops_in_r(monkeypatch, join, kind, value):
    cases = pd.read_csv(REFERENCE / "rule_choice_cases.csv")
    draws = np.loadtxt(REFERENCE / "rule_choice_draws.csv", delimiter=",")
    made = pd.read_csv(REFERENCE / "rule_choice_values.csv")
    expected = made[(made["join"] == join) & (made["kind"] == kind)].set_index("what")["value"]
    monkeypatch.setattr(rule_choice.resample, "drawn", lambda *a, **k: draws)
    counts = (cases["a"].to_numpy(), cases["b"].to_numpy())
    station, event = cases["station"].to_numpy() - 1, cases["event"].to_numpy(bool)
    table = surface.histogram(counts, event, station, largest=(3, 5), clusters=12)
    criterion = Criterion(kind, value)
    found = rule_choice.bootstrapped(surface.rule_cells(table, join).reshape(12, -1, 4), criterion)
    outside = rule_choice.figure(found.out_of_bag.sum(axis=0), criterion)
    ours = [found.apparent, found.corrected, outside, found.plus_632, *found.share]
    np.testing.assert_allclose(ours, expected.to_numpy(), rtol=1e-10, atol=1e-14)


def test_wishes_bind_and_where_none_can_be_kept_the_nearest_is_taken():
    cells = forms(4).sum(axis=0)
    shares = two_by_two.measures(cells)
    sensitivity, specificity = shares[:, 0], shares[:, 1]
    flagged = shares[:, two_by_two.TERMS.index("flagged")]
    picked = rule_choice.chosen(cells, Criterion("least_sensitivity", 0.6)) > 0
    assert (sensitivity[picked] >= 0.6).all()
    assert specificity[picked] == pytest.approx(specificity[sensitivity >= 0.6].max())
    picked = rule_choice.chosen(cells, Criterion("most_flagged", 0.2)) > 0
    assert sensitivity[picked] == pytest.approx(sensitivity[flagged <= 0.2].max())
    nearest = rule_choice.chosen(cells, Criterion("most_flagged", flagged.min() / 2)) > 0
    assert flagged[nearest] == pytest.approx(flagged.min())
    assert not rule_choice.allowed(cells, Criterion("most_flagged", flagged.min() / 2)).any()


def test_net_benefit_changes_sides_with_the_exchange_rate():
    wide, strict = np.array([9.0, 40, 1, 50]), np.array([3.0, 2, 7, 88])
    both = np.stack([wide, strict])
    assert rule_choice.chosen(both, Criterion("net_benefit", 0.05)).tolist() == [1, 0]
    assert rule_choice.chosen(both, Criterion("net_benefit", 0.30)).tolist() == [0, 1]
