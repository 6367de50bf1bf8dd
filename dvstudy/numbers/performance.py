"""How well an estimator does over many simulated data sets, each measure with its Monte-Carlo standard error.

Formulae of Morris, White and Crowther (2019), Stat Med 38, 2074, table 6. A true value that is itself known with an
error (`truth_mcse`) adds that error to the bias and to the root mean squared error: it is the same in every
replicate and does not shrink with their number. Replicates must be independent, and NaN be left out before.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: How many Monte-Carlo errors a measure may lie from where it should be before it is said to lie beyond them.
ERRORS: Final = 2.0
#: Share of measures that lie beyond them by chance, errors normal.
BY_CHANCE: Final = float(2 * ndtr(-ERRORS))


class Measured(NamedTuple):
    """A measure and its Monte-Carlo standard error; NaN where there are too few replicates."""

    value: float
    mcse: float


NOTHING = Measured(float("nan"), float("nan"))


def mean(values: ArrayLike) -> Measured:
    """Mean, and ``sd / sqrt(n)``: the mean estimate, the mean width of intervals."""
    x = np.asarray(values, float)
    if not len(x):
        return NOTHING
    return Measured(float(x.mean()), float(x.std(ddof=1) / np.sqrt(len(x))) if len(x) > 1 else float("nan"))


def bias(estimates: ArrayLike, truth: ArrayLike, truth_mcse: float = 0.0) -> Measured:
    """Mean of estimate minus truth; ``sd(estimate - truth) / sqrt(n)``, joined with the truth's own error."""
    found = mean(_errors(estimates, truth))
    return Measured(found.value, float(np.hypot(found.mcse, truth_mcse)))


def empirical_se(estimates: ArrayLike) -> Measured:
    """Standard deviation of the estimates, and ``sd / sqrt(2 (n - 1))``, which supposes estimates near normal."""
    x = np.asarray(estimates, float)
    if len(x) < 2:
        return NOTHING
    spread = float(x.std(ddof=1))
    return Measured(spread, spread / float(np.sqrt(2 * (len(x) - 1))))


def rmse(estimates: ArrayLike, truth: ArrayLike, truth_mcse: float = 0.0) -> Measured:
    """Root of the mean squared error. The error of the mean squared error, ``sd(e^2) / sqrt(n)``, over twice the root
    (delta method); the truth's own error moves the root by ``|bias| / rmse`` of it."""
    e = _errors(estimates, truth)
    squared = mean(e**2)
    root = float(np.sqrt(squared.value))
    if not root > 0:
        return Measured(root, 0.0 if root == 0 and len(e) > 1 else float("nan"))
    return Measured(root, float(np.hypot(squared.mcse / (2 * root), truth_mcse * abs(e.mean()) / root)))


def share(hits: ArrayLike) -> Measured:
    """Share of replicates in which something happened, and ``sqrt(p (1 - p) / n)``: coverage, power, type-I error.

    The error is 0 where the share is 0 or 1, which is too little to judge by.
    """
    x = np.asarray(hits, float)
    if not len(x):
        return NOTHING
    p = float(x.mean())
    return Measured(p, float(np.sqrt(p * (1 - p) / len(x))))


def covered(low: ArrayLike, high: ArrayLike, truth: ArrayLike) -> Measured:
    """Share of intervals that hold the truth, limits included."""
    at = np.asarray(truth, float)
    return share((np.asarray(low, float) <= at) & (at <= np.asarray(high, float)))


def reach(mcse: ArrayLike) -> Floats:
    """How far a measure with this error may lie from where it should be: `ERRORS` times it."""
    return ERRORS * np.asarray(mcse, float)


def beyond(gap: ArrayLike, mcse: ArrayLike) -> Flags:
    """Whether a bias, or a coverage less its level, lies beyond its Monte-Carlo error; false where either is NaN."""
    return np.asarray(np.abs(np.asarray(gap, float)) > reach(mcse))


def level_error(level: float, intervals: ArrayLike) -> Floats:
    """Monte-Carlo error of the coverage of intervals that hold the truth as often as they say; NaN for none.

    Coverage is judged by this one: its own (`share`) is 0 where every interval held the truth.
    """
    n = np.asarray(intervals, float)
    return np.sqrt(level * (1 - level) / np.where(n > 0, n, np.nan))


def _errors(estimates: ArrayLike, truth: ArrayLike) -> Floats:
    found: Floats = np.asarray(estimates, float) - np.asarray(truth, float)
    return found
