"""A definition that breaks a rule is refused, and every fault is named at once, in both languages."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from dvstudy import language
from dvstudy.errors import CheckFailed, Problem
from dvstudy.instruments import Instrument
from dvstudy.instruments.load import define

Raw = dict[str, Any]
NAMES = ("order146", "danger_assessment", "sara_v2", "social_risk_sheet")


def raw(name: str) -> Raw:
    return tomllib.loads(files("dvstudy.instruments.definitions").joinpath(f"{name}.toml").read_text("utf-8"))


def faults(definition: Raw) -> list[Problem]:
    with pytest.raises(CheckFailed) as caught:
        define(definition, "form.toml")
    for problem in caught.value.problems:
        assert problem.place.startswith("form.toml")
        for code in language.languages():
            assert language.has(f"problem.{problem.code}", code), problem.code
            assert not re.search(r"{[a-z_]+}", problem.text(code)), problem
    return list(caught.value.problems)


def part(definition: Raw, field: str, key: str, name: str) -> Raw:
    found: Raw = next(p for p in definition[field] if p[key] == name)
    return found


def item(definition: Raw, name: str) -> Raw:
    return part(definition, "items", "id", name)


def score(definition: Raw, name: str) -> Raw:
    return part(definition, "scores", "id", name)


def level(definition: Raw, name: str) -> Raw:
    return part(definition, "levels", "code", name)


def condition(on: str, at_least: int) -> Raw:
    return {"branch": "x", "score": on, "at_least": at_least}


def drop(table: Raw, key: str) -> None:
    del table[key]


def put(table: Raw, **values: Any) -> None:
    table.update(values)


def give_three_answers(d: Raw) -> None:
    """Answers of which "often" raises one deciding score and lowers another."""
    answers = d["answer_sets"]["yes_no"]["answers"]
    answers.append({"code": "often", "score": 2, "label": {"en": "Often", "ro": "Des"}})
    weights = {f"q{n:02d}": 1 for n in range(8, 22)} | {"q01": -1}
    del score(d, "section_b")["items"]
    put(score(d, "section_b"), kind="weighted_sum", weights=weights, answers=["yes", "often"])


def exclude_two_that_both_raise(d: Raw) -> None:
    d["excludes"] = [["q01", "q02"]]


Change = Callable[[Raw], Any]
#: instrument, what is done to it, code of the fault, part of its place, what it names
CASES: dict[str, tuple[str, Change, str, str, str]] = {
    "unknown key": ("order146", lambda d: put(d, titel="x"), "unknown_key", "titel", "titel"),
    "unknown key of an item": (
        "order146", lambda d: put(item(d, "q03"), lable={"en": "x"}), "unknown_key", "items.2.lable", "lable",
    ),
    "unknown key of an answer": (
        "order146", lambda d: put(d["answer_sets"]["yes_no"], mising=[]), "unknown_key", "answer_sets", "mising",
    ),
    "missing key": ("order146", lambda d: drop(d, "rights"), "missing_key", "rights", "rights"),
    "text for a number": (
        "order146", lambda d: put(level(d, "imminent")["when"][0], at_least="2"),
        "wants_whole_number", "at_least", "'2'",
    ),
    "unknown kind of score": (
        "order146", lambda d: put(score(d, "total"), kind="mean"), "not_one_of", "scores.2.kind", "'mean'",
    ),
    "unknown status": ("order146", lambda d: put(d["rule"], status="sure"), "not_one_of", "rule.status", "'sure'"),
    "other schema version": ("order146", lambda d: put(d, schema_version=2), "not_one_of", "schema_version", "2"),
    "label without English": (
        "order146", lambda d: put(d, title={"ro": "Formular"}), "label_without_english", "title", "Formular",
    ),
    "no examples": ("order146", lambda d: put(d, examples=[]), "too_few", "examples", "0"),
    "one level": ("order146", lambda d: d["levels"].pop(0), "too_few", "levels", "1"),
    "one answer": ("order146", lambda d: d["answer_sets"]["yes_no"]["answers"].pop(0), "too_few", "yes_no", "1"),
    "five conditions": (
        "order146", lambda d: put(level(d, "imminent"), when=[condition("section_a", 1)] * 5),
        "too_long", "levels.0.when", "",
    ),
    "item twice": ("order146", lambda d: put(item(d, "q02"), id="q01"), "repeated_name", "items.q01", "q01"),
    "branch twice": (
        "order146", lambda d: put(level(d, "imminent")["when"][1], branch="a"), "repeated_name", "imminent", "a",
    ),
    "reason is also an answer": (
        "order146", lambda d: put(d["answer_sets"]["yes_no"]["answers"][0], code="blank"),
        "repeated_name", "answer_sets.yes_no", "blank",
    ),
    "no reason blank": (
        "order146", lambda d: put(d["answer_sets"]["yes_no"], missing=["refused"]), "no_blank_reason", "yes_no", "",
    ),
    "unknown section": ("order146", lambda d: put(item(d, "q02"), section="c"), "unknown_reference", "q02", "c"),
    "unknown answer set": (
        "order146", lambda d: put(item(d, "q02"), answers="yesno"), "unknown_reference", "q02.answers", "yesno",
    ),
    "unknown source": (
        "order146", lambda d: put(item(d, "q02"), source="avocat"), "unknown_reference", "q02.source", "avocat",
    ),
    "score of an unknown item": (
        "order146", lambda d: score(d, "section_a")["items"].append("q99"), "unknown_reference", "section_a", "q99",
    ),
    "score counts an answer nobody can give": (
        "order146", lambda d: put(score(d, "section_a"), answers=["yes", "da"]), "unknown_reference", "section_a", "da",
    ),
    "score reads an item that lacks its answer": (
        "sara_v2", lambda d: score(d, "n_critical")["items"].append("q01"), "answer_not_offered", "n_critical", "q01",
    ),
    "score named like a column": (
        "order146", lambda d: put(score(d, "total"), id="level"), "reserved_name", "scores.level", "level",
    ),
    "weights on a count": (
        "order146", lambda d: put(score(d, "total"), weights={"q01": 2}), "weights_misplaced", "scores.total", "",
    ),
    "weighted sum without weights": (
        "danger_assessment", lambda d: drop(score(d, "total"), "weights"), "weights_misplaced", "scores.total", "",
    ),
    "score without items": (
        "order146", lambda d: put(score(d, "total"), items=[]), "score_without_items", "scores.total", "",
    ),
    "flag in a sum": (
        "sara_v2", lambda d: score(d, "research_sum")["items"].append("q01_critical"),
        "flag_scored", "research_sum", "q01_critical",
    ),
    "flags decide": ("sara_v2", lambda d: put(score(d, "n_critical"), decides=True), "flag_scored", "n_critical", ""),
    "rating in a sum": (
        "sara_v2", lambda d: score(d, "research_sum")["items"].append("rating_partner"),
        "rating_scored", "research_sum", "rating_partner",
    ),
    "level on a research score": (
        "order146", lambda d: put(level(d, "imminent")["when"][0], score="total"),
        "research_score_decides", "levels.imminent", "total",
    ),
    "level on an unknown score": (
        "order146", lambda d: put(level(d, "imminent")["when"][0], score="section_c"),
        "unknown_reference", "levels.imminent", "section_c",
    ),
    "lowest level with a condition": (
        "danger_assessment", lambda d: put(level(d, "variable"), when=[condition("total", 1)]),
        "lowest_level_condition", "levels.variable", "",
    ),
    "level without a condition": (
        "danger_assessment", lambda d: drop(level(d, "severe"), "when"), "level_without_condition", "severe", "",
    ),
    "level above which another takes everybody": (
        "danger_assessment", lambda d: put(level(d, "severe")["when"][0], at_least=18),
        "level_unreachable", "levels.severe", "total >= 18",
    ),
    "condition in a judgement": (
        "sara_v2", lambda d: put(level(d, "high"), when=[condition("research_sum", 20)]),
        "judged_level_condition", "levels.high", "",
    ),
    "decision from an unknown level": (
        "order146", lambda d: put(d["decision"], positive_from="iminent"), "unknown_reference", "decision", "iminent",
    ),
    "decision that is always positive": (
        "order146", lambda d: put(d["decision"], positive_from="not_imminent"),
        "decision_always_positive", "decision", "not_imminent",
    ),
    "both outcomes alike": (
        "order146", lambda d: put(d["decision"], negative="imminent"), "repeated_name", "decision", "imminent",
    ),
    "judgement in a checklist": (
        "order146", lambda d: put(d, judgement={"ratings": ["q01"], "level_from": "q01"}),
        "judgement_misplaced", "judgement", "checklist",
    ),
    "judgement without ratings part": (
        "sara_v2", lambda d: drop(d, "judgement"), "judgement_misplaced", "judgement", "structured_judgement",
    ),
    "judgement from an item that is no rating": (
        "sara_v2", lambda d: put(d["judgement"], ratings=["q01"], level_from="q01"),
        "unknown_reference", "judgement.ratings", "q01",
    ),
    "rating that is no level": (
        "sara_v2", lambda d: put(d["answer_sets"]["rating"]["answers"][0], code="none"),
        "unknown_reference", "answer_sets.rating", "none",
    ),
    "no harmless answer": (
        "order146", lambda d: put(score(d, "section_a"), answers=["yes", "no"]),
        "no_harmless_answer", "section_a", "q01",
    ),
    "one answer pulls both ways": ("order146", give_three_answers, "bounds_unsound", "items.q01", "q01"),
    "excluded pair that both raise": (
        "order146", exclude_two_that_both_raise, "excludes_unsound", "excludes", "q01, q02",
    ),
    "excluded pair that is not yes/no": (
        "sara_v2", lambda d: put(d, excludes=[["q01", "q02"]]), "excludes_not_yes_no", "excludes", "q01, q02",
    ),
    "excluded pair of one item": (
        "order146", lambda d: put(d, excludes=[["q01", "q01"]]), "excludes_not_yes_no", "excludes", "q01, q01",
    ),
    "excluded unknown item": (
        "order146", lambda d: put(d, excludes=[["q01", "q77"]]), "unknown_reference", "excludes", "q77",
    ),
    "example of an unknown item": (
        "order146", lambda d: put(d["examples"][0]["answers"], q30="yes"), "unknown_reference", "answers", "q30",
    ),
    "example with an answer not offered": (
        "order146", lambda d: put(d["examples"][0]["answers"], q01="da"), "bad_code", ".q01", "da",
    ),
    "example that leaves items open": (
        "order146", lambda d: put(d["examples"][0], others={}), "missing_key", "others", "yes_no",
    ),
    "example expects an unknown column": (
        "order146", lambda d: put(d["examples"][0]["expect"], sections_a=1), "unknown_key", "expect", "sections_a",
    ),
    "example expects text for a number": (
        "order146", lambda d: put(d["examples"][0]["expect"], total="six"), "bad_value", "expect.total", "six",
    ),
    "example expects an unknown level": (
        "order146", lambda d: put(d["examples"][0]["expect"], level="high"), "bad_code", "expect.level", "high",
    ),
    "example expects an outcome where there is none": (
        "danger_assessment", lambda d: put(d["examples"][0]["expect"], decision="high"),
        "bad_code", "expect.decision", "high",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_refused_and_named(case: str) -> None:
    name, change, code, place, found = CASES[case]
    definition = raw(name)
    define(copy.deepcopy(definition), "form.toml")
    change(definition)
    assert [p for p in faults(definition) if p.code == code and place in p.place and found in p.found]


def test_near_spellings_are_offered() -> None:
    definition = raw("order146")
    item(definition, "q03")["lable"] = {"en": "x"}
    item(definition, "q04")["answers"] = "yesno"
    definition["answer_sets"]["yes_no"]["mising"] = []
    level(definition, "imminent")["when"][0]["score"] = "section_aa"
    near = {p.found: p.nearest for p in faults(definition)}
    assert near["lable"] == "label"
    assert near["yesno"] == "yes_no"
    assert near["mising"] == "missing"
    assert near["section_aa"] == "section_a"


def test_faults_of_shape_and_of_rules_are_listed_together() -> None:
    definition = raw("order146")
    definition["titel"] = "x"
    item(definition, "q03")["status"] = "sure"
    item(definition, "q05")["section"] = "c"
    level(definition, "imminent")["when"][0]["at_least"] = "2"
    definition["decision"]["positive_from"] = "iminent"
    definition["examples"][1]["expect"]["total"] = "two"
    found = faults(definition)
    assert sorted(p.code for p in found) == sorted(
        ["unknown_key", "not_one_of", "wants_whole_number", "unknown_reference", "unknown_reference", "bad_value"]
    )
    assert {"titel", "c", "iminent", "two"} <= {p.found for p in found}


def parts_of(definition: Raw) -> list[Raw]:
    lists = [p for key in ("sections", "items", "scores", "levels", "examples") for p in definition[key]]
    single = [
        definition[k] for k in ("rule", "rights", "legal", "decision", "judgement", "applicability") if k in definition
    ]
    answers = [a for s in definition["answer_sets"].values() for a in s["answers"]]
    return [definition, *lists, *single, *definition["answer_sets"].values(), *answers]


@pytest.mark.parametrize("name", NAMES)
def test_a_part_that_cannot_be_read_makes_no_second_fault_of_references_to_it(name: str) -> None:
    for number in range(len(parts_of(raw(name)))):
        definition = raw(name)
        parts_of(definition)[number]["surprise"] = 1
        assert [p.code for p in faults(definition)] == ["unknown_key"], number


@pytest.mark.parametrize("name", NAMES)
def test_any_one_part_of_the_wrong_type_is_reported_and_never_crashes(name: str) -> None:
    for key in raw(name):
        for wrong in (None, 7, "text", [], {}, [7], [[]], {"x": 7}, [{}], [{"id": 7}]):
            definition = raw(name)
            definition[key] = wrong
            try:
                define(definition, "form.toml")
            except CheckFailed as fault:
                assert fault.text("en")
                assert fault.text("ro")


def test_rules_hold_for_an_instrument_made_without_a_file() -> None:
    definition = raw("order146")
    item(definition, "q05")["section"] = "c"
    with pytest.raises(CheckFailed) as caught:
        Instrument.model_validate(definition)
    assert [p.code for p in caught.value.problems] == ["unknown_reference"]
