"""The tables of a cohort from what was read of each file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from dvstudy import tables
from dvstudy.intake.columns import CASE_ID
from dvstudy.intake.forms import Forms
from dvstudy.intake.mapping import FormsFile

#: What tells assessments apart: one form of one kind by one kind of rater on one occasion.
_KEY: Final = [CASE_ID, "instrument", "rater_role", "occasion"]


@dataclass(frozen=True)
class Filled:
    """Forms of one file, with the part of the mapping that names it."""

    part: FormsFile
    forms: Forms


def assessments(filled: Sequence[Filled]) -> pd.DataFrame:
    """One row a form, in the order of the mapping and of each file."""
    if not filled:
        return tables.ASSESSMENTS.empty()
    frame = pd.concat([_row_facts(one) for one in filled], ignore_index=True)
    keys = frame[_KEY].astype("str").agg("/".join, axis=1)
    whole = (
        tables.ASSESSMENTS.empty()
        .reset_index(drop=True)
        .reindex(frame.index)
        .assign(**{str(c): frame[c] for c in frame})
    )
    return whole.astype(tables.ASSESSMENTS.dtypes()).set_index(pd.Index(keys, dtype="str", name=tables.ASSESSMENTS.key))


def _row_facts(one: Filled) -> pd.DataFrame:
    frame = one.forms.about.reset_index().astype("object")
    frame["instrument"] = one.forms.instrument.id
    frame["rater_role"] = one.part.rater_role
    if "occasion" not in frame:
        frame["occasion"] = 1
    return frame.assign(occasion=frame["occasion"].astype("Int32").fillna(1))


def answers(filled: Sequence[Filled], assessment_ids: pd.Index) -> dict[str, pd.DataFrame]:
    """Answers by instrument; the rows of all files stand in the order of `assessment_ids`."""
    parts: dict[str, list[pd.DataFrame]] = {}
    start = 0
    for one in filled:
        ids = assessment_ids[start : start + len(one.forms)]
        parts.setdefault(one.forms.instrument.id, []).append(one.forms.answers.set_axis(ids))
        start += len(one.forms)
    return {name: pd.concat(frames) for name, frames in parts.items()}


def cases(given: pd.DataFrame | None, assessments: pd.DataFrame) -> pd.DataFrame:
    """The cases as given; where no file holds them, those of the forms, in order, and nothing else known."""
    if given is not None:
        return given.set_index(CASE_ID)
    ids = pd.Index(assessments[CASE_ID].unique(), dtype="str", name=CASE_ID)
    return tables.CASES.empty().reindex(ids).astype(tables.CASES.dtypes())


def outcomes(given: pd.DataFrame | None) -> pd.DataFrame:
    """Outcomes by case; none where no file holds them."""
    return tables.OUTCOMES.empty() if given is None else given.set_index(CASE_ID)


def numbered(table: tables.Table, given: pd.DataFrame | None) -> pd.DataFrame:
    """A table whose rows get ids of their own (orders, services)."""
    if given is None:
        return table.empty()
    ids = pd.Index([f"{table.name}-{k}" for k in range(1, len(given) + 1)], dtype="str", name=table.key)
    return given.set_index(ids)[[c.name for c in table.columns]].astype(table.dtypes())
