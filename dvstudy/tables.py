"""The columns of a cohort's tables: one place that says what each table holds and what each column may contain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from dvstudy.checks import nearest
from dvstudy.errors import Problem

Kind = Literal["text", "category", "flag", "count", "number"]

AREAS: Final = ("urban", "rural")
#: Who the victim is to the person who harmed them. `parent`: the victim is a parent of that person; `child`: the
#: victim is their child. `spouse` and `partner` include former ones.
RELATIONS: Final = ("spouse", "partner", "parent", "child", "other_kin")
PARTNERS: Final = ("spouse", "partner")
VICTIMS: Final = ("woman", "man", "minor")
ARMS: Final = ("usual", "unified")
ROLES: Final = (
    "police_officer", "social_worker", "advocate", "trained_assessor", "psychologist", "joint_team",
)  # fmt: skip
#: Ages of victims in years, from and to.
AGES: Final = ("under_18", "18_34", "35_54", "55_74", "75_over")
#: Hours from which and up to which a call comes at night: the peak that the seed report names.
NIGHT: Final = (18, 6)
#: Calendar months after an intervention in which another one at the same two people is looked for.
RETURN_MONTHS: Final = 6
#: Shares of cases with severe violence at which the legal rule is also shown: half to twice what recipes assume.
PREVALENCES: Final = (0.03, 0.06, 0.12)
#: Threshold probability at which sentences speak of net benefit: one justified flag for nine needless ones.
EXCHANGE: Final = 0.10
#: Specificities from and up to which the part of a ROC curve counts: at most a fifth of the others are flagged.
FEW_ALARMS: Final = (0.8, 1.0)
#: Days after the case by which events are looked at.
FOLLOWED: Final = (30, 60, 90, 120, 150, 180)
CHANNELS: Final = ("call_112", "other")
#: What ended or lessened exposure to violence before the end of follow-up.
EXITS: Final = ("moved_away", "detained", "died")
#: Kinds of service, as in the national statistics of social services for victims.
SERVICE_KINDS: Final = (
    "primary_counselling", "social_counselling", "psychological_counselling", "legal_counselling", "mediation",
    "court_representation", "social_assistance", "medical_care", "forensic_certificate", "shelter", "other_measures",
)  # fmt: skip
MODES: Final = ("paper", "tablet", "joint")
ORDERS: Final = ("provisional", "court")


@dataclass(frozen=True)
class Column:
    """`required` columns must be there; `missing_allowed` says whether a cell may be empty."""

    name: str
    kind: Kind
    allowed: tuple[str, ...] = ()
    required: bool = False
    missing_allowed: bool = True

    def dtype(self) -> str | pd.CategoricalDtype:
        if self.kind == "category" and self.allowed:
            return pd.CategoricalDtype(list(self.allowed))
        return {"text": "str", "category": "category", "flag": "boolean", "count": "Int32", "number": "float64"}[
            self.kind
        ]

    def empty(self, index: pd.Index) -> pd.Series:
        """The column with a missing cell for each row of `index`."""
        return pd.Series([None] * len(index), index=index, dtype=self.dtype())


@dataclass(frozen=True)
class Table:
    """A table of a cohort: its name, the name of its index, its columns."""

    name: str
    key: str
    columns: tuple[Column, ...]

    def dtypes(self) -> dict[str, str | pd.CategoricalDtype]:
        return {c.name: c.dtype() for c in self.columns}

    def empty(self) -> pd.DataFrame:
        """The table with its columns and no rows."""
        frame = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in self.dtypes().items()})
        return frame.set_index(pd.Index([], dtype="str", name=self.key))


def _column(name: str, kind: Kind, *allowed: str, required: bool = False, missing: bool = True) -> Column:
    return Column(name, kind, allowed, required, missing)


#: One row an intervention. `pair_id`: the two people, where a register links interventions; `earlier_reports`: how many
#: earlier interventions of theirs it shows. `objected`: whether the victim objected to a provisional order, where the
#: rule was met.
CASES: Final = Table(
    "cases",
    "case_id",
    (
        _column("county_id", "category"),
        _column("station_id", "category"),
        _column("area", "category", *AREAS),
        _column("month", "text"),
        _column("relation", "category", *RELATIONS),
        _column("victim", "category", *VICTIMS),
        _column("age_band", "category", *AGES),
        _column("weekday", "count"),
        _column("hour", "count"),
        _column("channel", "category", *CHANNELS),
        _column("arm", "category", *ARMS),
        _column("response_minutes", "number"),
        _column("person_hours", "number"),
        _column("interviews", "count"),
        _column("duplicate_assessment", "flag"),
        _column("pair_id", "text"),
        _column("earlier_reports", "count"),
        _column("objected", "flag"),
    ),
)
ASSESSMENTS: Final = Table(
    "assessments",
    "assessment_id",
    (
        _column("case_id", "text", required=True, missing=False),
        _column("instrument", "category", required=True, missing=False),
        _column("rater_id", "category"),
        _column("rater_role", "category", *ROLES, required=True, missing=False),
        _column("occasion", "count"),
        _column("mode", "category", *MODES),
        _column("days_after", "number"),
    ),
)
ORDERS_TABLE: Final = Table(
    "orders",
    "order_id",
    (
        _column("case_id", "text", required=True, missing=False),
        _column("kind", "category", *ORDERS, required=True, missing=False),
        _column("start_day", "number"),
        _column("end_day", "number"),
        _column("confirmed", "flag"),
        _column("monitoring_offered", "flag"),
        _column("monitored", "flag"),
        _column("contested", "flag"),
        _column("recorded_breaches", "count"),
    ),
)
#: Events in the 180 days after the case: `repeat_180`, `severe_180` from every source (empty where the follow-up
#: could not be completed); `recorded_180` known to police; `high_risk_adjudicated` by a panel blind to the arm.
#: Times in days since the case: an event is seen if it comes while the case is followed (`days_followed`, at most 180;
#: `days_to_recorded` while police records are kept); without one the cell is empty, and the case is censored on
#: `days_followed`. `exit`: what ended or lessened exposure, on `days_to_exit`: a competing event.
OUTCOMES: Final = Table(
    "outcomes",
    "case_id",
    (
        _column("repeat_180", "flag"),
        _column("severe_180", "flag"),
        _column("recorded_180", "flag"),
        _column("high_risk_adjudicated", "flag"),
        _column("days_followed", "number"),
        _column("days_to_repeat", "number"),
        _column("days_to_severe", "number"),
        _column("days_to_recorded", "number"),
        _column("days_to_exit", "number"),
        _column("exit", "category", *EXITS),
    ),
)
SERVICES: Final = Table(
    "services",
    "service_id",
    (
        _column("case_id", "text", required=True, missing=False),
        _column("service", "category", *SERVICE_KINDS),
        _column("day", "number"),
    ),
)
TABLES: Final[Mapping[str, Table]] = {t.name: t for t in (CASES, ASSESSMENTS, ORDERS_TABLE, OUTCOMES, SERVICES)}


def problems(table: Table, frame: pd.DataFrame) -> Iterator[Problem]:
    """Every way in which `frame` is not the table: unknown or absent columns, repeated keys, codes not allowed."""
    known = [c.name for c in table.columns]
    for name in frame.columns:
        if name not in known:
            near = nearest(str(name), known)
            yield Problem("unknown_column", table.name, str(name), tuple(known), near)
    if frame.index.name != table.key:
        yield Problem("key_missing", table.name, str(frame.index.name), (table.key,))
    for value in frame.index[frame.index.duplicated()].unique():
        yield Problem("duplicate_id", f"{table.name}.{table.key}", str(value))
    for column in table.columns:
        if column.name in frame.columns:
            yield from _column_problems(table, column, frame[column.name])
        elif column.required:
            yield Problem("column_missing", table.name, column.name)


def _column_problems(table: Table, column: Column, values: pd.Series) -> Iterator[Problem]:
    place = f"{table.name}.{column.name}"
    if not column.missing_allowed and values.isna().any():
        yield Problem("cell_missing", place, str(values.index[values.isna()][0]))
    if column.allowed:
        for value in pd.unique(values.dropna().astype("str")):
            if value not in column.allowed:
                yield Problem("bad_code", place, value, column.allowed, nearest(value, column.allowed))


def broken_links(found: Mapping[str, pd.DataFrame], answers: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Rows that point at a case or an assessment that is not there."""
    cases = found["cases"].index
    for name in ("assessments", "orders", "services"):
        lost = found[name].loc[~found[name]["case_id"].isin(cases), "case_id"]
        yield from (Problem("unknown_case", f"{name}.case_id", str(value)) for value in lost.unique())
    lost_outcomes = found["outcomes"].index.difference(cases)
    yield from (Problem("unknown_case", "outcomes.case_id", str(value)) for value in lost_outcomes)
    for instrument, frame in answers.items():
        lost_answers = frame.index.difference(found["assessments"].index)
        place = f"answers.{instrument}"
        yield from (Problem("unknown_assessment", place, str(value)) for value in lost_answers)
