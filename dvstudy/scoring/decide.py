"""The decision alone, for very many complete yes/no forms: what the rule says, nothing of bounds or reasons."""

from __future__ import annotations

from functools import reduce
from typing import Final

import numpy as np
import numpy.typing as npt

from dvstudy.errors import UsageError
from dvstudy.instruments import Instrument
from dvstudy.instruments.known import check_rule
from dvstudy.instruments.parts import Condition, Score

#: Forms handled at a time: few enough for counts to stay in the processor's cache.
_BLOCK: Final = 1 << 18
_BYTE: Final = np.iinfo(np.int8).max
_TWO: Final = ("yes", "no")


def decide(yes: npt.NDArray[np.int8], instrument: Instrument) -> npt.NDArray[np.bool_]:
    """Which complete forms does the rule of an instrument decide positively?

    Parameters
    ----------
    yes
        Shape (items, n): 1 for yes, 0 for no, items in the order of `instrument.needed_items`; one row of memory an
        item. There is no place for a missing answer: forms with gaps go to `score`.
    instrument
        A definition whose rule reads yes/no questions only.

    Returns
    -------
    (n,) true where the decision is positive.

    Raises
    ------
    UsageError
        `decide_kind` for an instrument without a decision, with other answers than yes and no, or with thresholds that
        local practice sets; `decide_shape` for an array of another shape or type.
    Refused
        When the rule of the instrument is not public or not known.

    Notes
    -----
    The same decisions as `score`, which also gives scores, bounds, certainty and missing answers and takes some thirty
    times as long. A million police forms cost little more than a copy of their answers (``bench/bench_scoring.py``).
    """
    check_rule(instrument)
    conditions = _conditions(instrument)
    items = instrument.needed_items
    if yes.ndim != 2 or yes.shape[0] != len(items) or yes.dtype not in (np.int8, np.bool_):
        raise UsageError("decide_shape", items=len(items), shape=str(yes.shape), kind=str(yes.dtype))
    answers, n = yes.view(np.int8), yes.shape[1]
    found = np.empty(n, bool)
    for start in range(0, n, _BLOCK):
        block = answers[:, start : start + _BLOCK]
        sums = {name: _sum(block, instrument.score[name], instrument) for name in {c.score for c, _ in conditions}}
        met = [sums[c.score] >= c.at_least for c, _ in conditions]
        levels = {number for _, number in conditions}
        found[start : start + _BLOCK] = reduce(np.logical_or, (_level(instrument, k, met, conditions) for k in levels))
    return found


def _conditions(instrument: Instrument) -> list[tuple[Condition, int]]:
    """Conditions of the levels from which the decision is positive, each with the number of its level."""
    decision = instrument.decision
    plain = all(set(instrument.answer_set(item).codes) == set(_TWO) for item in instrument.needed_items)
    if decision is None or not plain:
        raise UsageError("decide_kind", instrument=instrument.id)
    last = next(k for k, level in enumerate(instrument.levels) if level.code == decision.positive_from)
    found = [(c, k) for k, level in enumerate(instrument.levels[: last + 1]) for c in level.when]
    if any(c.parameter for c, _ in found):
        raise UsageError("decide_kind", instrument=instrument.id)
    return found


def _level(
    instrument: Instrument, number: int, met: list[npt.NDArray[np.bool_]], conditions: list[tuple[Condition, int]]
) -> npt.NDArray[np.bool_]:
    join = np.logical_or if instrument.levels[number].join == "any" else np.logical_and
    return np.asarray(reduce(join, [m for m, (_, k) in zip(met, conditions, strict=True) if k == number]))


def _sum(block: npt.NDArray[np.int8], score: Score, instrument: Instrument) -> npt.NDArray[np.signedinteger]:
    """The score of every form of a block, in bytes where they hold it."""
    worth = []
    for place, item in enumerate(instrument.needed_items):
        codes = instrument.answer_set(item).codes
        values = dict(zip(codes, score.worth(item, instrument.answer_set(item)), strict=True))
        worth.append((place, values["yes"] - values["no"], values["no"]))
    most = sum(abs(gain) + abs(always) for _, gain, always in worth)
    held: type[np.signedinteger] = np.int8 if most <= _BYTE else np.int32
    total = np.full(block.shape[1], sum(always for *_, always in worth), held)
    for place, gain, _ in worth:
        if gain:
            np.add(total, block[place] if gain == 1 else block[place] * held(gain), out=total)
    return total
