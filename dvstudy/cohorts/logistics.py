"""Time and work: response, hours of the people present, interviews of the victim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts.chain import Arm, Population
from dvstudy.cohorts.record import Scene
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tuning import Tuner


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
