"""Accuracy for the outcome without treatment, from rows of which some were treated.

Each method gives every row an expected event and an expected non-event had nobody been treated; sums of these over a
2x2 table, or over the values of a score, give every measure. Models are fitted once and then without each cluster, so
the jackknife holds the error of the models too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from dvstudy.numbers import logistic, two_by_two

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]

METHODS: Final = ("as_observed", "untreated_only", "weighted", "g_computation", "doubly_robust")
#: Whether every treated row that is (not) flagged would have had the event; in the order of `Expected.corners`.
CORNERS: Final = ((False, False), (False, True), (True, False), (True, True))
SHARES: Final = ("sensitivity", "specificity", "ppv", "npv", "prevalence")
TERMS: Final = (*SHARES, "auc")
#: Penalty of each squared coefficient of a standardised column: a normal prior with standard deviation 1. It keeps the
#: models finite where a column tells the treated apart without error, and fades as rows are added.
RIDGE: Final = 1.0


@dataclass(frozen=True)
class Rows:
    """Rows (n,) with covariates `x` (n, p), no column of ones; `known`: the outcome was learned (`event` is False where
    not); `score` numbers its values from 0; `cluster` codes 0 to `clusters` - 1."""

    x: Floats
    treated: Flags
    event: Flags
    known: Flags
    test: Flags
    score: Codes
    cluster: Codes
    clusters: int


@dataclass(frozen=True)
class Models:
    """Coefficients of the whole (first row) and without each cluster, (1 + K, p).

    `treatment` chance of treatment; `followed` of a known outcome among the untreated (None where all are known);
    `untreated` of the event among the untreated; `joint` of the event, with treatment as the last column. `x` is the
    standardised design with a column of ones. `separated`: without a penalty the model of treatment would not exist.
    """

    x: Floats
    treatment: Floats
    followed: Floats | None
    untreated: Floats
    joint: Floats
    separated: bool


@dataclass(frozen=True)
class Found:
    """`estimate` (ways, terms) and `replicates` (K, ways, terms), ways being `METHODS`, then each tilt, then `CORNERS`.

    `ratio` (1 + K,): events among the treated over those expected of them without treatment.
    """

    estimate: Floats
    replicates: Floats
    ratio: Floats


def fit(rows: Rows) -> Models:
    """The models of `rows`, whole and without each cluster."""
    spread = rows.x.std(axis=0)
    x = np.column_stack([np.ones(len(rows.x)), (rows.x - rows.x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)])
    free = ~rows.treated
    return Models(
        x=x,
        treatment=_both(x, rows.treated, rows),
        followed=None if rows.known.all() else _both(x, rows.known, rows, weight=free.astype(float)),
        untreated=_both(x, rows.event, rows, weight=(free & rows.known).astype(float)),
        joint=_both(np.column_stack([x, rows.treated]), rows.event, rows, weight=rows.known.astype(float)),
        separated=logistic.fit(x, rows.treated.astype(float)).problem == "separated",
    )


def chance(models: Models, replicate: int = 0) -> Floats:
    """(n,) chance of treatment."""
    return np.asarray(expit(models.x @ models.treatment[replicate]))


def seen(models: Models, replicate: int = 0) -> Floats:
    """(n,) chance that the outcome without treatment was seen: untreated, and known."""
    untreated = 1 - chance(models, replicate)
    return untreated if models.followed is None else untreated * expit(models.x @ models.followed[replicate])


def weights(seen: Floats, free: Flags, kept: Flags, truncate: float) -> Floats:
    """(n,) stabilised weights of the rows `free`, ``P(free) / seen`` with the share taken among the rows `kept`, cut at
    their quantile `truncate`; 0 for other rows."""
    found = np.where(free, free.sum() / max(kept.sum(), 1) / seen, 0.0)
    return np.minimum(found, np.quantile(found[free], truncate)) if free.any() else found


def estimate(rows: Rows, models: Models, *, truncate: float, tilts: Sequence[float] = ()) -> Found:
    """`TERMS` by every method, tilt and corner, whole and without each cluster.

    Weighted: untreated rows with a known outcome, by `weights`. g-computation: the joint model with treatment switched
    off. Doubly robust: ``m + w / P(free) (y - m)`` with m the model of the untreated. A tilt d keeps what was seen of
    the untreated, m where it was not, and gives the treated ``expit(logit m + log d)``: what cannot be seen multiplies
    their odds by d. Corners give the treated what was seen, or the event, and rows without an outcome none, or the
    event, apart for flagged and other rows: there the shares have their ends. The AUC has not: for it the first two
    corners hold its least and the last two its most over every filling (`_auc_ends`).
    """
    values = int(rows.score.max(initial=0)) + 1
    made, ratio = [], []
    for replicate in range(len(models.treatment)):
        kept = np.ones(len(rows.event), bool) if replicate == 0 else rows.cluster != replicate - 1
        ways = list(_ways(rows, models, replicate, kept, truncate, tilts))
        event, other = (np.stack(part) for part in zip(*ways, strict=True))
        areas = _auc(event, other, rows.score, values)
        areas[-len(CORNERS) :] = np.repeat(_auc_ends(rows, kept), len(CORNERS) // 2)
        made.append(np.column_stack([_shares(event, other, rows.test), areas]))
        treated = kept & rows.treated & rows.known
        without = expit(models.x[treated] @ models.untreated[replicate]).sum()
        ratio.append(rows.event[treated].sum() / without if without else np.nan)
    return Found(made[0], np.array(made[1:]).reshape(-1, *made[0].shape), np.array(ratio))


def rows_left(weight: Floats) -> float:
    """Rows that would tell as much if all weighed the same, ``(sum w)^2 / sum w^2`` (Kish 1965)."""
    return float(weight.sum() ** 2 / (weight @ weight)) if weight.any() else 0.0


def e_value(ratio: ArrayLike) -> Floats:
    """How strongly, as a risk ratio, something unseen would have to go with both treatment and event to explain away
    `ratio` alone: ``r + sqrt(r (r - 1))`` with r the ratio or its inverse, whichever is above 1 (VanderWeele and Ding
    2017, Ann Intern Med 167, 268)."""
    r = np.asarray(ratio, float)
    r = np.where(r < 1, 1 / r, r)
    return np.asarray(r + np.sqrt(r * (r - 1)))


def _ways(
    rows: Rows, models: Models, replicate: int, kept: Flags, truncate: float, tilts: Sequence[float]
) -> Iterator[tuple[Floats, Floats]]:
    """(n,) events and non-events that each way expects."""
    y, free = rows.event.astype(float), kept & ~rows.treated & rows.known
    w = weights(seen(models, replicate), free, kept, truncate)
    m = expit(models.x @ models.untreated[replicate])
    robust = m + w * kept.sum() / max(free.sum(), 1) * (y - m)
    off = expit(models.x @ models.joint[replicate, :-1])
    whole = kept.astype(float)
    for e, weight in ((y, whole * rows.known), (y, free.astype(float)), (y, w), (off, whole), (robust, whole)):
        yield weight * e, weight * (1 - e)
    untold = np.where(rows.known, y, m)
    filled = [np.where(rows.treated, expit(logit(m) + np.log(odds)), untold) for odds in tilts]
    hidden = rows.treated | ~rows.known
    for flagged, others in CORNERS:
        filled.append(np.where(hidden & np.where(rows.test, flagged, others), 1.0, y))
    yield from ((whole * e, whole * (1 - e)) for e in filled)


def _shares(event: Floats, other: Floats, test: Flags) -> Floats:
    yes = test.astype(float)
    cells = np.stack([event @ yes, other @ yes, event @ (1 - yes), other @ (1 - yes)], axis=-1)
    return two_by_two.measures(cells)[:, [two_by_two.TERMS.index(term) for term in SHARES]]


def _auc(event: Floats, other: Floats, score: Codes, values: int) -> Floats:
    """(ways,) share of pairs in which the event scores higher, ties a half."""
    e, f = (np.stack([np.bincount(score, one, values) for one in part]) for part in (event, other))
    below = np.cumsum(f, axis=1) - f / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((e * below).sum(axis=1) / (e.sum(axis=1) * f.sum(axis=1)))


def _auc_ends(rows: Rows, kept: Flags) -> Floats:
    """Least and most AUC, whichever of the hidden rows (treated without the event, or of unknown outcome) had it.

    With m of them the sum of ranks of the events is least if these are the m of lowest score, most if the m of highest;
    every m is tried.
    """
    score = rows.score[kept]
    at = np.bincount(score)
    rank = (np.cumsum(at) - (at - 1) / 2)[score]
    event = rows.event[kept] & rows.known[kept]
    hidden = np.sort(rank[~event & (rows.treated | ~rows.known)[kept]])
    events = event.sum() + np.arange(len(hidden) + 1.0)
    ends = []
    for ordered in (hidden, hidden[::-1]):
        ranks = rank[event].sum() + np.r_[0.0, np.cumsum(ordered)]
        with np.errstate(divide="ignore", invalid="ignore"):
            ends.append((ranks - events * (events + 1) / 2) / (events * (len(score) - events)))
    found = np.array([np.nanmin(ends[0], initial=np.inf), np.nanmax(ends[1], initial=-np.inf)])
    return np.where(np.isfinite(found), found, np.nan)


def _both(x: Floats, event: Flags, rows: Rows, weight: ArrayLike = 1.0) -> Floats:
    ridge = np.where(np.arange(x.shape[1]) == 0, 0.0, RIDGE)
    whole, each = logistic.without_each(x, event, rows.cluster, rows.clusters, weight=weight, ridge=ridge)
    return np.vstack([whole.coefficients, each])
