"""AUC of a score and its variance by DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837.

The variance needs each row's *placement*: for a row with the event, the share of rows without it that score lower
(ties count a half); for a row without it, the share of rows with it that score higher. Placements come from sorting,
O(n log n); whole-number scores need one table of counts, O(n). A higher score always means more risk: an AUC below
one half is reported as it is. Checked against R pROC, with ties, and against the O(mn) double loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Whole-number scores that span no more than this many values are counted in a table instead of being sorted.
TABLE_SPAN: Final = 1 << 12


@dataclass(frozen=True)
class Auc:
    """`estimate`, DeLong `std_error` (NaN below two rows of either kind), rows with (`events`) and without."""

    estimate: float
    std_error: float
    events: int
    others: int


@dataclass(frozen=True)
class AucPair:
    """`estimates` (2,) of two scores of the same rows and the DeLong `covariance` (2, 2) between them."""

    estimates: Floats
    covariance: Floats


def auc(score: NDArray[np.number], event: Flags) -> Auc:
    """AUC and DeLong standard error of one score.

    `score` (n,) without missing values, higher meaning more risk; `event` (n,) true where the event happened.
    """
    if ends := _ends(score):
        table = _table(score, event, ends)
        others, events = table.sum(axis=1)
        of_events, of_others = _table_placements(table)
        return _auc(of_events, table[1], events, of_others, table[0], others)
    with_event, without = score[event], score[~event]
    with_event.sort()
    without.sort()
    return _sorted_auc(with_event, without)


def placements(score: NDArray[np.number], event: Flags) -> Floats:
    """(n,) placement of every row, in the order of the rows; NaN where the other kind of row is absent."""
    found = np.empty(len(score))
    if ends := _ends(score):
        of_events, of_others = _table_placements(_table(score, event, ends))
        cell = score.astype(np.intp, copy=False) - ends[0]
        found[event], found[~event] = of_events[cell[event]], of_others[cell[~event]]
        return found
    rows_with, rows_without = np.flatnonzero(event), np.flatnonzero(~event)
    rows_with = rows_with[np.argsort(score[rows_with])]
    rows_without = rows_without[np.argsort(score[rows_without])]
    found[rows_with], found[rows_without] = _sorted_placements(score[rows_with], score[rows_without])
    return found


def pair(first: NDArray[np.number], second: NDArray[np.number], event: Flags) -> AucPair:
    """AUCs of two scores of the same rows and their DeLong covariance, for a paired comparison."""
    ends = _ends(first), _ends(second)
    if ends[0] and ends[1] and ends[0][1] * ends[1][1] <= TABLE_SPAN**2 // 16:
        return _table_pair((first, second), event, (ends[0], ends[1]))
    sides = np.vstack([placements(first, event), placements(second, event)])
    of_events, of_others = sides[:, event], sides[:, ~event]
    covariance = _covariance(of_events) + _covariance(of_others)
    return AucPair(of_events.mean(axis=1), covariance)


def _ends(score: NDArray[np.number]) -> tuple[int, int] | None:
    """The least value of a whole-number score and how many values it spans; None if it is to be sorted."""
    if not len(score) or score.dtype.kind not in "iu":
        return None
    least = int(score.min())
    span = int(score.max()) - least + 1
    return (least, span) if span <= TABLE_SPAN else None


def _table(score: NDArray[np.number], event: Flags, ends: tuple[int, int]) -> Floats:
    """(2, values) rows without and with the event at each value of a whole-number score."""
    least, span = ends
    cell, first = score.astype(np.intp, copy=False), least
    if not 0 <= least <= TABLE_SPAN:
        cell, first = cell - least, 0
    return _by_kind(cell, event, first + span)[:, first:]


def _by_kind(cell: NDArray[np.intp], event: Flags, cells: int) -> Floats:
    """(2, cells) rows without and with the event in each cell."""
    every = np.bincount(cell, minlength=cells)
    hit = np.bincount(cell[np.flatnonzero(event)], minlength=cells)  # places are found faster than flags are read
    return np.stack([every - hit, hit]).astype(float)


def _table_placements(table: Floats) -> tuple[Floats, Floats]:
    """Placement of an event, and of a row without it, at each value."""
    without, with_event = table
    below = np.cumsum(without) - without + without / 2
    above = np.cumsum(with_event[::-1])[::-1] - with_event / 2
    with np.errstate(invalid="ignore"):
        return below / without.sum(), above / with_event.sum()


def _sorted_placements(with_event: NDArray[np.number], without: NDArray[np.number]) -> tuple[Floats, Floats]:
    """Placements of both kinds of rows, each sorted by score."""
    m, n = len(with_event), len(without)
    swapped = m > n
    few, many = (without, with_event) if swapped else (with_event, without)
    left, right = _crossings(few, many)
    arrived = np.bincount(left, minlength=len(many) + 1) + np.bincount(right, minlength=len(many) + 1)
    of_few, of_many = left + right, np.cumsum(arrived[:-1])
    below, lower = (of_many, of_few) if swapped else (of_few, of_many)
    with np.errstate(divide="ignore", invalid="ignore"):
        return below / (2 * n), 1 - lower / (2 * m)


def _sorted_auc(with_event: NDArray[np.number], without: NDArray[np.number]) -> Auc:
    """AUC of both kinds of rows, each sorted by score: placements of the longer side as values and run lengths."""
    m, n = len(with_event), len(without)
    if m == 0 or n == 0:
        return Auc(float("nan"), float("nan"), m, n)
    swapped = m > n
    few, many = (without, with_event) if swapped else (with_event, without)
    left, right = _crossings(few, many)
    steps = np.concatenate([left, right])
    steps.sort(kind="stable")
    runs = np.diff(steps, prepend=0, append=len(many)).astype(float)
    of_few, of_many = (left + right) / (2 * len(many)), np.arange(len(runs)) / (2 * len(few))
    if swapped:
        return _auc(of_many, runs, m, 1 - of_few, None, n)
    return _auc(of_few, None, m, 1 - of_many, runs, n)


def _crossings(few: NDArray[np.number], many: NDArray[np.number]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where each of `few` would be inserted among `many`, before and after ties; both sorted by score.

    That also tells how many of `few` lie below each of `many`, so only the shorter side is ever searched for.
    """
    return np.searchsorted(many, few, "left"), np.searchsorted(many, few, "right")


