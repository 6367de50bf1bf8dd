"""What a caller may want of a rule, in the caller's own numbers, and what that means for the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from dvstudy.errors import Problem
from dvstudy.numbers.rule_choice import Criterion


@dataclass(frozen=True)
class LargestYouden:
    """Sensitivity plus specificity as large as possible: a missed case is held to weigh as many needless flags as there
    are cases without the event for each with it. Seldom what anybody means; here because it is common."""


@dataclass(frozen=True)
class CostRatio:
    """One missed case is held to weigh as much as `needless_flags` needless flags (a judgement of value, above 0)."""

    needless_flags: float


@dataclass(frozen=True)
class LeastSensitivity:
    """As few needless flags as possible while at least this share (above 0, at most 1) of the cases is found."""

    sensitivity: float


@dataclass(frozen=True)
class Capacity:
    """As many cases found as possible with what can be followed up each week.

    Give `orders_per_week`, or shelter: `shelter_places`, `weeks_of_stay` (mean) and `stays_per_flag`, the share of
    flagged forms that lead to a stay; places then allow ``places / weeks / share`` flags a week. `forms_per_week` is
    how many forms come in.
    """

    forms_per_week: float
    orders_per_week: float | None = None
    shelter_places: float | None = None
    weeks_of_stay: float | None = None
    stays_per_flag: float | None = None

    @property
    def flags_per_week(self) -> float:
        """The smaller of what orders and shelter allow."""
        ends = [float("inf") if self.orders_per_week is None else self.orders_per_week]
        if self.shelter_places is not None and self.weeks_of_stay and self.stays_per_flag:
            ends.append(self.shelter_places / self.weeks_of_stay / self.stays_per_flag)
        return float(min(ends))


Wanted: TypeAlias = LargestYouden | CostRatio | LeastSensitivity | Capacity


def criterion(wanted: Wanted) -> Criterion:
    """The same for `numbers.rule_choice`: a cost ratio r is the threshold probability ``1 / (1 + r)``."""
    if isinstance(wanted, CostRatio):
        return Criterion("net_benefit", 1 / (1 + wanted.needless_flags))
    if isinstance(wanted, LeastSensitivity):
        return Criterion("least_sensitivity", wanted.sensitivity)
    if isinstance(wanted, Capacity):
        return Criterion("most_flagged", wanted.flags_per_week / wanted.forms_per_week)
    return Criterion("youden")


def stated(wanted: Wanted) -> dict[str, Any]:
    """What was wanted, for the options of a result."""
    given = {k: v for k, v in asdict(wanted).items() if v is not None}
    return {"wanted": type(wanted).__name__, **given}


def problems(wanted: Wanted) -> Iterator[Problem]:
    """Numbers that mean nothing: all of them."""
    if isinstance(wanted, CostRatio) and not (np.isfinite(wanted.needless_flags) and wanted.needless_flags > 0):
        yield Problem("cost_ratio", "needless_flags", str(wanted.needless_flags))
    if isinstance(wanted, LeastSensitivity) and not 0 < wanted.sensitivity <= 1:
        yield Problem("least_sensitivity", "sensitivity", str(wanted.sensitivity))
    if isinstance(wanted, Capacity):
        yield from _capacity(wanted)


def _capacity(wanted: Capacity) -> Iterator[Problem]:
    shelter = {k: getattr(wanted, k) for k in ("shelter_places", "weeks_of_stay", "stays_per_flag")}
    given = {k: v for k, v in shelter.items() if v is not None}
    if wanted.orders_per_week is None and not given:
        yield Problem("capacity_missing", "orders_per_week", "")
    if given and len(given) < len(shelter):
        yield Problem("capacity_shelter", ", ".join(k for k in shelter if k not in given), "")
    numbers = {"forms_per_week": wanted.forms_per_week, "orders_per_week": wanted.orders_per_week, **given}
    for place, value in numbers.items():
        if value is not None and not (np.isfinite(value) and value > 0):
            yield Problem("capacity_number", place, str(value))
    if wanted.stays_per_flag is not None and wanted.stays_per_flag > 1:
        yield Problem("capacity_share", "stays_per_flag", str(wanted.stays_per_flag))
