"""Does a population reproduce the margins? Target, achieved and tolerance, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.recipe import Recipe
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tally import Groups, estimate
from dvstudy.tables import RELATIONS, VICTIMS

COLUMNS = ("margin", "target", "achieved", "tolerance", "within", "source")
#: Margins that count something per order, and so may exceed 1.
COUNTED = ("breach_provisional", "breach_court")
VICTIM_MARGINS = dict(zip(VICTIMS, ("women", "men", "minors"), strict=True))


def shares(seen: Observation) -> dict[str, tuple[Floats, Floats]]:
    """Each margin as (numerator, denominator), one entry a case, as if every station worked in the usual way."""
    population = seen.population
    people, usual, made = population.scene.people, population.usual, population.filled
    orders, happened = usual.orders, seen.happened[0]
    one = np.ones(people.n, dtype=bool)
    free = usual.imminent
    found: dict[str, tuple[Bools | Floats | Ints, Bools]] = {
        **{VICTIM_MARGINS[v]: (people.victim == k, one) for k, v in enumerate(VICTIMS)},
        **{relation: (people.relation == k, one) for k, relation in enumerate(RELATIONS)},
        "urban": (people.urban, one),
        "form": (made, one),
        "imminent": (usual.imminent, made),
        "objection": (orders.objected, free),
        "provisional": (orders.provisional, one),
        "urban_provisional": (people.urban & orders.provisional, orders.provisional),
        "reconciled": (orders.reconciled, orders.provisional),
        "confirmed": (orders.confirmed, orders.provisional),
        "converted": (orders.converted, orders.provisional),
        "direct": (orders.direct, one),
        "device": (orders.monitored, orders.provisional),
        "ended_early": (orders.ended_early & orders.court, orders.court),
        "service": (usual.care.services, one),
        "any_180": (happened.repeat, one),
        "recorded_180": (happened.recorded, one),
        "severe_180": (happened.severe, one),
        "near_lethal_180": (happened.near_lethal, one),
        "through_112": (seen.through_112, one),
        "within_10": (seen.response_minutes < population.scene.settings.logistics.minutes_goal, one),
        "night": (seen.night, one),
        "breach_provisional": (seen.breaches_usual[0] * orders.provisional, orders.provisional),
        "breach_court": (seen.breaches_usual[1] * orders.court, orders.court),
    }
    return {name: (top.astype(np.float64), bottom.astype(np.float64)) for name, (top, bottom) in found.items()}


def errors(seen: Observation, groups: Groups) -> dict[str, float]:
    """Standard error of each margin times the square root of the number of cases, from a large population."""

    def share(total: Floats) -> Floats:
        return total[..., :1] / total[..., 1:]

    n = seen.population.scene.people.n
    return {name: float(np.sqrt(n) * estimate(groups.sums(pair), share)[1][0]) for name, pair in shares(seen).items()}


def compare(recipe: Recipe, seen: Observation, spread: Mapping[str, float]) -> pd.DataFrame:
    """Target and achieved of every margin.

    The tolerance is the larger of two: the recipe's number of standard errors for this many cases (whole stations as
    the unit), and a floor: half a percentage point but at most a tenth of the target, for counts per order a twentieth.
    """
    size, margins, n = recipe.settings.size, recipe.settings.margins, seen.population.scene.people.n
    rows = []
    for name, (top, bottom) in shares(seen).items():
        target = float(getattr(margins, name))
        achieved = top.sum() / bottom.sum() if bottom.sum() else np.nan
        floor = (
            size.tolerance_ratio * target if name in COUNTED else min(size.tolerance, 2 * size.tolerance_ratio * target)
        )
        tolerance = max(floor, size.errors * spread[name] / np.sqrt(n))
        rows.append(
            {
                "margin": name,
                "target": round(target, _PLACES),
                "achieved": round(float(achieved), _PLACES),
                "tolerance": round(float(tolerance), _PLACES),
                "within": bool(abs(achieved - target) <= tolerance),
                "source": recipe.parameters[f"margins.{name}"].origin(),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


_PLACES = 6