def _auc(
    of_events: Floats, event_weight: Floats | None, m: float, of_others: Floats, other_weight: Floats | None, n: float
) -> Auc:
    if m == 0 or n == 0:
        return Auc(float("nan"), float("nan"), int(m), int(n))
    estimate = float(np.average(of_events, weights=event_weight))
    variance = _mean_variance(of_events, event_weight, m, estimate) + _mean_variance(
        of_others, other_weight, n, estimate
    )
    return Auc(estimate, float(np.sqrt(variance)), int(m), int(n))


def _mean_variance(values: Floats, weight: Floats | None, n: float, mean: float) -> float:
    """Variance of the mean of n placements, given one by one or as values with how often each occurs."""
    if n < 2:
        return float("nan")
    gap = values - mean
    total = np.dot(gap, gap) if weight is None else np.dot(weight * gap, gap)
    return float(total / (n - 1) / n)


def _covariance(values: Floats) -> Floats:
    """(2, 2) covariance of the means of two rows of placements."""
    n = values.shape[1]
    gap = values - values.mean(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(gap @ gap.T / np.float64((n - 1) * n))


def _table_pair(
    scores: tuple[NDArray[np.number], NDArray[np.number]], event: Flags, ends: tuple[tuple[int, int], tuple[int, int]]
) -> AucPair:
    spans = ends[0][1], ends[1][1]
    size = spans[0] * spans[1]
    cell = np.multiply(scores[0], spans[1], dtype=np.intp, casting="unsafe")
    cell += scores[1].astype(np.intp, copy=False)
    if least := ends[0][0] * spans[1] + ends[1][0]:
        cell -= least
    joint = _by_kind(cell, event, size).reshape(2, *spans)
    sides = [_table_placements(joint.sum(axis=axis)) for axis in (2, 1)]
    estimates = np.array([np.average(side[0], weights=joint[1].sum(axis=1 - i)) for i, side in enumerate(sides)])
    covariance = np.zeros((2, 2))
    for kind, table in ((0, joint[1]), (1, joint[0])):
        n = table.sum()
        gap = [side[kind] - mean for side, mean in zip(sides, estimates, strict=True)]
        own = [np.dot(table.sum(axis=1 - i), g**2) for i, g in enumerate(gap)]
        shared = gap[0] @ table @ gap[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            covariance += np.array([[own[0], shared], [shared, own[1]]]) / np.float64((n - 1) * n)
    return AucPair(estimates, covariance)
