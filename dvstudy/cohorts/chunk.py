"""One year of a series: its place, its recipe, its seed; written unless it is there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from dvstudy import cohort, provenance, storage
from dvstudy.cohort import Cohort
from dvstudy.cohorts.parameters import Places
from dvstudy.cohorts.recipe import Recipe
from dvstudy.cohorts.simulate import simulate
from dvstudy.errors import UsageError

_FIRST_YEAR: Final = "places.first_year"
#: The last year that a recipe may begin with.
_LAST: Final[int] = next(m.le for m in Places.model_fields["first_year"].metadata if hasattr(m, "le"))
_MONTHS: Final = 12


def file_hash(path: Path) -> str:
    """SHA-256 of a file, as a description of tables writes it."""
    return f"sha256:{provenance.digest(path.read_bytes())}"


@dataclass(frozen=True)
class Year:
    """One year of a series."""

    base: Recipe
    seed: int
    number: int
    folder: Path
    format: storage.Format

    @cached_property
    def place(self) -> str:
        """Name of its folder: the calendar year, and which repeat of the last one it is."""
        places = self.base.settings.places
        step = -(-places.months // _MONTHS)
        wanted = places.first_year + self.number * step
        moved = max(0, (_LAST - places.first_year) // step)
        if self.number <= moved:
            return str(wanted)
        return f"{places.first_year + moved * step}_{self.number - moved + 1}"

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe of this year, under a name of its own: no two years have the same parameters."""
        year = int(self.place.partition("_")[0])
        source = f"assumption; year {self.number + 1} of a series from {self.base.settings.places.first_year}"
        return self.base.changed_to(f"{self.base.name}_{self.place}", {_FIRST_YEAR: (year, source)})

    @cached_property
    def own_seed(self) -> int:
        return int(np.random.SeedSequence(self.seed, spawn_key=(self.number,)).generate_state(1, np.uint32)[0])

    @property
    def path(self) -> Path:
        return self.folder / self.place

    def check(self) -> None:
        """Nothing is there, or this very year."""
        if self.path.exists() and not self.there():
            raise UsageError("target_exists", target=f"{self.folder.name}/{self.place}")

    def there(self) -> bool:
        """Whether the folder describes this very year, in this format, made by this version."""
        try:
            about = json.loads((self.path / storage.DESCRIPTOR).read_text("utf-8"))
            recipe, formats = about["recipe"], {one["format"] for one in about["resources"]}
            found = (recipe["parameter_hash"], recipe["seed"], about["version"], formats)
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return found == (self.recipe.parameter_hash, self.own_seed, provenance.package_version(), {self.format})

    def make(self, force: bool) -> dict[str, Any]:
        """Write it unless it is there, unaltered; the entry of the index."""
        if force or not self.path.exists():
            made = simulate(self.recipe, seed=self.own_seed)
            made.save(self.path, format=self.format, force=force)
        else:
            made = cohort.load(self.path)
        return self._entry(made)

    def _entry(self, made: Cohort) -> dict[str, Any]:
        descriptor = self.path / storage.DESCRIPTOR
        return {
            "name": made.name,
            "path": descriptor.relative_to(self.folder).as_posix(),
            "hash": file_hash(descriptor),
            "year": self.recipe.settings.places.first_year,
            "seed": self.own_seed,
            "parameter_hash": self.recipe.parameter_hash,
            "rows": {name: len(frame) for name, frame in made.tables().items()},
        }
