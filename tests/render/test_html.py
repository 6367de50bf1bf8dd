"""The page: one file, sound structure, words for every picture, the same bytes every time."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from dvstudy import language as lang
from dvstudy.render.document import (
    Bullets,
    Document,
    Figure,
    FormField,
    Heading,
    NoteBox,
    PageBreak,
    Paragraph,
    Table,
)
from dvstudy.render.html import to_fragment, to_html

VOID = {"meta", "link", "br", "img", "hr", "input", "path", "use", "rect"}
NAMED = ("href", "xlink:href", "aria-labelledby")


class Page(HTMLParser):
    """Elements of a page in order, with their attributes, open parents and text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.text: dict[int, str] = {}
        self._open: list[tuple[str, int]] = []
        self.faults: list[str] = []
        self.feed(source)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), tuple(t for t, _ in self._open)))
        if tag not in VOID:
            self._open.append((tag, len(self.found) - 1))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), tuple(t for t, _ in self._open)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, place in self._open:
            self.text[place] = self.text.get(place, "") + data

    def all(self, *tags: str) -> list[tuple[dict[str, str | None], str]]:
        """Attributes and text of every element with one of these tags."""
        return [(a, self.text.get(i, "").strip()) for i, (t, a, _) in enumerate(self.found) if t in tags]


def faults(source: str) -> list[str]:
    """What is wrong with the structure of a page."""
    page = Page(source)
    out = list(page.faults)
    counts = {tag: len(page.all(tag)) for tag in ("main", "h1", "header", "footer", "title")}
    out += [f"{n} <{tag}>" for tag, n in counts.items() if tag != "title" and n != 1]
    levels = [int(t[1]) for t, _, _ in page.found if re.fullmatch("h[1-6]", t)]
    out += [f"h{a} before h{b}" for a, b in pairwise(levels) if b > a + 1]
    ids = [a["id"] for _, a, _ in page.found if "id" in a]
    out += [f"id {i} twice" for i in {i for i in ids if ids.count(i) > 1}]
    for _, attributes, _ in page.found:
        for name in (n for n in NAMED if n in attributes):
            out += [
                f"{name} to nothing: {r}" for r in (attributes[name] or "").split() if r.removeprefix("#") not in ids
            ]
    out += [f"url({r}) to nothing" for r in re.findall(r"url\(#([^)]*)\)", source) if r not in ids]
    for attributes, text in page.all("svg"):
        if attributes.get("role") != "img" or not attributes.get("aria-labelledby") or not text:
            out.append("a picture without words")
    tables, captions = len(page.all("table")), page.all("caption")
    if tables != len(captions) or not all(text for _, text in captions):
        out.append("a table without caption")
    out += [
        "a header cell without scope" for a, _ in page.all("th") if a.get("scope") not in ("col", "row", "rowgroup")
    ]
    out += ["an empty heading" for _, text in page.all("h1", "h2", "h3") if not text]
    return out


def outside(source: str) -> list[str]:
    """Everything in a page that could fetch or run something."""
    found = re.findall(r"<(?:script|link|iframe|object|embed|img|base|form)\b[^>]*>", source)
    found += re.findall(r"""\b(?:src|srcset|action|on\w+)\s*=\s*["'][^"']*""", source)
    found += re.findall(r"""href\s*=\s*["'](?!#)[^"']*""", source)
    return found + re.findall(r"@import[^;]*|url\((?!#)[^)]*\)", source)


