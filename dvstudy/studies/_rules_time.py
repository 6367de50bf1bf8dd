"""Rules on time: follow-up, months, clocks and counts. As in `_rules`, each gives the rows it checked and those that
break it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dvstudy.cohort import Cohort
from dvstudy.studies._rules_parts import Found, Unchecked, need, where

#: Days that a case is followed.
_DAYS: Final = 180
_EVENTS: Final = ("repeat", "severe", "recorded")
#: Months without any case after which what comes is another series.
_GAP: Final = 12
_HOURS: Final = 24
_WEEKDAYS: Final = (1, 7)


def service_after_follow_up(cohort: Cohort) -> Found:
    """Services are those of the days in which a case is followed."""
    rows = need(cohort.services, "day")
    return where(rows, rows["day"] > _DAYS)


def time_outside_follow_up(cohort: Cohort) -> Found:
    """A time lies between the incident and the end of follow-up; that of a recorded event, which is known to police,
    within the days in which any case is followed."""
    rows = cohort.outcomes
    times = [c for c in ("days_to_repeat", "days_to_severe", "days_to_recorded", "days_to_exit") if c in rows]
    if "days_followed" not in rows and not times:
        raise Unchecked
    last = rows.get("days_followed", pd.Series(np.nan, index=rows.index)).fillna(_DAYS)
    broken = (last < 0) | (last > _DAYS)
    for name in times:
        end = _DAYS if name == "days_to_recorded" else last
        broken |= (rows[name] < 0) | (rows[name] > end)
    known = rows[["days_followed", *times] if "days_followed" in rows else times].notna().any(axis=1)
    if not known.any():
        raise Unchecked
    return where(rows[known], broken[known])


def time_without_event(cohort: Cohort) -> Found:
    """An event that did not happen has no day."""
    rows = cohort.outcomes
    there = [e for e in _EVENTS if {f"days_to_{e}", f"{e}_180"} <= set(rows)]
    known = pd.DataFrame({e: rows[f"{e}_180"].notna() for e in there}, index=rows.index).any(axis=1)
    if not known.any():
        raise Unchecked
    broken = pd.Series(False, index=rows.index)
    for event in there:
        broken |= rows[f"days_to_{event}"].notna() & ~rows[f"{event}_180"].fillna(True).astype(bool)
    return where(rows[known], broken[known])


def later_event_first(cohort: Cohort) -> Found:
    """Severe or recorded violence again does not come before the first violence again."""
    rows = cohort.outcomes
    later = [c for c in ("days_to_severe", "days_to_recorded") if c in rows]
    rows = need(rows, "days_to_repeat")
    if not later or rows[later].isna().all(axis=None):
        raise Unchecked
    rows = rows[rows[later].notna().any(axis=1)]
    return where(rows, rows[later].lt(rows["days_to_repeat"], axis=0).any(axis=1))


def exit_without_day(cohort: Cohort) -> Found:
    """What ended exposure has a day, and such a day says what ended it."""
    rows = cohort.outcomes
    if not {"exit", "days_to_exit"} <= set(rows) or rows[["exit", "days_to_exit"]].isna().all(axis=None):
        raise Unchecked
    rows = rows[rows[["exit", "days_to_exit"]].notna().any(axis=1)]
    return where(rows, rows["exit"].isna() | rows["days_to_exit"].isna())


def event_after_death(cohort: Cohort) -> Found:
    """Nothing happens after a death."""
    rows = need(cohort.outcomes, "exit", "days_to_exit")
    dead = rows[rows["exit"] == "died"]
    times = [f"days_to_{e}" for e in _EVENTS if f"days_to_{e}" in dead]
    if not len(dead) or not times:
        raise Unchecked
    return where(dead, dead[times].gt(dead["days_to_exit"], axis=0).any(axis=1))


def month_outside_series(cohort: Cohort) -> Found:
    """Months make one series: none lies a year or more from the others, with no case between."""
    rows = need(cohort.cases, "month")
    months = rows["month"].astype("str").str.extract(r"^(\d{4})-(\d{2})$").astype("float64")
    place = (months[0] * 12 + months[1]).dropna()
    if place.empty:
        raise Unchecked
    order = place.sort_values(kind="stable")
    series = (order.diff() > _GAP).cumsum()
    main = series.value_counts(sort=True).index[0]
    return where(rows, (series != main).reindex(rows.index, fill_value=False))


def time_not_on_clock(cohort: Cohort) -> Found:
    """Hours are 0 to 23, days of the week 1 to 7."""
    cases = cohort.cases
    bounds = {"hour": (0, _HOURS - 1), "weekday": _WEEKDAYS}
    there = [c for c in bounds if c in cases and cases[c].notna().any()]
    if not there:
        raise Unchecked
    broken = pd.Series(False, index=cases.index)
    for name in there:
        broken |= ~cases[name].between(*bounds[name]).fillna(True).astype(bool)
    return where(cases, broken)


def fewer_reports_than_linked(cohort: Cohort) -> Found:
    """A register shows at least the earlier interventions at the same two people that are in the cohort itself."""
    rows = need(cohort.cases, "pair_id", "month", "earlier_reports")
    order = rows["month"].astype("str").rank(method="dense").astype("float64")
    earlier = order.groupby(rows["pair_id"].astype("str")).rank(method="min").astype("float64") - 1
    return where(rows, rows["earlier_reports"].astype("float64") < earlier)
