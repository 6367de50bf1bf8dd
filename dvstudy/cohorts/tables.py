"""The observed tables of a cohort: cases, orders, outcomes, services."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dvstudy.cohorts import columns
from dvstudy.cohorts.columns import categorical, flags, text
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.places import Places
from dvstudy.cohorts.streams import Floats
from dvstudy.tables import AREAS, ARMS, CASES, ORDERS, ORDERS_TABLE, OUTCOMES, RELATIONS, SERVICES, VICTIMS


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
            "arm": categorical(seen.unified.astype(np.int64), ARMS),
            "response_minutes": np.round(seen.response_minutes, 1),
            "person_hours": np.round(np.where(seen.unified, unified.hours, usual.hours), 2),
            "interviews": pd.array(np.where(seen.unified, unified.interviews, usual.interviews), dtype="Int32"),
            "duplicate_assessment": flags(seen.whether(lambda arm: arm.care.duplicate)),
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
            "monitored": flags(seen.whether(lambda arm: arm.orders.monitored)[case], known=first),
            "recorded_breaches": pd.array(breaches, dtype="Int32"),
        }
    ).astype({"start_day": "float64", "end_day": "float64"})
    order = np.lexsort((~first, case))
    return _with_ids(frame.iloc[order], ORDERS_TABLE.key, key, "order")


def outcomes(seen: Observation, ids: pd.Index) -> pd.DataFrame:
    """Outcomes as a study would have them: empty where follow-up was not completed or the panel did not read."""
    read, high = seen.adjudicated
    return pd.DataFrame(
        {
            "repeat_180": flags(seen.outcome("repeat"), known=seen.followed_up),
            "severe_180": flags(seen.outcome("severe"), known=seen.followed_up),
            "recorded_180": flags(seen.outcome("recorded")),
            "high_risk_adjudicated": flags(high, known=read),
        },
        index=ids.rename(OUTCOMES.key),
    )


def services(seen: Observation, ids: pd.Index, key: str) -> pd.DataFrame:
    """First contact with a service, where there was one."""
    case = np.flatnonzero(seen.whether(lambda arm: arm.care.services))
    day: Floats = seen.of(lambda arm: arm.care.service_day)[case]
    frame = pd.DataFrame({"case_id": text(ids[case]), "day": day})
    return _with_ids(frame, SERVICES.key, key, "service")


def _with_ids(frame: pd.DataFrame, name: str, key: str, kind: str) -> pd.DataFrame:
    return frame.set_index(columns.ids(key, kind, len(frame), name))
