"""What the law on protection orders said on a day: durations, monitoring, extension."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

import pandas as pd
from pydantic import Field

from dvstudy import language as lang
from dvstudy.checks import nearest, read_toml, validated
from dvstudy.errors import Problem, Problems, UsageError
from dvstudy.instruments.parts import Code, Label, Part, Sourced

COLUMNS: Final = ("topic", "valid_from", "valid_to", "what", "months", "hours", "note", "status", "source")


class Regime(Sourced):
    """One state of the law on one topic; no date means open on that side."""

    id: Code
    topic: Code
    label: Label
    valid_from: date | None = None
    valid_to: date | None = None
    months: int | None = None
    hours: int | None = None
    note: Label | None = None


class _Law(Part):
    sources: dict[Code, str]
    regimes: tuple[Regime, ...] = Field(strict=False, min_length=1)


def regimes(on: date | str | None = None, *, jurisdiction: str = "RO", language: str = lang.BASE) -> pd.DataFrame:
    """States of the law, all of them or those of one day.

    Parameters
    ----------
    on
        A day (a date, or text such as ``"2023-05-01"``); None for every state in order of topic and date.
    jurisdiction
        Code of a country that the package has data for.
    language
        Language of the columns `what` and `note`.

    Returns
    -------
    DataFrame indexed by regime id with `COLUMNS`: at most one row a topic when `on` is given. `months` and `hours` are
    durations where the state of the law fixes one.

    Raises
    ------
    UsageError
        For text that is no date, or a jurisdiction without data.

    Notes
    -----
    Dates follow published accounts of the acts, named in `source`; this is no legal advice.
    """
    day = as_day(on)
    law = _law(jurisdiction)
    chosen = [r for r in law.regimes if day is None or holds(r.valid_from, r.valid_to, day)]
    chosen.sort(key=_place)
    rows = [
        {
            **regime.model_dump(include={"topic", "valid_from", "valid_to", "months", "hours", "status"}),
            "what": lang.pick(regime.label, language),
            "note": lang.pick(regime.note, language) if regime.note else "",
            "source": law.sources[regime.source],
        }
        for regime in chosen
    ]
    names = pd.Index([r.id for r in chosen], name="regime", dtype="str")
    frame = pd.DataFrame(rows, columns=list(COLUMNS), index=names)
    return frame.astype({"months": "Int64", "hours": "Int64"})


def as_day(on: date | str | None) -> date | None:
    """`on` as a date."""
    if on is None or isinstance(on, date):
        return on
    try:
        return date.fromisoformat(on)
    except ValueError:
        raise UsageError("not_a_date", found=on) from None


def holds(valid_from: date | None, valid_to: date | None, day: date) -> bool:
    """Whether `day` lies between two days, both included; None is open."""
    return (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to)


@cache
def _law(jurisdiction: str) -> _Law:
    folder = files("dvstudy.instruments.law")
    known = sorted(f.name.removesuffix(".toml").upper() for f in folder.iterdir() if f.name.endswith(".toml"))
    if jurisdiction.upper() not in known:
        raise UsageError("unknown_jurisdiction", found=jurisdiction, known=", ".join(known))
    name = f"{jurisdiction.lower()}.toml"
    law = validated(_Law, read_toml(folder.joinpath(name).read_text("utf-8"), name), name)
    found = Problems(name)
    found.extend(_problems(law, name))
    found.stop()
    return law


def _problems(law: _Law, subject: str) -> Iterator[Problem]:
    """Sources that are not named, and states of one topic that hold on the same day."""
    for regime in law.regimes:
        place = f"{subject} → regimes.{regime.id}"
        if regime.source not in law.sources:
            known = tuple(law.sources)
            yield Problem("unknown_reference", f"{place}.source", regime.source, known, nearest(regime.source, known))
    ordered = sorted(law.regimes, key=_place)
    for first, second in pairwise(ordered):
        same = first.topic == second.topic
        if same and (first.valid_to or date.max) >= (second.valid_from or date.min):
            yield Problem("regimes_overlap", f"{subject} → regimes.{second.id}", first.id)


def _place(regime: Regime) -> tuple[str, date]:
    return regime.topic, regime.valid_from or date.min
