"""Sums over coded answers: every field of every form in one pass, block by block in cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

#: Rows handled at a time: few enough for the counts of a block to stay in the processor's cache.
_BLOCK: Final = 1 << 16


def linear_scores(codes: Sequence[npt.NDArray[np.int8]], weights: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Add up, for each form, the weights of the codes that it holds.

    Parameters
    ----------
    codes
        One array of length n an item: the code (0, 1, ...) that each of the n forms holds there.
    weights
        Shape (items, codes, fields): what code `k` of item `i` adds to field `f`.

    Returns
    -------
    Array of shape (fields, n): ``sum over items of weights[item, codes[item][form], field]``.

    Notes
    -----
    Fields with the same weights are added up once. Items with the same weights form a group, and a form's fields depend
    on a group only through how many of its items hold each code. Counting them is one comparison and one addition of
    bytes (vector instructions) an item and code; weights are applied once a group, not once an item.
    """
    items, _, fields = weights.shape
    weights, alike = np.unique(weights, axis=2, return_inverse=True)
    n = len(codes[0]) if items else 0
    patterns, group = np.unique(weights.reshape(items, -1), axis=0, return_inverse=True)
    members = [np.flatnonzero(group.reshape(-1) == number).tolist() for number in range(len(patterns))]
    sums = np.empty((fields, n), dtype=np.int32)
    small = _holds(weights)
    for start in range(0, n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        block = np.zeros((weights.shape[2], len(range(n)[rows])), dtype=small)
        for pattern, own in zip(patterns.reshape(len(patterns), *weights.shape[1:]), members, strict=True):
            _add_group(block, [codes[item][rows] for item in own], pattern)
        for field, source in enumerate(alike.reshape(-1).tolist()):
            sums[field, rows] = block[source]
    return sums


def _add_group(
    block: npt.NDArray[np.signedinteger], members: Sequence[npt.NDArray[np.int8]], pattern: npt.NDArray[np.int64]
) -> None:
    count = np.empty(block.shape[1], dtype=block.dtype)
    for code in np.flatnonzero(pattern.any(axis=1)).tolist():  # plain integers keep the comparison in bytes
        count[:] = 0
        for member in members:
            count += (member == code).view(np.int8)
        for field in np.flatnonzero(pattern[code]).tolist():
            weight = block.dtype.type(pattern[code, field])
            block[field] += count if weight == 1 else count * weight


def _holds(weights: npt.NDArray[np.int64]) -> type[np.int8] | type[np.int16] | type[np.int32]:
    """The smallest integer type that holds every partial sum and every count of items."""
    largest = max(len(weights), int(np.abs(weights).max(axis=1, initial=0).sum(axis=0).max(initial=0)))
    if largest <= np.iinfo(np.int8).max:
        return np.int8
    return np.int16 if largest <= np.iinfo(np.int16).max else np.int32
