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


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Accuracy of the legal rule and of the Danger Assessment's levels, AUC of both scores, and the rule surface.

    Analyses the forms of usual practice. The outcome happens under protection that follows the score, so figures
    against it carry the caution `protected_outcome`; figures against the adjudicated risk level do not.
    """
    view = View(cohort, seed)
    found = {result.name: result for part in PARTS for result in part.results(view)}
    return parts.finish(
        "thresholds",
        cohort,
        found.values(),
        seed=seed,
        summary=_summary(found),
        sections=[section for part in PARTS for section in part.sections(found)],
    )


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
