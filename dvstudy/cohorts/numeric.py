"""Arithmetic that several steps of the generator share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from dvstudy.cohorts.streams import Floats

#: Bounds of every intercept that is solved, on the logit or log scale.
LOW, HIGH = -16, 12
COARSE_LOW, COARSE_HIGH = -3, 3


def expit(x: Floats) -> Floats:
    """Inverse of the logit."""
    from scipy.special import expit as scipy_expit

    return np.asarray(scipy_expit(x), dtype=np.float64)


def logit(share: float) -> float:
    """Log odds; minus infinity for 0, infinity for 1."""
    if share in (0, 1):
        return np.inf if share else -np.inf
    return float(np.log(share) - np.log1p(-share))


def rounded(share: float) -> float:
    """A share as it is said in messages: three places."""
    return round(float(share), _SAID)


def linear(weights: Mapping[str, float], covariates: Mapping[str, Floats]) -> Floats:
    """Sum of weight times covariate; a KeyError names a covariate that the step does not have."""
    total: Floats = np.zeros_like(next(iter(covariates.values())), dtype=np.float64)
    for name, weight in weights.items():
        total += weight * covariates[name]
    return total


def hermite(nodes: int) -> tuple[Floats, Floats]:
    """Nodes and weights for the mean of a function of a standard normal variable."""
    from numpy.polynomial.hermite_e import hermegauss

    z, w = hermegauss(nodes)
    return z, w / w.sum()


def root(function: Callable[[float], float], low: float = LOW, high: float = HIGH, *, coarse: bool = False) -> float:
    """Where `function`, which changes sign between the bounds, is zero (Brent)."""
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=_JUMPS if coarse else _STEP))


_SAID = 3
_STEP = float(np.finfo(np.float32).eps)
_JUMPS = float(np.sqrt(np.finfo(np.float32).eps)) / 2
