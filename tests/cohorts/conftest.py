"""Cohorts and recipes that several test files share; the reference population of a recipe is solved once a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dvstudy import cohorts
from dvstudy.cohort import Cohort
from dvstudy.cohorts import Recipe, chain
from dvstudy.cohorts.observe import Observation, observe
from dvstudy.cohorts.record import Scene
from dvstudy.cohorts.reference import reference
from dvstudy.cohorts.streams import Streams
from dvstudy.cohorts.tuning import Fixed

Variant = Callable[..., Recipe]


@pytest.fixture(scope="session")
def tutorial() -> Cohort:
    return cohorts.simulate("tutorial", seed=cohorts.SHIPPED["tutorial"])


@pytest.fixture(scope="session")
def large() -> Observation:
    """40,000 cases in 800 stations, twenty copies of the tutorial's country: the population behind the tables."""
    recipe = cohorts.load_recipe("tutorial")
    tuner = Fixed(reference(recipe).intercepts)
    return observe(chain.run(chain.begin(recipe.settings, Streams(7), 2000, 20), tuner), tuner)


@pytest.fixture(scope="session")
def variant(tmp_path_factory: pytest.TempPathFactory) -> Variant:
    """A recipe that changes some parameters of the tutorial; by default with a small reference population."""

    def make(changes: Mapping[str, Any], size: int = 20_000) -> Recipe:
        path = tmp_path_factory.mktemp("recipe") / "variant.toml"
        lines = ['name = "variant"', 'title = "Changed for a test"', 'extends = "tutorial"', "[set]"]
        path.write_text("\n".join([*lines, *_lines({"size.reference": size, **changes})]) + "\n", "utf-8")
        return cohorts.load_recipe(Path(path))

    return make


@pytest.fixture(scope="session")
def changed() -> Callable[..., Scene]:
    """A scene with some settings changed, the luck of everything else as it was."""

    def change(scene: Scene, path: str, **values: Any) -> Scene:
        keys, parts = path.split("."), list[Any]([scene.settings])
        for key in keys:
            parts.append(getattr(parts[-1], key))
        part: Any = parts[-1].model_copy(update=values)
        for key, above in zip(reversed(keys), reversed(parts[:-1]), strict=True):
            part = above.model_copy(update={key: part})
        return replace(scene, settings=part)

    return change


@pytest.fixture(scope="session")
def near() -> Callable[[Any, Any, str], None]:
    """Drawn events less their own probabilities: the mean must be 0 within four standard errors."""

    def check(drawn: Any, expected: Any, label: str) -> None:
        gap, error = np.mean(drawn - expected), np.sqrt(np.mean(expected * (1 - expected)) / len(expected))
        assert abs(gap) < 4 * error, f"{label}: {gap:.5f}, error {error:.5f}"

    return check


def _lines(changes: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in changes.items()]


def _toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
