"""One search for a recipe in the small population: margins given, then items, agreement and accuracy in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dvstudy.cohorts import solve
from dvstudy.cohorts.accuracy import accuracy
from dvstudy.cohorts.conflicts import met, near
from dvstudy.cohorts.recipe import Recipe
from dvstudy.cohorts.targets import AUCS, KAPPA, SOCIAL_SHARE, Target
from dvstudy.cohorts.trial import trial

#: Told of each step by its name, and of the number of the round.
Progress = Callable[[str, int], None]


def margins(base: Recipe, wanted: Sequence[Target], name: str) -> Recipe:
    """The base recipe with those margins that are targets."""
    return base.changed_to(name, {f"margins.{t.name}": (t.value, t.source) for t in wanted if t.kind == "margin"})


def measures(
    recipe: Recipe,
    targets: Sequence[Target],
    goals: Mapping[str, float],
    number: int,
    say: Progress,
    reach: solve.Reach,
) -> Recipe:
    """One search in the small population: items, then agreement, then accuracy."""
    asked = {t.name: t for t in targets}
    items, aucs = [t for t in targets if t.kind == "item"], [t for t in targets if t.name in AUCS]
    if items:
        say("items", number)
        recipe = solve.items(recipe, items, goals, solve.AGAIN if number else solve.ROUNDS)
        found = trial(recipe)
        solve.check_items(recipe, [t for t in items if not met(recipe, t, found.value(t.name) - goals[t.name])], reach)
    if asked.keys() & {KAPPA, SOCIAL_SHARE}:
        say("agreement", number)
        recipe = solve.agreement(recipe, asked, goals, reach)
        recipe = solve.items(recipe, items, goals, solve.AGAIN)
    if aucs:
        say("accuracy", number)
        recipe = accuracy(recipe, asked, goals, near(recipe, aucs[0]), reach)
    return recipe


def silent(step: str, number: int) -> None:
    """Progress for callers that want none."""
