"""Logistic regression by Newton's method, and the same without each cluster.

statsmodels fits one such model well. What it lacks are the fits without each of a hundred stations, which start here
from the whole one and end after two or three steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

_STEPS: Final = 50
_ENOUGH: Final = 1e-9
#: A linear predictor beyond this means a risk told from 0 or 1 by less than one in a thousand millions: separation.
_SEPARATED: Final = 25.0


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    coefficients
        (p,) maximum-likelihood (or penalised) estimates; NaN when they do not exist.
    covariance
        (p, p) inverse information, for independent rows.
    problem
        Empty; ``collinear`` (columns that say the same), or ``separated`` (some column or sum of columns tells events
        apart without error, so the estimates run away).
    """

    coefficients: Floats
    covariance: Floats
    problem: str = ""

    def risk(self, x: ArrayLike, offset: ArrayLike = 0.0) -> Floats:
        """Fitted probability for the rows of `x` (n, p)."""
        return np.asarray(expit(np.asarray(x, float) @ self.coefficients + np.asarray(offset, float)))


def fit(
    x: ArrayLike,
    event: ArrayLike,
    *,
    weight: ArrayLike = 1.0,
    offset: ArrayLike = 0.0,
    ridge: ArrayLike = 0.0,
    start: ArrayLike = 0.0,
) -> Fit:
    """Maximum of ``sum w (y log p + (1 - y) log(1 - p)) - sum ridge * b^2 / 2``, ``logit p = x b + offset``.

    Parameters
    ----------
    x
        (n, p) design; a column of ones is the caller's to add.
    event
        (n,) 0 and 1, or probabilities between.
    weight, offset
        (n,) or one number.
    ridge
        (p,) or one number: the penalty of each squared coefficient; give 0 for the intercept.
    start
        (p,) where to begin.

    Notes
    -----
    Checked against statsmodels (GLM, binomial; with offsets and frequency weights) and scikit-learn (ridge).
    """
    raw, y = np.asarray(x, float), np.asarray(event, float)
    w, shift = np.broadcast_to(np.asarray(weight, float), y.shape), np.broadcast_to(np.asarray(offset, float), y.shape)
    unit = np.sqrt((raw**2).mean(axis=0)) if len(raw) else np.ones(raw.shape[1])
    unit = np.where((unit > 0) & np.isfinite(unit), unit, 1.0)  # so that no column's unit matters
    design, penalty = raw / unit, np.broadcast_to(np.asarray(ridge, float), unit.shape) / unit**2
    b = np.broadcast_to(np.asarray(start, float), unit.shape) * unit
    for _ in range(_STEPS):
        p = expit(design @ b + shift)
        slope = design.T @ (w * (y - p)) - penalty * b
        curve = (design * (w * p * (1 - p))[:, None]).T @ design + np.diag(penalty)
        if not np.isfinite(curve).all() or np.linalg.cond(curve) > 1 / np.finfo(float).eps:
            return _none(b, "separated" if np.abs(design @ b).max(initial=0.0) > _SEPARATED / 2 else "collinear")
        step = np.linalg.solve(curve, slope)
        b = b + step * min(1.0, 5.0 / max(float(np.abs(step).max(initial=0.0)), 5.0))
        if np.abs(step).max(initial=0.0) < _ENOUGH:
            far = np.abs(design @ b + shift)[w > 0].max(initial=0.0) > _SEPARATED and not penalty.any()
            return _none(b, "separated") if far else Fit(b / unit, np.linalg.inv(curve) / np.outer(unit, unit))
    return _none(b, "separated")


def without_each(
    x: ArrayLike,
    event: ArrayLike,
    cluster: NDArray[np.integer],
    clusters: int,
    *,
    weight: ArrayLike = 1.0,
    offset: ArrayLike = 0.0,
    ridge: ArrayLike = 0.0,
) -> tuple[Fit, Floats]:
    """The fit of all rows, and the (K, p) coefficients without each cluster; NaN where a fit does not exist.

    For the jackknife: `clusters.spread` of the differences.
    """
    design, y = np.asarray(x, float), np.asarray(event, float)
    w, shift = (np.broadcast_to(np.asarray(v, float), y.shape) for v in (weight, offset))
    whole = fit(design, y, weight=w, offset=shift, ridge=ridge)
    if whole.problem:
        return whole, np.full((clusters, design.shape[1]), np.nan)
    order = np.argsort(cluster, kind="stable")
    design, y, w, shift = design[order], y[order], w[order], shift[order]
    ends = np.concatenate([[0], np.cumsum(np.bincount(cluster, minlength=clusters))])
    found = np.empty((clusters, design.shape[1]))
    for k in range(clusters):
        kept = w.copy()
        kept[ends[k] : ends[k + 1]] = 0.0
        found[k] = fit(design, y, weight=kept, offset=shift, ridge=ridge, start=whole.coefficients).coefficients
    return whole, found


def _none(b: Floats, problem: str) -> Fit:
    return Fit(np.full_like(b, np.nan), np.full((len(b), len(b)), np.nan), problem)
