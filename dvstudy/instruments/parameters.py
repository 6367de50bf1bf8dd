"""Thresholds that local practice sets: put their values into the levels of a definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dvstudy.checks import nearest
from dvstudy.errors import Problem, Problems

if TYPE_CHECKING:
    from dvstudy.instruments.model import Instrument
    from dvstudy.instruments.parts import Condition, Level


def resolved(instrument: Instrument, values: Mapping[str, int] | None = None) -> Instrument:
    """`instrument` with every parameter settled: given values put in, conditions of unused parameters left out.

    Raises
    ------
    CheckFailed
        Listing unknown parameters, values that are not whole numbers, and values outside the range of a parameter.
    """
    given = dict(values or {})
    found = Problems(instrument.id)
    found.extend(_problems(instrument, given))
    found.stop()
    if not instrument.parameters:
        return instrument
    levels = [_level(level, instrument, given).model_dump() for level in instrument.levels]
    used = {p.id: given[p.id] for p in instrument.parameters if p.id in given}
    whole: dict[str, Any] = {**instrument.model_dump(), "levels": levels, "settings": used}
    return type(instrument).model_validate(whole)


def _problems(instrument: Instrument, given: Mapping[str, int]) -> Iterator[Problem]:
    known = {p.id: p for p in instrument.parameters}
    for name, value in given.items():
        place = f"{instrument.id} → parameters.{name}"
        if name not in known:
            yield Problem("unknown_reference", place, name, tuple(known), nearest(name, list(known)))
        elif not isinstance(value, int) or not known[name].least <= value <= known[name].most:
            limits = (("least", known[name].least), ("most", known[name].most))
            yield Problem("parameter_out_of_range", place, str(value), values=limits)


def _level(level: Level, instrument: Instrument, given: Mapping[str, int]) -> Level:
    kept = [_condition(c, given) for c in level.when if c.parameter is None or _holds(c, instrument, given)]
    return level.model_copy(update={"when": tuple(kept)})


def _holds(condition: Condition, instrument: Instrument, given: Mapping[str, int]) -> bool:
    used = {p.id: p.used for p in instrument.parameters}
    return condition.parameter in given or used[str(condition.parameter)]


def _condition(condition: Condition, given: Mapping[str, int]) -> Condition:
    if condition.parameter is None:
        return condition
    return condition.model_copy(update={"at_least": given.get(condition.parameter, condition.at_least)})
