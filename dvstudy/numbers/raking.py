"""Weights that give a sample the margins of another population (iterative proportional fitting)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]

_ROUNDS: Final = 500
_ENOUGH: Final = 1e-10


def rake(counts: Floats, codes: Sequence[Codes], targets: Sequence[Floats]) -> Floats:
    """(..., cells) shares that have every target margin, each cell's odds within the margins as in `counts`.

    Parameters
    ----------
    counts
        (..., cells) rows in each cell of the cross-classification; leading axes are raked at once.
    codes
        For every margin (cells,) the level that each cell belongs to.
    targets
        For every margin (levels,) the shares wanted, summing to one.

    Notes
    -----
    Deming and Stephan (1940), Ann Math Stat 11, 427. NaN where a level that is wanted has no rows, or margins cannot
    hold together in the cells that have any. Checked against R ``survey::rake``.
    """
    total = counts.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.asarray(counts / total, float)
        inside = [np.equal.outer(np.arange(len(t)), c).astype(float) for c, t in zip(codes, targets, strict=True)]
        for _ in range(_ROUNDS):
            for level, code, wanted in zip(inside, codes, targets, strict=True):
                there = shares @ level.T
                ratio = np.where(there > 0, wanted / there, np.where(wanted > 0, np.nan, 0.0))
                shares = shares * ratio[..., code]
            gap = [
                np.abs(shares @ level.T - wanted).max(axis=-1) for level, wanted in zip(inside, targets, strict=True)
            ]
            far = np.max(gap, axis=0)
            if not (far > _ENOUGH).any():
                break
    return np.where((far <= _ENOUGH)[..., None], shares, np.nan)
