"""Tetrachoric correlations: how strongly two yes/no answers would correlate if each cut a normal trait in two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, owens_t

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Correlations nearer to 1 or -1 than this are given as this far from it.
_EDGE: Final = 1e-9
_TINY: Final = 1e-300
_HALF: Final = 0.5
_WORD: Final = 64


@dataclass(frozen=True)
class Tetrachoric:
    """Correlations of many 2 by 2 tables.

    Attributes
    ----------
    rho
        (...) maximum-likelihood correlation; NaN where an item has one answer only.
    std_error
        (...) large-sample standard error, rows independent; NaN as above.
    corrected
        (...) whether a cell was empty and half a row was moved (see `tetrachoric`).
    """

    rho: Floats
    std_error: Floats
    corrected: Flags


def tables(yes: ArrayLike, answered: ArrayLike) -> Floats:
    """(items, items, 2, 2) counts of every pair of columns, from the rows that answered both.

    `yes` and `answered` are (rows, items); the first cell of a table counts rows with yes to both. Rows are packed 64
    to a word: as fast as a product of matrices and not slowed down by other work on the machine.
    """
    seen = np.asarray(answered, bool)
    items = seen.shape[1]
    marks = np.hstack([np.asarray(yes, bool) & seen, seen]).T
    padded = np.pad(marks, ((0, 0), (0, -marks.shape[1] % _WORD)))
    bits = np.ascontiguousarray(np.packbits(padded, axis=1)).view(np.uint64)
    sums = np.bitwise_count(bits[:, None, :] & bits[None, :, :]).sum(axis=-1, dtype=np.int64).astype(float)
    both, one, n = sums[:items, :items], sums[:items, items:], sums[items:, items:]
    cells = np.stack([both, one - both, one.T - both, n - one - one.T + both], axis=-1)
    return cells.reshape(items, items, 2, 2)


def tetrachoric(counts: ArrayLike) -> Tetrachoric:
    """Tetrachoric correlations of tables (..., 2, 2) of counts.

    Notes
    -----
    Two-step maximum likelihood: thresholds from the margins, then the correlation at which a bivariate normal gives
    the first cell. A 2 by 2 table has three free cells and this model three parameters, so both steps together reach
    the maximum of the joint likelihood. Standard errors by the delta method from the multinomial cells (Hamdan 1970,
    Biometrika 57, 212). Where one cell is empty half a row is moved within the table so that its margins stay (Brown
    and Benedetti 1977, J Am Stat Assoc 72, 305); `corrected` says where. Such a value depends on the rule chosen and
    is known to the data only in its sign. Checked against R psych and polycor, and by simulation. Not for items
    that no normal trait stands behind, such as sex or kind of relation.
    """
    whole = np.asarray(counts, float)
    cells, corrected = without_empty_cells(whole)
    n = cells.sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = cells / n[..., None, None]
    row, column = share[..., 0, :].sum(axis=-1), share[..., :, 0].sum(axis=-1)
    usable = (n > 0) & (row > 0) & (row < 1) & (column > 0) & (column < 1)
    h, k = (ndtri(np.where(usable, p, _HALF)) for p in (row, column))
    rho = _solve(h, k, np.where(usable, share[..., 0, 0], 0.25))
    error = _error(share, h, k, rho, n)
    return Tetrachoric(np.where(usable, rho, np.nan), np.where(usable, error, np.nan), corrected & usable)


def without_empty_cells(counts: Floats) -> tuple[Floats, Flags]:
    """Tables with half a row moved into an empty cell, margins kept, and where that was done.

    A table with an empty row or column stays as it is: nothing can be said of it.
    """
    row, column = counts.sum(axis=-1), counts.sum(axis=-2)
    free = (row > 0).all(axis=-1) & (column > 0).all(axis=-1)
    down = (counts[..., 0, 0] == 0) | (counts[..., 1, 1] == 0)
    across = (counts[..., 0, 1] == 0) | (counts[..., 1, 0] == 0)
    move = np.where(free, _HALF * (down.astype(float) - across.astype(float)), 0.0)
    return counts + move[..., None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]]), free & (down | across)


def phi(counts: ArrayLike) -> Floats:
    """Product-moment correlations of tables (..., 2, 2) of counts; NaN where an item has one answer only."""
    cells = np.asarray(counts, float)
    a, b, c, d = (cells[..., i, j] for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((a * d - b * c) / np.sqrt((a + b) * (c + d) * (a + c) * (b + d)))


def both_below(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> Floats:
    """Probability that two standard normals with correlation `rho` both lie below `h` and `k`, elementwise.

    By Owen's T function (Owen 1956, Ann Math Stat 27, 1075); `rho` strictly between -1 and 1. Checked against
    ``scipy.stats.multivariate_normal``.
    """
    first, second, r = np.broadcast_arrays(np.asarray(h, float), np.asarray(k, float), np.asarray(rho, float))
    x, y = (np.where(np.abs(v) < _TINY, _TINY, v) for v in (first, second))
    root = np.sqrt((1 - r) * (1 + r))
    with np.errstate(over="ignore"):
        ratio_x, ratio_y = y / x, x / y
    apart = np.where((x < 0) != (y < 0), _HALF, 0.0)
    return np.asarray(
        (ndtr(x) + ndtr(y)) / 2 - owens_t(x, (ratio_x - r) / root) - owens_t(y, (ratio_y - r) / root) - apart
    )


def _solve(h: Floats, k: Floats, both: Floats) -> Floats:
    """The correlation at which `both_below` is `both`; at the edge where none inside is."""
    from scipy.optimize import elementwise

    low, high = np.full(h.shape, -1 + _EDGE), np.full(h.shape, 1 - _EDGE)
    below, above = both_below(h, k, low) >= both, both_below(h, k, high) <= both
    target = np.where(below | above, both_below(h, k, 0.0), both)

    def gap(rho: Floats, h: Floats, k: Floats, both: Floats) -> Floats:
        return both_below(h, k, rho) - both

    found = elementwise.find_root(gap, (low, high), args=(h, k, target), tolerances={"xatol": 1e-12})
    return np.asarray(np.where(below, low, np.where(above, high, found.x)))


def _error(share: Floats, h: Floats, k: Floats, rho: Floats, n: Floats) -> Floats:
    """Standard error from the influence of each cell on the correlation."""
    root = np.sqrt((1 - rho) * (1 + rho))
    of_row, of_column = ndtr((k - rho * h) / root), ndtr((h - rho * k) / root)
    density = np.exp(-(h**2 + k**2 - 2 * rho * h * k) / (2 * root**2)) / (2 * np.pi * root)
    influence = np.stack([1 - of_row - of_column, -of_row, -of_column, np.zeros_like(rho)], axis=-1)
    cells = share.reshape(*rho.shape, 4)
    mean = (cells * influence).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(((cells * influence**2).sum(axis=-1) - mean**2) / n) / density)
