"""How well a score tells events apart where it would be used: the area under part of the ROC curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import result
from dvstudy.analyses import _frames, _scores
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import CheckFailed, Problem
from dvstudy.numbers import score_counts
from dvstudy.numbers.partial_auc import Axis, partial_area, standardise
from dvstudy.result import Note, Quantity, Result, not_estimable

_ASKED: Final = Asked(
    "partial_auc",
    "partial_auc",
    "cluster_jackknife",
    "McClish 1989, Med Decis Making 9, 190. Jackknife over clusters: MacKinnon, Nielsen and Webb 2023, J Appl Econom "
    "38, 671.",
)
_AXES: Final = ("specificity", "sensitivity")
#: Fewer rows than this in the part of the curve that is looked at, and limits hold the truth too rarely.
_FEW_INSIDE: Final = 10


@dataclass(frozen=True)
class Within:
    """The part of the curve: `of` ("specificity" or "sensitivity") from `low` to `high`, shares between 0 and 1."""

    of: Axis = "specificity"
    low: float = 0.8
    high: float = 1.0


def partial_auc(
    frame: pd.DataFrame,
    *,
    name: str,
    score: str,
    reference: Source,
    synthetic: bool,
    within: Within = Within(),
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """How well does a score tell events apart where few false alarms, or few missed events, can be borne?

    Parameters
    ----------
    within
        The part of the ROC curve, stated before the data are seen.
    frame, name, score, reference, synthetic, cluster, instrument
        As in `discrimination.auc`.

    Returns
    -------
    Result
        Terms `partial_auc` (area in the part; at most its width) and `partial_auc_standardised` (McClish: one half for
        a score that says nothing, 1 for one that never errs). Frame `alternatives`: whole clusters drawn anew.
        `not_estimable` as `auc`.

    Raises
    ------
    CheckFailed
        As `auc`; for a part that is not between 0 and 1 with `low` below `high`, or of another axis.

    Notes
    -----
    Leave-one-cluster-out jackknife on the logit scale of the area over its width, t on the smaller of the clusters with
    events and those without minus 1; rows without clusters are dealt into 200 groups. The standardised limits are the
    same limits, standardised. Checked against R pROC and in simulation. Two scores may differ in one part of the curve
    and not in another: choose the part by what a false alarm and a missed event cost, never by the data.
    """
    _check(name, within)
    roles: dict[str, Source | None] = {"score": score, "reference": reference, "cluster": cluster}
    picked = _scores.picked(frame, name, roles)
    part: dict[str, Any] = {"of": within.of, "low": within.low, "high": within.high}
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles, **part))
    kept = _frames.complete(picked)
    unanswerable = _scores.cannot_rank(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    ready = _scores.ready(kept.frame, kept.frame["reference"].to_numpy(bool))
    counts = ready.counts

    def area(events: _scores.Floats, others: _scores.Floats) -> _scores.Floats:
        return partial_area(events, others, **part)

    width = within.high - within.low
    raw = _scores.row("partial_auc", score_counts.without_each(counts, area), ready, most=width)
    others = _scores.redrawn_row("partial_auc", raw["estimate"], ready, counts, area)
    notes = [*kept.notes, *_scores.cautions(ready, [raw]), *_few_inside(ready, within)]
    rows = [r for one in (raw, *others) for r in (one, _standardised(one, within))]
    frames = {"alternatives": result.table(rows[2:])} if others else {}
    return Result(name, result.table(rows[:2]), meta, frames, notes, _frames.status(notes))


def _standardised(raw: dict[str, Any], within: Within) -> dict[str, Any]:
    """The same row on McClish's scale."""
    made = {
        key: float(standardise(np.asarray(raw[key]), low=within.low, high=within.high))
        for key in ("estimate", "conf_low", "conf_high")
    }
    width = within.high - within.low
    scale = float(standardise(np.array(width), low=within.low, high=within.high)) - float(
        standardise(np.array(0.0), low=within.low, high=within.high)
    )
    error = {"std_error": raw["std_error"] * scale / width} if "std_error" in raw else {}
    return raw | {"term": "partial_auc_standardised"} | made | error


def _few_inside(ready: _scores.Ready, within: Within) -> list[Note]:
    """The caution on a part of the curve that rests on few rows: of those whom the part is about."""
    kind = ~ready.event if within.of == "specificity" else ready.event
    inside = float(kind.sum()) * (within.high - within.low)
    return [Note("few_in_part", {"rows": Quantity(round(inside), "count")})] if inside < _FEW_INSIDE else []


def _check(name: str, within: Within) -> None:
    found = []
    if within.of not in _AXES:
        found.append(Problem("part_axis", "within.of", str(within.of), _AXES))
    if not 0 <= within.low < within.high <= 1:
        found.append(Problem("part_range", "within", f"{within.low:g} – {within.high:g}"))
    if found:
        raise CheckFailed(name, found)
