"""The band round a ROC curve: its construction, and that it holds the whole true curve as often as it says."""

import numpy as np
import pytest
from scipy.special import kolmogi
from scipy.stats import norm

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


def test_independent_rows_have_the_kolmogorov_width():
    band = roc_band.independent(40_000, 90_000)
    assert band.sensitivity == pytest.approx(kolmogi(1 - np.sqrt(0.95)) / 200, rel=5e-3)
    assert band.false_alarms == pytest.approx(kolmogi(1 - np.sqrt(0.95)) / 300, rel=5e-3)


def test_the_band_moves_the_curve_by_its_widths():
    points = np.array([0.0, 0.2, 0.5, 1.0]), np.array([0.0, 0.6, 0.9, 1.0])
    low, high = roc_band.Band(0.1, 0.05).around(*points, np.array([0.0, 0.05, 0.3, 0.95]))
    np.testing.assert_allclose(low, [0, 0, 0.55, np.interp(0.85, *points) - 0.05])
    np.testing.assert_allclose(high, [0.35, 0.5, np.interp(0.4, *points) + 0.05, 1])


def test_sparse_counts_give_the_same_band(monkeypatch):
    score, event, cluster = stations(np.random.default_rng(3), clusters=15, rows=300, spread=0.5)
    dense = roc_band.clustered(score_counts.count(score, event, cluster, 15))
    monkeypatch.setattr(score_counts, "_ROOM", 1)
    sparse = roc_band.clustered(score_counts.count(score, event, cluster, 15))
    assert (dense.false_alarms, dense.sensitivity) == pytest.approx((sparse.false_alarms, sparse.sensitivity))


def test_events_in_one_cluster_have_no_band():
    counts = score_counts.count(np.arange(6.0), np.array([1, 1, 0, 0, 0, 0], bool), np.array([0, 0, 0, 1, 1, 2]), 3)
    assert np.isnan(roc_band.clustered(counts).sensitivity)


@pytest.mark.slow
@pytest.mark.parametrize(("clusters", "spread"), [(40, 0.0), (40, 0.3), (40, 0.8), (12, 0.5)])
def test_the_band_holds_the_whole_curve(clusters, spread):
    rng, runs, held = np.random.default_rng([clusters, int(10 * spread)]), 800, 0
    for seed in range(runs):
        counts = score_counts.count(*stations(rng, clusters=clusters, rows=2000, spread=spread), clusters)
        held += holds(roc_band.clustered(counts, seed=seed), counts, spread)
    assert held / runs >= 0.93


@pytest.mark.slow
def test_the_band_of_independent_rows_holds_the_whole_curve():
    rng, runs, held = np.random.default_rng(7), 2000, 0
    for _ in range(runs):
        score, event, cluster = stations(rng, clusters=1, rows=600, spread=0.0)
        counts = score_counts.count(score, event, cluster, 1)
        held += holds(roc_band.independent(int(event.sum()), int((~event).sum())), counts, 0.0)
    assert held / runs >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / runs)
