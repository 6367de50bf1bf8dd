"""The shipped tutorial cohort and the studies run on it, once for all tests."""

from pathlib import Path

import pytest

from dvstudy import cohort as cohorts
from dvstudy import studies
from dvstudy.cohort import Cohort
from dvstudy.studies.run import StudyRun

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tutorial() -> Cohort:
    return cohorts.load(ROOT / "data/synthetic/tutorial")


@pytest.fixture(scope="session")
def runs(tutorial: Cohort) -> dict[str, StudyRun]:
    return {name: studies.study(name, tutorial, seed=146) for name in studies.STUDIES if name != "fidelity"}
