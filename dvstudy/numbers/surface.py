"""Every rule "first count at least k OR second count at least m", from one table of counts.

An OR rule misses exactly the rows with first count below k and second below m. Those are a corner of the table of
the two counts, so cumulative sums give all rules at once, for every cluster, without looking at the rows again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dvstudy.numbers.two_by_two import TERMS, measures

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]

_YOUDEN = TERMS.index("youden")


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


def rule_cells(table: Floats) -> Floats:
    """(..., A, B, 4) 2x2 counts of every rule (k, m), k from 1 to A and m from 1 to B, from (..., 2, A + 1, B + 1).

    The last axis is in the order of `two_by_two.CELLS`; entry [k - 1, m - 1] belongs to the rule (k, m). The sums are
    linear: they may be taken of a weighted or resampled table as well.
    """
    corner = table.cumsum(axis=-1).cumsum(axis=-2)
    missed = corner[..., :-1, :-1]
    flagged = corner[..., -1:, -1:] - missed
    no, yes = 0, 1
    return np.stack([a[..., s, :, :] for a, s in ((flagged, yes), (flagged, no), (missed, yes), (missed, no))], axis=-1)


def cross_validated_cells(cells: Floats, *, folds: int = 10, repeats: int = 20, seed: int = 0) -> Floats:
    """(K, 4) 2x2 counts in each cluster of the rule chosen without it, averaged over repeats.

    Clusters are dealt into `folds` parts `repeats` times; the rule with the largest Youden index in the other parts
    is applied to each part. The Youden index of the summed counts is the mean over repeats of what choosing the best
    rule is worth on clusters that took no part in the choice.

    Parameters
    ----------
    cells
        (K, rules, 4) counts of every rule by cluster.
    folds, repeats, seed
        Parts (no more than clusters), how often they are dealt anew, and the seed of the dealing.
    """
    clusters, rules, _ = cells.shape
    parts = min(folds, clusters)
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    part = generator.permuted(np.tile(np.arange(clusters) % parts, (repeats, 1)), axis=1)
    inside = (part[:, None, :] == np.arange(parts)[:, None]).astype(float)
    left_out = (inside.reshape(-1, clusters) @ cells.reshape(clusters, -1)).reshape(repeats, parts, rules, 4)
    youden = measures(cells.sum(axis=0) - left_out)[..., _YOUDEN]
    chosen = np.where(np.isnan(youden), -np.inf, youden).argmax(axis=-1)
    by_cluster = np.take_along_axis(chosen, part, axis=1)
    return np.asarray(cells[np.arange(clusters), by_cluster].mean(axis=0))
