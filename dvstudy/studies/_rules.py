"""Rules that every cohort must keep, by code. Each reads what was observed, never the truth.

A rule gives the number of rows that it could check and the names of those that break it. `Unchecked` says that
tables or columns that it needs are absent or empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pandas as pd

from dvstudy.cohort import Cohort
from dvstudy.studies import frames
from dvstudy.tables import ASSESSMENTS

Found = tuple[int, list[str]]
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
#: Amounts of work and time in the table of cases.
_AMOUNTS: Final = ("response_minutes", "person_hours", "interviews")


class Unchecked(Exception):
    """What a rule needs is not there."""


def _need(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The rows of `frame` in which all `columns` are known."""
    if any(c not in frame for c in columns):
        raise Unchecked
    known = frame.loc[frame[list(columns)].notna().all(axis=1)]
    if known.empty:
        raise Unchecked
    return known


def _where(rows: pd.DataFrame, broken: pd.Series) -> Found:
    hit = broken.fillna(False).astype(bool)
    return len(rows), [str(i) for i in rows.index[hit.to_numpy()]]


def order_before_incident(cohort: Cohort) -> Found:
    """An order cannot start before its incident."""
    rows = _need(cohort.orders, "start_day")
    return _where(rows, rows["start_day"] < 0)


def order_without_duration(cohort: Cohort) -> Found:
    """An order must end after it starts."""
    rows = _need(cohort.orders, "start_day", "end_day")
    return _where(rows, rows["end_day"] <= rows["start_day"])


def court_without_path(cohort: Cohort) -> Found:
    """A court order follows a provisional order that the prosecutor confirmed, or, where the case has no provisional
    order, a direct request; it does not start before the provisional order."""
    if not _has_both(cohort.orders):
        raise Unchecked
    case, kind = cohort.orders["case_id"].astype("str"), cohort.orders["kind"]
    court, first = cohort.orders[kind == "court"], cohort.orders[kind == "provisional"]
    confirmed = first["confirmed"].fillna(True).astype(bool).groupby(case[first.index]).any()
    broken = case[court.index].map(confirmed).astype("object") == False  # noqa: E712 - missing: no order before it
    if "start_day" in first:
        broken |= court["start_day"] < case[court.index].map(first["start_day"].groupby(case[first.index]).min())
    return _where(court, broken)


def _has_both(orders: pd.DataFrame) -> bool:
    return {"confirmed", "kind"} <= set(orders.columns) and {"provisional", "court"} <= set(orders["kind"])


def device_without_order(cohort: Cohort) -> Found:
    """A monitoring device needs an order that is in force for some time."""
    rows = _need(cohort.orders, "monitored", "start_day", "end_day")
    carried = rows[rows["monitored"].astype(bool)]
    if carried.empty:
        return len(rows), []
    none = (carried["end_day"] <= carried["start_day"]).reindex(rows.index, fill_value=False)
    return _where(rows, none)


def minor_spouse(cohort: Cohort) -> Found:
    """A minor is not a spouse."""
    rows = _need(cohort.cases, "relation", "victim")
    return _where(rows, (rows["relation"] == "spouse") & (rows["victim"] == "minor"))


def minor_parent(cohort: Cohort) -> Found:
    """A minor is not the parent of the person who harmed them."""
    rows = _need(cohort.cases, "relation", "victim")
    return _where(rows, (rows["relation"] == "parent") & (rows["victim"] == "minor"))


def assessment_before_incident(cohort: Cohort) -> Found:
    """An assessment is not made before the incident."""
    rows = _need(cohort.assessments, "days_after")
    return _where(rows, rows["days_after"] < 0)


def service_before_incident(cohort: Cohort) -> Found:
    """A service that follows an incident does not begin before it."""
    rows = _need(cohort.services, "day")
    return _where(rows, rows["day"] < 0)


def severe_without_repeat(cohort: Cohort) -> Found:
    """Severe violence again is violence again."""
    rows = _need(cohort.outcomes, "severe_180", "repeat_180")
    return _where(rows, rows["severe_180"] & ~rows["repeat_180"])


def recorded_without_repeat(cohort: Cohort) -> Found:
    """Violence that police recorded happened."""
    rows = _need(cohort.outcomes, "recorded_180", "repeat_180")
    return _where(rows, rows["recorded_180"] & ~rows["repeat_180"])


