"""One file of cases, outcomes, orders or services to the table it feeds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from dvstudy.checks import nearest
from dvstudy.errors import Problem, Problems
from dvstudy.instruments import REASONS
from dvstudy.intake import cells, columns, privacy, vocabulary
from dvstudy.intake.columns import CASE_ID, Wanted
from dvstudy.intake.forms import id_problems
from dvstudy.intake.mapping import TablePart
from dvstudy.intake.table import read_table
from dvstudy.intake.text import rows_shown
from dvstudy.tables import Column, Table


def read_records(path: Path, table: Table, part: TablePart, elsewhere: Collection[str] = ()) -> pd.DataFrame:
    """The file as `table` wants it: `case_id` and every column of the table, indexed by the file's row numbers.

    Columns that the file lacks are there and empty, so that a study can say what it could not estimate.

    Raises
    ------
    CheckFailed
        Every fault at once: names, direct identifiers, blank or repeated case ids, cells that cannot be read.
    """
    text = read_table(path, sheet=part.sheet, ignore=part.ignore)
    found = Problems(path.name)
    kept = {c.name: c for c in table.columns if c.name != CASE_ID}
    required = {CASE_ID, *(c.name for c in kept.values() if c.required)}
    wanted = Wanted((CASE_ID, *kept), required, elsewhere=elsewhere)
    found.extend(_codes_problems(path.name, kept, part))
    assigned = columns.find(path.name, text, part, wanted)
    found.extend(assigned.problems)
    read: dict[str, pd.Series] = {}
    for name, column in kept.items():
        if name in assigned.theirs:
            given = text[assigned.theirs[name]]
            read[name], problems = cells.typed(path.name, given, column, part.codes.get(name, {}))
            blanks = _blank(path.name, given, read[name], column, bool(problems))
            found.extend(privacy.veiled([*problems, *blanks], assigned.identifying))
    if CASE_ID in assigned.theirs:
        repeats = id_problems(path.name, text[assigned.theirs[CASE_ID]], unique=table.key == CASE_ID)
        found.extend(privacy.veiled(repeats, assigned.identifying))
    found.stop()
    ids = text[assigned.theirs[CASE_ID]].str.strip()
    return table.empty().reset_index(drop=True).reindex(text.index).assign(**read, **{CASE_ID: ids})


def _blank(place: str, given: pd.Series, read: pd.Series, column: Column, faulty: bool) -> Iterator[Problem]:
    """Empty cells of a column that must be filled (not said again where its cells could not be read)."""
    if not column.missing_allowed and not faulty and read.isna().any():
        rows = rows_shown(list(read.index[read.isna()]))
        yield Problem("cell_blank", f"{place} → {given.name}", values=(("rows", rows),))


def _codes_problems(place: str, kept: dict[str, Column], part: TablePart) -> Iterator[Problem]:
    """Entries under `codes` for a column that is not ours, or with a meaning that the column does not have."""
    for name, own in part.codes.items():
        if name not in kept:
            yield Problem("mapping_target", f"{place} → codes", name, tuple(kept), nearest(name, kept))
            continue
        column = kept[name]
        allowed = (*(vocabulary.FLAG if column.kind == "flag" else column.allowed), *REASONS)
        if column.kind == "flag" or column.allowed:
            for code in dict.fromkeys(own.values()):
                if code not in allowed:
                    yield Problem("mapping_code", f"{place} → codes.{name}", code, allowed, nearest(code, allowed))
