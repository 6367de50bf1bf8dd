"""SPSS (.sav, .zsav) and Stata (.dta) files as text: each cell as its label says it, else as its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from math import isnan
from pathlib import Path
from typing import Any, Final

from dvstudy.errors import CheckFailed, Problem
from dvstudy.intake.limits import MOST_CELLS, MOST_COLUMNS, MOST_UNPACKED

_SPSS: Final = (b"$FL2", b"$FL3")
_STATA: Final = b"<sta"
#: First bytes of Stata files before version 13: 113 to 115, then the byte order.
_OLD_STATA: Final = (b"\x71", b"\x72", b"\x73")


def format_of(start: bytes) -> str | None:
    """``"sav"`` or ``"dta"`` by the first four bytes of a file; None when it is neither."""
    if start in _SPSS:
        return "sav"
    old = start[:1] in _OLD_STATA and start[1:2] in (b"\x01", b"\x02") and start[2:3] == b"\x01"
    return "dta" if start == _STATA or old else None


def records(path: Path, kind: str) -> Iterator[list[str]]:
    """The names of the variables, then one row a case.

    A value with a label reads as its label ("da", "refuz"), also where it is declared missing: a reason for missing is
    kept apart from an empty cell. A system-missing value is an empty cell.

    Raises
    ------
    CheckFailed
        `table_needs_extra` (the reader is not installed), `table_not_statistical`, `table_too_many_columns`,
        `table_too_many_cells`.
    """
    frame, labels = _read(path, kind)
    yield [str(name) for name in frame.columns]
    columns = [[_shown(value, labels.get(str(name), {})) for value in frame[name]] for name in frame.columns]
    yield from ([*row] for row in zip(*columns, strict=True))


def headings(path: Path, kind: str) -> dict[str, str]:
    """The label of each variable that has one."""
    about = _reader(kind)(str(path), metadataonly=True)[1]
    return {name: label for name, label in about.column_names_to_labels.items() if label}


def _read(path: Path, kind: str) -> tuple[Any, Mapping[str, Mapping[Any, str]]]:
    reader = _reader(kind)
    try:
        about = reader(str(path), metadataonly=True)[1]
        most = _most_rows(path.name, about)
        frame, about = reader(str(path), user_missing=True, row_limit=most + 1)
    except CheckFailed:
        raise
    except Exception:  # the reader lets through whatever its parser meets
        raise CheckFailed(path.name, [Problem("table_not_statistical", place=path.name)]) from None
    if len(frame) > most:
        raise CheckFailed(path.name, [Problem("table_too_many_cells", path.name, values=(("limit", MOST_CELLS),))])
    return frame, about.variable_value_labels


def _most_rows(name: str, about: Any) -> int:
    """Rows that may be read: a packed file of few bytes may hold any number of them."""
    columns = len(about.column_names)
    if columns > MOST_COLUMNS:
        raise CheckFailed(name, [Problem("table_too_many_columns", name, values=(("limit", MOST_COLUMNS),))])
    bytes_a_row = int(sum(about.variable_storage_width.values()))
    return min(MOST_CELLS // max(columns, 1), MOST_UNPACKED // max(bytes_a_row, 1))


def _reader(kind: str) -> Any:
    try:
        import pyreadstat
    except ImportError:
        raise CheckFailed("pyreadstat", [Problem("table_needs_extra", found="pyreadstat")]) from None
    return {"sav": pyreadstat.read_sav, "dta": pyreadstat.read_dta}[kind]


def _shown(value: Any, labels: Mapping[Any, str]) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if value in labels:
        return labels[value]
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
