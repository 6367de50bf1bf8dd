"""Whether stated risks come true as well in one group of people as in another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames, _risks
from dvstudy.analyses._frames import Asked, Source
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers.proportions import plain_limits
from dvstudy.result import Result, not_estimable

Floats = NDArray[np.float64]

_ASKED: Final = Asked(
    "group_calibration",
    "group_calibration",
    "cluster_jackknife",
    "Van Calster et al. 2019, BMC Med 17, 230. MacKinnon, Nielsen and Webb 2023, J Appl Econom 38, 671.",
)


def group_calibration(
    frame: pd.DataFrame,
    *,
    name: str,
    risk: str,
    reference: Source,
    group: str,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """In each group, do as many events happen as the stated risks say?

    Parameters
    ----------
    risk
        Column of probabilities between 0 and 1, fitted on other rows.
    group
        Categorical column: the groups.
    frame, name, reference, synthetic, cluster, instrument
        As in `calibration`.

    Returns
    -------
    Result
        By group `observed` (share with the event), `expected` (mean stated risk) and `o_e` (observed over expected
        events). A group without events has an `o_e` of 0 without limits, and notes name how many groups have fewer than
        ten events and how many have none.

    Raises
    ------
    CheckFailed
        As `calibration`.

    Notes
    -----
    Limits: leave-one-cluster-out jackknife, t on the clusters that hold the group - 1; of `o_e` on the log scale;
    independent rows are left out one at a time. The observed share and the expected events move together, since a
    cluster is left out of both. A model may be right on average and wrong for every group: over-stating one and
    under-stating another. Checked by recomputing without each cluster, and against the whole of `calibration`.
    """
    roles = {"risk": risk, "reference": reference, "group": group, "cluster": cluster}
    picked = _risks.prepared(frame, name, roles, risks=["risk"])
    named = picked["group"].astype("category")
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked.assign(group=named))
    rows = kept.frame
    unanswerable = _accuracy.cannot_answer(rows)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    groups = [str(c) for c in named.cat.categories]
    sums, clusters = _sums(rows, len(groups))
    listed = list(_rows(sums, groups, named_cluster=clusters is not None and clusters > 1))
    events = sums[0].sum(axis=0)
    notes = [
        *kept.notes,
        *_frames.cluster_notes(clusters),
        *_frames.group_notes(events, few="groups_few", none="groups_none"),
    ]
    counts = pd.DataFrame({"group": groups, "events": events.astype(int), "n": sums[2].sum(axis=0).astype(int)})
    return Result(name, result.table(listed), meta, {"counts": counts}, notes, _frames.status(notes))


def _sums(rows: pd.DataFrame, groups: int) -> tuple[tuple[Floats, Floats, Floats], int | None]:
    """(units, groups) events, stated risk and rows; units are clusters, or rows where there are not two."""
    code, clusters = _accuracy.cluster_codes(rows)
    if clusters is None or clusters < 2:
        code, units = np.arange(len(rows)), len(rows)
    else:
        units = clusters
    cell = code * groups + rows["group"].cat.codes.to_numpy().astype(np.intp)
    weights = (rows["reference"].to_numpy(float), rows["risk"].to_numpy(float), np.ones(len(rows)))
    events, expected, size = (
        np.bincount(cell, w, units * groups).reshape(units, groups).astype(float) for w in weights
    )
    return (events, expected, size), clusters


def _rows(sums: tuple[Floats, Floats, Floats], groups: list[str], *, named_cluster: bool) -> Iterator[dict[str, Any]]:
    events, expected, size = sums
    method = "cluster_jackknife" if named_cluster else "row_jackknife"
    behind = (size > 0).sum(axis=0).astype(float)
    for term, top, bottom in (("observed", events, size), ("expected", expected, size), ("o_e", events, expected)):
        found = by_cluster.ratios(top, bottom)
        if term == "o_e":
            low, high = _log_limits(found.estimate, found.deviation, behind)
        else:
            low, high, _ = by_cluster.share_limits(found)
        for place, group in enumerate(groups):
            yield {
                "term": term, "group": group, "estimate": found.estimate[place], "conf_low": low[place],
                "conf_high": high[place], "n": size[:, place].sum(), "method": method,
                "count": events[:, place].sum() if term == "observed" else np.nan,
                "clusters": behind[place] if named_cluster else np.nan,
                "kind": "ratio" if term == "o_e" else "percent", "df": behind[place] - 1,
            }  # fmt: skip


def _log_limits(ratio: Floats, moved: Floats, behind: Floats) -> tuple[Floats, Floats]:
    """t limits on the log scale; NaN where no event happened or fewer than two clusters hold the group."""
    safe = np.where(ratio > 0, ratio, np.nan)
    error = by_cluster.spread(moved / safe, behind)
    low, high = plain_limits(np.log(safe), error, df=behind - 1)
    return np.exp(low), np.exp(high)
