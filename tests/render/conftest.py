"""Small finished studies with the shapes that analyses return: numbers made up, counts consistent."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from dvstudy import provenance
from dvstudy.result import Note, Quantity, Result, table
from dvstudy.studies.run import Section, Statement, StudyRun

ITEMS = tuple(f"q{i:02d}" for i in range(1, 22))


def share(term: str, count: float, n: float, *, group: str = "all", method: str = "cluster_jackknife") -> dict:
    p = count / n
    half = 2 * np.sqrt(p * (1 - p) / n)
    return {
        "term": term, "group": group, "estimate": p, "conf_low": max(p - half, 0), "conf_high": min(p + half, 1),
        "n": n, "method": method, "count": count, "clusters": 24, "kind": "percent", "df": 23, "std_error": half / 2,
    }  # fmt: skip


def number(term: str, estimate: float, half: float, n: float, *, group: str = "all", kind: str = "number",
           method: str = "cluster_jackknife") -> dict:  # fmt: skip
    return {
        "term": term, "group": group, "estimate": estimate, "conf_low": estimate - half, "conf_high": estimate + half,
        "n": n, "method": method, "count": np.nan, "clusters": 24, "kind": kind, "df": 23, "std_error": half / 2,
    }  # fmt: skip


def accuracy_rows(tp: float, fp: float, fn: float, tn: float, *, group: str = "all", **kwargs: str) -> list[dict]:
    n = tp + fp + fn + tn
    return [
        share("sensitivity", tp, tp + fn, group=group, **kwargs),
        share("specificity", tn, tn + fp, group=group, **kwargs),
        share("ppv", tp, tp + fp, group=group, **kwargs),
        share("npv", tn, tn + fn, group=group, **kwargs),
        share("flagged", tp + fp, n, group=group, **kwargs),
        share("prevalence", tp + fn, n, group=group, **kwargs),
        number("youden", tp / (tp + fn) + tn / (tn + fp) - 1, 0.08, n, group=group, **kwargs),
    ]


def counts_frame(cells: Iterable[tuple[str, tuple[int, int, int, int]]]) -> pd.DataFrame:
    columns = ["group", "true_positive", "false_positive", "false_negative", "true_negative"]
    frame = pd.DataFrame([[g, *c] for g, c in cells], columns=columns)
    return frame.assign(n=frame[columns[1:]].sum(axis=1))


def meta(question: str, picture: str | None, *, synthetic: bool = True) -> dict:
    return {
        "question": question, "estimand": question, "method": "cluster_jackknife", "citation": "Wilson 1927",
        "options": {}, "data": "0" * 16, "synthetic": synthetic, "instrument": "order146", "picture": picture,
    }  # fmt: skip


def accuracy_result(name: str, cells: dict[str, tuple[int, int, int, int]], *, synthetic: bool = True) -> Result:
    rows = [row for group, c in cells.items() for row in accuracy_rows(*c, group=group)]
    others = [r for g, c in cells.items() for r in accuracy_rows(*c, group=g, method="wilson") if r["term"] != "youden"]
    return Result(
        name,
        table(rows),
        meta("accuracy", "estimates", synthetic=synthetic),
        frames={"alternatives": table(others), "counts": counts_frame(cells.items())},
    )


def auc_result(name: str, *, synthetic: bool = True) -> Result:
    cut = np.arange(12, -1, -1)
    sensitivity, specificity = 1 / (1 + np.exp(0.7 * (cut - 4.2))), 1 / (1 + np.exp(-0.8 * (cut - 2.6)))
    roc = pd.DataFrame({"threshold": cut, "sensitivity": sensitivity, "specificity": specificity})
    roc = roc.assign(flagged=0.06 * roc["sensitivity"] + 0.94 * (1 - roc["specificity"]))
    row = number("auc", 0.712, 0.05, 1500) | {"count": 90}
    others = [row | {"method": "delong", "conf_low": 0.671, "conf_high": 0.753}]
    return Result(
        name, table([row]), meta("auc", "roc", synthetic=synthetic), {"roc": roc, "alternatives": table(others)}
    )


def surface_result(name: str, *, synthetic: bool = True, events: int = 90, others: int = 1410) -> Result:
    k, m = (a.ravel() for a in np.meshgrid(np.arange(1, 8), np.arange(1, 15), indexing="ij"))
    tp = np.round(events / (1 + np.exp(0.75 * (np.minimum(k * 1.7, m) - 3.4))))
    fp = np.round(others / (1 + np.exp(0.95 * (np.minimum(k * 1.7, m) - 1.7))))
    se, sp = tp / events, 1 - fp / others
    rules = pd.DataFrame({"k": k, "m": m, "true_positive": tp, "false_positive": fp, "sensitivity": se})
    rules = rules.assign(specificity=sp, flagged=(tp + fp) / (events + others), youden=se + sp - 1)
    rules["legal"] = (k == 2) & (m == 6)
    rules["within_one_se"] = rules["youden"] > rules["youden"].max() - 0.04
    rows = [r for r in accuracy_rows(48, 250, 42, 1160) if r["term"] != "prevalence"]
    near = number("near_best", float(rules["within_one_se"].sum()), 0.0, 1500, kind="count") | {"clusters": np.nan}
    near |= {"conf_low": np.nan, "conf_high": np.nan, "method": "one_standard_error"}
    made = meta("rule_surface", "surface", synthetic=synthetic)
    return Result(name, table([*rows, near]), made, {"surface": rules}, [Note("apparent_optimum")])


def agreement_cells() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    share_yes = np.linspace(0.03, 0.6, 21)
    n = 600 - rng.integers(0, 30, 21)
    both, one = np.round(n * share_yes * 0.7), np.round(n * share_yes * 0.3)
    two = np.round(n * share_yes * 0.25)
    cells = pd.DataFrame({"group": ITEMS, "both": both, "first_only": one, "second_only": two, "n": n})
    return cells.assign(neither=cells["n"] - both - one - two)


def agreement_rows(cells: pd.Series) -> list[dict]:
    both, one, two, neither, n = (float(cells[c]) for c in ("both", "first_only", "second_only", "neither", "n"))
    seen, p, q = (both + neither) / n, (both + one) / n, (both + two) / n
    chance, mean = p * q + (1 - p) * (1 - q), (p + q) / 2
    half, group = 1.2 / np.sqrt(n), str(cells["group"])
    return [
        share("percent_agreement", both + neither, n, group=group),
        number("kappa", (seen - chance) / (1 - chance), 1.6 * half, n, group=group),
        number("ac1", (seen - 2 * mean * (1 - mean)) / (1 - 2 * mean * (1 - mean)), half, n, group=group),
        number("pabak", 2 * seen - 1, half, n, group=group),
        share("positive_agreement", 2 * both, 2 * both + one + two, group=group),
        share("negative_agreement", 2 * neither, 2 * neither + one + two, group=group),
        number("prevalence_index", (both - neither) / n, half, n, group=group),
        number("bias_index", (one - two) / n, half, n, group=group),
    ]


def items_result(*, synthetic: bool = True) -> Result:
    cells = agreement_cells()
    rows = table([r for _, c in cells.iterrows() for r in agreement_rows(c)])
    wide = rows.pivot_table(index="group", columns="term", values="estimate").reset_index()
    points = wide[["group", "kappa", "ac1"]].assign(prevalence=(wide["prevalence_index"] + 1) / 2, n=cells["n"])
    there = np.linspace(0.005, 0.995, 60)
    curve = pd.DataFrame(
        {"prevalence": there, "kappa": 2.4 * there * (1 - there), "ac1": 1 - 1.4 * there * (1 - there)}
    )
    frames = {"counts": cells, "paradox": points, "paradox_curve": curve}
    return Result("items", rows, meta("agreement_items", "agreement_items", synthetic=synthetic), frames)


def counts_result(*, synthetic: bool = True) -> Result:
    rng = np.random.default_rng(7)
    rows, bins = [], []
    for group, most in (("section_a", 7), ("section_b", 14), ("total", 21)):
        case = rng.beta(1.4, 3.5, 900) * most
        one, two = (np.clip(np.round(case + rng.normal(shift, 0.9, 900)), 0, most) for shift in (0.1, -0.1))
        pairs = pd.DataFrame({"mean": (one + two) / 2, "difference": one - two})
        binned = pairs.groupby(["mean", "difference"], as_index=False).size().rename(columns={"size": "n"})
        bins.append(binned.assign(group=group))
        mean, sd = float((one - two).mean()), float((one - two).std())
        rows += [
            number("icc_agreement", 0.71, 0.05, 900, group=group),
            number("icc_consistency", 0.73, 0.05, 900, group=group),
            number("mean_difference", mean, 0.08, 900, group=group),
            number("limit_low", mean - 1.96 * sd, 0.1, 900, group=group),
            number("limit_high", mean + 1.96 * sd, 0.1, 900, group=group),
        ]  # fmt: skip
    made = meta("counts", "limits", synthetic=synthetic)
    return Result("counts", table(rows), made, {"limits": pd.concat(bins, ignore_index=True)})


def trial_result(name: str, kind: str, usual: float, unified: float, *, synthetic: bool = True) -> Result:
    share_kind = kind == "percent"
    difference = "points" if share_kind else kind
    arms = [
        share(f"mean_{arm}", round(value * 400), 400)
        if share_kind
        else number(f"mean_{arm}", value, 0.2, 400, kind=kind)
        for arm, value in (("usual", usual), ("unified", unified))
    ]
    half = 0.06 if share_kind else 0.25
    rows = [*arms, number("difference", unified - usual, half, 800, kind=difference, method="cluster_means_t")]
    others = [
        number("difference", unified - usual + shift, half * 1.1, 800, kind=difference, method=method)
        for method, shift in (("gee_mancl_derouen", 0.004), ("permutation", -0.003))
    ]
    made = meta("trial", "trial", synthetic=synthetic)
    return Result(name, table(rows), made, {"alternatives": table(others)}, [Note("safety_outcome")])


def checks_of(results: Iterable[Result], seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    known = pd.concat([r.table.assign(result=r.name) for r in results], ignore_index=True)
    known = known[known["conf_low"].notna()].copy()
    half = (known["conf_high"] - known["conf_low"]) / 2
    known["truth"] = known["estimate"] + half * rng.normal(0, 0.51, len(known))
    inside = known["truth"].between(known["conf_low"], known["conf_high"])
    known["covered"], known["mcse"] = inside.astype("boolean"), 0.001
    columns = ["result", "term", "group", "kind", "estimate", "conf_low", "conf_high", "truth", "mcse", "covered"]
    return known[columns]


def study_run(name: str, results: list[Result], summary: list[Statement], sections: list[Section],
              *, synthetic: bool = True) -> StudyRun:  # fmt: skip
    made = {
        "study": name, "cohort": "tutorial", "synthetic": synthetic, "cases": 2000, "stations": 24, "counties": 2,
        "analysis_seed": 146, "recipe": "tutorial" if synthetic else "", "recipe_seed": 146 if synthetic else "",
        "parameter_hash": "ab12" * 16 if synthetic else "", "data": "cd34" * 4,
        "instruments": {"order146": "1.0", "danger_assessment": "1.0"}, "environment": provenance.environment(),
    }  # fmt: skip
    checks = checks_of(results, len(name)) if synthetic else checks_of(results, len(name)).iloc[:0]
    return StudyRun(name, summary, sections, checks, {r.name: r for r in results}, made)


def of(result: Result, term: str, kind: str = "of_100", group: str = "all") -> dict[str, Quantity]:
    row = result.row(term, group)
    behind = float(row["n"] if pd.isna(row["count"]) else row["count"])
    names = {"estimate": "estimate", "low": "conf_low", "high": "conf_high"}
    return {name: Quantity(float(row[column]), kind, behind) for name, column in names.items()}


def runs(*, synthetic: bool = True) -> dict[str, StudyRun]:
    severe = accuracy_result("order146_severe", {"all": (48, 250, 42, 1160)}, synthetic=synthetic)
    couple = accuracy_result(
        "order146_high_risk_by_couple",
        {"all": (150, 148, 60, 1142), "couple": (110, 80, 30, 700), "other_relation": (40, 68, 30, 442)},
        synthetic=synthetic,
    )
    small = accuracy_result(
        "order146_severe_by_victim",
        {"all": (48, 250, 42, 1160), "woman": (40, 200, 31, 900), "man": (3, 20, 6, 150), "minor": (5, 30, 5, 110)},
        synthetic=synthetic,
    )
    auc, surface = (
        f(n, synthetic=synthetic) for f, n in ((auc_result, "auc_order146_severe"), (surface_result, "surface_severe"))
    )
    severe = severe.with_notes(Note("protected_outcome"), status="caution")
    thresholds = study_run(
        "thresholds",
        [severe, couple, small, auc, surface],
        [Statement("thresholds.found_severe", of(severe, "sensitivity") | {"missed": Quantity(42 / 90, "of_100", 48)})],
        [
            Section("thresholds.rule", [], [severe.name, couple.name, small.name]),
            Section("thresholds.scores", [], [auc.name]),
            Section("thresholds.surface", [], [surface.name]),
        ],
        synthetic=synthetic,
    )
    items, counts = items_result(synthetic=synthetic), counts_result(synthetic=synthetic)
    cells = pd.Series({"group": "all", "both": 120, "first_only": 60, "second_only": 50, "neither": 370, "n": 600})
    decision = Result("decision", table(agreement_rows(cells)), meta("agreement", "estimates", synthetic=synthetic))
    agreement = study_run(
        "agreement",
        [decision, items, counts],
        [Statement("agreement.decision", of(decision, "percent_agreement"))],
        [
            Section("agreement.decision", [], ["decision"]),
            Section("agreement.items", [], ["items"]),
            Section("agreement.counts", [], ["counts"]),
        ],
        synthetic=synthetic,
    )
    missed = trial_result("missed_high_risk", "percent", 0.34, 0.27, synthetic=synthetic)
    hours = trial_result("person_hours", "hours", 5.1, 4.4, synthetic=synthetic)
    gone = Result("interviews", table([]), meta("trial", "trial", synthetic=synthetic), notes=[Note("no_rows")],
                  status="not_estimable")  # fmt: skip
    unified = study_run(
        "unified_form",
        [missed, hours],
        [],
        [
            Section("unified_form.missed", [], ["missed_high_risk"]),
            Section("unified_form.burden", [], ["person_hours", "interviews"]),
        ],
        synthetic=synthetic,
    )
    unified = StudyRun(unified.name, unified.summary, unified.sections, unified.checks,
                       {**unified.results, "interviews": gone}, unified.provenance)  # fmt: skip
    return {run.name: run for run in (thresholds, agreement, unified)}


@pytest.fixture(scope="session")
def synthetic_runs() -> dict[str, StudyRun]:
    return runs()


@pytest.fixture(scope="session")
def confidential_runs() -> dict[str, StudyRun]:
    return runs(synthetic=False)