def example(**changes: object) -> Document:
    def draw(ax: object) -> None:
        ax.plot([0, 1], [1, 0], "o-")  # type: ignore[attr-defined]

    blocks = (
        Paragraph("Început & <b>sfârșit</b>", "lead"),
        Heading("Capitol"),
        Bullets(["unu", "doi"], numbered=True),
        Heading("Secțiune", 3),
        Table("Tabelul", ["Ce", "Cât"], [["a", "1,5\nde la 1 la 2"], ["b", "<2>"]], (1,), ["Sursa: x."]),
        Figure("Figura", "Două puncte", draw),
        Figure("A doua", "Iar două puncte", draw, (3, 2)),
        NoteBox("Una\nalta", "caution"),
        PageBreak(),
        FormField("1", "Armă folosită?", ["Da", "Nu"]),
        *(Heading(f"Capitol {n}") for n in range(3)),
    )
    made = Document("Titlu „bun”", "ro", 'Date "sintetice"; 112 </style>', blocks, "Marcaj.")
    return replace(made, **changes)  # type: ignore[arg-type]


def test_structure_is_sound_and_nothing_comes_from_outside() -> None:
    page = to_html(example())
    assert faults(page) == []
    assert outside(page) == []
    assert Page(page).all("html")[0][0]["lang"] == "ro"


def test_the_checker_of_this_file_sees_faults() -> None:
    page = to_html(example())
    assert faults(page.replace("<caption", "<div").replace("</caption>", "</div>"))
    assert faults(page.replace('scope="row"', ""))
    assert faults(page.replace('role="img"', ""))
    assert faults(page.replace("<h3", "<h4").replace("</h3", "</h4"))
    assert outside(page.replace("</body>", '<script src="https://a.example/x.js"></script></body>'))
    assert outside(page.replace("</style>", "@import 'x.css';</style>"))


def test_equal_documents_give_equal_bytes() -> None:
    assert to_html(example()) == to_html(example())


def test_text_is_text_whatever_it_holds() -> None:
    page = to_html(example())
    assert "Început &amp; &lt;b&gt;sfârșit&lt;/b&gt;" in page
    assert '<td class="num">&lt;2&gt;</td>' in page
    assert page.count("</style>") == 1


def test_a_percent_sign_stays_with_its_number() -> None:
    page = to_html(example(blocks=(Paragraph("limits of 95 % and 5 percent"),)))
    assert "95\N{NO-BREAK SPACE}% and 5 percent" in page


def test_the_banner_stands_at_head_foot_and_in_the_print_margin() -> None:
    page = to_html(example())
    assert Page(page).all("header")[0][1].startswith('Date "sintetice"')
    assert Page(page).all("footer")[0][1].startswith('Date "sintetice"')
    margin = re.search(r"@top-center \{ content: \"([^\"]*)\"", page)
    assert margin is not None and margin[1].startswith("Date ")
    assert "<" not in margin[1]


def test_every_table_carries_the_mark_below_its_own_footnotes() -> None:
    notes = [text for _, text in Page(to_html(example())).all("ul") if "Marcaj." in text]
    assert len(notes) == 1 and notes[0].startswith("Sursa: x.")


def test_a_short_document_has_no_contents_list_and_a_long_one_has() -> None:
    assert len(Page(to_html(example())).all("nav")) == 1
    assert not Page(to_html(example(blocks=(Heading("Unul"), Paragraph("x"))))).all("nav")


@pytest.mark.parametrize("levels", [(1,), (3,), (2, 1)])
def test_headings_may_not_skip_or_repeat_the_title(levels: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="heading"):
        to_html(example(blocks=tuple(Heading("x", level) for level in levels)))  # type: ignore[arg-type]


def test_pieces_of_a_notebook_do_not_share_ids() -> None:
    one = to_fragment(example())
    two = to_fragment(example(blocks=(Heading("Altul"), *example().blocks[2:])))
    ids = [set(re.findall(r'\bid="([^"]+)"', piece)) for piece in (one, two)]
    assert ids[0] and not ids[0] & ids[1]
    assert "Date &#34;sintetice&#34;" in one


def test_every_word_of_the_page_itself_is_in_each_language() -> None:
    for language in lang.languages():
        page = to_html(example(language=language))
        assert lang.text("report.contents", language) in page
        assert lang.text("report.skip", language) in page
