"""How much the level of risk differs between clusters beyond chance: a logistic model with a random intercept.

statsmodels has no maximum-likelihood fit of it. Moments of each station's own ratio need events in every station; this
does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import expit, logsumexp, ndtri

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]

_NODES: Final = 9
_STEPS: Final = 12
_LARGEST: Final = 5.0
_LEAST: Final = 1e-3


@dataclass(frozen=True)
class Spread:
    """`intercept` of the typical cluster; `sd` of the intercepts between clusters with profile-likelihood limits
    `sd_low sd_high` (0 when no spread fits as well); `log_likelihood`."""

    intercept: float
    sd: float
    sd_low: float
    sd_high: float
    log_likelihood: float


@dataclass(frozen=True)
class _Data:
    event: Floats
    offset: Floats
    cluster: Codes
    clusters: int

    def by_cluster(self, values: Floats) -> Floats:
        return np.asarray(np.bincount(self.cluster, values, minlength=self.clusters), float)


def fit(event: ArrayLike, offset: ArrayLike, cluster: Codes, clusters: int, *, level: float = 0.95) -> Spread:
    """Maximum likelihood of ``logit P = offset + a + u_k``, ``u_k ~ N(0, sd^2)``, by adaptive Gauss-Hermite quadrature.

    Parameters
    ----------
    event, offset
        (n,) 0 and 1; a known linear predictor (the logit of a stated risk).
    cluster, clusters
        Codes from 0, and how many.
    level
        Confidence level of the limits.

    Notes
    -----
    Limits of the spread hold those values whose profile likelihood is not too far from the best (likelihood ratio, one
    degree of freedom: a little wide at 0). Checked against R lme4 (``glmer``, nAGQ = 9) and in simulation.
    """
    data = _Data(np.asarray(event, float), np.asarray(offset, float), np.asarray(cluster), clusters)
    best = minimize(  # type: ignore[call-overload]
        lambda b: _negative(data, b[0], np.exp(b[1])),
        np.log([1.0, 0.3]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-10, 10), (np.log(_LEAST), np.log(_LARGEST))],
    )
    a, sd, top = float(best.x[0]), float(np.exp(best.x[1])), -float(best.fun)
    allowed = top - float(ndtri(0.5 + level / 2)) ** 2 / 2

    def short(s: float) -> float:
        return _profile(data, s, a) - allowed

    nothing = sd <= 2 * _LEAST
    low = 0.0 if nothing or short(_LEAST) >= 0 else float(brentq(short, _LEAST, sd, xtol=1e-3))
    high = _LARGEST if short(_LARGEST) >= 0 else float(brentq(short, max(sd, _LEAST), _LARGEST, xtol=1e-3))
    return Spread(a, 0.0 if nothing else sd, low, high, top)


def _profile(data: _Data, sd: float, near: float) -> float:
    found = minimize_scalar(
        lambda a: _negative(data, a, sd)[0], bracket=(near - 0.1, near + 0.1), options={"xtol": 1e-4}
    )
    return -float(found.fun)


def _negative(data: _Data, a: float, sd: float) -> tuple[float, Floats]:
    """Minus the log likelihood, and its gradient in the intercept and in the logarithm of `sd`."""
    eta = data.offset + a
    u, scale = _modes(data, eta, sd)
    x, w = np.polynomial.hermite.hermgauss(_NODES)
    at = u[:, None] + np.sqrt(2) * scale[:, None] * x
    terms, slopes = np.empty((data.clusters, _NODES)), np.empty((data.clusters, _NODES))
    for q in range(_NODES):
        line = eta + at[data.cluster, q]
        terms[:, q] = data.by_cluster(data.event * line - np.logaddexp(0, line))
        slopes[:, q] = data.by_cluster(data.event - expit(line))
    terms += np.log(w) + x**2 - (at / sd) ** 2 / 2 - np.log(sd) + np.log(scale)[:, None] - np.log(np.pi) / 2
    own = logsumexp(terms, axis=1)
    posterior = np.exp(terms - own[:, None])
    gradient = np.array([(posterior * slopes).sum(), (posterior * ((at / sd) ** 2 - 1)).sum()])
    return -float(own.sum()), -gradient


def _modes(data: _Data, eta: Floats, sd: float) -> tuple[Floats, Floats]:
    """Most likely intercept of each cluster and the width of its likelihood there."""
    u = np.zeros(data.clusters)
    curve = np.ones(data.clusters)
    for _ in range(_STEPS):
        p = expit(eta + u[data.cluster])
        slope = data.by_cluster(data.event - p) - u / sd**2
        curve = data.by_cluster(p * (1 - p)) + 1 / sd**2
        step = slope / curve
        u += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return u, 1 / np.sqrt(curve)
