"""Single published figures by name, and the loader that refuses a figure without a source."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Final

import pandas as pd

from dvstudy.checks import nearest
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.evidence import strict

__all__ = ["COLUMNS", "STATUSES", "figures", "ratio", "read", "value"]

COLUMNS: Final = ("value", "unit", "population", "period", "source", "status", "note")
#: `verified`: read on the page named. `derived`: arithmetic on such figures. `flagged`: read, but with a doubt that
#: the note states. `unverified`: not read.
STATUSES: Final = ("verified", "derived", "flagged", "unverified")
_KEY: Final = "figure_id"
_NEEDED: Final = ("value", "unit", "population", "period", "source")


def figures() -> pd.DataFrame:
    """Every published figure that ships with the package.

    Returns
    -------
    DataFrame indexed by `figure_id` with `COLUMNS`. `value` is text as printed ("18:00" and "1-2" occur); `value()`
    gives it as a number.
    """
    return _shipped().copy()


def value(figure_id: str) -> float:
    """The figure as a number. `CheckFailed` names the nearest id when there is none, or when it is not a number."""
    found = _shipped()
    if figure_id not in found.index:
        near = nearest(figure_id, list(found.index))
        raise CheckFailed("evidence", [Problem("unknown_figure", found=figure_id, nearest=near)])
    printed = str(found.loc[figure_id, "value"])
    try:
        return float(printed)
    except ValueError:
        raise CheckFailed("evidence", [Problem("figure_not_number", figure_id, printed)]) from None


def ratio(numerator: str, denominator: str) -> float:
    """One figure as a share of another."""
    return value(numerator) / value(denominator)


def read(source: str | Path, subject: str = "") -> pd.DataFrame:
    """Figures from a CSV file, or from its text.

    Raises
    ------
    CheckFailed
        Listing every row without a value, unit, population, period or source, every unknown status, repeated id and
        missing column. A figure without a source is never read.
    """
    text, subject = strict.content(source, subject or "evidence")
    found = Problems(subject)
    try:
        frame = pd.read_csv(StringIO(text), dtype="str", keep_default_na=False, index_col=False)
    except ValueError:  # rows that do not fit, quotation marks that do not close, nothing at all
        raise CheckFailed(subject, [Problem("evidence_not_csv", subject)]) from None
    absent = [c for c in (_KEY, *COLUMNS) if c not in frame.columns]
    found.extend(Problem("column_missing", subject, name) for name in absent)
    found.stop()
    found.extend(_faults(frame, subject))
    found.stop()
    return frame.set_index(_KEY)[list(COLUMNS)]


def _faults(frame: pd.DataFrame, subject: str) -> Iterator[Problem]:
    for row in frame.to_dict("records"):
        place = f"{subject} → {row[_KEY]}"
        yield from (Problem("figure_incomplete", place, name) for name in _NEEDED if not row[name].strip())
        if row["status"] not in STATUSES:
            yield Problem("bad_code", place, row["status"], STATUSES, nearest(row["status"], STATUSES))
    for figure_id in frame.loc[frame[_KEY].duplicated(), _KEY]:
        yield Problem("duplicate_id", subject, figure_id)


@cache
def _shipped() -> pd.DataFrame:
    folder = files("dvstudy.evidence.data")
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".csv"))
    tables = [read(folder.joinpath(name).read_text("utf-8"), name) for name in names]
    joined = pd.concat(tables)
    repeated = joined.index[joined.index.duplicated()]
    if len(repeated):
        raise CheckFailed("evidence", [Problem("duplicate_id", "evidence", str(name)) for name in repeated])
    return joined
