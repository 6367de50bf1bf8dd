"""Tables of answers: what `score` accepts, and how text becomes that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dvstudy.checks import nearest
from dvstudy.errors import Problem, Problems
from dvstudy.instruments import Instrument

_BLANK: Final = "blank"
_ROWS_NAMED: Final = 5


def as_answers(frame: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Turn columns of codes written as text into the categories of the instrument.

    Parameters
    ----------
    frame
        One row a form, one column an item (``q01`` ...), cells holding the instrument's own codes ("yes", "refused",
        ...) as text or as any categorical. Translating a team's words into codes is the task of `dvstudy.intake`.
    instrument
        The definition that the columns follow.

    Returns
    -------
    DataFrame with the same index and columns, each of type `instrument.dtype(item)`. Empty cells, and cells holding
    only spaces, become ``blank``: a reason for missing, never an answer.

    Raises
    ------
    CheckFailed
        Listing every unknown or absent column and, for each column, every code that is not allowed, with its rows.
    """
    found = Problems(instrument.id)
    found.extend(_column_problems(frame, instrument))
    known = [c for c in dict.fromkeys(frame.columns) if c in instrument.item]
    texts = {item: _text(frame.loc[:, frame.columns == item].iloc[:, 0]) for item in known}
    for item, text in texts.items():
        found.extend(_bad_codes(item, text, instrument))
    found.stop()
    return pd.DataFrame({item: text.astype(instrument.dtype(item)) for item, text in texts.items()}, index=frame.index)


def codes(answers: pd.DataFrame, instrument: Instrument) -> dict[str, npt.NDArray[np.int8]]:
    """Category codes by item for every item that scoring reads; `CheckFailed` when the table is not the form's."""
    found = Problems(instrument.id)
    found.extend(_column_problems(answers, instrument))
    found.extend(_type_problems(answers, instrument))
    found.stop()
    return {i: _codes(answers[i]) for i in instrument.needed_items}


def _column_problems(frame: pd.DataFrame, instrument: Instrument) -> Iterator[Problem]:
    for name in dict.fromkeys(frame.columns[frame.columns.duplicated()]):
        yield Problem("column_repeated", instrument.id, str(name))
    for name in dict.fromkeys(frame.columns):
        if name not in instrument.item:
            allowed = instrument.item_ids
            yield Problem("unknown_column", instrument.id, str(name), allowed, nearest(str(name), allowed))
    for name in instrument.needed_items:
        if name not in frame.columns:
            yield Problem("column_missing", instrument.id, name)


def _type_problems(answers: pd.DataFrame, instrument: Instrument) -> Iterator[Problem]:
    for name, column in answers.items():
        if name not in instrument.item:
            continue
        item, wanted = str(name), instrument.dtype(str(name)).categories
        kind = column.dtype
        if not isinstance(kind, pd.CategoricalDtype) or not (
            kind.categories is wanted or kind.categories.equals(wanted)
        ):
            yield Problem("not_answers", item, _type_name(kind), tuple(wanted))
        elif (empty := _codes(column) < 0).any():
            yield Problem("answer_without_reason", _place(item, column.index[empty]))


def _codes(column: pd.Series) -> npt.NDArray[np.int8]:
    codes: npt.NDArray[np.int8] = column.array.codes
    return codes.astype(np.int8, copy=False)


def _bad_codes(item: str, text: pd.Series, instrument: Instrument) -> Iterator[Problem]:
    allowed = tuple(instrument.dtype(item).categories)
    wrong = text[~text.isin(allowed)]
    for code, rows in wrong.groupby(wrong, sort=False):
        yield Problem("bad_code", _place(item, rows.index), str(code), allowed, nearest(str(code), allowed))


def _text(column: pd.Series) -> pd.Series:
    """Cells as text; nothing, or nothing but spaces, is a blank."""
    text = column.astype("object").where(column.notna(), _BLANK).astype("str")
    return text.where(text.str.strip() != "", _BLANK)


def _place(item: str, rows: Sequence[object] | pd.Index) -> str:
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED])
    return f"{item} [{named}{', …' if len(rows) > _ROWS_NAMED else ''}]"


def _type_name(kind: object) -> str:
    return f"category {list(kind.categories)}" if isinstance(kind, pd.CategoricalDtype) else str(kind)
