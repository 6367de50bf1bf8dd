"""Limits for agreement of two raters from 2 by 2 tables: with clusters by jackknife, without by the delta method.

Shares (observed and specific agreement) get limits on the logit scale, coefficients between -1 and 1 on Fisher's z
scale. For PABAK = 2 po - 1 the two are one and the same, and neither can leave its range. In simulation with 12 to 40
raters plain t limits for AC1 missed two to ten times as often above as below; on the z scale both sides are even.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dvstudy.numbers import agreement
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers.proportions import logit_limits, quantile, wilson

Floats = NDArray[np.float64]

_AT: Final = {term: place for place, term in enumerate(agreement.TERMS)}
_SHARES: Final = (_AT["percent_agreement"], _AT["positive_agreement"], _AT["negative_agreement"])
_CORRECTED: Final = (_AT["kappa"], _AT["ac1"], _AT["pabak"])
_TINY: Final = 1e-10


@dataclass(frozen=True)
class Measured:
    """The coefficients of `agreement.TERMS` with limits; arrays (..., 8), leading axes those of the tables.

    Attributes
    ----------
    estimate, low, high, std_error
        NaN where they cannot be had. Standard errors are on the scale of the estimate.
    count, n
        Numerator and denominator of the shares (for specific agreement: pairs on which both said so, and the mean of
        the raters' numbers); for the others `count` is NaN and `n` the pairs.
    clusters
        Clusters behind the estimate; NaN when pairs were taken as independent.
    still
        True where the pairs show no spread at all and the limits rest on those of observed agreement.
    """

    estimate: Floats
    low: Floats
    high: Floats
    std_error: Floats
    count: Floats
    n: Floats
    clusters: Floats
    still: NDArray[np.bool_]


def clustered(tables: ArrayLike, *, level: float = 0.95) -> Measured:
    """Agreement with leave-one-cluster-out jackknife limits and t on clusters - 1, from (K, ..., 2, 2) counts.

    A cluster is a rater or a station. Clusters without a pair on an item do not count for that item. Limits are NaN
    with fewer than two clusters, and for kappa also when leaving out one cluster leaves a single category. Where no
    spread shows (perfect agreement), limits of observed agreement stand in: those of `clusters.share_limits`, put
    through ``(po - pe) / (1 - pe)``.
    """
    parts = np.asarray(tables, float)
    total = parts.sum(axis=0)
    top, bottom = _share_parts(parts)
    shares = by_cluster.ratios(top, bottom)
    knife = by_cluster.jackknife(parts.reshape(len(parts), -1), lambda flat: _flat(flat, total.shape))
    held = (parts.sum(axis=(-2, -1)) > 0).sum(axis=0).astype(float)
    moved = (knife.replicates - knife.estimate).reshape(len(parts), *total.shape[:-2], len(agreement.TERMS))
    error = by_cluster.spread(moved, held[..., None])
    clusters = np.repeat(held[..., None], len(agreement.TERMS), axis=-1)
    error[..., _SHARES], clusters[..., _SHARES] = shares.std_error, shares.clusters
    return _measured(total, error, clusters, by_cluster.share_limits(shares, level=level)[:2], level=level)


def independent(tables: ArrayLike, *, level: float = 0.95) -> Measured:
    """Agreement with large-sample limits for pairs that do not come in clusters, from (..., 2, 2) counts.

    Observed agreement by Wilson's method; everything else from `agreement.two_by_two_errors` and normal quantiles.
    """
    total = np.asarray(tables, float)
    error = agreement.two_by_two_errors(total)
    top, bottom = _share_parts(total)
    low, high = wilson(top, bottom, level=level)
    delta = logit_limits(agreement.two_by_two(total)[..., _SHARES], error[..., _SHARES], level=level)
    usable = np.isfinite(delta[0])
    usable[..., 0] = False
    limits = np.where(usable, delta[0], low), np.where(usable, delta[1], high)
    return _measured(total, error, np.full_like(error, np.nan), limits, level=level)


def _measured(
    total: Floats, error: Floats, clusters: Floats, share_limits: tuple[Floats, Floats], *, level: float
) -> Measured:
    """All limits, from standard errors and the limits of the three shares."""
    estimate = agreement.two_by_two(total)
    df = np.where(np.isnan(clusters), np.inf, clusters - 1)
    low, high = fisher_limits(estimate, error, df=df, level=level)
    low[..., _SHARES], high[..., _SHARES] = share_limits
    still = (error <= _TINY) & np.isfinite(estimate)
    chance = agreement.expected_agreement(total)
    for column in _CORRECTED:
        from_observed = still[..., column] | (column == _AT["pabak"])
        for limits, observed in zip((low, high), share_limits, strict=True):
            through = agreement.beyond(observed[..., 0], chance[..., column])
            limits[..., column] = np.where(from_observed, through, limits[..., column])
    count, n = _counts(total)
    return Measured(estimate, low, high, error, count, n, clusters, still)


def fisher_limits(
    estimate: ArrayLike, std_error: ArrayLike, *, df: ArrayLike = np.inf, level: float = 0.95
) -> tuple[Floats, Floats]:
    """t limits of a coefficient between -1 and 1 on Fisher's z scale, elementwise; NaN at exactly -1 or 1.

    The standard error is on the plain scale and carried over by the delta method, ``se / (1 - r^2)``. NaN too where
    the standard error is 0: no spread is no evidence of certainty.
    """
    r, error = np.asarray(estimate, float), np.asarray(std_error, float)
    inside = (np.abs(r) < 1) & (error > _TINY)
    safe = np.where(inside, r, 0.0)
    half = quantile(df, level=level) * np.where(inside, error, np.nan) / (1 - safe**2)
    return np.tanh(np.arctanh(safe) - half), np.tanh(np.arctanh(safe) + half)


def _flat(flat: Floats, shape: tuple[int, ...]) -> Floats:
    values = agreement.two_by_two(flat.reshape(*flat.shape[:-1], *shape))
    return values.reshape(*flat.shape[:-1], -1)


def _share_parts(tables: Floats) -> tuple[Floats, Floats]:
    """Numerators and denominators (..., 3) of observed, positive and negative agreement."""
    a, d = tables[..., 0, 0], tables[..., 1, 1]
    apart = tables[..., 0, 1] + tables[..., 1, 0]
    return np.stack([a + d, a, d], axis=-1), np.stack([a + d + apart, a + apart / 2, d + apart / 2], axis=-1)


def _counts(total: Floats) -> tuple[Floats, Floats]:
    top, bottom = _share_parts(total)
    count = np.full((*total.shape[:-2], len(agreement.TERMS)), np.nan)
    n = np.repeat(bottom[..., :1], len(agreement.TERMS), axis=-1)
    count[..., _SHARES], n[..., _SHARES] = top, bottom
    return count, n
