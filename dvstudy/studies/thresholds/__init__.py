"""Study of scoring thresholds: how the legal rule of the police form does, and what other rules would do.

Each module is one part of the study: `results` from the view of the cohort, `sections` that show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dvstudy.cohort import Cohort
from dvstudy.result import Result
from dvstudy.studies import parts
from dvstudy.studies.parts import complement, estimate, say, with_interval
from dvstudy.studies.run import Statement, StudyRun
from dvstudy.studies.thresholds import (
    calibration,
    cases,
    choice,
    decisions,
    gaps,
    people,
    protection,
    rule,
    scores,
    sizes,
    surface,
)
from dvstudy.studies.thresholds.view import Part, View

#: The parts, in the order in which they are shown.
PARTS: Final[tuple[Part, ...]] = (
    cases,
    rule,
    gaps,
    people,
    scores,
    protection,
    surface,
    choice,
    decisions,
    calibration,
    sizes,
)

#: Sentences of sections that the summary says too.
_ALSO: Final = ("thresholds.no_order", "thresholds.choice_same", "thresholds.departed")


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Is the legal rule right, what would another rule do, and can the answer be trusted?

    The cases behind the figures; accuracy of the legal rule, at other prevalences, by group, with missing answers read
    in every way, with departures from it and in the whole country; scores; what would be without orders, with everyone
    followed up and beyond the police record; every other rule and what choosing one is worth; decision curves,
    calibration, and the cases that a study would need.

    Analyses the forms of usual practice. The outcome happens under protection that follows the score, so figures
    against it carry the caution `protected_outcome`; figures against the adjudicated risk level do not.
    """
    view = View(cohort, seed)
    found = {result.name: result for part in PARTS for result in part.results(view)}
    sections = [section for part in PARTS for section in part.sections(found)]
    said = {one.key: one for section in sections for one in section.statements}
    summary = [*_summary(found), *(said[key] for key in _ALSO if key in said)]
    return parts.finish("thresholds", cohort, found.values(), seed=seed, summary=summary, sections=sections)


def _summary(found: Mapping[str, Result]) -> list[Statement]:
    women, severe, risk = (
        found[name] for name in ("order146_severe_by_victim", "order146_severe", "order146_high_risk")
    )
    hits = estimate(severe, "sensitivity", "of_100")
    return [
        say(
            "thresholds.women",
            flagged=estimate(women, "flagged", "of_100", "woman"),
            events=estimate(women, "prevalence", "of_100", "woman"),
            followed=estimate(women, "ppv", "of_100", "woman"),
            unflagged=complement(estimate(women, "npv", "of_100", "woman")),
        ),
        say("thresholds.found_severe", missed=complement(hits), **with_interval(severe, "sensitivity", "of_100")),
        say("thresholds.found_high_risk", **with_interval(risk, "sensitivity", "of_100")),
        *surface.near_best(found["surface_severe"]),
        say("thresholds.protected"),
    ]
