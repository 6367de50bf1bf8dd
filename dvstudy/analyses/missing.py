"""Missing answers: how often each item went unanswered, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dvstudy.analyses import _frames, _shares
from dvstudy.result import Note, Quantity, Result, not_estimable, table

ANY = "missing"

_ASKED = _frames.Asked(
    question="missing",
    estimand="missing",
    method="cluster_jackknife",
    citation="MacKinnon, Nielsen and Webb (2023), J Appl Econom 38, 671",
)


def missing_answers(
    answers: pd.DataFrame,
    *,
    name: str,
    reasons: Sequence[str],
    cluster: pd.Series | None,
    synthetic: bool,
    instrument: str | None = None,
) -> Result:
    """How often is each item without an answer, and for which reason?

    Parameters
    ----------
    answers
        One row a form, one column an item, categorical with answers and reasons for missing.
    name
        Name of the result.
    reasons
        The codes that are reasons for missing; every other code is an answer.
    cluster
        Cluster of each form, on the same index; None when the data have none. Forms whose cluster is unknown are left
        out and counted in a note.
    synthetic
        Whether the forms are synthetic.
    instrument
        Instrument whose labels name the items.

    Returns
    -------
    Result
        Per item (`group`): share of forms with each reason that occurs at all (`term` its code) and with any of them
        (`missing`); limits by leave-one-cluster-out jackknife, Wilson without two clusters. Without forms:
        `not_estimable`.
    """
    meta = _ASKED.meta(answers, synthetic=synthetic, instrument=instrument)
    if answers.empty:
        return not_estimable(name, meta, Note("no_rows"))
    known = np.ones(len(answers), bool) if cluster is None else cluster.notna().to_numpy(bool)
    lost, total = (Quantity(n, "count", n) for n in (int((~known).sum()), len(known)))
    dropped = [] if known.all() else [Note("dropped_cluster", {"n": lost, "total": total})]
    if not known.any():
        return not_estimable(name, meta, *dropped, Note("no_rows"))
    unit, units = (np.zeros(len(known), int), None) if cluster is None else _frames.codes(cluster[known])
    marks = _marks(answers[known], reasons)
    labels = [(term, str(item)) for term, mark in marks.items() for item in mark.columns]
    marked = np.column_stack([mark.to_numpy(float) for mark in marks.values()])
    counts = np.column_stack([np.bincount(unit, weights=column) for column in marked.T]).astype(float)
    found = _shares.estimate(counts, np.bincount(unit).astype(float), units)
    notes = [*dropped, *_shares.cautions(found, units)]
    return Result(name, table(_shares.rows(found, labels)), meta, notes=notes, status=_frames.status(notes))


def _marks(answers: pd.DataFrame, reasons: Sequence[str]) -> Mapping[str, pd.DataFrame]:
    """Per reason that occurs, and for any of them, which cells have it. An empty cell counts as missing."""
    by_reason = {reason: answers == reason for reason in reasons}
    found = {reason: mark for reason, mark in by_reason.items() if mark.to_numpy().any()}
    return {ANY: answers.isin(list(reasons)) | answers.isna(), **found}
