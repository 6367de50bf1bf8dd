"""Roots of a calibration: parameters moved in a small population until items, agreement and accuracy are as wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from dvstudy.cohorts.numeric import expit, logit
from dvstudy.cohorts.recipe import Recipe
from dvstudy.cohorts.streams import Floats
from dvstudy.cohorts.targets import AUCS, KAPPA, SOCIAL_SHARE, Target
from dvstudy.cohorts.trial import RATER, Trial, trial
from dvstudy.errors import UsageError

#: What an AUC moves first, and what a kappa moves: all these by one factor.
LOADINGS: Final = ("outcomes.risk", "outcomes.severe")
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
#: How closely a factor or a shift is found; step of a finite difference; weight of a shift beside a miss.
_NEAR, _STEP, _LIGHT = 1 / 2**7, 1 / 2**2, 1 / 2**4
#: Most steps of a search by least squares.
_TRIES: Final = 20
#: Rounds in which facts are moved to the shares of items: from the start, and again once other parameters moved.
ROUNDS, AGAIN = 6, 3

Ranges = dict[str, tuple[float, float]]


def shift_of(name: str) -> str | None:
    """The parameter that one AUC has for itself: how readily the instrument's own rater says yes."""
    who = RATER.get(AUCS.get(name, ""))
    return f"raters.{who}.shift" if who else None


def items(recipe: Recipe, targets: Sequence[Target], goals: Mapping[str, float], rounds: int) -> Recipe:
    """Facts behind the items made more or less common until the shares of yes answers hold: Newton steps on the logit
    scale, all at once, with fixed random numbers."""
    for _ in range(rounds if targets else 0):
        found, changes = trial(recipe), dict[str, tuple[Any, str]]()
        for target in targets:
            instrument, item = target.name.split(".")
            step = logit(inside(goals[target.name])) - logit(inside(found.value(target.name)))
            for fact in recipe.settings.items[instrument][item]:
                now = recipe.settings.facts[fact].prevalence
                moved = float(expit(np.array([logit(now) + step]))[0])
                changes[f"facts.{fact}.prevalence"] = inside(moved), target.source
        recipe = recipe.changed_to(recipe.name, changes)
    return recipe


def agreement(recipe: Recipe, targets: Mapping[str, Target], goals: Mapping[str, float]) -> tuple[Recipe, Ranges]:
    """Differences between raters scaled until the kappa of the verdict holds, and at each scale the social worker's
    shift found at which that profession's own share of imminent verdicts holds."""
    ranges: Ranges = {}

    def at(by: float) -> tuple[Recipe, Trial]:
        made = _scaled(recipe, SPREAD, by, targets[KAPPA]) if by != 1 else recipe
        found = trial(made)
        return _shifted(made, found, targets[SOCIAL_SHARE], goals, ranges) if SOCIAL_SHARE in targets else (made, found)

    if KAPPA not in targets:
        return at(1)[0], ranges
    goal = goals[KAPPA]
    best = _root(lambda by: at(by)[1].value(KAPPA) - goal, targets[KAPPA], goal, ranges)
    return at(best)[0], ranges


def _shifted(
    recipe: Recipe, found: Trial, target: Target, goals: Mapping[str, float], ranges: Ranges
) -> tuple[Recipe, Trial]:
    def at(shift: float) -> tuple[Recipe, Trial]:
        made = recipe.changed_to(recipe.name, {SOCIAL_SHIFT: (shift, f"moved to {target.name}; {target.source}")})
        return made, found.changed(made.settings)

    goal = goals[target.name]
    return at(_root(lambda shift: at(shift)[1].value(target.name) - goal, target, goal, ranges, -MOST))


def _root(
    gap: Callable[[float], float], target: Target, goal: float, ranges: Ranges, least: float = 0, most: float = MOST
) -> float:
    """Where `gap` is nought (Brent); out of reach, the end that comes nearest to a goal that was only corrected, and a
    fault for the target itself."""
    from scipy.optimize import brentq

    ends = {by: gap(by) for by in (least, most)}
    low, high = sorted(end + goal for end in ends.values())
    ranges[target.name] = low, high
    if not low < target.value < high:
        limits = {"low": f"{low:.3f}", "high": f"{high:.3f}"}
        raise UsageError("target_unreachable", target=target.name, wanted=f"{target.value:.3f}", **limits)
    if not low < goal < high:
        return float(min(ends, key=lambda by: abs(ends[by])))
    return float(brentq(gap, least, most, xtol=_NEAR))


