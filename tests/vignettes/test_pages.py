"""The pages: what each carries, what is refused, and that nothing half-written is left."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dvstudy import language as lang
from dvstudy import vignettes
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.render.document import FormField, NoteBox, PageBreak, Paragraph, Table
from dvstudy.tables import PARTNERS
from dvstudy.vignettes import VignetteSet
from dvstudy.vignettes.key_page import key
from dvstudy.vignettes.model import LANGUAGES
from dvstudy.vignettes.participants_page import participants

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def _plain(path: Path) -> str:
    reader = _Plain()
    reader.feed(path.read_text("utf-8"))
    return re.sub(r"\s+", " ", unescape(" ".join(reader.said)))


def test_three_files_are_written_and_carry_the_mark(made: VignetteSet, language: str, tmp_path: Path) -> None:
    written = vignettes.write(made, tmp_path / "new" / "set", language=language)
    names = [f"participants_{language}.html", f"key_{language}.html", f"vignettes_{language}.json"]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in (tmp_path / "new" / "set").iterdir()) == sorted(names)
    for page in written[:2]:
        text = page.read_text("utf-8")
        assert f'<html lang="{language}">' in text
        assert lang.text("report.synthetic_notice", language) in _plain(page)
        assert "112" in _plain(page)
        assert "anes.gov.ro" in _plain(page)
        assert re.search(r"(?:src|href)=\"(?!#)", text) is None
    assert vignettes.from_json(written[2].read_text("utf-8")) == made


def test_both_languages_share_a_folder(made: VignetteSet, language: str, tmp_path: Path) -> None:
    for code in LANGUAGES:
        vignettes.write(made, tmp_path, language=code)
    assert len(list(tmp_path.iterdir())) == 6
    with pytest.raises(UsageError, match="already there"):
        vignettes.write(made, tmp_path, language=language)
    vignettes.write(made, tmp_path, language=language, force=True)


def test_writing_twice_gives_the_same_bytes(made: VignetteSet, language: str, tmp_path: Path) -> None:
    first = [p.read_bytes() for p in vignettes.write(made, tmp_path / "a", language=language)]
    assert [p.read_bytes() for p in vignettes.write(made, tmp_path / "b", language=language)] == first


def test_a_set_with_a_fault_is_never_written(made: VignetteSet, language: str, tmp_path: Path) -> None:
    spoiled = replace(made.vignettes[0], decision="other")
    for wrong in (replace(made, vignettes=(spoiled, *made.vignettes[1:])), replace(made, bank="0" * 12)):
        with pytest.raises(CheckFailed) as caught:
            vignettes.write(wrong, tmp_path / "set", language=language)
        assert {p.code for p in caught.value.problems} <= {"vignette_key", "vignette_bank"}
    assert list(tmp_path.iterdir()) == []


def test_participants_see_a_note_before_each_text_and_a_blank_form(made: VignetteSet, language: str) -> None:
    blocks = list(participants(made, language).blocks)
    for vignette in made.vignettes:
        first = blocks.index(Paragraph(vignette.paragraphs(language)[0]))
        note = blocks[first - 1]
        assert isinstance(note, NoteBox)
        for code in vignette.content_notes:
            assert lang.text(f"vignette.content.{code}", language) in note.text
    fields = [b for b in blocks if isinstance(b, FormField)]
    assert len(fields) == len(made.vignettes) * 22
    assert all(len(f.choices) == 3 for f in fields if f.number != "R")
    assert sum(isinstance(b, PageBreak) for b in blocks) == 2 * len(made.vignettes) + 1


def test_participants_pages_do_not_give_the_key_away(made: VignetteSet, language: str, tmp_path: Path) -> None:
    page = _plain(vignettes.write(made, tmp_path, language=language)[0])
    assert not any(v.id in page for v in made.vignettes)
    assert not any(sentence in page for v in made.vignettes for sentence in v.reason[language][2:])


def test_the_key_gives_every_answer_with_its_sentence(made: VignetteSet, language: str, tmp_path: Path) -> None:
    page = _plain(vignettes.write(made, tmp_path, language=language)[1])
    for vignette in made.vignettes:
        assert vignette.id in page
        assert all(sentence in page for sentence in vignette.reason[language])
        assert all(lang.text(f"vignette.discuss.{code}", language) in page for code in vignette.discussion)
        assert all(line.text[language] in page for line in vignette.lines if line.shows)
    assert page.count("†") >= len(made.vignettes) * 12
    assert str(made.seed) in page
    assert made.bank in page


def test_every_word_of_the_pages_is_in_the_catalogue(made: VignetteSet, language: str) -> None:
    english = {str(b) for b in key(made, "en").blocks}
    assert language == "en" or not english & {
        str(b) for b in key(made, language).blocks if not isinstance(b, PageBreak)
    }


def test_a_language_without_texts_is_refused(made: VignetteSet, language: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        vignettes.write(made, tmp_path, language="hu")
    assert caught.value.code == "vignettes_language"
    assert "hu" in caught.value.text(language)


def _rows(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", cell))).strip() for cell in row] for row in cells]


def test_the_printed_key_counts_up_by_hand(made: VignetteSet, language: str, tmp_path: Path) -> None:
    page = vignettes.write(made, tmp_path, language=language)[1].read_text("utf-8")
    yes, no = {"en": ("Yes", "No"), "ro": ("Da", "Nu")}[language]
    imminent, neither = {"en": ("Imminent risk", "No imminent risk"), "ro": ("Risc iminent", "Fără risc iminent")}[
        language
    ]
    parts = re.split(r"<h2[^>]*>[^<]*SYN-V-", page)[1:]
    assert len(parts) == len(made.vignettes)
    for part in parts:
        rows = _rows(part)
        printed = next(row for row in rows if len(row) == 6 and row[0].isdigit())
        ticked = {int(row[0].split(".")[0]): row[1] for row in rows if re.match(r"\d+\. ", row[0]) and len(row) == 3}
        assert sorted(ticked) == list(range(1, 22))
        said = {n for n, answer in ticked.items() if answer == yes}
        a, b = len([n for n in said if n <= 7]), len([n for n in said if n >= 8])
        assert printed[:3] == [str(a), str(b), imminent if a >= 2 or b >= 6 else neither]
        turns = (a == 2 and b < 6) or (a < 2 and b == 6) or (a < 2 and b < 6 and (a == 1 or b == 5))
        assert printed[4] == (yes if turns else no)


def test_the_key_says_when_a_topic_is_not_told_of_such_people(made: VignetteSet, language: str) -> None:
    never = lang.text("vignette.key.never_told", language)
    tables = [b for b in key(made, language).blocks if isinstance(b, Table) and len(b.columns) == 3]
    assert len(tables) == len(made.vignettes)
    assert {v.relation in PARTNERS for v in made.vignettes} == {True, False}
    for vignette, table in zip(made.vignettes, tables, strict=True):
        separation = next(i for i, k in enumerate(vignette.items) if k.construct == "separation")
        assert (table.rows[separation][2] == never) == (vignette.relation not in PARTNERS)


def test_the_form_says_how_the_set_reads_a_question(made: VignetteSet, language: str) -> None:
    asked = {f.number: f.text for f in participants(made, language).blocks if isinstance(f, FormField)}
    assert [n for n, text in asked.items() if n != "R" and text.endswith(")")] == ["11", "12", "18"]
