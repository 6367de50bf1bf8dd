"""Intraclass correlations and limits of agreement against R psych, pingouin and their definitions."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers import icc

REFERENCE = Path(__file__).parents[1] / "reference"
COUNTS = pd.read_csv(REFERENCE / "icc_counts.csv")
VALUES = pd.read_csv(REFERENCE / "icc_values.csv").set_index("quantity")
AT = {term: place for place, term in enumerate(icc.TERMS)}


def parts() -> np.ndarray:
    code, names = pd.factorize(COUNTS["officer"])
    return icc.sums(COUNTS["first"], COUNTS["second"], code, clusters=len(names))


@pytest.mark.parametrize("term", icc.TERMS)
def test_values_equal_r(term: str) -> None:
    assert icc.measures(parts().sum(axis=0))[AT[term]] == pytest.approx(VALUES["value"][term], abs=1e-12)


def test_limits_of_the_mean_difference_equal_the_paired_t_test_of_r() -> None:
    found = icc.independent(parts().sum(axis=0))
    place, row = AT["mean_difference"], VALUES.loc["mean_difference"]
    assert (found.low[place], found.high[place], found.std_error[place]) == pytest.approx((row.low, row.high, row.se))


@pytest.mark.parametrize("term", ["icc_agreement", "icc_consistency"])
def test_jackknife_errors_equal_a_loop_in_r(term: str) -> None:
    found = icc.clustered(parts())
    assert found.std_error[AT[term]] == pytest.approx(VALUES["se"][f"{term}_jackknife"], abs=1e-12)
    assert found.low[AT[term]] < found.estimate[AT[term]] < found.high[AT[term]]


@pytest.mark.parametrize("seed", range(4))
def test_correlations_equal_pingouin(seed: int) -> None:
    import pingouin

    rng = np.random.default_rng(seed)
    true = rng.normal(3, 1 + seed, 40)
    first, second = np.round(true + rng.normal(0, 1, 40)), np.round(true + 0.4 + rng.normal(0, 1.5, 40))
    long = pd.DataFrame({"case": np.tile(range(40), 2), "rater": np.repeat([0, 1], 40), "y": [*first, *second]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = pingouin.intraclass_corr(long, targets="case", raters="rater", ratings="y").set_index("Type")["ICC"]
    found = icc.measures(icc.sums(first, second, np.zeros(40), clusters=1)[0])
    assert found[:2] == pytest.approx([made["ICC(A,1)"], made["ICC(C,1)"]], abs=1e-10)


def test_a_constant_gap_costs_agreement_but_not_consistency() -> None:
    first = np.arange(12.0)
    found = icc.measures(icc.sums(first, first - 3, np.zeros(12), clusters=1)[0])
    assert found[AT["icc_consistency"]] == pytest.approx(1)
    assert found[AT["icc_agreement"]] < 0.8
    assert found[AT["mean_difference"]] == found[AT["limit_low"]] == found[AT["limit_high"]] == 3


def test_swapping_raters_turns_the_differences_only() -> None:
    swapped = icc.measures(icc.sums(COUNTS["second"], COUNTS["first"], np.zeros(len(COUNTS)), clusters=1)[0])
    straight = icc.measures(parts().sum(axis=0))
    np.testing.assert_allclose(swapped, [*straight[:2], -straight[2], -straight[4], -straight[3]])


def test_equal_counts_everywhere_leave_the_correlations_undefined() -> None:
    same = np.full(10, 4.0)
    found = icc.independent(icc.sums(same, same, np.zeros(10), clusters=1)[0])
    assert np.isnan(found.estimate[:2]).all()
    assert found.estimate[2] == 0
    assert np.isnan(found.low).all()


def test_one_pair_and_no_pair_give_nothing() -> None:
    one = icc.measures(icc.sums([3], [4], [0], clusters=1)[0])
    assert np.isnan([*one[:2], *one[3:]]).all()
    assert one[2] == -1
    assert np.isnan(icc.measures(icc.sums([], [], [], clusters=1)[0])).all()


def test_one_cluster_has_no_jackknife_limits() -> None:
    found = icc.clustered(parts()[:1])
    assert np.isnan(found.low).all()


def test_clusters_without_pairs_change_nothing() -> None:
    padded = np.vstack([parts(), np.zeros((3, 5))])
    np.testing.assert_allclose(icc.clustered(padded).low, icc.clustered(parts()).low)
    assert icc.clustered(padded).clusters == len(parts())