def accuracy(
    recipe: Recipe, targets: Sequence[Target], goals: Mapping[str, float], tolerance: float
) -> tuple[Recipe, Ranges]:
    """Loadings of the outcome scaled until an AUC holds; of several AUCs, all at once by least squares, each instrument
    outside the police with a shift of its own rater besides."""
    from scipy.optimize import least_squares

    base = trial(recipe)
    shifts = [path for t in targets if (path := shift_of(t.name))] if len(targets) > 1 else []
    start = np.array([1, *(recipe.at(path) for path in shifts)], dtype=np.float64)
    seen: dict[tuple[float, ...], tuple[Recipe, Trial]] = {}

    def at(x: Floats) -> tuple[Recipe, Trial]:
        key = tuple(x)
        if key not in seen:
            made = _scaled(recipe, LOADINGS, float(x[0]), targets[0])
            moved = {
                p: (float(v), f"moved to the AUCs; {targets[0].source}") for p, v in zip(shifts, x[1:], strict=True)
            }
            made = made.changed_to(made.name, moved)
            seen[key] = made, base.changed(made.settings)
        return seen[key]

    def gaps(x: Floats) -> Floats:
        missed = [(at(x)[1].value(t.name) - goals[t.name]) / tolerance for t in targets]
        return np.array([*missed, *(_LIGHT * (x[1:] - start[1:]))])

    def slopes(x: Floats) -> Floats:
        """Steps as wide as scores that count simulated answers need; backwards, so that no bound is passed."""
        back = np.where(x - least < _STEP, -_STEP, _STEP)
        moved = [(gaps(x) - gaps(x - step)) / step.sum() for step in np.diag(back)]
        return np.column_stack(moved)

    least, most = np.array([0.0, *[-MOST] * len(shifts)]), np.full(len(start), float(MOST))
    ranges = _reachable(targets, (at(least)[1], at(most)[1]))
    if shifts:
        found = least_squares(
            gaps, np.clip(start, least, most), slopes, (least, most), xtol=_NEAR / MOST, ftol=_NEAR, max_nfev=_TRIES
        )
        return at(found.x)[0], ranges
    goal = goals[targets[0].name]
    best = _root(lambda by: at(np.array([by]))[1].value(targets[0].name) - goal, targets[0], goal, {})
    return at(np.array([best]))[0], ranges


def _reachable(targets: Sequence[Target], ends: tuple[Trial, Trial]) -> Ranges:
    """Range of each AUC between no loadings and the largest; a target above what the risk itself would reach is named
    as such, one outside the range with the range."""
    ranges = {}
    for target in targets:
        name, wanted = target.name, f"{target.value:.3f}"
        risk, facts = ends[1].most(name)
        low, high = (end.value(name) for end in ends)
        ranges[name] = low, high
        if target.value > risk:
            most = {"risk": f"{risk:.3f}", "facts": f"{facts:.3f}", "high": f"{high:.3f}"}
            raise UsageError("auc_beyond", target=name, wanted=wanted, **most)
        if not low < target.value < high:
            limits = {"low": f"{low:.3f}", "high": f"{high:.3f}"}
            raise UsageError("target_unreachable", target=name, wanted=wanted, **limits)
    return ranges


def _scaled(recipe: Recipe, paths: Sequence[str], by: float, target: Target) -> Recipe:
    source = f"scaled to {target.name}; {target.source}"
    return recipe.changed_to(recipe.name, {path: (_times(recipe.at(path), by), source) for path in paths})


def _times(value: Any, by: float) -> Any:
    return {k: v * by for k, v in value.items()} if isinstance(value, Mapping) else value * by


def inside(share: float) -> float:
    """A share away from 0 and 1, where its logit is finite."""
    return float(min(max(share, 1 / 2**10), 1 - 1 / 2**10))
