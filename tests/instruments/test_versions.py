"""Law by date, versions in force, and what changed between two versions."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import pandas as pd
import pytest

from dvstudy import instruments, scoring
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.instruments.load import define
from dvstudy.instruments.regimes import COLUMNS, regimes
from dvstudy.instruments.versions import diff, instrument_in_force
from dvstudy.scoring.versions import changed_decisions


def raw(name: str) -> dict[str, Any]:
    return tomllib.loads(files("dvstudy.instruments.definitions").joinpath(f"{name}.toml").read_text("utf-8"))


BEFORE = instruments.load("order146")


@pytest.mark.parametrize(
    ("day", "months", "monitoring", "provisional"),
    [
        ("2022-01-01", 6, None, "provisional_may_lapse"),
        ("2023-07-19", 6, "monitoring_pilot", "provisional_may_lapse"),
        ("2023-07-20", 12, "monitoring_pilot", "provisional_may_lapse"),
        ("2024-10-01", 12, "monitoring_nationwide", "provisional_may_lapse"),
        ("2025-12-12", 12, "monitoring_nationwide", "provisional_extended"),
    ],
)
def test_the_law_of_a_day(day: str, months: int, monitoring: str | None, provisional: str) -> None:
    found = regimes(day)
    by_topic = {topic: name for name, topic in found["topic"].items()}
    assert found["topic"].is_unique
    assert found.loc[by_topic["court_order"], "months"] == months
    assert by_topic.get("monitoring") == monitoring
    assert by_topic["provisional_order"] == provisional


def test_every_state_of_the_law_has_words_and_a_source() -> None:
    for code in ("en", "ro"):
        table = regimes(language=code)
        assert list(table.columns) == list(COLUMNS)
        assert table["what"].str.len().gt(10).all() and table["source"].str.contains("http|Law").all()
    assert regimes(date(2024, 1, 1)).equals(regimes("2024-01-01"))


def test_dates_and_countries_that_make_no_sense_are_refused() -> None:
    for call in (lambda: regimes("1 May 2023"), lambda: regimes(jurisdiction="XX")):
        with pytest.raises(UsageError):
            call()


def test_the_police_form_is_in_force_from_its_gazette_on() -> None:
    assert instrument_in_force("order146", "2023-05-01").id == "order146"
    assert instrument_in_force("order146", date(2018, 12, 28)).id == "order146"
    with pytest.raises(UsageError) as early:
        instrument_in_force("order146", "2018-12-27")
    assert early.value.code == "not_in_force" and "2018-12-28" in early.value.text("ro")


@pytest.mark.parametrize(("name", "code"), [("sara_v2", "no_legal_life"), ("nothing", "unknown_family")])
def test_what_no_law_prescribes_is_never_in_force(name: str, code: str) -> None:
    with pytest.raises(UsageError) as refusal:
        instrument_in_force(name, "2023-05-01")
    assert refusal.value.code == code


def changed() -> instruments.Instrument:
    form = raw("order146")
    form["levels"][0]["when"][0]["at_least"] = 3
    form["items"][4]["label"]["en"] = "Something else"
    form["rights"]["wording_may_be_shown"] = True
    form["examples"] = [{"name": "no", "others": {"yes_no": "no"}, "expect": {"decision": "not_imminent"}}]
    return define(form, "form.toml")


def test_a_diff_names_what_changed_and_only_that() -> None:
    assert diff(BEFORE, BEFORE).empty
    found = diff(BEFORE, changed())
    assert set(found["part"]) == {"levels", "items", "rights"}
    item = found[found["part"] == "items"].iloc[0]
    assert (item["code"], item["field"]) == ("q05", "label")
    assert "Something else" in item["after"] and "Something else" not in item["before"]


def test_a_part_that_only_one_side_has_is_one_row() -> None:
    form = raw("order146")
    for score in form["scores"]:
        score["items"] = [i for i in score["items"] if i != "q21"]
    form["items"] = form["items"][:-1]
    form["examples"] = [{"name": "no", "others": {"yes_no": "no"}, "expect": {"decision": "not_imminent"}}]
    found = diff(BEFORE, define(form, "form.toml")).query("part == 'items'")
    assert found[["code", "field", "before", "after"]].to_numpy().tolist() == [["q21", "", "present", "absent"]]


def test_past_decisions_that_would_differ() -> None:
    rows = [dict.fromkeys(BEFORE.item_ids, "no") | dict.fromkeys(yes, "yes") for yes in (["q01", "q02"], ["q01"], [])]
    rows.append(dict.fromkeys(BEFORE.item_ids, "no") | {"q01": "yes", "q02": "yes", "q03": "yes"})
    answers = scoring.as_answers(pd.DataFrame(rows, index=list("wxyz")), BEFORE)
    found = changed_decisions(answers, BEFORE, changed())
    assert found["changed"].to_dict() == {"w": True, "x": False, "y": False, "z": False}
    assert list(found.loc["w", ["decision_before", "decision_after"]]) == ["imminent", "not_imminent"]


def test_an_item_that_only_the_later_version_has_was_not_asked_and_may_change_the_decision() -> None:
    form = raw("order146")
    form["items"].append({**form["items"][6], "id": "q22", "number": "22"})
    form["scores"][0]["items"].append("q22")
    form["examples"] = [{"name": "no", "others": {"yes_no": "no"}, "expect": {"decision": "not_imminent"}}]
    rows = [dict.fromkeys(BEFORE.item_ids, "no") | dict.fromkeys(yes, "yes") for yes in (["q01"], [])]
    found = changed_decisions(scoring.as_answers(pd.DataFrame(rows), BEFORE), BEFORE, define(form, "form.toml"))
    assert not found["changed"].any()
    assert found["certainty_before"].tolist() == ["cannot_be", "cannot_be"]
    assert found["certainty_after"].tolist() == ["could_be", "cannot_be"]


def test_the_decision_counts_where_both_have_one_and_the_level_where_not() -> None:
    for name, raised, changes in (("social_risk_sheet", "medium", False), ("danger_assessment", "increased", True)):
        before, form = instruments.load(name), raw(name)
        level = next(one for one in form["levels"] if one["code"] == raised)
        level["when"][0]["at_least"] -= 1
        form["examples"] = [{"name": "no", "others": dict.fromkeys(form["answer_sets"], "no"),
                             "expect": {"n_missing": 0}}]  # fmt: skip
        yes = {"social_risk_sheet": ("q01", "q02", "q03"), "danger_assessment": ("q02", "q08")}[name]
        one = dict.fromkeys(before.item_ids, "no") | dict.fromkeys(yes, "yes")
        found = changed_decisions(scoring.as_answers(pd.DataFrame([one]), before), before, define(form, "form.toml"))
        assert found["level_before"].tolist() != found["level_after"].tolist() == [raised]
        assert found["changed"].tolist() == [changes]


def test_an_answer_that_the_later_version_no_longer_offers_is_named() -> None:
    form = raw("order146")
    form["answer_sets"]["yes_no"]["missing"].remove("refused")
    form["examples"] = [{"name": "no", "others": {"yes_no": "no"}, "expect": {"decision": "not_imminent"}}]
    after = define(form, "form.toml")
    rows = [dict.fromkeys(BEFORE.item_ids, "no"), dict.fromkeys(BEFORE.item_ids, "no") | {"q03": "refused"}]
    answers = scoring.as_answers(pd.DataFrame(rows), BEFORE)
    assert not changed_decisions(answers.iloc[[0]], BEFORE, after)["changed"].any()
    with pytest.raises(CheckFailed) as caught:
        changed_decisions(answers, BEFORE, after)
    assert [(p.code, p.place) for p in caught.value.problems] == [("not_answers", "q03")]


def test_two_different_instruments_are_no_versions_of_each_other() -> None:
    answers = scoring.as_answers(pd.DataFrame([dict.fromkeys(BEFORE.item_ids, "no")]), BEFORE)
    with pytest.raises(UsageError) as caught:
        changed_decisions(answers, BEFORE, instruments.load("social_risk_sheet"))
    assert caught.value.code == "not_versions"
    short, long = (instruments.load(name) for name in ("dash_24", "dash_27"))
    form = dict.fromkeys(short.item_ids, "no") | {"call_outs": "zero"} | dict.fromkeys(short.item_ids[:12], "yes")
    found = changed_decisions(scoring.as_answers(pd.DataFrame([form]), short), short, long)
    assert found["certainty_after"].tolist() == ["could_be"]
    short, long = (instruments.load(name) for name in ("da5", "danger_assessment"))
    answers = scoring.as_answers(pd.DataFrame([dict.fromkeys(short.item_ids, "no")]), short)
    with pytest.raises(UsageError):  # one family, but item q01 of one is not item q01 of the other
        changed_decisions(answers, short, long)


def test_a_judgement_that_nobody_gave_has_not_changed() -> None:
    form = instruments.load("sara_v2")
    rows = [dict.fromkeys(form.item_ids, "blank") | {"rating_partner": rating} for rating in ("blank", "high")]
    found = changed_decisions(scoring.as_answers(pd.DataFrame(rows), form), form, form)
    assert found["level_after"].isna().tolist() == [True, False]
    assert found["changed"].tolist() == [False, False]
