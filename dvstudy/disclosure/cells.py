"""Which groups of a table must be hidden: those with few people, and those that would give them away."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dvstudy.disclosure.policy import Policy
from dvstudy.result import ALL

#: Kinds that are shares of a base: with the base they give the count away.
SHARES: Final = ("percent", "of_100")
#: Kinds that must rest on at least `Policy.denominator` people.
_PERCENTAGES: Final = (*SHARES, "points")
#: Terms that count things, not people: rules, cut points, questions, forms that a plan asks for.
THINGS: Final = (
    "near_best", "best_rules", "rules", "unbeaten_rules", "better_rules",
    "questions", "topics_covered", "requirements", "pairs", "pairs_empty_cell", "pairs_compared",
    "pairs_apart", "pairs_apart_in_all", "dimensions", "rows_needed", "events_needed", "clusters_needed",
)  # fmt: skip
#: Terms that count faults of a record: that there are none may be said of real people too, and any number of made-up
#: ones. They share out no whole.
FAULTS: Final = ("rows_broken", "rows_checked")
_PARTS: Final = ["n", "numerator", "complement"]


def facts(rows: pd.DataFrame) -> pd.DataFrame:
    """What each row tells about counts: `term, group, kind, n, numerator, complement, clusters` (NaN: nothing)."""
    kind = rows["kind"].astype("object") if "kind" in rows else pd.Series("number", index=rows.index)
    estimate, n = _numbers(rows, "estimate"), _numbers(rows, "n")
    kind = kind.mask(rows["term"].isin(THINGS), "things")
    implied = (estimate * n).where(kind.isin(SHARES)).where(kind.ne("count"), estimate)
    numerator = _numbers(rows, "count").fillna(implied)
    return pd.DataFrame(
        {
            "term": rows["term"].astype("str"),
            "group": rows["group"].astype("str"),
            "kind": kind,
            "n": n,
            "numerator": numerator,
            "complement": (n - numerator).where(kind.ne("count")),
            "clusters": _numbers(rows, "clusters"),
        }
    )


def sensitive_groups(known: pd.DataFrame, policy: Policy) -> set[str]:
    """Groups in which one row rests on too few people.

    All rows of a group read the same small table (a 2 by 2 table, an arm), so one small cell hides the group: from
    sensitivity, predictive value and kappa together every cell can be computed.
    """
    percentage = known["kind"].isin(_PERCENTAGES)
    hit = (
        policy.small(known["n"])
        | (percentage & (known["n"] < policy.denominator))
        | policy.small(known["numerator"])
        | policy.small(known["complement"])
        | (known["clusters"] < policy.clusters)
    )
    faults = known[known["term"].isin(FAULTS)]
    said = set(faults.loc[(faults["numerator"] == 0) | (not policy.restricted), "group"])
    hit &= ~(known["term"].isin(FAULTS) & known["group"].isin(said))
    return set(known.loc[hit, "group"])


def with_complements(known: pd.DataFrame, hidden: set[str], policy: Policy, *, whole: bool = False) -> set[str]:
    """`hidden` and as many further groups, smallest first, as keep the hidden ones from coming back by subtraction.

    Groups that add up to a whole (said to be shares of one, or known from this table or from another) need two hidden
    members at least; in restricted mode what the hidden ones have together must not be small either.
    """
    known = known[~known["term"].isin(FAULTS)]
    parts = known[known["group"] != ALL]
    out = hidden - {ALL}
    if not out or not (whole or _adds_up(known)):
        return hidden
    sizes = parts.groupby("group")["numerator" if whole else "n"].max().sort_values(kind="stable", na_position="last")
    for group in (g for g in sizes.index if g not in out):
        if len(out) > 1 and not (policy.restricted and _small_together(parts, out, policy)):
            break
        out = out | {str(group)}
    return hidden | out


def _small_together(parts: pd.DataFrame, hidden: set[str], policy: Policy) -> bool:
    once = parts[parts["group"].isin(hidden)].drop_duplicates(["term", "group"])
    sums = once.groupby("term")[_PARTS].sum(min_count=1)
    small = policy.small(sums["n"]) | policy.small(sums["numerator"]) | policy.small(sums["complement"])
    return bool(small.any())


def _adds_up(known: pd.DataFrame) -> bool:
    """Whether the groups share out one whole. When in doubt they do: too much hidden is the safer mistake."""
    people = known.pivot_table(index="term", columns="group", values="n", aggfunc="max")
    groups = people.drop(columns=ALL, errors="ignore")
    if groups.shape[1] < 2:
        return False
    alike = groups.notna().all(axis=1) & (groups.max(axis=1) == groups.min(axis=1))
    if ALL in people:
        return bool(np.isclose(groups.sum(axis=1), people[ALL]).any()) or not bool((alike & people[ALL].notna()).any())
    return int(alike.sum()) < min(2, len(groups))


def _numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    if column not in rows:
        return pd.Series(np.nan, index=rows.index)
    return pd.to_numeric(rows[column], errors="coerce").astype("float64")
