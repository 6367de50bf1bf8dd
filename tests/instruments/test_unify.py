"""One form in place of several: fewer questions, and every old decision exactly as the old form would have given it."""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dvstudy import instruments, language, scoring
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.instruments import REASONS, Instrument, Unified, load, reading, unify
from dvstudy.instruments.examples import MISSING
from dvstudy.instruments.load import define
from dvstudy.scoring.case import filled

ROMANIAN = ("order146", "social_risk_sheet")
SETS = [
    ROMANIAN, ROMANIAN[::-1], ("order146", "danger_assessment"), ("danger_assessment", "social_risk_sheet"),
    ("order146", "dash_24"), ("dash_27", "order146"), ("order146", "social_risk_sheet", "danger_assessment"),
    ("da5", "order146"), ("order146", "odara"),
]  # fmt: skip
FORMS = 2000


def united(names: tuple[str, ...]) -> Unified:
    return unify(*map(load, names), name="united")


def random_answers(instrument: Instrument, n: int, seed: int, missing: float) -> pd.DataFrame:
    """Random forms; in half of them every answer is rare, so that thresholds are met from below as well."""
    draw = np.random.default_rng(seed)
    columns = {}
    for item in instrument.item_ids:
        chosen = instrument.answer_set(item)
        rare = draw.random(n) < 0.25
        answer = np.where(draw.random(n) < np.where(np.arange(n) % 2, 0.5, 0.25), draw.choice(chosen.codes, n),
                          chosen.codes[0])  # fmt: skip
        reason = draw.choice(chosen.missing, n)
        columns[item] = np.where((draw.random(n) < missing) & rare, reason, answer)
    return scoring.as_answers(pd.DataFrame(columns), instrument)


def same_tables(old: pd.DataFrame, new: pd.DataFrame, name: str) -> None:
    for column in old:
        other = column if column in new else f"{name}_{column}"
        left, right = (t[c].astype("object").where(t[c].notna(), None) for t, c in ((old, column), (new, other)))
        assert left.tolist() == right.tolist(), (name, column)


@pytest.mark.parametrize("missing", [0.0, 0.8])
@pytest.mark.parametrize("names", SETS, ids="+".join)
def test_old_forms_decide_as_the_united_form_does_when_read_by_their_rule(
    names: tuple[str, ...], missing: float
) -> None:
    one = united(names)
    answers = random_answers(one.instrument, FORMS, 146, missing)
    outcomes = []
    for name, form in one.split(answers).items():
        old = scoring.score(form, load(name))
        same_tables(old, scoring.score(answers, one.reading(name)), name)
        outcomes.append(set(old["level"].astype("str")))
    assert all(len(found) > 1 for found in outcomes), "the random forms must reach more than one level"


@pytest.mark.parametrize("names", SETS, ids="+".join)
def test_scores_of_the_united_form_itself_are_those_of_the_old_forms(names: tuple[str, ...]) -> None:
    one = united(names)
    answers = random_answers(one.instrument, FORMS, 2023, 0.5)
    whole = scoring.score(answers, one.instrument)
    positive = pd.Series(False, index=answers.index)
    for name, form in one.split(answers).items():
        old, definition = scoring.score(form, load(name)), load(name)
        for column in (f"{s}{end}" for s in definition.score for end in ("", "_low", "_high")):
            assert whole[f"{name}_{column}"].tolist() == old[column].tolist()
        if definition.decision:
            positive |= old["decision"] == definition.decision.positive
    assert ((whole["decision"] == "positive") == positive).all()
    assert positive.any() and not positive.all()


def test_levels_stand_in_the_order_in_which_forms_were_given() -> None:
    one = united(ROMANIAN)
    answers = random_answers(one.instrument, FORMS, 7, 0.3)
    level = scoring.score(answers, one.instrument)["level"].astype("str")
    police, sheet = (scoring.score(form, load(name)) for name, form in one.split(answers).items())
    imminent, high = (police["decision"] == "imminent"), (sheet["decision"] == "high")
    expected = np.select([imminent, high], ["order146_positive", "social_risk_sheet_positive"], "no_positive")
    assert level.tolist() == expected.tolist()
    assert set(expected) == set(one.instrument.level_codes)


