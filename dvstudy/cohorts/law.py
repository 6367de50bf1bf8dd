"""What the law allowed on the day of each case: how long orders last, and whether they may lapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

import numpy as np

from dvstudy import instruments
from dvstudy.cohorts.record import Scene
from dvstudy.cohorts.streams import Bools, Floats, Ints

#: Synthetic years are real years plus this.
CALENDAR_OFFSET: Final = 70
_COURT, _PROVISIONAL = "court_order", "provisional_order"
#: State of the law since which a provisional order is extended until the court decides and the victim cannot drop the
#: application.
_EXTENDED: Final = "provisional_extended"
#: State of the law with devices, first in a pilot, then everywhere.
_PILOT, _EVERYWHERE = "monitoring_pilot", "monitoring_nationwide"


@dataclass(frozen=True)
class Terms:
    """One entry a case: days of a court order; whether the case may still come to nothing before the court decides: a
    provisional order lapse, the victim drop the application (the law of December 2025 ended both); and whether the
    county has devices: none, the pilot counties, all."""

    court_days: Floats
    may_end: Bools
    monitoring: Bools


def terms(scene: Scene) -> Terms:
    """The recipe's own terms for all cases, or, with ``law = "by_date"``, those of the day of each case."""
    p, n = scene.settings.pathway, scene.people.n
    if p.law == "fixed":
        always = np.ones(n, dtype=bool)
        return Terms(np.full(n, p.court_days), always, always)
    first = _first(scene)
    last = _month(scene, scene.settings.places.months) - timedelta(days=1)
    starts = [first, *(day for day in _changes() if first < day <= last)]
    state = np.searchsorted([(day - first).days for day in starts], _day(scene), side="right") - 1
    held = np.array([_terms_on(day) for day in starts])[state]
    return Terms(
        held[:, 0], held[:, 1] > 0, (held[:, 2] > 0) & ((held[:, 2] > 1) | scene.places.pilot[scene.people.county])
    )


@cache
def _changes() -> tuple[date, ...]:
    """Days on which some state of the law began."""
    return tuple(sorted(set(instruments.regimes()["valid_from"].dropna())))


def _day(scene: Scene) -> Ints:
    """Number of the day of each case, counted from the first."""
    first = _first(scene)
    starts = [(_month(scene, k) - first).days for k in range(scene.settings.places.months + 1)]
    length = np.diff(starts)[scene.people.month]
    within = scene.streams.uniform("law/day", scene.people.n) * length
    return np.asarray(np.array(starts)[scene.people.month] + np.floor(within).astype(np.int64))


def _first(scene: Scene) -> date:
    return _month(scene, 0)


def _month(scene: Scene, number: int) -> date:
    return date(scene.settings.places.first_year - CALENDAR_OFFSET + number // 12, number % 12 + 1, 1)


@cache
def _terms_on(day: date) -> tuple[float, bool, int]:
    """Days of a court order, whether a provisional one may lapse, and where there are devices (0 nowhere, 1 in a pilot,
    2 everywhere), as the law of a day has it."""
    found = instruments.regimes(day)
    court = found.loc[found["topic"] == _COURT, "months"]
    months = int(court.iloc[0])
    devices = 2 if _EVERYWHERE in found.index else int(_PILOT in found.index)
    return months * 365 / 12, _EXTENDED not in found.index, devices
