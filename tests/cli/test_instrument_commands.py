"""`dvstudy instruments`: list, show, diff, crosswalk, check, new, export."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from dvstudy import exchange, instruments
from dvstudy import language as lang
from dvstudy.cli import instrument_commands, main
from dvstudy.render import plain
from dvstudy.render.document import Bullets, Heading, Table

#: A rule of a test, nobody's own.
OVERLAY = """
instrument = "k_sid"
version = "10-marker.stub1"
entitlement = "a test"
sources.test = "made up for a test"
rule = { known = true, status = "unverified", source = "test", note.en = "Test", note.ro = "Probă" }
levels = [
  { code = "high", label = { en = "High", ro = "Ridicat" }, when = [{ branch = "t", score = "total", at_least = 2 }] },
  { code = "low", label = { en = "Low", ro = "Scăzut" } },
]
examples = [{ name = "two", others.yes_no = "no", answers = { q01 = "yes", q02 = "yes" }, expect.level = "high" }]
[[scores]]
id = "total"
label = { en = "Total", ro = "Total" }
kind = "count"
items = ["q01", "q02", "q03"]
status = "unverified"
source = "test"
"""


def said(capsys: pytest.CaptureFixture[str], *command: str, status: int = 0) -> str:
    assert main(["instruments", *command]) == status
    shown = capsys.readouterr()
    return shown.out if status == 0 else shown.err


def test_list_names_every_instrument_once(capsys: pytest.CaptureFixture[str]) -> None:
    _, *lines, empty, legend = said(capsys, "list").splitlines()
    assert (empty, legend) == ("", lang.text("known.legend"))
    assert [line.split()[0] for line in lines] == list(instruments.available())
    for line, name in zip(lines, instruments.available(), strict=True):
        questions, rule = instruments.known(instruments.load(name)).words("en")
        assert f"  {questions}  " in line and f"  {rule}  " in line


@pytest.mark.parametrize(("language", "words"), [("en", "Strangulation"), ("ro", "Strangulare")])
def test_show_prints_items_status_and_levels(language: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "show", "order146", "--language", language)
    assert words in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_diff_of_an_instrument_with_itself_and_with_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(said(capsys, "diff", "order146", "order146").splitlines()) == 1
    assert "q21" in said(capsys, "diff", "order146", "danger_assessment")


@pytest.mark.parametrize("language", ["en", "ro"])
def test_crosswalk_names_both_forms_and_fits_the_line(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "crosswalk", "order146", "lap", "--language", language)
    assert all(instruments.load(name).short_title[language] in shown for name in ("order146", "lap"))
    assert max(map(len, shown.splitlines())) <= 100
    assert "dangr_assessment" in said(capsys, "crosswalk", "order146", "dangr_assessment", status=2)


def test_new_then_check_passes_and_a_broken_file_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "form.toml"
    said(capsys, "new", "our_form", "--out", str(path))
    assert str(path) in said(capsys, "check", str(path))
    said(capsys, "new", "our_form", "--out", str(path), status=2)
    path.write_text(path.read_text("utf-8").replace("at_least = 2", "at_least = 9"), "utf-8")
    assert "yes_count >= 9" in said(capsys, "check", str(path), status=2)
    assert "absent.toml" in said(capsys, "check", str(tmp_path / "absent.toml"), status=2)


def test_plain_tables_fit_the_line_and_lose_no_word() -> None:
    table = Table("T", ["a", "b", "c"], [["word " * 30, "x" * 8, "other " * 20], ["1", "2", "3"]])
    lines = list(plain.lines([Heading("Head"), Bullets(["one", "two"]), table], "en"))
    assert max(map(len, lines)) <= 100
    assert " ".join(lines).count("word") == 30 and " ".join(lines).count("other") == 20
    assert "- one" in lines


def _content(path: Path) -> dict[str, bytes]:
    """What a file holds; of a workbook every part but the one that says when it was written."""
    if not zipfile.is_zipfile(path):
        return {"": path.read_bytes()}
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name) for name in parts.namelist() if name != "docProps/core.xml"}


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("format", instrument_commands.FORMATS)
def test_export_writes_every_format_and_says_what_it_loses(
    format: str, language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"form{exchange.FORMATS[format]}"
    command = ["export", "dash_24", "--format", format, "--out", str(out), "--language", language]
    printed = said(capsys, *command)
    kept = exchange.write(instruments.load("dash_24"), tmp_path / f"again{out.suffix}", format, [language, "en", "ro"])
    assert all(loss.text(language) in printed for loss in kept) and str(out) in printed
    assert _content(out) == _content(tmp_path / f"again{out.suffix}")
    assert out.name in said(capsys, *command, status=2)
    said(capsys, *command, "--force")


def test_export_knows_every_format() -> None:
    assert tuple(exchange.FORMATS) == instrument_commands.FORMATS


def test_export_writes_the_languages_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "form.html"
    said(capsys, "export", "order146", "--format", "form_html", "--texts", "ro", "--out", str(out))
    assert 'lang="ro"' in out.read_text("utf-8") and "Strangulation" not in out.read_text("utf-8")


def test_parameters_reach_the_instrument(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "show", "dash_24", "--parameter", "escalation=3") != said(capsys, "show", "dash_24")
    assert "escalaton" in said(capsys, "show", "dash_24", "--parameter", "escalaton=3", status=2)
    with pytest.raises(SystemExit):
        main(["instruments", "show", "dash_24", "--parameter", "escalation"])
    assert "escalation" in capsys.readouterr().err


def test_an_overlay_brings_the_rule_that_a_stub_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OVERLAY, "utf-8")
    assert "high" in said(capsys, "show", "k_sid", "--overlay", str(own)).lower()
    items = instruments.load("k_sid").item_ids
    rows = [",".join(["case_id", *items]), *(",".join([f"C{n:03d}", *["1"] * len(items)]) for n in range(40))]
    (tmp_path / "forms.csv").write_text("\n".join(rows), "utf-8")
    score = ["score", str(tmp_path / "forms.csv"), "--instrument", "k_sid", "--out", str(tmp_path / "s.csv")]
    assert main(score) == 2
    assert main([*score, "--overlay", str(own)]) == 0
    assert (tmp_path / "s.csv").read_text("utf-8").count("high") >= 40
