"""Text tables: UTF-8, with a comma, a semicolon or a tab between cells."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from dvstudy.errors import CheckFailed, Problem

_SEPARATORS: Final = (",", ";", "\t")
_DECLARED: Final = re.compile(r"sep=([^\"\r\n])\r?\n", re.IGNORECASE)
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE: Final = 20


def records(path: Path) -> Iterator[list[str]]:
    """Rows of cells as text, the first row being row 1 of a spreadsheet.

    The separator is the one that cuts the first rows into the same number of cells, more than one. A first line
    ``sep=;`` as Excel writes it says it outright and is not counted as a row.

    Raises
    ------
    CheckFailed
        `table_not_utf8` with the byte and line of the first offending byte, `table_not_text` (UTF-16, binary),
        `table_bad_quotes` with the row where quotation marks do not close.
    """
    text = _decoded(path.read_bytes(), path.name)
    declared = _DECLARED.match(text)
    if declared:
        text = text[declared.end() :]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=declared[1] if declared else _separator(text), strict=True
    )
    row = 1
    try:
        for cells in reader:
            yield cells
            row += 1
    except csv.Error:
        problem = Problem("table_bad_quotes", place=path.name, values=(("row", str(row)),))
        raise CheckFailed(path.name, [problem]) from None


def _decoded(data: bytes, name: str) -> str:
    if data.startswith(_UTF16) or b"\0" in data:
        at = 0 if data.startswith(_UTF16) else data.index(b"\0")
        raise CheckFailed(name, [Problem("table_not_text", place=name, values=(("position", str(at + 1)),))])
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        return data[start:].decode("utf-8")
    except UnicodeDecodeError as fault:
        at = start + fault.start
        where = (("position", str(at + 1)), ("line", str(data.count(b"\n", 0, at) + 1)))
        raise CheckFailed(name, [Problem("table_not_utf8", place=name, values=where)]) from None


def _separator(text: str) -> str:
    return max(_SEPARATORS, key=lambda separator: _fit(text, separator))


def _fit(text: str, separator: str) -> tuple[float, int]:
    """How evenly `separator` cuts the first rows, then into how many cells; (0, 0) when it cuts nothing."""
    sample = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        widths = [len(cells) for cells in islice(sample, _SAMPLE) if cells]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    return widths.count(widths[0]) / len(widths), widths[0]
