"""Study of scoring thresholds: how the legal rule of the police form does, and what other rules would do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from dvstudy.analyses import accuracy, discrimination, rule_surface, shares
from dvstudy.cohort import Cohort
from dvstudy.result import Note, Quantity, Result, not_estimable
from dvstudy.studies import frames, parts
from dvstudy.studies.parts import complement, estimate, say, with_interval
from dvstudy.studies.run import Section, Statement, StudyRun

SEVERE, HIGH_RISK = "severe_180", "high_risk_adjudicated"
_PROTECTED = Note("protected_outcome")


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Accuracy of the legal rule and of the Danger Assessment's levels, AUC of both scores, and the rule surface.

    Analyses the forms of usual practice. The outcome happens under protection that follows the score, so figures
    against it carry the caution `protected_outcome`; figures against the adjudicated risk level do not.
    """
    police = frames.usual_practice(frames.forms(cohort, frames.POLICE_FORM, "police_officer"))
    danger = frames.usual_practice(frames.forms(cohort, frames.DANGER))
    results = {r.name: r for r in [*_police(cohort, police), *_danger(cohort, danger)]}
    return parts.finish(
        "thresholds",
        cohort,
        results.values(),
        seed=seed,
        summary=_summary(results),
        sections=_sections(results),
    )


def _police(cohort: Cohort, frame: pd.DataFrame) -> Iterator[Result]:
    options: dict[str, Any] = {**parts.common(cohort, frame), "instrument": frames.POLICE_FORM}
    rule: dict[str, Any] = {"test": "positive", **options}
    yield shares.shares(frame, name="certainty", column="certainty", **options)
    yield accuracy.accuracy(frame, name="order146_high_risk", reference=HIGH_RISK, **rule)
    yield accuracy.accuracy(frame, name="order146_high_risk_by_couple", reference=HIGH_RISK, group="couple", **rule)
    severe = accuracy.accuracy(frame, name="order146_severe", reference=SEVERE, **rule)
    yield _cautioned(severe, _PROTECTED)
    women = accuracy.accuracy(frame, name="order146_severe_by_victim", reference=SEVERE, group="victim", **rule)
    yield _cautioned(women, _PROTECTED)
    auc = discrimination.auc(frame, name="auc_order146_severe", score="total", reference=SEVERE, **options)
    yield _cautioned(auc, _PROTECTED)
    yield _cautioned(_surface(cohort, frame, options), _PROTECTED)


def _surface(cohort: Cohort, frame: pd.DataFrame, options: dict[str, Any]) -> Result:
    rules = _rules(cohort)
    if rules is None:
        meta = {**options, "question": "rule_surface", "picture": None}
        return not_estimable("surface_severe", meta, Note("not_two_counts"))
    return rule_surface.rule_surface(frame, name="surface_severe", rules=rules, reference=SEVERE, **options)


def _danger(cohort: Cohort, frame: pd.DataFrame) -> Iterator[Result]:
    options: dict[str, Any] = {**parts.common(cohort, frame), "instrument": frames.DANGER}
    levels = accuracy.accuracy_at_levels(frame, name="danger_levels_severe", level="level", reference=SEVERE, **options)
    yield _cautioned(levels, _PROTECTED, Note("unverified_weights"))
    auc = discrimination.auc(frame, name="auc_danger_severe", score="total", reference=SEVERE, **options)
    yield _cautioned(auc, _PROTECTED, Note("unverified_weights"))


def _cautioned(result: Result, *notes: Note) -> Result:
    """`result` with cautions; one that could not be estimated already says why and needs no more."""
    return result if result.status == "not_estimable" else result.with_notes(*notes, status="caution")


def _rules(cohort: Cohort) -> rule_surface.OrRules | None:
    """The family of rules around the legal one, read from the definition of the form; None when the form in use has
    another kind of rule."""
    definition = cohort.instrument(frames.POLICE_FORM)
    conditions = [c for level in definition.levels for c in level.when]
    if len(conditions) != 2 or definition.levels[0].join != "any" or len(definition.levels) != 2:
        return None
    first, second = conditions
    most = {c.score: len(definition.score[c.score].item_ids) for c in (first, second)}
    return rule_surface.OrRules(
        count_a=first.score,
        count_b=second.score,
        max_a=most[first.score],
        max_b=most[second.score],
        legal=(first.at_least, second.at_least),
    )


def _summary(results: dict[str, Result]) -> list[Statement]:
    women, severe, risk = (
        results[name] for name in ("order146_severe_by_victim", "order146_severe", "order146_high_risk")
    )
    found = estimate(severe, "sensitivity", "of_100")
    return [
        say(
            "thresholds.women",
            flagged=estimate(women, "flagged", "of_100", "woman"),
            events=estimate(women, "prevalence", "of_100", "woman"),
            followed=estimate(women, "ppv", "of_100", "woman"),
            unflagged=complement(estimate(women, "npv", "of_100", "woman")),
        ),
        say("thresholds.found_severe", missed=complement(found), **with_interval(severe, "sensitivity", "of_100")),
        say("thresholds.found_high_risk", **with_interval(risk, "sensitivity", "of_100")),
        *_near_best(results["surface_severe"]),
        say("thresholds.protected"),
    ]


def _sections(results: dict[str, Result]) -> list[Section]:
    by_couple = results["order146_high_risk_by_couple"]
    return [
        Section("thresholds.certainty", [_certainty(results["certainty"])], ["certainty"]),
        Section(
            "thresholds.rule",
            [
                say(
                    "thresholds.couple",
                    couple=estimate(by_couple, "sensitivity", "of_100", frames.COUPLE),
                    other=estimate(by_couple, "sensitivity", "of_100", frames.OTHER),
                )
            ],
            ["order146_high_risk", "order146_severe", "order146_high_risk_by_couple", "order146_severe_by_victim"],
        ),
        Section(
            "thresholds.scores",
            [
                say(
                    "thresholds.auc",
                    police=estimate(results["auc_order146_severe"], "auc", "number"),
                    danger=estimate(results["auc_danger_severe"], "auc", "number"),
                    half=Quantity(0.5, "number"),
                )
            ],
            ["auc_order146_severe", "auc_danger_severe", "danger_levels_severe"],
        ),
        Section("thresholds.surface", _near_best(results["surface_severe"]), ["surface_severe"]),
    ]


def _certainty(shares_of: Result) -> Statement:
    kinds = ("certain", "could_be", "cannot_be")
    return say("thresholds.certainty", **{kind: estimate(shares_of, kind, "percent") for kind in kinds})


def _near_best(surface: Result) -> list[Statement]:
    if "surface" not in surface.frames:
        return []
    rules = surface.frames["surface"]
    near = rules["within_one_se"].astype(bool)
    inside = bool((near & rules["legal"].astype(bool)).any())
    return [
        say(
            "thresholds.legal_within" if inside else "thresholds.legal_outside",
            near=estimate(surface, "near_best", "count"),
            rules=Quantity(float(len(rules)), "count"),
        )
    ]
