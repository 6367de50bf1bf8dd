"""Agreement of two raters' counts: intraclass correlations, mean difference and limits of agreement, from sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers.agreement_limits import fisher_limits
from dvstudy.numbers.proportions import plain_limits

Floats = NDArray[np.float64]

#: Order of the last axis of `measures`.
TERMS: Final = ("icc_agreement", "icc_consistency", "mean_difference", "limit_low", "limit_high")
_CORRELATIONS: Final = 2
#: Half-width of the limits of agreement in standard deviations of the difference.
_SPREAD: Final = 1.96
_TINY: Final = 1e-12


@dataclass(frozen=True)
class Measured:
    """The quantities of `TERMS` with limits, arrays (5,); `clusters` NaN when pairs were taken as independent."""

    estimate: Floats
    low: Floats
    high: Floats
    std_error: Floats
    clusters: float


def sums(first: ArrayLike, second: ArrayLike, cluster: ArrayLike, *, clusters: int) -> Floats:
    """(clusters, 5): pairs, and the sums of difference, total, squared difference and squared total.

    `first` and `second` (n,) are the two raters' counts; the totals are centred on their mean, which changes no
    quantity of `TERMS` and keeps the squares small.
    """
    one, two = np.asarray(first, float), np.asarray(second, float)
    apart, together = one - two, one + two
    together = together - together.mean() if len(together) else together
    code = np.asarray(cluster, int)
    columns = (np.ones_like(apart), apart, together, apart**2, together**2)
    return np.stack([np.bincount(code, weights=c, minlength=clusters) for c in columns], axis=-1)


def measures(totals: ArrayLike) -> Floats:
    """(..., 5) values of `TERMS` from (..., 5) sums; NaN with fewer than two pairs.

    Two-way analysis of variance of pairs: with ``MSR`` between cases, ``MSC`` between raters and ``MSE`` the rest,
    consistency is ``(MSR - MSE) / (MSR + MSE)``, absolute agreement ``(MSR - MSE) / (MSR + MSE + 2 (MSC - MSE) / n)``:
    ICC(C,1) and ICC(A,1) of McGraw and Wong (1996), Psychol Methods 1, 30. NaN where all counts are equal. The
    difference is first minus second; limits of agreement are its mean -/+ 1.96 standard deviations (Bland and Altman
    1986, Lancet 1, 307). Checked against pingouin and R ``psych::ICC``.
    """
    n, apart, together, apart2, together2 = np.moveaxis(np.asarray(totals, float), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = apart / n
        spread = np.where(n > 1, (apart2 - n * mean**2) / (n - 1), np.nan)
        between = (together2 - together**2 / n) / (n - 1) / 2
        error, raters = spread / 2, n * mean**2 / 2
        above = between - error
        whole = between + error
        agreement = above / (whole + 2 * (raters - error) / n)
        consistency = above / whole
    width = _SPREAD * np.sqrt(np.maximum(spread, 0))
    values = [np.where(whole > 0, agreement, np.nan), np.where(whole > 0, consistency, np.nan)]
    return np.stack([*values, mean, mean - width, mean + width], axis=-1)


def clustered(parts: ArrayLike, *, level: float = 0.95) -> Measured:
    """Leave-one-cluster-out jackknife limits with t on clusters - 1, from (K, 5) sums.

    Correlations on Fisher's z scale, the others on their own. NaN with fewer than two clusters, and where no two
    pairs differ: no spread is no evidence of certainty.
    """
    pieces = np.asarray(parts, float)
    held = pieces[pieces[:, 0] > 0]
    knife = by_cluster.jackknife(held, measures)
    low, high = _limits(knife.estimate, knife.std_error, len(held) - 1.0, level=level)
    return Measured(knife.estimate, low, high, knife.std_error, float(len(held)))


def independent(totals: ArrayLike, *, level: float = 0.95) -> Measured:
    """Limits for independent pairs, from (5,) sums: mean difference by t, limits of agreement as Bland and Altman.

    The standard error of a limit of agreement is ``s sqrt(1 / n + 1.96^2 / (2 (n - 1)))``. Limits of the correlations
    are NaN: their F limits come from pingouin.
    """
    estimate = measures(totals)
    n = float(np.asarray(totals, float)[0])
    deviation = (estimate[4] - estimate[3]) / (2 * _SPREAD)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_mean, of_limit = np.sqrt(1 / n), np.sqrt(1 / n + _SPREAD**2 / (2 * (n - 1)))
    error = np.array([np.nan, np.nan, deviation * of_mean, deviation * of_limit, deviation * of_limit])
    low, high = _limits(estimate, error, n - 1, level=level)
    return Measured(estimate, low, high, error, float("nan"))


def _limits(estimate: Floats, error: Floats, df: float, *, level: float) -> tuple[Floats, Floats]:
    plain = plain_limits(estimate, np.where(error > _TINY, error, np.nan), df=df, level=level)
    fisher = fisher_limits(estimate[:_CORRELATIONS], error[:_CORRELATIONS], df=df, level=level)
    ends = [np.concatenate([z, p[_CORRELATIONS:]]) for z, p in zip(fisher, plain, strict=True)]
    return ends[0], ends[1]
