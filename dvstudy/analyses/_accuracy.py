"""What the accuracy analyses share: counts by cluster, rows of the result table, cautions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _frames
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import resample, two_by_two
from dvstudy.numbers.proportions import clopper_pearson, logit_limits
from dvstudy.result import Kind, Note, Quantity

Floats = NDArray[np.float64]

_KINDS: Final[dict[str, Kind]] = {**dict.fromkeys(two_by_two.RATIOS, "ratio"), "youden": "number"}
_SHARES: Final = len(two_by_two.SHARES)
#: How the limits of each term are made when rows are independent, and when clusters show no spread.
_INDEPENDENT: Final = {
    **dict.fromkeys(two_by_two.SHARES, "wilson"),
    **dict.fromkeys(two_by_two.RATIOS, "log_ratio"),
    "youden": "newcombe",
}
_STILL: Final = dict.fromkeys(two_by_two.TERMS, "from_shares") | dict.fromkeys(
    two_by_two.SHARES, "wilson_design_effect"
)


def cluster_codes(complete: pd.DataFrame) -> tuple[NDArray[np.intp], int | None]:
    """Codes of the clusters in the role `cluster` and how many; all zero and None when no cluster was named."""
    if "cluster" not in complete:
        return np.zeros(len(complete), np.intp), None
    return _frames.codes(complete["cluster"])


def cell_codes(complete: pd.DataFrame) -> NDArray[np.intp]:
    """Place in `two_by_two.CELLS` of each complete row with the roles `test` and `reference`."""
    test, event = (complete[role].to_numpy(bool) for role in ("test", "reference"))
    return np.where(test, np.where(event, 0, 1), np.where(event, 2, 3)).astype(np.intp)


def cells(complete: pd.DataFrame) -> tuple[Floats, int | None]:
    """(K, 4) counts of complete rows by cluster, and the number of clusters; (1, 4) and None when none was named."""
    code, clusters = cluster_codes(complete)
    return by_cluster.tabulate(code, cell_codes(complete), clusters=clusters or 1, cells=4), clusters


def estimate(cells: Floats, clusters: int | None) -> two_by_two.Accuracy:
    """Accuracy from (K, ..., 4) counts: jackknife over clusters, or independent rows where there are not two."""
    if clusters is None or clusters < 2:
        return two_by_two.independent(cells.sum(axis=0))
    return two_by_two.clustered(cells)


def table(found: two_by_two.Accuracy, groups: Sequence[str]) -> pd.DataFrame:
    """The result table, every term for every group, from arrays (groups, terms)."""
    return result.table(rows(found, groups))


def rows(found: two_by_two.Accuracy, groups: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of a result table, terms in the order of `two_by_two.TERMS` within each group."""
    by_row = len(found.deviation) == 0
    made: list[dict[str, Any]] = []
    for g, group in enumerate(groups):
        for t, term in enumerate(two_by_two.TERMS):
            usual = _INDEPENDENT[term] if by_row else "cluster_jackknife"
            made.append(
                {
                    "term": term,
                    "group": group,
                    "estimate": found.estimate[g, t],
                    "conf_low": found.low[g, t],
                    "conf_high": found.high[g, t],
                    "n": found.n[g, t],
                    "method": _STILL[term] if found.still[g, t] else usual,
                    "count": found.count[g, t],
                    "clusters": found.clusters[g, t],
                    "kind": _KINDS.get(term, "percent"),
                    "df": max(found.clusters[g, t] - 1, 0),
                    "std_error": np.nan if term in two_by_two.RATIOS else found.std_error[g, t],
                }
            )
    return made


