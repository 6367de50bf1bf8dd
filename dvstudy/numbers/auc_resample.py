"""Bootstrap of the AUC over whole clusters, without touching the rows again.

With c the times that each cluster is drawn, the AUC is ``c'Uc / ((c'p)(c'q))``: U[k, l] counts the pairs won by events
of cluster k against other rows of cluster l (ties a half), p and q the rows of either kind. Scores with few values need
not even U: cluster x score tables, two matrix products. Checked against recomputing from the redrawn rows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers.clusters import tabulate

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Distinct scores up to which clusters x scores are tabulated.
_FEW_SCORES: Final = 256
#: Rows of neighbouring scores that are compared one by one.
_BLOCK: Final = 32
#: Cells of a table of clusters by blocks.
_ROOM: Final = 1 << 22


def replicates(
    score: NDArray[np.number], event: NDArray[np.bool_], cluster: NDArray[np.integer], times: Floats
) -> Floats:
    """(B,) AUC where each cluster is taken as often as `times` (B, K) says; NaN where a kind of row is not drawn.

    `score` (n,), `event` (n,), `cluster` (n,) coded 0 to K - 1.
    """
    rank, values = _ranks(score)
    if values <= _FEW_SCORES:
        with_event, without = _tables(rank, event, cluster, (times.shape[1], values))
        drawn, against = times @ with_event, times @ (np.cumsum(without, axis=1) - without / 2)
        won, held = (drawn * against).sum(axis=1), times @ np.column_stack([with_event.sum(1), without.sum(1)])
    else:
        pairs, rows = _won(rank, values, event, cluster, times.shape[1])
        won, held = ((times @ pairs) * times).sum(axis=1), times @ rows
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(won / (held[:, 0] * held[:, 1]))


def won_pairs(
    score: NDArray[np.number], event: NDArray[np.bool_], cluster: NDArray[np.integer], clusters: int
) -> Floats:
    """(K, K) pairs won by events of one cluster against other rows of another; ties count a half."""
    return _won(*_ranks(score), event, cluster, clusters)[0]


def _ranks(score: NDArray[np.number]) -> tuple[Ints, int]:
    """Scores as whole numbers from 0, in their order, and how many could occur."""
    if score.dtype.kind in "iu" and len(score) and int(score.max()) - int(score.min()) < _FEW_SCORES:
        return (score - score.min()).astype(np.intp), int(score.max()) - int(score.min()) + 1
    order = np.argsort(score)
    new = np.concatenate([[False], np.diff(score[order]) > 0])
    rank = np.empty(len(score), np.intp)
    rank[order] = np.cumsum(new)
    return rank, int(new.sum()) + 1


def _tables(rank: Ints, event: NDArray[np.bool_], cluster: NDArray[np.integer], shape: tuple[int, int]) -> list[Floats]:
    return [tabulate(cluster[kind], rank[kind], clusters=shape[0], cells=shape[1]) for kind in (event, ~event)]


def _won(
    rank: Ints, values: int, event: NDArray[np.bool_], cluster: NDArray[np.integer], clusters: int
) -> tuple[Floats, Floats]:
    """Pairs won, and rows of either kind by cluster (K, 2): blocks of neighbouring scores against lower blocks by a
    matrix product, pairs inside a block one by one."""
    block_of, single = _blocks(np.bincount(rank, minlength=values), clusters)
    block = block_of[rank]
    with_event, without = _tables(block, event, cluster, (clusters, len(single)))
    lower = np.cumsum(without, axis=1) - without
    lower[:, single] += without[:, single] / 2
    pairs = with_event @ lower.T
    apart = ~single[block]
    high, low = _met(block, event & apart, ~event & apart, len(single))
    gap = rank[high] - rank[low]
    value = (gap > 0) + 0.5 * (gap == 0)
    code = cluster[high] * clusters + cluster[low]
    pairs += np.bincount(code, value, minlength=clusters * clusters).reshape(clusters, clusters)
    return pairs, np.column_stack([with_event.sum(axis=1), without.sum(axis=1)])


def _blocks(size: Ints, clusters: int) -> tuple[Ints, NDArray[np.bool_]]:
    """The block of every score, about `_BLOCK` rows each, and which blocks hold one single, frequent score."""
    rows = max(_BLOCK, int(size.sum()) * clusters // _ROOM)
    window = (np.cumsum(size) - size) // rows
    frequent = size > rows
    new = np.ones(len(size), bool)
    new[1:] = (np.diff(window) > 0) | frequent[1:] | frequent[:-1]
    return np.cumsum(new) - 1, frequent[new]


def _met(
    block: Ints, event: NDArray[np.bool_], other: NDArray[np.bool_], blocks: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Every pair of an event and another row in one block, as places of rows."""
    events, others = np.flatnonzero(event), np.flatnonzero(other)
    others = others[np.argsort(block[others], kind="stable")]
    size = np.bincount(block[others], minlength=blocks)
    ends = np.cumsum(size)
    met = size[block[events]]
    first = np.repeat(ends[block[events]] - np.cumsum(met), met)
    return np.repeat(events, met), others[np.arange(len(first)) + first]
