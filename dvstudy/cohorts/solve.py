"""Roots of a calibration: parameters moved in a small population until shares of items and agreement are as wanted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from dvstudy.cohorts.limits import kappa_range, out_of_reach
from dvstudy.cohorts.numeric import expit, logit
from dvstudy.cohorts.recipe import Recipe
from dvstudy.cohorts.targets import KAPPA, SOCIAL_SHARE, Target
from dvstudy.cohorts.trial import Trial, trial
from dvstudy.errors import Problem, UsageError

#: What a kappa moves: all these by one factor.
SPREAD: Final = (
    "record.assess_sd",
    "raters.police_officer.general_sd",
    "raters.police_officer.sd_factor",
    "raters.social_worker.general_sd",
    "raters.social_worker.sd_factor",
)
#: How readily the social worker says yes (logit).
SOCIAL_SHIFT: Final = "raters.social_worker.shift"
#: Largest factor, and largest shift of a rater on the logit scale, that are tried.
MOST: Final = 3
#: How closely a factor or a shift is found.
NEAR: Final = 1 / 2**7
#: Rounds in which facts are moved to the shares of items: from the start, and again once other parameters moved.
ROUNDS, AGAIN = 6, 3


@dataclass(frozen=True)
class Reach:
    """What a search learns about its targets: the range of each measure with the other targets as they are, and the
    faults of those outside it."""

    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    faults: dict[str, Problem] = field(default_factory=dict)


def items(recipe: Recipe, targets: Sequence[Target], goals: Mapping[str, float], rounds: int) -> Recipe:
    """Facts behind the items made more or less common until the shares of yes answers hold: steps on the logit scale,
    all at once, with fixed random numbers. An item answers to the mean of its facts; of facts that several items share
    the smallest steps that serve all of them are taken, or, when none do, those that miss least."""
    named = (t.name.split(".") for t in targets)
    asked = [recipe.settings.items[instrument][item] for instrument, item in named]
    facts = list(dict.fromkeys(fact for behind in asked for fact in behind))
    weights = np.array([[(fact in behind) / len(behind) for fact in facts] for behind in asked])
    sources = {fact: t.source for t, behind in zip(targets, asked, strict=True) for fact in behind}
    for _ in range(rounds if targets else 0):
        found = trial(recipe)
        missed = [logit(inside(goals[t.name])) - logit(inside(found.value(t.name))) for t in targets]
        steps = np.linalg.lstsq(weights, np.array(missed), rcond=None)[0]
        now = np.array([logit(recipe.settings.facts[fact].prevalence) for fact in facts])
        moved = zip(facts, expit(now + steps), strict=True)
        changes = {f"facts.{fact}.prevalence": (inside(float(share)), sources[fact]) for fact, share in moved}
        recipe = recipe.changed_to(recipe.name, changes)
    return recipe


def check_items(recipe: Recipe, missed: Sequence[Target], reach: Reach) -> None:
    """Range of each item that was missed, from the facts behind it never to always there and all else as it is; a fault
    where the target lies outside: then raters, silence and errors keep it from there, not another target."""
    for target in missed:
        instrument, item = target.name.split(".")
        facts = recipe.settings.items[instrument][item]
        low, high = (_with_facts(recipe, facts, share, target) for share in (0, 1))
        reach.ranges[target.name] = low, high
        if target.value < low or target.value > high:
            reach.faults[target.name] = out_of_reach(
                "target_unreachable", target.name, target.value, low=low, high=high
            )


def _with_facts(recipe: Recipe, facts: Sequence[str], share: float, target: Target) -> float:
    """The share of yes when these facts are as common as this; NaN when margins then contradict each other."""
    changes = {f"facts.{fact}.prevalence": (inside(share), target.source) for fact in facts}
    try:
        return trial(recipe.changed_to(recipe.name, changes)).value(target.name)
    except UsageError:
        return math.nan


def agreement(recipe: Recipe, targets: Mapping[str, Target], goals: Mapping[str, float], reach: Reach) -> Recipe:
    """Differences between raters scaled until the kappa of the verdict holds, and at each scale the social worker's
    shift found at which that profession's own share of imminent verdicts holds."""

    def at(by: float, reach: Reach) -> tuple[Recipe, Trial]:
        made = scaled(recipe, SPREAD, by, targets[KAPPA]) if by != 1 else recipe
        found = trial(made)
        return _shifted(made, found, targets[SOCIAL_SHARE], goals, reach) if SOCIAL_SHARE in targets else (made, found)

    if KAPPA not in targets:
        return at(1, reach)[0]
    target, goal = targets[KAPPA], goals[KAPPA]
    ends = {float(by): at(by, Reach())[1] for by in (0, MOST)}
    best = root(
        lambda by: (ends[by] if by in ends else at(by, Reach())[1]).value(KAPPA) - goal, target, goal, reach, (0, MOST)
    )
    if KAPPA in reach.faults:
        reach.faults[KAPPA] = _beyond(recipe, target, reach.ranges[KAPPA], ends[0].value(SOCIAL_SHARE))
    return at(best, reach)[0]


def _beyond(recipe: Recipe, target: Target, ends: tuple[float, float], second: float) -> Problem:
    """The fault of a kappa out of reach: what raters can reach, and what any raters with these shares could."""
    first = recipe.settings.margins.imminent
    most = kappa_range(first, second)[1]
    said = {"low": ends[0], "high": ends[1], "first": first, "second": second, "most": most}
    return out_of_reach("kappa_beyond", target.name, target.value, **said)


def _shifted(
    recipe: Recipe, found: Trial, target: Target, goals: Mapping[str, float], reach: Reach
) -> tuple[Recipe, Trial]:
    def at(shift: float) -> tuple[Recipe, Trial]:
        made = recipe.changed_to(recipe.name, {SOCIAL_SHIFT: (shift, f"moved to {target.name}; {target.source}")})
        return made, found.changed(made.settings)

    goal = goals[target.name]
    return at(root(lambda shift: at(shift)[1].value(target.name) - goal, target, goal, reach, (-MOST, MOST)))


def root(
    gap: Callable[[float], float], target: Target, goal: float, reach: Reach, bounds: tuple[float, float]
) -> float:
    """Where `gap` is nought (Brent); out of reach, the end that comes nearest, and a fault if the target itself, not
    only its corrected goal, is out of reach."""
    from scipy.optimize import brentq

    ends = {by: gap(by) for by in map(float, bounds)}
    low, high = sorted(end + goal for end in ends.values())
    reach.ranges[target.name] = low, high
    if not low < target.value < high:
        reach.faults[target.name] = out_of_reach("target_unreachable", target.name, target.value, low=low, high=high)
    if not low < goal < high:
        return float(min(ends, key=lambda by: abs(ends[by])))
    return float(brentq(gap, *bounds, xtol=NEAR))


def scaled(recipe: Recipe, paths: Sequence[str], by: float, target: Target) -> Recipe:
    """The recipe with parameters, or all their entries, times a factor."""
    source = f"scaled to {target.name}; {target.source}"
    return recipe.changed_to(recipe.name, {path: (_times(recipe.at(path), by), source) for path in paths})


def _times(value: Any, by: float) -> Any:
    return {k: v * by for k, v in value.items()} if isinstance(value, Mapping) else value * by


def inside(share: float) -> float:
    """A share away from 0 and 1, where its logit is finite."""
    return float(min(max(share, 1 / 2**10), 1 - 1 / 2**10))
