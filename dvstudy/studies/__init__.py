"""Which questions, on which cohort, in which order: Cohort in, StudyRun out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dvstudy.checks import arguments, nearest, whole
from dvstudy.cohort import Cohort, wanted
from dvstudy.errors import Problem
from dvstudy.studies import (
    agreement,
    cohort_fidelity,
    comparison,
    indicators,
    linkage,
    profile,
    thresholds,
    unified_form,
)
from dvstudy.studies._fidelity_reference import RECIPE, Reference
from dvstudy.studies.cohort_rules import plausibility
from dvstudy.studies.comparison_case import compare_case
from dvstudy.studies.run import StudyRun, load

__all__ = ["STUDIES", "StudyRun", "compare", "compare_case", "fidelity", "load", "plausibility", "study"]

#: Study name -> the function that runs it.
STUDIES: Final = {
    "profile": profile.run,
    "thresholds": thresholds.run,
    "agreement": agreement.run,
    "unified_form": unified_form.run,
    "comparison": comparison.run,
    "fidelity": cohort_fidelity.run,
    "indicators": indicators.run,
    "linkage": linkage.run,
}


def study(name: str, cohort: Cohort, *, seed: int = 146) -> StudyRun:
    """Run one study on a cohort.

    Parameters
    ----------
    name
        ``profile`` (who is in the cohort, what is missing), ``thresholds`` (is the legal rule right, what would
        another do), ``agreement`` (police officer against social worker), ``unified_form`` (stations with one form
        against stations with two), ``comparison`` (the same cases by every instrument), ``fidelity`` (whether the
        cohort is what it should be), ``indicators`` (the work of the services, beside published figures) or
        ``linkage`` (interventions of the same two people, found by their link in a register).
    cohort
        Synthetic or a team's own. What its tables cannot answer becomes a result with status ``not_estimable`` that
        says why; on synthetic data the run ends with every estimate beside the stored truth.
    seed
        Seed of every random number the study draws (randomisation tests).

    Raises
    ------
    UsageError
        `WrongArguments`: there is no study of that name, `cohort` is none, or the seed is no whole number from 0 on.
    """
    arguments(unknown(name), wanted("cohort", cohort), whole("seed", seed, 0))
    return STUDIES[name](cohort, seed=seed)


def unknown(name: object) -> Iterator[Problem]:
    """The fault of a name that no study has."""
    if not isinstance(name, str) or name not in STUDIES:
        shown = name if isinstance(name, str) else type(name).__name__
        yield Problem("unknown_study", "name", shown, tuple(STUDIES), nearest(shown, STUDIES))


def compare(cohort: Cohort) -> StudyRun:
    """The same cases by every instrument: ``study("comparison", cohort)``; see `comparison.run`."""
    return study("comparison", cohort)


def fidelity(cohort: Cohort, reference: Reference = None, *, seed: int = 146) -> StudyRun:
    """Is a cohort what it should be, on its own and against another one?

    Parameters
    ----------
    cohort
        Any cohort; a synthetic one also shows its calibration targets.
    reference
        A cohort that shares no case with it, such as a team's own data that a synthetic one should resemble; or
        ``"recipe"``, for a cohort proven synthetic, which shows what its model implies: a larger cohort of the same
        recipe (ten times the cases, up to 20,000, and never fewer than its own), with another seed, is simulated and
        put beside it. Every margin, rate and association is compared.
    seed
        Seed of the random orders behind the parallel analysis and, with the cohort's own seed, of ``"recipe"``.

    Returns
    -------
    StudyRun with the sections `fidelity.targets`, `margins`, `pairs`, `structure`, `rates` and `rules`. One cohort that
    is not proven synthetic makes the whole run confidential. The summary says what the cohort was held against,
    and with what seed that was made.

    Raises
    ------
    UsageError
        `no_recipe_behind`: ``"recipe"`` with a cohort that is not proven synthetic; `recipe_unreadable`: its parameters
        are not those of this version; `same_cohort`: both are the same. `WrongArguments`, as `study`.
    """
    beside = () if reference is None or reference == RECIPE else wanted("reference", reference)
    arguments(wanted("cohort", cohort), beside, whole("seed", seed, 0))
    return cohort_fidelity.run(cohort, seed=seed, reference=reference)
