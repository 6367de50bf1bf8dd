"""Reading one file into a table of text. Nothing is converted on the way: what is "007" stays "007"."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.intake import delimited, privacy, statistical, workbook
from dvstudy.intake.limits import MOST_BYTES, MOST_CELLS, MOST_COLUMNS
from dvstudy.intake.text import plain, rows_shown

#: Name of the index of a table as read: the row number that a spreadsheet shows, its header being row 1.
ROW: Final = "row"
_PACKED, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LISTED: Final = 20
#: What no column is called: the first row is then a person's row, and none of it may stand in a message.
_NO_HEADING: Final = ("personal_code", "phone", "email")


def read_table(path: str | Path, *, sheet: str | None = None, ignore: Collection[str] = ()) -> pd.DataFrame:
    """A CSV, Excel, SPSS or Stata file as text.

    Parameters
    ----------
    path
        A text table in UTF-8 (with or without byte-order mark; comma, semicolon or tab), an .xlsx workbook, or an SPSS
        or Stata file, whose values read as their labels. Which of them is seen from the content, not from the name.
    sheet
        Name of the sheet of a workbook; None takes the only one that holds anything.
    ignore
        Names of columns to leave out. Their cells are dropped while reading and never stored.

    Returns
    -------
    pandas.DataFrame
        One row a row, columns as headed (outer spaces and line breaks removed), every cell text, an empty cell an
        empty string. The index `row` is the row number a person sees in a spreadsheet. Empty rows are left out.

    Raises
    ------
    CheckFailed
        No such file, too large (32 MB; 128 MB once unpacked; 10 million cells), wrong encoding, empty, header only,
        column names that repeat or are missing, rows with another number of cells than the header.
    """
    path = Path(path)
    return _assembled(path.name, _records(path, sheet), frozenset(plain(name) for name in ignore))


def check_table(path: Path) -> None:
    """Raise `CheckFailed` when `read_table` could not even begin: no such file, a folder, too large, an old Excel."""
    _start(path)


def _records(path: Path, sheet: str | None) -> Iterator[list[str]]:
    start = _start(path)
    kind = statistical.format_of(start)
    if kind is not None:
        return statistical.records(path, kind)
    return workbook.records(path, sheet) if start == _PACKED else delimited.records(path)


def _start(path: Path) -> bytes:
    """The first four bytes of a file that may be read."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise _fault(path, "table_is_folder")
        if not path.is_file():  # a device or a pipe has no end
            raise _fault(path, "table_unreadable", reason=lang.DASH)
        if size > MOST_BYTES:
            raise _fault(path, "table_too_large", size=str(size // 2**20), limit=str(MOST_BYTES // 2**20))
        with path.open("rb") as source:
            start = source.read(4)
    except (FileNotFoundError, ValueError):  # no such file, or a name that no file can have
        raise _fault(path, "table_missing") from None
    except OSError as fault:
        raise _fault(path, "table_unreadable", reason=fault.strerror or "") from None
    if start == _OLD_EXCEL:
        raise _fault(path, "table_old_excel")
    return start


def _fault(path: Path, code: str, **values: str) -> CheckFailed:
    return CheckFailed(path.name, [Problem(code, place=path.name, values=tuple(values.items()))])


def _assembled(name: str, records: Iterator[list[str]], ignore: frozenset[str]) -> pd.DataFrame:
    found = Problems(name)
    numbered = ((row, cells) for row, cells in enumerate(records, start=1) if "".join(cells).strip())
    _, first = next(numbered, (0, []))
    header = _trimmed([" ".join(cell.split()) for cell in first])
    if not header:
        raise CheckFailed(name, [Problem("table_empty", place=name)])
    if len(header) > MOST_COLUMNS:
        raise CheckFailed(name, [Problem("table_too_many_columns", name, values=(("limit", MOST_COLUMNS),))])
    if any(privacy.identifies(title) in _NO_HEADING for title in header):
        raise CheckFailed(name, [Problem("table_no_header", place=name)])
    kept = [position for position, title in enumerate(header) if plain(title) not in ignore]
    found.extend(_header_problems(name, {k: header[k] for k in kept}))
    rows, numbers, ragged = _body(name, numbered, len(header), kept)
    found.extend(_ragged_problems(name, ragged, len(header)))
    if not rows and not ragged:
        found.add(Problem("table_no_rows", place=name))
    found.stop()
    columns = list(zip(*rows, strict=True))
    data = {header[k]: column for k, column in zip(kept, columns, strict=True)}
    return pd.DataFrame(data, index=pd.Index(numbers, name=ROW), dtype="str")


def _trimmed(cells: list[str]) -> list[str]:
    """`cells` without the empty ones at the end, which spreadsheets like to add."""
    width = max((position for position, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:width]


def _body(
    name: str, numbered: Iterator[tuple[int, list[str]]], width: int, kept: list[int]
) -> tuple[list[list[str]], list[int], list[tuple[int, int]]]:
    """Rows of kept cells, their numbers, and (number, cells) of rows that do not fit the header.

    Equal cells share one string, so that memory goes with the number of cells, not with what is written in them.
    """
    rows: list[list[str]] = []
    numbers: list[int] = []
    ragged: list[tuple[int, int]] = []
    shared: dict[str, str] = {}
    for number, cells in numbered:
        fitting = cells if len(cells) == width else _padded(cells, width)
        if len(fitting) != width:
            ragged.append((number, len(fitting)))
            continue
        rows.append([shared.setdefault(fitting[k], fitting[k]) for k in kept])
        numbers.append(number)
        if len(rows) * len(kept) > MOST_CELLS:
            raise CheckFailed(name, [Problem("table_too_many_cells", place=name, values=(("limit", MOST_CELLS),))])
    return rows, numbers, ragged


def _padded(cells: list[str], width: int) -> list[str]:
    """A longer row without its empty end; a shorter one stays short, for nobody can say which cell it lacks."""
    return cells if len(cells) < width else [*cells[:width], *_trimmed(cells[width:])]


def _header_problems(name: str, titles: Mapping[int, str]) -> Iterator[Problem]:
    """Names of kept columns that are missing or stand twice; `titles` is position -> name."""
    places: dict[str, list[int]] = {}
    for position, title in titles.items():
        places.setdefault(plain(title), []).append(position)
    for title, positions in places.items():
        values = (("columns", ", ".join(_letter(k) for k in positions)),)
        if not title:
            yield Problem("table_column_unnamed", place=name, values=values)
        elif len(positions) > 1:
            yield Problem("table_column_twice", name, titles[positions[0]], values=values)


def _ragged_problems(name: str, ragged: list[tuple[int, int]], width: int) -> Iterator[Problem]:
    by_cells: dict[int, list[int]] = {}
    for row, cells in ragged:
        by_cells.setdefault(cells, []).append(row)
    for cells, rows in by_cells.items():
        values = (("rows", rows_shown(rows, _LISTED)), ("cells", str(cells)), ("width", str(width)))
        yield Problem("table_row_cells", place=name, values=values)


def _letter(position: int) -> str:
    """Spreadsheet letters of a column: 0 -> A, 26 -> AA."""
    position, letters = position + 1, ""
    while position:
        position, last = divmod(position - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters
