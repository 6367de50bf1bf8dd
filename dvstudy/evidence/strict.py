"""A table that a person typed, read against a strict list of columns: every fault is listed at once."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from dvstudy.checks import nearest, read_text_file
from dvstudy.errors import CheckFailed, Problem, Problems

_NUMBER: Final = re.compile(r"-?\d{1,12}(\.\d{1,12})?", re.ASCII)
_WHOLE: Final = re.compile(r"\d{1,12}", re.ASCII)
#: All published figures together take a twentieth of this.
_MOST_BYTES: Final = 2**22

#: A row as read: numbers as floats (NaN where blank), everything else as text.
Row = Mapping[str, str | float]


@dataclass(frozen=True)
class Column:
    """What may stand in a column: `text`, a `code` of `allowed`, a `number` or a `whole` number from `low` to `high`;
    `needed` cells may not be blank."""

    kind: Literal["text", "code", "number", "whole"] = "text"
    needed: bool = False
    allowed: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Cells:
    """One row with the place of its faults: ``file:line (id)``."""

    place: str
    text: Mapping[str, str]

    def number(self, column: str) -> float:
        """The number in a column, NaN where blank or not a number."""
        return float(self.text[column]) if _NUMBER.fullmatch(self.text[column]) else math.nan

    def fault(self, code: str, column: str, *values: tuple[str, object]) -> Problem:
        return Problem(code, f"{self.place} → {column}", self.text[column], values=values)


def content(source: str | Path, subject: str) -> tuple[str, str]:
    """The text of a CSV file (or the text itself) and the name it goes by in messages."""
    if isinstance(source, str):
        return source, subject
    return read_text_file(source, most=_MOST_BYTES), subject or source.name


def rows(text: str, subject: str, columns: Mapping[str, Column]) -> list[Cells]:
    """The rows of a CSV text; `CheckFailed` for an unreadable table, unknown, repeated or missing columns."""
    try:
        lines = [(number, row) for number, row in enumerate(csv.reader(StringIO(text), strict=True), 1) if row]
    except csv.Error:
        raise CheckFailed(subject, [Problem("evidence_not_csv", subject)]) from None
    if not lines:
        raise CheckFailed(subject, [Problem("table_empty", subject)])
    head = [name.strip() for name in lines[0][1]]
    found = Problems(subject)
    found.extend(_columns(head, subject, columns))
    width = len(head)
    for number, row in lines[1:]:
        if len(row) != width:
            found.add(Problem("evidence_cells", f"{subject}:{number}", str(len(row)), values=(("width", width),)))
    found.stop()
    table = [(n, dict(zip(head, (cell.strip() for cell in row), strict=True))) for n, row in lines[1:]]
    key = next(iter(columns))
    return [Cells(f"{subject}:{n} ({row[key]})", row) for n, row in table]


def faults(table: Sequence[Cells], columns: Mapping[str, Column]) -> Iterator[Problem]:
    """Faults of single cells, and ids (the first column) that stand more than once."""
    key = next(iter(columns))
    seen: dict[str, str] = {}
    for cells in table:
        for name, column in columns.items():
            yield from _cell(cells, name, column)
        first = seen.setdefault(cells.text[key], cells.place)
        if first != cells.place:
            yield Problem("duplicate_row", cells.place, cells.text[key], values=(("first", first),))


def frame(table: Sequence[Cells], columns: Mapping[str, Column]) -> pd.DataFrame:
    """The checked rows with numbers as floats and everything else as text."""
    made = pd.DataFrame([cells.text for cells in table], columns=list(columns), dtype="str")
    numeric = [name for name, column in columns.items() if column.kind in ("number", "whole")]
    return made.assign(**{name: pd.to_numeric(made[name].replace("", None)).astype("float64") for name in numeric})


def _columns(head: Sequence[str], subject: str, columns: Mapping[str, Column]) -> Iterator[Problem]:
    allowed = tuple(columns)
    for name in head:
        if name not in columns:
            yield Problem("evidence_column", subject, name, allowed, nearest(name, allowed))
    yield from (Problem("column_missing", subject, name) for name in columns if name not in head)
    yield from (Problem("column_repeated", subject, name) for name in dict.fromkeys(head) if head.count(name) > 1)


def _cell(cells: Cells, name: str, column: Column) -> Iterator[Problem]:
    found, place = cells.text[name], f"{cells.place} → {name}"
    if not found:
        if column.needed:
            yield Problem("figure_incomplete", cells.place, name)
    elif column.kind == "code" and found not in column.allowed:
        yield Problem("evidence_code", place, found, column.allowed, nearest(found, column.allowed))
    elif column.kind in ("number", "whole"):
        form = _WHOLE if column.kind == "whole" else _NUMBER
        if not form.fullmatch(found):
            yield Problem(f"evidence_{column.kind}", place, found)
        elif not column.low <= float(found) <= column.high:
            yield Problem("evidence_range", place, found, values=_limits(column.low, column.high))


def _limits(low: float, high: float) -> tuple[tuple[str, object], ...]:
    return tuple((side, "∞" if math.isinf(v) else f"{v:g}") for side, v in (("low", low), ("high", high)))