def test_a_decision_that_is_positive_at_several_levels_keeps_the_lowest_bar_of_each_score() -> None:
    sheet = load("social_risk_sheet").model_dump(exclude_defaults=True)
    sheet["decision"]["positive_from"] = "medium"
    sheet["examples"] = [{**e, "expect": {"n_blank": e["expect"].get("n_blank", 0)}} for e in sheet["examples"][:2]]
    lower = define(sheet, "sheet.toml")
    one = unify(lower, load("order146"))
    bars = {c.score: c.at_least for c in one.instrument.levels[0].when}
    assert bars == {"social_risk_sheet_critical": 1, "social_risk_sheet_yes_count": 4}
    answers = random_answers(one.instrument, FORMS, 11, 0.3)
    level = scoring.score(answers, one.instrument)["level"]
    old = scoring.score(one.split(answers)["social_risk_sheet"], lower)
    assert ((level == "social_risk_sheet_positive") == (old["decision"] == lower.decision.positive)).all()
    assert (old["level"] == "medium").any()


def test_a_reason_for_missing_stays_that_reason() -> None:
    one = united(ROMANIAN)
    for reason in one.questions.reasons:
        answers = scoring.as_answers(pd.DataFrame([dict.fromkeys(one.instrument.item_ids, reason)]), one.instrument)
        for form in one.split(answers).values():
            assert set(form.iloc[0]) == {reason}


@pytest.mark.parametrize(
    ("answer", "police", "danger"),
    [("no", "no", "no"), ("earlier", "yes", "no"), ("last_year", "yes", "yes")],
)
def test_an_answer_placed_in_time_is_a_yes_only_as_far_back_as_a_form_looks(
    answer: str, police: str, danger: str
) -> None:
    one = united(("order146", "danger_assessment"))
    assert load("danger_assessment").item["q01"].time == "last_year"
    form = dict.fromkeys(one.instrument.item_ids, "blank") | {"escalation": answer}
    parts = one.split(scoring.as_answers(pd.DataFrame([form]), one.instrument))
    assert parts["order146"]["q12"].tolist() == [police]
    assert parts["danger_assessment"]["q01"].tolist() == [danger]


@pytest.mark.parametrize(
    ("time", "counts"),
    [
        ("now", ["this_incident"]), ("last_year", ["last_year", "this_incident"]),
        ("ever", ["earlier", "last_year", "this_incident"]), ("unstated", ["earlier", "last_year", "this_incident"]),
    ],
)  # fmt: skip
def test_an_act_counts_for_a_form_from_as_far_back_as_its_item_asks(time: str, counts: list[str]) -> None:
    question = united(ROMANIAN).questions.place["order146", "q03"]
    item = load("order146").item["q03"].model_copy(update={"time": time})
    offered = ("no", "earlier", "last_year", "this_incident")
    assert [c for c in offered if question.legacy(item, c) == "yes"] == counts


def test_what_the_romanian_forms_share_is_asked_once() -> None:
    one = united(ROMANIAN)
    shared = instruments.crosswalk(*ROMANIAN)["relation"].str.startswith("shared").sum()
    items = sum(len(load(name).items) for name in ROMANIAN)
    assert len(one.instrument.items) == items - shared + 1, "one is added: whether the person who harmed is a minor"
    assert one.saved == shared - 1
    assert len({i.construct_id for i in one.instrument.items}) == len(one.instrument.items)
    relations = set(one.instrument.answer_set("relation_to_victim").codes)
    assert {"former_spouse", "former_partner", "parent_of_victim", "sibling"} <= relations
    assert "perpetrator_is_minor" in one.instrument.item


