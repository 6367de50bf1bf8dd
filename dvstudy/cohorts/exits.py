"""What ends or lessens exposure to violence: the victim moves away, the perpetrator is detained, somebody dies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts.process import Values
from dvstudy.cohorts.record import Scene
from dvstudy.cohorts.streams import Bools, Floats, Ints

#: Kinds of exit by number; 0 is none. The names are those of `dvstudy.tables.EXITS`.
NONE, LEFT, DETAINED, DIED = range(4)


@dataclass(frozen=True)
class Exits:
    """The first exit of each case: its day (infinite without one) and its kind."""

    day: Floats
    kind: Ints

    def kept(self, values: Values) -> Floats:
        """What is left of the hazard of violence after the exit of each case."""
        return np.where(self.kind == LEFT, values.exits.left_factor, np.where(self.kind == NONE, 1.0, 0.0))

    @property
    def some(self) -> bool:
        return bool((self.kind != NONE).any())


def draw(scene: Scene, court_start: Floats, court_end: Floats) -> Exits:
    """Exits that do not depend on later events: competing, each with its daily hazard; moving away is more likely while
    a court order holds."""
    rates, n = scene.settings.exits, scene.people.n
    days = np.full((DIED + 1, n), np.inf)
    if rates.left:
        budget = scene.streams.of("exits/left").standard_exponential(n) / rates.left
        days[LEFT] = _under_orders(budget, rates.left_court, court_start, court_end)
    for kind, name, rate in ((DETAINED, "detained", rates.detained), (DIED, "died", rates.died)):
        if rate:
            days[kind] = scene.streams.of(f"exits/{name}").standard_exponential(n) / rate
    first = days.argmin(axis=0)
    return Exits(days.min(axis=0), first)


def _under_orders(budget: Floats, factor: float, start: Floats, end: Floats) -> Floats:
    """The day on which a budget of hazard is used up, when it is used `factor` times as fast from `start` to `end`."""
    inside = start + (budget - start) / factor if factor else np.full_like(budget, np.inf)
    after = budget - (factor - 1) * (end - start)
    return np.where(budget < start, budget, np.where(inside < end, inside, np.maximum(after, end)))


def earlier(first: Exits, days: Floats, kind: Ints | int) -> Exits:
    """The earlier of two exits of each case."""
    sooner = days < first.day
    return Exits(np.where(sooner, days, first.day), np.where(sooner, kind, first.kind))


def first_days(case: Ints, day: Floats, which: Bools, n: int) -> Floats:
    """The first day of the events in `which`, case by case; infinite without one."""
    found = np.full(n, np.inf)
    np.minimum.at(found, case[which], day[which])
    return found
