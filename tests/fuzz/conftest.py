"""What damaged files are made with, and what a reader may answer: a result, or an error that every language can say."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from dvstudy import language
from dvstudy.errors import DvstudyError

Judge = Callable[..., DvstudyError | None]

#: Values that stand where something else is wanted.
NASTY: tuple[Any, ...] = (
    -1, 0, 1, 2**31, 2**63, 2**64, -(2**70), 10**30, 10**400, 1.5, float("nan"), float("inf"), -float("inf"), 1e308,
    True, False, "", " ", "yes", "no", "blank", "q01", "total", "none", "missing", "a" * 5000, "ș\u202e\u200b\ufeff",
    "\0", "{found}", "{0.__class__}", "%s%n", "(a+)+$", "..", "../x.toml", "/dev/zero", "x.toml", "nul\0.toml",
    "=cmd|' /C calc'!A0", "!!python/object:os.system", "__import__('os')", [], [[]], [1, "a", None], {}, {"en": ""},
    {"en": "x"}, {"a": {"b": {}}}, date(2024, 2, 29), datetime(1, 1, 1), time(1, 2),
)  # fmt: skip


def toml(value: Any) -> str:
    """`value` as inline TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(v) for v in value if v is not None) + "]"
    return value.isoformat() if isinstance(value, date | time) else repr(value)


def document(data: dict[str, Any]) -> str:
    """A TOML document: one line a key."""
    return "".join(f"{toml(key)} = {toml(value)}\n" for key, value in data.items())


def mutated(data: dict[str, Any], seed: int) -> dict[str, Any]:
    """A copy of `data` with one to four things deleted, renamed, replaced, copied from elsewhere or repeated."""
    chance, whole = random.Random(seed), deepcopy(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = list(_places(whole))
        if not places:
            break
        parent, key = chance.choice(places)
        _mutate(chance, parent, key, places)
    return whole


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _mutate(chance: random.Random, parent: Any, key: Any, places: list[tuple[Any, Any]]) -> None:
    kind = chance.choice(("delete", "nasty", "nasty", "copy", "copy", "rename", "repeat", "wrap", "empty"))
    if kind == "delete":
        del parent[key]
    elif kind in ("nasty", "wrap", "empty"):
        empty = type(parent[key])() if isinstance(parent[key], dict | list | str | int) else ""
        parent[key] = {"nasty": deepcopy(chance.choice(NASTY)), "wrap": [parent[key]], "empty": empty}[kind]
    elif kind == "copy":  # also makes a part that refers to itself, or to one of another kind
        other, name = chance.choice(places)
        if name in other if isinstance(other, dict) else name < len(other):
            parent[key] = deepcopy(other[name])
    elif isinstance(parent, dict):
        parent[str(chance.choice(("x", "id", "en", "a.b", "", "ș", *parent)))] = parent.pop(key)
    else:
        parent.insert(key, deepcopy(parent[key]))


@pytest.fixture
def judged() -> Judge:
    """Runs a call: None when it gives a result, else its error, once every language can say it in one piece."""

    def run(call: Callable[..., Any], *args: Any, **options: Any) -> DvstudyError | None:
        try:
            call(*args, **options)
        except DvstudyError as fault:
            said = [fault.text(one) for one in language.languages()]
            assert all(said) and not any("Traceback" in text for text in said)
            return fault
        return None

    return run


@pytest.fixture
def put(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bytes | str], Path]:
    """Writes a file into a folder of its own; the folder holds nothing else."""

    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path_factory.mktemp("given") / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
