"""A result as it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.disclosure import cells, frames
from dvstudy.disclosure.policy import LEAST, Policy, policy
from dvstudy.disclosure.sentences import protect_notes
from dvstudy.result import Note, Quantity, Result

#: Numbers of a row; all of them go when the row is hidden.
_NUMBERS: Final = ("estimate", "conf_low", "conf_high", "n", "count", "clusters", "p_value", "df", "std_error")
_LIMITS: Final = ("estimate", "conf_low", "conf_high")
SUPPRESSED: Final = "suppressed"
_MARK: Final = "disclosure"


def protect(result: Result, *, threshold: int = LEAST) -> Result:
    """`result` with small counts and everything that would give them away hidden.

    Parameters
    ----------
    result
        As an analysis returned it. ``meta["synthetic"]`` decides the mode: anything but a true value is `restricted`.
        ``meta["whole"]`` says that its groups are shares of one whole, ``meta["readings"]`` that they read
        the same people in different ways, ``meta["together"]`` groups of which a small one hides all, as the others
        and the rest of the table would give it away, ``meta["hidden_elsewhere"]`` which groups a result from which
        these numbers follow hides.
    threshold
        Counts below it are hidden. In restricted mode values below 10 have no effect.

    Returns
    -------
    Result
        The table gains the column `suppressed`; hidden rows keep their term, group and method and lose every number.
        ``meta["disclosure"]`` records mode and threshold, notes say how many rows are hidden and what is rounded. A
        result that has passed once comes back unchanged.

    Notes
    -----
    Rules. A group is hidden when one of its rows has fewer than `threshold` people, a numerator or a complement
    between 1 and `threshold` - 1, or (restricted) a percentage of fewer than 30 people, a share of none or all, or
    fewer than 3 clusters. Groups that add up to a whole lose a second member when one is hidden, and (restricted) more
    while the hidden ones together are small. Restricted mode rounds counts (to 5 below 50, to 10 from 50),
    recomputes shares from rounded counts, and drops standard errors.

    The rules look at one result at a time (and sentences at one run). They do not see what was published elsewhere
    about the same people: a team that publishes twice from one file must compare the two.
    """
    if _MARK in result.meta:
        return result
    limits = policy(synthetic=result.meta.get("synthetic") is True, threshold=threshold)
    hidden = _hidden_groups(result, limits)
    table = protect_table(result.table, hidden, limits)
    notes = protect_notes(result.notes, limits)
    if limits.restricted and len(table):
        notes = (*notes, Note("rounded"))
    if n := int(table[SUPPRESSED].sum()):
        values = {"rows": Quantity(float(n), "count"), "threshold": Quantity(float(limits.threshold), "count")}
        notes = (*notes, Note("suppressed", values))
    return replace(
        result,
        table=table,
        frames=frames.protect_frames(result.frames, result.table, hidden, limits, protect_table),
        notes=notes,
        meta=_marked(result.meta, limits),
    )


def hidden_cells(before: Result, after: Result) -> tuple[float, ...]:
    """Numbers that `before` held and `after` hides: the raw values that no sentence may carry either."""
    gone = after.table[SUPPRESSED] if SUPPRESSED in after.table else pd.Series(False, index=after.table.index)
    lost = before.table.loc[gone.to_numpy(dtype=bool)]
    columns = [c for c in (*_LIMITS, "count", "n") if c in lost]
    values = lost[columns].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float).ravel()
    return tuple(float(v) for v in np.unique(values[np.isfinite(values)]))


def protect_table(rows: pd.DataFrame, hidden: set[str], limits: Policy) -> pd.DataFrame:
    """Rows of hidden groups without their numbers; the others rounded where the policy says so."""
    out = rows.copy()
    gone = out["group"].astype("str").isin(hidden) if len(out) else pd.Series(False, index=out.index)
    for column in (c for c in _NUMBERS if c in out):
        out[column] = pd.to_numeric(out[column], errors="coerce").astype("float64").mask(gone)
    if limits.restricted:
        out = _rounded(out, limits)
    return out.assign(**{SUPPRESSED: gone})


def _rounded(rows: pd.DataFrame, limits: Policy) -> pd.DataFrame:
    """Counts to their base, shares as shares of rounded counts, everything else to two places."""
    known = cells.facts(rows)
    is_count, is_share = known["kind"].eq("count"), known["kind"].isin(cells.SHARES)
    base = pd.Series(limits.rounded(known["n"]), index=rows.index)
    part = pd.Series(limits.rounded(known["numerator"]), index=rows.index)
    out = rows.drop(columns=[c for c in ("std_error",) if c in rows])
    for column in _LIMITS:
        coarse = out[column].round(2)
        out[column] = coarse.mask(is_count, pd.Series(limits.rounded(out[column]), index=out.index))
    out["estimate"] = out["estimate"].mask(is_share, (part / base).clip(0, 1))
    out["conf_low"] = out[["conf_low", "estimate"]].min(axis=1, skipna=False)
    out["conf_high"] = out[["conf_high", "estimate"]].max(axis=1, skipna=False)
    out["n"] = base
    return out.assign(count=part.where(is_share)) if "count" in out else out


def _hidden_groups(result: Result, limits: Policy) -> set[str]:
    rows = [f for f in (result.table, *filter(frames.is_table, result.frames.values())) if len(f)]
    if not rows:
        return set()
    known = pd.concat([cells.facts(r) for r in rows], ignore_index=True)
    hidden = cells.sensitive_groups(known, limits) | frames.sensitive_groups(result.frames, limits)
    hidden |= set(result.meta.get("hidden_elsewhere", ()))
    if result.meta.get("readings") is True:
        return frames.with_level_gaps(result.frames, hidden, limits)
    together = set(result.meta.get("together", ()))
    hidden |= together if hidden & together else set()
    whole = result.meta.get("whole") is True
    return frames.with_level_gaps(result.frames, cells.with_complements(known, hidden, limits, whole=whole), limits)


def _marked(meta: Mapping[str, Any], limits: Policy) -> dict[str, Any]:
    mode = "restricted" if limits.restricted else "synthetic"
    return {**meta, _MARK: {"mode": mode, "threshold": limits.threshold}}
