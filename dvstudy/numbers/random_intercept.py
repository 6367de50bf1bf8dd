"""Logistic regression with a random intercept for each cluster, at a given variance, and draws from it.

A normal intercept of variance v is a penalty of 1 / v on one column a cluster. Each row lies in one cluster, so that
block of the information is diagonal and is eliminated: a step costs what it costs without clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]

_STEPS: Final = 30
#: Newton's method squares what is wrong at each step: after one this long about 1e-10 is left.
_ENOUGH: Final = 1e-5
_LONGEST: Final = 5.0
#: Rows multiplied at once: thousands of products this small are faster than products shared out among processors.
_BLOCK: Final = 256


@dataclass(frozen=True)
class Mode:
    """Most probable values, and how sharply they are known.

    Attributes
    ----------
    fixed, own
        (p,) coefficients; (K,) intercepts of the clusters.
    curve
        (p, p) information on `fixed` once the intercepts are eliminated.
    depth, cross
        (K,) information on each intercept; (K, p) between the two.
    """

    fixed: Floats
    own: Floats
    curve: Floats
    depth: Floats
    cross: Floats

    def draw(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Coefficients and intercepts drawn from the normal distribution round the mode."""
        root = np.linalg.cholesky(self.curve)
        moved = np.linalg.solve(root.T, rng.standard_normal(len(self.fixed)))
        own = self.own - self.cross @ moved / self.depth + rng.standard_normal(len(self.own)) / np.sqrt(self.depth)
        return self.fixed + moved, own

    @property
    def variance(self) -> float:
        """Variance of the intercepts that these values speak for (one step of the EM algorithm)."""
        explained = np.einsum("kp,pq,kq->k", self.cross, np.linalg.inv(self.curve), self.cross) / self.depth**2
        return float((self.own**2 + 1 / self.depth + explained).mean())


def mode(
    x: Floats,
    event: Floats,
    cluster: Codes,
    clusters: int,
    *,
    variance: float,
    ridge: Floats,
    start: Mode | None = None,
) -> Mode:
    """Most probable coefficients and intercepts for 0/1 `event` (n,), design `x` (n, p), clusters coded from 0.

    `ridge` (p,) is the penalty of each squared coefficient. Checked against the same model with a column a cluster.
    """
    order = np.argsort(cluster, kind="stable")
    x, event, cluster = x[order], event[order], cluster[order]
    there, begins = np.unique(cluster, return_index=True)
    fixed, own = (start.fixed, start.own) if start else (np.zeros(x.shape[1]), np.zeros(clusters))
    for _ in range(_STEPS):
        risk = expit(np.einsum("np,p->n", x, fixed) + own[cluster])
        weight, gap = risk * (1 - risk), event - risk
        depth = np.asarray(np.bincount(cluster, weight, clusters) + 1 / variance, float)
        weighed = x * weight[:, None]
        cross = np.zeros((clusters, x.shape[1]))
        cross[there] = np.add.reduceat(weighed, begins, axis=0)
        curve = _products(weighed, x) + np.diag(ridge) - (cross / depth[:, None]).T @ cross
        slope, own_slope = (
            np.einsum("np,n->p", x, gap) - ridge * fixed,
            np.bincount(cluster, gap, clusters) - own / variance,
        )
        step = np.linalg.solve(curve, slope - cross.T @ (own_slope / depth))
        own_step = (own_slope - cross @ step) / depth
        longest = max(float(np.abs(step).max()), float(np.abs(own_step).max()))
        short = min(1.0, _LONGEST / longest) if longest > 0 else 1.0
        fixed, own = fixed + short * step, own + short * own_step
        if longest < _ENOUGH:
            break
    return Mode(fixed, own, curve, depth, cross)


def _products(first: Floats, second: Floats) -> Floats:
    """``first.T @ second`` of long, narrow tables."""
    made = np.zeros((first.shape[1], second.shape[1]))
    for at in range(0, len(first), _BLOCK):
        made += first[at : at + _BLOCK].T @ second[at : at + _BLOCK]
    return made
