"""A recipe as a file of its own: everything that departs from the base, each value with its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dvstudy import writing
from dvstudy.cohorts.recipe import BASE, Recipe
from dvstudy.writing import toml_value

_HEAD = "# Written from a team's own margins. What is not named here is as in the base recipe."


def write_recipe(recipe: Recipe, path: Path | str, *, force: bool = False) -> Path:
    """Write `recipe` as a TOML file that `load_recipe` reads back to the same parameters.

    Raises
    ------
    UsageError
        When something is there already and `force` is not given, or the place does not allow it.
    """
    head = {"name": recipe.name, "extends": BASE, "title": recipe.title, "kind": recipe.kind}
    lines = [_HEAD, *(f"{key} = {toml_value(value)}" for key, value in head.items()), "", "[set]"]
    return writing.put(Path(path), "\n".join([*lines, *_settings(recipe)]) + "\n", force=force)


def _settings(recipe: Recipe) -> Iterator[str]:
    for path in recipe.changed:
        known = recipe.parameters.get(path)
        value = toml_value(recipe.at(path))
        yield f"{path} = {{ value = {value}, source = {toml_value(known.origin())} }}" if known else f"{path} = {value}"
