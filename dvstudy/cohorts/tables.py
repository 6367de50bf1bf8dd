"""The observed tables of a cohort: cases, orders, outcomes, services."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dvstudy.cohorts import columns, exits, logistics, pathway
from dvstudy.cohorts.columns import categorical, flags, text
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.places import Places
from dvstudy.cohorts.streams import Floats
from dvstudy.tables import (
    AGES,
    AREAS,
    ARMS,
    CASES,
    CHANNELS,
    EXITS,
    ORDERS,
    ORDERS_TABLE,
    OUTCOMES,
    RELATIONS,
    SERVICE_KINDS,
    SERVICES,
    VICTIMS,
)

_EXIT: Final = pd.CategoricalDtype(list(EXITS))


def case_ids(key: str, n: int) -> pd.Index:
    """Ids of `n` cases, provable with the parameter hash `key`."""
    return columns.ids(key, "case", n, CASES.key)


def station_codes(places: Places) -> list[str]:
    """County and station codes: ``Z01-U1`` is an urban station, ``Z01-R1`` a rural one."""
    found, seen = [], dict[tuple[int, bool], int]()
    for county, urban in zip(places.county.tolist(), places.urban.tolist(), strict=True):
        seen[county, urban] = seen.get((county, urban), 0) + 1
        found.append(f"Z{county + 1:02d}-{'U' if urban else 'R'}{seen[county, urban]}")
    return found


def cases(seen: Observation, ids: pd.Index) -> pd.DataFrame:
    """The table of cases."""
    scene = seen.population.scene
    people, places, values = scene.people, scene.places, scene.settings
    counties = [f"Z{k + 1:02d}" for k in range(int(places.county.max()) + 1)]
    month = people.month + 12 * values.places.first_year
    usual, unified = seen.work
    return pd.DataFrame(
        {
            "county_id": categorical(people.county, counties),
            "station_id": categorical(people.station, station_codes(places)),
            "area": categorical((~people.urban).astype(np.int64), AREAS),
            "month": text(f"{m // 12}-{m % 12 + 1:02d}" for m in month.tolist()),
            "relation": categorical(people.relation, RELATIONS),
            "victim": categorical(people.victim, VICTIMS),
            "age_band": categorical(logistics.ages(scene), AGES),
            "weekday": pd.array(seen.clock[1] + 1, dtype="Int32"),
            "hour": pd.array(seen.clock[0], dtype="Int32"),
            "channel": categorical((~seen.through_112).astype(np.int64), CHANNELS),
            "arm": categorical(seen.unified.astype(np.int64), ARMS),
            "response_minutes": np.round(seen.response_minutes, 1),
            "person_hours": np.round(np.where(seen.unified, unified.hours, usual.hours), 2),
            "interviews": pd.array(np.where(seen.unified, unified.interviews, usual.interviews), dtype="Int32"),
            "duplicate_assessment": flags(seen.whether(lambda arm: arm.care.duplicate)),
            "objected": flags(
                seen.whether(lambda arm: arm.orders.objected), known=seen.whether(lambda arm: arm.imminent)
            ),
        },
        index=ids,
    )


def orders(seen: Observation, ids: pd.Index, key: str) -> pd.DataFrame:
    """Provisional and court orders; days are whole days since the intervention."""
    provisional = np.flatnonzero(seen.whether(lambda arm: arm.orders.provisional))
    court = np.flatnonzero(seen.whether(lambda arm: arm.orders.court))
    case = np.concatenate([provisional, court])
    first = np.arange(len(case)) < len(provisional)
    starts = seen.of(lambda arm: arm.orders.court_start)
    ends = [seen.of(lambda arm: arm.orders.provisional_end), seen.of(lambda arm: arm.orders.court_end)]
    breaches = np.where(first, seen.breaches[0][case], seen.breaches[1][case])
    frame = pd.DataFrame(
        {
            "case_id": text(ids[case]),
            "kind": categorical((~first).astype(np.int64), ORDERS),
            "start_day": np.where(first, 0, np.round(starts[case])),
            "end_day": np.round(np.where(first, ends[0][case], ends[1][case])),
            "confirmed": flags(seen.whether(lambda arm: arm.orders.confirmed)[case], known=first),
            "monitoring_offered": flags(seen.whether(lambda arm: arm.orders.offered)[case], known=first),
            "monitored": flags(seen.whether(lambda arm: arm.orders.monitored)[case], known=first),
            "contested": flags(seen.whether(lambda arm: arm.orders.contested)[case]),
            "recorded_breaches": pd.array(breaches, dtype="Int32"),
        }
    ).astype({"start_day": "float64", "end_day": "float64"})
    order = np.lexsort((~first, case))
    return _with_ids(frame.iloc[order], ORDERS_TABLE.key, key, "order")


def outcomes(seen: Observation, ids: pd.Index) -> pd.DataFrame:
    """Outcomes as a study would have them: empty where follow-up was not completed or the panel did not read."""
    read, high = seen.adjudicated
    complete, followed = seen.follow_up
    followed = np.minimum(followed, np.where(seen.exits.kind == exits.DIED, seen.exits.day, np.inf))
    gone = np.isfinite(seen.exits.day) & (seen.exits.day <= followed)
    return pd.DataFrame(
        {
            "repeat_180": flags(seen.outcome("repeat"), known=complete),
            "severe_180": flags(seen.outcome("severe"), known=complete),
            "recorded_180": flags(seen.outcome("recorded")),
            "high_risk_adjudicated": flags(high, known=read),
            "days_followed": _days(followed),
            "days_to_repeat": _days(seen.day("first"), followed),
            "days_to_severe": _days(seen.day("first_severe"), followed),
            "days_to_recorded": _days(seen.day("first_recorded"), seen.population.scene.settings.outcomes.day),
            "days_to_exit": _days(seen.exits.day, followed),
            "exit": pd.Categorical.from_codes(np.where(gone, seen.exits.kind, 0) - 1, dtype=_EXIT),
        },
        index=ids.rename(OUTCOMES.key),
    )


def _days(day: Floats, last: Floats | float = np.inf) -> Floats:
    """Days to one decimal, empty where the event did not come by the last day on which it could be seen."""
    return np.where(day <= last, np.round(day, 1), np.nan)


def services(seen: Observation, ids: pd.Index, key: str) -> pd.DataFrame:
    """First contact with each service that was used, in the order of cases and days."""
    case = np.flatnonzero(seen.whether(lambda arm: arm.care.services))
    start: Floats = seen.of(lambda arm: arm.care.service_day)[case]
    row, kind, later = pathway.service_kinds(seen.population.scene, case)
    day = np.minimum(start[row] + later, seen.population.scene.settings.pathway.service_most)
    order = np.lexsort((kind, day, row))
    frame = pd.DataFrame(
        {"case_id": text(ids[case[row]]), "service": categorical(kind, SERVICE_KINDS), "day": day}
    ).iloc[order]
    return _with_ids(frame, SERVICES.key, key, "service")


def _with_ids(frame: pd.DataFrame, name: str, key: str, kind: str) -> pd.DataFrame:
    return frame.set_index(columns.ids(key, kind, len(frame), name))