def alternatives(cells: Floats, found: two_by_two.Accuracy, groups: Sequence[str]) -> pd.DataFrame:
    """The shares by other methods: Wilson, Clopper-Pearson and, with clusters, the linearised variance and percentiles
    over whole clusters drawn anew."""
    count, n = found.count[..., :_SHARES], found.n[..., :_SHARES]
    independent = two_by_two.independent(cells.sum(axis=0))
    blank = np.full(count.shape, np.nan)
    ways = [
        ("wilson", independent.low[..., :_SHARES], independent.high[..., :_SHARES], blank, blank),
        ("clopper_pearson", *clopper_pearson(count, n), blank, blank),
    ]
    if len(found.deviation):
        clusters = found.clusters[..., :_SHARES]
        error = by_cluster.linearised_ratio_error(*two_by_two.shares_of(cells))
        low, high = logit_limits(found.estimate[..., :_SHARES], error, df=clusters - 1)
        ways.append(("cluster_linearised", low, high, clusters, error))
        ways.append(("cluster_bootstrap", *_bootstrap_limits(cells), clusters, blank))
    return result.table(
        [
            {
                "term": term,
                "group": group,
                "estimate": found.estimate[g, t],
                "conf_low": low[g, t],
                "conf_high": high[g, t],
                "n": n[g, t],
                "method": method,
                "count": count[g, t],
                "clusters": clusters[g, t],
                "kind": "percent",
                "df": clusters[g, t] - 1,
                "std_error": error[g, t],
            }
            for method, low, high, clusters, error in ways
            for g, group in enumerate(groups)
            for t, term in enumerate(two_by_two.SHARES)
        ]
    )


def _bootstrap_limits(cells: Floats) -> tuple[Floats, Floats]:
    """Percentile limits of the shares from (K, groups, 4) counts; NaN where fewer than two clusters hold the group."""
    drawn = resample.drawn(len(cells)) @ cells.reshape(len(cells), -1)
    top, bottom = two_by_two.shares_of(drawn.reshape(-1, *cells.shape[1:]))
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = resample.percentile_limits(top / bottom)
    alone = (two_by_two.shares_of(cells)[1] > 0).sum(axis=0) < 2
    return np.where(alone, np.nan, low), np.where(alone, np.nan, high)


def counts(total: Floats, groups: Sequence[str]) -> pd.DataFrame:
    """2x2 counts a group, from (groups, 4)."""
    frame = pd.DataFrame(total, columns=list(two_by_two.CELLS)).astype("int64")
    return frame.assign(n=frame.sum(axis=1)).assign(group=list(groups))[["group", *two_by_two.CELLS, "n"]]


def cautions(found: two_by_two.Accuracy, clusters: int | None) -> list[Note]:
    """Notes on few events, few clusters, empty groups and limits that rest on an assumption."""
    notes = _frames.cluster_notes(clusters, _fewest(found))
    events = found.n[..., two_by_two.TERMS.index("sensitivity")]
    notes += event_cautions(float(events[events > 0].min(initial=np.inf)))
    if np.isnan(found.estimate).any():
        notes.append(Note("some_not_estimable"))
    if found.still.any():
        rows = float(np.nanmax(found.n))
        notes.append(Note("no_spread", {"icc": Quantity(by_cluster.ASSUMED_ICC, "number", rows)}))
    if (np.isfinite(found.estimate) & np.isnan(found.low)).any():
        notes.append(Note("no_interval"))
    return notes


def event_cautions(fewest: float) -> list[Note]:
    """The caution on fewer than ten events."""
    few = fewest < _frames.FEW_EVENTS
    return [Note("few_events", {"events": Quantity(fewest, "count", fewest)})] if few else []


def cannot_answer(complete: pd.DataFrame) -> list[Note]:
    """Why accuracy cannot be estimated at all from complete rows with a role `reference`; empty when it can."""
    if not len(complete):
        return [Note("no_rows")]
    events = int(complete["reference"].sum())
    if events == 0:
        return [Note("no_events")]
    return [Note("no_others")] if events == len(complete) else []


def _fewest(found: two_by_two.Accuracy) -> int | None:
    """The fewest clusters behind any estimate; None when rows were taken as independent."""
    behind = found.clusters[found.clusters > 0]
    return int(behind.min()) if len(behind) else None
