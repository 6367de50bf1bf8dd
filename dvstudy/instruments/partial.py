"""Reading what can be read of a faulty definition, so that all of its faults are reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from dvstudy.instruments import parts as kinds
from dvstudy.instruments import standing
from dvstudy.instruments.constructs import Construct
from dvstudy.instruments.model import Definition

#: Lists of parts: the field, the model of an element, and the key that names it.
_LISTS: Final[tuple[tuple[str, type[kinds.Part], str], ...]] = (
    ("sections", kinds.Section, "id"),
    ("items", kinds.Item, "id"),
    ("parameters", kinds.Parameter, "id"),
    ("scores", kinds.Score, "id"),
    ("levels", kinds.Level, "code"),
    ("readings", standing.Reading, "id"),
    ("examples", kinds.Example, "name"),
)
_NAMED: Final[tuple[tuple[str, type[kinds.Part]], ...]] = (
    ("answer_sets", kinds.AnswerSet),
    ("constructs", Construct),
)
_SINGLE: Final[tuple[tuple[str, type[kinds.Part]], ...]] = (
    ("rule", kinds.Rule),
    ("rights", standing.Rights),
    ("legal", standing.Legal),
    ("decision", kinds.Decision),
    ("judgement", kinds.Judgement),
)


def readable(raw: Mapping[str, Any]) -> tuple[Definition, dict[str, list[str]]]:
    """The parts of `raw` that have the right shape, and the names, by kind, of those that do not."""
    parts: dict[str, Any] = {}
    unread: dict[str, list[str]] = {}
    for field, kind, key in _LISTS:
        rows = [row for row in _list(raw.get(field)) if isinstance(row, dict)]
        read = [(row, _read(kind, row)) for row in rows]
        parts[field] = tuple(part for _, part in read if part is not None)
        unread[field] = [str(row.get(key, "")) for row, part in read if part is None]
    for field, kind in _NAMED:
        read_parts = {name: _read(kind, body) for name, body in _table(raw.get(field)).items()}
        parts[field] = {name: part for name, part in read_parts.items() if part is not None}
        unread[field] = [name for name, part in read_parts.items() if part is None]
    for field, kind in _SINGLE:
        parts[field] = _read(kind, raw[field]) if field in raw else None
    parts["sources"] = _table(raw.get("sources"))
    parts["excludes"] = tuple(tuple(pair) for pair in _list(raw.get("excludes")) if _is_pair(pair))
    unread["unread"] = [field for field, _ in _SINGLE if field in raw and parts[field] is None]
    parts["kind"] = _kind(raw.get("kind"))
    return Definition.model_construct(**parts), unread


def _read(kind: type[kinds.Part], body: object) -> BaseModel | None:
    try:
        return kind.model_validate(body)
    except ValidationError:
        return None


def _kind(value: object) -> str:
    allowed = ("checklist", "weighted_checklist", "screen", "structured_judgement")
    return value if isinstance(value, str) and value in allowed else ""


def _list(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else []


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair)
