"""How codes and raw numbers are written for a reader: one place for tables, sentences and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from dvstudy import language as lang

#: How a quantity is written: `count` 1,234; `percent` 12.3%; `points` a difference of shares in percentage points;
#: `number`, `ratio`, `hours` two decimals; `days` one decimal; `of_100`, `of_1000` a whole number of 100 or 1,000.
Kind = Literal["count", "percent", "points", "number", "ratio", "days", "hours", "of_100", "of_1000"]


def label_of(kind: str, code: str, meta: Mapping[str, Any], language: str) -> str:
    """The words for a term or group code: catalogue first, then the instrument's own labels, then, for a group of
    forms, the short title of a shipped instrument, then the code; of a group's codes joined by "+", each in turn if
    all are known. With ``meta["own_words"]`` the instrument's labels come first: its levels may be called like other
    things. With ``meta["words"]`` the catalogue is asked under that family (``margin.*``) before all. Group codes that
    are numbers are written as ``meta["group_kind"]`` says."""
    from dvstudy import instruments

    if kind == "group" and meta.get("group_kind") and code != "all":
        return written(float(code), meta["group_kind"], language)

    labels = instruments.load(meta["instrument"]).labels if meta.get("instrument") else {}
    known = next((f"{f}.{code}" for f in (meta.get("words"), kind) if f and lang.has(f"{f}.{code}")), None)
    if code in labels and (known is None or meta.get("own_words")):
        return lang.pick(labels[code], language)
    if known:
        return lang.text(known, language)
    parts = code.split("+") if kind == "group" else []
    words = [label_of(kind, part, meta, language) for part in parts] if len(parts) > 1 else []
    if words and not set(words) & set(parts):
        return " / ".join(words)
    if kind == "group" and code in instruments.available():
        return lang.pick(instruments.load(code).short_title, language)
    return code


def headings(names: Iterable[str], language: str) -> list[str]:
    """The words over the columns of a table, by their codes."""
    return [lang.text(f"report.column.{name}", language) for name in names]


def written(value: float, kind: Kind, language: str) -> str:
    """A raw number as the language and kind write it."""
    if kind == "count":
        return lang.number(value, language, decimals=0)
    if kind == "percent":
        return lang.percent(value, language)
    if kind == "points":
        return lang.number(100 * value, language, decimals=1)
    if kind in ("of_100", "of_1000"):
        return lang.number((100 if kind == "of_100" else 1000) * value, language, decimals=0)
    return lang.number(value, language, decimals=1 if kind == "days" else 2)
