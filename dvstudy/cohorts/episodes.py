"""Further episodes of the same two people: every repeat that police record is an intervention of its own.

Who they are, their places and what stands in their history is carried over; severity drifts; what happened in between
adds to it. Each round of episodes has its own random streams, so more rounds leave the earlier ones as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from dvstudy.cohorts import chain, exits, facts, observe, people
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.parameters import LATENTS
from dvstudy.cohorts.people import People
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.streams import Bools, Floats, Ints, Streams
from dvstudy.cohorts.tuning import Fixed

#: Classes of facts that stay as they are from episode to episode.
_LASTING: Final = ("history", "context")
#: What a register shows of earlier episodes.
_SHOWN: Final[tuple[str, ...]] = ("earlier_report", "earlier_order", "earlier_breach")
_DAYS: Final = 365 / 12


@dataclass(frozen=True)
class Round:
    """The episodes of one number: `pair` says whose they are, `linked` whether the register knows the earlier ones, and
    `reported` how many of these it shows."""

    seen: Observation
    pair: Ints
    linked: Bools
    reported: Ints


def rounds(values: Values, seed: int, cases: int, intercepts: dict[str, float], countries: int = 1) -> Iterator[Round]:
    """First episodes of `cases` pairs in each of `countries` copies of the recipe's country, then those that follow,
    until the series or the recipe's number ends."""
    tuner = Fixed(intercepts)
    seen = observe.observe(chain.run(chain.begin(values, Streams(seed), cases, countries), tuner), tuner)
    n = seen.population.scene.people.n
    one = Round(seen, np.arange(n), np.ones(n, dtype=bool), np.zeros(n, dtype=np.int64))
    yield one
    for number in range(2, values.registry.episodes + 1):
        streams = Streams(seed, f"episode {number}/")
        month = _month(one, streams)
        rows = np.flatnonzero(month < values.places.months)
        if not len(rows):
            return
        one = _next(values, one, streams, rows, month, tuner)
        yield one


def _month(one: Round, streams: Streams) -> Ints:
    """Month of the next intervention of each case; beyond any series where police recorded no repeat."""
    who, day = one.seen.population.scene.people, one.seen.day("first_recorded")
    within = streams.uniform("day", who.n)
    months = np.where(np.isfinite(day), np.floor(within + day / _DAYS), np.iinfo(np.int32).max)
    return who.month + months.astype(np.int64)


def _next(values: Values, one: Round, streams: Streams, rows: Ints, month: Ints, tuner: Fixed) -> Round:
    scene = one.seen.population.scene
    reports = one.reported[rows] + 1
    linked = streams.uniform("linked", scene.people.n)[rows] < values.registry.linkage
    reported = np.where(linked, reports, 0)
    held = _held(one.seen, rows)
    shown = {name: held[name] & linked for name in _SHOWN if name in held} | {"earlier_report": reported > 0}
    who = _people(values, one.seen, streams, rows, month)
    intercepts = facts.intercepts(values, people.mix(values))
    start = chain.Start(values, streams, scene.places, who, intercepts, held, shown)
    return Round(observe.observe(chain.run(start, tuner), tuner), one.pair[rows], linked, reported)


def _people(values: Values, seen: Observation, streams: Streams, rows: Ints, month: Ints) -> People:
    """The same people at their next episode: severity has drifted, one more episode lies behind them, and perhaps one
    more order that was not confirmed."""
    before, r = seen.population.scene.people, values.registry
    kept = {f.name: getattr(before, f.name)[rows] for f in fields(People)}
    latent: Floats = kept["latent"].copy()
    latent[:, LATENTS.index("S")] += r.drift_mean + r.drift_sd * streams.normal("drift", len(rows))
    lapsed = seen.whether(lambda arm: arm.orders.provisional & ~arm.orders.confirmed)[rows]
    own = {"latent": latent, "prior": kept["prior"] + 1, "unconfirmed": kept["unconfirmed"] + lapsed}
    return People(**{**kept, **own, "month": month[rows]})


def _held(seen: Observation, rows: Ints) -> dict[str, Bools]:
    """Facts as they stand at the next episode: history and context stay, and what happened in between adds to them."""
    scene = seen.population.scene
    true = {name: found[rows] for name, found in scene.facts.true.items()}
    held = {name: true[name] for name, fact in scene.settings.facts.items() if fact.class_ in _LASTING}
    ordered = seen.whether(lambda arm: arm.orders.provisional | arm.orders.court)[rows]
    breached = np.add(*seen.breaches)[rows] > 0
    moved = ((seen.exits.kind == exits.LEFT) & (seen.exits.day < seen.day("first_recorded")))[rows]
    return held | {
        "earlier_assault": true["earlier_assault"] | true["injury_now"],
        "earlier_order": true["earlier_order"] | ordered,
        "earlier_breach": true["earlier_breach"] | breached,
        "separation": true["separation"] | (moved & scene.people.couple[rows]),
        "lives_together": true["lives_together"] & ~moved,
    }
