"""What the analyses of a ranking share: rows made ready, limits by cluster, rows of the result table, cautions.

Where no cluster is named rows are dealt at random into groups and left out group by group: the jackknife for
independent rows, at the cost of a few hundred replicates instead of one a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _accuracy, _frames
from dvstudy.analyses._frames import Source
from dvstudy.numbers import resample, score_counts
from dvstudy.numbers.clusters import ASSUMED_ICC, Jackknife, design_effect
from dvstudy.numbers.proportions import logit_limits, wilson
from dvstudy.result import ALL, Note, Quantity

Floats = NDArray[np.float64]

#: More clusters than this, or more distinct scores where every draw needs them all, and clusters are not drawn anew.
MOST_DRAWN: Final = 1000
MOST_SCORES: Final = 20_000
_TINY: Final = 1e-12


@dataclass(frozen=True)
class Ready:
    """Complete rows with a `score`, an `event` each, and the clusters that limits allow for.

    `clusters` is the number in the data (None when no cluster was named), `groups` that of `code`: clusters, or rows
    dealt at random.
    """

    rows: pd.DataFrame
    score: NDArray[np.number]
    event: NDArray[np.bool_]
    code: NDArray[np.intp]
    groups: int
    clusters: int | None

    @property
    def by_cluster(self) -> bool:
        return self.clusters is not None and self.clusters > 1

    @property
    def behind(self) -> int:
        """The smaller of the groups with events and those with other rows."""
        return min(len(np.unique(self.code[kind])) for kind in (self.event, ~self.event))

    @property
    def rarer(self) -> float:
        """Rows of the rarer kind, divided by their design effect."""
        sizes = min((np.bincount(self.code[kind]) for kind in (self.event, ~self.event)), key=np.sum)
        return float(sizes.sum() / (design_effect(sizes) if self.by_cluster else 1.0))

    @property
    def counts(self) -> score_counts.ScoreCounts:
        return score_counts.count(self.score, self.event, self.code, self.groups)


def picked(frame: pd.DataFrame, name: str, roles: dict[str, Source | None]) -> pd.DataFrame:
    """Columns by role, `score` checked to be numbers and `reference` to be true/false."""
    found = _frames.pick(frame, name, roles)
    return _frames.numbers(_frames.flags(found, name, "reference"), name, "score")


def ready(rows: pd.DataFrame, event: NDArray[np.bool_]) -> Ready:
    """Complete rows with roles `score` and perhaps `cluster`, and the event of each."""
    code, clusters = _accuracy.cluster_codes(rows)
    groups = clusters or 1
    if clusters is None or clusters < 2:
        code, groups = score_counts.dealt(len(rows))
    return Ready(rows, rows["score"].to_numpy(), event, code, groups, clusters)


def cannot_rank(rows: pd.DataFrame, *roles: str) -> list[Note]:
    """Why rankings by `roles` (by default `score`) cannot be judged: no rows, one kind of row only, or a score that
    never varies."""
    found = _accuracy.cannot_answer(rows)
    still = any(rows[role].nunique() < 2 for role in roles or ("score",))
    return found or ([Note("constant_score")] if still else [])


def row(
    term: str, found: Jackknife, of: Ready, *, most: float = 1.0, group: str = ALL, behind: int | None = None
) -> dict[str, Any]:
    """A row of the result table: limits on the logit scale of `estimate / most`, t on the groups `behind` it minus 1.

    At exactly 0 or `most`, or where no group changes it, Wilson limits with the rows of the rarer kind take the place.
    """
    groups = of.behind if behind is None else behind
    value, error, df = float(found.estimate[0]), float(found.std_error[0]), float(groups - 1)
    method = "cluster_jackknife" if of.by_cluster else "group_jackknife"
    if groups < 2 or np.isnan(error):
        error, low, high = np.nan, np.nan, np.nan
    elif error <= _TINY:
        low, high = (float(v) for v in wilson(value / most * of.rarer, of.rarer, df=df))
        method = "wilson_design_effect"
    else:
        low, high = (float(v) for v in logit_limits(value / most, error / most, df=df))
    return bare(term, value, of, group=group) | {
        "conf_low": most * low, "conf_high": most * high, "method": method, "df": max(df, 0.0), "std_error": error,
        "clusters": groups if of.by_cluster else np.nan,
    }  # fmt: skip


def bare(term: str, value: float, of: Ready, *, group: str = ALL) -> dict[str, Any]:
    """A row without limits."""
    return {
        "term": term, "group": group, "estimate": value, "conf_low": np.nan, "conf_high": np.nan, "n": len(of.event),
        "count": int(of.event.sum()), "kind": "number", "method": "observed",
    }  # fmt: skip


def bootstrap_row(
    term: str, estimate: float, of: Ready, replicates: Callable[[Floats], Floats], *, group: str = ALL
) -> list[dict[str, Any]]:
    """Percentile limits over whole clusters drawn anew; nothing without clusters, or with very many."""
    if not of.by_cluster or of.groups > MOST_DRAWN or of.behind < 2:
        return []
    low, high = resample.percentile_limits(replicates(resample.drawn(of.groups)))
    limits = {"conf_low": float(low), "conf_high": float(high), "method": "cluster_bootstrap", "clusters": of.behind}
    return [bare(term, estimate, of, group=group) | limits]


def redrawn_row(
    term: str, estimate: float, of: Ready, counts: score_counts.ScoreCounts, summary: score_counts.Summary
) -> list[dict[str, Any]]:
    """The same for a summary of counts by score; nothing where there are very many scores."""
    if len(counts.scores) > MOST_SCORES:
        return []
    return bootstrap_row(term, estimate, of, lambda times: score_counts.redrawn(counts, summary, times))


def cautions(of: Ready, rows: list[dict[str, Any]]) -> list[Note]:
    """Notes on few clusters, few events, and limits that are missing or rest on an assumption."""
    known = [r for r in rows if np.isfinite(r["estimate"])]
    behind = min((int(r["df"]) + 1 for r in known), default=of.behind)
    notes = _frames.cluster_notes(of.clusters, behind if of.by_cluster else None)
    notes += _accuracy.event_cautions(float(min((r["count"] for r in known), default=of.event.sum())))
    if any(r["method"] == "wilson_design_effect" for r in rows):
        notes.append(Note("auc_at_limit", {"icc": Quantity(ASSUMED_ICC, "number")}))
    if any(np.isfinite(r["estimate"]) and np.isnan(r["conf_low"]) for r in rows):
        notes.append(Note("no_interval"))
    return notes
