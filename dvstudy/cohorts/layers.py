"""Layers of a recipe: what a file sets on top of the one it extends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dvstudy.checks import nearest
from dvstudy.errors import Problem

#: What makes a table of a recipe a parameter and not a section.
_GIVEN = ("value", "ratio")


def leaves(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Paths of the tables that are parameters: those that hold a value or a ratio."""
    for key, value in data.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping) and any(word in value for word in _GIVEN):
            yield path, value
        elif isinstance(value, Mapping):
            yield from leaves(value, path)


def settings(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Paths of everything that a layer sets: plain values, and tables that give a value or a ratio with its source."""
    for key, value in data.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping) and not any(word in value for word in _GIVEN):
            yield from settings(value, path)
        else:
            yield path, value


def tree(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Nested tables from dotted paths."""
    root: dict[str, Any] = {}
    for path, value in flat.items():
        *above, last = path.split(".")
        place = root
        for key in above:
            place = place.setdefault(key, {})
        place[last] = value
    return root


def put(plain: dict[str, Any], path: str, value: Any, subject: str) -> Iterator[Problem]:
    """Set `value` at `path` inside `plain`; the problem when nothing is called so. A table of weights is replaced entry
    by entry."""
    *above, last = path.split(".")
    place: Any = plain
    for key in above:
        place = place.get(key, {}) if isinstance(place, dict) else {}
    if isinstance(place, dict) and last in place:
        place[last] = value
        return
    known = tuple(place) if isinstance(place, dict) else ()
    yield Problem("unknown_key", f"{subject} → {path}", last, known, nearest(last, known))


def at(plain: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path."""
    for key in path.split("."):
        plain = plain[key]
    return plain
