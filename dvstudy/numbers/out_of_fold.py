"""Risks for rows from models that never saw their cluster."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dvstudy.numbers import logistic

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]

FOLDS: Final = 10


def deal(clusters: int, *, folds: int = FOLDS, seed: int = 0) -> Codes:
    """(clusters,) part of each cluster, parts as equal in number as they can be; no more parts than clusters."""
    parts = np.arange(clusters) % min(folds, clusters)
    return np.random.default_rng(np.random.SeedSequence(seed)).permutation(parts)


def risks(x: ArrayLike, event: ArrayLike, known: NDArray[np.bool_], fold: Codes, *, offset: ArrayLike = 0.0) -> Floats:
    """(n,) risk of each row by the logistic regression of the rows of other folds.

    Parameters
    ----------
    x
        (n, p) design with its column of ones.
    event, known
        (n,) outcomes, and where they are known: a row without an outcome gets a risk and teaches nothing.
    fold
        (n,) part of the row's cluster, by `deal`.
    offset
        (n,) or one number, added to the linear predictor.

    Notes
    -----
    NaN for the rows of a fold whose model cannot be fitted (few events, or events told apart without error).
    """
    design, y = np.asarray(x, float), np.asarray(event, float)
    shift = np.broadcast_to(np.asarray(offset, float), y.shape)
    found = np.full(len(y), np.nan)
    for part in np.unique(fold):
        teach, inside = known & (fold != part), fold == part
        found[inside] = logistic.fit(design[teach], y[teach], offset=shift[teach]).risk(design[inside], shift[inside])
    return found
