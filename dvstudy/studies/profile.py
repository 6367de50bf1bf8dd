"""Profile of a cohort: who is in it, how the police form comes out, and which answers are missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dvstudy.analyses import missing, shares
from dvstudy.cohort import Cohort
from dvstudy.instruments import REASONS
from dvstudy.result import Result
from dvstudy.studies import frames, parts
from dvstudy.studies.run import Section, StudyRun
from dvstudy.tables import CASES

_MARGINS: Final = ("area", "relation", "victim", "arm")
_OUTCOMES: Final = ("decision", "certainty", "branch")


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Shares of cases by area, relation, victim and arm; of police forms by decision, certainty and branch; missing
    answers by item and reason."""
    results = {r.name: r for r in [*_cases(cohort), *_forms(cohort)]}
    return parts.finish(
        "profile",
        cohort,
        results.values(),
        seed=seed,
        summary=[],
        sections=[
            Section("profile.cases", [], [f"profile_{c}" for c in _MARGINS]),
            Section("profile.forms", [], [f"profile_{c}" for c in _OUTCOMES]),
            Section("profile.missing", [], ["profile_missing"]),
        ],
    )


def _cases(cohort: Cohort) -> Iterator[Result]:
    cases = frames.complete(cohort.cases, CASES)
    options = parts.common(cohort, cases)
    for column in _MARGINS:
        yield shares.shares(cases, name=f"profile_{column}", column=column, **options)


def _forms(cohort: Cohort) -> Iterator[Result]:
    police = frames.forms(cohort, frames.POLICE_FORM, "police_officer")
    options = parts.common(cohort, police)
    for column in _OUTCOMES:
        name = f"profile_{column}"
        yield shares.shares(police, name=name, column=column, instrument=frames.POLICE_FORM, **options)
    answers = cohort.answers.get(frames.POLICE_FORM)
    yield missing.missing_answers(
        police[[]] if answers is None else answers.loc[police.index],
        name="profile_missing",
        reasons=REASONS,
        cluster=police[options["cluster"]] if options["cluster"] else None,
        synthetic=cohort.synthetic,
        instrument=frames.POLICE_FORM,
    )
