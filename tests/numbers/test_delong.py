"""DeLong's AUC, variance and paired covariance: against pROC, against the double loop, and at the edges."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers import delong

REFERENCE = Path(__file__).parents[1] / "reference"
VALUES = pd.read_csv(REFERENCE / "accuracy_values.csv").set_index(["what", "case"])
CASES = pd.read_csv(REFERENCE / "accuracy_cases.csv")
EVENT = CASES["event"].to_numpy() == 1
PAIRS = ["whole fine", "whole tied", "tied fine"]


def loop(score, event):
    """Every pair compared, one by one: 1 if the event scores higher, a half for a tie."""
    high, low = score[event], score[~event]
    return np.array([[float(h > v) + 0.5 * float(h == v) for v in low] for h in high])


def loop_covariance(first, second):
    by_event = np.cov(first.mean(axis=1), second.mean(axis=1)) / len(first)
    return by_event + np.cov(first.mean(axis=0), second.mean(axis=0)) / first.shape[1]


@pytest.mark.parametrize("score", ["whole", "tied", "fine"])
def test_auc_and_its_error_equal_proc(score):
    found = delong.auc(CASES[score].to_numpy(), EVENT)
    expected = VALUES.loc[("delong", score)]
    assert found.estimate == pytest.approx(expected["value"], abs=1e-11)
    assert found.std_error == pytest.approx(expected["se"], abs=1e-11)
    assert found.estimate + 1.959963984540054 * found.std_error == pytest.approx(expected["high"], abs=1e-11)


@pytest.mark.parametrize("pair", PAIRS)
def test_paired_comparison_equals_proc(pair):
    first, second = (CASES[s].to_numpy() for s in pair.split())
    found = delong.pair(first, second, EVENT)
    variance = found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    assert found.estimates[0] - found.estimates[1] == pytest.approx(VALUES.loc[("paired", pair), "value"], abs=1e-11)
    assert np.sqrt(variance) == pytest.approx(VALUES.loc[("paired", pair), "se"], abs=1e-11)
    assert found.covariance[0, 1] == pytest.approx(VALUES.loc[("covariance", pair), "value"], abs=1e-13)


SCORES = {
    "whole numbers": lambda rng, n: rng.integers(0, 9, n),
    "small signed type": lambda rng, n: rng.integers(-128, 128, n).astype(np.int8),
    "unsigned": lambda rng, n: rng.integers(3, 9, n).astype(np.uint8),
    "wide whole numbers": lambda rng, n: rng.integers(0, 10**9, n),
    "continuous": lambda rng, n: rng.normal(size=n),
    "many ties": lambda rng, n: rng.normal(size=n).round(1),
    "ties only": lambda rng, n: np.zeros(n),
    "with infinities": lambda rng, n: np.where(rng.random(n) < 0.2, np.inf, rng.normal(size=n)),
}


@pytest.mark.parametrize("kind", SCORES)
@pytest.mark.parametrize("n", [30, 101])
def test_everything_equals_the_double_loop(kind, n):
    rng = np.random.default_rng(n)
    event = rng.random(n) < 0.3
    score, other = SCORES[kind](rng, n), SCORES["whole numbers"](rng, n)
    pairs, others = loop(score, event), loop(other, event)
    covariance = loop_covariance(pairs, others)
    found, both = delong.auc(score, event), delong.pair(score, other, event)
    assert found.estimate == pytest.approx(pairs.mean(), abs=1e-13)
    assert found.std_error == pytest.approx(np.sqrt(covariance[0, 0]), abs=1e-13)
    np.testing.assert_allclose(both.covariance, covariance, atol=1e-14)
    np.testing.assert_allclose(delong.placements(score, event)[event], pairs.mean(axis=1), atol=1e-13)
    np.testing.assert_allclose(delong.placements(score, event)[~event], pairs.mean(axis=0), atol=1e-13)


def test_both_ways_of_computing_agree():
    rng = np.random.default_rng(8)
    score, second, event = rng.integers(0, 21, 500), rng.integers(0, 8, 500), rng.random(500) < 0.1
    by_table, by_sort = delong.auc(score, event), delong.auc(score.astype(float), event)
    assert by_table.estimate == pytest.approx(by_sort.estimate, abs=1e-14)
    assert by_table.std_error == pytest.approx(by_sort.std_error, abs=1e-14)
    table = delong.pair(score, second, event).covariance
    np.testing.assert_allclose(table, delong.pair(score + 0.0, second + 0.0, event).covariance, atol=1e-16)


def test_direction_is_never_guessed():
    score, event = np.array([1, 2, 3, 4]), np.array([True, True, False, False])
    assert delong.auc(score, event).estimate == 0
    assert delong.auc(-score, event).estimate == 1


@pytest.mark.parametrize("dtype", [int, float])
def test_one_kind_of_row_has_no_auc_and_no_warning(dtype):
    score = np.array([1, 2, 3], dtype)
    for event in (np.ones(3, bool), np.zeros(3, bool)):
        found = delong.auc(score, event)
        assert np.isnan([found.estimate, found.std_error]).all()
        assert found.events + found.others == 3
    assert np.isnan(delong.auc(score[:0], np.zeros(0, bool)).estimate)


def test_one_event_has_an_auc_without_an_error():
    found = delong.auc(np.array([5, 1, 2, 7]), np.array([True, False, False, False]))
    assert found.estimate == pytest.approx(2 / 3)
    assert np.isnan(found.std_error)
    pair = delong.pair(np.array([5, 1, 2, 7]), np.array([5.0, 1, 2, 7]), np.array([True, False, False, False]))
    assert np.isnan(pair.covariance).all()
