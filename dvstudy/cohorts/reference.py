"""The reference population of a recipe: intercepts, true values, and what the margins scatter by. Solved once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from dvstudy.cohorts import (
    chain,
    episodes,
    estimands,
    estimands_pairs,
    estimands_register,
    estimands_scores,
    estimands_thresholds,
    estimands_worth,
    margins,
    observe,
    panel,
)
from dvstudy.cohorts.forms import DANGER, SOCIAL_SHEET, Form, filled, second_form
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.recipe import PANEL, REGISTRY, Recipe
from dvstudy.cohorts.record import Record
from dvstudy.cohorts.streams import Floats, Ints, Streams
from dvstudy.cohorts.tally import Groups, Row
from dvstudy.cohorts.truth import rounded
from dvstudy.cohorts.tuning import Solving
from dvstudy.tables import VICTIMS


@dataclass(frozen=True, eq=False)
class Reference:
    """What a recipe fixes whatever the seed of a cohort."""

    intercepts: dict[str, float]
    estimands: pd.DataFrame
    rules: pd.DataFrame
    calibration: pd.DataFrame
    spread: dict[str, float]


def reference(recipe: Recipe) -> Reference:
    """Intercepts and true values of a recipe, from a population of `size.reference` interventions.

    The population is several copies of the recipe's own country, with the seed `size.reference_seed`. What is solved
    is kept for as long as the process runs, since cohorts of different seeds share it, and so do recipes that differ in
    what no case depends on: their name, where their parameters come from, and, under a fixed law, their year.
    """
    solved = _solved(_nameless(recipe))
    sources = [recipe.parameters[f"margins.{name}"].origin() for name in solved.calibration["margin"]]
    return replace(solved, calibration=solved.calibration.assign(source=sources))


def _nameless(recipe: Recipe) -> Recipe:
    """The recipe without its name, and without its year where the law is the same in all."""
    values = recipe.settings
    if values.pathway.law == "fixed":
        values = values.model_copy(update={"places": values.places.model_copy(update={"first_year": 0})})
    return replace(recipe, name="", settings=values)


@lru_cache(maxsize=8)
def _solved(recipe: Recipe) -> Reference:
    seen, intercepts = population(recipe)
    groups = station_groups(recipe, seen)
    if recipe.kind == PANEL:
        found = pd.DataFrame(panel.estimands(seen.population, groups))
    elif recipe.kind == REGISTRY:
        found = pd.DataFrame(_register(recipe, intercepts))
    else:
        found = pd.DataFrame([*_thresholds(seen, groups), *_agreement(seen, groups), *_unified(seen, groups)])
    made = np.flatnonzero(seen.population.filled)
    surface = estimands.rules(subset(seen.population.usual.form, made), seen.population.usual.chances.severe[made])
    spread = margins.errors(seen, groups)
    return Reference(intercepts, rounded(found), rounded(surface), margins.compare(recipe, seen, spread), spread)


def population(recipe: Recipe) -> tuple[Observation, dict[str, float]]:
    """The reference population, its intercepts solved to the margins."""
    values = recipe.settings
    tuner = Solving(values.size.ceiling)
    countries = max(1, round(values.size.reference / values.size.cases))
    start = chain.begin(values, Streams(values.size.reference_seed), values.size.cases, countries)
    seen = observe.observe(chain.run(start, tuner), tuner)
    return seen, dict(tuner.solved)


def _register(recipe: Recipe, intercepts: dict[str, float]) -> list[Row]:
    """All episodes of as many pairs as the reference population has interventions."""
    size = recipe.settings.size
    countries = max(1, round(size.reference / size.cases))
    rounds = list(episodes.rounds(recipe.settings, size.reference_seed, size.cases, intercepts, countries))
    return estimands_register.linkage(rounds, group_of_station(recipe, rounds[0].seen), size.groups)


def station_groups(recipe: Recipe, seen: Observation) -> Groups:
    """The group of the station of each case."""
    group = group_of_station(recipe, seen)
    return Groups(group[seen.population.scene.people.station], recipe.settings.size.groups)


def group_of_station(recipe: Recipe, seen: Observation) -> Ints:
    """Stations of each area, in order of their volume, dealt into groups in turn."""
    scene, number = seen.population.scene, recipe.settings.size.groups
    group = np.empty(scene.places.stations, dtype=np.int64)
    for area in (True, False):
        stations = np.flatnonzero(scene.places.urban == area)
        group[stations[np.argsort(scene.places.share[stations], kind="stable")]] = np.arange(len(stations)) % number
    return group


def subset(form: Form, rows: Ints) -> Form:
    """The form in a selection of cases."""
    record = form.record
    kept = Record(record.items, record.yes[rows], record.missing[rows], record.tick[rows])
    scores = {name: score[rows] for name, score in form.scores.items()}
    return Form(form.instrument, form.contact, kept, scores, form.level[rows])


def _events(seen: Observation, rows: Ints) -> dict[str, Floats]:
    p = seen.population
    every = {"severe": p.usual.chances.severe, "no_order": p.untreated, "high_risk": p.high_risk.astype(np.float64)}
    return {name: value[rows] for name, value in every.items()}


def _thresholds(seen: Observation, groups: Groups) -> list[Row]:
    people, scene = seen.population.scene.people, seen.population.scene
    made = np.flatnonzero(seen.population.filled)
    kinds = {v: people.victim == k for k, v in enumerate(VICTIMS)} | {
        "couple": people.couple,
        "other_relation": ~people.couple,
    }
    here = {name: flag[made] for name, flag in kinds.items()}
    police = estimands.police(groups.only(made), subset(seen.population.usual.form, made), here, _events(seen, made))
    women = np.flatnonzero(people.couple & people.woman)
    form = subset(filled(scene, DANGER, chain.outside(scene, "advocate")), women)
    everyone = _events(seen, np.arange(people.n))
    more = [
        *estimands_thresholds.values(seen, groups, everyone),
        *estimands_scores.values(seen.population, groups, (form, women)),
        *estimands_worth.values(seen.population, groups),
    ]
    return [*police, *estimands.danger(groups.only(women), form, _events(seen, women)), *more]


def _agreement(seen: Observation, groups: Groups) -> list[Row]:
    """Officer and social worker under usual practice: the same form, then the two services' own forms."""
    scene, usual = seen.population.scene, seen.population.usual
    made = np.flatnonzero(seen.population.filled)
    contact = chain.social(scene)
    second = subset(second_form(scene, usual.form, contact), made)
    sheet = subset(filled(scene, SOCIAL_SHEET, contact), made)
    first, own = subset(usual.form, made), groups.only(made)
    same = estimands_pairs.same_form(own, first, second, np.ones(len(made)))
    visited = usual.care.visit_chance[made]
    return [*same, *estimands_pairs.decision("decision_sheet", own, first.positive, sheet.positive, visited)]


def _unified(seen: Observation, groups: Groups) -> list[Row]:
    """Both arms of the same cases, from expected values."""
    p, o = seen.population, seen.population.scene.settings.outcomes
    usual, unified = p.usual, p.unified
    work = seen.work
    everyone = np.ones(p.scene.people.n)
    asked = (p.high_risk & p.filled).astype(np.float64)
    pairs = {
        "missed_high_risk": (~usual.imminent, ~unified.imminent, asked * o.panel),
        "repeat_violence": (usual.chances.any, unified.chances.any, everyone * o.followed_up),
        "severe_violence": (usual.chances.severe, unified.chances.severe, everyone * o.followed_up),
        "person_hours": (work[0].expected_hours, work[1].expected_hours, everyone),
        "interviews": (work[0].expected_interviews, work[1].expected_interviews, everyone),
        "duplicate_assessment": (usual.care.duplicate_chance, unified.care.duplicate_chance, everyone),
    }
    station = p.scene.people.station
    return [
        row
        for name, (first, second, read) in pairs.items()
        for row in estimands_pairs.effect(
            name, groups, station, (first.astype(np.float64), second.astype(np.float64)), read
        )
    ]
