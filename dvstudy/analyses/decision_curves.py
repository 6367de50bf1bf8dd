"""Is a tool worth using: net benefit over threshold probabilities, beside flagging everybody and nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames, _risks
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import Problem
from dvstudy.numbers import decision
from dvstudy.numbers.proportions import quantile
from dvstudy.result import Kind, Note, Quantity, Result, not_estimable

Floats = NDArray[np.float64]

_ASKED: Final = Asked(
    "decision_curves",
    "net_benefit",
    "cluster_jackknife",
    "Vickers and Elkin 2006, Med Decis Making 26, 565. Standardised: Kerr et al. 2016, J Clin Oncol 34, 2534. "
    "Interventions avoided: Vickers, Van Calster and Steyerberg 2019, Diagn Progn Res 3, 18. Band: Montiel Olea "
    "and Plagborg-Moller 2019, J Appl Econom 34, 1.",
    "decision",
)
_KINDS: Final[dict[str, Kind]] = {
    "net_benefit": "of_1000", "standardised_net_benefit": "number", "interventions_avoided": "of_1000",
}  # fmt: skip
_DIFFERENCE: Final = "net_benefit_difference"
_EVERYBODY: Final = "flag_all"
#: Columns from which the gate makes the curve of real people again.
_FLAGGED: Final = ("flagged_events", "flagged_others")


@dataclass(frozen=True)
class Thresholds:
    """Threshold probabilities: `grid` rising, drawn; `at` the one whose figures stand in the table.

    A threshold is the share of events among the flagged at which one would be indifferent: one in ten means that one
    justified flag is worth nine needless ones.
    """

    grid: Sequence[float] = tuple(p / 100 for p in range(1, 51))
    at: float = 0.10


def decision_curves(
    frame: pd.DataFrame,
    *,
    name: str,
    tools: Sequence[str],
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    thresholds: Thresholds = Thresholds(),
    instrument: str | None = None,
) -> Result:
    """Over which exchange rates between missed events and needless flags is a tool worth more than flagging everybody
    or nobody, and than another tool?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name of the result.
    tools
        Columns: risks between 0 and 1, or true/false (a yes/no rule, which flags the same rows at every threshold).
        The first is the one that the others are compared with.
    reference
        True/false column, or ``Event("column", "value")``: the event happened.
    synthetic
        Whether the rows are synthetic; stated, never guessed.
    cluster
        Column of station (or rater) ids. None treats rows as independent and says so in a note.
    thresholds
        The grid, and the threshold of the table.
    instrument
        Id of the instrument, for labels.

    Returns
    -------
    Result
        Table at one threshold, group = tool: `net_benefit` a form, `standardised_net_benefit` (share of what a tool
        without error would give), `interventions_avoided` a form compared with flagging everybody,
        `net_benefit_difference` from the first tool; `net_benefit` of `flag_all`. Frame `decision`: `curve` (tool,
        flag_all, flag_none), `threshold`, `flagged_events`, `flagged_others`, the three quantities with ``_low`` and
        ``_high``, ``net_benefit_band_low`` and ``net_benefit_band_high`` that hold the whole curve at once.
        Frame `differences`: the same for differences.
        Frame `alternatives`: percentile limits of the cluster bootstrap. Frame `bounds`, only with missing tools:
        least and most net benefit over all rows with a known outcome.

    Raises
    ------
    CheckFailed
        For columns that are not there, values outside 0 to 1, sums of answers given as risks, thresholds outside 0 to 1
        or not rising: all at once.

    Notes
    -----
    Flagged means risk >= threshold. ``TP/n - FP/n * t/(1 - t)`` is a ratio of cluster totals, so its leave-one-cluster-
    out jackknife is closed; t limits with clusters - 1. All tools are read on the same rows: those where every tool is
    known. A missing answer is never "not flagged"; what it leaves open is in `bounds`. Checked against dcurves
    (Python), a loop over rows, and in simulation. Not advice on a threshold: the rate of exchange is a value
    judgement to be made elsewhere; and of a risk that was fitted on these rows the curve is too good (`fitted_risk`
    avoids that).
    """
    roles: dict[str, Source | None] = {tool: tool for tool in tools}
    roles |= {"reference": reference, "cluster": cluster}
    picked = _risks.prepared(frame, name, roles, risks=list(tools), rules=True, others=_faults(thresholds))
    chosen = {"tools": list(tools), "at": thresholds.at, "column_reference": str(reference), "column_cluster": cluster}
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options={"level": 0.95, **chosen})
    kept, lacking = _risks.common_rows(picked, tools)
    unanswerable = _accuracy.cannot_answer(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    found, clusters = _tally(kept.frame, tools, thresholds)
    place = int(np.searchsorted(found.thresholds, thresholds.at))
    curves, gaps = _curves(found, tools)
    rows = _rows(found, tools, curves, gaps, place)
    frames = {"decision": _wide(found, tools, curves), "differences": _long(found, gaps)}
    if clusters is not None and clusters > 1:
        frames["alternatives"] = result.table(_bootstrap(rows, found, tools, place))
    if len(lacking):
        frames["bounds"] = _bounds(found, tools, lacking)
    notes = [*kept.notes, *_cautions(found, clusters)]
    if any(np.isfinite(row["estimate"]) and np.isnan(row["conf_low"]) for row in rows):
        notes.append(Note("no_interval"))
    status = _frames.status(notes)
    return Result(name, result.table(rows), meta, frames, [*notes, *_remarks(found, curves, tools)], status)


def _faults(thresholds: Thresholds) -> list[Problem]:
    found = _risks.threshold_faults([thresholds.at], "thresholds.at")
    found += _risks.threshold_faults(thresholds.grid, "thresholds.grid")
    if any(a >= b for a, b in pairwise(thresholds.grid)) or not len(thresholds.grid):
        found.append(Problem("threshold_order", "thresholds.grid"))
    return found


def _tally(rows: pd.DataFrame, tools: Sequence[str], thresholds: Thresholds) -> tuple[decision.Tally, int | None]:
    code, clusters = _accuracy.cluster_codes(rows)
    several = clusters is not None and clusters > 1
    steps = np.unique([*thresholds.grid, thresholds.at])
    risks = np.stack([rows[tool].to_numpy(float) for tool in tools])
    k = int(clusters) if clusters is not None and several else 1
    event = rows["reference"].to_numpy(bool)
    code = code if several else np.zeros_like(code)
    return decision.tally(risks, event, code, steps, clusters=k, apart=not several), clusters


def _curves(
    found: decision.Tally, tools: Sequence[str]
) -> tuple[dict[str, dict[str, decision.Curve]], dict[str, decision.Curve]]:
    """Curves by tool and quantity, flagging everybody among them; and the differences from the first tool."""
    made = {tool: decision.curves(found, place) for place, tool in enumerate(tools)}
    made[_EVERYBODY] = {"net_benefit": decision.flag_all(found)}
    return made, {tool: decision.difference(found, place) for place, tool in enumerate(tools) if place}


def _rows(
    found: decision.Tally,
    tools: Sequence[str],
    curves: dict[str, dict[str, decision.Curve]],
    gaps: dict[str, decision.Curve],
    place: int,
) -> list[dict[str, Any]]:
    ordered = [(term, tool, curves[tool][term]) for term in decision.TERMS for tool in tools]
    ordered.insert(len(tools), ("net_benefit", _EVERYBODY, curves[_EVERYBODY]["net_benefit"]))
    ordered += [(_DIFFERENCE, tool, curve) for tool, curve in gaps.items()]
    several = len(found.rows) > 1
    method = "cluster_jackknife" if several else "rows_independent"
    return [
        {
            "term": term,
            "group": tool,
            "estimate": curve.estimate[place],
            "conf_low": curve.low[place],
            "conf_high": curve.high[place],
            "n": found.rows.sum(),
            "count": found.events.sum(),
            "method": method,
            "clusters": len(found.rows) if several else np.nan,
            "kind": _KINDS.get(term, "of_1000"),
            "df": curve.df if np.isfinite(curve.df) else np.nan,
            "std_error": curve.std_error[place],
        }
        for term, tool, curve in ordered
    ]


def _bootstrap(
    rows: Sequence[dict[str, Any]], found: decision.Tally, tools: Sequence[str], place: int
) -> list[dict[str, Any]]:
    """The rows of the table with limits from the bootstrap over clusters."""
    own, gaps = decision.bootstrap_limits(found, place)
    ends = {(term, tool): own[:, a, t] for a, tool in enumerate(tools) for t, term in enumerate(decision.TERMS)}
    ends |= {(_DIFFERENCE, tool): gaps[:, a] for a, tool in enumerate(tools[1:])}
    return [
        {**row, "conf_low": low, "conf_high": high, "method": "cluster_bootstrap", "df": np.nan, "std_error": np.nan}
        for row in rows
        if (key := (row["term"], row["group"])) in ends
        for low, high in [ends[key]]
    ]


def _flagged(found: decision.Tally, tool: int | None) -> tuple[Floats, Floats]:
    """(T,) flagged forms with and without the event, by a tool or by flagging everybody."""
    if tool is None:
        events, every = float(found.events.sum()), np.ones_like(found.thresholds)
        return events * every, (float(found.rows.sum()) - events) * every
    return found.true[tool].sum(axis=0), found.false[tool].sum(axis=0)


def _wide(found: decision.Tally, tools: Sequence[str], curves: dict[str, dict[str, decision.Curve]]) -> pd.DataFrame:
    parts = []
    for tool, terms in curves.items():
        columns: dict[str, Any] = {"curve": tool, "threshold": found.thresholds}
        for term, curve in terms.items():
            columns |= {term: curve.estimate, f"{term}_low": curve.low, f"{term}_high": curve.high}
        band = terms["net_benefit"]
        columns |= {"net_benefit_band_low": band.band_low, "net_benefit_band_high": band.band_high}
        counts = zip(_FLAGGED, _flagged(found, tools.index(tool) if tool in tools else None), strict=True)
        parts.append(pd.DataFrame({**columns, **dict(counts)}))
    nobody = pd.DataFrame({"curve": "flag_none", "threshold": found.thresholds, "net_benefit": 0.0})
    nobody = nobody.assign(**dict.fromkeys(_FLAGGED, 0.0))
    return pd.concat([*parts, nobody], ignore_index=True)


def _long(found: decision.Tally, gaps: dict[str, decision.Curve]) -> pd.DataFrame:
    columns = ("estimate", "low", "high", "band_low", "band_high")
    parts = [
        pd.DataFrame({"curve": t, "threshold": found.thresholds, **{c: getattr(g, c) for c in columns}})
        for t, g in gaps.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["curve", "threshold", *columns])


def _bounds(found: decision.Tally, tools: Sequence[str], lacking: pd.DataFrame) -> pd.DataFrame:
    """By tool: what a row that this or another tool lacks could add, at best and at worst."""
    events = float(lacking["reference"].sum())
    low, high = decision.missing_bounds(found, events, len(lacking) - events)
    return pd.DataFrame(
        {
            "curve": np.repeat(list(tools), len(found.thresholds)),
            "threshold": np.tile(found.thresholds, len(tools)),
            "least": low.ravel(),
            "most": high.ravel(),
        }
    )


def _cautions(found: decision.Tally, clusters: int | None) -> list[Note]:
    return [*_frames.cluster_notes(clusters), *_accuracy.event_cautions(float(found.events.sum()))]


def _remarks(found: decision.Tally, curves: dict[str, dict[str, decision.Curve]], tools: Sequence[str]) -> list[Note]:
    """How much wider limits must be to hold a whole curve, of the tool that asks for most."""
    found_curves = [curves[tool]["net_benefit"] for tool in tools]
    with np.errstate(invalid="ignore", divide="ignore"):
        reach = [(c.band_high - c.estimate) / c.std_error / quantile(c.df) for c in found_curves]
    if not np.isfinite(reach).any():
        return []
    times = float(np.nanmax(reach))
    return [Note("band_wider", {"times": Quantity(times, "ratio", found.rows.sum())})]
