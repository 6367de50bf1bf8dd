"""Facts that the definitions of the library must state: what was read, what was not, and what the rules are.

The constants are typed in from the reference sheets, not from the definition files.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dvstudy import instruments, language, scoring
from dvstudy.errors import Refused

KNOWN = {
    "b_safer", "b_safer_15", "da5", "danger_assessment", "dash_24", "dash_25", "dash_27", "lap", "odara", "order146",
    "sara_v2", "sara_v3", "social_risk_sheet", "vpr",
}  # fmt: skip
NOT_KNOWN = {"da_le", "dvsi_r", "epv_r", "k_sid", "order138"}
FAMILIES = {
    "da": {"da5", "da_le", "danger_assessment"},
    "sara": {"sara_v2", "sara_v3"},
    "b_safer": {"b_safer", "b_safer_15"},
    "dash_ric": {"dash_24", "dash_25", "dash_27"},
}

#: How each group of items is known: (ids, status). Nothing stands higher here than on the reference sheet.
ITEMS: dict[str, list[tuple[list[str], str]]] = {
    "order138": [],
    "da5": [([f"q{n:02d}" for n in range(1, 6)], "verified")],
    "da_le": [([f"q{n:02d}" for n in range(1, 12)], "placeholder")],
    "lap": [([f"q{n:02d}" for n in range(1, 12)] + ["officer_belief"], "verified")],
    "sara_v3": [
        ([f"n{n}_{end}" for n in range(1, 9) for end in ("past", "recent", "relevance")], "verified"),
        ([f"p{n}_{end}" for n in range(1, 11) for end in ("past", "recent", "relevance")], "unverified"),
        ([f"v{n}_{end}" for n in range(1, 7) for end in ("past", "recent", "relevance")], "unverified"),
        (["case_priority"], "verified"),
    ],
    **{
        name: [
            ([f"q{n:02d}_{end}" for n in range(1, last + 1) for end in ("past", "recent")], "topic_verified"),
            (["case_priority", "life_threatening_violence", "imminent_violence"], "unverified"),
        ]
        for name, last in (("b_safer", 10), ("b_safer_15", 15))
    },
    **{
        f"dash_{last}": [
            ([f"q{n:02d}" for n in range(1, 25)], "unverified"),
            ([f"q{n:02d}" for n in range(25, last + 1)], "placeholder"),
            (["professional_judgement"], "topic_verified"),
            (["call_outs"], "unverified"),
        ]
        for last in (24, 25, 27)
    },
    "odara": [([f"q{n:02d}" for n in range(1, 14)], "verified")],
    "vpr": [([f"q{n:02d}" for n in range(1, 36)] + ["automatic_level", "officer_level"], "unverified")],
    "epv_r": [([f"q{n:02d}" for n in range(1, 21)], "placeholder")],
    "dvsi_r": [
        ([f"q{n:02d}" for n in range(1, 12)], "unverified"),
        (["rating_victim", "rating_others"], "topic_verified"),
    ],
    "k_sid": [([f"q{n:02d}" for n in range(1, 11)], "unverified")],
}
#: Status of the rule and of every score.
RULES: dict[str, tuple[str, dict[str, str]]] = {
    "order138": ("unverified", {}),
    "da5": ("verified", {"yes_count": "verified"}),
    "da_le": ("unverified", {}),
    "lap": ("verified", {"first_three": "verified", "other_eight": "verified", "belief": "verified"}),
    "sara_v3": ("verified", {"n_recent": "unverified", "n_past": "unverified"}),
    "b_safer": ("unverified", {"n_recent": "unverified", "n_past": "unverified"}),
    "b_safer_15": ("unverified", {"n_recent": "unverified", "n_past": "unverified"}),
    "dash_24": ("verified", {"yes_count": "verified", "judgement": "verified", "escalation_count": "unverified"}),
    "dash_25": ("unverified", {"yes_count": "unverified", "judgement": "verified", "escalation_count": "unverified"}),
    "dash_27": ("unverified", {"yes_count": "unverified", "judgement": "verified", "escalation_count": "unverified"}),
    "odara": ("unverified", {"total": "unverified"}),
    "vpr": ("unverified", {"n_present": "unverified"}),
    "epv_r": ("unverified", {}),
    "dvsi_r": ("unverified", {}),
    "k_sid": ("unverified", {"markers": "unverified"}),
}
NEW = pytest.mark.parametrize("name", sorted(ITEMS))
SHIPPED = pytest.mark.parametrize("name", sorted(KNOWN | NOT_KNOWN))


def bars(name: str) -> dict[str, list[tuple[str, str, int]]]:
    return {lv.code: [(c.branch, c.score, c.at_least) for c in lv.when] for lv in instruments.load(name).levels}


def test_the_library_holds_these_instruments_and_says_which_can_be_scored() -> None:
    assert set(instruments.available()) >= KNOWN | NOT_KNOWN
    assert set(instruments.available()) - set(instruments.scorable()) == NOT_KNOWN
    assert set(ITEMS) == set(RULES) == (KNOWN | NOT_KNOWN) - {
        "danger_assessment", "order146", "sara_v2", "social_risk_sheet",
    }  # fmt: skip


def test_versions_of_one_instrument_share_a_family_and_the_two_police_forms_do_not() -> None:
    found: dict[str, set[str]] = {}
    for name in KNOWN | NOT_KNOWN:
        if family := instruments.load(name).family:
            found.setdefault(family, set()).add(name)
    assert found == FAMILIES


@NEW
def test_items_are_those_of_the_sheet_and_none_is_marked_better_known_than_it_is(name: str) -> None:
    expected = [(item, status) for ids, status in ITEMS[name] for item in ids]
    found = {i.id: i.status for i in instruments.load(name).items}
    assert found == dict(expected)
    assert len(expected) == len(found)


@NEW
def test_rules_and_scores_are_marked_as_they_are_known(name: str) -> None:
    instrument = instruments.load(name)
    assert (instrument.rule.status, {s.id: s.status for s in instrument.scores}) == RULES[name]
    assert instrument.rule.note is not None


@NEW
def test_what_is_not_known_is_said_in_the_notice_of_the_file(name: str) -> None:
    instrument = instruments.load(name)
    parts = [*instrument.items, *instrument.scores, instrument.rule]
    if any(part.status in ("unverified", "placeholder") for part in parts):
        assert instrument.notice is not None
    if name in NOT_KNOWN:
        assert instrument.notice is not None
        assert "not known" in instrument.notice["en"] or "not verified" in instrument.notice["en"]
        assert not instrument.levels
        assert not instrument.examples


@pytest.mark.parametrize("name", sorted(NOT_KNOWN))
def test_a_form_whose_rule_is_not_known_is_not_scored(name: str) -> None:
    instrument = instruments.load(name)
    forms = pd.DataFrame({i: ["blank"] for i in instrument.item_ids}, index=["one"])
    with pytest.raises(Refused) as caught:
        scoring.score(scoring.as_answers(forms, instrument), instrument)
    assert caught.value.code == ("rule_not_known" if instrument.items else "questions_not_known")
    assert all(name in caught.value.text(one) for one in language.languages())


@pytest.mark.parametrize(
    ("name", "kind"), [("da_le", "count"), ("epv_r", "count"), ("k_sid", "count"), ("dvsi_r", "value_sum")]
)
def test_who_is_entitled_to_the_rule_brings_it_by_an_overlay(name: str, kind: str, tmp_path: Path) -> None:
    base = instruments.load(name)
    asked = [item.id for item in base.items if item.role == "item"]
    known = ", ".join(f'"{i}"' for i in asked)
    blank = ", ".join(f'{answers} = "blank"' for answers in base.answer_sets)
    path = tmp_path / "own.toml"
    path.write_text(
        f"""
