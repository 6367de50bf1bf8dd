"""Who is involved: relation and kind of victim, latent traits, earlier episodes, disclosure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dvstudy.cohorts.numeric import linear
from dvstudy.cohorts.parameters import LATENTS
from dvstudy.cohorts.places import Places
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.streams import Bools, Floats, Ints, Streams
from dvstudy.tables import PARTNERS, RELATIONS, VICTIMS

_FEW = int(np.iinfo(np.int8).max) * 8


@dataclass(frozen=True)
class Mix:
    """The groups of cases (relation x victim x area x strategic complaint): shares and centred latent means."""

    share: Floats
    mean: Floats
    couple: Bools
    woman: Bools


@dataclass(frozen=True)
class People:
    """One row a case. `latent` has the columns S, C, U, L; `disclosure` is centred."""

    station: Ints
    county: Ints
    urban: Bools
    relation: Ints
    victim: Ints
    strategic: Bools
    latent: Floats
    prior: Ints
    unconfirmed: Ints
    disclosure: Floats
    disclosure_seen: Floats
    month: Ints
    language: Bools

    @property
    def n(self) -> int:
        return len(self.station)

    @cached_property
    def couple(self) -> Bools:
        return np.isin(self.relation, [RELATIONS.index(r) for r in PARTNERS])

    @cached_property
    def woman(self) -> Bools:
        return np.equal(self.victim, VICTIMS.index("woman"))

    @cached_property
    def fit_group(self) -> Ints:
        """0 couple, 1 victim is a parent, 2 victim is a child, 3 other kin: the columns of an item's fit."""
        return np.where(self.couple, 0, self.relation - len(PARTNERS) + 1)

    @cached_property
    def covariates(self) -> dict[str, Floats]:
        """Characteristics by the names that the recipes' weights use."""
        flags = {
            "urban": self.urban,
            "rural": ~self.urban,
            "minor": self.victim == VICTIMS.index("minor"),
            "man": self.victim == VICTIMS.index("man"),
            "other_relation": ~self.couple,
            "strategic": self.strategic,
            "prior_any": self.prior > 0,
            "prior_many": self.prior > 1,
        }
        numbers = {"disclosure": self.disclosure, "log_prior": np.log1p(self.prior)}
        latents = {name: self.latent[:, k] for k, name in enumerate(LATENTS)}
        return latents | numbers | {name: flag.astype(np.float64) for name, flag in flags.items()}


def rake(values: Values) -> Floats:
    """Relation x victim shares with both margins and the starting table's zeros (iterative proportional fitting)."""
    m = values.margins
    rows = np.array([m.spouse, m.partner, m.parent, m.child, m.other_kin])
    columns = np.array([m.women, m.men, m.minors])
    table: Floats = np.array(values.people.raking) * rows[:, None]
    for _ in range(_FEW):
        table *= _ratio(rows, table.sum(axis=1))[:, None]
        table *= _ratio(columns, table.sum(axis=0))
        if np.abs(table.sum(axis=1) - rows).max() < np.finfo(np.float64).eps * _FEW:
            break
    return table


def _ratio(wanted: Floats, there: Floats) -> Floats:
    """How far a margin is from what is wanted; 0 for an empty one, which stays empty."""
    return np.divide(wanted, there, out=np.zeros_like(wanted), where=there > 0)


def mix(values: Values) -> Mix:
    """Shares of all groups and their latent means, centred so that the population mean is 0."""
    p, pairs = values.people, rake(values)
    relation, victim, rural, strategic = (
        axis.ravel()
        for axis in np.meshgrid(range(len(RELATIONS)), range(len(VICTIMS)), range(2), range(2), indexing="ij")
    )
    share = (
        pairs[relation, victim]
        * np.where(rural == 1, 1 - values.margins.urban, values.margins.urban)
        * np.where(strategic == 1, p.strategic, 1 - p.strategic)
    )
    base = np.array([getattr(p.means, name) for name in RELATIONS])
    mean = base[relation] + np.outer(victim == VICTIMS.index("man"), p.man)
    mean = mean + np.outer(rural, p.rural) + np.outer(strategic, p.strategic_shift)
    couple = np.isin(relation, [RELATIONS.index(r) for r in PARTNERS])
    return Mix(share, mean - share @ mean, couple, victim == VICTIMS.index("woman"))


