"""Bootstrap of the AUC over clusters: against recomputing from the redrawn rows, ties and frequent scores included."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dvstudy.numbers import auc_resample, resample


def made(kind, n=600, clusters=9):
    rng = np.random.default_rng(8)
    event, cluster = rng.random(n) < 0.2, rng.integers(0, clusters, n)
    score = rng.normal(size=n) + event
    return {
        "continuous": score,
        "tied": score.round(1),
        "one frequent score": np.where(rng.random(n) < 0.4, 0.0, score),
        "few whole numbers": (3 * score).round().astype(int),
        "many whole numbers": (3000 * score).round().astype(int),
    }[kind], event, cluster  # fmt: skip


KINDS = ["continuous", "tied", "one frequent score", "few whole numbers", "many whole numbers"]


@pytest.mark.parametrize("kind", KINDS)
def test_replicates_equal_recomputing_from_the_redrawn_rows(kind):
    score, event, cluster = made(kind)
    times = resample.drawn(9, replicates=25)
    found = auc_resample.replicates(score, event, cluster, times)
    for drawn, value in zip(times, found, strict=True):
        again = np.repeat(np.arange(len(score)), drawn[cluster].astype(int))
        assert value == pytest.approx(roc_auc_score(event[again], score[again]))


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_by_cluster_equal_the_double_loop(kind):
    score, event, cluster = made(kind, n=200)
    expected = np.zeros((9, 9))
    for i in np.flatnonzero(event):
        for j in np.flatnonzero(~event):
            expected[cluster[i], cluster[j]] += float(score[i] > score[j]) + 0.5 * float(score[i] == score[j])
    np.testing.assert_allclose(auc_resample.won_pairs(score, event, cluster, 9), expected)


def test_a_draw_without_events_is_not_a_number():
    score, event, cluster = np.array([3, 1, 2, 0]), np.array([True, True, False, False]), np.array([0, 0, 0, 1])
    found = auc_resample.replicates(score, event, cluster, np.array([[2.0, 0.0], [0.0, 2.0]]))
    assert found[0] == 0.5 and np.isnan(found[1])
