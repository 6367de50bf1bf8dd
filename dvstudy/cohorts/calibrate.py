"""A recipe moved to a team's own margins: what was wanted, what came out, which targets conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from dvstudy.cohorts import conflicts, search, solve
from dvstudy.cohorts.conflicts import near
from dvstudy.cohorts.margins import shares
from dvstudy.cohorts.recipe import Recipe, load_recipe
from dvstudy.cohorts.reference import population
from dvstudy.cohorts.targets import Target, read
from dvstudy.cohorts.trial import Trial, trial
from dvstudy.errors import CheckFailed, UsageError

COLUMNS: Final = (
    "target", "wanted", "achieved", "gap", "tolerance", "within", "low", "high", "against", "n", "source",
)  # fmt: skip
#: Steps that `progress` is told of.
STEPS: Final = ("items", "agreement", "accuracy", "whole", "conflicts")
#: Times that goals of the small population are corrected by what the whole one shows.
_CORRECTED: Final = 2


@dataclass(frozen=True)
class Calibrated:
    """A recipe and how near it came to its targets.

    Attributes
    ----------
    recipe
        The base recipe with the parameters that the targets asked for, each with its source.
    table
        One row a target: `wanted`, `achieved` in the recipe's reference population, `gap` (achieved less wanted),
        `tolerance` (see `conflicts.near`), `within`, `low` and `high` (the range that can be reached with the other
        targets as they are; empty for margins and for items that were met), `against` (for a target that was not met:
        the others without which it would be, see `conflicts.against`), `n`, `source`.
    """

    recipe: Recipe
    table: pd.DataFrame

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Targets that were not reached: with the others as they are, they cannot hold."""
        return tuple(self.table.loc[~self.table["within"], "target"])


def calibrate(
    recipe: str | Path | Recipe, targets: str | Path, *, name: str, progress: search.Progress | None = None
) -> Calibrated:
    """Move a recipe to the margins of a team's own aggregate counts.

    Parameters
    ----------
    recipe
        A shipped recipe, a recipe file, or a `Recipe`: what the targets leave open stays as it is there.
    targets
        Path of a CSV (or its text) with the columns `target`, `value`, `n`, `source`. A target is a margin of the
        recipe (``imminent``), the share of yes answers to an item among the forms that its rater filled in
        (``order146.q05``), ``auc_order146_severe``, ``auc_social_severe``, ``auc_danger_severe``,
        ``auc_sara_severe``, ``kappa_decision`` or ``imminent_social``.
    name
        Name of the new recipe.
    progress
        Called with the name of a step (`STEPS`) and the number of the round as each begins.

    Raises
    ------
    CheckFailed
        What `targets.read` finds is named before anything is simulated. Measures and items out of reach are listed
        together after the first search, each with its range: `auc_beyond` (above the AUC of the risk itself),
        `kappa_beyond`, `target_unreachable`.
    UsageError
        `margins_contradict`, with the range that a margin could have.

    Notes
    -----
    Margins are solved by root finding on expected probabilities (`tuning`). The rest is searched in a population of
    16,384 cases with fixed random numbers (`solve`, `accuracy`), evaluated in the whole reference population, and
    searched again with the goals corrected by the difference between the two, until all is within half a tolerance, at
    most twice. Items move the facts behind them (Newton, logit scale); a kappa the differences between raters (Brent),
    within it the social worker's share that profession's shift; an AUC the loadings of the outcome (Brent), several
    AUCs these and the shifts of the raters outside the police (least squares). Aggregate counts only: the recipe is
    `fitted` to margins, never to persons. What public figures do not identify stays as the base recipe assumes it.
    """
    base = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    wanted, say = read(targets, base), progress or search.silent
    made, reach = search.margins(base, wanted, name), solve.Reach()
    open_targets = [t for t in wanted if t.kind != "margin"]
    goals = {t.name: t.value for t in open_targets}
    for number in range(1 + _CORRECTED):
        made = search.measures(made, open_targets, goals, number, say, solve.Reach() if number else reach)
        if reach.faults:
            raise CheckFailed(name, list(reach.faults.values()))
        say("whole", number)
        seen = population(made)[0]
        whole = Trial(seen.population)
        achieved = {t.name: whole.value(t.name) for t in open_targets}
        done = all(abs(achieved[t.name] - t.value) <= near(made, t) / 2 for t in open_targets)
        if done or number == _CORRECTED:
            break
        small = trial(made)
        goals = {t.name: t.value - (achieved[t.name] - small.value(t.name)) for t in open_targets}
    achieved |= {name: float(top.sum() / bottom.sum()) for name, (top, bottom) in shares(seen).items() if bottom.sum()}
    missed = [t for t in open_targets if not conflicts.met(made, t, achieved[t.name] - t.value)]
    if missed:
        say("conflicts", 0)
    against = conflicts.against(made, wanted, missed, lambda kept: _alone(base, kept, name, goals))
    return Calibrated(made, _table(made, wanted, achieved, reach, against))


def _alone(base: Recipe, kept: Sequence[Target], name: str, goals: Mapping[str, float]) -> dict[str, float]:
    """How far some of the targets are from their goals when the others are left out, in the small population; nothing
    when margins contradict each other then."""
    measures = [t for t in kept if t.kind != "margin"]
    try:
        made = search.measures(search.margins(base, kept, name), measures, goals, 0, search.silent, solve.Reach())
    except UsageError:
        return {}
    found = trial(made)
    return {t.name: found.value(t.name) - goals[t.name] for t in measures}


def _table(
    recipe: Recipe,
    wanted: Sequence[Target],
    achieved: Mapping[str, float],
    reach: solve.Reach,
    against: Mapping[str, str],
) -> pd.DataFrame:
    rows = []
    for t in wanted:
        value, ends = achieved.get(t.name, np.nan), reach.ranges.get(t.name, (np.nan, np.nan))
        judged = (value, value - t.value, near(recipe, t), conflicts.met(recipe, t, value - t.value))
        rows.append((t.name, t.value, *judged, *ends, against.get(t.name, ""), t.n, t.source))
    return pd.DataFrame(rows, columns=list(COLUMNS))
