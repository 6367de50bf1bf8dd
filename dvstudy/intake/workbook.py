"""Excel workbooks (.xlsx): one sheet as text, each cell as a person sees it."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, TypeAlias

from dvstudy.checks import nearest
from dvstudy.errors import CheckFailed, DvstudyError, Problem
from dvstudy.intake.limits import MOST_CELLS, MOST_COLUMNS, MOST_EMPTY, MOST_UNPACKED

Cells: TypeAlias = tuple[Any, ...]

#: Rows of a sheet that tell whether it is empty.
_LOOKED_AT: Final = 20
#: Bytes of a text: a cell holds at most 32,767 characters; names and number formats are short, and reading long ones
#: takes time that grows with the square of their length.
_LONGEST_CELL, _LONGEST_NAME = 2**18, 2**13
_NAMES: Final = (b"formatCode", b"definedName")
#: Forms shrink to a tenth or so when they are packed; a small file that grows so much was made to do harm.
_TIGHTEST, _LOOSE = 100, 2**22
_CHUNK: Final = 2**20
_QUOTED: Final = re.compile(r"\[[^\]]*\]|\"[^\"]*\"|\\.")


def records(path: Path, sheet: str | None) -> Iterator[list[str]]:
    """Rows of the sheet called `sheet`, or of the only one that holds anything, each at least as long as the first row.

    Formulas give the value that Excel last computed; a formula without one is refused, since it would read as blank.

    Raises
    ------
    CheckFailed
        `table_not_excel`, `table_too_large` (once unpacked), `table_too_many_columns`, `table_too_many_cells`,
        `table_empty_rows`, `table_no_sheet`, `table_several_sheets` (none was named and several hold something),
        `table_formula`.
    """
    rows = _records(path, sheet)
    while True:
        try:
            cells = next(rows, None)
        except DvstudyError:
            raise
        except Exception:  # a damaged package or sheet: zipfile and openpyxl let through whatever their parsers meet
            raise CheckFailed(path.name, [Problem("table_not_excel", place=path.name)]) from None
        if cells is None:
            return
        yield cells


def _records(path: Path, sheet: str | None) -> Iterator[list[str]]:
    _check_package(path)
    width = empty = looked = 0
    for number, (cells, formulas) in enumerate(_rows(path, sheet), start=1):
        _refuse_empty_formulas(path.name, number, cells, formulas)
        shown = [_shown(cell) for cell in cells]
        looked += len(shown)
        empty += not any(shown)
        _check_limits(path.name, len(shown), looked, empty)
        width = width or len(shown)
        yield shown + [""] * (width - len(shown))


def _check_limits(name: str, width: int, looked: int, empty: int) -> None:
    """Whether a sheet of so many cells a row, cells altogether and empty rows is still read on."""
    for found, limit, code in (
        (width, MOST_COLUMNS, "table_too_many_columns"),
        (looked, MOST_CELLS, "table_too_many_cells"),
        (empty, MOST_EMPTY, "table_empty_rows"),
    ):
        if found > limit:
            raise CheckFailed(name, [Problem(code, place=name, values=(("limit", limit),))])


def _rows(path: Path, sheet: str | None) -> Iterator[tuple[Cells, Cells]]:
    """Each row's computed values, and beside them its formulas (no cells when the workbook has no formula)."""
    with ExitStack() as opened:
        computed = _cells(opened, path, sheet, values=True)
        if not _has_formulas(path):
            yield from ((cells, ()) for cells in computed)
            return
        yield from zip(computed, _cells(opened, path, sheet, values=False), strict=True)


def _cells(opened: ExitStack, path: Path, name: str | None, *, values: bool) -> Iterator[Cells]:
    from openpyxl import load_workbook

    with _quiet():
        source = opened.enter_context(path.open("rb"))
        book = load_workbook(source, read_only=True, data_only=values, keep_links=False)
    opened.callback(book.close)
    sheets = {s.title: s for s in book.worksheets}
    if not sheets or (name is not None and name not in sheets):
        near = nearest(name or "", list(sheets))
        raise CheckFailed(path.name, [Problem("table_no_sheet", path.name, name or "", tuple(sheets), near)])
    chosen = sheets[name] if name is not None else _only_filled(path, sheets)
    chosen.reset_dimensions()
    return _quietly(iter(chosen.iter_rows()))


