"""A document as one HTML file that needs nothing else: styles and pictures inside, no script, no request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from dvstudy import language as lang
from dvstudy import provenance
from dvstudy.render.document import Block, Document, Figure, Heading

if TYPE_CHECKING:
    from jinja2 import Environment

_PREFIX: Final = {"Heading": "h", "Table": "t", "Figure": "f", "FormField": "q"}
_PERCENT: Final = re.compile(r"(?<=\d) %")


@dataclass(frozen=True)
class Placed:
    """A block with its place on the page: kind, anchor, and the picture already drawn."""

    block: Block
    kind: str
    anchor: str
    svg: str = ""


def to_html(document: Document) -> str:
    """`document` as the text of an HTML page.

    The page has one title, one main part, a contents list when it has more than three chapters, tables with captions
    and scopes, pictures as SVG with their description, the banner at head, foot and on every printed page, and the
    mark under every table. Equal documents give equal bytes.

    Raises
    ------
    ValueError
        When a heading skips a level or repeats the title: readers of screen readers go by headings.
    """
    _check_headings(document)
    placed = list(_placed(document))
    return environment().get_template("page.html.j2").render(
        document=document,
        placed=placed,
        contents=[(p.anchor, p.block.text) for p in placed if isinstance(p.block, Heading) and p.block.level == 2],
        word=lambda key: lang.text(key, document.language),
        version=provenance.package_version(),
        style=_style(),
    )  # fmt: skip


def to_fragment(document: Document) -> str:
    """The blocks of `document` as HTML to be set into another page (a notebook's), with banner and marks."""
    return environment().get_template("fragment.html.j2").render(
        document=document,
        placed=list(_placed(document, f"d{provenance.digest(_words(document).encode())[:8]}-")),
        word=lambda key: lang.text(key, document.language),
    )  # fmt: skip


def _words(document: Document) -> str:
    """Headings and captions: what tells one piece of a notebook from another, whose ids must differ."""
    return "\n".join(str(getattr(b, "text", getattr(b, "caption", ""))) for b in document.blocks)


def _check_headings(document: Document) -> None:
    before = 1
    for heading in (b for b in document.blocks if isinstance(b, Heading)):
        if heading.level == 1:
            raise ValueError(f"the title is given once, as Document.title; found it as a heading: {heading.text!r}")
        if heading.level > before + 1:
            raise ValueError(f"heading {heading.text!r} skips a level")
        before = heading.level


def _placed(document: Document, prefix: str = "") -> Iterator[Placed]:
    for number, block in enumerate(document.blocks, start=1):
        kind = type(block).__name__
        anchor = f"{prefix}{_PREFIX.get(kind, 'b')}{number}"
        yield Placed(block, kind, anchor, _picture(block, f"{anchor}p") if isinstance(block, Figure) else "")


def _picture(figure: Figure, name: str) -> str:
    from markupsafe import Markup

    from dvstudy import draw

    return Markup(draw.svg(figure.draw, figure.size, name=name, title=figure.caption, description=figure.alt))


@cache
def environment() -> Environment:
    """Where the templates of pages are loaded from; everything that they are given is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("dvstudy.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_held_together,
    )
    made.filters["css_string"] = css_string
    return made


def _held_together(shown: object) -> object:
    """A number is not parted from its percent sign at the end of a line; markup stays as it is."""
    return _PERCENT.sub("\N{NO-BREAK SPACE}%", shown) if type(shown) is str else shown


@cache
def _style() -> str:
    from importlib.resources import files

    from markupsafe import Markup

    return Markup(files("dvstudy.render").joinpath("templates/style.css").read_text(encoding="utf-8").strip())


def css_string(text: str) -> str:
    """`text` as a CSS string: everything but letters, digits and spaces by its code."""
    from markupsafe import Markup

    safe = "".join(c if c.isalnum() or c in " .,:;" else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{safe}"')
