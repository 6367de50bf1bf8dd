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
from dvstudy.studies import _rules_time as timed
from dvstudy.studies import frames
from dvstudy.studies._rules_parts import Found, Unchecked, need, where
from dvstudy.tables import ASSESSMENTS

_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
#: Amounts of work and time in the table of cases.
_AMOUNTS: Final = ("response_minutes", "person_hours", "interviews", "earlier_reports")


def order_before_incident(cohort: Cohort) -> Found:
    """An order cannot start before its incident."""
    rows = need(cohort.orders, "start_day")
    return where(rows, rows["start_day"] < 0)


def order_without_duration(cohort: Cohort) -> Found:
    """An order must end after it starts."""
    rows = need(cohort.orders, "start_day", "end_day")
    return where(rows, rows["end_day"] <= rows["start_day"])


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
    return where(court, broken)


def _has_both(orders: pd.DataFrame) -> bool:
    return {"confirmed", "kind"} <= set(orders.columns) and {"provisional", "court"} <= set(orders["kind"])


def device_without_order(cohort: Cohort) -> Found:
    """A monitoring device needs an order that is in force for some time."""
    rows = need(cohort.orders, "monitored", "start_day", "end_day")
    carried = rows[rows["monitored"].astype(bool)]
    if carried.empty:
        return len(rows), []
    none = (carried["end_day"] <= carried["start_day"]).reindex(rows.index, fill_value=False)
    return where(rows, none)


def minor_spouse(cohort: Cohort) -> Found:
    """A minor is not a spouse."""
    rows = need(cohort.cases, "relation", "victim")
    return where(rows, (rows["relation"] == "spouse") & (rows["victim"] == "minor"))


def minor_parent(cohort: Cohort) -> Found:
    """A minor is not the parent of the person who harmed them."""
    rows = need(cohort.cases, "relation", "victim")
    return where(rows, (rows["relation"] == "parent") & (rows["victim"] == "minor"))


def assessment_before_incident(cohort: Cohort) -> Found:
    """An assessment is not made before the incident."""
    rows = need(cohort.assessments, "days_after")
    return where(rows, rows["days_after"] < 0)


def service_before_incident(cohort: Cohort) -> Found:
    """A service that follows an incident does not begin before it."""
    rows = need(cohort.services, "day")
    return where(rows, rows["day"] < 0)


def severe_without_repeat(cohort: Cohort) -> Found:
    """Severe violence again is violence again."""
    rows = need(cohort.outcomes, "severe_180", "repeat_180")
    return where(rows, rows["severe_180"] & ~rows["repeat_180"])


def recorded_without_repeat(cohort: Cohort) -> Found:
    """Violence that police recorded happened."""
    rows = need(cohort.outcomes, "recorded_180", "repeat_180")
    return where(rows, rows["recorded_180"] & ~rows["repeat_180"])


def rater_of_two_roles(cohort: Cohort) -> Found:
    """A rater has one profession; whoever fills in a form alone may also be in a joint team."""
    rows = need(cohort.assessments, "rater_id", "rater_role")
    rows = rows[rows["rater_role"] != "joint_team"]
    roles = rows.groupby(rows["rater_id"].astype("str"))["rater_role"].transform(lambda role: role.nunique())
    return where(rows, roles > 1)


def same_form_twice(cohort: Cohort) -> Found:
    """One rater fills in one form once for a case and occasion."""
    key = ["case_id", "instrument", "rater_id", "occasion"]
    rows = need(frames.complete(cohort.assessments, ASSESSMENTS).fillna({"occasion": 1}), *key)
    return where(rows, rows.duplicated(key, keep=False))


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
    rows = need(cohort.cases, "arm", "duplicate_assessment")
    sheets = cohort.assessments["instrument"] == frames.SOCIAL_SHEET
    if not sheets.any() or not (rows["arm"] == "unified").any():
        raise Unchecked
    own = rows.index.isin(cohort.assessments.loc[sheets, "case_id"])
    return where(rows, (rows["arm"] == "unified") & ~rows["duplicate_assessment"].astype(bool) & own)


def month_not_in_calendar(cohort: Cohort) -> Found:
    """A month is a year and a month from 01 to 12."""
    rows = need(cohort.cases, "month")
    return where(rows, ~rows["month"].astype("str").str.fullmatch(_MONTH))


def amount_below_zero(cohort: Cohort) -> Found:
    """Minutes, hours, interviews, earlier reports and recorded breaches are not below nought."""
    checked, broken = 0, list[str]()
    for frame, columns in ((cohort.cases, _AMOUNTS), (cohort.orders, ("recorded_breaches",))):
        there = [c for c in columns if c in frame and frame[c].notna().any()]
        if there:
            n, found = where(frame, (frame[there] < 0).any(axis=1))
            checked, broken = checked + n, broken + found
    if not checked:
        raise Unchecked
    return checked, broken


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


def officer_at_two_stations(cohort: Cohort) -> Found:
    """A police officer works at one station; raters of other professions may serve several."""
    rows = need(cohort.assessments, "rater_id", "rater_role", "case_id")
    rows = rows[rows["rater_role"] == "police_officer"]
    if "station_id" not in cohort.cases:
        raise Unchecked
    cases = cohort.cases[~cohort.cases.index.duplicated()]
    rows = need(rows.assign(station_id=rows["case_id"].map(cases["station_id"].astype("object"))), "station_id")
    stations = rows["station_id"].groupby(rows["rater_id"].astype("str")).transform("nunique")
    return where(rows, stations > 1)


def age_against_victim(cohort: Cohort) -> Found:
    """A minor is under 18, and whoever is under 18 is a minor."""
    rows = need(cohort.cases, "victim", "age_band")
    return where(rows, (rows["victim"] == "minor") != (rows["age_band"] == "under_18"))


def device_not_offered(cohort: Cohort) -> Found:
    """Nobody carries a monitoring device that was not offered."""
    rows = need(cohort.orders, "monitored", "monitoring_offered")
    return where(rows, rows["monitored"].astype(bool) & ~rows["monitoring_offered"].astype(bool))


def _nested(cohort: Cohort, column: str) -> Found:
    rows = need(cohort.cases, "station_id", column)
    values = rows[column].astype("str").groupby(rows["station_id"].astype("str")).transform("nunique")
    return where(rows, values > 1)


#: Rule code (its words stand under ``group.<code>``) -> the function that checks it, in reading order.
RULES: Final[dict[str, Callable[[Cohort], Found]]] = {
    rule.__name__: rule
    for rule in (
        order_before_incident, order_without_duration, court_without_path, device_without_order, device_not_offered,
        assessment_before_incident, service_before_incident, timed.service_after_follow_up, severe_without_repeat,
        recorded_without_repeat, timed.time_outside_follow_up, timed.time_without_event, timed.later_event_first,
        timed.exit_without_day, timed.event_after_death, minor_spouse, minor_parent, age_against_victim,
        rater_of_two_roles, officer_at_two_stations, same_form_twice, answer_not_admissible,
        separate_sheet_in_unified_arm, month_not_in_calendar, timed.month_outside_series, timed.time_not_on_clock,
        amount_below_zero, timed.fewer_reports_than_linked, id_twice, row_without_case, station_in_two_counties,
        station_in_two_areas,
    )
}  # fmt: skip