def rater_of_two_roles(cohort: Cohort) -> Found:
    """A rater has one profession; whoever fills in a form alone may also be in a joint team."""
    rows = _need(cohort.assessments, "rater_id", "rater_role")
    rows = rows[rows["rater_role"] != "joint_team"]
    roles = rows.groupby(rows["rater_id"].astype("str"))["rater_role"].transform(lambda role: role.nunique())
    return _where(rows, roles > 1)


def same_form_twice(cohort: Cohort) -> Found:
    """One rater fills in one form once for a case and occasion."""
    key = ["case_id", "instrument", "rater_id", "occasion"]
    rows = _need(frames.complete(cohort.assessments, ASSESSMENTS).fillna({"occasion": 1}), *key)
    return _where(rows, rows.duplicated(key, keep=False))


def answer_not_admissible(cohort: Cohort) -> Found:
    """Every cell of a form is an answer of its instrument or a reason for missing."""
    checked, broken = 0, list[str]()
    for name, answers in cohort.answers.items():
        form = cohort.instrument(name)
        wrong = pd.Series(False, index=answers.index)
        for item in answers.columns:
            allowed = list(form.dtype(item).categories) if item in form.item else []
            wrong |= ~answers[item].astype("object").isin(allowed)
        checked += len(answers)
        broken += [str(i) for i in answers.index[wrong]]
    if not checked:
        raise Unchecked
    return checked, broken


def separate_sheet_in_unified_arm(cohort: Cohort) -> Found:
    """With the unified form the social worker fills in no sheet of their own, unless the case is marked as assessed
    twice."""
    rows = _need(cohort.cases, "arm", "duplicate_assessment")
    sheets = cohort.assessments["instrument"] == frames.SOCIAL_SHEET
    if not sheets.any() or not (rows["arm"] == "unified").any():
        raise Unchecked
    own = rows.index.isin(cohort.assessments.loc[sheets, "case_id"])
    return _where(rows, (rows["arm"] == "unified") & ~rows["duplicate_assessment"].astype(bool) & own)


def month_not_in_calendar(cohort: Cohort) -> Found:
    """A month is a year and a month from 01 to 12."""
    rows = _need(cohort.cases, "month")
    return _where(rows, ~rows["month"].astype("str").str.fullmatch(_MONTH))


def amount_below_zero(cohort: Cohort) -> Found:
    """Minutes, hours and interviews are not below nought."""
    there = [c for c in _AMOUNTS if c in cohort.cases and cohort.cases[c].notna().any()]
    if not there:
        raise Unchecked
    return _where(cohort.cases, (cohort.cases[there] < 0).any(axis=1))


def id_twice(cohort: Cohort) -> Found:
    """An id names one row of its table."""
    everything = cohort.tables().values()
    twice = [str(i) for frame in everything for i in frame.index[frame.index.duplicated(keep=False)]]
    return sum(map(len, everything)), twice


def row_without_case(cohort: Cohort) -> Found:
    """Assessments, orders, services and outcomes belong to a case; answers to an assessment."""
    cases, forms = cohort.cases.index, cohort.assessments.index
    pairs = [(f.index, pd.Index(f["case_id"]), cases) for f in (cohort.assessments, cohort.orders, cohort.services)]
    pairs += [(cohort.outcomes.index, cohort.outcomes.index, cases)]
    pairs += [(answers.index, answers.index, forms) for answers in cohort.answers.values()]
    lost = [str(i) for rows, points, at in pairs for i in rows[~points.isin(at)]]
    return sum(len(rows) for rows, _, _ in pairs), lost


def station_in_two_counties(cohort: Cohort) -> Found:
    """A station lies in one county."""
    return _nested(cohort, "county_id")


def station_in_two_areas(cohort: Cohort) -> Found:
    """A station is urban or rural."""
    return _nested(cohort, "area")


def _nested(cohort: Cohort, column: str) -> Found:
    rows = _need(cohort.cases, "station_id", column)
    values = rows[column].astype("str").groupby(rows["station_id"].astype("str")).transform("nunique")
    return _where(rows, values > 1)


#: Rule code (its words stand under ``group.<code>``) -> the function that checks it, in reading order.
RULES: Final[dict[str, Callable[[Cohort], Found]]] = {
    rule.__name__: rule
    for rule in (
        order_before_incident, order_without_duration, court_without_path, device_without_order,
        assessment_before_incident, service_before_incident, severe_without_repeat, recorded_without_repeat,
        minor_spouse, minor_parent, rater_of_two_roles, same_form_twice, answer_not_admissible,
        separate_sheet_in_unified_arm, month_not_in_calendar, amount_below_zero, id_twice, row_without_case,
        station_in_two_counties, station_in_two_areas,
    )
}  # fmt: skip
