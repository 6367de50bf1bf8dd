"""The small document model: what a report is made of, whatever it is written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Heading:
    """`level` 2 is a chapter, 3 a section in it. Level 1 is the document's title, which is given once, on the
    document itself."""

    text: str
    level: Literal[1, 2, 3] = 2


@dataclass(frozen=True)
class Paragraph:
    """Running text; `lead` opens a chapter, `small` is fine print."""

    text: str
    role: Literal["body", "lead", "small"] = "body"


@dataclass(frozen=True)
class Bullets:
    """A list of short sentences."""

    items: Sequence[str]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Cells are text, already written in the reader's language; a line break in a cell is kept. The first column is
    the row's header. `numeric` names the columns set flush right, `heads` the rows (of one cell) that head those below
    them."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[int] = ()
    footnotes: Sequence[str] = ()
    heads: Sequence[int] = ()


@dataclass(frozen=True)
class Figure:
    """`draw` paints on one Axes; `alt` says in words what the picture shows, with its main numbers."""

    caption: str
    alt: str
    draw: Callable[[Axes], None]
    size: tuple[float, float] = (6.4, 4.0)


@dataclass(frozen=True)
class NoteBox:
    """A set-off remark: `caution` must be seen before the numbers. A line break in the text is kept."""

    text: str
    role: Literal["info", "caution"] = "info"


@dataclass(frozen=True)
class FormField:
    """One question of a printed form with empty boxes to tick."""

    number: str
    text: str
    choices: Sequence[str]


@dataclass(frozen=True)
class PageBreak:
    """What follows starts on a new printed page."""


Block = Heading | Paragraph | Bullets | Table | Figure | NoteBox | FormField | PageBreak


@dataclass(frozen=True)
class Document:
    """Blocks in reading order. `banner` is repeated on every page (the synthetic mark, the purpose notice), `mark` is
    its short form under every table."""

    title: str
    language: str
    banner: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    mark: str = ""
