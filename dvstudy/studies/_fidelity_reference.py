"""What a cohort is held against: another cohort, or a larger one of its own recipe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import numpy as np
import pandas as pd

from dvstudy import provenance
from dvstudy.checks import validated
from dvstudy.cohort import Cohort
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.recipe import BASE, Recipe, load_recipe, recipes
from dvstudy.cohorts.simulate import simulate
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.result import Quantity
from dvstudy.studies.parts import say
from dvstudy.studies.run import Statement

#: The word for what the recipe of a cohort implies.
RECIPE: Final = "recipe"
Reference = Cohort | Literal["recipe"] | None
#: As many times the cases of the cohort are simulated, up to so many; never fewer than it has.
_TIMES: Final = 10
_MOST: Final = 20_000


def resolved(cohort: Cohort, reference: Reference, seed: int) -> Cohort | None:
    """The cohort that `cohort` is held against.

    Raises
    ------
    UsageError
        `no_recipe_behind` when what a recipe implies is asked of a cohort that is not proven synthetic;
        `recipe_unreadable` when its parameters are not those of this version; `same_cohort` when both are one.
    """
    other = implied(cohort, seed) if isinstance(reference, str) else reference
    if other is not None and _same(cohort, other):
        raise UsageError("same_cohort", name=cohort.name)
    return other


def implied(cohort: Cohort, seed: int) -> Cohort:
    """A larger cohort of the same recipe, with a seed of its own that follows from the two seeds."""
    if not cohort.synthetic or cohort.recipe is None:
        raise UsageError("no_recipe_behind", name=cohort.name)
    known = cohort.recipe
    recipe = recipe_of(cohort)
    own = int(known["cases"])
    fresh = np.random.SeedSequence([int(known["seed"]), seed]).generate_state(2)
    chosen = int(next(s for s in fresh if s != known["seed"]))
    return simulate(recipe, seed=chosen, cases=max(own, min(_TIMES * own, _MOST)))


def recipe_of(cohort: Cohort) -> Recipe:
    """The recipe that a synthetic cohort was made with, from what is stored with it."""
    known = dict(cohort.recipe or {})
    name, wanted = str(known["name"]), known["parameter_hash"]
    if name in recipes() and (ready := load_recipe(name)).parameter_hash == wanted:
        return ready
    plain = {key: value for key, value in known["parameters"].items() if key not in ("name", "kind")}
    try:
        values = validated(Values, plain, name)
    except CheckFailed:
        raise UsageError("recipe_unreadable", name=name) from None
    kind = str(known["parameters"]["kind"])
    made = Recipe(name, str(known["title"]), kind, values, load_recipe(BASE).parameters, tuple(known["changed"]))
    if made.parameter_hash != wanted:
        raise UsageError("recipe_unreadable", name=name)
    return made


def described(other: Cohort, implied: bool) -> Statement:
    """What the cohort is held against, as a sentence."""
    n = Quantity(len(other.cases), "count", len(other.cases))
    if implied and other.recipe is not None:
        return say("fidelity.beside_recipe", name=other.name, n=n, seed=str(other.recipe["seed"]))
    return say("fidelity.beside", name=other.name, n=n)


def recorded(other: Cohort) -> dict[str, object]:
    """Provenance of the reference."""
    known = other.recipe or {}
    return {
        "reference": other.name,
        "reference_cases": len(other.cases),
        "reference_seed": known.get("seed", ""),
        "reference_parameter_hash": known.get("parameter_hash", ""),
        "reference_data": provenance.fingerprint(pd.DataFrame(other.cases)),
    }


def _same(one: Cohort, other: Cohort) -> bool:
    return len(one.cases) > 0 and all(a.equals(b) for a, b in _tables(one, other))


def _tables(one: Cohort, other: Cohort) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    yield from zip(one.tables().values(), other.tables().values(), strict=True)
    for name in {*one.answers, *other.answers}:
        yield one.answers.get(name, pd.DataFrame()), other.answers.get(name, pd.DataFrame())
