"""A recipe moved to a team's own margins: what was wanted, what came out, which targets conflict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from dvstudy.cohorts import solve
from dvstudy.cohorts.forms import POLICE_FORM
from dvstudy.cohorts.margins import COUNTED, shares
from dvstudy.cohorts.recipe import Recipe, load_recipe
from dvstudy.cohorts.reference import population
from dvstudy.cohorts.targets import AUCS, KAPPA, SOCIAL_SHARE, Target, read
from dvstudy.cohorts.trial import Trial, trial

COLUMNS: Final = (
    "target",
    "wanted",
    "achieved",
    "gap",
    "tolerance",
    "within",
    "low",
    "high",
    "against",
    "n",
    "source",
)
#: Steps that `progress` is told of.
STEPS: Final = ("items", "agreement", "accuracy", "whole")
#: Times that goals of the small population are corrected by what the whole one shows.
_CORRECTED: Final = 2
#: An AUC or a kappa is met when it is as near as this many tolerances of a share: two decimals, as they are printed.
_COARSER: Final = 4

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Calibrated:
    """A recipe and how near it came to its targets.

    Attributes
    ----------
    recipe
        The base recipe with the parameters that the targets asked for, each with its source.
    table
        One row a target: `wanted`, `achieved` in the recipe's reference population, `gap` (achieved less wanted),
        `tolerance` (three standard errors of the team's own count, or the recipe's smallest tolerance where that is
        more; four times the latter for an AUC or a kappa), `within`, `low` and `high` (the range that can be reached
        with the other targets as they are; empty for margins and items), `against` (for a target that was not met: the
        others that pull at the same parameters), `n`, `source`.
    """

    recipe: Recipe
    table: pd.DataFrame

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Targets that were not reached: with the others as they are, they cannot hold."""
        return tuple(self.table.loc[~self.table["within"], "target"])


def calibrate(
    recipe: str | Path | Recipe, targets: str | Path, *, name: str, progress: Progress | None = None
) -> Calibrated:
    """Move a recipe to the margins of a team's own aggregate counts.

    Parameters
    ----------
    recipe
        A shipped recipe, a recipe file, or a `Recipe`: what the targets leave open stays as it is there.
    targets
        Path of a CSV (or its text) with the columns `target`, `value`, `n`, `source`. A target is a margin of the
        recipe (``imminent``), the share of yes answers to an item among the forms that its rater filled in
        (``order146.q05``), ``auc_order146_severe``, ``auc_danger_severe``, ``auc_sara_severe``, ``kappa_decision`` or
        ``imminent_social``.
    name
        Name of the new recipe.
    progress
        Called with the name of a step (`STEPS`) and the number of the round as each begins.

    Raises
    ------
    CheckFailed
        See `targets.read`: named before anything is simulated.
    UsageError
        `margins_contradict`, with the range that a margin could have; `auc_beyond` for an AUC above that of the risk
        itself; `target_unreachable` for another measure out of reach, with its range.

    Notes
    -----
    Margins are solved by root finding on expected probabilities (`tuning`). The rest is searched in a population of
    16,384 cases with fixed random numbers (`solve`), evaluated in the whole reference population, and searched again
    with the goals corrected by the difference between the two, until all is within half a tolerance, at most twice.
    Items move the facts behind them (Newton, logit scale); a kappa the differences between raters (Brent), within it
    the social worker's share that profession's shift; an AUC the loadings of the outcome (Brent), several AUCs these
    and the shifts of the raters outside the police (least squares). Aggregate counts only: the recipe is `fitted` to
    margins, never to persons. What public figures do not identify stays as the base recipe assumes it.
    """
    base = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    wanted = read(targets, base)
    made = base.changed_to(name, {f"margins.{t.name}": (t.value, t.source) for t in wanted if t.kind == "margin"})
    open_targets = [t for t in wanted if t.kind != "margin"]
    say, ranges, goals = progress or _silent, solve.Ranges(), {t.name: t.value for t in open_targets}
    for number in range(1 + _CORRECTED):
        made = _searched(made, open_targets, goals, ranges, number, say)
        say("whole", number)
        seen = population(made)[0]
        whole = Trial(seen.population)
        achieved = {t.name: whole.value(t.name) for t in open_targets}
        if all(abs(achieved[t.name] - t.value) <= _tolerance(made, t) / 2 for t in open_targets):
            break
        small = trial(made) if number < _CORRECTED else whole
        goals = {t.name: t.value - (achieved[t.name] - small.value(t.name)) for t in open_targets}
    margins = {name: float(top.sum() / bottom.sum()) for name, (top, bottom) in shares(seen).items() if bottom.sum()}
    return Calibrated(made, _table(made, wanted, margins | achieved, ranges))


def _searched(
    recipe: Recipe,
    targets: Sequence[Target],
    goals: Mapping[str, float],
    ranges: solve.Ranges,
    number: int,
    say: Progress,
) -> Recipe:
    """One search in the small population: items, then agreement, then accuracy; the ranges of the first stay."""
    asked = {t.name: t for t in targets}
    items, aucs = [t for t in targets if t.kind == "item"], [t for t in targets if t.name in AUCS]
    if items:
        say("items", number)
        recipe = solve.items(recipe, items, goals, solve.AGAIN if number else solve.ROUNDS)
    if asked.keys() & {KAPPA, SOCIAL_SHARE}:
        say("agreement", number)
        recipe, found = solve.agreement(recipe, asked, goals)
        ranges.update(found if not number else {})
        recipe = solve.items(recipe, items, goals, solve.AGAIN)
    if aucs:
        say("accuracy", number)
        recipe, found = solve.accuracy(recipe, aucs, goals, _COARSER * recipe.settings.size.tolerance)
        ranges.update(found if not number else {})
    return recipe


def _table(
    recipe: Recipe, wanted: Sequence[Target], achieved: Mapping[str, float], ranges: solve.Ranges
) -> pd.DataFrame:
    rows = []
    for t in wanted:
        gap, tolerance = achieved[t.name] - t.value, _tolerance(recipe, t)
        within = bool(abs(gap) <= tolerance)
        against = (
            "" if within else ", ".join(o.name for o in wanted if o != t and _pulls(recipe, t) & _pulls(recipe, o))
        )
        ends = ranges.get(t.name, (np.nan, np.nan))
        rows.append((t.name, t.value, achieved[t.name], gap, tolerance, within, *ends, against, t.n, t.source))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _pulls(recipe: Recipe, target: Target) -> set[str]:
    """Parameters that are moved until a target holds."""
    if target.name in AUCS:
        own = solve.shift_of(target.name)
        return {*solve.LOADINGS, *([own] if own else [])}
    if target.kind == "item":
        instrument, item = target.name.split(".")
        common = {"margins.imminent"} if instrument == POLICE_FORM else set[str]()
        return {*recipe.settings.items[instrument][item], *common}
    agreed = {*solve.SPREAD, solve.SOCIAL_SHIFT}
    return agreed if target.name in (KAPPA, SOCIAL_SHARE) else {f"margins.{target.name}"}


def _tolerance(recipe: Recipe, target: Target) -> float:
    size = recipe.settings.size
    if target.name in AUCS or target.name == KAPPA:
        return _COARSER * size.tolerance
    spread = target.value if target.name in COUNTED else target.value * (1 - target.value)
    return max(size.tolerance, size.errors * float(np.sqrt(spread / target.n)))


def _silent(step: str, number: int) -> None:
    """Progress for callers that want none."""
