"""Targets that cannot hold together whatever the parameters: found by arithmetic, before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from dvstudy import instruments
from dvstudy.cohorts.forms import POLICE_FORM
from dvstudy.cohorts.margins import VICTIM_MARGINS
from dvstudy.cohorts.numeric import rounded
from dvstudy.cohorts.recipe import Recipe
from dvstudy.errors import Problem
from dvstudy.tables import RELATIONS

_PARTS: Final = (tuple(VICTIM_MARGINS.values()), RELATIONS)
#: Half a unit of the last place that a target is given with, for every part of a sum.
_ROUNDED: Final = 1 / 10**3


def together(given: Mapping[str, float], recipe: Recipe, subject: str) -> Iterator[Problem]:
    """Targets (name -> value) that cannot hold at once, each with the range that the others leave it."""
    if not given:
        return
    m: dict[str, float] = recipe.settings.margins.model_dump()
    m |= {k: v for k, v in given.items() if k in m}
    for parts in _PARTS:
        total = sum(m[p] for p in parts)
        if given.keys() & set(parts) and abs(total - 1) > len(parts) * _ROUNDED:
            said = (("total", rounded(total)), ("parts", tuple((p, rounded(m[p])) for p in parts)))
            yield Problem("target_parts", subject, values=said)
    wanted = m | dict(given)
    for name, (low, high) in _ranges(recipe, m, given).items():
        if not low <= wanted[name] <= high:
            yield out_of_reach("target_infeasible", f"{subject} → {name}", wanted[name], low=low, high=high)


def out_of_reach(code: str, place: str, wanted: float, **ends: float) -> Problem:
    """The problem that a target of this value has, with the numbers that its sentence names."""
    said = {"wanted": wanted, **ends}
    return Problem(code, place, values=tuple((name, rounded(value)) for name, value in said.items()))


def _ranges(recipe: Recipe, m: Mapping[str, float], given: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    values = recipe.settings
    flagged = m["form"] * m["imminent"] * (1 - m["objection"])
    found = {
        "minors": (0.0, max(0.0, 1 - m["spouse"] - m["parent"])),
        "provisional": (0.0, values.size.ceiling * flagged + values.pathway.override),
        "converted": (0.0, values.size.ceiling * m["confirmed"]),
        "direct": (0.0, values.size.ceiling * (1 - m["provisional"])),
        "device": (0.0, values.size.ceiling * values.pathway.device_offered),
        "severe_180": (0.0, m["any_180"]),
        "near_lethal_180": (0.0, m["severe_180"]),
        "recorded_180": (0.0, m["any_180"]),
        "imminent": (0.0, most_imminent(given, tuple(values.items[POLICE_FORM]))),
    }
    if "kappa_decision" in given:
        found["kappa_decision"] = kappa_range(m["imminent"], given.get("imminent_social"))
    return found


def kappa_range(first: float, second: float | None = None) -> tuple[float, float]:
    """Lowest and highest Cohen's kappa of two raters who say yes with these shares; without the second share, over
    every value that it could have.

    Observed agreement lies between ``|first + second - 1|`` and ``1 - |first - second|`` (the bounds of Frechet); kappa
    is ``(po - pe) / (1 - pe)`` with ``pe`` fixed by the shares. Both shares 0, or both 1: kappa is 0 divided by 0, and
    the range is 0 to 0. Over every second share it is lowest where the two exclude each other and together are all
    (`second` = 1 - `first`), and 1 where both shares are the same.
    """
    if second is None:
        return kappa_range(first, 1 - first)[0], kappa_range(first, first)[1]
    by_chance = first * second + (1 - first) * (1 - second)
    if by_chance >= 1:
        return 0.0, 0.0
    low, high = abs(first + second - 1), 1 - abs(first - second)
    return (low - by_chance) / (1 - by_chance), (high - by_chance) / (1 - by_chance)


def most_imminent(given: Mapping[str, float], items: Sequence[str]) -> float:
    """Largest share of forms that can meet the rule when its items have these shares of yes answers.

    The rule is met when a section counts at least so many yes, so its share is at most the sum, over the sections, of
    the mean count divided by that number (Markov), and the mean count is the sum of the shares. Items without a target
    count as always yes.
    """
    definition = instruments.load(POLICE_FORM)
    assert definition.decision is not None
    met: Any = next(level for level in definition.levels if level.code == definition.decision.positive_from).when
    most = 0.0
    for condition in met:
        inside = [item for item in items if item in definition.score[condition.score].item_ids]
        most += sum(given.get(f"{POLICE_FORM}.{item}", 1.0) for item in inside) / condition.at_least
    return min(1.0, most)
