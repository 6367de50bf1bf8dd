"""Bounds against every way of filling up to six missing answers, and levels against every graver answer, whatever the
instrument. What complete forms come to is proven against rules written by hand elsewhere; here it is only used."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from dvstudy import instruments, scoring
from dvstudy.instruments import Instrument, load, reading

MOST_ROWS = 2_000
FORMS = [
    *(load(name) for name in instruments.scorable()),
    load("dash_27", parameters={"escalation": 3}),
    *(reading(load("unified_ro"), old.id) for old in load("unified_ro").readings),
]
Codes = npt.NDArray[np.int64]


def name_of(form: Instrument) -> str:
    return "-".join([form.id, *form.settings])


def scored(codes: Codes, form: Instrument) -> pd.DataFrame:
    """Forms as rows of codes, in the order of the items: answers first, then reasons for missing."""
    columns = {
        i: pd.Categorical.from_codes(c, dtype=form.dtype(i)) for i, c in zip(form.item_ids, codes.T, strict=True)
    }
    return scoring.score(pd.DataFrame(columns), form)


def sizes(form: Instrument) -> list[int]:
    return [len(form.answer_set(i).codes) for i in form.item_ids]


def possible(codes: Codes, form: Instrument) -> npt.NDArray[np.bool_]:
    """Whether no two items that exclude each other are both yes."""
    held = np.ones(len(codes), bool)
    for pair in form.excludes:
        held &= ~np.all(
            [codes[:, form.item_ids.index(i)] == form.answer_set(i).codes.index("yes") for i in pair], axis=0
        )
    return held


def drawn(form: Instrument, n: int, draw: np.random.Generator) -> Codes:
    """Complete forms, from nearly all of the first answers to few of them."""
    rare = draw.choice([0.03, 0.1, 0.3, 0.6], (n, 1))
    any_answer = np.column_stack([draw.integers(0, size, n) for size in sizes(form)])
    made = np.where(draw.random(any_answer.shape) < rare, any_answer, 0)
    return made[possible(made, form)]


@pytest.mark.parametrize("n_missing", [1, 3, 6])
@pytest.mark.parametrize("form", FORMS, ids=name_of)
def test_bounds_are_exactly_those_of_every_filling(form: Instrument, n_missing: int) -> None:
    draw = np.random.default_rng(n_missing)
    read = [k for k, i in enumerate(form.item_ids) if i in form.needed_items]
    tied = [form.item_ids.index(i) for pair in form.excludes for i in pair]
    rows, ways = [], []
    for full in drawn(form, 80, draw):
        lost = draw.permutation(read)[:n_missing]
        lost = np.unique([*lost, *tied])[:n_missing] if draw.random() < 0.3 else lost
        lost = np.r_[lost, form.item_ids.index(form.judgement.level_from)][-n_missing:] if form.judgement else lost
        own = np.repeat(full[None], np.prod(taken := [sizes(form)[k] for k in lost]), axis=0)
        own[:, lost] = list(product(*map(range, taken)))
        rows.append(full.copy())
        rows[-1][lost] = [size + draw.integers(len(form.answer_set(form.item_ids[k]).missing))
                          for k, size in zip(lost, taken, strict=True)]  # fmt: skip
        ways.append(own[possible(own, form)])
        if sum(map(len, ways)) > MOST_ROWS:
            break
    found, every = scored(np.array(rows), form), scored(np.concatenate(ways), form)
    group = np.repeat(np.arange(len(rows)), list(map(len, ways)))
    ends = every[list(form.score)].groupby(group).agg(["min", "max"])
    for name in form.score:
        assert found[[f"{name}_low", f"{name}_high"]].to_numpy().tolist() == ends[name].to_numpy().tolist(), name
        if f"{name}_prorated" in found:
            raised = found[f"{name}_prorated"].dropna()
            assert raised.between(ends[name, "min"].loc[raised.index], ends[name, "max"].loc[raised.index]).all()
            assert len(raised) == (len(found) if n_missing < 6 else 0)
    levels = every["level"].cat.codes.groupby(group).agg(["min", "max"])
    assert found["level_low"].cat.codes.tolist() == levels["min"].tolist()
    assert found["level_high"].cat.codes.tolist() == levels["max"].tolist()
    if form.decision:
        share = (every["decision"] == form.decision.positive).groupby(group).mean()
        wanted = np.select([share == 1, share > 0], ["certain", "could_be"], "cannot_be")
        assert found["certainty"].tolist() == wanted.tolist()


@pytest.mark.parametrize("form", [f for f in FORMS if not f.judgement], ids=name_of)
def test_levels_follow_the_worth_of_every_answer(form: Instrument) -> None:
    """From any answer to any other that adds no less to all that decides, the level never falls."""
    full = drawn(form, 30, np.random.default_rng(6))
    deciding = sorted({c.score for level in form.levels for c in level.when})
    cells = [(place, code) for place, size in enumerate(sizes(form)) for code in range(size)]
    asked = np.repeat(full[None], len(cells), axis=0)
    for block, (place, code) in zip(asked, cells, strict=True):
        block[:, place] = code
    levels = scored(asked.reshape(-1, full.shape[1]), form)["level"].cat.codes.to_numpy().reshape(len(cells), -1)
    worth = [np.array([form.worth(score, item)[code] for score in deciding])
             for item, code in ((form.item_ids[place], code) for place, code in cells)]  # fmt: skip
    compared = 0
    for one, other in product(range(len(cells)), repeat=2):
        if cells[one][0] == cells[other][0] and (worth[one] <= worth[other]).all():
            assert (levels[one] <= levels[other]).all(), (cells[one], cells[other])
            compared += int((levels[one] < levels[other]).sum())
    assert compared, "some answer must have raised some level"
