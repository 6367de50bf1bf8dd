"""Time and work: response, hours of the people present, interviews of the victim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts.chain import Arm, Population
from dvstudy.cohorts.record import Scene
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tuning import Tuner
from dvstudy.tables import NIGHT, RELATIONS, VICTIMS


@dataclass(frozen=True)
class Work:
    """Hours and interviews of one arm, as drawn and as expected given what was decided."""

    hours: Floats
    interviews: Ints
    expected_hours: Floats
    expected_interviews: Floats


def response_minutes(scene: Scene, tuner: Tuner) -> Floats:
    """Minutes to arrival: lognormal with a median by area, scaled so that the margin within the goal holds."""
    from scipy.special import ndtr

    p, n = scene.settings.logistics, scene.people.n
    median = np.log(np.where(scene.people.urban, p.urban_minutes, p.rural_minutes))
    goal = np.log(p.minutes_goal)

    def within(a: float) -> float:
        return float(np.mean(ndtr((goal - median + a) / p.minutes_sd)))

    a = tuner.find("within_10", within, scene.settings.margins.within_10)
    return np.exp(median - a + p.minutes_sd * scene.streams.normal("logistics/response", n))


def hours(scene: Scene, night: Bools) -> Ints:
    """Hour of each call, by the recipe's weights inside the night and inside the day."""
    p, found = scene.settings.logistics, np.zeros(scene.people.n, dtype=np.int64)
    weights, clock = np.array(p.hours), np.arange(len(p.hours))
    luck = scene.streams.uniform("logistics/hour", scene.people.n)
    dark = (clock >= NIGHT[0]) | (clock < NIGHT[1])
    for part, here in ((dark, night), (~dark, ~night)):
        sums = np.cumsum(np.where(part, weights, 0))
        found[here] = np.searchsorted(sums / sums[-1], luck[here], side="right")
    return found


def weekdays(scene: Scene) -> Ints:
    """Day of the week of each call, 0 for Monday, with more calls on a day of the weekend."""
    weight = np.where(np.arange(7) < 5, 1, scene.settings.logistics.weekend)
    sums = np.cumsum(weight)
    return np.searchsorted(sums / sums[-1], scene.streams.uniform("logistics/weekday", scene.people.n), side="right")


def ages(scene: Scene) -> Ints:
    """Number of the age band of each victim (`dvstudy.tables.AGES`): minors, then adults by relation."""
    people, p = scene.people, scene.settings.logistics.ages
    shares = np.cumsum([getattr(p, relation) for relation in RELATIONS], axis=1)
    shares /= shares[:, -1:]
    luck = scene.streams.uniform("people/age", people.n)
    adult = 1 + (luck[:, None] >= shares[people.relation]).sum(axis=1)
    return np.where(people.victim == VICTIMS.index("minor"), 0, adult)


def tablets(scene: Scene) -> Bools:
    """Whether the officer works on a tablet."""
    return scene.streams.uniform("logistics/tablet", scene.people.n) < scene.settings.forms.tablet


def work(population: Population, arm: Arm) -> Work:
    """Person-hours of police and social worker, and interviews of the victim.

    The police file is lognormal with the stated mean, shorter when risk is not imminent; a joint visit needs part of
    the hours of a separate one. Interviews are 1 plus a Poisson number that is higher after a repeated assessment.
    """
    scene, p, n = population.scene, population.scene.settings.logistics, population.scene.people.n
    mean = np.where(tablets(scene), p.tablet_hours, p.paper_hours) * np.where(arm.imminent, 1, p.hours_not_imminent)
    luck = np.exp(p.hours_sd * scene.streams.normal("logistics/hours", n) - p.hours_sd**2 / 2)
    visit = p.visit_hours * np.where(arm.care.joint, scene.settings.unified.joint_hours, 1) * arm.care.visit
    rate = p.interviews + np.where(arm.care.duplicate, p.interviews_duplicate, p.interviews_single)
    return Work(
        hours=mean * luck + visit,
        interviews=1 + poisson(rate, scene.streams.uniform("logistics/interviews", n)),
        expected_hours=mean + visit,
        expected_interviews=1 + rate,
    )


def poisson(rate: Floats, luck: Floats) -> Ints:
    """Poisson numbers by inversion, so that the arms share their luck."""
    from scipy.special import pdtr

    number = np.zeros(len(rate), dtype=np.int64)
    left = luck > np.exp(-rate)
    while left.any():
        number[left] += 1
        left[left] = luck[left] > pdtr(number[left], rate[left])
    return number
