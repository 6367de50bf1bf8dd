"""Decisions that depart from the rule: how often, in which direction, why, and whether rightly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _differences, _frames, _shares
from dvstudy.analyses._frames import Asked, Source
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import two_by_two
from dvstudy.result import ALL, Note, Result, not_estimable

Floats = NDArray[np.float64]

RULE, DECISION, GAP = "by_rule", "as_decided", "decided_less_rule"
#: Kinds of departure and of keeping to the rule: beside the figures by rule and as decided, each gives away the next.
_KINDS: Final = ("up", "down", "kept_positive", "kept_negative")
_SHOWN: Final = ("sensitivity", "specificity", "ppv", "npv", "flagged")

_ASKED: Final = Asked(
    "overrides",
    "overrides",
    "cluster_jackknife",
    "MacKinnon, Nielsen and Webb 2023, J Appl Econom 38, 671. Holm 1979, Scand J Stat 6, 65.",
    "estimates",
)


@dataclass(frozen=True)
class Departures:
    """The columns that say what was decided.

    Attributes
    ----------
    rule, decision
        True/false columns (or `Event`): the rule is met; it was acted on.
    reason
        Categorical column with the recorded reason of a departure, or None; empty where none is recorded.
    """

    rule: Source
    decision: Source
    reason: str | None = None


def overrides(
    frame: pd.DataFrame,
    *,
    name: str,
    departures: Departures,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """How often do decisions depart from the rule, in which direction and why, and were they righter than the rule?

    Parameters
    ----------
    departures
        Columns of rule, decision and, where recorded, reason.
    frame, name, reference, synthetic, cluster, instrument
        As in `accuracy`.

    Returns
    -------
    Result
        Of all rows with rule and decision: `departed` (group all), `departed_up` (acted on, of those that do not meet
        the rule), `departed_down` (not acted on, of those that do); `reason` a group (share of the departures with a
        recorded reason). Of those whose reference is known: `event_share` in the groups ``up``, ``down``,
        ``kept_positive``, ``kept_negative``; `sensitivity`, `specificity`, `ppv`, `npv`, `flagged` in the groups
        ``by_rule`` and ``as_decided``, and each ``<term>_difference`` (decided less rule, paired, p-values by Holm).
        Frame `counts`: 2x2 by rule and as decided. Without departures there is no comparison, and a note says so.

    Raises
    ------
    CheckFailed
        For columns that are not there or not true/false.

    Notes
    -----
    A decision is righter than the rule when departures upwards meet more events, and departures downwards fewer, than
    the forms that kept to the rule. If the outcome is lowered by the decision itself (an order protects), upward
    departures look wrong because they work: give a reference that the decision cannot move. Checked against a loop over
    rows without each cluster, and against McNemar's setting with rows as clusters.
    """
    roles = {"rule": departures.rule, "decision": departures.decision, "cluster": cluster}
    more = {"reason": departures.reason, "reference": reference}
    picked = _frames.pick(frame, name, {**roles, **more})
    picked = _frames.flags(picked, name, "rule", "decision", "reference").reset_index(drop=True)
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options({**roles, **more}))
    reasons = picked["reason"].dropna().astype("str").unique() if "reason" in picked else ()
    meta["together"] = [ALL, *_KINDS, *reasons]
    decided = _frames.complete(picked[[r for r in roles if r in picked]])
    if not len(decided.frame):
        return not_estimable(name, meta, *decided.notes, Note("no_rows"))
    table = list(_rates(decided.frame, picked.get("reason")))
    known = _frames.complete(picked.loc[decided.frame.index, [c for c in picked if c != "reason"]])
    judged, counts, notes = _judged(known.frame)
    lost = [n for n in known.notes if n.code not in {one.code for one in decided.notes}]
    cautions = [*decided.notes, *lost, *_frames.cluster_notes(_accuracy.cluster_codes(decided.frame)[1]), *notes]
    frames = {"counts": counts} if len(counts) else {}
    return Result(name, result.table([*table, *judged]), meta, frames, cautions, _frames.status(cautions))


def _rates(rows: pd.DataFrame, reason: pd.Series | None) -> Iterator[dict[str, Any]]:
    """Shares that depart, and the reasons given."""
    rule, decision = (rows[r].to_numpy(bool) for r in ("rule", "decision"))
    code, clusters = _accuracy.cluster_codes(rows)
    marks = [rule != decision, decision & ~rule, rule & ~decision]
    bases = [np.ones(len(rows), bool), ~rule, rule]
    labels = [("departed", ALL), ("departed_up", ALL), ("departed_down", ALL)]
    if reason is not None:
        said = reason.loc[rows.index].astype("category")
        given = (rule != decision) & said.notna().to_numpy()
        for word in said.cat.categories:
            marks.append(given & (said == word).to_numpy(bool))
            bases.append(given)
            labels.append(("reason", str(word)))
    yield from _shares.rows(_found(marks, bases, code, clusters), labels)


def _judged(rows: pd.DataFrame) -> tuple[list[dict[str, Any]], pd.DataFrame, list[Note]]:
    """Events by kind of departure, and accuracy by rule, as decided and between them."""
    unanswerable = _accuracy.cannot_answer(rows)
    if unanswerable:
        return [], pd.DataFrame(), unanswerable
    rule, decision, event = (rows[r].to_numpy(bool) for r in ("rule", "decision", "reference"))
    code, clusters = _accuracy.cluster_codes(rows)
    inside = (decision & ~rule, rule & ~decision, rule & decision, ~rule & ~decision)
    kinds = dict(zip(_KINDS, inside, strict=True))
    shares = _found([event & one for one in inside], list(inside), code, clusters)
    table = _shares.rows(shares, [("event_share", kind) for kind in kinds])
    if not (rule != decision).any():
        return table, pd.DataFrame(), [Note("no_departures")]
    unit, units = _differences.units(rows)
    cells = np.stack([_tabulated(test, rows, unit, units) for test in (rule, decision)], axis=1)
    found = two_by_two.clustered(cells)
    both = _accuracy.estimate(cells if clusters and clusters > 1 else cells.sum(axis=0, keepdims=True), clusters)
    table += [row for row in _accuracy.rows(both, [RULE, DECISION]) if row["term"] in _SHOWN]
    gaps = _differences.rows(found, (1, 0), _SHOWN, group=GAP, paired=True, named=units != len(rows))
    notes = [*_accuracy.event_cautions(float(event.sum())), Note("holm")]
    return [*table, *_differences.holm(list(gaps))], _accuracy.counts(cells.sum(axis=0), [RULE, DECISION]), notes


def _tabulated(test: NDArray[np.bool_], rows: pd.DataFrame, unit: NDArray[np.intp], units: int) -> Floats:
    place = _accuracy.cell_codes(rows.assign(test=test))
    return by_cluster.tabulate(unit, place, clusters=units, cells=4)


def _found(
    marks: Sequence[NDArray[np.bool_]], bases: Sequence[NDArray[np.bool_]], code: NDArray[np.intp], clusters: int | None
) -> _shares.Found:
    count, of = (
        np.column_stack([np.bincount(code, one, clusters or 1) for one in several]).astype(float)
        for several in (marks, bases)
    )
    return _shares.estimate(count, of, clusters)
