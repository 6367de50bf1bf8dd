"""A band that holds the whole ROC curve at once: the curve moved by one width, up and left, and down and right.

Sensitivity y and false alarms x are measured in their largest standard errors s1 and s0. Where the curve rises by dy
over dx, leaving out a cluster, which moves the point of a threshold by (u, v), moves the curve by
``(v dx - u dy) / (dx + dy)`` in the direction (-s0, s1): a number without steep parts. The largest such move over all
thresholds of a random combination of the clusters' moves, over a chi with clusters - 1 degrees of freedom, is for a
whole curve what t is for one point.

The slanted direction is that of Campbell (1994), Stat Med 13, 499, who took the width from two Kolmogorov-Smirnov
limits; that is half as wide again and held the curve every time in 1,500 simulated studies. A band moved up and down
only would be worst where the curve is steep; a bootstrap of whole clusters has no t for few of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers.clusters import spread
from dvstudy.numbers.partial_auc import shares_above
from dvstudy.numbers.score_counts import ScoreCounts, at_or_above

Floats = NDArray[np.float64]

#: Random combinations of clusters, and thresholds that are kept of a score with more.
_DRAWS: Final = 2000
_WATCHED: Final = 400
#: Part of the curve, to either side, over which its direction is taken.
_NEAR: Final = 0.12


@dataclass(frozen=True)
class Band:
    """How far the curve is moved along the false alarms and along the sensitivity."""

    false_alarms: float
    sensitivity: float

    def around(self, false_alarms: Floats, sensitivity: Floats, at: Floats) -> tuple[Floats, Floats]:
        """Limits of the sensitivity at the false alarm rates `at`, from the points of the curve in rising order."""
        low = np.interp(at - self.false_alarms, false_alarms, sensitivity, left=-np.inf) - self.sensitivity
        high = np.interp(at + self.false_alarms, false_alarms, sensitivity, right=np.inf) + self.sensitivity
        return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def band(counts: ScoreCounts, *, level: float = 0.95, seed: int = 0) -> Band:
    """Band of rows in clusters (independent rows: dealt into groups, `score_counts.dealt`).

    NaN unless at least two clusters hold events and at least two hold other rows. Checked in simulation.
    """
    behind = min(int((kind > 0).sum()) for kind in counts.sizes)
    if behind < 2:
        return Band(float("nan"), float("nan"))
    false, found = _curves(counts)
    widest = [float(spread(one[1:] - one[0], counts.clusters).max()) for one in (false, found)]
    if min(widest) <= 0:
        return Band(*widest)
    moved = _moved(false / widest[0], found / widest[1]) * np.sqrt((counts.clusters - 1) / counts.clusters)
    generator = np.random.default_rng(seed)
    mixed = generator.standard_normal((_DRAWS, counts.clusters)) @ moved
    chi = np.sqrt(generator.chisquare(behind - 1, _DRAWS) / (behind - 1))
    width = float(np.quantile(np.abs(mixed).max(axis=1) / chi, level))
    return Band(width * widest[0], width * widest[1])


def curve(counts: ScoreCounts) -> tuple[Floats, Floats]:
    """False alarms and sensitivity of all rows at every threshold, from nobody flagged to everybody."""
    return shares_above(*counts.total)


def _curves(counts: ScoreCounts) -> tuple[Floats, Floats]:
    """(K + 1, thresholds + 1) false alarms and sensitivity of all rows, then without each cluster."""
    values = len(counts.scores)
    watched = np.unique(np.linspace(0, values - 1, min(values, _WATCHED)).astype(int))
    kinds = []
    for table in (counts.events, counts.others):
        above = at_or_above(table, watched)
        step = np.diff(above, prepend=0.0, axis=1)
        kinds.append(np.vstack([step.sum(axis=0), step.sum(axis=0) - step]))
    return shares_above(*kinds)


def _moved(x: Floats, y: Floats) -> Floats:
    """(K, thresholds + 1) how far the curve moves, aslant, without each cluster."""
    along = x[0] + y[0]
    near = _NEAR * along[-1]
    ends = np.clip(along - near, 0, None), np.clip(along + near, None, along[-1])
    dx, dy = (np.interp(ends[1], along, axis) - np.interp(ends[0], along, axis) for axis in (x[0], y[0]))
    return np.asarray(((y[1:] - y[0]) * dx - (x[1:] - x[0]) * dy) / (dx + dy))
