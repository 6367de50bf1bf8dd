"""Do the parameters of a recipe go together? What no single field can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

import numpy as np

from dvstudy.cohorts import layers
from dvstudy.cohorts.numeric import rounded
from dvstudy.cohorts.process import Values
from dvstudy.errors import Problem
from dvstudy.tables import NIGHT, RELATIONS

_VICTIMS: Final = ("women", "men", "minors")
#: Parameters whose excess would fill the memory before anyone reads a number: so many times the end of their range.
_COSTLY: Final = (
    "size.cases", "size.reference", "size.groups", "size.nodes", "size.mark_nodes",
    "places.counties", "places.urban_stations", "places.rural_stations", "places.urban_officers",
    "places.rural_officers", "places.urban_workers", "places.rural_workers", "places.advocates", "places.assessors",
    "places.psychologists", "outcomes.frailty", "outcomes.last_day", "panel.cases", "panel.officers", "panel.workers",
    "panel.pool", "registry.episodes",
)  # fmt: skip
_TIMES: Final = 10


def excess(values: Values, ends: Mapping[str, float], subject: str) -> Iterator[Problem]:
    """Parameters far beyond the end of their documented range (`ends`, by path), where that costs memory."""
    plain = values.model_dump(by_alias=True)
    for path in _COSTLY:
        if path in ends and layers.at(plain, path) > (most := _TIMES * ends[path]):
            found = str(layers.at(plain, path))
            yield Problem("above_limit", f"{subject} → {path}", found, values=(("limit", most),))


def faults(values: Values, subject: str) -> Iterator[Problem]:
    """Every way in which these parameters contradict each other, each with its place inside `subject`."""
    for place, problem in (*_people(values), *_times(values), *_lots(values)):
        yield Problem(problem.code, f"{subject} → {place}", problem.found, values=problem.values)


def _people(values: Values) -> Iterator[tuple[str, Problem]]:
    """Parts that are no whole, pairs of relation and victim that cannot hold together, no matrix of correlations."""
    shares, parts_sum = values.margins.model_dump(), True
    for parts in (_VICTIMS, RELATIONS):
        total = sum(shares[part] for part in parts)
        if abs(total - 1) > values.size.tolerance:
            parts_sum = False
            named = tuple((part, rounded(shares[part])) for part in parts)
            yield "margins", Problem("target_parts", values=(("total", rounded(total)), ("parts", named)))
    if parts_sum and (shut := _shut_out(values)):
        yield "people.raking", Problem("recipe_pairs", found=", ".join(shut))
    table = np.array(values.people.correlations)
    proper = np.array_equal(table, table.T) and (np.diag(table) == 1).all()
    if not proper or np.linalg.eigvalsh(table).min() < np.finfo(np.float32).eps:
        yield "people.correlations", Problem("recipe_correlations")


def _shut_out(values: Values) -> list[str]:
    """Kinds of victims who together are more than all relations in which the starting table has them: the theorem of
    Hall, which says exactly when shares with these pairs exist."""
    shares, open_pairs = values.margins.model_dump(), np.array(values.people.raking) > 0
    rows = np.array([shares[relation] for relation in RELATIONS])
    for picked in product((False, True), repeat=len(_VICTIMS)):
        chosen = [name for name, one in zip(_VICTIMS, picked, strict=True) if one]
        room = rows[open_pairs[:, list(picked)].any(axis=1)].sum()
        if sum(shares[name] for name in chosen) > room + values.size.tolerance:
            return chosen
    return []


def _times(values: Values) -> Iterator[tuple[str, Problem]]:
    """Outcomes looked for after the last day of the truth; a stepped wedge with less than a month a period."""
    o, u, months = values.outcomes, values.unified, values.places.months
    if o.last_day < o.day:
        yield "outcomes.last_day", Problem("below_limit", found=str(o.last_day), values=(("limit", o.day),))
    if u.design == "stepped_wedge" and months <= u.steps:
        yield "places.months", Problem("below_limit", found=str(months), values=(("limit", u.steps + 1),))


def _lots(values: Values) -> Iterator[tuple[str, Problem]]:
    """Things drawn by shares that are all 0: reasons, ages, hours of the day and of the night."""
    reasons, work = values.record.reasons, values.logistics
    dark = [hour >= NIGHT[0] or hour < NIGHT[1] for hour in range(len(work.hours))]
    hours = [sum(w for w, here in zip(work.hours, dark, strict=True) if here is part) for part in (True, False)]
    total = {
        "record.reasons": reasons.does_not_know + reasons.refused,
        **{f"logistics.ages.{relation}": sum(getattr(work.ages, relation)) for relation in RELATIONS},
        "logistics.hours": float(all(hours)),
    }
    yield from ((place, Problem("recipe_no_lot")) for place, shares in total.items() if not shares)
