"""Recipe and seed in, cohort out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dvstudy.checks import arguments, whole
from dvstudy.cohort import Cohort
from dvstudy.cohorts import assessments, chain, episodes, margins, observe, panel, registry, tables, truth
from dvstudy.cohorts.forms import POLICE_FORM
from dvstudy.cohorts.law import CALENDAR_OFFSET
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.recipe import PANEL, REGISTRY, Recipe, load_recipe
from dvstudy.cohorts.reference import Reference, reference
from dvstudy.cohorts.streams import Streams
from dvstudy.cohorts.tuning import Fixed
from dvstudy.errors import Problem, UsageError

Progress = Callable[[str], None]


def simulate(
    recipe: str | Path | Recipe, *, seed: int, cases: int | None = None, progress: Progress | None = None
) -> Cohort:
    """A synthetic cohort with known truth. Research and training only: whatever comes out was put in.

    Parameters
    ----------
    recipe
        Name of a shipped recipe (`recipes()`), path of a team's own recipe file, or a `Recipe`.
    seed
        The same recipe, seed and number of cases give the same tables, bit for bit.
    cases
        Interventions to simulate (vignettes of a panel, pairs of people of a register); the recipe's own number when
        None. True values do not change with it.
    progress
        Called with ``"calibrate"``, ``"simulate"``, ``"write"`` as these steps begin.

    Returns
    -------
    Cohort
        `truth` holds `cases` (latents, true risk, potential outcomes under usual practice and under the unified form
        for the same cases), `facts` (one column a construct), `estimands` (estimand, term, group, value, mcse: true
        values in a reference population of at least 100,000 interventions), `rules` (true accuracy of every rule of
        the family) and `calibration` (target and achieved of every margin). An analysis must not read it.

    Raises
    ------
    CheckFailed
        For a faulty recipe.
    UsageError
        When the recipe's margins contradict each other; `WrongArguments` for a seed that is no whole number from 0 on
        or `cases` that are none from 1 on.

    Notes
    -----
    The model is described in ``docs/cohorts.md``. Checked there: margins, closed-form risks against drawn events,
    zero effects in a null world, agreement and AUC against the design's prototype. Not evidence about Romania.
    """
    arguments(whole("seed", seed, 0), whole("cases", 1 if cases is None else cases, 1))
    chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    arguments(_too_many(chosen, cases))
    say = progress or _silent
    say("calibrate")
    fixed = reference(chosen)
    say("simulate")
    return _MAKERS[chosen.kind](chosen, int(seed), cases, fixed, say)


def calibration(source: Cohort | str | Path | Recipe) -> pd.DataFrame:
    """Target, achieved, tolerance and source of every margin.

    Of a cohort: as stored with it, its cases under usual practice, with the tolerance of its size. Of a recipe: in
    its reference population.

    Raises
    ------
    UsageError
        `no_calibration`: a cohort that was made from no recipe has no margins to meet.
    CheckFailed
        For a faulty recipe.
    """
    if isinstance(source, Cohort):
        if "calibration" not in source.truth:
            raise UsageError("no_calibration", name=source.name)
        return source.truth["calibration"]
    return reference(source if isinstance(source, Recipe) else load_recipe(source)).calibration.copy()


def draw(values: Values, seed: int, cases: int, intercepts: dict[str, float]) -> Observation:
    """One cohort with given intercepts."""
    tuner = Fixed(intercepts)
    return observe.observe(chain.run(chain.begin(values, Streams(seed), cases), tuner), tuner)


def _cohort(recipe: Recipe, seed: int, cases: int | None, fixed: Reference, say: Progress) -> Cohort:
    seen = draw(recipe.settings, seed, cases or recipe.cases, fixed.intercepts)
    say("write")
    key = recipe.parameter_hash
    ids = tables.case_ids(key, seen.population.scene.people.n)
    forms, answers = assessments.tables(seen, ids, key)
    return Cohort(
        name=recipe.name,
        cases=tables.cases(seen, ids),
        assessments=forms,
        answers=answers,
        orders=tables.orders(seen, ids, key),
        outcomes=tables.outcomes(seen, ids),
        services=tables.services(seen, ids, key),
        recipe=_about(recipe, seed, len(ids)),
        truth={
            "cases": truth.cases(seen, ids),
            "facts": truth.facts(seen.population, ids),
            "estimands": fixed.estimands.copy(),
            "rules": fixed.rules.copy(),
            "calibration": margins.compare(recipe, seen, fixed.spread),
        },
    )


def _panel(recipe: Recipe, seed: int, cases: int | None, fixed: Reference, say: Progress) -> Cohort:
    pool, chosen = panel.draw(recipe.settings, seed, cases or recipe.cases, fixed.intercepts)
    say("write")
    ids = tables.case_ids(recipe.parameter_hash, len(chosen))
    found, answers = panel.tables(pool, chosen, ids, recipe.parameter_hash)
    return Cohort(
        name=recipe.name,
        answers={POLICE_FORM: answers},
        recipe=_about(recipe, seed, len(ids)),
        truth={
            **panel.hidden(pool, chosen, ids),
            "estimands": fixed.estimands.copy(),
            "calibration": fixed.calibration.copy(),
        },
        cases=found["cases"],
        assessments=found["assessments"],
        outcomes=found["outcomes"],
    )


def _register(recipe: Recipe, seed: int, cases: int | None, fixed: Reference, say: Progress) -> Cohort:
    """`cases` pairs of people and all their episodes. True values are those of the study of linkage; the margins are
    those of the first episodes."""
    rounds = list(episodes.rounds(recipe.settings, seed, cases or recipe.cases, fixed.intercepts))
    say("write")
    made = registry.register(rounds, recipe.parameter_hash)
    margin = margins.compare(recipe, rounds[0].seen, fixed.spread)
    truth_of = {**made.truth, "estimands": fixed.estimands.copy(), "calibration": margin}
    about = _about(recipe, seed, len(rounds[0].pair))
    observed: dict[str, Any] = made.observed
    return Cohort(name=recipe.name, answers=made.answers, recipe=about, truth=truth_of, **observed)


#: Kind of a recipe -> what makes a cohort of it.
_MAKERS: Final = {"cohort": _cohort, PANEL: _panel, REGISTRY: _register}


def _about(recipe: Recipe, seed: int, cases: int) -> dict[str, Any]:
    """What a cohort says of its own making."""
    return {
        "name": recipe.name,
        "title": recipe.title,
        "seed": seed,
        "cases": cases,
        "parameter_hash": recipe.parameter_hash,
        "calendar_offset_years": CALENDAR_OFFSET,
        "changed": list(recipe.changed),
        "assumptions": [path for path, p in recipe.parameters.items() if p.assumed],
        "parameters": recipe.plain,
    }


def _too_many(recipe: Recipe, cases: int | None) -> Iterator[Problem]:
    """The fault of more cases than the range of their number in the recipe."""
    limits = recipe.parameters["size.cases"].range
    if cases is not None and isinstance(limits, list) and cases > limits[-1]:
        yield Problem("too_many_cases", "cases", str(cases), values=(("limit", int(limits[-1])),))


def _silent(step: str) -> None:
    """Progress for callers that want none."""