def _only_filled(path: Path, sheets: Mapping[str, Any]) -> Any:
    """The one sheet that holds anything; several are refused, since none can be chosen for the team."""
    filled = [title for title, sheet in sheets.items() if len(sheets) == 1 or _begins(sheet)]
    if len(filled) > 1:
        raise CheckFailed(path.name, [Problem("table_several_sheets", path.name, allowed=tuple(filled))])
    return sheets[filled[0]] if filled else next(iter(sheets.values()))


def _begins(sheet: Any) -> bool:
    """Whether any of the first rows holds anything."""
    sheet.reset_dimensions()
    return any(cell.value is not None for row in _quietly(sheet.iter_rows(max_row=_LOOKED_AT)) for cell in row)


def _quietly(rows: Iterator[Cells]) -> Iterator[Cells]:
    """The same rows, without openpyxl's warnings on parts of the file that hold no cells."""
    while True:
        with _quiet():
            cells = next(rows, None)
        if cells is None:
            return
        yield cells


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check_package(path: Path) -> None:
    """Refuse what would unpack to too much, and what holds entities or texts that no workbook has."""
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
        unpacked = sum(part.file_size for part in parts)
        most = min(MOST_UNPACKED, max(_LOOSE, _TIGHTEST * path.stat().st_size))
        if unpacked > most:
            sizes = (("size", str(unpacked // 2**20)), ("limit", str(most // 2**20)))
            raise CheckFailed(path.name, [Problem("table_too_large", place=path.name, values=sizes)])
        if not all(_harmless(package, part.filename) for part in parts if _is_read(part.filename)):
            raise CheckFailed(path.name, [Problem("table_not_excel", place=path.name)])


def _harmless(package: zipfile.ZipFile, name: str) -> bool:
    """Whether a part declares no entities, which may grow without end, and no text is too long for what it is."""
    longest, run, end, names = 0, 0, b"", False
    with package.open(name) as source:
        while chunk := source.read(_CHUNK).replace(b"\0", b""):
            if b"<!DOCTYPE" in end + chunk or b"<!ENTITY" in end + chunk:
                return False
            first, *others = chunk.split(b"<")
            longest = max(longest, run + len(first), *map(len, others))
            names = names or any(word in chunk for word in _NAMES)
            if longest > (_LONGEST_NAME if names else _LONGEST_CELL):
                return False
            run, end = len(others[-1]) if others else run + len(first), chunk[-16:]
    return True


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.startswith("customXml/")


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as package:
        sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
        return any(re.search(rb"<(?:\w+:)?f[ />]", package.read(name)) for name in sheets)


def _refuse_empty_formulas(name: str, row: int, computed: Cells, written: Cells) -> None:
    for value, formula in zip(computed, written, strict=False):
        if value.value is None and formula.value is not None:
            where = (("row", str(row)), ("cell", f"{formula.column_letter}{row}"))
            raise CheckFailed(name, [Problem("table_formula", place=name, values=where)])


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime | date | time):
        return _moment(value, cell.number_format)
    return str(value)


def _number(value: float, shape: str) -> str:
    """A number without a needless ".0"; with leading zeros where the cell's format asks for them."""
    text = f"{value:.15g}"
    return text.zfill(len(shape)) if re.fullmatch("0{2,}", shape) and text.isdigit() else text


def _moment(value: datetime | date | time, shape: str) -> str:
    """A date; only its month when the cell shows no day."""
    if not isinstance(value, time) and "d" not in _QUOTED.sub("", shape).casefold():
        return f"{value:%Y-%m}"
    return value.isoformat()
