"""The library scored against rules written out by hand, one form at a time: 10,000 random forms an instrument.

Nothing here reads a definition file but the reasons for missing that an item allows: items, answers, thresholds and
levels are typed in. Bounds are found by filling every blank at its least and at its most alarming, and by brute force
over all fillings where few answers are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import product

import numpy as np
import pandas as pd
import pytest

from dvstudy import instruments, scoring

FORMS = 10_000
MOST_FILLED = 3
REASONS = ("blank", "refused", "does_not_know", "not_asked", "not_applicable", "omitted")
Form = dict[str, str]
Row = dict[str, object]

YES_NO = ("no", "yes")
GRADES = ("absent", "partial", "present")
RATINGS = ("low", "moderate", "high")
CALLS = ("zero", "one", "two", "three", "four", "five_or_more")
RISKS = ("not_appreciated", "low", "medium", "high", "extreme")


def q(first: int, last: int, end: str = "") -> list[str]:
    return [f"q{n:02d}{end}" for n in range(first, last + 1)]


def v3(end: str) -> list[str]:
    return [f"{letter}{n}_{end}" for letter, last in (("n", 8), ("p", 10), ("v", 6)) for n in range(1, last + 1)]


def n_of(form: Form, items: list[str], *codes: str) -> int:
    n = 0
    for item in items:
        if form[item] in codes:
            n += 1
    return n


# --- the rules, by hand -----------------------------------------------------------------------------------------------


def da5(form: Form) -> Row:
    n = n_of(form, q(1, 5), "yes")
    found = "high" if n >= 3 else "not_high"
    return {"yes_count": n, "level": found, "decision": found, "branch": "count" if n >= 3 else "none"}


def lap(form: Form) -> Row:
    first, other = n_of(form, q(1, 3), "yes"), n_of(form, q(4, 11), "yes")
    belief = form["officer_belief"] == "yes"
    held = [w for w, k in (("first_three", first > 0), ("other_eight", other > 3), ("belief", belief)) if k]
    found = "positive" if first > 0 or (first == 0 and other >= 4) or belief else "negative"
    return {
        "first_three": first, "other_eight": other, "belief": int(belief), "level": found, "decision": found,
        "branch": "+".join(held) or "none",
    }  # fmt: skip


def dash(form: Form, *, questions: int, escalation: int = 99) -> Row:
    n = n_of(form, q(1, questions), "yes")
    calls = CALLS.index(form["call_outs"]) if form["call_outs"] in CALLS else 0
    judged = form["professional_judgement"] == "yes"
    ways = [("count", n >= 14), ("judgement", judged)] + [("escalation", calls >= escalation)] * (escalation < 99)
    held = [way for way, holds in ways if holds]
    found = "high" if held else "not_high"
    branch = "both" if len(held) == len(ways) == 2 else "+".join(held) or "none"
    return {
        "yes_count": n, "judgement": int(judged), "escalation_count": calls, "level": found, "decision": found,
        "branch": branch,
    }  # fmt: skip


def odara(form: Form) -> Row:
    n = n_of(form, q(1, 13), "yes")
    band = f"score_{n}" if n <= 4 else ("score_5_6" if n <= 6 else "score_7_13")
    return {"total": n, "level": band, "decision": None, "branch": "total" if n else "none"}


def judged(form: Form, *, past: list[str], recent: list[str]) -> Row:
    rating = form["case_priority"] if form["case_priority"] in RATINGS else None
    up = ("present", "partial")
    return {
        "n_recent": n_of(form, recent, *up), "n_past": n_of(form, past, *up), "level": rating, "decision": None,
        "branch": None,
    }  # fmt: skip


def vpr(form: Form) -> Row:
    recorded = form["officer_level"] if form["officer_level"] in RISKS else None
    return {"n_present": n_of(form, q(1, 35), "present"), "level": recorded, "decision": None, "branch": None}


# --- the instruments --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    name: str
    rule: Callable[[Form], Row]
    answers: dict[str, tuple[str, ...]]
    questions: list[str]
    scores: tuple[str, ...]
    levels: tuple[str, ...]
    positive: str = ""
    rating: str = ""
    settings: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return "-".join([self.name, *(f"{k}{v}" for k, v in self.settings.items())])


def _dash(questions: int, **settings: int) -> Subject:
    own = {**dict.fromkeys([*q(1, questions), "professional_judgement"], YES_NO), "call_outs": CALLS}
    return Subject(
        f"dash_{questions}", partial(dash, questions=questions, **settings), own, list(own),
        ("yes_count", "judgement", "escalation_count"), ("not_high", "high"), positive="high", settings=settings,
    )  # fmt: skip


def _judged(name: str, past: list[str], recent: list[str], *others: str) -> Subject:
    own = dict.fromkeys([*past, *recent, *others], GRADES)
    ratings = ["case_priority"]
    if name != "sara_v3":
        ratings += ["life_threatening_violence", "imminent_violence"]
    return Subject(
        name, partial(judged, past=past, recent=recent), own | dict.fromkeys(ratings, RATINGS), [*past, *recent],
        ("n_recent", "n_past"), RATINGS, rating="case_priority",
    )  # fmt: skip


SUBJECTS = [
    Subject("da5", da5, dict.fromkeys(q(1, 5), YES_NO), q(1, 5), ("yes_count",), ("not_high", "high"), "high"),
    Subject(
        "lap", lap, dict.fromkeys([*q(1, 11), "officer_belief"], YES_NO), [*q(1, 11), "officer_belief"],
        ("first_three", "other_eight", "belief"), ("negative", "positive"), "positive",
    ),
    _dash(24), _dash(25), _dash(27), _dash(24, escalation=3), _dash(27, escalation=1),
    Subject(
        "odara", odara, dict.fromkeys(q(1, 13), YES_NO), q(1, 13), ("total",),
        (*(f"score_{n}" for n in range(5)), "score_5_6", "score_7_13"),
    ),
    _judged("sara_v3", v3("past"), v3("recent"), *v3("relevance")),
    _judged("b_safer", q(1, 10, "_past"), q(1, 10, "_recent")),
    _judged("b_safer_15", q(1, 15, "_past"), q(1, 15, "_recent")),
    Subject(
        "vpr", vpr,
        dict.fromkeys(q(1, 35), ("absent", "present")) | dict.fromkeys(("automatic_level", "officer_level"), RISKS),
        q(1, 35), ("n_present",), RISKS, rating="officer_level",
    ),
]  # fmt: skip
EVERY = pytest.mark.parametrize("subject", SUBJECTS, ids=str)


@cache
def forms_and_rows(which: str) -> list[tuple[Form, Row]]:
    """Random forms and what the scorer makes of them, from nearly all no to nearly all yes, from complete to empty."""
    subject = next(s for s in SUBJECTS if str(s) == which)
    instrument = instruments.load(subject.name, parameters=subject.settings)
    rng = np.random.default_rng(138)
    alarming, missing = rng.beta(0.8, 1.2, FORMS), rng.choice([0, 0.02, 0.1, 0.3, 0.7, 1], FORMS)
    rare = np.where(rng.random(FORMS) < 0.7, 0.02, 1) if subject.positive else 1.0  # so that no way is always open
    columns = {}
    for item, offered in subject.answers.items():
        reasons = [r for r in REASONS if r in instrument.answer_set(item).missing]
        alone = item in ("q01", "q02", "q03", "officer_belief", "professional_judgement", "call_outs")
        step = rng.binomial(len(offered) - 1, alarming * (rare if alone else 1.0))
        columns[item] = np.where(rng.random(FORMS) < missing, rng.choice(reasons, FORMS), np.array(offered)[step])
    forms = pd.DataFrame(columns)
    table = scoring.score(scoring.as_answers(forms, instrument), instrument)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return list(zip(forms.to_dict("records"), rows, strict=True))


def filled(subject: Subject, form: Form, place: int) -> Form:
    """The form with every missing answer at its least (0) or most (-1) alarming."""
    return {i: code if code in subject.answers[i] else subject.answers[i][place] for i, code in form.items()}


@EVERY
def test_scores_level_decision_and_branch_equal_the_hand_written_rule(subject: Subject) -> None:
    for form, row in forms_and_rows(str(subject)):
        expected = subject.rule(form)
        assert {k: row[k] for k in expected} == expected, form


@EVERY
def test_bounds_and_certainty_equal_the_least_and_the_most_alarming_filling(subject: Subject) -> None:
    for form, row in forms_and_rows(str(subject)):
        low, high = (subject.rule(filled(subject, form, place)) for place in (0, -1))
        for score in subject.scores:
            assert (row[f"{score}_low"], row[f"{score}_high"]) == (low[score], high[score]), form
        assert (row["level_low"], row["level_high"]) == (low["level"], high["level"]), form
        certain = None
        if subject.positive:
            certain = "certain" if low["level"] == subject.positive else "could_be"
            certain = certain if high["level"] == subject.positive else "cannot_be"
        assert row["certainty"] == certain, form


@EVERY
def test_no_filling_of_a_few_missing_answers_leaves_the_bounds(subject: Subject) -> None:
    tried = 0
    for form, row in forms_and_rows(str(subject)):
        lost = [i for i in subject.answers if form[i] not in subject.answers[i]]
        if not 0 < len(lost) <= MOST_FILLED or tried >= 400:
            continue
        tried += 1
        ways = [
            subject.rule(form | dict(zip(lost, w, strict=True))) for w in product(*(subject.answers[i] for i in lost))
        ]
        for score in subject.scores:
            values = [way[score] for way in ways]
            assert (row[f"{score}_low"], row[f"{score}_high"]) == (min(values), max(values)), form
        places = [subject.levels.index(str(way["level"])) for way in ways]
        assert (row["level_low"], row["level_high"]) == (subject.levels[min(places)], subject.levels[max(places)])
    assert tried >= 100


@EVERY
def test_missing_answers_are_counted_by_kind_and_never_as_no(subject: Subject) -> None:
    for form, row in forms_and_rows(str(subject)):
        kinds = {f"n_{reason}": sum(form[i] == reason for i in subject.questions) for reason in REASONS}
        assert {k: row[k] for k in kinds} == kinds, form
        assert row["n_missing"] == sum(kinds.values())


@EVERY
def test_the_random_forms_visit_every_outcome(subject: Subject) -> None:
    rows = pd.DataFrame([row for _, row in forms_and_rows(str(subject))])
    assert set(rows["level"].dropna()) == set(subject.levels)
    assert set(rows["certainty"].dropna()) == ({"certain", "could_be", "cannot_be"} if subject.positive else set())
    assert rows["level"].isna().any() == bool(subject.rating)
    assert {0, len(subject.questions)} <= set(rows["n_missing"])


def test_a_screen_with_no_answers_is_never_surely_negative() -> None:
    empty = [r for f, r in forms_and_rows("lap") if not set(f.values()) & set(YES_NO)]
    assert empty
    assert {row["certainty"] for row in empty} == {"could_be"}


def test_odara_is_prorated_up_to_five_unclear_items_and_stays_in_its_range() -> None:
    seen = set()
    for form, row in forms_and_rows("odara"):
        answered = n_of(form, q(1, 13), "yes", "no")
        seen.add(13 - answered)
        if answered < 8:
            assert row["total_prorated"] is None
            continue
        assert row["total_prorated"] == pytest.approx(n_of(form, q(1, 13), "yes") * 13 / answered)
        assert row["total_low"] <= row["total_prorated"] <= row["total_high"]
    assert {5, 6} <= seen


@pytest.mark.parametrize("questions", [24, 25, 27])
@pytest.mark.parametrize("bar", [None, 1, 3, 5])
def test_police_call_outs_decide_only_where_a_local_threshold_is_set(questions: int, bar: int | None) -> None:
    instrument = instruments.load(f"dash_{questions}", parameters={"escalation": bar} if bar else None)
    forms = [dict.fromkeys(instrument.item_ids, "no") | {"call_outs": calls} for calls in CALLS]
    table = scoring.score(scoring.as_answers(pd.DataFrame(forms), instrument), instrument)
    expected = ["high" if bar and calls >= bar else "not_high" for calls in range(6)]
    assert table["decision"].tolist() == expected
