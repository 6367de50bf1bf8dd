"""How a fact becomes an answer: construal, disclosure, the rater's severity, false answers, missing answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dvstudy.cohorts.facts import Facts, fact_class, fact_fit
from dvstudy.cohorts.numeric import expit, logit
from dvstudy.cohorts.parameters import CLASSES, Rater
from dvstudy.cohorts.people import People
from dvstudy.cohorts.places import Crew, Places
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.streams import Bools, Floats, Ints, Streams


@dataclass(frozen=True)
class Contact:
    """One meeting of a rater with each case.

    `name` names its random streams, with the instrument that is filled in. `days` since the episode; `reconciled`
    before it; `unified` cases are asked with the unified form. `told` is added to what the victim tells, `misread` to
    the chance of answering about a neighbouring fact.
    """

    name: str
    kind: str
    rater: Ints
    days: Floats
    reconciled: Bools
    unified: bool = False
    shared_story: bool = False
    told: Floats | float = 0.0
    misread: Floats | float = 0.0


@dataclass(frozen=True)
class Record:
    """What was written: `yes` and `missing`, one row a case, one column an item; never both."""

    items: tuple[str, ...]
    yes: Bools
    missing: Bools
    tick: Bools


@dataclass(frozen=True)
class Scene:
    """What every rater meets; `shown` are facts that a register shows to the officer, whoever tells of them or not."""

    settings: Values
    streams: Streams
    places: Places
    people: People
    facts: Facts
    shown: Mapping[str, Bools] = field(default_factory=dict)

    @property
    def halo(self) -> Floats:
        weights, people = self.settings.record.halo, self.people
        injury = self.facts.true["injury_now"] - self.settings.facts["injury_now"].prevalence
        return weights["injury_now"] * injury + weights["prior_any"] * people.covariates["prior_any"]


def fill(scene: Scene, contact: Contact, instrument: str) -> Record:
    """Answers of one rater to each item of an instrument in every case."""
    items = scene.settings.items[instrument]
    ids = tuple(items)
    yes = np.empty((scene.people.n, len(ids)), dtype=bool)
    missing = np.empty_like(yes)
    rater = _Rating(scene, contact, instrument)
    for column, item in enumerate(ids):
        yes[:, column], missing[:, column] = rater.answer(item, items[item])
    yes &= ~missing
    crew = scene.places.crews[contact.kind]
    return Record(ids, yes, missing, crew.tick[contact.rater])


class _Rating:
    """One rater's tendencies at each case, by class of item; answers one item at a time."""

    def __init__(self, scene: Scene, contact: Contact, instrument: str) -> None:
        values, people = scene.settings, scene.people
        self.scene, self.contact, self.streams = scene, contact, f"{contact.name}/{instrument}"
        self.kind: Rater = getattr(values.raters, contact.kind)
        self.crew = scene.places.crews[contact.kind]
        self.classes = values.classes.all()
        self.halo = scene.halo
        weight = np.array([c.disclosure for c in self.classes])
        story = "story" if contact.shared_story else contact.name
        told = people.disclosure + values.record.contact_sd * scene.streams.normal(f"{story}/contact", people.n)
        told = told + contact.told
        strange = np.outer(people.language, [getattr(values.switches.language_shift, name) for name in CLASSES])
        self.told = (told[:, None] + strange) * weight
        self.severity = self._severity(self.crew)
        self.shift = self._shift(self.crew, weight)
        misread = np.where(self.crew.trained[contact.rater], self.kind.construal_trained, self.kind.construal)
        self.misread = misread * (values.unified.construal_factor if contact.unified else 1) + contact.misread

    def answer(self, item: str, facts: Sequence[str]) -> tuple[Bools, Bools]:
        scene, record = self.scene, self.scene.settings.record
        k = fact_class(scene.settings, facts[0])
        of = self.classes[k]
        true, asked = self._asked(item, facts)
        fit = self._fit(facts[0])
        z = self.severity[:, k]
        logit_true = logit(of.sensitivity) + self.told[:, k] + z + self.shift[:, k] + record.halo_true * self.halo
        logit_false = logit(of.false_yes) + record.severity_false * z + record.halo_false * self.halo
        if of.told:
            logit_false = logit_false + record.strategic_false * scene.people.covariates["strategic"]
        chance = fit * expit(np.where(asked, logit_true, logit_false))
        yes = scene.streams.uniform(f"{self.streams}/{item}/answer", scene.people.n) < chance
        blank = scene.streams.uniform(f"{self.streams}/{item}/missing", scene.people.n) < self._missing(k, true)
        return yes, blank

    def _asked(self, item: str, facts: Sequence[str]) -> tuple[Bools, Bools]:
        """Whether the item is true, and whether the fact that the rater has in mind is."""
        scene, n = self.scene, self.scene.people.n
        true = np.logical_or.reduce([scene.facts.true[f] for f in facts])
        absent = np.multiply.reduce([1 - scene.facts.propensity[f] for f in facts])
        neighbour = scene.streams.uniform(f"{self.streams}/{item}/neighbour", n) >= absent
        misread = scene.streams.uniform(f"{self.streams}/{item}/construal", n) < self.misread
        return true, np.where(misread, neighbour, true)

    def _fit(self, fact: str) -> Floats:
        fit = fact_fit(self.scene.settings, fact)
        if self.contact.unified:
            fit = np.maximum(fit, self.scene.settings.unified.fit_floor)
        return fit[self.scene.people.fit_group]

    def _severity(self, crew: Crew) -> Floats:
        """Class effects, general severity, county practice, the deviation of this one assessment, and how items work in
        this group of cases (n x classes)."""
        scene, contact, values = self.scene, self.contact, self.scene.settings
        factor = self.kind.sd_factor * (values.unified.sd_factor if contact.unified else 1)
        spread = factor * np.array([c.rater_sd for c in self.classes])
        own = crew.general[contact.rater] + self.kind.county * scene.places.recording[crew.county[contact.rater]]
        own = own + values.record.assess_sd * scene.streams.normal(f"{contact.name}/assessment", scene.people.n)
        return crew.classes[contact.rater] * spread + own[:, None] + self._dif()

    def _dif(self) -> Floats:
        """Differential item functioning by the victim's sex and age and by area (n x classes)."""
        known, dif = self.scene.people.covariates, self.scene.settings.dif
        total: Floats = np.zeros((self.scene.people.n, len(CLASSES)))
        for group in ("man", "minor", "rural"):
            shift = np.array([getattr(getattr(dif, group), name) for name in CLASSES])
            if shift.any():
                total += np.outer(known[group], shift)
        return total

    def _shift(self, crew: Crew, weight: Floats) -> Floats:
        """Training, ticking, and what this kind of rater is told, on a true fact (n x classes)."""
        kind, contact, values = self.kind, self.contact, self.scene.settings
        training = np.array([kind.training_sensitive if c.sensitive else kind.training_other for c in self.classes])
        gain = 0 if contact.shared_story else kind.disclosure_gain
        gain += values.unified.disclosure_gain if contact.unified else 0
        own = kind.shift + kind.tick_shift * crew.tick[contact.rater] + kind.rural_shift * ~self.scene.people.urban
        own = own + self._over_time(crew)
        own = own + kind.per_day * contact.days + kind.reconciled_shift * contact.reconciled
        trained: Floats = np.outer(crew.trained[contact.rater], kind.training * training)
        return own[:, None] + trained + gain * weight

    def _over_time(self, crew: Crew) -> Floats:
        """How far this kind of rater, and this rater, have moved by the month of each case."""
        scene, record = self.scene, self.scene.settings.record
        since = scene.people.month - (scene.settings.places.months - 1) / 2
        moved: Floats = (record.trend + record.drift_sd * crew.drift[self.contact.rater]) * since
        return moved

    def _missing(self, k: int, true: Bools) -> Floats:
        """Chance of no answer. mnar: falls with disclosure, rises with a sensitive fact. mar: only what can be seen."""
        record, people, of = self.scene.settings.record, self.scene.people, self.classes[k]
        base = np.full(people.n, record.missing_intercept)
        if record.mechanism == "mcar":
            return expit(base)
        known = people.disclosure if record.mechanism == "mnar" else people.disclosure_seen
        base = base + record.missing_disclosure * of.disclosure * known
        if record.mechanism == "mnar" and of.sensitive:
            base = base + record.missing_fact * true
        return expit(base)


def reasons(scene: Scene, contact: Contact, instrument: str, record: Record) -> Ints:
    """Why each missing answer is missing: 0 does not know, 1 refused, 2 not asked; -1 where there is an answer."""
    shares, values = scene.settings.record.reasons, scene.settings.record
    never = np.where(record.tick, values.not_asked_tick, shares.not_asked)
    knows = (1 - never) * shares.does_not_know / (shares.does_not_know + shares.refused)
    found = np.full(record.yes.shape, -1, dtype=np.int64)
    for column, item in enumerate(record.items):
        u = scene.streams.uniform(f"{contact.name}/{instrument}/{item}/reason", scene.people.n)
        why = np.where(u < knows, 0, np.where(u < 1 - never, 1, 2))
        found[:, column] = np.where(record.missing[:, column], why, -1)
    return found
