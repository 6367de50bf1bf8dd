"""Which column of a file is which of ours: by the team's mapping first, by name where the mapping is silent."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from dvstudy.checks import nearest
from dvstudy.errors import Problem
from dvstudy.intake import privacy
from dvstudy.intake.mapping import Part
from dvstudy.intake.text import plain

CASE_ID: Final = "case_id"
_NEAREST_SOUGHT: Final = 50
_ITEM: Final = re.compile(r"q_?0*(\d{1,4})(\D.*)?", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """What a file may hold: `known` names of ours, those of them that are `required`, and those that are `items`.

    `elsewhere` are columns of the file that another part of the mapping uses.
    """

    known: Sequence[str]
    required: Collection[str]
    items: Collection[str] = ()
    elsewhere: Collection[str] = ()


@dataclass
class Found:
    """Our names -> the file's columns, the problems met on the way, and the columns that identify somebody."""

    theirs: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    identifying: frozenset[str] = frozenset()


def canonical(title: str) -> str:
    """A column's name as ours are written: "Q1" -> "q01", "Case ID" -> "case_id"."""
    name = re.sub(r"[\s\-]+", "_", plain(title))
    item = _ITEM.fullmatch(name)
    return f"q{int(item[1]):02d}{item[2] or ''}" if item else name


def find(place: str, table: pd.DataFrame, part: Part, wanted: Wanted) -> Found:
    """Assign the columns of `table`; every fault of names and every direct identifier is listed."""
    found = Found()
    titles = [str(c) for c in table.columns]
    explicit = part.columns if part.case_id is None else {CASE_ID: part.case_id, **part.columns}
    _assign_mapped(place, found, titles, explicit, part, wanted)
    elsewhere = {plain(title) for title in wanted.elsewhere}
    free = [t for t in titles if t not in found.theirs.values() and plain(t) not in elsewhere]
    unknown = _assign_named(place, found, free, explicit, wanted)
    identifying = list(_identifiers(place, table, found, unknown, wanted))
    found.identifying = frozenset(p.found for p in identifying)
    open_names = [name for name in wanted.known if name not in found.theirs]
    for position, title in enumerate(unknown):
        if title not in found.identifying:
            sought = position < _NEAREST_SOUGHT
            near = (nearest(canonical(title), open_names) or nearest(plain(title), open_names)) if sought else ""
            found.problems.append(Problem("column_unknown", place, title, tuple(open_names or wanted.known), near))
    missing = [n for n in wanted.known if n in wanted.required and n not in found.theirs and n not in explicit]
    if missing:
        found.problems.append(Problem("columns_missing", place, ", ".join(missing)))
    found.problems.extend(identifying)
    return found


def _assign_mapped(
    place: str, found: Found, titles: Sequence[str], explicit: Mapping[str, str], part: Part, wanted: Wanted
) -> None:
    by_plain = {plain(title): title for title in titles}
    ignored = {plain(title) for title in part.ignore}
    for ours, theirs in explicit.items():
        title = by_plain.get(plain(theirs))
        if ours not in wanted.known:
            near = nearest(canonical(ours), wanted.known)
            found.problems.append(Problem("mapping_target", place, ours, tuple(wanted.known), near))
        elif plain(theirs) in ignored:
            found.problems.append(Problem("mapping_ignored", place, theirs, values=(("ours", ours),)))
        elif title is None:
            near = nearest(theirs, titles) or next((t for t in titles if canonical(t) == ours), "")
            found.problems.append(Problem("mapping_column", place, theirs, tuple(titles), near, (("ours", ours),)))
        elif title in found.theirs.values():
            found.problems.append(Problem("mapping_twice", place, title))
        else:
            found.theirs[ours] = title


def _assign_named(
    place: str, found: Found, titles: Sequence[str], explicit: Mapping[str, str], wanted: Wanted
) -> list[str]:
    """Assign columns that carry our names; return those that carry none of them.

    A column that carries a name whose mapped column is absent is neither: that fault has been told.
    """
    unknown = []
    for title in titles:
        ours = canonical(title)
        if ours not in wanted.known:
            unknown.append(title)
        elif ours in found.theirs:
            both = f"{found.theirs[ours]}, {title}"
            found.problems.append(Problem("column_same", place, both, values=(("ours", ours),)))
        elif ours not in explicit:
            found.theirs[ours] = title
    return unknown


def _identifiers(
    place: str, table: pd.DataFrame, found: Found, unknown: Sequence[str], wanted: Wanted
) -> Iterator[Problem]:
    for ours, title in found.theirs.items():
        yield from privacy.problems(
            place, table[title], judge_heading=ours not in wanted.items, person_ids=ours in (CASE_ID, "rater_id")
        )
    for title in unknown:
        yield from privacy.problems(place, table[title], judge_heading=True)
