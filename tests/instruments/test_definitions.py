"""Facts that the four shipped definitions must state, and habits that every definition must keep."""

from __future__ import annotations

from datetime import date

import pytest

from dvstudy import instruments, language
from dvstudy.instruments import Instrument

EVERY = pytest.mark.parametrize("name", instruments.available())
SHIPPED = ("danger_assessment", "order146", "sara_v2", "social_risk_sheet")
FEW_WORDS = 10


def q(*numbers: int) -> list[str]:
    return [f"q{n:02d}" for n in numbers]


def test_the_four_instruments_are_shipped() -> None:
    assert set(SHIPPED) <= set(instruments.available())


@EVERY
def test_every_label_is_written_in_every_language(name: str) -> None:
    instrument = instruments.load(name)
    answers = [a.label for s in instrument.answer_sets.values() for a in s.answers]
    notes = [i.note for i in instrument.items if i.note] + [t for t in (instrument.notice, instrument.rule.note) if t]
    fixed = [instrument.title, instrument.short_title, instrument.rights.training, instrument.applicability.note]
    for label in [*instrument.labels.values(), *answers, *notes, *fixed]:
        assert set(label) == set(language.languages()), label
        assert all(text.strip() == text and text for text in label.values()), label


@EVERY
def test_romanian_uses_comma_below_and_never_cedilla(name: str) -> None:
    text = instruments.load(name).model_dump_json()
    assert not set("şţŞŢãÃ") & set(text)


@EVERY
def test_item_labels_are_short_paraphrases_and_wording_is_never_shown(name: str) -> None:
    instrument = instruments.load(name)
    assert not instrument.rights.wording_may_be_shown
    for item in instrument.items:
        assert len(item.label["en"].split()) <= FEW_WORDS, item
        assert not any(text.endswith("?") for text in item.label.values()), item


@EVERY
def test_every_item_says_how_well_it_is_known_and_whence(name: str) -> None:
    instrument = instruments.load(name)
    for part in [*instrument.items, *instrument.scores, instrument.rule, instrument.rights]:
        assert instrument.sources[part.source].strip()


@EVERY
def test_a_definition_survives_json(name: str) -> None:
    instrument = instruments.load(name)
    assert Instrument.model_validate_json(instrument.model_dump_json()) == instrument


@EVERY
def test_codes_of_items_levels_scores_and_outcomes_have_words(name: str) -> None:
    instrument = instruments.load(name)
    codes = [*instrument.item_ids, *instrument.score, *instrument.level_codes]
    if instrument.decision:
        codes += [instrument.decision.positive, instrument.decision.negative]
    assert set(codes) <= set(instrument.labels)


def test_order146_has_two_counts_joined_by_or_and_a_total_that_decides_nothing() -> None:
    form = instruments.load("order146")
    assert list(form.score["section_a"].item_ids) == q(*range(1, 8))
    assert list(form.score["section_b"].item_ids) == q(*range(8, 22))
    assert not form.score["total"].decides
    imminent = form.levels[0]
    assert imminent.join == "any"
    assert [(c.branch, c.score, c.at_least) for c in imminent.when] == [("a", "section_a", 2), ("b", "section_b", 6)]
    assert form.rule.status == "verified"
    assert form.labels["section_a"]["en"].startswith("Yes answers")


def test_order146_marks_the_slots_whose_official_topic_is_not_known() -> None:
    form = instruments.load("order146")
    placeholders = [i.id for i in form.items if i.status == "placeholder"]
    assert placeholders == q(6, 7, *range(12, 22))
    assert [i.id for i in form.items if i.status == "topic_verified"] == q(1, 2, 3, 4, 5, 8, 9, 10, 11)
    assert form.notice is not None
    assert all(form.item[i].source == "no_source" for i in placeholders)


def test_order146_states_its_act() -> None:
    legal = instruments.load("order146").legal
    assert legal is not None
    assert legal.valid_from == date(2018, 12, 28)
    assert "1110" in legal.gazette
    assert "146/2.578" in legal.act["ro"]


def test_danger_assessment_weights_are_those_stated_and_unverified() -> None:
    danger = instruments.load("danger_assessment")
    total = danger.score["total"]
    extra = {2: 4, 3: 3, 4: 3, 5: 2, 6: 2, 7: 2, 8: 1, 9: 1}
    assert total.weights == {f"q{n:02d}": 1 + extra.get(n, 0) for n in range(1, 20)} | {"q03a": -3}
    assert total.status == "unverified"
    assert "plus 4 for item 3" in danger.sources[total.source]
    assert danger.rule.status == "verified"
    assert {level.code: c.at_least for level in danger.levels for c in level.when} == {
        "extreme": 18, "severe": 14, "increased": 8,
    }  # fmt: skip
    assert danger.excludes == (("q03", "q03a"),)
    assert danger.decision is None
    assert not {"q20", "q05a"} & set(danger.scored_items)


def test_sara_is_a_judgement_that_no_sum_decides() -> None:
    sara = instruments.load("sara_v2")
    assert sara.kind == "structured_judgement"
    assert sara.decision is None
    assert not any(s.decides for s in sara.scores)
    assert not any(level.when for level in sara.levels)
    assert [i.id for i in sara.items if i.role == "summary_rating"] == ["rating_partner", "rating_others"]
    assert [i.id for i in sara.items if i.role == "flag"] == [f"{i}_critical" for i in q(*range(1, 21))]
    assert sara.answer_set("q01").codes == ("absent", "partial", "present")
    assert "omitted" in sara.answer_set("q01").missing


def test_social_sheet_counts_23_items_three_of_them_critical_and_says_what_unknown_means() -> None:
    sheet = instruments.load("social_risk_sheet")
    assert list(sheet.score["critical"].item_ids) == q(7, 11, 17)
    assert list(sheet.score["yes_count"].item_ids) == q(*range(1, 24))
    bars = {level.code: [(c.branch, c.at_least) for c in level.when] for level in sheet.levels}
    assert bars == {
        "high": [("critical", 1), ("count", 5)], "medium": [("count", 4)], "low": [("count", 1)], "none": [],
    }  # fmt: skip
    assert sheet.notice is not None
    assert "not yes" in sheet.notice["en"]
    assert sheet.legal is not None
    assert sheet.legal.status == "unverified"
    assert sheet.decision is not None
    assert (sheet.decision.positive, sheet.decision.negative) == ("high", "not_high")


@EVERY
def test_column_types_hold_answers_first_then_reasons_for_missing(name: str) -> None:
    instrument = instruments.load(name)
    for item in instrument.item_ids:
        chosen = instrument.answer_set(item)
        assert list(instrument.dtype(item).categories) == [*chosen.codes, *chosen.missing]
        assert not set(chosen.codes) & set(instruments.REASONS)
