"""All rules from one table, and the points of a score: against a loop over rules and rows."""

import numpy as np
import pytest

from dvstudy.numbers import roc, surface, two_by_two


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


def youden(cells):
    return two_by_two.measures(cells)[..., -1]


def test_cross_validation_equals_the_loop_over_parts():
    counts, event, cluster = forms(2)
    cells = surface.rule_cells(surface.histogram(counts, event, cluster, largest=(3, 5), clusters=8)).reshape(8, -1, 4)
    found = surface.cross_validated_cells(cells, folds=4, repeats=1, seed=5)
    part = np.random.default_rng(np.random.SeedSequence(5)).permuted(np.arange(8)[None] % 4, axis=1)[0]
    for one in range(4):
        inside = part == one
        rule = youden(cells[~inside].sum(axis=0)).argmax()
        np.testing.assert_allclose(found[inside], cells[inside, rule])


def test_cross_validation_is_never_better_than_the_best_by_more_than_chance_and_repeats_itself():
    counts, event, cluster = forms(3)
    cells = surface.rule_cells(surface.histogram(counts, event, cluster, largest=(3, 5), clusters=8)).reshape(8, -1, 4)
    found = surface.cross_validated_cells(cells)
    np.testing.assert_array_equal(found, surface.cross_validated_cells(cells))
    np.testing.assert_allclose(found.sum(axis=-1), cells[:, 0].sum(axis=-1))
    assert youden(found.sum(axis=0)) < youden(cells.sum(axis=0)).max()


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
