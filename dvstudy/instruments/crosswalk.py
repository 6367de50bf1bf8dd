"""Instruments laid side by side by what they ask about: shared topics, one-sided ones, and those timed differently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.instruments.constructs import construct, taxonomy
from dvstudy.instruments.load import available, load
from dvstudy.instruments.model import Instrument
from dvstudy.instruments.parts import Item

#: How two instruments meet in a topic.
RELATIONS: Final = ("shared", "shared_differently_timed", "only_a", "only_b")
COLUMNS: Final = ("construct", "topic", "domain", "items_a", "items_b", "time_a", "time_b", "relation")
#: Domains without a topic that two forms could share.
_NEVER_SHARED: Final = ("unknown",)
_ASSESSOR: Final = "assessor"
_TIMES: Final = ("now", "last_year", "ever", "unstated")


def crosswalk(a: Instrument | str, b: Instrument | str, *, language: str = lang.BASE) -> pd.DataFrame:
    """Which topics two instruments share, and which only one of them asks about.

    Parameters
    ----------
    a, b
        Definitions, or ids of shipped ones.
    language
        Language of the column `topic`.

    Returns
    -------
    DataFrame with `COLUMNS`, one row a construct, by domain: `items_a` and `items_b` item ids joined by ", ";
    `time_a` and `time_b` the time frames of those items; `relation` ``shared``, ``shared_differently_timed`` (the
    time frames are not the same, or one form does not say when), ``only_a`` or ``only_b``. Flags, the assessor's own
    ratings and relevance marks are left out. A topic that is not known is never shared.

    Notes
    -----
    A shared topic is no shared question: wording, answers and informant may differ, and a placeholder (`status` of
    the item) stands for a question that nobody here has read.
    """
    first, second = (_instrument(one) for one in (a, b))
    sides = (_by_construct(first), _by_construct(second))
    described = {i.construct_id: construct(one, i.id) for one in (first, second) for i in one.items}
    order = list(taxonomy().domains)
    codes = dict.fromkeys([*sides[0], *sides[1]])
    rows = []
    for code in sorted(codes, key=lambda c: order.index(described[c].domain)):
        about = described[code]
        both = [side.get(code, []) for side in sides]
        parts = [both] if about.domain not in _NEVER_SHARED else [[both[0], []], [[], both[1]]]
        rows += [(code, lang.pick(about.label, language), about.domain, *_row(*part)) for part in parts if any(part)]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def coverage(instruments: Iterable[Instrument | str] | None = None) -> pd.DataFrame:
    """How many questions each instrument asks in each domain.

    Parameters
    ----------
    instruments
        Definitions or ids of shipped ones; None for all shipped ones that have items.

    Returns
    -------
    DataFrame of whole numbers, one row an instrument (index `instrument`, its id), one column a domain of the
    taxonomy, in its order. Flags, ratings and relevance marks are left out.
    """
    chosen = [_instrument(one) for one in (available() if instruments is None else instruments)]
    if instruments is None:
        chosen = [one for one in chosen if one.items]
    counts = [[construct(one, i.id).domain for i in _questions(one)] for one in chosen]
    columns = [d for d in taxonomy().domains if d != _ASSESSOR]
    names = pd.Index([one.id for one in chosen], name="instrument", dtype="str")
    return pd.DataFrame([[c.count(d) for d in columns] for c in counts], index=names, columns=columns, dtype="int64")


def _instrument(one: Instrument | str) -> Instrument:
    return load(one) if isinstance(one, str) else one


def _questions(one: Instrument) -> list[Item]:
    return [i for i in one.items if i.role == "item" and construct(one, i.id).domain != _ASSESSOR]


def _by_construct(one: Instrument) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in _questions(one):
        found.setdefault(item.construct_id, []).append(item)
    return found


def _row(first: Sequence[Item], second: Sequence[Item]) -> tuple[str, str, str, str, str]:
    times = [_times(first), _times(second)]
    relation = "only_a" if not second else "only_b" if not first else RELATIONS[times[0] != times[1]]
    items = (", ".join(i.id for i in side) for side in (first, second))
    return (*items, *times, relation)  # type: ignore[return-value]


def _times(items: Sequence[Item]) -> str:
    found = {i.time for i in items}
    return ", ".join(t for t in _TIMES if t in found)
