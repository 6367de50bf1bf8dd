"""The rule of each instrument written out by hand in numpy, on whole-number codes, for `bench_instruments`.

Every function takes codes by item (answers first, then reasons for missing) and gives every column that scoring gives.
"""

from collections.abc import Callable

import numpy as np

Codes = dict[str, np.ndarray]


def q(first: int, last: int, end: str = "") -> list[str]:
    return [f"q{n:02d}{end}" for n in range(first, last + 1)]


V3 = [f"{letter}{n}" for letter, last in (("n", 8), ("p", 10), ("v", 6)) for n in range(1, last + 1)]
SECTIONS = {
    "order146": {"section_a": q(1, 7), "section_b": q(8, 21)},
    "da5": {"yes_count": q(1, 5)},
    "lap": {"first_three": q(1, 3), "other_eight": q(4, 11), "belief": ["officer_belief"]},
    "social_risk_sheet": {"critical": ["q07", "q11", "q17"], "rest": [*q(1, 6), *q(8, 10), *q(12, 16), *q(18, 23)]},
    **{f"dash_{n}": {"yes_count": q(1, n), "judgement": ["professional_judgement"]} for n in (24, 25, 27)},
    "odara": {"total": q(1, 13)},
}
GRADED = {
    "sara_v3": {end: [f"{i}_{end}" for i in V3] for end in ("past", "recent")},
    "b_safer": {end: q(1, 10, f"_{end}") for end in ("past", "recent")},
    "b_safer_15": {end: q(1, 15, f"_{end}") for end in ("past", "recent")},
}
WEIGHT = dict.fromkeys(q(1, 19), 1) | {"q02": 5, "q03": 4, "q04": 4, "q05": 3, "q06": 3, "q07": 3, "q08": 2, "q09": 2}


def tally(c: Codes, items: list[str], code: int) -> np.ndarray:
    total = np.zeros(len(c[items[0]]), np.int8)
    for item in items:
        total += (c[item] == code).view(np.int8)
    return total


def sums(c: Codes, items: list[str], answers: int, reasons: int) -> tuple[list[np.ndarray], np.ndarray, list]:
    """How many items hold each answer but the first; how many are missing; by reason."""
    by_reason = [tally(c, items, answers + k) for k in range(reasons)]
    return [tally(c, items, k) for k in range(1, answers)], sum(by_reason[1:], by_reason[0]), by_reason


def views(name: str, given: np.ndarray, more: np.ndarray) -> Codes:
    return {name: given, f"{name}_low": given, f"{name}_high": given + more}


def settled(rule: Callable[[str], np.ndarray], positive: int | None) -> Codes:
    """Levels in three readings, decision and certainty; `rule` gives levels from scores read with an ending."""
    given, low, high = (rule(end).astype(np.int8) for end in ("", "_low", "_high"))
    made = {"level": given, "level_low": low, "level_high": high}
    if positive is not None:
        made |= {"decision": given >= positive, "certainty": 2 - (low >= positive).view(np.int8) - (high >= positive)}
    return made


def checklist(name: str, c: Codes) -> Codes:
    made: Codes = {}
    reasons = [np.zeros(len(c["q01"]), np.int8) for _ in range(5)]
    for part, items in SECTIONS[name].items():
        (yes,), missing, own = sums(c, items, 2, 5)
        made |= views(part, yes, missing)
        reasons = [a + b for a, b in zip(reasons, own, strict=True)]
    if name == "social_risk_sheet":
        made |= {f"yes_count{e}": made[f"critical{e}"] + made.pop(f"rest{e}") for e in ("", "_low", "_high")}
    if name == "order146":
        made |= {f"total{e}": made[f"section_a{e}"] + made[f"section_b{e}"] for e in ("", "_low", "_high")}
    if name.startswith("dash"):
        calls, lost = c["call_outs"], c["call_outs"] > 5
        made |= views("escalation_count", np.where(lost, 0, calls), 5 * lost)
        reasons = [total + (calls == 6 + k) for k, total in enumerate(reasons)]
    if name == "odara":
        answered = 13 - sum(reasons)
        whole = made["total"] * (13 / np.maximum(answered, 1))
        made["total_prorated"] = np.where(answered >= 8, whole, np.nan)
        made |= settled(lambda e: np.minimum(made[f"total{e}"], 5) + (made[f"total{e}"] > 6), None)
        made["branch"] = (made["total"] > 0).view(np.int8)
    elif name == "social_risk_sheet":
        made |= settled(lambda e: sheet(made, e), 3)
        made["branch"] = held({"critical": 1, "yes_count": 5}, made, "") + 4 * (
            (made["level"] < 3) & (made["level"] > 0)
        )
    else:
        made["branch"] = held(ANY[name], made, "")
        made |= settled(lambda e: held(ANY[name], made, e) > 0, 1)
    return made | missing_by(reasons, "brdna")


