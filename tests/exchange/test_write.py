"""What holds for every format: losses are said, rights are kept, nothing is overwritten, half-written or run."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dvstudy import exchange, instruments
from dvstudy import language as lang
from dvstudy.errors import Refused, UsageError
from dvstudy.exchange import Loss
from dvstudy.instruments import Instrument
from dvstudy.writing import FORMULA_STARTS, neutral

BASE = instruments.load("order146")
SECRET = "Official sentence of item"


def codes(lost: tuple[Loss, ...]) -> set[str]:
    return {loss.code for loss in lost}


def content(path: Path) -> str:
    """Everything a reader of the file could find in it."""
    if path.suffix == ".xlsx":
        rows = (row for sheet in load_workbook(path).worksheets for row in sheet.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    return path.read_bytes().decode("utf-8", "replace")


def relabelled(text: str) -> Instrument:
    """The police form with `text` wherever a definition may hold words."""
    whole = BASE.model_dump()
    label = {"en": text, "ro": text}
    whole |= {"title": label, "short_title": label, "notice": label}
    for part in (*whole["items"], *whole["sections"], *whole["scores"], *whole["levels"]):
        part["label"] = label
    whole["items"][0]["note"] = label
    for answer in whole["answer_sets"]["yes_no"]["answers"]:
        answer["label"] = label
    return Instrument.model_validate(whole)


@pytest.mark.parametrize("format", exchange.FORMATS)
def test_every_loss_is_said_in_every_language(format: str, tmp_path: Path) -> None:
    for name in instruments.available():
        instrument = instruments.load(name)
        if not instrument.items and not format.startswith("codebook"):
            continue
        lost = exchange.write(instrument, tmp_path / f"x{exchange.FORMATS[format]}", format, force=True)
        assert len(set(lost)) == len(lost)
        assert lost or format.startswith("codebook")
        for language in lang.languages():
            texts = [loss.text(language) for loss in lost]
            assert all(texts) and len(set(texts)) == len(texts) and not any("{" in text for text in texts)


@pytest.mark.parametrize("format", ["redcap", "xlsform", "fhir", "form_html"])
def test_a_rule_that_is_not_known_is_a_loss_and_nothing_is_calculated(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{exchange.FORMATS[format]}"
    assert "rule_not_known" in codes(exchange.write(instruments.load("epv_r"), path, format))
    assert not re.search(r"\bif\(|,calc,|class=\"line\"", content(path))
    assert "rule_not_known" not in codes(exchange.write(BASE, path, format, force=True))


def test_languages_that_a_format_cannot_hold_are_a_loss(tmp_path: Path) -> None:
    lost = exchange.write(BASE, tmp_path / "x.csv", "redcap", ["ro", "en"])
    assert Loss("languages", (("languages", "en"),)) in lost
    assert "Tentativă de a ucide" in content(tmp_path / "x.csv")
    assert "languages" not in codes(exchange.write(BASE, tmp_path / "y.csv", "redcap", "ro"))


@pytest.mark.parametrize("format", exchange.FORMATS)
def test_official_wording_leaves_only_where_the_rights_allow_it(format: str, tmp_path: Path) -> None:
    wording = {i: {"ro": f"{SECRET} {i}", "en": f"{SECRET} {i}"} for i in BASE.item_ids}
    path = tmp_path / f"x{exchange.FORMATS[format]}"
    kept = BASE.model_copy(update={"wording": wording, "overlay": "0123456789ab"})
    assert {"wording_withheld", "overlay_rule"} <= codes(exchange.write(kept, path, format))
    if format != "form_pdf":
        assert SECRET not in content(path)
        free = kept.model_copy(update={"rights": kept.rights.model_copy(update={"wording_may_be_shown": True})})
        assert "wording_withheld" not in codes(exchange.write(free, path, format, force=True))
        assert f"{SECRET} q21" in content(path)


def test_the_printed_form_and_its_pdf_say_the_same(tmp_path: Path) -> None:
    from dvstudy.exchange.sheet import sheet

    wording = {i: {"ro": f"{SECRET} {i}", "en": f"{SECRET} {i}"} for i in BASE.item_ids}
    assert SECRET not in str(sheet(BASE.model_copy(update={"wording": wording}), ["en", "ro"]))


@pytest.mark.parametrize(
    "start", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", '=cmd|" /C calc"!A0']
)
@pytest.mark.parametrize("format", ["redcap", "xlsform", "codebook_csv"])
def test_no_cell_is_a_formula(format: str, start: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{exchange.FORMATS[format]}"
    lost = exchange.write(relabelled(start), path, format, "en")
    assert "texts_altered" in codes(lost)
    if path.suffix == ".xlsx":
        cells = [c for s in load_workbook(path).worksheets for row in s.iter_rows() for c in row if c.value]
        assert not any(c.data_type == "f" for c in cells)
        values = [str(c.value) for c in cells]
    else:
        with path.open(encoding="utf-8-sig", newline="") as source:
            values = [cell for row in csv.reader(source) for cell in row]
    assert not [value for value in values if value.startswith(FORMULA_STARTS)]


def test_a_negative_number_is_no_formula() -> None:
    assert neutral("-3") == "-3" and neutral("-3+1") == "'-3+1"


def test_no_text_is_obeyed(tmp_path: Path) -> None:
    odd = relabelled('${q02} [order146_q02] | 9, x <script>alert("1")</script> & #eval("x") *a* $x$ \\ {{ 7*7 }}')
    for name, suffix in exchange.FORMATS.items():
        exchange.write(odd, tmp_path / f"{name}{suffix}", name)
    assert "<script" not in content(tmp_path / "form_html.html") + content(tmp_path / "codebook_html.html")
    with (tmp_path / "redcap.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            assert "[" not in row["Field Label"] and "<" not in row["Field Label"]
            if row["Field Type"] == "radio":
                assert row["Choices, Calculations, OR Slider Labels"].count("|") == 5
    survey = load_workbook(tmp_path / "xlsform.xlsx")["survey"]
    head = [cell.value for cell in survey[1]]
    for row in survey.iter_rows(min_row=2, values_only=True):
        said = dict(zip(head, row, strict=True))
        if str(said["type"]).startswith("select_one"):
            assert "${" not in said["label::English (en)"]


def test_nothing_is_overwritten_without_force_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "form.json"
    path.write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="already there"):
        exchange.write(BASE, path, "fhir")
    monkeypatch.setattr("dvstudy.exchange.fhir.json.dumps", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exchange.write(BASE, path, "fhir", force=True)
    assert path.read_text("utf-8") == "mine" and [p.name for p in tmp_path.iterdir()] == ["form.json"]
    monkeypatch.undo()
    exchange.write(BASE, path, "fhir", force=True)
    assert path.read_text("utf-8") != "mine" and [p.name for p in tmp_path.iterdir()] == ["form.json"]


def test_a_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "form.json").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        exchange.write(BASE, tmp_path / "form.json", "fhir", force=True)


@pytest.mark.parametrize(
    ("name", "format", "languages", "said"),
    [
        ("x.csv", "redcp", None, "redcap"),
        ("x.xlsx", "redcap", None, ".csv"),
        ("x.csv", "redcap", "de", "en, ro"),
    ],
)
def test_wrong_calls_say_what_would_do(
    name: str, format: str, languages: str | None, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        exchange.write(BASE, tmp_path / name, format, languages)
    assert list(tmp_path.iterdir()) == []


def test_a_form_without_questions_is_refused_but_has_a_codebook(tmp_path: Path) -> None:
    stub = instruments.load("order138")
    with pytest.raises(Refused, match="order138"):
        exchange.write(stub, tmp_path / "x.csv", "redcap")
    exchange.write(stub, tmp_path / "x.csv", "codebook_csv")
    assert "order138" in content(tmp_path / "x.csv")
