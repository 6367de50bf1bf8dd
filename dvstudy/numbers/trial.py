"""Effect of an arm given to whole clusters, from each cluster's number of cases, sum and sum of squares.

The design matrix X (J, p) has one row a cluster: 1, arm, and an indicator for each stratum but the first. Any axes
before the last one of the data are handled at once (replicates of a simulation).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb, prod
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dvstudy.numbers.proportions import plain_limits

Floats = NDArray[np.float64]

#: Order of the last axis of `Effect.estimate`.
TERMS: Final = ("mean_control", "mean_intervention", "difference")
_TINY: Final = 1e-10
#: Up to this many allocations all are tried; above it, one fewer than this are drawn.
ALLOCATIONS: Final = 10_000


@dataclass(frozen=True)
class Effect:
    """Means of both arms at the strata of all, and their difference.

    Attributes
    ----------
    estimate, covariance
        (..., 3) in the order of `TERMS`, and (..., 3, 3); NaN where they cannot be had.
    df
        (3,) degrees of freedom of each.
    """

    estimate: Floats
    covariance: Floats
    df: Floats

    @property
    def std_error(self) -> Floats:
        """(..., 3) standard errors."""
        return np.asarray(np.sqrt(np.maximum(np.diagonal(self.covariance, axis1=-2, axis2=-1), 0)))

    def limits(self, *, level: float = 0.95) -> tuple[Floats, Floats]:
        """t limits (..., 3); NaN where the data show no spread, which is no evidence of certainty."""
        return plain_limits(self.estimate, seen(self.std_error), df=self.df, level=level)

    def log_ratio(self) -> tuple[Floats, Floats]:
        """(...) log of intervention mean over control mean and its delta-method standard error; NaN unless both > 0."""
        control, treated = self.estimate[..., 0], self.estimate[..., 1]
        usable = (control > 0) & (treated > 0)
        slope = np.stack([-1 / np.where(usable, control, np.nan), 1 / np.where(usable, treated, np.nan)], axis=-1)
        variance = np.einsum("...i,...ij,...j->...", slope, self.covariance[..., :2, :2], slope)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log(np.where(usable, treated / control, np.nan)), np.sqrt(variance)


@dataclass(frozen=True)
class Randomisation:
    """`p_value`, two-sided; `allocations` that the design allowed; `tried` of them, all when `exact`."""

    p_value: float
    allocations: int
    tried: int
    exact: bool


def seen(std_error: ArrayLike) -> Floats:
    """Standard errors, NaN where they are 0 but for rounding: no spread is no evidence of certainty."""
    error = np.asarray(std_error, float)
    return np.where(error > _TINY, error, np.nan)


def design(arm: ArrayLike, stratum: ArrayLike) -> Floats:
    """(J, p) design matrix from 0/1 arms and whole-number strata."""
    treated, place = np.asarray(arm, float), np.asarray(stratum, int)
    inside = (place[:, None] == np.unique(place)[1:]).astype(float)
    return np.column_stack([np.ones(len(treated)), treated, inside])


def estimable(x: Floats) -> bool:
    """Whether arm and strata can be told apart and a degree of freedom is left."""
    return bool(np.linalg.matrix_rank(x) == x.shape[1] < len(x))


def by_cluster_means(n: ArrayLike, total: ArrayLike, x: Floats) -> Effect:
    """Every cluster counts the same: least squares on the cluster means, t on clusters - coefficients.

    `n` and `total` are (..., J). Without strata the difference is the two-sample t test of cluster means with pooled
    variance. Hayes and Moulton (2017), Cluster Randomised Trials, chapter 10. Each arm's mean has that arm's own
    variance, ``sum e^2 / d`` over its clusters with ``d = sum (1 - h)``, also its degrees of freedom: where the event
    is rare in one arm only, a pooled one makes one interval far too wide and the other too narrow. Checked against R
    ``lm`` and ``t.test``.
    """
    means = np.asarray(total, float) / np.asarray(n, float)
    inverse = np.linalg.inv(x.T @ x)
    coefficients = means @ (x @ inverse)
    contrasts = _contrasts(x, np.ones(len(x)))
    squares, left = (means - coefficients @ x.T) ** 2, 1 - np.einsum("jp,pq,jq->j", x, inverse, x)
    sides = np.stack([1 - x[:, 1], x[:, 1]])
    df = np.append(sides @ left, len(x) - x.shape[1])
    pooled = squares.sum(axis=-1)[..., None] / df[2]
    own = np.where(df[:2] > _TINY, squares @ sides.T / np.maximum(df[:2], _TINY), pooled)
    spread = np.einsum("...i,ij,jp,jq->...pq", own, sides, x @ inverse, x @ inverse)
    made = _effect(coefficients, spread, contrasts, df)
    made.covariance[..., 2, 2] = pooled[..., 0] * (contrasts[2] @ inverse @ contrasts[2])
    return made


def by_cases(n: ArrayLike, total: ArrayLike, x: Floats) -> Effect:
    """Every case counts the same: independence GEE with identity link and bias-reduced variance, t as above.

    For a yes/no outcome this is the linear probability model. `n` and `total` are (..., J). The variance is that of
    Mancl and DeRouen (2001), Biometrics 57, 126, ``A^-1 sum x x' (e / (1 - n h))^2 A^-1`` with e the cluster's sum of
    residuals and h = x' A^-1 x: since every case of a cluster has the same x, nothing larger than p x p is inverted.
    Equal to statsmodels ``GEE(cov_type="bias_reduced")`` and to R clubSandwich CR3; those give normal limits, which
    with few clusters are too narrow. NaN where one cluster alone fixes a coefficient (a stratum of one station).
    """
    size, sums = np.broadcast_arrays(np.asarray(n, float), np.asarray(total, float))
    inverse = np.linalg.inv(np.einsum("...j,jp,jq->...pq", size, x, x))
    coefficients = np.einsum("...pq,...j,jq->...p", inverse, sums, x)
    leverage = size * np.einsum("jp,...pq,jq->...j", x, inverse, x)
    left = sums - size * (coefficients @ x.T)
    scaled = np.where(leverage < 1 - _TINY, left / np.where(leverage < 1 - _TINY, 1 - leverage, 1.0), np.nan)
    middle = np.einsum("...j,jp,jq->...pq", scaled**2, x, x)
    df = np.full(len(TERMS), float(len(x) - x.shape[1]))
    return _effect(coefficients, inverse @ middle @ inverse, _contrasts(x, size), df)


def anova_icc(n: ArrayLike, total: ArrayLike, squares: ArrayLike, group: ArrayLike) -> float:
    """Intraclass correlation of the outcome within clusters of one arm and stratum, not truncated.

    Analysis of variance estimator on the scale of the outcome (proportions for yes/no), clusters nested in `group`
    (J,): ``(MSB - MSW) / (MSB + (m0 - 1) MSW)``. Donner and Klar (2000), Design and Analysis of Cluster Randomization
    Trials, chapter 6. It can be below 0 by chance; NaN where it cannot be computed. Checked against R ``aov``.
    """
    size, sums, squared = (np.asarray(a, float) for a in (n, total, squares))
    _, place = np.unique(np.asarray(group), return_inverse=True)
    cases, whole, squares_of_size = (np.bincount(place, weights=w) for w in (size, sums, size**2))
    freedom_between, freedom_within = len(size) - len(cases), size.sum() - len(size)
    if freedom_between < 1 or freedom_within < 1:
        return float("nan")
    between = ((sums**2 / size).sum() - (whole**2 / cases).sum()) / freedom_between
    within = (squared.sum() - (sums**2 / size).sum()) / freedom_within
    typical = (size.sum() - (squares_of_size / cases).sum()) / freedom_between
    whole_spread = between + (typical - 1) * within
    return float((between - within) / whole_spread) if whole_spread > _TINY else float("nan")


def randomisation_test(means: ArrayLike, arm: ArrayLike, stratum: ArrayLike, rng: np.random.Generator) -> Randomisation:
    """How often an allocation drawn again within strata gives a difference of cluster means as large as this one.

    `means` (J,), `arm` (J,) 0/1, `stratum` (J,). The strata-adjusted difference is, within strata, a fixed multiple of
    the sum over treated clusters, so only sums are compared. All allocations are tried up to `ALLOCATIONS` of them;
    above, ``(1 + hits) / (1 + draws)`` over random ones. With A allocations p cannot be below 1 / A.
    """
    y, treated, place = np.asarray(means, float), np.asarray(arm, int), np.asarray(stratum, int)
    parts = [np.flatnonzero(place == s) for s in np.unique(place)]
    number = prod(comb(len(part), int(treated[part].sum())) for part in parts)
    exact = number <= ALLOCATIONS
    centre = sum(float(treated[part].mean() * y[part].sum()) for part in parts)
    drawn = _every_sum(y, treated, parts) if exact else _random_sums(y, treated, parts, rng)
    observed = abs(float(y @ treated) - centre)
    hits = int((np.abs(drawn - centre) >= observed - _TINY * max(1.0, observed)).sum())
    p_value = hits / number if exact else (1 + hits) / (1 + len(drawn))
    return Randomisation(p_value, number, len(drawn), exact)


def _every_sum(y: Floats, treated: NDArray[np.int_], parts: list[NDArray[np.intp]]) -> Floats:
    """Sum over treated clusters under every allocation."""
    total = np.zeros(1)
    for part in parts:
        chosen = [y[list(c)].sum() for c in combinations(part.tolist(), int(treated[part].sum()))]
        total = (total[:, None] + np.array(chosen)).ravel()
    return total


def _random_sums(
    y: Floats, treated: NDArray[np.int_], parts: list[NDArray[np.intp]], rng: np.random.Generator
) -> Floats:
    total = np.zeros(ALLOCATIONS - 1)
    for part in parts:
        arms = np.tile(treated[part], (len(total), 1))
        total += rng.permuted(arms, axis=1) @ y[part]
    return total


def _contrasts(x: Floats, weight: Floats) -> Floats:
    """(..., 3, p): coefficients to `TERMS`, the strata weighted as in all clusters (or all cases)."""
    strata = np.einsum("...j,jp->...p", weight, x[:, 2:]) / weight.sum(axis=-1)[..., None]
    control = np.concatenate([np.broadcast_to([1.0, 0.0], (*strata.shape[:-1], 2)), strata], axis=-1)
    treated = np.concatenate([np.broadcast_to([1.0, 1.0], (*strata.shape[:-1], 2)), strata], axis=-1)
    return np.stack([control, treated, treated - control], axis=-2)


def _effect(coefficients: Floats, covariance: Floats, contrasts: Floats, df: Floats) -> Effect:
    estimate = np.einsum("...tp,...p->...t", contrasts, coefficients)
    spread = np.einsum("...tp,...pq,...sq->...ts", contrasts, covariance, contrasts)
    return Effect(estimate, spread, df)
