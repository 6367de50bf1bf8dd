"""Accuracy of a yes/no test against a yes/no reference, from 2x2 counts.

Counts stand in the last axis in the order of `CELLS`; any axes before it are handled at once (cut points, rules).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import derived
from dvstudy.numbers.proportions import wilson

Floats = NDArray[np.float64]

CELLS: Final = ("true_positive", "false_positive", "false_negative", "true_negative")
#: Shares, in the order of the last axis of an `Accuracy`; the terms after them are made from the first two.
SHARES: Final = ("sensitivity", "specificity", "ppv", "npv", "flagged", "prevalence", "accuracy")
DERIVED: Final = ("lr_positive", "lr_negative", "youden", "diagnostic_odds_ratio")
TERMS: Final = (*SHARES, *DERIVED)
#: Terms without an upper end, written as ratios; their standard errors are on the log scale.
RATIOS: Final = ("lr_positive", "lr_negative", "diagnostic_odds_ratio")
# Which cells make the numerator and the denominator of each share: rows are CELLS, columns SHARES.
_TOP: Final = np.array(
    [[1, 0, 1, 0, 1, 1, 1], [0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1, 0], [0, 1, 0, 1, 0, 0, 1]], float
)
_BOTTOM: Final = np.array(
    [[1, 0, 1, 0, 1, 1, 1], [0, 1, 1, 0, 1, 1, 1], [1, 0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 1, 1, 1]], float
)
_ALL_ROWS: Final = SHARES.index("flagged")


@dataclass(frozen=True)
class Accuracy:
    """Every measure of `TERMS` with its limits; arrays (..., 11), the leading axes those of the counts.

    Attributes
    ----------
    estimate, low, high, std_error
        NaN where the data hold nothing to divide by. Standard errors of `RATIOS` are on the log scale.
    count, n
        Numerator and denominator of the shares; of the others `count` is NaN and `n` all rows.
    clusters
        Clusters behind the estimate; for `DERIVED` the smaller of those with events and those without. NaN when rows
        were taken as independent.
    still
        True where clusters showed no spread and the limits rest on an assumed correlation.
    deviation
        (K, ..., 11) leave-one-cluster-out changes, for differences between rules; (0, ..., 11) without clusters.
    """

    estimate: Floats
    low: Floats
    high: Floats
    std_error: Floats
    count: Floats
    n: Floats
    clusters: Floats
    still: NDArray[np.bool_]
    deviation: Floats


def clustered(cells: ArrayLike, *, level: float = 0.95) -> Accuracy:
    """Accuracy with leave-one-cluster-out jackknife t limits, from (K, ..., 4) counts a cluster.

    Shares have limits on the logit scale (`clusters.share_limits`), ratios on the log scale, Youden's index on its own
    scale cut at -1 and 1; what happens without any spread is said in `dvstudy.numbers.derived`.
    NaN when fewer than two clusters stand behind a number. Checked against R (own jackknife, clubSandwich CR3).
    """
    counts = np.asarray(cells, float)
    total = counts.sum(axis=0)
    shares = by_cluster.ratios(*shares_of(counts))
    low, high, still = by_cluster.share_limits(shares, level=level)
    both = np.minimum(shares.clusters[..., 0], shares.clusters[..., 1])
    moved = derived.deviations(shares.estimate, shares.deviation)
    alive = np.where(both >= 2, shares.clusters[..., _ALL_ROWS], np.nan)
    either_still = np.asarray(still[..., :2].any(axis=-1))
    more = derived.limits(
        derived.Basis(
            total=total,
            low=low[..., :2],
            high=high[..., :2],
            error=by_cluster.spread(moved, alive[..., None]),
            df=both - 1,
            still=either_still,
        ),
        level=level,
    )
    return Accuracy(
        estimate=measures(total),
        low=np.concatenate([low, more.low], axis=-1),
        high=np.concatenate([high, more.high], axis=-1),
        std_error=np.concatenate([shares.std_error, more.std_error], axis=-1),
        **_counts(total),
        clusters=np.concatenate([shares.clusters, _for_derived(both)], axis=-1),
        still=np.concatenate([still, _for_derived(either_still)], axis=-1),
        deviation=np.concatenate([shares.deviation, moved], axis=-1),
    )


def independent(cells: ArrayLike, *, level: float = 0.95) -> Accuracy:
    """Accuracy with limits for independent rows, from (..., 4) counts.

    Shares by Wilson's method; ratios by the log method (Simel, Samsa and Matchar 1991, J Clin Epidemiol 44, 763; Woolf
    1955, Ann Hum Genet 19, 251); Youden's index from the Wilson limits of its two shares (Newcombe 1998, Stat Med 17,
    873, method 10).
    Checked against R ``epi.tests`` and ``prop.test``.
    """
    counts = np.asarray(cells, float)
    top, bottom = shares_of(counts)
    low, high = wilson(top, bottom, level=level)
    estimate = measures(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = estimate[..., : len(SHARES)]
        binomial = np.sqrt(share * (1 - share) / bottom)
    shape = estimate.shape[:-1]
    more = derived.limits(
        derived.Basis(
            total=counts,
            low=low[..., :2],
            high=high[..., :2],
            error=derived.independent_errors(estimate[..., :2], bottom[..., :2]),
            df=np.full(shape, np.inf),
            still=None,
        ),
        level=level,
    )
    return Accuracy(
        estimate=estimate,
        low=np.concatenate([low, more.low], axis=-1),
        high=np.concatenate([high, more.high], axis=-1),
        std_error=np.concatenate([binomial, more.std_error], axis=-1),
        **_counts(counts),
        clusters=np.full(estimate.shape, np.nan),
        still=np.zeros(estimate.shape, bool),
        deviation=np.empty((0, *estimate.shape)),
    )


def at(found: Accuracy, place: int) -> Accuracy:
    """One entry of the last axis before the terms, kept as an axis of length 1."""
    picked = {f.name: getattr(found, f.name)[..., place : place + 1, :] for f in fields(found)}
    return Accuracy(**picked)


def measures(cells: ArrayLike) -> Floats:
    """(..., 11) values of `TERMS` from (..., 4) counts; NaN where there is nothing to divide by."""
    counts = np.asarray(cells, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.divide(*shares_of(counts))
    return np.concatenate([shares, derived.values(shares)], axis=-1)


def shares_of(cells: ArrayLike) -> tuple[Floats, Floats]:
    """(..., 7) numerators and denominators of `SHARES` from (..., 4) counts."""
    counts = np.asarray(cells, float)
    return counts @ _TOP, counts @ _BOTTOM


def net_benefit(cells: ArrayLike, threshold: float) -> Floats:
    """Net benefit a row, ``TP / n - FP / n * p / (1 - p)``, from (..., 4) counts at threshold probability p.

    p is the share of events among the flagged at which flagging and not flagging are worth the same. Vickers and
    Elkin (2006), Med Decis Making 26, 565.
    """
    counts = np.asarray(cells, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        weighed = counts[..., 0] - counts[..., 1] * threshold / (1 - threshold)
        return np.asarray(weighed / counts.sum(axis=-1))


def _counts(total: Floats) -> dict[str, Floats]:
    top, bottom = shares_of(total)
    return {
        "count": np.concatenate([top, np.full((*top.shape[:-1], len(DERIVED)), np.nan)], axis=-1),
        "n": np.concatenate([bottom, _for_derived(bottom[..., _ALL_ROWS])], axis=-1),
    }


def _for_derived(values: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.repeat(values[..., None], len(DERIVED), axis=-1)
