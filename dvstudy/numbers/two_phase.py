"""Accuracy when the outcome of only some rows was looked for: counts by stratum, verdict and what was found.

Counts stand as (..., strata, 2, 3): verdict no and yes; event, none, not verified. Axes before these (clusters,
replicates) are handled at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EVENT, NONE, UNVERIFIED = 0, 1, 2
#: Whether every unverified row that is (not) flagged had the event.
CORNERS: Final = ((False, False), (False, True), (True, False), (True, True))


def events(counts: ArrayLike, odds: float = 1.0) -> Floats:
    """(..., strata, 2, 2) expected rows with and without the event, the unverified taken to have it as often as the
    verified of their stratum and verdict, their odds times `odds`.

    With one stratum and odds 1 this is the correction of Begg and Greenes (1983), Biometrics 39, 207. A stratum in
    which nobody was verified takes the share of its verdict; NaN where no row of a verdict was verified.
    """
    n = np.asarray(counts, float)
    verified = n[..., [EVENT, NONE]]
    pooled = np.broadcast_to(verified.sum(axis=-3, keepdims=True), verified.shape)
    used = np.where(verified.sum(axis=-1, keepdims=True) > 0, verified, pooled)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = odds * used[..., EVENT] / (odds * used[..., EVENT] + used[..., NONE])
    hidden = n[..., UNVERIFIED]
    added = np.stack([share, 1 - share], axis=-1) * hidden[..., None]
    return np.asarray(verified + np.where(hidden[..., None] > 0, added, 0.0))


def corner(counts: ArrayLike, *, flagged: bool, others: bool) -> Floats:
    """(..., strata, 2, 2) rows with and without the event if every unverified row that is (not) flagged had it, or none
    of them did."""
    n = np.asarray(counts, float)
    had = np.array([others, flagged], float)
    hidden = n[..., UNVERIFIED]
    return np.asarray(n[..., [EVENT, NONE]] + np.stack([had * hidden, (1 - had) * hidden], axis=-1))


def cells(found: Floats) -> Floats:
    """(..., 4) counts in the order of `two_by_two.CELLS` from (..., strata, 2, 2)."""
    table = found.sum(axis=-3)
    return np.stack([table[..., 1, 0], table[..., 1, 1], table[..., 0, 0], table[..., 0, 1]], axis=-1)


def recording(found: Floats, recorded: Sequence[bool]) -> tuple[Floats, Floats]:
    """Sensitivity and specificity of a record, (..., 3): all rows, flagged, not flagged.

    `found` as from `events`; `recorded` says of each stratum whether the record has the event.
    """
    have = np.asarray(recorded, bool)
    table = np.stack([found[..., have, :, :].sum(axis=-3), found[..., ~have, :, :].sum(axis=-3)], axis=-3)
    by = np.stack([table.sum(axis=-2), table[..., 1, :], table[..., 0, :]], axis=-2)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = by.sum(axis=-3)
        return by[..., 0, :, 0] / total[..., 0], by[..., 1, :, 1] / total[..., 1]


def tipping(risk: Floats, specificity: Floats, base: Floats) -> Floats:
    """(...) sensitivity of the record among the flagged at which they would have the risk `base` of the others.

    ``(r - (1 - sp) (1 - base)) / base`` with r their recorded risk: solved from ``r = base * se + (1 - base)(1 - sp)``.
    Above 1 nothing in the recording could make the two alike.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((risk - (1 - specificity) * (1 - base)) / base)
