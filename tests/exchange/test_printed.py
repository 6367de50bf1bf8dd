"""The printed form and the codebook: both languages, a box for every answer, purpose, rights and status."""

from __future__ import annotations

import csv
import re
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dvstudy import exchange, instruments
from dvstudy import language as lang
from dvstudy.errors import UsageError
from dvstudy.exchange import about, codebook
from dvstudy.exchange.sheet import sheet
from dvstudy.render.document import Table

ASKED = [name for name in instruments.available() if instruments.load(name).items]
VOID = {"meta", "col", "link", "br"}


class Page(HTMLParser):
    """Words of a page; complains of tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []
        self.boxes = 0
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.boxes += dict(attrs).get("class") == "box"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", unescape(" ".join(self.said)))


@pytest.mark.parametrize("name", ASKED)
def test_every_question_stands_in_both_languages_with_a_box_for_each_answer(name: str, tmp_path: Path) -> None:
    instrument = instruments.load(name)
    exchange.write(instrument, tmp_path / "form.html", "form_html")
    source = (tmp_path / "form.html").read_text("utf-8")
    page = Page(source)
    for item in instrument.item_ids:
        for language in lang.languages():
            assert instrument.words(item, language, printed=True) in page.text
    sets = [instrument.answer_set(i) for i in instrument.item_ids]
    wanted = sum(len(s.codes) + len(s.missing) - 1 for s in sets)
    assert page.boxes == wanted + len(instrument.levels) * instrument.rule.known
    assert "size: A4" in source and "http" not in re.sub(r"https?://\S+", "", page.text)
    assert re.search(r"(?:src|href)=", source) is None and "<script" not in source
    for language in lang.languages():
        assert lang.text("exchange.banner", language) in page.text
        assert about.rights(instrument, language) in page.text
        assert instrument.rights.licence[language] in about.rights(instrument, language)
    assert about.holder(instrument, "ro") in page.text and instrument.version in page.text


def test_placeholders_are_marked_and_explained() -> None:
    form = sheet(instruments.load("order146"), ["en", "ro"])
    marks = {row["number"]: row["mark"] for block in form["blocks"] for row in block["rows"]}
    assert marks["6"] == "‡" and marks["1"] == "°"
    assert [line[0] for line in form["legend"]] == ["°", "‡"]
    assert "12 of 21" in form["foot"][0] and "12 din 21" in form["foot"][1]


def test_one_language_alone(tmp_path: Path) -> None:
    exchange.write(instruments.load("lap"), tmp_path / "form.html", "form_html", "ro")
    page = (tmp_path / "form.html").read_text("utf-8")
    assert '<html lang="ro">' in page and 'lang="en"' not in page
    assert lang.text("exchange.banner", "en") not in page


@pytest.mark.parametrize("name", ["order146", "danger_assessment", "sara_v2", "sara_v3", "unified_ro", "epv_r"])
def test_the_pdf_is_tagged_and_the_same_each_time(name: str, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    instrument = instruments.load(name)
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for path in (first, second):
        exchange.write(instrument, path, "form_pdf")
    content = first.read_bytes()
    assert content == second.read_bytes() and content.startswith(b"%PDF-")
    assert b"pdfuaid" in content


def test_without_its_package_the_pdf_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match=r"dvstudy\[reports\]"):
        exchange.write(instruments.load("lap"), tmp_path / "form.pdf", "form_pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", lang.languages())
@pytest.mark.parametrize("name", instruments.available())
def test_the_codebook_lists_everything(name: str, language: str, tmp_path: Path) -> None:
    instrument = instruments.load(name)
    exchange.write(instrument, tmp_path / "book.html", "codebook_html", language)
    text = Page((tmp_path / "book.html").read_text("utf-8")).text
    for part in (*instrument.items, *instrument.scores):
        assert part.label[language] in text and lang.text(f"status.{part.status}", language) in text
    for level in instrument.levels:
        assert level.label[language] in text
    assert all(re.sub(r"\s+", " ", item.note[language]) in text for item in instrument.items if item.note)
    assert all(re.sub(r"\s+", " ", source) in text for source in instrument.sources.values())
    tables = [b for b in codebook.document(instrument, language).blocks if isinstance(b, Table)]
    assert all(len(row) == len(one.columns) for one in tables for row in one.rows)


@pytest.mark.parametrize("name", instruments.available())
def test_the_csv_codebook_holds_the_rule(name: str, tmp_path: Path) -> None:
    instrument = instruments.load(name)
    exchange.write(instrument, tmp_path / "book.csv", "codebook_csv")
    with (tmp_path / "book.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    by_part = {part: [r for r in rows if r["part"] == part] for part in {r["part"] for r in rows}}
    assert [r["code"] for r in by_part.get("item", [])] == list(instrument.item_ids)
    for row in by_part.get("item", []):
        item = instrument.item[row["code"]]
        assert (row["status"], row["source"], row["topic"]) == (item.status, item.source, item.construct_id)
        assert row["label_ro"] == item.label["ro"]
    worths = {(r["of"], r["code"]): r["value"] for r in by_part.get("worth", [])}
    for score in instrument.scores:
        for item in score.item_ids:
            pairs = zip(instrument.answer_set(item).codes, instrument.worth(score.id, item), strict=True)
            assert worths[score.id, item] == " / ".join(f"{code} {worth}" for code, worth in pairs if worth)
    assert len(by_part.get("answer", [])) == sum(len(s.answers) for s in instrument.answer_sets.values())
    assert len(by_part.get("reason", [])) == sum(len(s.missing) for s in instrument.answer_sets.values())
