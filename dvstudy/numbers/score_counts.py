"""Rows counted by cluster, event and score: what every summary of a ranking needs, without each cluster or redrawn.

A ranking is two rows of counts: events and other rows at each score, from the highest down. Leaving out a cluster or
drawing clusters anew changes only these counts, so a summary of them (partial area, average precision) is computed for
all replicates at once, block by block. Whole-number scores give small tables; other scores sparse ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers.clusters import Jackknife, spread

Floats = NDArray[np.float64]
#: Events (..., V) and other rows (..., V) at each score, from the highest down, to one value each (...).
Summary: TypeAlias = Callable[[Floats, Floats], Floats]

#: Groups into which rows are dealt at random where no cluster is named.
GROUPS: Final = 200
#: Numbers held at once.
_ROOM: Final = 1 << 22


@dataclass(frozen=True)
class ScoreCounts:
    """Rows by cluster and score.

    Attributes
    ----------
    scores
        (V,) distinct scores, from the highest down.
    events, others
        (K, V) rows with and without the event: arrays, or sparse arrays where most cells would be empty.
    """

    scores: NDArray[np.number]
    events: Any
    others: Any

    @property
    def clusters(self) -> int:
        return int(self.events.shape[0])

    @property
    def total(self) -> tuple[Floats, Floats]:
        """(V,) events and other rows of all clusters."""
        return _row(self.events.sum(axis=0)), _row(self.others.sum(axis=0))

    @property
    def sizes(self) -> tuple[Floats, Floats]:
        """(K,) events and other rows in each cluster."""
        return _row(self.events.sum(axis=1)), _row(self.others.sum(axis=1))


def count(
    score: NDArray[np.number], event: NDArray[np.bool_], cluster: NDArray[np.integer], clusters: int
) -> ScoreCounts:
    """Counts from rows: `score` (n,), `event` (n,), `cluster` (n,) coded 0 to `clusters` - 1."""
    from scipy import sparse

    values, place = np.unique(-score.astype(float), return_inverse=True)
    shape = (clusters, len(values))
    tables = []
    for kind in (event, ~event):
        held = sparse.csr_array((np.ones(int(kind.sum())), (cluster[kind], place[kind])), shape=shape)
        tables.append(held.toarray() if clusters * len(values) <= _ROOM else held)
    return ScoreCounts(-values, *tables)


def dealt(rows: int, *, groups: int = GROUPS) -> tuple[NDArray[np.intp], int]:
    """Independent rows dealt at random into `groups` groups of equal size (each row its own where there are fewer):
    the code of every row, and how many groups. The same for every call with as many rows."""
    number = min(rows, groups)
    return np.random.default_rng(rows).permutation(rows) % max(number, 1), number


def at_or_above(table: Any, places: NDArray[np.integer]) -> Floats:
    """(K, P) rows of a table of a `ScoreCounts` at or above the scores in rising `places` (P,), the last included."""
    from scipy import sparse

    column = np.arange(table.shape[1])
    gathered = sparse.csr_array((np.ones(len(column)), (column, np.searchsorted(places, column))))
    return np.cumsum(_dense(table @ gathered), axis=1)


def without_each(counts: ScoreCounts, summary: Summary) -> Jackknife:
    """`summary` of all rows and without each cluster, with its jackknife standard error (`clusters.spread`)."""
    events, others = counts.total
    estimate = np.atleast_1d(summary(events, others))
    step = max(1, _ROOM // max(len(counts.scores), 1))
    left = np.concatenate(
        [
            summary(events - _dense(counts.events[k : k + step]), others - _dense(counts.others[k : k + step]))
            for k in range(0, counts.clusters, step)
        ]
    )
    left = left.reshape(counts.clusters, *estimate.shape)
    return Jackknife(estimate, left, spread(left - estimate, float(counts.clusters)))


def redrawn(counts: ScoreCounts, summary: Summary, times: Floats) -> Floats:
    """(B,) `summary` where each cluster is taken as often as `times` (B, K) says."""
    return np.concatenate([summary(*both) for both in _blocks(counts, times)])


def _blocks(counts: ScoreCounts, times: Floats) -> Iterator[tuple[Floats, Floats]]:
    step = max(1, _ROOM // max(len(counts.scores), 1))
    for start in range(0, len(times), step):
        some = times[start : start + step]
        yield np.asarray(some @ counts.events), np.asarray(some @ counts.others)


def _dense(part: Any) -> Floats:
    return part if isinstance(part, np.ndarray) else np.asarray(part.toarray())


def _row(values: Any) -> Floats:
    return np.asarray(values, float).ravel()
