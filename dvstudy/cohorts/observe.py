"""The observed side of a population: each case in the arm of its station, and what a study team would have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dvstudy.cohorts import chain, logistics
from dvstudy.cohorts.chain import Arm, Population
from dvstudy.cohorts.events import Happened, Underlying, happened, underlying
from dvstudy.cohorts.exits import Exits
from dvstudy.cohorts.numeric import expit, linear
from dvstudy.cohorts.record import Contact
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tuning import Tuner


@dataclass(frozen=True)
class Observation:
    """A population seen in the arms of its stations."""

    population: Population
    tuner: Tuner

    @cached_property
    def unified(self) -> Bools:
        scene = self.population.scene
        periods = scene.settings.unified.steps + 1
        period = scene.people.month * periods // scene.settings.places.months
        return period >= scene.places.step[scene.people.station]

    def of(self, read: Callable[[Arm], Floats]) -> Floats:
        """A number of each case, read from the arm of its station."""
        return np.where(self.unified, read(self.population.unified), read(self.population.usual))

    def whether(self, read: Callable[[Arm], Bools]) -> Bools:
        """A yes or no of each case, read from the arm of its station."""
        return np.where(self.unified, read(self.population.unified), read(self.population.usual))

    @cached_property
    def events(self) -> Underlying:
        return underlying(self.population)

    @cached_property
    def happened(self) -> tuple[Happened, Happened]:
        """Outcomes in usual practice and with the unified form."""
        arms = (self.population.usual, self.population.unified)
        usual, unified = (happened(self.population, self.events, arm, self.tuner) for arm in arms)
        return usual, unified

    def outcome(self, name: str) -> Bools:
        usual, unified = self.happened
        found: Bools = np.where(self.unified, getattr(unified, name), getattr(usual, name))
        return found

    @cached_property
    def work(self) -> tuple[logistics.Work, logistics.Work]:
        """Work in usual practice and with the unified form."""
        arms = (self.population.usual, self.population.unified)
        usual, unified = (logistics.work(self.population, arm) for arm in arms)
        return usual, unified

    @cached_property
    def response_minutes(self) -> Floats:
        return logistics.response_minutes(self.population.scene, self.tuner)

    def luck(self, name: str) -> Floats:
        scene = self.population.scene
        return scene.streams.uniform(f"observe/{name}", scene.people.n)

    def day(self, name: str) -> Floats:
        """The day of a first event of each case, in the arm of its station."""
        usual, unified = self.happened
        found: Floats = np.where(self.unified, getattr(unified, name), getattr(usual, name))
        return found

    @cached_property
    def exits(self) -> Exits:
        usual, unified = (one.exits for one in self.happened)
        return Exits(np.where(self.unified, unified.day, usual.day), np.where(self.unified, unified.kind, usual.kind))

    @cached_property
    def follow_up(self) -> tuple[Bools, Floats]:
        """Whether research follow-up was completed, at random or depending on the verdict (partial verification), and
        how many days it lasted: those who were lost were lost on any day before the end."""
        o = self.population.scene.settings.outcomes
        chance = np.full(self.population.scene.people.n, o.followed_up)
        if o.verification == "by_verdict":
            severe = o.verified_severe * self.outcome("severe")
            imminent = self.whether(lambda arm: arm.imminent)
            chance = expit(o.verified_intercept + o.verified_imminent * imminent + severe)
        luck = self.luck("follow_up")
        complete = luck < chance
        part = np.divide(luck - chance, 1 - chance, out=np.ones_like(luck), where=~complete)
        return complete, o.day * part

    @property
    def followed_up(self) -> Bools:
        return self.follow_up[0]

    @cached_property
    def adjudicated(self) -> tuple[Bools, Bools]:
        """Which cases the panel read, and what it found."""
        o = self.population.scene.settings.outcomes
        wrong = self.luck("panel_error") < o.panel_error
        return self.luck("panel") < o.panel, self.population.high_risk ^ wrong

    @cached_property
    def double_rated(self) -> Bools:
        forms = self.population.scene.settings.forms
        return self.population.filled & ~self.unified & (self.luck("double_rated") < forms.double_rated)

    @cached_property
    def danger(self) -> Bools:
        """Partner cases with a woman as the victim, seen by an advocate."""
        people = self.population.scene.people
        return people.couple & people.woman & (self.luck("danger") < self.population.scene.settings.forms.danger)

    @cached_property
    def sara(self) -> Bools:
        people = self.population.scene.people
        return people.couple & (self.luck("sara") < self.population.scene.settings.forms.sara)

    @cached_property
    def breaches_usual(self) -> tuple[Ints, Ints]:
        """Recorded breaches of provisional and of court orders in usual practice."""
        return self._breaches(self.population.usual)

    @cached_property
    def breaches(self) -> tuple[Ints, Ints]:
        """The same in the arm of each station."""
        usual, unified = self.breaches_usual, self._breaches(self.population.unified)
        return np.where(self.unified, unified[0], usual[0]), np.where(self.unified, unified[1], usual[1])

    def _breaches(self, arm: Arm) -> tuple[Ints, Ints]:
        """Drawn with means in proportion to propensity, lower with a device; the rates meet the margins."""
        scene, m = self.population.scene, self.population.scene.settings.margins
        device = np.where(arm.orders.monitored, scene.settings.outcomes.breach_device, 1)
        v = np.exp(linear(scene.settings.outcomes.breach, scene.people.covariates)) * device
        first, later = v[arm.orders.provisional], v[arm.orders.court]
        b1 = self.tuner.find(
            "breach_provisional", lambda a: float(np.mean(np.minimum(np.exp(a) * first, 1))), m.breach_provisional
        )
        b2 = self.tuner.find("breach_court", lambda a: float(np.mean(np.exp(a) * later)), m.breach_court)
        once = arm.orders.provisional & (self.luck("breach") < np.exp(b1) * v)
        often = logistics.poisson(np.where(arm.orders.court, np.exp(b2) * v, 0), self.luck("breaches"))
        return once.astype(np.int64), often

    @cached_property
    def through_112(self) -> Bools:
        return self.luck("through_112") < self.population.scene.settings.margins.through_112

    @cached_property
    def night(self) -> Bools:
        """Calls between 18:00 and 06:00."""
        return self.luck("night") < self.population.scene.settings.margins.night

    @cached_property
    def clock(self) -> tuple[Ints, Ints]:
        """Hour of the call and day of the week (0 is Monday)."""
        return logistics.hours(self.population.scene, self.night), logistics.weekdays(self.population.scene)


def observe(population: Population, tuner: Tuner) -> Observation:
    """The observed side; with a solving tuner the intercepts of response time and breaches are solved here."""
    seen = Observation(population, tuner)
    _ = seen.response_minutes, seen.breaches_usual
    return seen


def raters(seen: Observation) -> dict[str, Contact]:
    """The contacts whose forms end in the tables."""
    scene = seen.population.scene
    return {
        "social_worker": chain.social(scene),
        "advocate": chain.outside(scene, "advocate"),
        "trained_assessor": chain.outside(scene, "trained_assessor"),
    }
