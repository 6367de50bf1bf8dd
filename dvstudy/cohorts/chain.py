"""The whole chain on one population, in both arms: the same cases, the same luck, two ways of working."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dvstudy.cohorts import facts as facts_of
from dvstudy.cohorts import habits, outcomes, pathway, people, places
from dvstudy.cohorts.forms import POLICE_FORM, Form, filled
from dvstudy.cohorts.numeric import linear
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.record import Contact, Scene
from dvstudy.cohorts.streams import Bools, Floats, Ints, Streams
from dvstudy.cohorts.tuning import Solving, Tuner, share

SHIFT, FORM = "imminent", "form"


@dataclass(frozen=True)
class Arm:
    """One way of working, applied to every case."""

    unified: bool
    form: Form
    imminent: Bools
    orders: pathway.Orders
    care: pathway.Care
    chances: outcomes.Chances


@dataclass(frozen=True)
class Population:
    """Everything that happens to a set of cases; `filled` says where a form was made."""

    scene: Scene
    filled: Bools
    usual: Arm
    unified: Arm
    hazard: outcomes.Hazard
    untreated: Floats
    protected: Floats

    @property
    def high_risk(self) -> Bools:
        return self.untreated >= self.scene.settings.outcomes.high_risk


@dataclass(frozen=True)
class Start:
    """People and places, before any fact but those `held` from an earlier episode; `shown` as in `Scene`."""

    settings: Values
    streams: Streams
    places: places.Places
    people: people.People
    intercepts: dict[str, float]
    held: Mapping[str, Bools] = field(default_factory=dict)
    shown: Mapping[str, Bools] = field(default_factory=dict)


def begin(values: Values, streams: Streams, cases: int, countries: int = 1) -> Start:
    """`cases` people in each of `countries` copies of the recipe's country."""
    where = places.build(values, streams, countries)
    who = people.draw(values, streams, where, cases)
    return Start(values, streams, where, who, facts_of.intercepts(values, people.mix(values)))


def run(start: Start, tuner: Tuner) -> Population:
    """Facts, forms, orders, care and outcomes in both arms. With a solving tuner, usual practice meets the margins."""
    scene = police_scene(start, tuner)
    form = filled(scene, POLICE_FORM, police(scene))
    made = _made(scene, tuner)
    orders, care = _decided(scene, tuner, form, made, unified=False)
    hazard = outcomes.hazard(scene, tuner, orders, care.services)
    usual = _arm(scene, tuner, form, made, hazard, orders, care, unified=False)
    joint = filled(scene, POLICE_FORM, police(scene, unified=True))
    unified = _arm(scene, tuner, joint, made, hazard, *_decided(scene, tuner, joint, made, unified=True), unified=True)
    without, under = outcomes.untreated(scene.settings, hazard), outcomes.protected(scene.settings, hazard)
    return Population(scene, made, usual, unified, hazard, without, under)


def police_scene(start: Start, tuner: Tuner) -> Scene:
    """The scene with its facts, their common shift such that the rule is met on the wanted share of forms."""

    def scene(shift: float) -> Scene:
        drawn = facts_of.draw(start.settings, start.streams, start.people, start.intercepts, shift, start.held)
        return Scene(start.settings, start.streams, start.places, start.people, drawn, start.shown)

    def met(shift: float) -> float:
        one = scene(shift)
        positive = filled(one, POLICE_FORM, police(one)).positive
        return float(np.average(positive, weights=_form_chance(one, Solving(start.settings.size.ceiling))))

    return scene(tuner.find(SHIFT, met, start.settings.margins.imminent, coarse=True))


def police(scene: Scene, unified: bool = False) -> Contact:
    """The officer's contact with every case; the unified form shares its luck, so that arms are comparable."""
    who = scene.places.crews["police_officer"]
    rater = who.at(scene.people.station, scene.streams.uniform("rater/police_officer", scene.people.n))
    never = np.zeros(scene.people.n)
    told, misread = habits.at_the_scene(scene)
    return Contact("police_officer", "police_officer", rater, never, never > 0, unified, told=told, misread=misread)


def social(scene: Scene) -> Contact:
    """The social worker's separate contact, days later; the victim has told it once before, to the officer."""
    who, n = scene.places.crews["social_worker"], scene.people.n
    rater = who.at(scene.people.station, scene.streams.uniform("rater/social_worker", n))
    reconciled = scene.streams.uniform("care/reconciled", n) < scene.settings.pathway.reconciled_before_visit
    told = scene.settings.switches.retelling_disclosure
    return Contact("social_worker", "social_worker", rater, pathway.visit_days(scene), reconciled, told=told)


def outside(scene: Scene, kind: str) -> Contact:
    """The contact of an advocate or a trained assessor of the county."""
    who, n = scene.places.crews[kind], scene.people.n
    rater: Ints = who.at(scene.people.county, scene.streams.uniform(f"rater/{kind}", n))
    never = np.zeros(n)
    return Contact(kind, kind, rater, never, never > 0)


def _form_covariates(scene: Scene) -> dict[str, Floats]:
    return {**scene.people.covariates, "injury_now": scene.facts.true["injury_now"].astype(np.float64)}


def _made(scene: Scene, tuner: Tuner) -> Bools:
    """Whether a form is filled: the same in both arms."""
    return np.asarray(scene.streams.uniform("pathway/form", scene.people.n) < _form_chance(scene, tuner))


def _form_chance(scene: Scene, tuner: Tuner) -> Floats:
    predictor = linear(scene.settings.pathway.form, _form_covariates(scene))
    return share(tuner, FORM, predictor, np.ones(scene.people.n, dtype=bool), scene.settings.margins.form)


def _decided(
    scene: Scene, tuner: Tuner, form: Form, made: Bools, *, unified: bool
) -> tuple[pathway.Orders, pathway.Care]:
    known = pathway.covariates(scene, form, made, unified)
    orders = pathway.decide(scene, tuner, known)
    return orders, pathway.care(scene, tuner, known, orders, unified)


def _arm(
    scene: Scene,
    tuner: Tuner,
    form: Form,
    made: Bools,
    hazard: outcomes.Hazard,
    orders: pathway.Orders,
    care: pathway.Care,
    *,
    unified: bool,
) -> Arm:
    chances = outcomes.chances(scene, tuner, hazard, orders, care.services, unified=unified)
    return Arm(unified, form, form.positive & made, orders, care, chances)