def draw(values: Values, streams: Streams, places: Places, n: int) -> People:
    """`n` cases for each country of `places`."""
    p, groups, pairs = values.people, mix(values), rake(values)
    countries = places.county.max() // values.places.counties + 1
    station = _stations(streams, places, int(countries), n)
    total = len(station)
    cell = _choose(pairs.ravel(), streams.uniform("people/cell", total))
    relation, victim = cell // len(VICTIMS), cell % len(VICTIMS)
    urban = places.urban[station]
    strategic = streams.uniform("people/strategic", total) < p.strategic
    group = ((relation * len(VICTIMS) + victim) * 2 + ~urban) * 2 + strategic
    latent = groups.mean[group] + _deviations(values, streams, places, station)
    known = {"S": latent[:, 0], "C": latent[:, 1], "U": latent[:, 2], "L": latent[:, 3]}
    rate = np.exp(p.prior_intercept + linear(p.prior, known))
    rate *= streams.gamma("people/prior_gamma", p.prior_shape, total) / p.prior_shape
    prior = streams.of("people/prior").poisson(rate).astype(np.int64)
    past = np.minimum(prior, p.unconfirmed_most)
    disclosure, seen = _disclosure(values, streams, latent, urban, victim)
    return People(
        station=station,
        county=places.county[station],
        urban=urban,
        relation=relation,
        victim=victim,
        strategic=strategic,
        latent=latent,
        prior=prior,
        unconfirmed=streams.of("people/unconfirmed").binomial(past, p.unconfirmed_share),
        disclosure=disclosure,
        disclosure_seen=seen,
        month=np.floor(streams.uniform("people/month", total) * values.places.months).astype(np.int64),
        language=streams.uniform("people/language", total) < values.switches.language,
    )


def _stations(streams: Streams, places: Places, countries: int, n: int) -> Ints:
    per_country = places.stations // countries
    cumulative = np.cumsum(places.share.reshape(countries, per_country), axis=1)
    draws = streams.uniform("people/station", countries * n).reshape(countries, n)
    chosen = [np.searchsorted(c / c[-1], u, side="right") for c, u in zip(cumulative, draws, strict=True)]
    return np.concatenate([index + k * per_country for k, index in enumerate(chosen)])


def _choose(shares: Floats, draws: Floats) -> Ints:
    cumulative = np.cumsum(shares)
    return np.searchsorted(cumulative / cumulative[-1], draws, side="right")


def _deviations(values: Values, streams: Streams, places: Places, station: Ints) -> Floats:
    """Station part and own part of the latent traits, each with the recipe's correlations."""
    p, k = values.people, len(LATENTS)
    factor = np.linalg.cholesky(np.array(p.correlations)).T
    own = np.column_stack([streams.normal(f"people/latent_{name}", len(station)) for name in LATENTS]) @ factor
    shared = streams.normal("place/latent", places.stations * k).reshape(-1, k) @ factor
    whole: Floats = np.sqrt(p.station_share) * shared[station] + np.sqrt(1 - p.station_share) * own
    return whole


def _disclosure(values: Values, streams: Streams, latent: Floats, urban: Bools, victim: Ints) -> tuple[Floats, Floats]:
    """The trait, and the part of it that follows from characteristics a study team can see; both centred."""
    p = values.people
    minor = (victim == VICTIMS.index("minor")).astype(np.float64)
    rural = (~urban).astype(np.float64)
    names = dict(zip(LATENTS, latent.T, strict=True))
    zero = dict.fromkeys(LATENTS, np.zeros(len(latent)))
    mean = (
        p.disclosure.get("rural", 0) * (1 - values.margins.urban) + p.disclosure.get("minor", 0) * values.margins.minors
    )
    whole = linear(p.disclosure, {**names, "rural": rural, "minor": minor}) - mean
    seen = linear(p.disclosure, {**zero, "rural": rural, "minor": minor}) - mean
    return whole + p.disclosure_sd * streams.normal("people/disclosure", len(latent)), seen
