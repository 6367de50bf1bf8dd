"""What the analyses of shares have in common: limits with or without clusters, rows of the result table, cautions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dvstudy.analyses import _frames
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers.proportions import wilson
from dvstudy.result import Note, Quantity

Floats = NDArray[np.float64]

#: Method of limits that rest on an assumed correlation within clusters.
ASSUMED: Final = "wilson_design_effect"


@dataclass(frozen=True)
class Found:
    """Shares (s,) with limits; `clusters` is None where rows were taken as independent."""

    shares: by_cluster.Ratios
    low: Floats
    high: Floats
    methods: Sequence[str]
    clusters: int | None


def estimate(counts: Floats, rows: Floats, clusters: int | None) -> Found:
    """Shares from (K, s) counts and (K,) rows a cluster, or (K, s) where each share has rows of its own: jackknife, or
    Wilson where there are not two clusters.

    Without clusters K is 1.
    """
    of = rows if rows.ndim == counts.ndim else np.broadcast_to(rows[:, None], counts.shape)
    found = by_cluster.ratios(counts, of)
    if clusters is None or clusters < 2:
        return independent(found)
    low, high, still = by_cluster.share_limits(found)
    return Found(found, low, high, np.where(still, ASSUMED, "cluster_jackknife").tolist(), clusters)


def independent(shares: by_cluster.Ratios) -> Found:
    """The same shares with Wilson limits, rows taken as independent."""
    low, high = wilson(shares.numerator, shares.denominator)
    return Found(shares, low, high, ["wilson"] * len(low), None)


def rows(found: Found, labels: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Rows of a result table; `labels` are term and group of each share."""
    return [
        {
            "term": term,
            "group": group,
            "estimate": found.shares.estimate[place],
            "conf_low": found.low[place],
            "conf_high": found.high[place],
            "n": found.shares.denominator[place],
            "method": found.methods[place],
            "count": found.shares.numerator[place],
            "clusters": np.nan if found.clusters is None else found.clusters,
            "kind": "percent",
        }
        for place, (term, group) in enumerate(labels)
    ]


def cautions(found: Found, clusters: int | None) -> list[Note]:
    """Notes on few clusters, and on limits that rest on an assumed correlation."""
    notes = _frames.cluster_notes(clusters)
    if ASSUMED in found.methods:
        rows = float(np.max(found.shares.denominator))
        notes = [*notes, Note("no_spread", {"icc": Quantity(by_cluster.ASSUMED_ICC, "number", rows)})]
    return notes
