"""A register of interventions: the episodes of all pairs as one cohort, linked as far as the recipe links them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from dvstudy.cohorts import assessments, columns, tables, truth
from dvstudy.cohorts.columns import text
from dvstudy.cohorts.episodes import Round
from dvstudy.cohorts.streams import Ints
from dvstudy.tables import ASSESSMENTS, CASES, ORDERS_TABLE, SERVICES, Table

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Register:
    """The observed tables by name, the answers by instrument, and the truth of each case."""

    observed: Frames
    answers: Frames
    truth: Frames


def register(rounds: Sequence[Round], key: str) -> Register:
    """The tables of all rounds, each numbered through; ids are provable with the parameter hash `key`.

    Cases get `pair_id`, the two people as the register knows them: an episode that is not linked looks like one of two
    people never met before. The truth holds `pair_true` and `episode`.
    """
    sizes = [len(one.pair) for one in rounds]
    ids = _parts(columns.ids(key, "case", sum(sizes), CASES.key), sizes)
    made = [_observed(one, own, key) for one, own in zip(rounds, ids, strict=True)]
    forms = [assessments.tables(one.seen, own, key) for one, own in zip(rounds, ids, strict=True)]
    numbers = _parts(
        columns.ids(key, "assessment", sum(len(f) for f, _ in forms), ASSESSMENTS.key), [len(f) for f, _ in forms]
    )
    known = _known(rounds)
    pairs = np.asarray(columns.ids(key, "pair", 1 + max(int(k.max()) for k in known), "pair_id"))
    cases = [
        m["cases"].assign(pair_id=text(pairs[pair]), earlier_reports=pd.array(one.reported, dtype="Int32"))
        for m, pair, one in zip(made, known, rounds, strict=True)
    ]
    observed = {
        "cases": _joined(cases),
        "outcomes": _joined([m["outcomes"] for m in made]),
        "orders": _numbered([m["orders"] for m in made], key, "order", ORDERS_TABLE),
        "services": _numbered([m["services"] for m in made], key, "service", SERVICES),
        "assessments": _joined([f.set_axis(own) for (f, _), own in zip(forms, numbers, strict=True)]),
    }
    names = dict.fromkeys(name for _, answers in forms for name in answers)
    answers = {
        name: _joined([_moved(a[name], f.index, own) for (f, a), own in zip(forms, numbers, strict=True) if name in a])
        for name in names
    }
    return Register(observed, answers, _truth(rounds, ids, key))


def _observed(one: Round, ids: pd.Index, key: str) -> Frames:
    make: Mapping[str, Callable[[], pd.DataFrame]] = {
        "cases": lambda: tables.cases(one.seen, ids),
        "outcomes": lambda: tables.outcomes(one.seen, ids),
        "orders": lambda: tables.orders(one.seen, ids, key),
        "services": lambda: tables.services(one.seen, ids, key),
    }
    return {name: made() for name, made in make.items()}


def _known(rounds: Sequence[Round]) -> list[Ints]:
    """Number of the pair of each case as the register knows it: a new one where an episode is not linked."""
    found, free = [rounds[0].pair.copy()], len(rounds[0].pair)
    for before, one in pairwise(rounds):
        place = np.searchsorted(before.pair, one.pair)
        fresh = free + np.cumsum(~one.linked) - 1
        found.append(np.where(one.linked, found[-1][place], fresh))
        free += int((~one.linked).sum())
    return found


def _truth(rounds: Sequence[Round], ids: Sequence[pd.Index], key: str) -> Frames:
    pairs = np.asarray(columns.ids(key, "true pair", len(rounds[0].pair), "pair_true"))
    cases = [
        truth.cases(one.seen, own).assign(pair_true=text(pairs[one.pair]), episode=number)
        for number, (one, own) in enumerate(zip(rounds, ids, strict=True), start=1)
    ]
    facts = [truth.facts(one.seen.population, own) for one, own in zip(rounds, ids, strict=True)]
    return {"cases": _joined(cases), "facts": _joined(facts)}


def _parts(index: pd.Index, sizes: Sequence[int]) -> list[pd.Index]:
    ends = np.cumsum([0, *sizes])
    return [index[a:b] for a, b in pairwise(ends)]


def _moved(answers: pd.DataFrame, old: pd.Index, new: pd.Index) -> pd.DataFrame:
    """Answers under the new ids of their assessments."""
    return answers.set_axis(new[old.get_indexer(answers.index)])


def _numbered(frames: Sequence[pd.DataFrame], key: str, kind: str, table: Table) -> pd.DataFrame:
    joined = _joined(frames)
    return joined.set_axis(columns.ids(key, kind, len(joined), table.key))


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All rows, categories kept and names of the index too."""
    union = {
        name: pd.CategoricalDtype(list(dict.fromkeys(c for f in frames for c in f[name].cat.categories)))
        for name in frames[0]
        if isinstance(frames[0][name].dtype, pd.CategoricalDtype)
    }
    whole = pd.concat([frame.astype(union) for frame in frames])
    whole.index.name = frames[0].index.name
    return whole
