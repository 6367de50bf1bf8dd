"""AUC for the event within so many days, where follow-up is incomplete: cumulative cases, dynamic controls.

Cases had the event by day t; controls were followed to day t without it, or left before by a competing exit. Each known
row stands for those like it whose follow-up ended too soon: it weighs one over the chance of being followed that long,
by Kaplan and Meier's estimate for the end of follow-up. Blanche, Dartigues and Jacqmin-Gadda (2013), Stat Med 32, 5381,
second definition of controls; Uno et al. (2007), JASA 102, 527. The chance is estimated anew without each cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers.clusters import spread, tabulate

Floats = NDArray[np.float64]

#: What ended the time of a row.
CENSORED, EVENT, EXIT = 0, 1, 2
_ROOM: Final = 1 << 22


@dataclass(frozen=True)
class Followed:
    """Rows: `score`, `time` of what came first, its `kind`, `cluster` coded 0 to `clusters` - 1, each (n,)."""

    score: NDArray[np.number]
    time: Floats
    kind: NDArray[np.integer]
    cluster: NDArray[np.integer]
    clusters: int


@dataclass(frozen=True)
class DayAuc:
    """AUC by `days` (D,): `estimate` (D,), `replicates` (K, D) without each cluster, `std_error` (D,), rows known to be
    `cases` and `controls` (D,), and the fewest clusters with either (`behind`)."""

    estimate: Floats
    replicates: Floats
    std_error: Floats
    cases: NDArray[np.int_]
    controls: NDArray[np.int_]
    behind: NDArray[np.int_]


def auc(rows: Followed, days: Floats) -> DayAuc:
    """AUC at each of `days` (D,) and without each cluster."""
    ends, chance = _chance_followed(rows)
    chance_of = [chance[:, np.searchsorted(ends, at, "left")] for at in (rows.time, days)]
    _, rank = np.unique(rows.score, return_inverse=True)
    found = [_at(rows, rank, float(day), chance_of[0], chance_of[1][:, d]) for d, day in enumerate(days)]
    values = np.column_stack([one for one, _ in found])
    counts = np.array([row for _, row in found]).reshape(-1, 3).T
    error = spread(values[1:] - values[0], float(rows.clusters))
    return DayAuc(values[0], values[1:], np.where(counts[2] >= 2, error, np.nan), *counts)


def _chance_followed(rows: Followed) -> tuple[Floats, Floats]:
    """Days on which follow-up ended (C,), and the chance (K + 1, C + 1) of being followed until before each and beyond
    the last: of all rows, then without each cluster. Events on the same day come first."""
    lost = rows.kind == CENSORED
    ends = np.unique(rows.time[lost])
    width = len(ends) + 1
    place = _places(ends, rows, lost)
    by_place = tabulate(rows.cluster, place, clusters=rows.clusters, cells=width)
    at_risk = np.cumsum(by_place[:, ::-1], axis=1)[:, ::-1][:, 1:]
    day = np.searchsorted(ends, rows.time[lost])
    censored = tabulate(rows.cluster[lost], day, clusters=rows.clusters, cells=width)[:, :-1]
    risk, gone = (np.vstack([one.sum(axis=0), one.sum(axis=0) - one]) for one in (at_risk, censored))
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.where(risk > 0, 1 - gone / risk, 1.0)
    return ends, np.hstack([np.ones((len(risk), 1)), np.cumprod(stays, axis=1)])


def _places(ends: Floats, rows: Followed, lost: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How many ends of follow-up each row was at risk of: those on its last day only if its follow-up ended then."""
    return np.where(lost, np.searchsorted(ends, rows.time, "right"), np.searchsorted(ends, rows.time, "left"))


def _at(
    rows: Followed, rank: NDArray[np.intp], day: float, chance: Floats, chance_then: Floats
) -> tuple[Floats, tuple[int, int, int]]:
    """(K + 1,) AUC at one day, and its cases, controls and the clusters behind them."""
    before = rows.time <= day
    case = before & (rows.kind == EVENT)
    left, kept = before & (rows.kind == EXIT), (rows.time >= day) & ~(before & (rows.kind != CENSORED))
    behind = min(len(np.unique(rows.cluster[kind])) for kind in (case, left | kept))
    step = max(1, _ROOM // len(rank))
    made = [
        _weighted(rows, rank, (case, left, kept), slice(k, k + step), chance, chance_then)
        for k in range(0, len(chance), step)
    ]
    return np.concatenate(made), (int(case.sum()), int((left | kept).sum()), behind)


def _weighted(
    rows: Followed,
    rank: NDArray[np.intp],
    kinds: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]],
    some: slice,
    chance: Floats,
    chance_then: Floats,
) -> Floats:
    """AUC of the replicates `some`: weights of cases and controls added up by score."""
    replicate = np.arange(len(chance))[some]
    values = int(rank.max()) + 1
    tables = []
    for kind, weigh in zip(kinds, (True, True, False), strict=True):
        own = rows.cluster[kind] == replicate[:, None] - 1
        of = chance[some][:, kind] if weigh else np.broadcast_to(chance_then[some, None], own.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.where(own, 0.0, 1 / of)
        tables.append(_summed(weight, rank[kind], values))
    cases, controls = tables[0], tables[1] + tables[2]
    below = np.cumsum(controls, axis=1) - controls / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((cases * below).sum(axis=1) / (cases.sum(axis=1) * controls.sum(axis=1)))


def _summed(weight: Floats, rank: NDArray[np.intp], values: int) -> Floats:
    """(R, values) weights (R, m) added up by rank (m,)."""
    cell = np.arange(len(weight))[:, None] * values + rank
    summed: Floats = np.bincount(cell.ravel(), weight.ravel(), minlength=len(weight) * values).astype(float)
    return summed.reshape(-1, values)
