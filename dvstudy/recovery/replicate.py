"""One replicate: a fresh cohort, the estimates on it, the truth beside them. Its luck depends on its number alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import cohorts
from dvstudy.cohort import Cohort
from dvstudy.cohorts import Recipe
from dvstudy.errors import DvstudyError
from dvstudy.recovery.estimator import KEY, NUMBERS, Estimator

COLUMNS: Final = [*KEY, "kind", *NUMBERS, "truth", "truth_mcse"]


@dataclass(frozen=True)
class Job:
    """What is the same for all replicates."""

    estimator: Estimator
    recipe: Recipe
    seed: int
    cases: int | None

    def seeds(self, replicate: int) -> tuple[int, int]:
        """Seeds of the cohort and of the estimator in replicate number `replicate`, whoever computes it."""
        cohort, own = np.random.SeedSequence(self.seed, spawn_key=(replicate,)).generate_state(2, np.uint32)
        return int(cohort), int(own)


@dataclass(frozen=True)
class Outcome:
    """What came of one replicate: rows with a known truth, the number of those without, or the error."""

    replicate: int
    seed: int
    rows: pd.DataFrame
    without_truth: int = 0
    error: str = ""

    def plain(self) -> dict[str, Any]:
        """For JSON, which has no NaN."""
        cells = self.rows.astype("object").where(self.rows.notna(), None)
        return {
            "replicate": self.replicate,
            "seed": self.seed,
            "error": self.error,
            "without_truth": self.without_truth,
            "rows": {column: cells[column].tolist() for column in COLUMNS},
        }


def outcome(plain: dict[str, Any]) -> Outcome:
    """The outcome that `Outcome.plain` wrote down; KeyError, TypeError or ValueError when it is none."""
    return Outcome(
        int(plain["replicate"]),
        int(plain["seed"]),
        _typed(pd.DataFrame({column: plain["rows"][column] for column in COLUMNS})),
        int(plain["without_truth"]),
        str(plain["error"]),
    )


def replicate(job: Job, number: int) -> Outcome:
    """Run one replicate. What the estimator raises is written down with the seed of its cohort; a recipe that cannot
    be simulated stops everything."""
    seed, own = job.seeds(number)
    cohort = cohorts.simulate(job.recipe, seed=seed, cases=job.cases)
    try:
        return _beside_truth(job.estimator, cohort, own, Outcome(number, seed, _typed(pd.DataFrame(columns=COLUMNS))))
    except Exception as fault:  # whatever a caller's estimator does must not end the other replicates
        said = fault.text() if isinstance(fault, DvstudyError) else str(fault)
        empty = _typed(pd.DataFrame(columns=COLUMNS))
        return Outcome(number, seed, empty, error=f"{type(fault).__name__}: {said}".rstrip(": "))


def _beside_truth(estimator: Estimator, cohort: Cohort, seed: int, blank: Outcome) -> Outcome:
    found = estimator.estimates(cohort, seed)
    merged = found.merge(estimator.truths(cohort), on=KEY, how="left", indicator=True)
    known = merged[(merged["_merge"] == "both") & merged["truth"].notna()]
    return Outcome(blank.replicate, blank.seed, _typed(known[COLUMNS]), len(merged) - len(known))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    texts = dict.fromkeys([*KEY, "kind"], "str")
    numbers = dict.fromkeys([*NUMBERS, "truth", "truth_mcse"], "float64")
    return frame.reset_index(drop=True).astype(texts).astype(numbers)
