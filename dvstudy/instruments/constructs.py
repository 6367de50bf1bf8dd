"""What items ask about, whatever the form: one code a topic, so that instruments can be laid side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd
from pydantic import Field

from dvstudy import language as lang
from dvstudy.checks import nearest, read_toml, validated
from dvstudy.errors import Problem, Problems
from dvstudy.instruments.parts import Code, Label, Part

if TYPE_CHECKING:
    from dvstudy.instruments.model import Definition, Instrument

_FILE: Final = "constructs.toml"


class Named(Part):
    """A domain, or a segment of the Equality wheel."""

    label: Label


class Segment(Part):
    """A segment of the Power and Control wheel, and the one that faces it in the Equality wheel."""

    label: Label
    equality: Code


class Construct(Part):
    """One topic. `timing`: an act can be placed in this incident, in the last year or earlier; history lies before
    this incident; a state is so or not so. `wheel`: segments that it may open a conversation about."""

    domain: Code
    timing: Literal["act", "history", "state"] = "state"
    wheel: tuple[Code, ...] = Field(default=(), strict=False)
    label: Label


class Taxonomy(Part):
    """Domains in the order in which they are shown, segments of both wheels, and constructs."""

    domains: dict[Code, Named]
    power_and_control: dict[Code, Segment]
    equality: dict[Code, Named]
    constructs: dict[Code, Construct]


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy that ships with the package."""
    source = files("dvstudy.instruments").joinpath(_FILE).read_text("utf-8")
    found = validated(Taxonomy, read_toml(source, _FILE), _FILE)
    faults = Problems(_FILE)
    faults.extend(_parts(found.constructs, found, "constructs"))
    for name, segment in found.power_and_control.items():
        faults.extend(_listed(f"power_and_control.{name}", segment.equality, found.equality))
    faults.stop()
    return found


def construct(instrument: Instrument, item_id: str) -> Construct:
    """What an item asks about: a construct of the definition itself, or of the package."""
    code = instrument.item[item_id].construct_id
    return instrument.constructs.get(code) or taxonomy().constructs[code]


def wheel(instrument: Instrument, language: str = lang.BASE) -> pd.DataFrame:
    """Questions of a form beside the segments of the Power and Control wheel and of the Equality wheel.

    An aid to discussion for trainers and workers: nothing is scored, a segment says nothing about danger, and which
    topic goes with which segment is this package's choice, not that of the wheels' authors.

    Returns
    -------
    DataFrame, one row a segment and item, in the order of the wheel: `segment`, `faces` (the segment of the Equality
    wheel), `item`, `number`, `question`. A segment about which the form asks nothing is one row without item.
    """
    known = taxonomy()
    rows = []
    for code, segment in known.power_and_control.items():
        named = {
            "segment": lang.pick(segment.label, language),
            "faces": lang.pick(known.equality[segment.equality].label, language),
        }
        asked = [i for i in instrument.items if code in construct(instrument, i.id).wheel]
        rows += [
            {**named, "item": i.id, "number": i.number, "question": lang.pick(i.label, language)} for i in asked
        ] or [{**named, "item": "", "number": "", "question": ""}]
    return pd.DataFrame(rows, dtype="str")


def problems(whole: Definition, own: Collection[str]) -> Iterator[Problem]:
    """Items about a topic that neither the package nor the definition knows, and faults of the definition's own
    topics; `own` holds the names of all of those, also of any that could not be read."""
    known = taxonomy()
    for name in whole.constructs:
        if name in known.constructs:
            yield Problem("construct_redefined", f"constructs.{name}", name)
    yield from _parts(whole.constructs, known, "constructs")
    allowed = (*known.constructs, *own)
    for item in whole.items:
        if item.construct_id not in allowed:
            place, found = f"items.{item.id}.construct_id", item.construct_id
            yield Problem("unknown_construct", place, found, allowed, nearest(found, allowed))


def _parts(found: Mapping[str, Construct], known: Taxonomy, place: str) -> Iterator[Problem]:
    for name, one in found.items():
        yield from _listed(f"{place}.{name}.domain", one.domain, known.domains)
        for segment in one.wheel:
            yield from _listed(f"{place}.{name}.wheel", segment, known.power_and_control)


def _listed(place: str, found: str, known: Collection[str]) -> Iterator[Problem]:
    if found not in known:
        yield Problem("not_one_of", place, found, tuple(known), nearest(found, known))
