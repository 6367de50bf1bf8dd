"""Blocks of a document as lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from dvstudy import language as lang
from dvstudy.render.document import Block, Bullets, Heading, NoteBox, Paragraph, Table

_WIDTH: Final = 100
_NARROWEST: Final = 12


def lines(blocks: Iterable[Block], language: str) -> Iterator[str]:
    """Headings, paragraphs, notes, lists and tables; pictures and form fields have no plain form and are left out."""
    for block in blocks:
        if isinstance(block, Heading):
            yield from ("", block.text, "=" * len(block.text), "")
        elif isinstance(block, Paragraph):
            yield from (*wrap(block.text, _WIDTH), "")
        elif isinstance(block, NoteBox):
            head = lang.text(f"report.box.{block.role}", language)
            yield from (*wrap(f"{head}: {block.text}", _WIDTH), "")
        elif isinstance(block, Bullets):
            yield from (*(line for item in block.items for line in _item(item)), "")
        elif isinstance(block, Table):
            yield from (block.caption, *_table(block.columns, block.rows), "")


def _item(text: str) -> list[str]:
    return wrap(text, _WIDTH, initial_indent="- ", subsequent_indent="  ")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Aligned columns; the widest ones give way, and wrap, until a row fits the line."""
    cells = [[cell.replace("\n", ", ") for cell in row] for row in (columns, *rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(columns))]
    while sum(widths) + 2 * (len(widths) - 1) > _WIDTH and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    for row in cells:
        parts = [wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for number in range(max(map(len, parts))):
            line = [part[number] if number < len(part) else "" for part in parts]
            yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
