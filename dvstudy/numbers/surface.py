"""Every rule "first count at least k OR (or: AND) second count at least m", from one table of counts.

An OR rule misses exactly the rows with first count below k and second below m, an AND rule flags those at or above
both. Each is a corner of the table of the two counts, so cumulative sums give all rules at once, for every cluster,
without looking at the rows again. "A at least k or A + B at least t" is the OR rule of the counts A and A + B.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]
#: How the two conditions are joined: ``any`` of them is enough (OR), or ``all`` must hold (AND).
Join = Literal["any", "all"]

#: Which condition a flagged row meets, in the order of the last axis of `branches`.
BRANCHES: Final = ("first_only", "second_only", "both")
_TINY: Final = 1e-12


def histogram(
    counts: tuple[Codes, Codes], event: NDArray[np.bool_], cluster: Codes, *, largest: tuple[int, int], clusters: int
) -> Floats:
    """(K, 2, A + 1, B + 1) rows by cluster, event (no, yes), first count and second count.

    `counts` are two (n,) arrays of whole numbers from 0 to `largest` = (A, B); one pass over the rows.
    """
    first, second = counts
    shape = (clusters, 2, largest[0] + 1, largest[1] + 1)
    cell = np.ravel_multi_index((cluster, event.astype(np.intp), first, second), shape)
    return np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(float)


def rule_cells(table: Floats, join: Join = "any") -> Floats:
    """(..., A, B, 4) 2x2 counts of every rule (k, m), k from 1 to A and m from 1 to B, from (..., 2, A + 1, B + 1).

    The last axis is in the order of `two_by_two.CELLS`; entry [k - 1, m - 1] belongs to the rule (k, m). The sums are
    linear: they may be taken of a weighted or resampled table as well.
    """
    corner = table.cumsum(axis=-1).cumsum(axis=-2)
    everybody, missed = corner[..., -1:, -1:], corner[..., :-1, :-1]
    if join == "all":
        missed = corner[..., :-1, -1:] + corner[..., -1:, :-1] - missed
    flagged = everybody - missed
    no, yes = 0, 1
    return np.stack([a[..., s, :, :] for a, s in ((flagged, yes), (flagged, no), (missed, yes), (missed, no))], axis=-1)


def branches(table: Floats) -> Floats:
    """(..., 2, A, B, 3) rows that meet the first condition only, the second only, both, from (..., 2, A + 1, B + 1).

    The axis of length 2 is the event (no, yes), as in `histogram`; an OR rule flags all three kinds, an AND rule
    the last.
    """
    corner = table.cumsum(axis=-1).cumsum(axis=-2)
    everybody, neither = corner[..., -1:, -1:], corner[..., :-1, :-1]
    below_first, below_second = corner[..., :-1, -1:], corner[..., -1:, :-1]
    first_only, second_only = below_second - neither, below_first - neither
    both = everybody - below_first - below_second + neither
    return np.stack(np.broadcast_arrays(first_only, second_only, both), axis=-1)


def pareto(cells: ArrayLike) -> NDArray[np.bool_]:
    """(rules,) True for rules that no other beats: none with as many true and as few false positives, and one better.

    From (rules, 4) counts. Rules with equal counts stand or fall together.
    """
    hits, false = (np.asarray(cells, float)[:, i] for i in (0, 1))
    order = np.lexsort((-hits, false))
    most = np.maximum.accumulate(hits[order])
    before = np.searchsorted(false[order], false - _TINY, side="left") - 1
    beaten_by_fewer = np.where(before >= 0, most[np.maximum(before, 0)], -np.inf) >= hits - _TINY
    same = np.searchsorted(false[order], false + _TINY, side="right") - 1
    return np.asarray(~(beaten_by_fewer | (most[same] > hits + _TINY)))
