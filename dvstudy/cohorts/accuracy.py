"""Roots of a calibration: the outcome, and how readily raters say yes, moved until the AUCs of scores are as wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from dvstudy.cohorts.limits import out_of_reach
from dvstudy.cohorts.recipe import Recipe
from dvstudy.cohorts.solve import MOST, NEAR, Reach, root, scaled
from dvstudy.cohorts.streams import Floats
from dvstudy.cohorts.targets import AUCS, KAPPA, SOCIAL_SHARE, Target
from dvstudy.cohorts.trial import RATER, SOCIAL, Trial, trial
from dvstudy.errors import UsageError

#: What an AUC moves first: all these by one factor.
LOADINGS: Final = ("outcomes.risk", "outcomes.severe")
#: Step of a finite difference; weight of a shift beside a miss; most steps of a search by least squares.
_STEP, _LIGHT, _TRIES = 1 / 2**2, 1 / 2**4, 20
#: Step by which a factor too large for the margins comes down.
_WIDER: Final = 1 / 2


def shift_of(name: str, asked: Sequence[str]) -> str | None:
    """The parameter that one AUC has for itself: how readily the instrument's own rater says yes. The social worker's
    is not free where agreement with the officer is `asked` for."""
    who = RATER.get(AUCS.get(name, ""))
    held = who == SOCIAL and bool({KAPPA, SOCIAL_SHARE} & set(asked))
    return f"raters.{who}.shift" if who and not held else None


def accuracy(
    recipe: Recipe, asked: Mapping[str, Target], goals: Mapping[str, float], tolerance: float, reach: Reach
) -> Recipe:
    """Loadings of the outcome scaled until an AUC holds; of several AUCs, all at once by least squares, each instrument
    outside the police with a shift of its own rater besides."""
    targets = [asked[name] for name in AUCS if name in asked]
    search = _Search(recipe, targets, list(asked) if len(targets) > 1 else None)
    _reachable(targets, search, reach)
    if search.shifts:
        return search.at(_least(search, goals, tolerance))[0]
    target, goal, bounds = targets[0], goals[targets[0].name], (0.0, float(search.most[0]))
    best = root(lambda by: search.at(np.array([by]))[1].value(target.name) - goal, target, goal, Reach(), bounds)
    return search.at(np.array([best]))[0]


class _Search:
    """Recipes by the factor of the loadings and the shifts of raters, each with its trial, kept as they are made."""

    def __init__(self, recipe: Recipe, targets: Sequence[Target], asked: Sequence[str] | None) -> None:
        self.recipe, self.targets, self.base = recipe, targets, trial(recipe)
        shifts = [shift_of(t.name, asked) for t in targets] if asked is not None else []
        self.shifts = [path for path in shifts if path]
        self.start = np.array([1, *(recipe.at(path) for path in self.shifts)], dtype=np.float64)
        self.least = np.array([0.0, *[-MOST] * len(self.shifts)])
        self._seen: dict[tuple[float, ...], tuple[Recipe, Trial]] = {}
        self.most = np.array([self._largest(), *[MOST] * len(self.shifts)], dtype=np.float64)

    def _largest(self) -> float:
        """The largest factor at which the margins still hold: at most `MOST`, and at least that of the recipe."""
        for by in np.arange(MOST, 1, -_WIDER):
            try:
                self.at(np.array([by, *self.start[1:]]))
            except UsageError:
                continue
            return float(by)
        return 1.0

    def at(self, x: Floats) -> tuple[Recipe, Trial]:
        key = tuple(x)
        if key not in self._seen:
            first = self.targets[0]
            made = scaled(self.recipe, LOADINGS, float(x[0]), first)
            said = f"moved to the AUCs; {first.source}"
            made = made.changed_to(
                made.name, {path: (float(v), said) for path, v in zip(self.shifts, x[1:], strict=True)}
            )
            self._seen[key] = made, self.base.changed(made.settings)
        return self._seen[key]


def _least(search: _Search, goals: Mapping[str, float], tolerance: float) -> Floats:
    """Where the AUCs miss their goals least, with little weight on how far shifts moved."""
    from scipy.optimize import least_squares

    def gaps(x: Floats) -> Floats:
        missed = [(search.at(x)[1].value(t.name) - goals[t.name]) / tolerance for t in search.targets]
        return np.array([*missed, *(_LIGHT * (x[1:] - search.start[1:]))])

    def slopes(x: Floats) -> Floats:
        """Steps as wide as scores that count simulated answers need; backwards, so that no bound is passed."""
        back = np.where(x - search.least < _STEP, -_STEP, _STEP)
        return np.column_stack([(gaps(x) - gaps(x - step)) / step.sum() for step in np.diag(back)])

    start, bounds = np.clip(search.start, search.least, search.most), (search.least, search.most)
    found = least_squares(gaps, start, slopes, bounds, xtol=NEAR / MOST, ftol=NEAR, max_nfev=_TRIES)
    return np.asarray(found.x, dtype=np.float64)


def _reachable(targets: Sequence[Target], search: _Search, reach: Reach) -> None:
    """Range of each AUC between no loadings and the largest. A target above what the risk itself would reach is a
    fault, since no score orders cases better than the risk that the events are drawn from; so is one outside the range
    where only the loadings move it."""
    ends = [search.at(np.array([by, *search.start[1:]]))[1] for by in (0.0, search.most[0])]
    for target in targets:
        risk, facts = ends[1].most(target.name)
        low, high = sorted(end.value(target.name) for end in ends)
        reach.ranges[target.name] = low, high
        if target.value > risk:
            said = {"risk": risk, "facts": facts, "high": high}
            reach.faults[target.name] = out_of_reach("auc_beyond", target.name, target.value, **said)
        elif not low < target.value < high and f"raters.{RATER.get(AUCS[target.name])}.shift" not in search.shifts:
            said = {"low": low, "high": high}
            reach.faults[target.name] = out_of_reach("target_unreachable", target.name, target.value, **said)
