"""What every analysis does before it computes: pick columns, check them, drop incomplete rows and say how many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from dvstudy import provenance
from dvstudy.checks import nearest
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.result import Note, Quantity, Status

#: Fewer clusters than this and no interval that allows for clusters is trustworthy.
FEW_CLUSTERS: Final = 20
#: Fewer events than this and an estimate about them says little.
FEW_EVENTS: Final = 10


@dataclass(frozen=True)
class Event:
    """The event stated by the caller: rows whose `column` equals `value`. An empty cell stays empty; reasons
    for missing (refused, not asked) must be emptied first, or they would count as "did not happen"."""

    column: str
    value: str


#: A column: its name, or an `Event` made from it.
Source: TypeAlias = str | Event


@dataclass(frozen=True)
class Asked:
    """What an analysis answers and how, as catalogue codes (``question.*``, ``estimand.*``, ``method.*``).

    `citation` is text; `picture` names a function of `dvstudy.draw`.
    """

    question: str
    estimand: str
    method: str
    citation: str
    picture: str | None = None

    def meta(
        self,
        columns: pd.DataFrame,
        *,
        synthetic: bool,
        instrument: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The `meta` of a result computed from `columns` (the table that `pick` returned)."""
        return {
            "question": self.question,
            "estimand": self.estimand,
            "method": self.method,
            "citation": self.citation,
            "options": dict(options or {}),
            "data": provenance.fingerprint(columns),
            "synthetic": bool(synthetic),
            "instrument": instrument,
            "picture": self.picture,
        }


@dataclass(frozen=True)
class Complete:
    """Rows with nothing missing, and a note (``note.dropped_<role>``) for each role that lost rows."""

    frame: pd.DataFrame
    notes: list[Note] = field(default_factory=list)


def pick(frame: pd.DataFrame, subject: str, roles: Mapping[str, Source | None]) -> pd.DataFrame:
    """The columns of `frame` named by role, in the order of `roles`; roles given as None are left out.

    Raises
    ------
    CheckFailed
        Listing every column that is not there and every event value that no row could take.
    """
    wanted = {role: source for role, source in roles.items() if source is not None}
    found = Problems(subject)
    found.extend(p for role, source in wanted.items() for p in _source_problems(frame, role, source))
    found.stop()
    return pd.DataFrame({role: _values(frame, source) for role, source in wanted.items()}, index=frame.index)


def flags(columns: pd.DataFrame, subject: str, *roles: str) -> pd.DataFrame:
    """`columns` with the named roles as nullable booleans. Only true/false columns (or an `Event`) will do: a text
    or a number does not say which of its values is the event.

    Raises
    ------
    CheckFailed
        Listing every role that does not hold true/false.
    """
    bad = [role for role in roles if not _is_flag(columns[role])]
    if bad:
        raise CheckFailed(subject, [Problem("frame_not_flag", role, str(columns[role].dtype)) for role in bad])
    return columns.assign(**{role: columns[role].astype("boolean") for role in roles})


def numbers(columns: pd.DataFrame, subject: str, *roles: str) -> pd.DataFrame:
    """`columns` checked to hold numbers in the named roles.

    Raises
    ------
    CheckFailed
        Listing every role that does not hold numbers.
    """
    bad = [role for role in roles if not _is_number(columns[role])]
    if bad:
        raise CheckFailed(subject, [Problem("frame_not_number", role, str(columns[role].dtype)) for role in bad])
    return columns


def complete(columns: pd.DataFrame) -> Complete:
    """Rows without a missing cell. A row missing in several roles is counted under the first of them; an unknown
    reference brings the caution on partial verification."""
    missing = columns.isna()
    first = missing.to_numpy().argmax(axis=1)
    lost = missing.any(axis=1).to_numpy()
    total = Quantity(len(columns), "count", len(columns))
    notes = [
        Note(f"dropped_{role}", {"n": Quantity(n, "count", n), "total": total})
        for place, role in enumerate(columns.columns)
        if (n := int((lost & (first == place)).sum()))
    ]
    partial = [Note("partial_verification")] if any(n.code == "dropped_reference" for n in notes) else []
    return Complete(columns[~lost], [*notes, *partial])


def codes(values: pd.Series) -> tuple[np.ndarray, int]:
    """Cluster ids as whole numbers from 0, in sorted order whatever the order of rows, and how many there are.

    Categories that no row uses do not count.
    """
    numbered, names = pd.factorize(values, sort=True)
    return numbered, len(names)


def cluster_notes(clusters: int | None, behind: int | None = None) -> list[Note]:
    """The caution that goes with the number of clusters: none named, one, fewer than 20; empty when enough.

    `behind` is the fewest clusters that stand behind any one estimate, where that is less than `clusters`.
    """
    if clusters is None:
        return [Note("no_cluster")]
    if clusters < 2:
        return [Note("one_cluster")]
    fewest = clusters if behind is None else behind
    return [Note("few_clusters", {"clusters": Quantity(fewest, "count")})] if fewest < FEW_CLUSTERS else []


def group_notes(events: np.ndarray, *, few: str, none: str) -> list[Note]:
    """The note `few` on groups with fewer than ten events and `none` on those without any, where there are such;
    `events` (groups,)."""
    which = {few: (events > 0) & (events < FEW_EVENTS), none: events == 0}
    total = Quantity(len(events), "count")
    return [
        Note(code, {"groups": Quantity(float(there.sum()), "count"), "total": total})
        for code, there in which.items()
        if there.any()
    ]


def options(roles: Mapping[str, Source | None], **others: Any) -> dict[str, Any]:
    """`options` of a result: confidence level, the column behind each role, and what else was chosen."""
    shown = {r: f"{s.column} = {s.value}" if isinstance(s, Event) else s for r, s in roles.items() if s is not None}
    return {"level": 0.95, **{f"column_{role}": source for role, source in shown.items()}, **others}


def status(notes: Iterable[Note]) -> Status:
    """`caution` if a note is more than a count of incomplete rows."""
    serious = [n for n in notes if not n.code.startswith("dropped_")]
    return "caution" if serious else "ok"


def _source_problems(frame: pd.DataFrame, role: str, source: Source) -> Iterable[Problem]:
    name = source.column if isinstance(source, Event) else source
    known = tuple(str(c) for c in frame.columns)
    if name not in known:
        return [Problem("frame_no_column", role, name, known, nearest(name, known))]
    if isinstance(source, Event):
        values = frame[name]
        taken = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values.dropna().unique()
        allowed = tuple(str(v) for v in taken)
        if source.value not in allowed:
            return [
                Problem("frame_no_value", f"{role} → {name}", source.value, allowed, nearest(source.value, allowed))
            ]
    return []


def _values(frame: pd.DataFrame, source: Source) -> pd.Series:
    if isinstance(source, str):
        return frame[source]
    values = frame[source.column]
    return (values.astype("object") == source.value).astype("boolean").mask(values.isna())


def _is_flag(values: pd.Series) -> bool:
    return pd.api.types.is_bool_dtype(values.dtype) and not isinstance(values.dtype, pd.CategoricalDtype)


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)
