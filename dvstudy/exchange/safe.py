"""Texts that no spreadsheet, form engine or browser takes for a command."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from dvstudy.writing import neutral


class Texts:
    """Writes texts for one format, and counts those that had to be changed."""

    def __init__(self, swaps: Sequence[tuple[str, str]] = ()) -> None:
        self._swaps = swaps
        self.altered = 0

    def __call__(self, text: str) -> str:
        """`text` in one line, with the signs that the format would obey replaced."""
        plain = " ".join(text.split())
        safe = plain
        for sign, instead in self._swaps:
            safe = safe.replace(sign, instead)
        safe = neutral(safe)
        self.altered += safe != plain
        return safe


def csv_bytes(rows: Iterable[Sequence[str]], *, mark: bool = False) -> bytes:
    """Rows as CSV in UTF-8; every cell is neutral. `mark` puts the byte-order mark that Excel wants before it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig" if mark else "utf-8")
