"""Instruments side by side: every question has its place, and a topic counts as shared only if both forms ask it."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.instruments import construct, coverage, crosswalk, load, taxonomy
from dvstudy.render.show_library import show_coverage, show_crosswalk, show_wheel

PAIRS = list(itertools.combinations(("order146", "social_risk_sheet", "danger_assessment", "lap", "sara_v2"), 2))


def asked(name: str) -> list[str]:
    one = load(name)
    return [i.id for i in one.items if i.role == "item" and construct(one, i.id).domain != "assessor"]


def listed(column: pd.Series) -> list[str]:
    return [item for cell in column for item in cell.split(", ") if item]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_every_question_stands_in_exactly_one_row(a: str, b: str) -> None:
    found = crosswalk(a, b)
    assert sorted(listed(found["items_a"])) == sorted(asked(a))
    assert sorted(listed(found["items_b"])) == sorted(asked(b))
    for row in found.to_dict("records"):
        one_sided = {"only_a": not row["items_b"], "only_b": not row["items_a"]}
        assert one_sided.get(row["relation"], bool(row["items_a"] and row["items_b"]))
        if row["relation"].startswith("shared"):
            assert (row["relation"] == "shared") == (row["time_a"] == row["time_b"])
    order = [list(taxonomy().domains).index(d) for d in found["domain"]]
    assert order == sorted(order)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_the_other_way_round_is_the_mirror(a: str, b: str) -> None:
    mirror = {"only_a": "only_b", "only_b": "only_a"}
    there, back = crosswalk(a, b), crosswalk(b, a)
    swapped = {(r["construct"], r["items_b"], r["items_a"], mirror.get(r["relation"], r["relation"])) for r in
               back.to_dict("records")}  # fmt: skip
    assert {(r["construct"], r["items_a"], r["items_b"], r["relation"]) for r in there.to_dict("records")} == swapped


def test_the_two_romanian_forms_share_what_their_labels_say() -> None:
    found = crosswalk("order146", "social_risk_sheet").set_index("construct")
    assert found.loc["strangulation", ["items_a", "items_b"]].tolist() == ["q07", "q12"]
    assert found.loc["injury_now", "relation"] == "only_a"
    assert found.loc["violence_in_pregnancy", "relation"] == "only_b"


def test_a_topic_that_is_not_known_is_never_shared() -> None:
    found = crosswalk("da_le", "epv_r")
    assert set(found["construct"]) == {"unknown_topic"}
    assert set(found["relation"]) == {"only_a", "only_b"}


def test_coverage_counts_every_question_once() -> None:
    found = coverage()
    assert list(found.columns) == [d for d in taxonomy().domains if d != "assessor"]
    assert "order138" not in found.index, "a form without items covers nothing"
    for name in found.index:
        assert found.loc[name].sum() == len(asked(name))
    assert coverage(["order146", load("lap")]).index.tolist() == ["order146", "lap"]
    assert coverage([]).empty


@pytest.mark.parametrize("language", ["en", "ro"])
def test_pages_for_readers_name_both_forms_and_the_cautions(language: str) -> None:
    page = show_crosswalk("order146", "danger_assessment", language).html
    for name in ("order146", "danger_assessment"):
        assert load(name).short_title[language] in page
    drawn = show_coverage(["order146", "lap"], language).html
    assert "<svg" in drawn and drawn.count(lang.text("report.mark.forms", language)) > 1
    assert lang.text("report.mark.synthetic", language) not in drawn + page
    assert "Duluth" in show_wheel(load("social_risk_sheet"), language).html
    assert not any(code in page for code in instruments.RELATIONS if "_" in code)
