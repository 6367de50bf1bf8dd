"""Shares: how the rows divide among the values of one column."""

from __future__ import annotations

import pandas as pd

from dvstudy.analyses import _accuracy, _frames, _shares
from dvstudy.numbers import clusters
from dvstudy.result import ALL, Note, Result, not_estimable, table

_ASKED = _frames.Asked(
    question="shares",
    estimand="shares",
    method="cluster_jackknife",
    citation="MacKinnon, Nielsen and Webb (2023), J Appl Econom 38, 671",
    picture="estimates",
)


def shares(
    frame: pd.DataFrame,
    *,
    name: str,
    column: str,
    cluster: str | None,
    synthetic: bool,
    instrument: str | None = None,
) -> Result:
    """How do the rows divide among the categories of `column`?

    Parameters
    ----------
    frame
        One row a form or a case.
    name
        Name of the result.
    column
        A categorical column. Rows where it is missing are left out and counted in a note.
    cluster
        Column of the clusters (station, rater), or None when the data have none.
    synthetic
        Whether the rows are synthetic.
    instrument
        Instrument whose labels name the categories.

    Returns
    -------
    Result
        One row a category: `term` its code, `estimate` the share, limits by leave-one-cluster-out jackknife with t
        on clusters - 1 (what happens without any spread is said in `clusters.share_limits`), by Wilson's method
        without two clusters; `count`, `n`, `clusters`, `kind`. ``frames["alternatives"]`` has Wilson limits, which
        treat rows as independent. Without rows: `not_estimable`.

    Raises
    ------
    CheckFailed
        When a column named is not in the frame.

    Notes
    -----
    Checked against a loop over clusters and against Wilson limits with one row a cluster. The shares sum to one, so
    their intervals are not independent statements.
    """
    roles = {"category": column, "cluster": cluster}
    picked = _frames.complete(_frames.pick(frame, name, roles)) if len(frame) else None
    if picked is None or picked.frame.empty:
        meta = _ASKED.meta(pd.DataFrame(), synthetic=synthetic, instrument=instrument)
        return not_estimable(name, meta, Note("no_rows"))
    rows = picked.frame
    category = rows["category"].astype("category").cat
    code, units = _accuracy.cluster_codes(rows)
    counts = clusters.tabulate(
        code, category.codes.to_numpy().astype(int), clusters=units or 1, cells=len(category.categories)
    )
    found = _shares.estimate(counts, counts.sum(axis=1), units)
    labels = [(str(term), ALL) for term in category.categories]
    notes = [*picked.notes, *_shares.cautions(found, units)]
    others = {} if found.clusters is None else {"alternatives": _shares.independent(found.shares)}
    return Result(
        name=name,
        table=table(_shares.rows(found, labels)),
        frames={key: table(_shares.rows(other, labels)) for key, other in others.items()},
        meta=_ASKED.meta(rows, synthetic=synthetic, instrument=instrument, options={"column": column}),
        notes=notes,
        status=_frames.status(notes),
    )
