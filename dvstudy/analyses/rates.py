"""Rates: how often something holds in each part of a cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.analyses import _accuracy, _frames, _shares
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers.proportions import difference_limits, wilson
from dvstudy.result import Note, Quantity, Result, not_estimable, table

#: With fewer clusters in a group than this, its limits rest on an assumed correlation within clusters.
_FEW: Final = 5
_ASKED: Final = _frames.Asked(
    question="rates",
    estimand="shares",
    method="cluster_jackknife",
    citation="MacKinnon, Nielsen and Webb (2023), J Appl Econom 38, 671",
    picture="estimates",
)
_GAP: Final = _frames.Asked(
    question="rates_difference",
    estimand="shares",
    method="mover",
    citation="Zou and Donner (2008), Stat Med 27, 1693",
)


def rates(
    frame: pd.DataFrame,
    *,
    name: str,
    term: str,
    group: str,
    cluster: str | None,
    synthetic: bool,
    held: str = "held",
    of: str = "of",
) -> Result:
    """How often does something hold in each group of rows?

    Parameters
    ----------
    frame
        One row a case, form or answer.
    name, term
        Name of the result; code of the quantity.
    group
        Column of the groups (categorical or text). Rows where it is missing are left out and counted in a note.
    cluster
        Column of the clusters, or None when the data have none.
    synthetic
        Whether the rows are synthetic.
    held, of
        Columns of numbers: in how many of `of` chances it held (0 or 1 of 1 for a yes/no). A row where `of` is 0, or
        either is missing, says nothing.

    Returns
    -------
    Result
        One row a group: `estimate` the share, limits by leave-one-cluster-out jackknife with t on clusters - 1
        (Wilson without two clusters; with fewer than five in a group Wilson with the design effect of these clusters
        at an assumed correlation, and a note), `count`, `n`, `clusters` of the group, `kind`. A group about which no
        row says anything has no number, never nought; a note counts such groups. Without any row that says something:
        `not_estimable`.

    Raises
    ------
    CheckFailed
        When a column named is not in the frame.
    """
    roles = {"held": held, "of": of, "group": group, "cluster": cluster}
    if not len(frame):
        return not_estimable(name, _ASKED.meta(pd.DataFrame(), synthetic=synthetic), Note("no_rows"))
    columns = _frames.numbers(_frames.pick(frame, name, roles), name, "held", "of")
    category = columns["group"].astype("category").cat.remove_unused_categories().cat
    groups = [str(c) for c in category.categories]
    columns["group"] = category.codes.astype("Int64").mask(category.codes < 0)
    said = columns["held"].notna() & (columns["of"].fillna(0) > 0)
    picked = _frames.complete(columns[said])
    rows = picked.frame
    meta = _ASKED.meta(rows, synthetic=synthetic, options={"group": group})
    if rows.empty:
        return not_estimable(name, meta, *picked.notes, Note("no_rows"))
    place = rows["group"].to_numpy(int)
    code, units = _accuracy.cluster_codes(rows)
    counts, chances = (_sums(rows[c], code, place, units or 1, len(groups)) for c in ("held", "of"))
    found = _shares.estimate(counts, chances, units)
    cautions = _shares.cautions(found, units)
    found, few = _with_few_clusters(found)
    made = table(_shares.rows(found, [(term, g) for g in groups]))
    if found.clusters is not None:
        made["clusters"] = found.shares.clusters
    notes = [*picked.notes, *cautions, *few, *_unknown(made)]
    return Result(name, made, meta, notes=notes, status=_frames.status(notes))


def differences(own: Result, reference: Result, *, name: str, synthetic: bool) -> Result:
    """How far are the rates of two cohorts apart, group by group?

    Parameters
    ----------
    own, reference
        Results of `rates` on two cohorts that share no case.
    name
        Name of the result.
    synthetic
        Whether both cohorts are synthetic.

    Returns
    -------
    Result
        Per term and group of both: `difference`, own minus reference, in percentage points, limits from those of both
        sides (MOVER); `n` the smaller of the two bases. ``frames["counts"]`` the counts of both sides. Without a
        group in common: `not_estimable`.
    """
    meta = {**_GAP.meta(pd.DataFrame(), synthetic=synthetic), "data": f"{own.meta['data']}/{reference.meta['data']}"}
    keys = ["term", "group"]
    both = own.table.merge(reference.table, on=keys, suffixes=("", "_other"), how="inner") if len(own.table) else None
    if both is None or not len(both):
        return not_estimable(name, meta, Note("no_rows"))
    sides = [[both[f"{c}{end}"] for c in ("estimate", "conf_low", "conf_high")] for end in ("", "_other")]
    gap, low, high = difference_limits((sides[0][0], sides[0][1], sides[0][2]), (sides[1][0], sides[1][1], sides[1][2]))
    made = both[keys].assign(estimate=gap, conf_low=low, conf_high=high, method="mover", kind="points")
    for column in ("n", "clusters"):
        made[column] = both[[column, f"{column}_other"]].min(axis=1)
    rows = [{str(k): v for k, v in row.items()} for row in made.to_dict("records")]
    return Result(name, table(rows), meta, frames={"counts": _both_counts(both)})


def _sums(values: pd.Series, code: Any, place: Any, units: int, groups: int) -> _shares.Floats:
    flat = np.bincount(code * groups + place, weights=values.to_numpy(float), minlength=units * groups)
    return np.asarray(flat.reshape(units, groups), float)


def _with_few_clusters(found: _shares.Found) -> tuple[_shares.Found, list[Note]]:
    """Groups with fewer than `_FEW` clusters get Wilson limits with the design effect of their clusters at an assumed
    correlation: a jackknife over two or three clusters says nothing."""
    if found.clusters is None:
        return found, []
    few = (found.shares.clusters < _FEW) & (found.shares.denominator > 0)
    if not few.any():
        return found, []
    n = found.shares.denominator / found.shares.design_effect
    low, high = wilson(found.shares.estimate * n, n)
    methods = np.where(few, _shares.ASSUMED, np.asarray(found.methods))
    values = {"groups": Quantity(int(few.sum()), "count"), "icc": Quantity(by_cluster.ASSUMED_ICC, "number", n.max())}
    limits = replace(found, low=np.where(few, low, found.low), high=np.where(few, high, found.high))
    return replace(limits, methods=methods.tolist()), [Note("few_clusters_a_group", values)]


def _unknown(made: pd.DataFrame) -> list[Note]:
    """How many groups have no number."""
    lost = int(made["estimate"].isna().sum())
    return [Note("groups_without_rate", {"groups": Quantity(lost, "count")})] if lost else []


def _both_counts(both: pd.DataFrame) -> pd.DataFrame:
    """Cases with and without it, by group and side: what the gate looks at."""
    sides: Mapping[str, str] = {"own": "", "reference": "_other"}
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "group": both["group"],
                    "side": side,
                    "events": both[f"count{end}"],
                    "others": both[f"n{end}"] - both[f"count{end}"],
                    "n": both[f"n{end}"],
                }
            )
            for side, end in sides.items()
        ],
        ignore_index=True,
    )