def missing_by(reasons: list[np.ndarray], order: str) -> Codes:
    names = {
        "b": "blank",
        "r": "refused",
        "d": "does_not_know",
        "n": "not_asked",
        "a": "not_applicable",
        "o": "omitted",
    }
    return {"n_missing": sum(reasons)} | {f"n_{names[k]}": one for k, one in zip(order, reasons, strict=True)}


ANY = {
    "order146": {"section_a": 2, "section_b": 6},
    "da5": {"yes_count": 3},
    "lap": {"first_three": 1, "other_eight": 4, "belief": 1},
    **{f"dash_{n}": {"yes_count": 14, "judgement": 1} for n in (24, 25, 27)},
}


def held(bars: dict[str, int], m: Codes, e: str) -> np.ndarray:
    return sum((m[f"{s}{e}"] >= bar).view(np.int8) << bit for bit, (s, bar) in enumerate(bars.items()))


def sheet(m: Codes, e: str) -> np.ndarray:
    low = (m[f"yes_count{e}"] > 0).view(np.int8) + (m[f"yes_count{e}"] > 3)
    return np.where((m[f"critical{e}"] > 0) | (m[f"yes_count{e}"] > 4), np.int8(3), low)


def rated(c: np.ndarray, levels: int) -> Codes:
    known = c < levels
    ends = {"level_low": np.where(known, c, 0), "level_high": np.where(known, c, levels - 1)}
    return {"level": np.where(known, c, -1)} | ends


def graded(name: str, c: Codes) -> Codes:
    made: Codes = {}
    reasons: list[np.ndarray] = []
    for end, items in GRADED[name].items():
        answers, missing, own = sums(c, items, 3, 6)
        made |= views(f"n_{end}", answers[0] + answers[1], missing)
        reasons = [a + b for a, b in zip(reasons, own, strict=True)] if reasons else own
    return made | rated(c["case_priority"], 3) | missing_by(reasons, "obrdna")


def sara_v2(_: str, c: Codes) -> Codes:
    answers, missing, reasons = sums(c, q(1, 20), 3, 6)
    marks, unmarked, _ = sums(c, q(1, 20, "_critical"), 2, 2)
    made = views("research_sum", answers[0] + 2 * answers[1], 2 * missing) | views("n_critical", marks[0], unmarked)
    return made | rated(c["rating_partner"], 3) | missing_by(reasons, "obrdna")


def vpr(_: str, c: Codes) -> Codes:
    answers, missing, reasons = sums(c, q(1, 35), 2, 6)
    return views("n_present", answers[0], missing) | rated(c["officer_level"], 5) | missing_by(reasons, "obrdna")


def danger(_: str, c: Codes) -> Codes:
    given, more = np.zeros(len(c["q01"]), np.int8), np.zeros(len(c["q01"]), np.int8)
    reasons = [tally(c, [*WEIGHT, "q03a"], 2 + k) for k in range(5)]
    for weight in set(WEIGHT.values()):
        items = [i for i, w in WEIGHT.items() if w == weight]
        given += np.int8(weight) * tally(c, items, 1)
        for item in items:
            more += np.int8(weight) * (c[item] > 1)
    apart, left = c["q03a"], c["q03"]
    given -= np.int8(3) * (apart == 1)
    made = {"total": given, "total_low": given - np.int8(3) * ((apart > 1) & (left != 1))}
    made["total_high"] = given + more - np.int8(4) * ((left > 1) & (apart == 1))
    rule = lambda e: (made[f"total{e}"] >= 8).view(np.int8) + (made[f"total{e}"] >= 14) + (made[f"total{e}"] >= 18)  # noqa: E731
    made["branch"] = (made["total"] >= 8).view(np.int8)
    return made | settled(rule, None) | missing_by(reasons, "brdna")


