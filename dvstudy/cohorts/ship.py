"""The cohorts that stand in ``data/synthetic``: how they were made, so that anyone can make them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from dvstudy.cohorts.simulate import simulate

#: Recipe -> seed.
SHIPPED: Final[Mapping[str, int]] = MappingProxyType({"tutorial": 146, "rater_panel": 2578})


def ship(folder: str | Path, *, force: bool = False) -> list[Path]:
    """Write every shipped cohort as CSV under `folder`, one folder each; existing ones are replaced with `force`."""
    return [
        simulate(recipe, seed=seed).save(Path(folder) / recipe, format="csv", force=force)
        for recipe, seed in SHIPPED.items()
    ]
