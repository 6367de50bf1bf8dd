"""What every rule on a cohort is made with."""

from __future__ import annotations

import pandas as pd

#: Rows checked, and the names of those that break the rule.
Found = tuple[int, list[str]]


class Unchecked(Exception):
    """What a rule needs is not there."""


def need(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The rows of `frame` in which all `columns` are known."""
    if any(c not in frame for c in columns):
        raise Unchecked
    known = frame.loc[frame[list(columns)].notna().all(axis=1)]
    if known.empty:
        raise Unchecked
    return known


def where(rows: pd.DataFrame, broken: pd.Series) -> Found:
    """How many `rows` there are and which of them `broken` marks; what is unknown breaks nothing."""
    hit = broken.fillna(False).astype(bool)
    return len(rows), [str(i) for i in rows.index[hit.to_numpy()]]
