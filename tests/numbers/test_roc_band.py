"""The band round a ROC curve: its construction, and that it holds the whole true curve as often as it says."""

import numpy as np
import pytest
from scipy.stats import norm, t

from dvstudy.numbers import roc_band, score_counts


def stations(rng, *, clusters, rows, spread, events=0.15, whole=False):
    """Rows of stations that lean: the score of all rows of a station moves by one number."""
    cluster = rng.integers(0, clusters, rows)
    event = rng.random(rows) < events
    score = rng.normal(size=rows) + event + spread * rng.normal(size=clusters)[cluster]
    return (np.round(2 * score) if whole else score), event, cluster


def holds(band, counts, spread):
    """Whether the true curve of `stations` lies inside everywhere."""
    at = np.linspace(0.002, 0.998, 300)
    width = np.sqrt(1 + spread**2)
    low, high = band.around(*roc_band.curve(counts), at)
    truth = norm.sf(norm.isf(at) - 1 / width)
    return bool(((low <= truth) & (truth <= high)).all())


def test_with_one_threshold_the_band_is_the_t_limit_of_one_point_aslant():
    score, event, cluster = stations(np.random.default_rng(1), clusters=30, rows=900, spread=0.4)
    counts = score_counts.count((score > 0.5).astype(int), event, cluster, 30)
    found = roc_band.band(counts)
    each = [[(score[kind & (cluster != k)] > 0.5).mean() for k in range(30)] for kind in (event, ~event)]
    moved = [np.array(one) - (score[kind] > 0.5).mean() for one, kind in zip(each, (event, ~event), strict=True)]
    errors = [np.sqrt(29 / 30 * (one**2).sum()) for one in moved]
    assert found.sensitivity / found.false_alarms == pytest.approx(errors[0] / errors[1])
    x, y = ((score[kind] > 0.5).mean() / error for kind, error in zip((~event, event), errors[::-1], strict=True))
    near = 0.12 * (1 / errors[1] + 1 / errors[0])
    up, right = y / (x + y), (1 / errors[0] - y) / (1 / errors[1] - x + 1 / errors[0] - y)
    dy, dx = near * (up + right), near * (2 - up - right)
    aslant = (moved[0] / errors[0] * dx - moved[1] / errors[1] * dy) / (dx + dy)
    width = t.ppf(0.975, 29) * np.sqrt(29 / 30 * (aslant**2).sum())
    assert found.sensitivity / errors[0] == pytest.approx(width, rel=0.08)


def test_the_band_moves_the_curve_by_its_widths():
    points = np.array([0.0, 0.2, 0.5, 1.0]), np.array([0.0, 0.6, 0.9, 1.0])
    low, high = roc_band.Band(0.1, 0.05).around(*points, np.array([0.0, 0.05, 0.3, 0.95]))
    np.testing.assert_allclose(low, [0, 0, 0.55, np.interp(0.85, *points) - 0.05])
    np.testing.assert_allclose(high, [0.35, 0.5, np.interp(0.4, *points) + 0.05, 1])


def test_sparse_counts_give_the_same_band(monkeypatch):
    score, event, cluster = stations(np.random.default_rng(3), clusters=15, rows=300, spread=0.5)
    dense = roc_band.band(score_counts.count(score, event, cluster, 15))
    monkeypatch.setattr(score_counts, "_ROOM", 1)
    sparse = roc_band.band(score_counts.count(score, event, cluster, 15))
    assert (dense.false_alarms, dense.sensitivity) == pytest.approx((sparse.false_alarms, sparse.sensitivity))


def test_events_in_one_cluster_have_no_band():
    counts = score_counts.count(np.arange(6.0), np.array([1, 1, 0, 0, 0, 0], bool), np.array([0, 0, 0, 1, 1, 2]), 3)
    assert np.isnan(roc_band.band(counts).sensitivity)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clusters", "spread", "events"), [(40, 0.0, 0.1), (40, 0.3, 0.1), (40, 0.9, 0.1), (12, 0.5, 0.1), (40, 0.3, 0.02)]
)
def test_the_band_holds_the_whole_curve(clusters, spread, events):
    rng, runs, held = np.random.default_rng([clusters, int(10 * spread)]), 800, 0
    for seed in range(runs):
        rows = stations(rng, clusters=clusters, rows=2000, spread=spread, events=events)
        counts = score_counts.count(*rows, clusters)
        held += holds(roc_band.band(counts, seed=seed), counts, spread)
    assert held / runs >= 0.93


@pytest.mark.slow
def test_the_band_of_independent_rows_holds_the_whole_curve():
    rng, runs, held = np.random.default_rng(7), 800, 0
    for _ in range(runs):
        score, event, _ = stations(rng, clusters=1, rows=1000, spread=0.0)
        counts = score_counts.count(score, event, *score_counts.dealt(1000))
        held += holds(roc_band.band(counts), counts, 0.0)
    assert held / runs >= 0.93 - 3 * np.sqrt(0.05 * 0.95 / runs)
