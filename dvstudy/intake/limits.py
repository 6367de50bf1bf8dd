"""Limits of what a team's own files may be, stated once."""

from __future__ import annotations

from typing import Final

#: A team's own file of fewer cases is refused: results would be about persons, not about an instrument.
LEAST_CASES: Final = 30

#: A larger file is refused before it is read; several years of the whole country's forms fit in.
MOST_BYTES: Final = 32 * 2**20
#: An Excel file is a compressed folder; this bounds what it may unpack to.
MOST_UNPACKED: Final = 128 * 2**20
#: Columns of a table; the longest export of a form's program has some hundreds.
MOST_COLUMNS: Final = 4096
#: Rows of a sheet that hold nothing: formatting dragged to the end of a sheet makes a million of them.
MOST_EMPTY: Final = 10_000
#: Cells kept in memory (rows times columns that are not ignored).
MOST_CELLS: Final = 10_000_000
#: A longer cell is free text, which tells about a person.
MOST_CHARACTERS: Final = 40
