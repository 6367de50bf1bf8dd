"""Precision and recall: how many of those flagged have the event, at every share of the events that is found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def average_precision(events: Floats, others: Floats) -> Floats:
    """Average precision from counts (..., V) at each score from the highest down.

    ``sum_v (recall_v - recall_(v-1)) * precision_v``: rows of equal score are flagged together, and the precision is
    held until the next threshold. No straight lines between points: precision is not linear in recall (Davis and
    Goadrich 2006, ICML 23, 233). NaN without events. Checked against scikit-learn.
    """
    found, flagged = np.cumsum(events, axis=-1), np.cumsum(events + others, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(flagged > 0, found / flagged, 0.0)
        return np.asarray((events * precision).sum(axis=-1) / found[..., -1])


def prevalence(events: Floats, others: Floats) -> Floats:
    """Share of rows with the event (...): the average precision of a score that says nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(events.sum(axis=-1) / (events.sum(axis=-1) + others.sum(axis=-1)))
