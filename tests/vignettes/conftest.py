from pathlib import Path

import pytest

from dvstudy import cohort, vignettes
from dvstudy.cohort import Cohort
from dvstudy.vignettes import VignetteSet

TUTORIAL = Path(__file__).parents[2] / "data" / "synthetic" / "tutorial"


@pytest.fixture(scope="session")
def tutorial() -> Cohort:
    return cohort.load(TUTORIAL)


@pytest.fixture(scope="session")
def made(tutorial: Cohort) -> VignetteSet:
    return vignettes.make(tutorial, n=6, seed=146)
