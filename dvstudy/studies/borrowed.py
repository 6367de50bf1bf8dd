"""Forms that nobody filled in, answered from the forms that somebody did: only where one answer settles the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from dvstudy.instruments import Instrument, construct
from dvstudy.instruments.parts import Item

#: How far back a time frame reaches. A question without a time counts as one about any time.
_REACH: Final = {"now": 0, "last_year": 1, "ever": 2, "unstated": 2}
_ASSESSOR: Final = "assessor"


@dataclass(frozen=True)
class Filled:
    """Forms of one instrument that somebody filled in: its definition, and its answers as text by case."""

    instrument: Instrument
    answers: pd.DataFrame


def questions(one: Instrument) -> list[Item]:
    """What an instrument asks, without flags, ratings and the assessor's own judgement."""
    return [i for i in one.items if i.role == "item" and construct(one, i.id).domain != _ASSESSOR]


def covered(target: Instrument, filled: Mapping[str, Filled]) -> float:
    """Share of the questions of `target` whose topic some filled form asks about; 1 for a form that was filled in."""
    asked = questions(target)
    if target.id in filled:
        return 1.0
    known = {i.construct_id for one in filled.values() for i in questions(one.instrument)} - {"unknown_topic"}
    return float(np.mean([i.construct_id in known for i in asked])) if asked else 0.0


def borrow(target: Instrument, filled: Mapping[str, Filled], cases: pd.Index) -> pd.DataFrame:
    """Answers to `target` by case, as far as the filled forms settle them.

    A plain yes/no question takes a yes from a question on the same topic that looks no further back, and a no from
    one that looks at least as far; a yes by anybody stands before a no. Everything else is not asked. Columns are
    categorical as scoring needs them.
    """
    columns = {}
    for item in target.items:
        offered = target.answer_set(item.id)
        reason = "not_asked" if "not_asked" in offered.missing else "blank"
        found = pd.Series(reason, index=cases, dtype="object")
        if _plain(target, item):
            said = list(_said(target, item, filled, cases))
            for answer in ("no", "yes"):
                for settles, given in said:
                    if settles[answer]:
                        found = found.mask(given == answer, answer)
        columns[item.id] = found.astype(target.dtype(item.id))
    return pd.DataFrame(columns, index=cases)


def reachable(target: Instrument, filled: Mapping[str, Filled]) -> pd.DataFrame:
    """The two most telling forms that borrowing could ever give: yes, and no, wherever some filled form settles it."""
    made = []
    for answer in ("no", "yes"):
        said = {
            name: Filled(one.instrument, pd.DataFrame({i: [answer] for i in one.instrument.item_ids}, index=[answer]))
            for name, one in filled.items()
        }
        made.append(borrow(target, said, pd.Index([answer])))
    return pd.concat(made)


def _said(
    target: Instrument, item: Item, filled: Mapping[str, Filled], cases: pd.Index
) -> Iterator[tuple[dict[str, bool], pd.Series]]:
    """Answers to the same topic, each with the answers of `item` that it settles."""
    state = construct(target, item.id).timing == "state"
    if item.construct_id == "unknown_topic":
        return
    for one in filled.values():
        for other in questions(one.instrument):
            if other.construct_id == item.construct_id and _plain(one.instrument, other):
                same = state and "unstated" in (item.time, other.time)
                settles = {
                    "yes": same or _REACH[other.time] <= _REACH[item.time],
                    "no": same or _REACH[other.time] >= _REACH[item.time],
                }
                yield settles, one.answers[other.id].reindex(cases)


def _plain(one: Instrument, item: Item) -> bool:
    return item.role == "item" and set(one.answer_set(item.id).codes) == {"yes", "no"}
