"""Typed parameters of what the base recipe leaves off: habits, items that work differently, exits, episodes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dvstudy.cohorts.parameters import Count, NotNegative, Section, Share


class Classes(Section):
    """One number a class of item."""

    visible: float
    threat: float
    coercive: float
    sexual: float
    substance: float
    history: float
    context: float


class Dif(Section):
    """Differential item functioning: how much more (logit) an item is answered with yes, at the same traits."""

    man: Classes
    minor: Classes
    rural: Classes


class Switches(Section):
    """Habits at the contact, each with its share and its size; with a share of 0 it is off."""

    language: Share
    language_shift: Classes
    perpetrator_present: Share
    perpetrator_shift: float
    alone: Share
    alone_construal: Share
    retelling_disclosure: float
    retelling_court: float
    tick_runs: Share
    gaming_down: Share
    gaming_up: Share
    gaming_after: Annotated[int, Field(ge=0)]
    memory_seen: Share
    memory_copied: Share


class Exits(Section):
    """Daily hazards of what ends or lessens exposure to violence, and what is left of it afterwards."""

    left: NotNegative
    left_court: NotNegative
    left_factor: Share
    detained: NotNegative
    detained_severe: Share
    died: NotNegative
    lethal: Share


class Registry(Section):
    """Further episodes of the same two people, and whether their records are linked."""

    episodes: Count
    drift_mean: float
    drift_sd: NotNegative
    linkage: Share
