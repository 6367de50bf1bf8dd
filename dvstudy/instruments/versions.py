"""The legal life of an instrument: which version was in force on a day, and what changed between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from dvstudy.errors import UsageError
from dvstudy.instruments.load import available, load
from dvstudy.instruments.model import Instrument
from dvstudy.instruments.regimes import as_day, holds

#: Columns of a `diff`.
COLUMNS: Final = ("part", "code", "field", "before", "after")
#: Fields of a definition that say nothing about what is asked, counted or allowed.
_ASIDE: Final = ("id", "version", "family", "sources", "examples", "schema_version", "settings", "wording", "overlay")
_KEYS: Final = {"items": "id", "scores": "id", "sections": "id", "parameters": "id", "readings": "id", "levels": "code"}


def instrument_in_force(name: str, on: date | str) -> Instrument:
    """The version of an instrument that the law prescribed on a day.

    Parameters
    ----------
    name
        Id of an instrument, or of a family of versions.
    on
        A date, or text such as ``"2023-05-01"``.

    Raises
    ------
    UsageError
        When no instrument has that name, none of its versions has a legal life, or none (or more than one) was in
        force that day; the text gives the dates that are known.
    """
    day = as_day(on)
    assert day is not None
    versions = [load(n) for n in available() if name in (n, load(n).family)]
    if not versions:
        raise UsageError("unknown_family", found=name, known=", ".join(available()))
    lawful = [v for v in versions if v.legal is not None]
    if not lawful:
        raise UsageError("no_legal_life", instrument=name)
    found = [v for v in lawful if v.legal and holds(v.legal.valid_from, v.legal.valid_to, day)]
    if len(found) != 1:
        known = "; ".join(_life(v) for v in lawful)
        raise UsageError("not_in_force" if not found else "several_in_force", instrument=name, day=day, known=known)
    return found[0]


def _life(instrument: Instrument) -> str:
    legal = instrument.legal
    ends = ["…" if d is None else d.isoformat() for d in (legal.valid_from, legal.valid_to)] if legal else []
    return f"{instrument.id} {instrument.version}: {' – '.join(ends)}"


def diff(before: Instrument, after: Instrument) -> pd.DataFrame:
    """What differs between two definitions, part by part.

    Returns
    -------
    DataFrame with `part` (``items``, ``scores``, ``levels``, ``legal`` ...), `code` (which item, score or level; empty
    for single parts), `field`, and the values `before` and `after` as text; a part that only one of them has is one
    row with `field` empty and ``absent`` on the other side. Items are matched by id. Source, version and worked
    examples are left out: they are no change of the form. No row: the two ask, count and decide the same.
    """
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    rows = [row for field in old if field not in _ASIDE for row in _part(field, old[field], new[field])]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _part(field: str, old: Any, new: Any) -> Iterator[tuple[str, str, str, str, str]]:
    if field in _KEYS:
        key = _KEYS[field]
        yield from _named(field, {row[key]: row for row in old}, {row[key]: row for row in new})
    elif field in ("answer_sets", "constructs"):
        yield from _named(field, old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _fields(field, "", old, new)
    elif old != new:
        yield field, "", "", _text(old), _text(new)


def _named(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    for code in dict.fromkeys([*old, *new]):
        if code in old and code in new:
            yield from _fields(part, code, old[code], new[code])
        else:
            yield part, code, "", _present(old, code), _present(new, code)


def _fields(
    part: str, code: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str, str]]:
    for field in dict.fromkeys([*old, *new]):
        if field != "source" and old.get(field) != new.get(field):
            yield part, code, field, _text(old.get(field)), _text(new.get(field))


def _present(side: Mapping[str, Any], code: str) -> str:
    return "present" if code in side else "absent"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {_text(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(_text(v) for v in value)
    return "" if value is None else str(value)
