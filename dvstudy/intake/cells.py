"""Text cells of one column to typed values; every cell that cannot be read is reported with its row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy.errors import Problem
from dvstudy.intake import privacy, vocabulary
from dvstudy.intake.text import fold, rows_shown
from dvstudy.intake.vocabulary import Vocabulary
from dvstudy.tables import Column

_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
#: "1,234" is a thousand to some and a little more than one to others.
_TWO_READINGS: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_MONTH: Final = re.compile(r"(?P<year>(?:19|20)\d\d)[-./](?P<month>0?[1-9]|1[0-2])")
_MONTH_FIRST: Final = re.compile(r"(?P<month>0?[1-9]|1[0-2])[-./](?P<year>(?:19|20)\d\d)")
#: Days may lie before the case only where an order was already running.
_SIGNED: Final = frozenset({"start_day", "end_day"})
_NEAREST_SOUGHT: Final = 50
_LARGEST: Final = 2**31


def coded(place: str, cells: pd.Series, words: Vocabulary) -> tuple[pd.Series, list[Problem]]:
    """Cells as codes of `words` (missing where unreadable), and a problem for each spelling that is none of them."""
    meaning = {written: words.code(written) for written in cells.unique()}
    bad = cells[cells.isin([written for written, code in meaning.items() if code is None])]
    problems = [
        Problem("cell_code", f"{place} → {cells.name}", found, words.shown, near, (("rows", rows_shown(rows)),))
        for sought, (written, rows) in enumerate(_spellings(bad))
        for near in [words.near(written) if sought < _NEAREST_SOUGHT else ""]
        for found in [written if near else privacy.shown(written)]
    ]
    return cells.map(meaning).astype("object"), problems


def typed(place: str, cells: pd.Series, column: Column, own: Mapping[str, str]) -> tuple[pd.Series, list[Problem]]:
    """Cells as `column` of a cohort's table wants them; blanks and reasons for missing become empty values.

    `own` are the team's spellings for this column (theirs -> ours).
    """
    if column.kind == "flag":
        codes, problems = coded(place, cells, vocabulary.of_flag(own))
        return codes.map({"yes": True, "no": False}).astype("boolean"), problems
    if column.allowed:
        codes, problems = coded(place, cells, vocabulary.of_words(column.name, column.allowed, own))
        dtype: Any = column.dtype()
        return codes.where(codes.isin(column.allowed), None).astype(dtype), problems
    return _open(place, cells, column, own)


def _open(place: str, cells: pd.Series, column: Column, own: Mapping[str, str]) -> tuple[pd.Series, list[Problem]]:
    """Numbers, counts, months, and columns of free codes (stations, raters)."""
    reasons = vocabulary.of_words(column.name, (), own)
    written = cells.str.strip()
    present = written[written.map(reasons.code).isna()]
    renamed = {fold(theirs): ours for theirs, ours in own.items()}
    kind = "month" if column.name == "month" else column.kind
    values = {text: _value(kind, column.name, renamed.get(fold(text), text)) for text in present.unique()}
    where = f"{place} → {cells.name}"
    problems = [
        Problem(_fault(kind, text), where, privacy.shown(text), values=(("rows", rows_shown(rows)),))
        for text, rows in _spellings(present[present.isin([text for text, value in values.items() if value is None])])
    ]
    read = present.map(values).reindex(cells.index)
    dtype: Any = column.dtype()
    return (read if kind in ("number", "count") else read.astype("str")).astype(dtype), problems


def _value(kind: str, name: str, text: str) -> object:
    """The value that `text` stands for; None when it stands for none."""
    if kind == "month":
        month = _MONTH.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
        return f"{month['year']}-{int(month['month']):02d}" if month else None
    if kind not in ("number", "count"):
        return text
    if not _NUMBER.fullmatch(text) or _TWO_READINGS.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    if number < 0 and name not in _SIGNED:
        return None
    if kind == "count":
        return int(number) if number.is_integer() and number < _LARGEST else None
    return number


def _fault(kind: str, text: str) -> str:
    if kind == "number" and _TWO_READINGS.fullmatch(text):
        return "cell_two_readings"
    return f"cell_{kind}"


def _spellings(bad: pd.Series) -> Iterator[tuple[str, list[int]]]:
    """Distinct unreadable cells with their rows; those that identify somebody are left to the privacy check."""
    for written, rows in bad.groupby(bad, sort=False).groups.items():
        if not privacy.identifies(str(written)):
            yield str(written), list(rows)
