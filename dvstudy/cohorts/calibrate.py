"""A recipe moved to a team's own margins: what was wanted, what came out, which targets conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.cohorts import chain
from dvstudy.cohorts.forms import DANGER, POLICE_FORM, Form, filled
from dvstudy.cohorts.margins import COUNTED, shares
from dvstudy.cohorts.numeric import expit, logit
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.recipe import Recipe, load_recipe
from dvstudy.cohorts.reference import population, reference
from dvstudy.cohorts.targets import MEASURES, Target, read
from dvstudy.errors import UsageError

COLUMNS: Final = ("target", "wanted", "achieved", "tolerance", "within", "low", "high", "n", "source")
_OUTCOME: Final = ("outcomes.risk", "outcomes.severe")
#: Target -> the parameters that are multiplied, together, until it holds.
_SCALED: Final[Mapping[str, tuple[str, ...]]] = {
    "kappa_decision": (
        "record.assess_sd",
        "raters.police_officer.general_sd",
        "raters.police_officer.sd_factor",
        "raters.social_worker.general_sd",
        "raters.social_worker.sd_factor",
    ),
    "auc_order146_severe": _OUTCOME,
    "auc_danger_severe": _OUTCOME,
}
#: Largest factor that is tried.
_MOST: Final = 3
#: Rounds in which facts are moved to the shares of items: from the start, and again after each scaling.
_ROUNDS, _AGAIN = 6, 2
#: An AUC or a kappa is met when it is as near as this many tolerances of a share: two decimals, as they are printed.
_COARSER: Final = 4


@dataclass(frozen=True)
class Calibrated:
    """A recipe and how near it came to its targets.

    Attributes
    ----------
    recipe
        The base recipe with the parameters that the targets asked for, each with its source.
    table
        One row a target: `wanted`, `achieved` in the recipe's reference population, `tolerance` (three standard errors
        of the team's own count, or the recipe's smallest tolerance where that is more; four times the latter for an AUC
        or a kappa), `within`, `low` and `high` (the range that can be reached with the other targets as they are; empty
        for margins, which are solved exactly), `n`, `source`.
    """

    recipe: Recipe
    table: pd.DataFrame

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Targets that were not reached: with the others as they are, they cannot hold."""
        return tuple(self.table.loc[~self.table["within"], "target"])


def calibrate(recipe: str | Path | Recipe, targets: str | Path, *, name: str) -> Calibrated:
    """Move a recipe to the margins of a team's own aggregate counts.

    Parameters
    ----------
    recipe
        A shipped recipe, a recipe file, or a `Recipe`: what the targets leave open stays as it is there.
    targets
        Path of a CSV (or its text) with the columns `target`, `value`, `n`, `source`. A target is a margin of the
        recipe (``imminent``), the share of yes answers to an item among the forms that its rater filled in
        (``order146.q05``), ``auc_order146_severe``, ``auc_danger_severe`` or ``kappa_decision``.
    name
        Name of the new recipe.

    Raises
    ------
    CheckFailed
        See `targets.read`: named before anything is simulated.
    UsageError
        `margins_contradict`, with the range that a margin could have; `target_unreachable` for an AUC or a kappa.

    Notes
    -----
    Margins are solved by root finding on expected probabilities (`tuning`). Shares of items: Newton steps on the logit
    scale of the facts behind them, all at once, with fixed random numbers. A kappa scales the differences between
    raters, an AUC the loadings of the outcome (Brent). Aggregate counts only: the recipe is `fitted` to margins, never
    to persons. What public figures do not identify stays as the base recipe assumes it.
    """
    base = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    wanted = read(targets, base)
    by_kind = {kind: [t for t in wanted if t.kind == kind] for kind in ("margin", "item", "measure")}
    made = base.changed_to(name, {f"margins.{t.name}": (t.value, t.source) for t in by_kind["margin"]})
    ranges: dict[str, tuple[float, float]] = {}
    made = _items(made, by_kind["item"], _ROUNDS)
    for target in by_kind["measure"]:
        made, ranges[target.name] = _measure(made, target)
        made = _items(made, by_kind["item"], _AGAIN)
    return Calibrated(made, _table(made, wanted, ranges))


