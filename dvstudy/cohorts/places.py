"""Where cases happen: counties, stations, and the people who work there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts.numeric import expit, logit
from dvstudy.cohorts.parameters import CLASSES, Rater
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.streams import Bools, Floats, Ints, Streams


@dataclass(frozen=True)
class Crew:
    """Raters of one kind: where the first of each place stands, how many there are, and what each is like."""

    first: Ints
    number: Ints
    county: Ints
    classes: Floats
    general: Floats
    trained: Bools
    tick: Bools
    drift: Floats

    @property
    def size(self) -> int:
        return len(self.general)

    def at(self, place: Ints, draw: Floats) -> Ints:
        """One of the raters of each place, by a uniform draw."""
        return self.first[place] + np.floor(draw * self.number[place]).astype(np.int64)


@dataclass(frozen=True)
class Places:
    """Stations (one row each) and the practice of their counties; `step` is the period from which a station uses the
    unified form: 0 for always, more than there are for never."""

    county: Ints
    urban: Bools
    step: Ints
    share: Floats
    recording: Floats
    issuing: Floats
    pilot: Bools
    crews: dict[str, Crew]

    @property
    def stations(self) -> int:
        return len(self.county)


def build(values: Values, streams: Streams, countries: int = 1) -> Places:
    """`countries` independent copies of the recipe's counties and stations.

    County effects are the normal scores of the number of counties, in random order: the counties are the country,
    not a sample from it, so their spread is the same in every cohort and in the reference population.
    """
    p = values.places
    counties = p.counties * countries
    per_county = p.urban_stations + p.rural_stations
    county = np.repeat(np.arange(counties), per_county)
    urban = np.tile(np.arange(per_county) < p.urban_stations, counties)
    urban_share = expit(
        logit(values.margins.urban) + p.county_urban_sd * _scores(streams, "county/urban", p.counties, countries)
    )
    return Places(
        county=county,
        urban=urban,
        step=_steps(values, streams, urban, countries),
        share=_station_shares(values, streams, county, urban, urban_share),
        recording=p.county_recording_sd * _scores(streams, "county/recording", p.counties, countries),
        issuing=p.county_issuing_sd * _scores(streams, "county/issuing", p.counties, countries),
        pilot=_pilot(values, streams, countries),
        crews=_crews(values, streams, urban, county),
    )


def _crews(values: Values, streams: Streams, urban: Bools, county: Ints) -> dict[str, Crew]:
    """Officers and social workers belong to stations; advocates, assessors and psychologists to counties."""
    p, own = values.places, np.unique(county)
    anywhere = np.ones(len(own), bool)
    sizes = {
        "police_officer": (county, urban, p.urban_officers, p.rural_officers),
        "social_worker": (county, urban, p.urban_workers, p.rural_workers),
        "advocate": (own, anywhere, p.advocates, p.advocates),
        "trained_assessor": (own, anywhere, p.assessors, p.assessors),
        "psychologist": (own, anywhere, p.psychologists, p.psychologists),
    }
    return {
        kind: _crew(kind, getattr(values.raters, kind), streams, (where, area), most)
        for kind, (where, area, *most) in sizes.items()
    }


def _scores(streams: Streams, name: str, counties: int, countries: int) -> Floats:
    """Normal scores with mean 0 and variance 1, in an independent random order for each country."""
    from scipy.special import ndtri

    scores = np.asarray(ndtri((np.arange(counties) + 0.5) / counties))
    spread = np.sqrt(np.mean(scores**2))
    order = streams.of(name)
    return np.concatenate([order.permutation(scores / spread if spread else scores) for _ in range(countries)])


def _pilot(values: Values, streams: Streams, countries: int) -> Bools:
    """Counties with devices while the law has a pilot: the recipe's share of them, by lot."""
    lot = streams.uniform("county/pilot", values.places.counties * countries).reshape(countries, -1)
    wanted = int(np.ceil(values.pathway.device_pilot * lot.shape[1]))
    chosen: Bools = (lot.argsort(axis=1).argsort(axis=1) < wanted).ravel()
    return chosen


def _steps(values: Values, streams: Streams, urban: Bools, countries: int) -> Ints:
    """Half of the stations of each area to the unified form, at random, and an odd one to either arm; in a stepped
    wedge the stations of each area in equal parts to the steps."""
    draw, steps = streams.of("place/arms"), values.unified.steps
    step = np.full(len(urban), steps + 1)
    blocks = np.arange(len(urban)).reshape(countries, -1)
    for block in blocks:
        for area in (True, False):
            stations = draw.permutation(block[urban[block] == area])
            if values.unified.design == "stepped_wedge":
                step[stations] = np.arange(len(stations)) % steps + 1
                continue
            half = (len(stations) + int(draw.random() < 0.5)) // 2
            step[stations[:half]] = 0
    return step


def _station_shares(values: Values, streams: Streams, county: Ints, urban: Bools, urban_share: Floats) -> Floats:
    """Share of a country's cases that each station has: areas hit their margin exactly, volumes vary inside them."""
    volume = np.exp(values.places.volume_sd * streams.normal("place/volume", len(county)))
    volume *= np.where(urban, urban_share[county], 1 - urban_share[county])
    cell = county // values.places.counties * 2 + urban
    area = np.where(urban, values.margins.urban, 1 - values.margins.urban)
    whole = np.bincount(cell, volume)[cell]
    shares: Floats = np.divide(area * volume, whole, out=np.zeros_like(volume), where=whole > 0)
    return shares


def _crew(kind: str, rater: Rater, streams: Streams, places: tuple[Ints, Bools], numbers: Sequence[int]) -> Crew:
    county, urban = places
    number = np.where(urban, numbers[0], numbers[1])
    size = int(number.sum())
    trained_share = np.repeat(np.where(urban, rater.trained_urban, rater.trained_rural), number)
    return Crew(
        first=np.cumsum(number) - number,
        number=number,
        county=np.repeat(county, number),
        classes=streams.normal(f"{kind}/classes", size * len(CLASSES)).reshape(size, len(CLASSES)),
        general=rater.general_sd * streams.normal(f"{kind}/general", size),
        trained=streams.uniform(f"{kind}/trained", size) < trained_share,
        tick=streams.uniform(f"{kind}/tick", size) < rater.tick,
        drift=streams.normal(f"{kind}/drift", size),
    )
