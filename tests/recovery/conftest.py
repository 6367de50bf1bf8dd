"""A small quick recipe, and estimators whose truth is known by construction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy import cohorts
from dvstudy.cohort import Cohort
from dvstudy.cohorts import Recipe
from dvstudy.recovery import Estimator

TOY = """
name = "toy"
title = "Small and quick"
extends = "tutorial"
[set]
size.reference = 2000
size.cases = 60
"""


@pytest.fixture(scope="session")
def recipe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toy") / "toy.toml"
    path.write_text(TOY, "utf-8")
    return path


@pytest.fixture(scope="session")
def recipe(recipe_file: Path) -> Recipe:
    return cohorts.load_recipe(recipe_file)


@pytest.fixture(scope="session")
def toy() -> Callable[..., Estimator]:
    """A maker of estimators of a mean that is 0.3; one that is given `fails` stops with an error where the seed is odd.

    Made inside a function, so that worker processes get it by value: they cannot import a test.
    """

    def make(name: str = "toy", *, shift: float = 0.0, fails: bool = False, null: float = 0.0) -> Estimator:
        def run(cohort: Cohort, seed: int) -> pd.DataFrame:
            if fails and seed % 2:
                raise ArithmeticError("an odd seed")
            x = np.random.default_rng(seed).normal(0.3 + shift, 1.0, 25)
            half = 1.96 / 5
            row = {
                "term": "difference",
                "estimate": x.mean(),
                "conf_low": x.mean() - half,
                "conf_high": x.mean() + half,
            }
            return pd.DataFrame([row, {**row, "term": "unknown_to_the_truth"}])

        def truth(cohort: Cohort) -> pd.DataFrame:
            return pd.DataFrame({"term": ["difference"], "value": [0.3], "mcse": [0.01]})

        return Estimator(run, name, truth=truth, null={"difference": null})

    return make
