"""All rules from one table, and the points of a score: against a loop over rules and rows."""

import numpy as np
import pytest

from dvstudy.numbers import roc, surface


def forms(seed=0, n=300, clusters=8):
    rng = np.random.default_rng(seed)
    first, second = rng.binomial(3, 0.3, n), rng.binomial(5, 0.3, n)
    return (first, second), rng.random(n) < 0.1 + 0.1 * first, rng.integers(0, clusters, n)


def counted(flagged, event):
    return [(flagged & event).sum(), (flagged & ~event).sum(), (~flagged & event).sum(), (~flagged & ~event).sum()]


def test_every_rule_in_every_cluster_equals_the_loop():
    counts, event, cluster = forms()
    cells = surface.rule_cells(surface.histogram(counts, event, cluster, largest=(3, 5), clusters=9))
    assert cells.shape == (9, 3, 5, 4)
    for k in range(1, 4):
        for m in range(1, 6):
            flagged = (counts[0] >= k) | (counts[1] >= m)
            for c in range(9):
                rows = cluster == c
                assert cells[c, k - 1, m - 1].tolist() == counted(flagged[rows], event[rows])


def test_rules_that_join_by_and_and_the_branches_equal_the_loop():
    counts, event, cluster = forms(6)
    table = surface.histogram(counts, event, cluster, largest=(3, 5), clusters=8)
    cells, parts = surface.rule_cells(table, "all").sum(axis=0), surface.branches(table).sum(axis=0)
    for k in range(1, 4):
        for m in range(1, 6):
            one, two = counts[0] >= k, counts[1] >= m
            assert cells[k - 1, m - 1].tolist() == counted(one & two, event)
            for kind in (False, True):
                expected = [(w & (event == kind)).sum() for w in (one & ~two, two & ~one, one & two)]
                assert parts[int(kind), k - 1, m - 1].tolist() == expected


def test_rules_that_nothing_beats_equal_the_loop_over_pairs():
    counts, event, cluster = forms(7, n=60)
    table = surface.histogram(counts, event, cluster, largest=(3, 5), clusters=8).sum(axis=0)
    cells = np.concatenate([surface.rule_cells(table, join).reshape(-1, 4) for join in ("any", "all")])
    beaten = [
        any(o[0] >= c[0] and o[1] <= c[1] and (o[0] > c[0] or o[1] < c[1]) for o in cells[:, :2]) for c in cells[:, :2]
    ]
    assert surface.pareto(cells).tolist() == [not b for b in beaten]
    assert 0 < sum(beaten) < len(beaten)


def test_sums_are_linear_so_resampled_clusters_need_no_rows():
    counts, event, cluster = forms(1)
    table = surface.histogram(counts, event, cluster, largest=(3, 5), clusters=8)
    weight = np.array([2.0, 0, 1, 1, 3, 0, 1, 0])
    resampled = surface.rule_cells(np.tensordot(weight, table, axes=1))
    np.testing.assert_allclose(resampled, np.tensordot(weight, surface.rule_cells(table), axes=1))


def test_no_rows_make_an_empty_table():
    empty = np.zeros(0, int)
    table = surface.histogram((empty, empty), np.zeros(0, bool), empty, largest=(2, 2), clusters=1)
    assert table.shape == (1, 2, 3, 3)
    assert table.sum() == 0


@pytest.mark.parametrize("kind", ["whole", "fine"])
def test_points_equal_the_loop_over_thresholds(kind):
    rng = np.random.default_rng(4)
    score = rng.integers(2, 9, 60) if kind == "whole" else rng.normal(size=60)
    event = rng.random(60) < 0.4
    thresholds, cells = roc.points(score, event)
    assert cells.tolist() == [counted(score >= t, event) for t in thresholds]
    assert cells[0, :2].sum() == 0
    assert cells[-1, 2:].sum() == 0
    assert (np.diff(thresholds) < 0).all()
    if kind == "whole":
        assert thresholds.tolist() == list(range(9, 1, -1))


def test_points_of_wide_whole_numbers_are_those_that_occur():
    thresholds, cells = roc.points(np.array([5, 10**9, 7]), np.array([True, False, True]))
    assert thresholds.tolist() == [np.inf, 10**9, 7, 5]
    assert cells.tolist() == [[0, 0, 2, 1], [0, 1, 2, 0], [1, 1, 1, 0], [2, 1, 0, 0]]
