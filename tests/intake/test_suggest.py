"""A drafted mapping: right where names are clear, silent about data, and usable once a person has read it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from dvstudy import instruments, intake
from dvstudy import language as lang
from dvstudy.cli import main

ROOT = Path(__file__).parents[2]
FORM = instruments.load("order146")


def file(folder: Path, table: pd.DataFrame) -> Path:
    path = folder / "forms.csv"
    table.to_csv(path, index=False)
    return path


def table(names: dict[str, str], n: int = 40) -> pd.DataFrame:
    made = pd.DataFrame({names.get(i, i): ["da", "nu"] * (n // 2) for i in FORM.item_ids})
    made.insert(0, "Nr. fișă", [f"F{k:03d}" for k in range(n)])
    return made


@pytest.mark.parametrize(
    "names",
    [
        {},
        {i: f"Întrebarea {FORM.item[i].number}" for i in FORM.item_ids},
        {i: f"p{FORM.item[i].number}" for i in FORM.item_ids},
        {i: FORM.item[i].label["ro"] for i in FORM.item_ids},
        {i: FORM.item[i].label["en"].upper() for i in FORM.item_ids},
        {i: f"{FORM.item[i].number}. {FORM.item[i].label['ro']}?" for i in FORM.item_ids},
    ],
    ids=["codes", "question and number", "p and number", "Romanian labels", "English labels", "number and label"],
)
def test_clear_names_are_matched_each_to_its_item(tmp_path: Path, names: dict[str, str]) -> None:
    draft = intake.suggest(file(tmp_path, table(names)), FORM)
    assert draft.case_id == "Nr. fișă"
    assert draft.columns == {i: names.get(i, i) for i in FORM.item_ids}
    assert not draft.ignore and not draft.absent


def test_names_that_say_nothing_are_left_to_the_team(tmp_path: Path) -> None:
    draft = intake.suggest(file(tmp_path, table({"q03": "zzz"})), FORM)
    assert draft.absent == ("q03",) and draft.ignore == {"zzz": ""}


def test_a_draft_holds_no_value_of_the_data_and_puts_identifiers_under_ignore(tmp_path: Path) -> None:
    people = table({}).assign(**{
        "Nume": ["Ion Exemplu", "Ana Exemplu"] * 20,
        "tel": ["0722 000 000"] * 40,
        "Povestea": ["a long account that belongs to nobody but the person who told it"] * 40,
    })  # fmt: skip
    people["q05"] = ["X", "?"] * 20
    draft = intake.suggest(file(tmp_path, people), FORM)
    assert draft.ignore == {"Nume": "name", "tel": "phone", "Povestea": "free_text"}
    assert draft.spellings == ("X", "?")
    for language in lang.languages():
        written = draft.text(language)
        assert not [word for word in ("Exemplu", "0722", "account", "F001") if word in written]


def test_a_draft_is_a_mapping_that_reads_the_file(tmp_path: Path) -> None:
    text = intake.suggest(ROOT / "examples/forms_60.csv", "order146").text("ro")
    parsed = tomllib.loads(text)
    assert parsed["case_id"] == "Nr. fișă" and len(parsed["columns"]) == 21
    ready = (
        text.replace("# [answers]", "[answers]")
        .replace('# "x" = ""', '"x" = "yes"')
        .replace('# "99" = ""', '"99" = "not_asked"')
    )
    (tmp_path / "m.toml").write_text(ready, "utf-8")
    ours = intake.forms(ROOT / "examples/forms_60.csv", "order146", tmp_path / "m.toml").answers
    theirs = intake.forms(ROOT / "examples/forms_60.csv", "order146", ROOT / "examples/mapping.toml").answers
    pd.testing.assert_frame_equal(ours, theirs)


def test_awkward_names_are_quoted(tmp_path: Path) -> None:
    name = 'Tentativă de a ucide "victima" \\'
    odd = table({"q01": name})
    draft = intake.suggest(file(tmp_path, odd), FORM)
    assert tomllib.loads(draft.text())["columns"]["q01"] == name


def test_the_command_writes_or_shows_and_never_replaces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(file(tmp_path, table({})))
    out = tmp_path / "m.toml"
    assert main(["intake", "suggest", path, "--instrument", "order146"]) == 0
    assert 'q21 = "q21"' in capsys.readouterr().out
    assert main(["intake", "suggest", path, "--instrument", "order146", "--out", str(out)]) == 0
    before = out.read_text("utf-8")
    assert main(["intake", "suggest", path, "--instrument", "da5", "--out", str(out)]) == 2
    assert out.read_text("utf-8") == before