def test_acts_are_placed_in_time_and_states_are_not() -> None:
    one = united(ROMANIAN).instrument
    assert one.item["weapon_used"].answers == one.item["property_destroyed"].answers == "timed"
    assert one.item["violence_in_pregnancy"].answers == "timed_before"
    assert {one.item[i].answers for i in ("injury_now", "fear_of_further_violence", "alcohol_or_drugs")} == {"yes_no"}


def test_items_that_are_two_questions_or_tied_to_another_are_never_joined() -> None:
    one = united(("order146", "danger_assessment"))
    assert {"danger_assessment_q03", "order146_q19", "never_lived_together"} <= set(one.instrument.item)
    assert one.instrument.excludes == (("danger_assessment_q03", "never_lived_together"),)


def test_the_shipped_form_is_the_one_that_the_tool_builds_byte_for_byte() -> None:
    tool = _tool()
    assert tool.TARGET.read_text("utf-8") == tool.content()
    shipped = load(tool.NAME)
    assert shipped == unify(*map(load, tool.FORMS), name=tool.NAME).instrument


@pytest.mark.parametrize("code", language.languages())
def test_the_shipped_form_says_that_it_is_a_proposal_and_what_it_saves(code: str) -> None:
    shipped, saved = load("unified_ro"), united(ROMANIAN).saved
    word = {"en": "proposal", "ro": "propunere"}[code]
    assert shipped.notice is not None
    assert all(word in text[code].lower() for text in (shipped.title, shipped.short_title, shipped.notice))
    assert str(saved) in shipped.notice[code] and str(len(shipped.items)) in shipped.notice[code]
    assert (
        word in shipped.rights.licence[code].lower()
        and not shipped.rights.wording_may_be_shown
        and shipped.legal is None
    )


@pytest.mark.parametrize("name", ROMANIAN)
def test_worked_examples_of_each_old_form_come_out_in_its_reading(name: str) -> None:
    read = reading(load("unified_ro"), name)
    assert [e.name for e in read.examples] == [e.name for e in load(name).examples]
    for example in read.examples:
        row = scoring.score(scoring.as_answers(pd.DataFrame([filled(example, read)]), read), read).iloc[0]
        found = {column: MISSING if pd.isna(row[column]) else row[column] for column in example.expect}
        assert found == example.expect, example.name


#: Questions of `unified_ro` that each rule reads, and answers that are a yes, typed in from the two forms.
SECTION_A = [
    "attempt_to_kill", "injury_now", "weapon_used", "property_destroyed", "fear_of_further_violence", "threat_to_kill",
    "strangulation",
]  # fmt: skip
SECTION_B = [
    "generally_violent", "alcohol_or_drugs", "feels_threatened", "relation_to_victim", "escalation",
    "weapon_within_reach", "control_and_isolation", "extreme_jealousy", "stalking", "sexual_coercion",
    "violence_to_children_or_kin", "separation", "earlier_reports_or_breach", "suicide_threat_or_psychosis",
]  # fmt: skip
CRITICAL = ["weapon_used", "threat_to_kill", "fear_of_further_violence"]
SHEET = [
    *CRITICAL, "earlier_assault", "violence_to_children_or_kin", "generally_violent", "earlier_order",
    "earlier_breach", "escalation", "control_and_isolation", "stalking", "sexual_coercion", "strangulation",
    "alcohol_or_drugs", "extreme_jealousy", "suicide_threat_or_psychosis", "unemployed", "victim_resigned",
    "separation", "contact_with_children", "visits_used_to_harass", "child_of_another_partner",
    "violence_in_pregnancy",
]  # fmt: skip
YES = ("yes", "earlier", "last_year", "this_incident", "former_partner", "partner", "former_spouse", "spouse")


