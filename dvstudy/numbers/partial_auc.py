"""Part of the area under the ROC curve: the part at high specificity, or at high sensitivity.

Points of equal score are joined by a straight line, as an AUC that counts ties a half does.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Axis = Literal["specificity", "sensitivity"]


def partial_area(events: Floats, others: Floats, *, low: float, high: float, of: Axis = "specificity") -> Floats:
    """Area where `of` lies between `low` and `high`, from counts (..., V) at each score from the highest down.

    `specificity`: mean sensitivity over that range of specificities, times its width; `sensitivity`: the same with the
    two exchanged. With low 0 and high 1 both are the AUC. NaN without events or without other rows.
    """
    false_alarms, found = shares_above(events, others)
    x, y = (false_alarms, found) if of == "specificity" else (found, 1 - false_alarms)
    start, end = (1 - high, 1 - low) if of == "specificity" else (low, high)
    left, right = np.clip(x[..., :-1], start, end), np.clip(x[..., 1:], start, end)
    run = np.diff(x, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(run > 0, np.diff(y, axis=-1) / run, 0.0)
    middle = y[..., :-1] + slope * ((left + right) / 2 - x[..., :-1])
    return np.asarray((middle * (right - left)).sum(axis=-1))


def shares_above(events: Floats, others: Floats) -> tuple[Floats, Floats]:
    """(..., V + 1) false alarms and sensitivity at every threshold, from nobody flagged to everybody."""
    with np.errstate(divide="ignore", invalid="ignore"):
        false_alarms, found = (_cumulated(kind) / kind.sum(axis=-1, keepdims=True) for kind in (others, events))
    return false_alarms, found


def bounds(*, low: float, high: float) -> tuple[float, float]:
    """Area in the range of a score that says nothing (the diagonal), and of one that never errs."""
    width, squares = high - low, (high**2 - low**2) / 2
    return width - squares, width


def standardise(area: Floats, *, low: float, high: float) -> Floats:
    """McClish's standardised partial area: one half for a score that says nothing, 1 for one that never errs.

    McClish (1989), Med Decis Making 9, 190. Checked against R pROC (``partial.auc.correct = TRUE``).
    """
    nothing, perfect = bounds(low=low, high=high)
    return np.asarray((1 + (np.asarray(area) - nothing) / (perfect - nothing)) / 2)


def _cumulated(counts: Floats) -> Floats:
    nobody = np.zeros((*counts.shape[:-1], 1))
    return np.concatenate([nobody, np.cumsum(counts, axis=-1)], axis=-1)
