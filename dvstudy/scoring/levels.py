"""From scores to levels, from levels to the decision and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from dvstudy.instruments import Instrument
from dvstudy.instruments.parts import Level

Codes = npt.NDArray[np.int8]
#: Whether the decision is positive however the missing answers are filled, for some filling, or for none.
CERTAINTIES: Final = ("certain", "could_be", "cannot_be")
_EMPTY: Final = -1


@dataclass(frozen=True)
class Views:
    """Scores by id in three readings: answers given, lowest and highest filling. Each an array of length n."""

    given: Mapping[str, npt.NDArray[np.int32]]
    low: Mapping[str, npt.NDArray[np.int32]]
    high: Mapping[str, npt.NDArray[np.int32]]


@dataclass(frozen=True)
class Levels:
    """Level codes in the same three readings, 0 the lowest level; -1 where there is none."""

    given: Codes
    low: Codes
    high: Codes


def scored_levels(views: Views, instrument: Instrument) -> Levels:
    """Levels reached by the scores of a checklist."""
    return Levels(*(_level(scores, instrument) for scores in (views.given, views.low, views.high)))


def rated_levels(codes: Mapping[str, Codes], instrument: Instrument) -> Levels:
    """Levels as the assessor rated them; any level is possible where there is no rating."""
    assert instrument.judgement is not None
    item = instrument.judgement.level_from
    top = len(instrument.levels) - 1
    table = np.array([[_EMPTY], [0], [top]], dtype=np.int8).repeat(len(instrument.dtype(item).categories), axis=1)
    answers = instrument.answer_set(item).codes
    table[:, : len(answers)] = [instrument.level_codes.index(a) for a in answers]
    return Levels(*(reading[codes[item]] for reading in table))


def decided(levels: Levels, instrument: Instrument) -> tuple[Codes, Codes]:
    """Codes of the decision (0 negative, 1 positive) and of its certainty; -1 where there is none."""
    if instrument.decision is None:
        nothing = np.full(len(levels.given), _EMPTY, dtype=np.int8)
        return nothing, nothing
    bar = instrument.level_codes.index(instrument.decision.positive_from)
    decision = np.where(levels.given == _EMPTY, np.int8(_EMPTY), (levels.given >= bar).view(np.int8))
    return decision, np.int8(2) - (levels.low >= bar).view(np.int8) - (levels.high >= bar).view(np.int8)


def branches(levels: Levels, views: Views, instrument: Instrument) -> tuple[Codes, list[str]]:
    """Codes of the condition that carried each form's level, and the names that the codes stand for."""
    named = {level.code: _branch_names(level) for level in instrument.levels}
    names = ["none", *dict.fromkeys(name for own in named.values() for name in own.values())]
    found = np.full(len(levels.given), _EMPTY if instrument.judgement else 0, dtype=np.int8)
    for level in (one for one in instrument.levels if one.when):
        here = (levels.given == instrument.level_codes.index(level.code)).view(np.int8)
        if len(level.when) == 1:
            found += here * np.int8(names.index(level.when[0].branch))
            continue
        table = [names.index(named[level.code].get(held, "none")) for held in range(2 ** len(level.when))]
        found += here * np.array(table, dtype=np.int8)[_held(views.given, level)]
    return found, names


def _level(scores: Mapping[str, npt.NDArray[np.int32]], instrument: Instrument) -> Codes:
    n = len(next(iter(scores.values())))
    reached = np.zeros(n, dtype=np.int8)
    for number, level in enumerate(reversed(instrument.levels)):
        if level.when:
            join = np.logical_or if level.join == "any" else np.logical_and
            held = join.reduce([scores[c.score] >= c.at_least for c in level.when])
            np.maximum(reached, held.view(np.int8) * np.int8(number), out=reached)
    return reached


def _held(scores: Mapping[str, npt.NDArray[np.int32]], level: Level) -> Codes:
    """Which conditions hold, as a sum of powers of two."""
    held = np.zeros(len(next(iter(scores.values()))), dtype=np.int8)
    for bit, condition in enumerate(level.when):
        held += (scores[condition.score] >= condition.at_least).view(np.int8) << bit
    return held


def _branch_names(level: Level) -> dict[int, str]:
    """Name of every set of conditions that may hold together, by the sum of their powers of two."""
    numbered = list(enumerate(c.branch for c in level.when))
    sets = [s for size in range(1, len(numbered) + 1) for s in combinations(numbered, size)]
    return {sum(1 << bit for bit, _ in s): _joined([name for _, name in s], len(numbered)) for s in sets}


def _joined(names: list[str], of: int) -> str:
    return "both" if len(names) == of == 2 else "+".join(names)
