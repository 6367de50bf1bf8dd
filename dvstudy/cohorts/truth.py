"""The truth beside a cohort: latents, potential outcomes in both arms, and facts, case by case."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dvstudy import instruments
from dvstudy.cohorts.chain import Population
from dvstudy.cohorts.events import potential
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.parameters import LATENTS
from dvstudy.cohorts.streams import Bools

PLACES: Final = 6


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers to six decimals, so that they are the same in a text file and on every machine."""
    numbers = frame.select_dtypes("float64").columns
    return frame.assign(**{name: frame[name].round(PLACES) + 0.0 for name in numbers})


def cases(seen: Observation, ids: pd.Index) -> pd.DataFrame:
    """Latents, true risk, and what would have happened in usual practice and with the unified form."""
    population = seen.population
    people, high = population.scene.people, population.high_risk
    frame = pd.DataFrame(
        {
            **{name: people.latent[:, k] for k, name in enumerate(LATENTS)},
            "disclosure": people.disclosure,
            "strategic": people.strategic,
            "prior": people.prior,
            "form_filled": population.filled,
            "risk_no_order": population.untreated,
            "risk_order": population.protected,
            "high_risk": high,
            "language_mismatch": people.language,
            "through_112": seen.through_112,
            "night": seen.night,
        },
        index=ids,
    )
    for name, order in (("no_order", False), ("order", True)):
        frame[f"repeat_{name}"], frame[f"severe_{name}"] = potential(population, seen.events, order=order)
    for name, arm, happened, work in zip(
        ("usual", "unified"), (population.usual, population.unified), seen.happened, seen.work, strict=True
    ):
        frame[f"imminent_{name}"] = arm.imminent
        frame[f"missed_{name}"] = _missed(population, arm.imminent)
        frame[f"provisional_{name}"] = arm.orders.provisional
        frame[f"court_{name}"] = arm.orders.court
        frame[f"duplicate_{name}"] = arm.care.duplicate
        frame[f"services_{name}"] = arm.care.services
        frame[f"repeat_{name}"] = happened.repeat
        frame[f"severe_{name}"] = happened.severe
        frame[f"near_lethal_{name}"] = happened.near_lethal
        frame[f"expected_repeat_{name}"] = arm.chances.any
        frame[f"expected_severe_{name}"] = arm.chances.severe
        frame[f"expected_recorded_{name}"] = arm.chances.recorded
        frame[f"expected_hours_{name}"] = work.expected_hours
        frame[f"expected_interviews_{name}"] = work.expected_interviews
    return rounded(frame)


def facts(population: Population, ids: pd.Index) -> pd.DataFrame:
    """The gold facts: one column a construct, those that join several facts included."""
    true = dict(population.scene.facts.true)
    for name, items in population.scene.settings.items.items():
        definition = instruments.load(name)
        for item, parts in items.items():
            joined = np.logical_or.reduce([population.scene.facts.true[part] for part in parts])
            true.setdefault(definition.item[item].construct_id, joined)
    return pd.DataFrame(true, index=ids)


def _missed(population: Population, imminent: Bools) -> pd.arrays.BooleanArray:
    """Whether a truly high-risk case with a form was missed by the rule; empty for the others."""
    asked = population.high_risk & population.filled
    return pd.arrays.BooleanArray(~imminent, ~asked)