def _items(recipe: Recipe, targets: Sequence[Target], rounds: int) -> Recipe:
    """Facts behind the items made more or less common until the shares of yes answers hold."""
    for _ in range(rounds if targets else 0):
        achieved = recorded(population(recipe)[0], targets)
        changes = {}
        for target in targets:
            instrument, item = target.name.split(".")
            step = logit(_inside(target.value)) - logit(_inside(achieved[target.name]))
            for fact in recipe.settings.items[instrument][item]:
                now = recipe.settings.facts[fact].prevalence
                moved = float(expit(np.array([logit(now) + step]))[0])
                changes[f"facts.{fact}.prevalence"] = (_inside(moved), target.source)
        recipe = recipe.changed_to(recipe.name, changes)
    return recipe


def recorded(seen: Observation, targets: Sequence[Target]) -> dict[str, float]:
    """Share of yes answers to each item among the forms of its usual rater, missing answers left out."""
    p = seen.population
    people, scene = p.scene.people, p.scene
    everyone = p.filled
    forms: dict[str, tuple[Form, Any]] = {}
    for instrument in dict.fromkeys(t.name.split(".")[0] for t in targets):
        if instrument == POLICE_FORM:
            forms[instrument] = p.usual.form, everyone
        elif instrument == DANGER:
            forms[instrument] = filled(scene, DANGER, chain.outside(scene, "advocate")), people.couple & people.woman
        else:
            forms[instrument] = filled(scene, instrument, chain.social(scene)), everyone
    found = {}
    for target in targets:
        instrument, item = target.name.split(".")
        form, among = forms[instrument]
        column = form.record.items.index(item)
        answered = among & ~form.record.missing[:, column]
        found[target.name] = float(form.record.yes[answered, column].mean())
    return found


def _measure(recipe: Recipe, target: Target) -> tuple[Recipe, tuple[float, float]]:
    """The recipe with one group of parameters scaled so that a kappa or an AUC holds, and the range it can have."""
    from scipy.optimize import brentq

    def scaled(by: float) -> Recipe:
        source = f"scaled to {target.name}; {target.source}"
        changes = {path: (_times(recipe.at(path), by), source) for path in _SCALED[target.name]}
        return recipe.changed_to(recipe.name, changes)

    def gap(by: float) -> float:
        return measured(scaled(by), target.name) - target.value

    ends = [gap(float(by)) for by in (0, _MOST)]
    low, high = sorted(end + target.value for end in ends)
    if not low < target.value < high:
        limits = {"low": f"{low:.3f}", "high": f"{high:.3f}"}
        raise UsageError("target_unreachable", target=target.name, wanted=f"{target.value:.3f}", **limits)
    by = float(brentq(gap, 0, _MOST, xtol=1 / 2**7))
    return scaled(by), (low, high)


def measured(recipe: Recipe, target: str) -> float:
    """The true value of a kappa or an AUC in the recipe's reference population."""
    estimand, term = MEASURES[target]
    table = reference(recipe).estimands
    row = table[(table["estimand"] == estimand) & (table["term"] == term) & (table["group"] == "all")]
    return float(row["value"].iloc[0])


def _table(recipe: Recipe, wanted: Sequence[Target], ranges: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    seen = population(recipe)[0]
    margins = {name: float(top.sum() / bottom.sum()) for name, (top, bottom) in shares(seen).items() if bottom.sum()}
    items = recorded(seen, [t for t in wanted if t.kind == "item"])
    rows = []
    for t in wanted:
        achieved = measured(recipe, t.name) if t.kind == "measure" else (margins | items)[t.name]
        tolerance = _tolerance(recipe, t)
        low, high = ranges.get(t.name, (np.nan, np.nan))
        within = abs(achieved - t.value) <= tolerance
        rows.append((t.name, t.value, achieved, tolerance, bool(within), low, high, t.n, t.source))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _tolerance(recipe: Recipe, target: Target) -> float:
    size = recipe.settings.size
    if target.kind == "measure":
        return _COARSER * size.tolerance
    spread = target.value if target.name in COUNTED else target.value * (1 - target.value)
    return max(size.tolerance, size.errors * float(np.sqrt(spread / target.n)))


def _times(value: Any, by: float) -> Any:
    return {k: v * by for k, v in value.items()} if isinstance(value, Mapping) else value * by


def _inside(share: float) -> float:
    """A share away from 0 and 1, where its logit is finite."""
    return float(min(max(share, 1 / 2**10), 1 - 1 / 2**10))
