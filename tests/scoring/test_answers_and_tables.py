"""What scoring accepts, what it refuses and how it says so; the shape of what it returns."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dvstudy import instruments, language, scoring
from dvstudy.errors import CheckFailed
from dvstudy.instruments import Instrument
from dvstudy.instruments.load import define
from dvstudy.scoring.weights import weights

FORM = instruments.load("order146")
EVERY = pytest.mark.parametrize("name", instruments.scorable())
COUNTS = [
    "n_missing", "n_blank", "n_refused", "n_does_not_know", "n_not_asked", "n_not_applicable", "n_omitted",
    "n_contradictions",
]  # fmt: skip


def blank_forms(instrument: Instrument, n: int) -> pd.DataFrame:
    index = pd.Index([f"form {k}" for k in range(n)], name="assessment_id", dtype="str")
    return pd.DataFrame("blank", index=index, columns=list(instrument.item_ids), dtype="str")


def problems(frame: pd.DataFrame, instrument: Instrument = FORM) -> dict[tuple[str, str], str]:
    """(code, found) -> place, as `as_answers` reports them."""
    with pytest.raises(CheckFailed) as caught:
        scoring.as_answers(frame, instrument)
    for code in language.languages():
        assert caught.value.text(code)
    return {(p.code, p.found): p.place for p in caught.value.problems}


@EVERY
@pytest.mark.parametrize("n", [0, 1, 3])
def test_the_table_has_the_agreed_columns_and_types_for_any_number_of_rows(name: str, n: int) -> None:
    instrument = instruments.load(name)
    answers = scoring.as_answers(blank_forms(instrument, n), instrument)
    table = scoring.score(answers, instrument)
    scores = list(instrument.score)
    bounds = [f"{s}_{end}" for s in scores for end in ("low", "high")]
    prorated = [f"{s.id}_prorated" for s in instrument.scores if s.prorate_up_to is not None]
    levels = ["level", "level_low", "level_high"]
    assert list(table.columns) == [*scores, *bounds, *prorated, *levels, "decision", "branch", "certainty", *COUNTS]
    pd.testing.assert_index_equal(table.index, answers.index)
    assert all(table[c].dtype == np.int32 for c in [*scores, *bounds, *COUNTS])
    assert all(table[c].dtype == np.float64 for c in prorated)
    assert all(table[c].dtype == instrument.levels_dtype() for c in levels)
    outcomes = [instrument.decision.negative, instrument.decision.positive] if instrument.decision else []
    assert list(table["decision"].cat.categories) == outcomes
    assert list(table["certainty"].cat.categories) == ["certain", "could_be", "cannot_be"]


def test_branches_of_the_police_form_are_the_agreed_codes() -> None:
    table = scoring.score(scoring.as_answers(blank_forms(FORM, 1), FORM), FORM)
    assert set(table["branch"].cat.categories) == {"none", "a", "b", "both"}


@EVERY
def test_a_form_with_nothing_answered_is_never_certain(name: str) -> None:
    instrument = instruments.load(name)
    row = scoring.score(scoring.as_answers(blank_forms(instrument, 1), instrument), instrument).iloc[0]
    assert row["level_low"] == instrument.level_codes[0]
    assert row["level_high"] == instrument.level_codes[-1]
    if instrument.decision:
        assert row["certainty"] == "could_be"


def test_score_changes_nothing_that_it_was_given() -> None:
    answers = scoring.as_answers(blank_forms(FORM, 3), FORM)
    before = answers.copy(deep=True)
    scoring.score(answers, FORM)
    pd.testing.assert_frame_equal(answers, before)


def test_every_kind_of_nothing_becomes_blank() -> None:
    frame = blank_forms(FORM, 5).astype("object")
    frame["q01"] = [None, np.nan, "", "  ", pd.NA]
    frame["q02"] = pd.Categorical(["yes", None, "no", "refused", "blank"])
    answers = scoring.as_answers(frame, FORM)
    assert list(answers["q01"]) == ["blank"] * 5
    assert list(answers["q02"]) == ["yes", "blank", "no", "refused", "blank"]
    assert all(answers[i].dtype == FORM.dtype(i) for i in FORM.item_ids)


def test_answers_may_pass_twice() -> None:
    answers = scoring.as_answers(blank_forms(FORM, 2), FORM)
    pd.testing.assert_frame_equal(scoring.as_answers(answers, FORM), answers)


def test_every_bad_code_is_listed_with_its_rows_and_the_nearest_code() -> None:
    frame = blank_forms(FORM, 3)
    frame.loc["form 1", "q03"] = "Yes"
    frame.loc["form 2", "q03"] = "yess"
    frame.loc[["form 0", "form 2"], "q20"] = "1"
    assert problems(frame) == {
        ("bad_code", "Yes"): "q03 [form 1]",
        ("bad_code", "yess"): "q03 [form 2]",
        ("bad_code", "1"): "q20 [form 0, form 2]",
    }


def test_many_rows_with_the_same_bad_code_are_one_problem() -> None:
    frame = blank_forms(FORM, 1000).assign(q03="da")
    assert problems(frame) == {("bad_code", "da"): "q03 [form 0, form 1, form 2, form 3, form 4, …]"}


def test_faults_of_columns_and_cells_are_listed_together() -> None:
    frame = blank_forms(FORM, 2).drop(columns="q21").assign(case_id="x", q05="maybe").rename(columns={"q07": "q7"})
    assert set(problems(frame)) == {
        ("unknown_column", "case_id"), ("unknown_column", "q7"), ("column_missing", "q07"),
        ("column_missing", "q21"), ("bad_code", "maybe"),
    }  # fmt: skip


def test_a_repeated_column_is_refused() -> None:
    frame = blank_forms(FORM, 2)
    twice = pd.concat([frame, frame[["q04"]]], axis=1)
    assert set(problems(twice)) == {("column_repeated", "q04")}
    with pytest.raises(CheckFailed):
        scoring.score(twice, FORM)


def test_score_refuses_text_numbers_other_categories_and_empty_cells_all_at_once() -> None:
    answers = scoring.as_answers(blank_forms(FORM, 2), FORM)
    answers = answers.assign(
        q01="yes",
        q02=1,
        q03=pd.Categorical(["yes", "no"]),
        q04=pd.Categorical([None, "yes"], dtype=FORM.dtype("q04")),
        q05=pd.Categorical(["yes", "no"], categories=list(reversed(FORM.dtype("q05").categories))),
    )
    with pytest.raises(CheckFailed) as caught:
        scoring.score(answers, FORM)
    assert [(p.code, p.place) for p in caught.value.problems] == [
        ("not_answers", "q01"), ("not_answers", "q02"), ("not_answers", "q03"),
        ("answer_without_reason", "q04 [form 0]"), ("not_answers", "q05"),
    ]  # fmt: skip
    for code in language.languages():
        assert "as_answers" in caught.value.text(code)


def test_a_table_without_columns_is_refused_even_when_it_has_no_rows() -> None:
    with pytest.raises(CheckFailed) as caught:
        scoring.score(pd.DataFrame(), FORM)
    assert len(caught.value.problems) == len(FORM.items)


def test_questions_that_are_asked_only_may_be_absent() -> None:
    danger = instruments.load("danger_assessment")
    frame = blank_forms(danger, 2)
    full = scoring.score(scoring.as_answers(frame, danger), danger)
    short = scoring.score(scoring.as_answers(frame.drop(columns=["q20", "q05a"]), danger), danger)
    pd.testing.assert_frame_equal(short, full)


def test_a_form_answered_two_ways_at_once_is_scored_and_counted() -> None:
    danger = instruments.load("danger_assessment")
    frame = blank_forms(danger, 1).assign(q03="yes", q03a="yes")
    row = scoring.score(scoring.as_answers(frame, danger), danger).iloc[0]
    assert (row["total"], row["n_contradictions"]) == (1, 1)


def parsed(name: str) -> dict[str, Any]:
    return tomllib.loads(files("dvstudy.instruments.definitions").joinpath(f"{name}.toml").read_text("utf-8"))


def judged_with_a_decision() -> Instrument:
    """SARA as a team might extend it: a high rating is positive."""
    raw = parsed("sara_v2")
    label = {"en": "x", "ro": "x"}
    raw["decision"] = {
        "label": label, "positive_from": "high", "positive": "act", "positive_label": label,
        "negative": "wait", "negative_label": label,
    }  # fmt: skip
    raw["examples"] = raw["examples"][1:2]
    raw["examples"][0]["expect"] = {"decision": "act", "certainty": "certain", "level": "high"}
    return define(raw, "sara")


def test_a_decision_on_a_rating_is_empty_without_a_rating() -> None:
    sara = judged_with_a_decision()
    frame = blank_forms(sara, 4).assign(rating_partner=["high", "low", "moderate", "blank"])
    table = scoring.score(scoring.as_answers(frame, sara), sara)
    assert list(table["decision"].astype("object").fillna("-")) == ["act", "wait", "wait", "-"]
    assert list(table["certainty"]) == ["certain", "cannot_be", "cannot_be", "could_be"]
    assert table["branch"].isna().all()


def test_both_conditions_may_be_needed_and_three_may_share_a_level() -> None:
    raw = parsed("order146")
    raw["levels"][0]["join"] = "all"
    raw["examples"] = raw["examples"][4:6]
    both = define(raw, "form")
    frame = blank_forms(both, 3).replace("blank", "no")
    frame.loc["form 0", ["q01", "q02"]] = "yes"
    frame.loc["form 1", [f"q{n:02d}" for n in range(1, 15)]] = "yes"
    table = scoring.score(scoring.as_answers(frame, both), both)
    assert list(table["decision"]) == ["not_imminent", "imminent", "not_imminent"]
    assert list(table["branch"]) == ["none", "both", "none"]

    raw = parsed("order146")
    raw["scores"].append(raw["scores"][0] | {"id": "first", "items": ["q01"]})
    raw["levels"][0]["when"].append({"branch": "c", "score": "first", "at_least": 1})
    raw["examples"] = raw["examples"][5:6]
    three = define(raw, "form")
    table = scoring.score(scoring.as_answers(frame, three), three)
    assert list(table["branch"]) == ["a+c", "a+b+c", "none"]


@EVERY
def test_only_an_item_that_another_excludes_has_its_reasons_for_missing_twice(name: str) -> None:
    instrument = instruments.load(name)
    excluded = {item for pair in instrument.excludes for item in pair}
    sets = {item: instrument.answer_set(item) for item in instrument.scored_items}
    sizes = [len(s.codes) + len(s.missing) * (2 if i in excluded else 1) for i, s in sets.items()]
    assert weights(instrument).shape[1] == max(sizes)
