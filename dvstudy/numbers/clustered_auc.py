"""AUC when rows come in clusters: leave-one-cluster-out jackknife and Obuchowski's variance.

Removing cluster k takes away the pairs in which it supplies either row:
``C - sum(its events) - sum(its others) + its own pairs``. Placements give the two sums and ranks within the cluster
its own pairs, so all K replicates cost two sorts, O(n log n), and no matrix of clusters by clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers import delong
from dvstudy.numbers.clusters import jackknife

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ClusteredAuc:
    """AUC of one score with two standard errors that allow for clusters.

    Attributes
    ----------
    estimate
        Share of pairs (event, no event) in which the event scores higher; ties count a half.
    std_error
        Jackknife, NaN unless at least two clusters hold events and at least two hold rows without.
    obuchowski
        Standard error of Obuchowski (1997), Biometrics 53, 567; equals DeLong's when every cluster is one row.
    replicates
        (K,) AUC without each cluster.
    clusters
        The smaller of the clusters with events and those with rows without.
    events, others
        Rows with and without the event.
    """

    estimate: float
    std_error: float
    obuchowski: float
    replicates: Floats
    clusters: int
    events: int
    others: int


def auc(score: NDArray[np.number], event: Flags, cluster: NDArray[np.integer], clusters: int) -> ClusteredAuc:
    """AUC of `score` (n,) for `event` (n,), rows in clusters coded 0 to `clusters` - 1; higher means more risk.

    Checked against the O(mn) double loop recomputed without each cluster, and in simulation.
    """
    place = delong.placements(score, event)
    m, n = (np.bincount(cluster[kind], minlength=clusters).astype(float) for kind in (event, ~event))
    events, others = float(m.sum()), float(n.sum())
    behind = int(min((m > 0).sum(), (n > 0).sum()))
    if not behind:
        nan = float("nan")
        return ClusteredAuc(nan, nan, nan, np.full(clusters, nan), behind, int(events), int(others))
    of_events = np.bincount(cluster[event], place[event], minlength=clusters)
    of_others = np.bincount(cluster[~event], place[~event], minlength=clusters)
    lost = of_events * others + of_others * events - own_pairs(score, event, cluster, clusters)
    left_out = jackknife(
        np.column_stack([lost, m, n]), _share_of_pairs, total=[of_events.sum() * others, events, others]
    )
    estimate = float(left_out.estimate[0])
    return ClusteredAuc(
        estimate=estimate,
        std_error=float(left_out.std_error[0]) if behind >= 2 else float("nan"),
        obuchowski=_obuchowski(of_events - m * estimate, of_others - n * estimate, (m, n)),
        replicates=left_out.replicates[:, 0],
        clusters=behind,
        events=int(events),
        others=int(others),
    )


def own_pairs(score: NDArray[np.number], event: Flags, cluster: NDArray[np.integer], clusters: int) -> Floats:
    """(K,) concordant pairs (ties a half) whose two rows lie in the same cluster, by ranks within clusters."""
    order = np.lexsort((score, cluster))
    of, value, hit = cluster[order], score[order], event[order]
    new = np.ones(len(order), bool)
    new[1:] = (of[1:] != of[:-1]) | (value[1:] != value[:-1])
    start = np.flatnonzero(new)
    length = np.diff(np.append(start, len(order)))
    middle = np.repeat(start + (length + 1) / 2, length)
    size = np.bincount(of, minlength=clusters)
    rank = middle - np.repeat(np.cumsum(size) - size, size)
    held = np.bincount(of[hit], minlength=clusters)
    return np.bincount(of[hit], rank[hit], minlength=clusters) - held * (held + 1) / 2


def _share_of_pairs(totals: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(totals[..., 0:1] / (totals[..., 1:2] * totals[..., 2:3]))


def _obuchowski(of_events: Floats, of_others: Floats, rows: tuple[Floats, Floats]) -> float:
    """Standard error from centred sums of placements a cluster and the rows a cluster of each kind."""
    m, n = (kind.sum() for kind in rows)
    held = [float((kind > 0).sum()) for kind in rows]
    every = float(((rows[0] + rows[1]) > 0).sum())
    if min(held) < 2:
        return float("nan")
    variance = held[0] / (held[0] - 1) * np.dot(of_events, of_events) / m**2
    variance += held[1] / (held[1] - 1) * np.dot(of_others, of_others) / n**2
    variance += 2 * every / (every - 1) * np.dot(of_events, of_others) / (m * n)
    return float(np.sqrt(max(variance, 0.0)))
