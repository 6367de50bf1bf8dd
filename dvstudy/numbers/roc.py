"""Operating points of a score: what every threshold "at or above" would do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers.delong import TABLE_SPAN

Floats = NDArray[np.float64]


def points(score: NDArray[np.number], event: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Thresholds (T,) from the highest down and the 2x2 counts (T, 4) of "score at or above the threshold".

    Counts are in the order of `two_by_two.CELLS`. Whole-number scores have every whole number from one above the
    largest (nobody flagged) to the smallest (everybody flagged); other scores, and those that span thousands of
    values, have infinity and each value that occurs.
    """
    if score.dtype.kind in "iu" and int(score.max()) - int(score.min()) < TABLE_SPAN:
        thresholds = np.arange(int(score.max()) + 1, int(score.min()) - 1, -1, dtype=float)
    else:
        thresholds = np.append(np.inf, np.unique(score)[::-1])
    reached = [len(kind) - np.searchsorted(np.sort(kind), thresholds, "left") for kind in (score[event], score[~event])]
    found, false = (r.astype(float) for r in reached)
    return thresholds, np.column_stack([found, false, event.sum() - found, (~event).sum() - false])
