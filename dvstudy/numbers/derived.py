"""What is made from sensitivity and specificity: likelihood ratios, Youden's index, the diagnostic odds ratio, in that
order of the axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers.proportions import plain_limits, quantile

Floats = NDArray[np.float64]
#: A number and its limits, or its limits and standard error.
Limited: TypeAlias = tuple[Floats, Floats, Floats]


@dataclass(frozen=True)
class Basis:
    """What the limits are made from.

    Attributes
    ----------
    total
        (..., 4) counts: true positive, false positive, false negative, true negative.
    low, high
        (..., 2) limits of sensitivity and specificity.
    error
        (..., 4) standard errors of log LR+, log LR-, Youden's index and the log diagnostic odds ratio.
    df
        (...) degrees of freedom of t.
    still
        (...) where sensitivity or specificity showed no spread; None for independent rows.
    """

    total: Floats
    low: Floats
    high: Floats
    error: Floats
    df: Floats
    still: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Limits:
    """(..., 4) limits and standard errors of LR+, LR-, Youden's index, odds ratio (ratios: on the log scale)."""

    low: Floats
    high: Floats
    std_error: Floats


def values(shares: Floats) -> Floats:
    """(..., 4) LR+, LR-, Youden's index, odds ratio from (..., 2 or more) shares: sensitivity, specificity first."""
    se, sp = shares[..., 0], shares[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([se / (1 - sp), (1 - se) / sp, se + sp - 1, se * sp / ((1 - se) * (1 - sp))], axis=-1)


def deviations(shares: Floats, moved: Floats) -> Floats:
    """(K, ..., 4) changes of log LR+, log LR-, Youden's index and log odds ratio from those of the shares, to first
    order."""
    se, sp = shares[..., 0], shares[..., 1]
    d_se, d_sp = moved[..., 0], moved[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        positive, negative = d_se / se + d_sp / (1 - sp), -d_se / (1 - se) - d_sp / sp
        return np.stack([positive, negative, d_se + d_sp, positive - negative], axis=-1)


def independent_errors(shares: Floats, n: Floats) -> Floats:
    """(..., 4) standard errors of log LR+, log LR-, Youden's index and log odds ratio for independent rows."""
    se, sp = shares[..., 0], shares[..., 1]
    p, q = n[..., 0], n[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        positive = (1 - se) / (se * p) + sp / ((1 - sp) * q)
        negative = se / ((1 - se) * p) + (1 - sp) / (sp * q)
        youden = se * (1 - se) / p + sp * (1 - sp) / q
        odds = 1 / (se * (1 - se) * p) + 1 / (sp * (1 - sp) * q)
    return np.sqrt(np.stack([positive, negative, youden, odds], axis=-1))


def limits(basis: Basis, *, level: float) -> Limits:
    """Limits of the four.

    Likelihood ratios: t limits on the log scale; at 0 or infinity, and where clusters showed no spread, from the
    limits of the two shares (MOVER-R: Donner and Zou 2012, Stat Methods Med Res 21, 347).

    Youden's index: t limits on its own scale, cut at -1 and 1; for independent rows, and where clusters showed no
    spread, from the limits of the two shares (Newcombe 1998, Stat Med 17, 873, method 10).

    Diagnostic odds ratio: t limits on the log scale; at 0 or infinity, and where clusters showed no spread, the odds
    ratios of both lower and of both upper limits, which is on the safe side.
    """
    t = quantile(basis.df, level=level)
    share = _shares(basis.total)
    se, sp = ((share[..., i], basis.low[..., i], basis.high[..., i]) for i in (0, 1))
    positive = _ratio(basis, basis.error[..., 0], t, of=(se, _complement(sp)))
    negative = _ratio(basis, basis.error[..., 1], t, of=(_complement(se), sp))
    youden = _youden(basis, (se, sp), level=level)
    odds = _odds_ratio(basis, t, of=(se, sp))
    ends = list(zip(positive, negative, youden, odds, strict=True))
    return Limits(np.stack(ends[0], axis=-1), np.stack(ends[1], axis=-1), np.stack(ends[2], axis=-1))


def _shares(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        se = total[..., 0] / (total[..., 0] + total[..., 2])
        sp = total[..., 3] / (total[..., 1] + total[..., 3])
    return np.stack([se, sp], axis=-1)


def _complement(share: Limited) -> Limited:
    value, low, high = share
    return 1 - value, 1 - high, 1 - low


def _ratio(basis: Basis, error: Floats, t: Floats, *, of: tuple[Limited, Limited]) -> Limited:
    """Low, high and log-scale error of the ratio of two shares."""
    (x, x_low, x_high), (y, y_low, y_high) = of
    least, most = x_low * (2 * x - x_low), x_high * (2 * x - x_high)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = least / (x * y + np.sqrt((x * y) ** 2 - least * y_high * (2 * y - y_high)))
        bottom = y_low * (2 * y - y_low)
        high = (x * y + np.sqrt((x * y) ** 2 - most * bottom)) / bottom
        ratio = x / y
        from_shares = (x == 0) | (y == 0) | (error == 0) | (basis.still if basis.still is not None else False)
        plain_low, plain_high = ratio * np.exp(-t * error), ratio * np.exp(t * error)
    low, high = np.where(x == 0, 0.0, low), np.where(y == 0, np.inf, high)
    undefined = np.isnan(ratio)
    return (
        np.where(undefined, np.nan, np.where(from_shares, low, plain_low)),
        np.where(undefined, np.nan, np.where(from_shares, high, plain_high)),
        np.where(from_shares, np.nan, error),
    )


def _youden(basis: Basis, of: tuple[Limited, Limited], *, level: float) -> Limited:
    """Low, high and standard error of Youden's index."""
    (se, se_low, se_high), (sp, sp_low, sp_high) = of
    value, error = se + sp - 1, basis.error[..., 2]
    low, high = plain_limits(value, error, df=basis.df, level=level)
    from_shares = np.ones(value.shape, bool) if basis.still is None else basis.still
    low = np.where(from_shares, value - np.hypot(se - se_low, sp - sp_low), np.maximum(low, -1.0))
    return low, np.where(from_shares, value + np.hypot(se_high - se, sp_high - sp), np.minimum(high, 1.0)), error


def _odds_ratio(basis: Basis, t: Floats, *, of: tuple[Limited, Limited]) -> Limited:
    """Low, high and log-scale error of ``se / (1 - se) * sp / (1 - sp)``."""
    error = basis.error[..., 3]
    with np.errstate(divide="ignore", invalid="ignore"):
        value, low, high = (se * sp / ((1 - se) * (1 - sp)) for se, sp in zip(*of, strict=True))
        at_end = ~((value > 0) & np.isfinite(value)) | (error == 0)
        from_shares = at_end if basis.still is None else at_end | basis.still
        plain = value * np.exp(-t * error), value * np.exp(t * error)
    undefined = np.isnan(value)
    low, high = np.where(value == 0, 0.0, low), np.where(np.isposinf(value), np.inf, high)
    return (
        np.where(undefined, np.nan, np.where(from_shares, low, plain[0])),
        np.where(undefined, np.nan, np.where(from_shares, high, plain[1])),
        np.where(from_shares, np.nan, error),
    )
