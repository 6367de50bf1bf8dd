"""Scores as rules that flag a stated share: the cut falls where the share is met, between two scores if need be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]


@dataclass(frozen=True)
class Matched:
    """`cells` (K, 4): counts in each cluster with the cut set on all rows; `without` (K, 4): counts of all other
    clusters with the cut set anew without cluster k. Order of `two_by_two.CELLS`."""

    cells: Floats
    without: Floats


def flagged(score: NDArray[np.number], share: float) -> Floats:
    """(n,) part of each row that is flagged, 0 to 1, when the highest `share` of the rows is.

    Rows above the cut count whole; of the rows at the cut the part that is still wanted, whichever they are: the
    straight line between two points of the ROC curve.
    """
    ordered = np.sort(-np.asarray(score, float))
    wanted = share * len(ordered)
    if wanted <= 0:
        return np.zeros(len(ordered))
    cut = ordered[min(int(np.ceil(wanted - 1e-9)), len(ordered)) - 1]
    above, here = np.searchsorted(ordered, [cut, cut], side="left")[0], np.searchsorted(ordered, cut, side="right")
    part = (wanted - above) / (here - above)
    return np.asarray(np.where(-score < cut, 1.0, np.where(-score == cut, part, 0.0)))


def matched(
    score: NDArray[np.number], rule: NDArray[np.bool_], event: NDArray[np.bool_], cluster: Codes, clusters: int
) -> Matched:
    """Counts of a score that flags as many rows as `rule` does, from (n,) arrays; `cluster` codes from 0.

    Without cluster k the rule's share is that of the other clusters, and the cut moves with it.
    """
    whole = flagged(score, float(rule.mean()))
    cells: Floats = np.stack(
        [
            np.bincount(cluster, weights=part * (event == kind), minlength=clusters).astype(float)
            for part in (whole, 1 - whole)
            for kind in (True, False)
        ],
        axis=-1,
    )
    without = np.empty((clusters, 4))
    for k in range(clusters):
        kept = cluster != k
        part, happened = flagged(score[kept], float(rule[kept].mean())), event[kept]
        hits, alarms = float(part[happened].sum()), float(part[~happened].sum())
        without[k] = hits, alarms, happened.sum() - hits, (~happened).sum() - alarms
    return Matched(cells, without)
