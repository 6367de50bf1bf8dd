"""The XLSForm: pyxform accepts it, it calculates as the scorer does, and a Kobo export reads back unchanged."""

from __future__ import annotations

import re
import shutil
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from dvstudy import exchange, instruments
from dvstudy.errors import CheckFailed
from dvstudy.exchange import xlsform
from dvstudy.instruments import Instrument
from dvstudy.scoring import score

ASKED = [name for name in instruments.available() if instruments.load(name).items]
XFORMS = "{http://www.w3.org/2002/xforms}"


def written(instrument: Instrument, folder: Path, *languages: str) -> dict[str, list[dict[str, str]]]:
    """The sheets of the exported workbook, each a list of rows."""
    path = folder / "form.xlsx"
    exchange.write(instrument, path, "xlsform", languages or None, force=True)
    book = load_workbook(path)
    found = {}
    for sheet in book.worksheets:
        head, *rows = ([c or "" for c in row] for row in sheet.iter_rows(values_only=True))
        found[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


def kobo(forms: list[dict[str, Any]], survey: list[dict[str, str]], path: Path, *, groups: bool) -> Path:
    """An export as KoboToolbox writes it ("XML values and headers"): start and end first, its own columns last, the
    group before a field's name if so wished, every cell text."""
    group = {}
    here = ""
    for row in survey:
        here = row["name"] if row["type"] == "begin_group" else "" if row["type"] == "end_group" else here
        group[row["name"]] = here
    book = Workbook()
    sheet = book.active
    sheet.title = "Form"
    data = [f for f in forms[0] if f in group]
    heads = [f"{group[name]}/{name}" if groups and group[name] else name for name in data]
    own = ["_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by"]
    sheet.append(["start", "end", *heads, *own, "__version__", "_tags", "_index"])
    for k, form in enumerate(forms):
        cells = [str(form[name]) if form[name] != "" else None for name in data]
        mine = [k, f"uuid{k}", "2026-05-04T10:00:00", None, None, "submitted_via_web", None, "vX", None, k + 1]
        sheet.append(["2026-05-04T09:00:00", "2026-05-04T09:30:00", *cells, *mine])
    book.save(path)
    return path


def collected(
    instrument: Instrument, answers: pd.DataFrame, survey: list[dict[str, str]], team: SimpleNamespace
) -> list[dict[str, Any]]:
    fields = [row for row in survey if row["type"].startswith("select_one")]
    form = team.Form(
        {r["name"]: r["calculation"] for r in survey if r["type"] == "calculate"},
        {r["name"]: r["relevant"] for r in fields if r.get("relevant")},
        team.python,
    )
    return [
        form.fill({"case_id": case, **{i: "" if code == "blank" else code for i, code in row.items()}})
        for case, row in answers.iterrows()
    ]


@pytest.mark.parametrize("name", ASKED)
def test_pyxform_converts_it_without_a_warning(name: str, tmp_path: Path) -> None:
    from pyxform.xls2xform import xls2xform_convert

    instrument = instruments.load(name)
    sheets = written(instrument, tmp_path)
    out = tmp_path / "form.xml"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyxform's own use of older calls
        # ODK Validate, which pyxform carries, runs on Java; without it pyxform's own checks stand alone
        said = xls2xform_convert(str(tmp_path / "form.xlsx"), str(out), validate=shutil.which("java") is not None)
    assert said == []
    tree = ElementTree.parse(out)
    texts = tree.findall(f".//{XFORMS}translation")
    assert [t.get("lang") for t in texts] == ["English (en)", "Română (ro)"]
    assert len(tree.findall(f".//{XFORMS}select1")) == len(instrument.items)
    binds = tree.findall(f".//{XFORMS}bind")
    calculations = [b for b in binds if b.get("calculate")]
    assert len(calculations) == sum(row["type"] == "calculate" for row in sheets["survey"])
    assert (len(calculations) > 1) == instrument.rule.known


@pytest.mark.parametrize("name", ASKED)
def test_both_languages_choices_and_version_are_there(name: str, tmp_path: Path) -> None:
    instrument = instruments.load(name)
    sheets = written(instrument, tmp_path)
    (settings,) = sheets["settings"]
    assert settings["form_id"] == name and settings["version"] == instrument.version
    assert settings["default_language"] == "English (en)"
    for item in instrument.item_ids:
        (row,) = [r for r in sheets["survey"] if r["name"] == item]
        for column, code in (("label::English (en)", "en"), ("label::Română (ro)", "ro")):
            assert row[column].endswith(instrument.words(item, code, printed=True))
        offered = [c["name"] for c in sheets["choices"] if f"select_one {c['list_name']}" == row["type"]]
        wanted = [*instrument.answer_set(item).codes, *instrument.answer_set(item).missing]
        assert offered == [code for code in wanted if code != "blank"]
    assert all(c["label::English (en)"] and c["label::Română (ro)"] for c in sheets["choices"])


@pytest.mark.parametrize(
    ("name", "groups"), [*((name, True) for name in instruments.scorable()), ("danger_assessment", False)]
)
def test_a_kobo_export_scores_and_calculates_as_the_original_answers(
    name: str, groups: bool, tmp_path: Path, team: SimpleNamespace
) -> None:
    instrument = instruments.load(name)
    answers = team.answers(instrument, seed=9)
    survey = written(instrument, tmp_path)["survey"]
    stored = collected(instrument, answers, survey, team)
    read = exchange.read_kobo(kobo(stored, survey, tmp_path / "data.xlsx", groups=groups), instrument)
    wanted = score(answers, instrument)
    pd.testing.assert_frame_equal(score(read.answers, instrument), wanted)
    for column, values in team.compared(stored, xlsform.field_names(instrument).columns, {}).items():
        expected = wanted[column].astype(object).where(wanted[column].notna(), "").tolist()
        assert values == expected, column


def test_the_level_and_the_decision_are_shown_in_words_of_both_languages(tmp_path: Path) -> None:
    survey = written(instruments.load("order146"), tmp_path)["survey"]
    shown = {r["name"]: r for r in survey if r["name"].startswith("show_decision")}
    assert shown["show_decision_imminent"]["relevant"] == "${decision} = 'imminent'"
    assert shown["show_decision_imminent"]["label::Română (ro)"] == "Rezultatul regulii: Risc iminent"
    assert set(shown) == {"show_decision_imminent", "show_decision_not_imminent"}


def test_one_language_gives_one_column(tmp_path: Path) -> None:
    row = written(instruments.load("lap"), tmp_path, "ro")["survey"][0]
    assert [c for c in row if c.startswith("label")] == ["label::Română (ro)"]


def test_forms_of_another_version_are_refused(tmp_path: Path, team: SimpleNamespace) -> None:
    instrument = instruments.load("lap")
    survey = written(instrument, tmp_path)["survey"]
    stored = collected(instrument, team.answers(instrument), survey, team)
    stored[7]["form_version"] = "older"
    with pytest.raises(CheckFailed, match="older"):
        exchange.read_kobo(kobo(stored, survey, tmp_path / "data.xlsx", groups=False), instrument)


def test_an_odk_central_export_is_read_too(tmp_path: Path, team: SimpleNamespace) -> None:
    instrument = instruments.load("danger_assessment")
    answers = team.answers(instrument)
    forms = answers.astype(str).replace("blank", "")
    forms.columns = [f"part_questions-{i}" for i in instrument.item_ids]
    forms.insert(0, "case_id", answers.index)
    forms.assign(KEY="uuid:1", ReviewState="").to_csv(tmp_path / "central.csv", index=False)
    pd.testing.assert_frame_equal(exchange.read_kobo(tmp_path / "central.csv", instrument).answers, answers)


def test_a_form_asks_for_no_device_or_person(tmp_path: Path) -> None:
    survey = written(instruments.load("order146"), tmp_path)["survey"]
    assert {re.sub(r" .*", "", r["type"]) for r in survey} == {
        "text", "calculate", "note", "begin_group", "end_group", "select_one",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ro"])
def test_a_kobo_export_with_labels_is_read_too(language: str, tmp_path: Path, team: SimpleNamespace) -> None:
    instrument = instruments.load("sara_v2")
    answers = team.answers(instrument)
    sheets = written(instrument, tmp_path)
    column = {"en": "label::English (en)", "ro": "label::Română (ro)"}[language]
    words = {(c["list_name"], c["name"]): c[column] for c in sheets["choices"]}
    data = {}
    for row in sheets["survey"]:
        if row["name"] == "case_id":
            data[row[column]] = list(answers.index)
        elif row["type"].startswith("select_one"):
            chosen = row["type"].removeprefix("select_one ")
            data[row[column]] = [words.get((chosen, code), "") for code in answers[row["name"]]]
    pd.DataFrame(data).to_csv(tmp_path / "labels.csv", index=False)
    pd.testing.assert_frame_equal(exchange.read_kobo(tmp_path / "labels.csv", instrument).answers, answers)


def joined_by_all() -> Instrument:
    """The police form with both counts needed instead of either."""
    whole = instruments.load("order146").model_dump()
    whole["levels"][0]["join"] = "all"
    whole["examples"] = [{"name": "none", "others": {"yes_no": "no"}, "expect": {"section_a": 0}}]
    return Instrument.model_validate(whole)


@pytest.mark.parametrize(
    "instrument",
    [
        joined_by_all(),
        instruments.load("dash_24", parameters={"escalation": 2}),
        instruments.reading(instruments.load("unified_ro"), "social_risk_sheet"),
    ],
    ids=["all", "parameter", "reading"],
)
def test_rules_of_other_shapes_are_calculated_too(
    instrument: Instrument, tmp_path: Path, team: SimpleNamespace
) -> None:
    answers = team.answers(instrument, n=300)
    stored = collected(instrument, answers, written(instrument, tmp_path)["survey"], team)
    wanted = score(answers, instrument)
    assert wanted["decision"].nunique() == 2
    for column, values in team.compared(stored, xlsform.field_names(instrument).columns, {}).items():
        assert values == wanted[column].astype(object).where(wanted[column].notna(), "").tolist(), column


def test_a_column_gives_way_to_an_item_of_the_same_name(tmp_path: Path) -> None:
    whole = instruments.load("lap").model_dump()
    rename = {"q04": "level", "q05": "case_id"}
    for item in whole["items"]:
        item["id"] = rename.get(item["id"], item["id"])
    for one in whole["scores"]:
        one["items"] = [rename.get(i, i) for i in one["items"]]
    whole["examples"] = [{"name": "none", "others": {"yes_no": "no"}, "expect": {"belief": 0}}]
    instrument = Instrument.model_validate(whole)
    survey = written(instrument, tmp_path)["survey"]
    names = [row["name"] for row in survey if row["name"]]
    assert len(set(names)) == len(names) and {"level", "level_x", "case_id", "case_id_x"} <= set(names)
    columns = xlsform.field_names(instrument).columns
    (decision,) = [row for row in survey if row["name"] == columns["decision"]]
    assert columns["level"] == "level_x" and "${level_x}" in decision["calculation"]
