"""Is a target met, and if not, which of the others stand in its way: found by leaving them out in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from dvstudy.cohorts import solve
from dvstudy.cohorts.accuracy import LOADINGS, shift_of
from dvstudy.cohorts.forms import POLICE_FORM
from dvstudy.cohorts.margins import COUNTED
from dvstudy.cohorts.recipe import Recipe
from dvstudy.cohorts.targets import AUCS, KAPPA, SOCIAL_SHARE, Target

#: An AUC or a kappa is met when it is as near as this many tolerances of a share: two decimals, as they are printed.
_COARSER: Final = 4


def near(recipe: Recipe, target: Target) -> float:
    """How near is near enough: three standard errors of the team's own count (`size.errors`; of a count per order those
    of a Poisson count), or the recipe's smallest tolerance where that is more; for an AUC or a kappa four times the
    latter, whatever the team's own error."""
    size = recipe.settings.size
    if target.name in AUCS or target.name == KAPPA:
        return _COARSER * size.tolerance
    spread = target.value if target.name in COUNTED else target.value * (1 - target.value)
    return max(size.tolerance, size.errors * float(np.sqrt(spread / target.n)))


def met(recipe: Recipe, target: Target, gap: float) -> bool:
    """Whether a target is as near as it has to be."""
    return bool(abs(gap) <= near(recipe, target))


def against(
    recipe: Recipe,
    wanted: Sequence[Target],
    missed: Sequence[Target],
    without: Callable[[Sequence[Target]], Mapping[str, float]],
) -> dict[str, str]:
    """For each missed target the others that keep it from its value: each of those without which alone it is met, or,
    when no single one is enough, all that pull at its parameters if it is met without them; else nothing.

    `without` searches a recipe for the targets it is given, in the small population, and says how far each is off.
    """
    tried: dict[frozenset[str], Mapping[str, float]] = {}

    def helps(target: Target, left_out: Sequence[Target]) -> bool:
        names = frozenset(o.name for o in left_out)
        if names not in tried:
            tried[names] = without([o for o in wanted if o.name not in names])
        return met(recipe, target, tried[names].get(target.name, np.inf))

    found = {}
    for target in missed:
        own = _pulls(recipe, target)
        rivals = [o for o in wanted if o != target and own & _pulls(recipe, o)]
        alone = [o for o in rivals if helps(target, [o])]
        together = rivals if not alone and len(rivals) > 1 and helps(target, rivals) else alone
        found[target.name] = ", ".join(o.name for o in together)
    return found


def _pulls(recipe: Recipe, target: Target) -> set[str]:
    """Parameters that are moved until a target holds, if no other target keeps them where they are."""
    if target.name in AUCS:
        own = shift_of(target.name, ())
        return {*LOADINGS, *([own] if own else [])}
    if target.kind == "item":
        instrument, item = target.name.split(".")
        common = {"margins.imminent"} if instrument == POLICE_FORM else set[str]()
        return {*recipe.settings.items[instrument][item], *common}
    agreed = {*solve.SPREAD, solve.SOCIAL_SHIFT}
    return agreed if target.name in (KAPPA, SOCIAL_SHARE) else {f"margins.{target.name}"}
