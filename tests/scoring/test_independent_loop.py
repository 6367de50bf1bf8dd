"""The scorer against rules written out by hand, one form at a time: 10,000 random forms an instrument.

Nothing here reads a definition file: item names, weights, thresholds and levels are typed in from the published rules.
Bounds are found by brute force, filling the blanks in every possible way, where few answers are missing, and by a
hand-written formula everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

from dvstudy import instruments, scoring

FORMS = 10_000
MOST_FILLED = 4
REASONS = ["blank", "refused", "does_not_know", "not_asked", "not_applicable", "omitted"]
Form = dict[str, str]


@cache
def q(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"q{n:02d}" for n in range(first, last + 1))


MARKS = tuple(f"{item}_critical" for item in q(1, 20))


def yes(form: Form, items: tuple[str, ...]) -> int:
    n = 0
    for item in items:
        if form[item] == "yes":
            n += 1
    return n


# --- the rules, by hand -----------------------------------------------------------------------------------------------


def order146(form: Form) -> dict[str, object]:
    a, b = yes(form, q(1, 7)), yes(form, q(8, 21))
    branch = "none"
    if a >= 2:
        branch = "a"
    if b >= 6:
        branch = "both" if branch == "a" else "b"
    level = "not_imminent" if branch == "none" else "imminent"
    return {"section_a": a, "section_b": b, "total": a + b, "level": level, "decision": level, "branch": branch}


def danger(form: Form) -> dict[str, object]:
    total = yes(form, q(1, 19))
    total += 4 * yes(form, ("q02",))
    total += 3 * yes(form, ("q03", "q04"))
    total += 2 * yes(form, ("q05", "q06", "q07"))
    total += 1 * yes(form, ("q08", "q09"))
    if form["q03a"] == "yes":
        total -= 3
    if total < 8:
        level = "variable"
    elif total <= 13:
        level = "increased"
    elif total <= 17:
        level = "severe"
    else:
        level = "extreme"
    branch = "none" if level == "variable" else "total"
    return {"total": total, "level": level, "decision": None, "branch": branch}


def sheet(form: Form) -> dict[str, object]:
    critical, count = yes(form, ("q07", "q11", "q17")), yes(form, q(1, 23))
    if critical > 0 or count >= 5:
        branch = "both" if critical > 0 and count >= 5 else ("critical" if critical > 0 else "count")
        return {"critical": critical, "yes_count": count, "level": "high", "decision": "high", "branch": branch}
    level = "medium" if count == 4 else ("low" if count >= 1 else "none")
    branch = "none" if count == 0 else "count"
    return {"critical": critical, "yes_count": count, "level": level, "decision": "not_high", "branch": branch}


def sara(form: Form) -> dict[str, object]:
    worth = {"absent": 0, "partial": 1, "present": 2}
    rating = form["rating_partner"]
    return {
        "research_sum": sum(worth.get(form[i], 0) for i in q(1, 20)),
        "n_critical": yes(form, MARKS),
        "level": rating if rating in ("low", "moderate", "high") else None,
        "decision": None,
        "branch": None,
    }


# --- bounds, by formula -----------------------------------------------------------------------------------------------


def order146_bounds(form: Form) -> dict[str, tuple[int, int]]:
    bounds = {}
    for name, items in (("section_a", q(1, 7)), ("section_b", q(8, 21)), ("total", q(1, 21))):
        given = yes(form, items)
        bounds[name] = (given, given + sum(form[i] not in ("yes", "no") for i in items))
    return bounds


def danger_bounds(form: Form) -> dict[str, tuple[int, int]]:
    low = high = 0
    weight = dict.fromkeys(q(1, 19), 1)
    weight |= {"q02": 5, "q03": 4, "q04": 4, "q05": 3, "q06": 3, "q07": 3, "q08": 2, "q09": 2}
    for item, worth in weight.items():
        missing = form[item] not in ("yes", "no")
        low += worth * (form[item] == "yes")
        high += worth * (form[item] == "yes" or missing)
    lived_apart, left = form["q03a"], form["q03"]
    if left not in ("yes", "no") and lived_apart == "yes":
        high -= 4  # having left is ruled out by never having lived together
    low -= 3 * (lived_apart == "yes" or (lived_apart != "no" and left != "yes"))
    high -= 3 * (lived_apart == "yes")
    return {"total": (low, high)}


def sheet_bounds(form: Form) -> dict[str, tuple[int, int]]:
    bounds = {}
    for name, items in (("critical", ("q07", "q11", "q17")), ("yes_count", q(1, 23))):
        given = yes(form, items)
        bounds[name] = (given, given + sum(form[i] not in ("yes", "no") for i in items))
    return bounds


def sara_bounds(form: Form) -> dict[str, tuple[int, int]]:
    given, marked = sara(form)["research_sum"], sara(form)["n_critical"]
    unrated = sum(form[i] not in ("absent", "partial", "present") for i in q(1, 20))
    unmarked = sum(form[i] not in ("yes", "no") for i in MARKS)
    assert isinstance(given, int)
    assert isinstance(marked, int)
    return {"research_sum": (given, given + 2 * unrated), "n_critical": (marked, marked + unmarked)}


# --- the four instruments ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    name: str
    rule: Callable[[Form], dict[str, object]]
    bounds: Callable[[Form], dict[str, tuple[int, int]]]
    answers: dict[str, tuple[str, ...]]
    questions: tuple[str, ...]
    levels: tuple[str, ...]
    positive: str = ""
    forbidden: tuple[str, str] | None = None


YES_NO = ("no", "yes")
RATING = ("low", "moderate", "high")
SUBJECTS = [
    Subject(
        "order146", order146, order146_bounds, dict.fromkeys(q(1, 21), YES_NO), q(1, 21),
        ("not_imminent", "imminent"), positive="imminent",
    ),
    Subject(
        "danger_assessment", danger, danger_bounds, dict.fromkeys([*q(1, 20), "q03a", "q05a"], YES_NO),
        (*q(1, 19), "q03a"), ("variable", "increased", "severe", "extreme"), forbidden=("q03", "q03a"),
    ),
    Subject(
        "social_risk_sheet", sheet, sheet_bounds, dict.fromkeys(q(1, 25), YES_NO), q(1, 23),
        ("none", "low", "medium", "high"), positive="high",
    ),
    Subject(
        "sara_v2", sara, sara_bounds,
        dict.fromkeys(q(1, 20), ("absent", "partial", "present"))
        | dict.fromkeys(MARKS, YES_NO)
        | {"rating_partner": RATING, "rating_others": RATING},
        q(1, 20), RATING,
    ),
]  # fmt: skip
BY_NAME = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)


@cache
def forms_and_rows(name: str) -> list[tuple[Form, dict[str, object]]]:
    """Random forms and what the scorer makes of them, from nearly all no to nearly all yes, from complete to empty."""
    subject = next(s for s in SUBJECTS if s.name == name)
    instrument = instruments.load(name)
    rng = np.random.default_rng(146)
    share_yes, share_missing = rng.beta(0.7, 1.2, FORMS), rng.choice([0, 0.02, 0.1, 0.3, 0.7, 1], FORMS)
    columns = {}
    for item, offered in subject.answers.items():
        reasons = [r for r in REASONS if r in instrument.answer_set(item).missing]
        step = rng.binomial(len(offered) - 1, share_yes)
        lost = rng.random(FORMS) < share_missing
        columns[item] = np.where(lost, rng.choice(reasons, FORMS), np.array(offered)[step])
    forms = pd.DataFrame(columns)
    table = scoring.score(scoring.as_answers(forms, instrument), instrument)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return list(zip(forms.to_dict("records"), rows, strict=True))


def fillings(subject: Subject, form: Form) -> Iterator[Form]:
    """Every way of filling the missing answers that an honest form could show."""
    lost = [i for i in subject.answers if form[i] not in subject.answers[i]]
    for chosen in product(*(subject.answers[i] for i in lost)):
        full = form | dict(zip(lost, chosen, strict=True))
        if subject.forbidden and all(full[i] == "yes" for i in subject.forbidden):
            continue
        yield full


@BY_NAME
def test_scores_level_decision_and_branch_equal_the_hand_written_rule(subject: Subject) -> None:
    for form, row in forms_and_rows(subject.name):
        expected = subject.rule(form)
        assert {k: row[k] for k in expected} == expected, form


@BY_NAME
def test_score_bounds_equal_the_hand_written_formula(subject: Subject) -> None:
    for form, row in forms_and_rows(subject.name):
        if subject.forbidden and all(form[i] == "yes" for i in subject.forbidden):
            continue
        found = {name: (row[f"{name}_low"], row[f"{name}_high"]) for name in subject.bounds(form)}
        assert found == subject.bounds(form), form


@BY_NAME
def test_missing_answers_are_counted_by_kind(subject: Subject) -> None:
    for form, row in forms_and_rows(subject.name):
        kinds = {f"n_{reason}": sum(form[i] == reason for i in subject.questions) for reason in REASONS}
        assert {k: row[k] for k in kinds} == kinds, form
        assert row["n_missing"] == sum(kinds.values())
        pair = subject.forbidden
        assert row["n_contradictions"] == int(pair is not None and all(form[i] == "yes" for i in pair))


@BY_NAME
def test_bounds_and_certainty_equal_brute_force_over_fillings(subject: Subject) -> None:
    tried = 0
    for form, row in forms_and_rows(subject.name):
        lost = sum(form[i] not in subject.answers[i] for i in subject.answers)
        if lost > MOST_FILLED or (subject.forbidden and all(form[i] == "yes" for i in subject.forbidden)):
            continue
        tried += lost > 0
        results = [subject.rule(full) for full in fillings(subject, form)]
        for score in subject.bounds(form):
            values = [r[score] for r in results]
            assert (row[f"{score}_low"], row[f"{score}_high"]) == (min(values), max(values)), form
        places = [subject.levels.index(str(r["level"])) for r in results]
        assert row["level_low"] == subject.levels[min(places)], form
        assert row["level_high"] == subject.levels[max(places)], form
        if not subject.positive:
            assert row["certainty"] is None
            continue
        positive = [r["decision"] == subject.positive for r in results]
        expected = "certain" if all(positive) else ("could_be" if any(positive) else "cannot_be")
        assert row["certainty"] == expected, form
    assert tried > 1000


@BY_NAME
def test_the_random_forms_visit_every_outcome(subject: Subject) -> None:
    rows = pd.DataFrame([row for _, row in forms_and_rows(subject.name)])
    assert set(rows["level"].dropna()) == set(subject.levels)
    if subject.positive:
        assert set(rows["certainty"]) == {"certain", "could_be", "cannot_be"}
        assert rows["branch"].nunique() == 4
    assert (rows["n_missing"] == 0).any()
    assert (rows["n_missing"] == len(subject.questions)).any()