def test_the_shipped_form_decides_as_both_rules_written_by_hand() -> None:
    whole = load("unified_ro")
    answers = random_answers(whole, FORMS, 217, 0.6).astype("str")
    table = scoring.as_answers(answers, whole)
    missing = answers.isin(REASONS)
    ends = [answers.isin(YES), answers.isin(YES) | missing]
    for name, positive, rule in (
        ("order146", "imminent", lambda yes: (yes[SECTION_A].sum(axis=1) >= 2) | (yes[SECTION_B].sum(axis=1) >= 6)),
        ("social_risk_sheet", "high", lambda yes: yes[CRITICAL].any(axis=1) | (yes[SHEET].sum(axis=1) >= 5)),
    ):
        found = scoring.score(table, reading(whole, name))
        least, most = map(rule, ends)
        assert (found["decision"] == positive).tolist() == least.tolist()
        wanted = np.select([least, most], ["certain", "could_be"], "cannot_be")
        assert found["certainty"].tolist() == wanted.tolist()
        assert set(wanted) == set(scoring.forms.CERTAINTIES)


def test_split_names_every_fault_at_once() -> None:
    one = united(ROMANIAN)
    answers = pd.DataFrame([dict.fromkeys(one.instrument.item_ids, "no")]).drop(columns="strangulation")
    answers["weapon_used"] = "yes"
    with pytest.raises(CheckFailed) as caught:
        one.split(answers)
    found = {(p.code, p.place, p.found) for p in caught.value.problems}
    assert found == {
        ("column_missing", "united", "strangulation"), ("bad_code", "weapon_used", "yes"),
        ("bad_code", "relation_to_victim", "no"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("order146",), "unify_two"), (("order146", "order146"), "unify_two"), (("order146", "sara_v2"), "unify_kind"),
        (("order146", "da_le"), "unify_kind"), (("danger_assessment", "k_sid"), "unify_kind"),
    ],
)  # fmt: skip
def test_forms_that_cannot_be_united_are_refused(names: tuple[str, ...], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        united(names)
    assert caught.value.code == code


def test_a_reading_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(CheckFailed) as caught:
        reading(load("unified_ro"), "order164")
    assert [(p.found, p.nearest) for p in caught.value.problems] == [("order164", "order146")]


def test_a_reading_of_a_score_that_is_not_there_is_refused() -> None:
    whole = load("unified_ro").model_dump(mode="json", exclude_defaults=True)
    whole["readings"][0]["scores"][0] = "order146_section_c"
    whole["readings"][1]["id"] = "order146"
    with pytest.raises(CheckFailed) as caught:
        define(whole, "form.toml")
    assert [(p.code, p.place, p.found) for p in caught.value.problems] == [
        ("repeated_name", "form.toml → readings.order146", "order146"),
        ("unknown_reference", "form.toml → readings.order146", "order146_section_c"),
    ]


def test_a_form_may_exclude_an_item_that_no_score_reads() -> None:
    form = load("order146").model_dump(exclude_defaults=True)
    form["scores"] = [{**s, "items": [i for i in s["items"] if i != "q21"]} for s in form["scores"]]
    form["excludes"] = [["q20", "q21"]]
    form["examples"] = form["examples"][:1]
    made = define(form, "form.toml")
    both = dict.fromkeys(made.item_ids, "no") | {"q20": "blank", "q21": "yes"}
    row = scoring.score(scoring.as_answers(pd.DataFrame([both]), made), made).iloc[0]
    assert row["section_b_high"] == 0, "a yes elsewhere rules this blank out"


def test_every_pair_of_checklists_unites_or_says_why_not() -> None:
    for pair in itertools.combinations(instruments.available(), 2):
        try:
            one = united(pair)
        except UsageError as refusal:
            assert refusal.code.startswith("unify_")
            continue
        assert one.questions.reasons[0] == REASONS[0]
        assert {i for f in one.forms for i in f.item_ids} == {i for form in _split_blank(one).values() for i in form}


def _split_blank(one: Unified) -> dict[str, pd.DataFrame]:
    return one.split(pd.DataFrame([dict.fromkeys(one.instrument.item_ids, "blank")]))


def _tool() -> Any:
    path = Path(__file__).resolve().parents[2] / "tools" / "unified.py"
    spec = importlib.util.spec_from_file_location("unified_tool", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
