"""A band that holds the whole ROC curve at once, of one width in each direction.

Let S1(c), S0(c) be the shares of events and of other rows at or above threshold c. If at every c both estimates are
within d1 and d0 of the truth, the true curve lies between ``R(x - d0) - d1`` and ``R(x + d0) + d1`` for every false
alarm rate x, R being the estimated curve. Independent rows: d1 and d0 are Kolmogorov-Smirnov limits (Campbell 1994,
Stat Med 13, 499). Clusters: the largest deviations over all thresholds of a random combination of the jackknife
deviations of the clusters, over a chi with clusters - 1 degrees of freedom, which is the t of the pointwise limits
carried over to a whole curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers.clusters import ratios
from dvstudy.numbers.partial_auc import shares_above
from dvstudy.numbers.score_counts import ScoreCounts, at_or_above

Floats = NDArray[np.float64]

#: Random combinations of clusters, and thresholds at which a curve of many is watched.
_DRAWS: Final = 2000
_WATCHED: Final = 400


@dataclass(frozen=True)
class Band:
    """Half the width of the band along the false alarms (d0) and along the sensitivity (d1)."""

    false_alarms: float
    sensitivity: float

    def around(self, false_alarms: Floats, sensitivity: Floats, at: Floats) -> tuple[Floats, Floats]:
        """Limits of the sensitivity at the false alarm rates `at`, from the points of the curve in rising order."""
        low = np.interp(at - self.false_alarms, false_alarms, sensitivity, left=-np.inf) - self.sensitivity
        high = np.interp(at + self.false_alarms, false_alarms, sensitivity, right=np.inf) + self.sensitivity
        return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def independent(events: int, others: int, *, level: float = 0.95) -> Band:
    """Kolmogorov-Smirnov band of independent rows: each kind of row is held with the square root of `level`. Exact
    where the score has no ties, wider than needed where it has."""
    from scipy.stats import kstwo

    return Band(*(float(kstwo.ppf(np.sqrt(level), n)) for n in (others, events)))


def clustered(counts: ScoreCounts, *, level: float = 0.95, seed: int = 0) -> Band:
    """Band for rows in clusters; NaN unless at least two clusters hold events and at least two hold other rows."""
    events, others = counts.sizes
    behind = min((events > 0).sum(), (others > 0).sum())
    if behind < 2:
        return Band(float("nan"), float("nan"))
    found, false = (_deviations(table) for table in (counts.events, counts.others))
    generator = np.random.default_rng(seed)
    mixed = generator.standard_normal((_DRAWS, counts.clusters))
    mixed /= np.sqrt(generator.chisquare(behind - 1, (_DRAWS, 1)) / (behind - 1))
    largest = [np.abs(mixed @ one).max(axis=1) for one in (false, found)]
    usual = [float(np.median(one)) for one in largest]
    if min(usual) <= 0:
        return Band(*(float(np.quantile(one, level)) for one in largest))
    factor = float(np.quantile(np.maximum(*(one / u for one, u in zip(largest, usual, strict=True))), level))
    return Band(factor * usual[0], factor * usual[1])


def curve(counts: ScoreCounts) -> tuple[Floats, Floats]:
    """False alarms and sensitivity of all rows at every threshold, from nobody flagged to everybody."""
    return shares_above(*counts.total)


def _deviations(table: Any) -> Floats:
    """(K, thresholds) jackknife deviations of the share at or above each threshold, scaled to the standard error."""
    values = table.shape[1]
    watched = np.unique(np.linspace(0, values - 1, min(values, _WATCHED)).astype(int))
    above = at_or_above(table, watched)
    moved = ratios(above, np.broadcast_to(above[:, -1:], above.shape))
    return np.asarray(moved.deviation * np.sqrt((moved.clusters - 1) / moved.clusters))