SHEET = ("social_risk_sheet_critical", "social_risk_sheet_yes_count")
ENDS = ("", "_low", "_high")
#: Questions of `unified_ro` by what reads them: sections `a` and `b` of the police form, count `s` and critical
#: questions `c` of the sheet.
UNITED = {
    "asc": ["weapon_used", "threat_to_kill", "fear_of_further_violence"],
    "as": ["strangulation"],
    "a": ["attempt_to_kill", "injury_now", "property_destroyed"],
    "bs": [
        "generally_violent", "alcohol_or_drugs", "escalation", "control_and_isolation", "extreme_jealousy", "stalking",
        "sexual_coercion", "violence_to_children_or_kin", "separation", "suicide_threat_or_psychosis",
    ],
    "b": ["feels_threatened", "relation_to_victim", "weapon_within_reach", "earlier_reports_or_breach"],
    "s": [
        "earlier_assault", "earlier_order", "earlier_breach", "unemployed", "victim_resigned", "contact_with_children",
        "visits_used_to_harass", "child_of_another_partner", "violence_in_pregnancy",
    ],
}  # fmt: skip
TIMED = ["strangulation", "weapon_used", "attempt_to_kill", "threat_to_kill", "property_destroyed", "sexual_coercion"]
TIMED += ["control_and_isolation", "stalking", "visits_used_to_harass", "violence_to_children_or_kin"]
#: Codes that count, from and up to, and the first reason for missing.
SPAN = dict.fromkeys(TIMED, (1, 4)) | {"relation_to_victim": (5, 9)}
SPAN |= dict.fromkeys(["violence_in_pregnancy", "separation", "earlier_reports_or_breach", "escalation"], (1, 3))


def united(_: str, c: Codes) -> Codes:
    n = len(c["weapon_used"])
    yes, missing = {}, {}
    reasons = [np.zeros(n, np.int8) for _ in range(5)]
    for part, items in UNITED.items():
        yes[part], own = np.zeros(n, np.int8), [np.zeros(n, np.int8) for _ in range(5)]
        for item in items:
            first, end = SPAN.get(item, (1, 2))
            yes[part] += (((c[item] - np.int8(first)).view(np.uint8)) < end - first).view(np.int8)
            for k in range(5):
                own[k] += (c[item] == end + k).view(np.int8)
        missing[part] = sum(own[1:], own[0])
        reasons = [a + b for a, b in zip(reasons, own, strict=True)]
    made: Codes = {}
    for letter, name in zip("abcs", ("order146_section_a", "order146_section_b", *SHEET), strict=True):
        read = [part for part in UNITED if letter in part]
        made |= views(name, sum(yes[p] for p in read), sum(missing[p] for p in read))
    made |= {f"order146_total{e}": made[f"order146_section_a{e}"] + made[f"order146_section_b{e}"] for e in ENDS}
    police, sheet_ = {"order146_section_a": 2, "order146_section_b": 6}, dict(zip(SHEET, (1, 5), strict=True))
    made |= settled(lambda e: np.where(held(police, made, e) > 0, 2, held(sheet_, made, e) > 0), 1)
    made["branch"] = np.where(made["level"] == 2, held(police, made, ""), 4 * held(sheet_, made, ""))
    return made | missing_by(reasons, "brdna")


HAND = dict.fromkeys(SECTIONS, checklist) | dict.fromkeys(GRADED, graded)
HAND |= {"sara_v2": sara_v2, "vpr": vpr, "danger_assessment": danger, "unified_ro": united}
