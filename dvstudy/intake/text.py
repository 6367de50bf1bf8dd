"""Reducing what people write to one spelling, so that words can be compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-", "—": "-"})
_JOINTS: Final = re.compile(r"(?<=\w)\s*[_/\-.]+\s*(?=\w)")
_WHOLE: Final = re.compile(r"(\d+)[.,]0+")


def plain(written: str) -> str:
    """`written` without capitals, diacritics, invisible characters and repeated spaces ("  Întreb " -> "intreb")."""
    if written.isascii():
        return " ".join(written.replace("`", "'").casefold().split())
    spread = unicodedata.normalize("NFKD", written.translate(_INVISIBLE).translate(_APOSTROPHES))
    bare = "".join(c for c in spread if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def fold(written: str) -> str:
    """`plain`, whole numbers without decimals ("1,0" -> "1"), joints between letters as spaces ("N/A" -> "n a")."""
    bare = plain(written)
    whole = _WHOLE.fullmatch(bare)
    if whole:
        return whole[1]
    joined = _JOINTS.sub(" ", bare)
    return joined[:-1] if len(joined) > 1 and joined.endswith(".") else joined


def rows_shown(rows: list[int], most: int = 5) -> str:
    """Row numbers for a message, the first few and how many more: "4, 9, 12 (+31)"."""
    listed = ", ".join(str(row) for row in rows[:most])
    return listed if len(rows) <= most else f"{listed} (+{len(rows) - most})"
