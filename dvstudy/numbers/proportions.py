"""Limits for a share that rows support independently: Wilson and Clopper-Pearson."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit

Floats = NDArray[np.float64]


def wilson(count: ArrayLike, n: ArrayLike, *, level: float = 0.95, df: ArrayLike = np.inf) -> tuple[Floats, Floats]:
    """Wilson score limits of ``count / n``, elementwise.

    Parameters
    ----------
    count, n
        Numerator and denominator; they may be fractional (an effective sample size). Where ``n`` is 0 the limits
        are NaN.
    level
        Confidence level.
    df
        Degrees of freedom of the quantile; infinite gives the usual normal one.

    Notes
    -----
    Wilson (1927), J Am Stat Assoc 22, 209. Checked against R ``prop.test(correct = FALSE)``. Not for rows that
    resemble each other within stations or raters: see `dvstudy.numbers.clusters`.
    """
    k, size = np.broadcast_arrays(np.asarray(count, float), np.asarray(n, float))
    z2 = quantile(df, level=level) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / size
        centre = (share + z2 / (2 * size)) / (1 + z2 / size)
        half = np.sqrt(z2 * share * (1 - share) / size + (z2 / (2 * size)) ** 2) / (1 + z2 / size)
    low = np.where(k == 0, 0.0, centre - half)
    high = np.where(k == size, 1.0, centre + half)
    empty = ~(size > 0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def clopper_pearson(count: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Exact (Clopper-Pearson) limits of ``count / n``, elementwise; NaN where ``n`` is 0.

    Clopper and Pearson (1934), Biometrika 26, 404. Checked against R ``binom.test``. They cover at least `level`
    and usually more; for rows from clusters they are as wrong as any other binomial limits.
    """
    k, size = np.broadcast_arrays(np.asarray(count, float), np.asarray(n, float))
    tail = (1 - level) / 2
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), size - k + 1, tail), 0.0)
    high = np.where(k < size, betaincinv(k + 1, np.maximum(size - k, 1), 1 - tail), 1.0)
    empty = ~(size > 0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def logit_limits(
    estimate: ArrayLike, std_error: ArrayLike, *, df: ArrayLike = np.inf, level: float = 0.95
) -> tuple[Floats, Floats]:
    """t limits of a number between 0 and 1 on the logit scale, elementwise; NaN at exactly 0 or 1.

    The standard error is on the plain scale and carried over by the delta method, ``se / (p (1 - p))``.
    """
    p, error = np.asarray(estimate, float), np.asarray(std_error, float)
    inside = (p > 0) & (p < 1)
    safe = np.where(inside, p, 0.5)
    half = quantile(df, level=level) * error / (safe * (1 - safe))
    low, high = expit(logit(safe) - half), expit(logit(safe) + half)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def plain_limits(
    estimate: ArrayLike, std_error: ArrayLike, *, df: ArrayLike = np.inf, level: float = 0.95
) -> tuple[Floats, Floats]:
    """t limits on the scale of the estimate itself, elementwise."""
    centre, half = np.asarray(estimate, float), quantile(df, level=level) * np.asarray(std_error, float)
    return centre - half, centre + half


def quantile(df: ArrayLike, *, level: float = 0.95) -> Floats:
    """Two-sided t quantile, elementwise; the normal one where `df` is infinite, NaN where it is below 1."""
    freedom = np.asarray(df, float)
    upper = 0.5 + level / 2
    usable = np.isfinite(freedom) & (freedom >= 1)
    found = np.where(usable, stdtrit(np.where(usable, freedom, 1.0), upper), np.nan)
    return np.where(np.isposinf(freedom), ndtri(upper), found)


def difference_limits(
    first: tuple[ArrayLike, ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike, ArrayLike]
) -> tuple[Floats, Floats, Floats]:
    """Difference of two independent estimates and its limits, each given as (estimate, low, high), elementwise.

    The limits of the two are put together without assuming that either lies evenly round its estimate (MOVER: Zou
    and Donner 2008, Stat Med 27, 1693; for two Wilson intervals Newcombe's method 10).
    """
    (x, x_low, x_high), (y, y_low, y_high) = ((np.asarray(v, float) for v in one) for one in (first, second))
    gap = x - y
    return gap, gap - np.hypot(x - x_low, y_high - y), gap + np.hypot(x_high - x, y - y_low)