instrument = "{name}"
version = "{base.version}"
entitlement = "made up for a test"
[sources]
own = "made up"
[rule]
status = "unverified"
source = "own"
[[scores]]
id = "n"
label = {{ en = "n", ro = "n" }}
kind = "{kind}"
items = [{known}]
status = "unverified"
source = "own"
[[levels]]
code = "up"
label = {{ en = "up", ro = "sus" }}
when = [{{ branch = "n", score = "n", at_least = 2 }}]
[[levels]]
code = "down"
label = {{ en = "down", ro = "jos" }}
[[examples]]
name = "blank"
others = {{ {blank} }}
expect = {{ level = "down" }}
""",
        "utf-8",
    )
    own = instruments.overlay(name, path)
    none, one = own.answer_set(asked[0]).codes[:2]
    rows = [
        dict.fromkeys(own.item_ids, "blank") | dict.fromkeys(asked, none) | dict.fromkeys(asked[:n], one)
        for n in (1, 2)
    ]
    table = scoring.score(scoring.as_answers(pd.DataFrame(rows), own), own)
    assert table["level"].tolist() == ["down", "up"]


@SHIPPED
def test_romanian_labels_are_short_and_nothing_is_a_question(name: str) -> None:
    for item in instruments.load(name).items:
        assert len(item.label["ro"].split()) <= 10, item
        assert not any("?" in text for text in item.label.values()), item
        assert item.label["en"] != item.label["ro"], item


@SHIPPED
def test_relations_and_victims_are_words_of_the_cohort_tables(name: str) -> None:
    for_whom = instruments.load(name).applicability
    assert set(for_whom.relations) <= {"spouse", "partner", "parent", "child", "other_kin"}
    assert set(for_whom.victims) <= {"woman", "man", "minor"}
    assert all(set(r.label) == set(language.languages()) for r in for_whom.requires)


@SHIPPED
def test_the_time_of_an_item_agrees_with_the_words_of_its_label(name: str) -> None:
    said = {"last_year": ("past year", "last year", "six months", "recent"), "ever": ("earlier", "history")}
    for item in instruments.load(name).items:
        for time, words in said.items():
            # "recently gave birth" is a state; an order or treatment from before lies at any time
            found = [w for w in words if w in item.label["en"].lower()]
            if found and item.time != time and item.construct_id not in ("separation", "pregnancy_or_recent_birth"):
                assert (name, item.id) in {("odara", "q09"), ("order146", "q12"), ("order146", "q20")}, item


def test_order138_is_a_law_without_questions_and_never_the_same_form_as_order146() -> None:
    form = instruments.load("order138")
    assert form.items == form.scores == form.levels == ()
    assert form.legal is not None
    assert (form.legal.valid_from, form.legal.valid_to, form.legal.status) == (date(2024, 8, 31), None, "verified")
    assert instruments.instrument_in_force("order138", on="2024-08-31").id == "order138"
    assert {r.code for r in form.applicability.requires} == {"outside_the_family", "written_request"}
    assert {r.code for r in instruments.load("order146").applicability.requires} == {"family_members"}


def test_rules_of_the_checklists_and_the_screen() -> None:
    assert bars("da5") == {"high": [("count", "yes_count", 3)], "not_high": []}
    assert bars("lap") == {
        "positive": [("first_three", "first_three", 1), ("other_eight", "other_eight", 4), ("belief", "belief", 1)],
        "negative": [],
    }
    assert instruments.load("lap").kind == "screen"
    for questions in (24, 25, 27):
        form = instruments.load(f"dash_{questions}")
        assert bars(form.id) == {"high": [("count", "yes_count", 14), ("judgement", "judgement", 1)], "not_high": []}
        assert [(p.id, p.used, p.status) for p in form.parameters] == [("escalation", False, "unverified")]
        assert "does_not_know" in form.answer_set("q01").missing
        assert form.answer_set("q01").codes == ("no", "yes")


def test_judgements_rest_on_a_rating_and_no_count_decides() -> None:
    for name, source in {
        "sara_v3": "case_priority", "b_safer": "case_priority", "b_safer_15": "case_priority", "vpr": "officer_level",
    }.items():  # fmt: skip
        form = instruments.load(name)
        assert form.kind == "structured_judgement"
        assert form.judgement is not None
        assert form.judgement.level_from == source
        assert not any(s.decides for s in form.scores)
        assert form.decision is None
        assert "omitted" in form.answer_set(form.scored_items[0]).missing
    assert Counter(i.section for i in instruments.load("sara_v3").items) == {
        "nature": 24, "perpetrator": 30, "victim": 18, "summary": 1,
    }  # fmt: skip
    assert instruments.load("vpr").level_codes == ("not_appreciated", "low", "medium", "high", "extreme")
    assert "sara_pv" in str(instruments.load("b_safer").notice)


def test_odara_states_for_whom_it_is_and_marks_its_bands_and_prorating() -> None:
    form = instruments.load("odara")
    assert form.applicability.victims == ("woman",)
    assert form.applicability.relations == ("spouse", "partner")
    assert {r.code for r in form.applicability.requires} == {"index_event", "cohabitation", "male_perpetrator"}
    assert form.score["total"].prorate_up_to == 5
    assert form.decision is None
    assert [b[0][2] if b else 0 for b in bars("odara").values()] == [7, 5, 4, 3, 2, 1, 0]


def test_what_was_left_out_of_the_da_family_is_named() -> None:
    assert "2017" in str(instruments.load("da5").item["q04"].note)
    assert "30%" in str(instruments.load("da_le").notice)
    assert instruments.load("da5").item["q01"].time == "last_year"


@pytest.mark.parametrize(("count", "named"), [(13, ""), (25, "25"), (27, "25, 26, 27")])
def test_only_a_placeholder_is_said_to_hold_the_place_of_a_question(count: int, named: str) -> None:
    form = instruments.load("dash_27")
    answers = dict.fromkeys(form.item_ids, "no") | {"call_outs": "zero"} | dict.fromkeys(form.item_ids[:count], "yes")
    said = scoring.explain(form, scoring.vignette_case("SYN-V-1", answers)).notices
    assert [named in one for one in said if "counted here" in one] == ([True] if named else [])
