"""Flat recipes: one row a case, and each column drawn from columns that stand above it. One TOML file a recipe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Field

from dvstudy import provenance
from dvstudy.checks import nearest, read_toml, read_toml_file, validated
from dvstudy.cohorts.flat_columns import KINDS, Column, weights
from dvstudy.cohorts.parameters import Count, Section
from dvstudy.cohorts.recipe import unknown
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.storage import MARK
from dvstudy.tables import CASES

_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")
#: Columns that a saved table adds.
_RESERVED: Final = (CASES.key, MARK)


class _Head(Section):
    name: str
    title: str
    source: Annotated[str, Field(min_length=1)]
    cases: Count
    columns: Annotated[dict[str, Any], Field(min_length=1)]


@dataclass(frozen=True, eq=False)
class FlatRecipe:
    """Columns in the order in which they are drawn; `cases` is how many rows unless the caller says so."""

    name: str
    title: str
    source: str
    cases: int
    columns: Mapping[str, Column] = field(repr=False)

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The recipe as plain values, as it goes into a file and into the hash."""
        columns = [{"column": name, **column.model_dump(mode="json")} for name, column in self.columns.items()]
        return {"name": self.name, "title": self.title, "source": self.source, "columns": columns}

    @cached_property
    def parameter_hash(self) -> str:
        """SHA-256 of the recipe: the key of the ids of its tables."""
        return provenance.parameter_hash(self.plain)


def flat_recipes() -> tuple[str, ...]:
    """Names of the flat recipes that ship with the package."""
    names = (f.name for f in files("dvstudy.cohorts").joinpath("flat_recipes").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_flat_recipe(name: str | Path) -> FlatRecipe:
    """The flat recipe called `name`, or the one in a file ending in ``.toml``.

    Raises
    ------
    CheckFailed
        Listing every fault of every column: its own values, and predictors that are unknown or stand further down.
    """
    data, subject = _written(name)
    found = Problems(subject)
    head = found.kept(lambda: validated(_Head, data, subject))
    written = data.get("columns")
    columns: dict[str, Column | None] = {}
    for key, given in written.items() if isinstance(written, dict) else ():
        place = f"{subject} → columns.{key}"
        if not _CODE.fullmatch(key) or key in _RESERVED:
            found.add(Problem("flat_reserved" if key in _RESERVED else "wants_code", place, key))
        columns[key] = found.kept(partial(_column, given, place))
    found.extend(_linked(columns, f"{subject} → columns"))
    found.stop()
    assert head is not None
    kept = {key: column for key, column in columns.items() if column is not None}
    return FlatRecipe(head.name, head.title, head.source, head.cases, MappingProxyType(kept))


def _column(given: Any, place: str) -> Column:
    """A column of its kind, or every fault that it has by itself."""
    if not isinstance(given, dict):
        raise CheckFailed(place, [Problem("wants_table", place, str(given)[:60])])
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        shown = str(kind)[:60]
        close = nearest(shown, KINDS)
        missing = Problem("missing_key", f"{place}.kind", "kind", tuple(KINDS))
        raise CheckFailed(
            place, [missing if kind is None else Problem("not_one_of", f"{place}.kind", shown, tuple(KINDS), close)]
        )
    column = validated(KINDS[kind], given, place)
    own = [replace(problem, place=f"{place}.{key}") for key, problem in column.faults()]
    if own:
        raise CheckFailed(place, own)
    return column


def _linked(columns: Mapping[str, Column | None], place: str) -> Iterator[Problem]:
    """Predictors that are not columns above, and levels that are none. A faulty column may still be named."""
    order = list(columns)
    for position, (name, column) in enumerate(columns.items()):
        above = order[:position]
        for key in weights(column) if column else ():
            source, dot, level = key.partition(".")
            where = f"{place}.{name}.on.{key}"
            if source not in above:
                code = "flat_not_above" if source in order else "unknown_key"
                yield Problem(code, where, source, tuple(above), nearest(source, above))
            elif (used := columns[source]) and (used.names or dot) and level not in used.names:
                known = tuple(f"{source}.{one}" for one in used.names) or (source,)
                yield Problem("unknown_key", where, key, known, nearest(key, known))


def _written(name: str | Path) -> tuple[dict[str, Any], str]:
    if isinstance(name, Path) or (isinstance(name, str) and name.endswith(".toml")):
        data, subject = read_toml_file(Path(name)), Path(name).name
        if data.keys() & {"extends", "set"} and "columns" not in data:
            raise CheckFailed(subject, [Problem("flat_is_recipe", found=subject)])
        return data, subject
    known = flat_recipes()
    if name not in known:
        raise CheckFailed(str(name), [unknown(str(name), known, "recipes", "flat_is_recipe")])
    text = files("dvstudy.cohorts").joinpath("flat_recipes", f"{name}.toml").read_text("utf-8")
    return read_toml(text, f"{name}.toml"), f"{name}.toml"
