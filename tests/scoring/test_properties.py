"""Laws that scoring obeys for any form."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvstudy import instruments, scoring
from dvstudy.instruments import Instrument

NAMES = instruments.scorable()
CHECKLISTS = [n for n in NAMES if instruments.load(n).kind != "structured_judgement"]
EVERY = pytest.mark.parametrize("name", NAMES)


@cache
def forms(name: str, missing: bool = True) -> st.SearchStrategy[dict[str, str]]:
    """Whole forms: item id -> an answer or, if `missing`, a reason for missing."""
    instrument = instruments.load(name)
    offered = {i: instrument.answer_set(i) for i in instrument.item_ids}
    return st.fixed_dictionaries(
        {i: st.sampled_from([*s.codes, *(s.missing if missing else ())]) for i, s in offered.items()}
    )


def scored(rows: list[dict[str, str]], instrument: Instrument) -> pd.DataFrame:
    return scoring.score(scoring.as_answers(pd.DataFrame(rows), instrument), instrument)


@EVERY
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_bounds_contain_what_was_given(name: str, data: st.DataObject) -> None:
    instrument = instruments.load(name)
    row = scored([data.draw(forms(name))], instrument).iloc[[0]]
    for score in instrument.score:
        assert row[f"{score}_low"].iloc[0] <= row[score].iloc[0] <= row[f"{score}_high"].iloc[0]
    low, level, high = (row[c].cat.codes.iloc[0] for c in ("level_low", "level", "level_high"))
    assert low <= high
    assert level == -1 or low <= level <= high


@EVERY
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_complete_form_leaves_nothing_open(name: str, data: st.DataObject) -> None:
    instrument = instruments.load(name)
    row = scored([data.draw(forms(name, missing=False))], instrument).iloc[0]
    assert row["n_missing"] == 0
    assert row["level_low"] == row["level"] == row["level_high"]
    assert all(row[f"{s}_low"] == row[s] == row[f"{s}_high"] for s in instrument.score)
    if instrument.decision:
        certain = "certain" if row["decision"] == instrument.decision.positive else "cannot_be"
        assert row["certainty"] == certain


@EVERY
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_learning_one_answer_never_widens_the_bounds(name: str, data: st.DataObject) -> None:
    instrument = instruments.load(name)
    form = data.draw(forms(name))
    item = data.draw(st.sampled_from(instrument.item_ids))
    chosen = instrument.answer_set(item)
    known = form | {item: data.draw(st.sampled_from(chosen.codes))}
    if _contradicted(known, instrument):
        return
    before, after = (row for _, row in scored([form | {item: "blank"}, known], instrument).iterrows())
    for score in instrument.score:
        assert before[f"{score}_low"] <= after[f"{score}_low"] <= after[f"{score}_high"] <= before[f"{score}_high"]
    if instrument.decision and before["certainty"] != "could_be":
        assert after["certainty"] == before["certainty"]


@pytest.mark.parametrize("name", CHECKLISTS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_graver_answer_moves_the_level_the_way_its_worth_points(name: str, data: st.DataObject) -> None:
    instrument = instruments.load(name)
    form = data.draw(forms(name))
    item = data.draw(st.sampled_from(instrument.scored_items))
    codes = instrument.answer_set(item).codes
    table = scored([form | {item: codes[0]}, form | {item: codes[-1]}], instrument)
    rises = all(instrument.worth(s, item)[0] <= instrument.worth(s, item)[-1] for s in instrument.score)
    least, most = table["level"].cat.codes
    assert least <= most if rises else least >= most


@EVERY
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_order_of_columns_and_rows_and_neighbours_do_not_matter(name: str, data: st.DataObject) -> None:
    instrument = instruments.load(name)
    rows = data.draw(st.lists(forms(name), min_size=1, max_size=6))
    answers = scoring.as_answers(pd.DataFrame(rows), instrument)
    table = scoring.score(answers, instrument)
    columns = data.draw(st.permutations(instrument.item_ids))
    order = data.draw(st.permutations(range(len(rows))))
    shuffled = scoring.score(answers[columns].iloc[order], instrument)
    pd.testing.assert_frame_equal(shuffled, table.iloc[order])
    pd.testing.assert_frame_equal(scoring.score(answers.iloc[[0]], instrument), table.iloc[[0]])


@EVERY
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_why_an_answer_is_missing_changes_no_score(name: str, data: st.DataObject) -> None:
    instrument = instruments.load(name)
    form = data.draw(forms(name))
    blanked = {i: code if code in instrument.answer_set(i).codes else "blank" for i, code in form.items()}
    table = scored([form, blanked], instrument)
    same = [c for c in table.columns if not c.startswith("n_") or c in ("n_missing", "n_contradictions")]
    pd.testing.assert_series_equal(table[same].iloc[0], table[same].iloc[1], check_names=False)


def _contradicted(form: dict[str, str], instrument: Instrument) -> bool:
    return any(form[a] == form[b] == "yes" for a, b in instrument.excludes)
