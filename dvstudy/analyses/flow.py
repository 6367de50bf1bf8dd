"""From all cases to those analysed: how many were left out at each step, and what became of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy import result
from dvstudy.analyses import _frames
from dvstudy.analyses._frames import Asked
from dvstudy.result import Note, Quantity, Result, not_estimable

#: Groups of the last rows: the form and what happened.
CELLS: Final = {
    "positive_event": (True, True),
    "positive_none": (True, False),
    "negative_event": (False, True),
    "negative_none": (False, False),
}
EVERYONE: Final = "everyone"

_ASKED: Final = Asked("flow", "flow", "counted", "STARD 2015: Bossuyt et al. 2015, BMJ 351, h5527.", "flow")


def flow(
    frame: pd.DataFrame,
    *,
    name: str,
    steps: Mapping[str, str],
    test: str,
    reference: str,
    synthetic: bool,
    instrument: str | None = None,
) -> Result:
    """How did the cases come to be analysed?

    Parameters
    ----------
    frame
        One row a case.
    name
        Name of the result.
    steps
        Code of a step -> true/false column: the case stays. In order; a case is left out at its first step that is
        false or empty. The words of a step are ``step.flow_<code>``.
    test, reference
        True/false columns, known of all cases that remain: the form is positive; the event happened.
    synthetic
        Whether the rows are synthetic; stated, never guessed.
    instrument
        Id of the instrument, for labels.

    Returns
    -------
    Result
        Counts: term `kept` a group ``everyone`` and each step; `left_out` a step; `ended` in the groups `CELLS`. No
        limits: these are the cases there are.

    Raises
    ------
    CheckFailed
        For columns that are not there or not true/false, and for test or reference unknown of cases that remain.

    Notes
    -----
    The diagram that STARD and TRIPOD+AI ask for. The four last counts are the 2x2 table of `accuracy`.
    """
    roles = {**{f"step_{code}": column for code, column in steps.items()}, "test": test, "reference": reference}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, *roles)
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    if not len(picked):
        return not_estimable(name, meta, Note("no_rows"))
    rows, left = list(_steps(picked, steps)), picked
    for code in steps:
        left = left[left[f"step_{code}"].fillna(False)]
    known = left[["test", "reference"]].notna().all(axis=1)
    notes = [] if known.all() else [Note("flow_unknown", {"n": Quantity(float((~known).sum()), "count")})]
    for cell, (positive, event) in CELLS.items():
        inside = (left["test"] == positive) & (left["reference"] == event)
        rows.append(_row("ended", cell, float(inside.sum()), float(len(left))))
    return Result(name, result.table(rows), meta, notes=notes, status=_frames.status(notes))


def _steps(picked: pd.DataFrame, steps: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    left = picked
    yield _row("kept", EVERYONE, float(len(left)), float(len(picked)))
    for code in steps:
        stays = left[f"step_{code}"].fillna(False)
        yield _row("left_out", code, float((~stays).sum()), float(len(left)))
        left = left[stays]
        yield _row("kept", code, float(len(left)), float(len(picked)))


def _row(term: str, group: str, count: float, n: float) -> dict[str, Any]:
    return {
        "term": term,
        "group": group,
        "estimate": count,
        "n": n,
        "count": count,
        "method": "counted",
        "kind": "count",
    }
