"""The REDCap dictionary: what REDCap accepts, and a project filled by a team scores as the original answers do."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from dvstudy import exchange, instruments
from dvstudy.errors import CheckFailed, Refused
from dvstudy.exchange import redcap
from dvstudy.instruments import Instrument
from dvstudy.scoring import score

ASKED = [name for name in instruments.available() if instruments.load(name).items]
NAME, KIND, CHOICES, BRANCH = (redcap.COLUMNS[k] for k in (0, 3, 5, 11))


def rows(instrument: Instrument, folder: Path, language: str = "en") -> list[dict[str, str]]:
    path = folder / "dictionary.csv"
    exchange.write(instrument, path, "redcap", language, force=True)
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def export(forms: list[dict[str, object]], path: Path, instrument: str) -> Path:
    """A raw data export as REDCap writes it: byte-order mark, identifiers first, the form's status last."""
    extra = {"redcap_survey_identifier": "", f"{instrument}_timestamp": "[not completed]"}
    done = {f"{instrument}_complete": "2"}
    ordered = [{"record_id": f["record_id"], **extra, **f, **done} for f in forms]
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(ordered[0]))
        writer.writeheader()
        writer.writerows(ordered)
    return path


def collected(instrument: Instrument, answers: pd.DataFrame, folder: Path, team: SimpleNamespace) -> list[dict]:
    """The forms as REDCap would store them, from the dictionary alone."""
    table = rows(instrument, folder)
    form = team.Form(
        {r[NAME]: r[CHOICES] for r in table if r[KIND] == "calc"},
        {r[NAME]: r[BRANCH] for r in table if r[BRANCH]},
        team.python,
    )
    names = redcap.field_names(instrument).items
    stored = []
    for case, row in answers.iterrows():
        entered = {names[i]: redcap.answer_codes(instrument, i).get(code, "") for i, code in row.items()}
        stored.append(form.fill({"record_id": case, **entered}))
    return stored


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("language", ["en", "ro"])
def test_the_dictionary_is_one_that_redcap_accepts(name: str, language: str, tmp_path: Path) -> None:
    instrument = instruments.load(name)
    table = rows(instrument, tmp_path, language)
    assert tuple(table[0]) == redcap.COLUMNS and len(redcap.COLUMNS) == 18
    names = [r[NAME] for r in table]
    assert names[0] == "record_id" and len(set(names)) == len(names)
    for field in names:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field) and len(field) <= 26
    assert {r["Form Name"] for r in table} == {name}
    for row in table:
        assert row[KIND] in {"text", "descriptive", "radio", "calc"}
        references = re.findall(r"\[(\w+)\]", row[BRANCH] + (row[CHOICES] if row[KIND] == "calc" else ""))
        assert set(references) <= set(names[: names.index(row[NAME])]), row[NAME]
        if row[KIND] == "radio":
            codes = [choice.split(", ", 1)[0].strip() for choice in row[CHOICES].split("|")]
            assert all(code.isdigit() for code in codes) and len(set(codes)) == len(codes)
    assert sum(r[KIND] == "radio" for r in table) == len(instrument.items)
    assert any(r[KIND] == "calc" for r in table) == instrument.rule.known


@pytest.mark.parametrize("name", instruments.scorable())
def test_a_filled_project_scores_and_calculates_as_the_original_answers(
    name: str, tmp_path: Path, team: SimpleNamespace
) -> None:
    instrument = instruments.load(name)
    answers = team.answers(instrument)
    stored = collected(instrument, answers, tmp_path, team)
    read = exchange.read_redcap(export(stored, tmp_path / "data.csv", name), instrument)
    wanted = score(answers, instrument)
    pd.testing.assert_frame_equal(score(read.answers, instrument), wanted)
    columns = redcap.field_names(instrument).columns
    kinds = {"level": "level", "level_low": "level", "level_high": "level", "decision": "decision"}
    outcomes = {
        column: {number: code for code, number in redcap.outcome_codes(instrument, kind).items()}
        for column, kind in (kinds | {"certainty": "certainty"}).items()
    }
    for column, values in team.compared(stored, columns, outcomes).items():
        expected = wanted[column].astype(object).where(wanted[column].notna(), "").tolist()
        assert values == expected, column


def test_two_instruments_share_a_project() -> None:
    both = [redcap.field_names(instruments.load(n)) for n in ("order146", "social_risk_sheet")]
    first, second = (set(one.items.values()) | set(one.columns.values()) for one in both)
    assert not first & second


def test_an_export_with_labels_is_read_too(tmp_path: Path, team: SimpleNamespace) -> None:
    instrument = instruments.load("order146")
    answers = team.answers(instrument)
    table = {r[NAME]: r for r in rows(instrument, tmp_path, "ro")}
    names = redcap.field_names(instrument).items
    data = {"Codul cazului": list(answers.index)}
    for item, name in names.items():
        labels = dict(c.strip().split(", ", 1) for c in table[name][CHOICES].split("|"))
        codes = redcap.answer_codes(instrument, item)
        data[table[name]["Field Label"]] = [labels.get(codes.get(c, ""), "") for c in answers[item]]
    path = tmp_path / "labels.csv"
    pd.DataFrame(data).to_csv(path, index=False)
    pd.testing.assert_frame_equal(exchange.read_redcap(path, instrument).answers, answers)


def test_every_fault_of_an_export_is_named_at_once(tmp_path: Path, team: SimpleNamespace) -> None:
    instrument = instruments.load("order146")
    stored = collected(instrument, team.answers(instrument), tmp_path, team)
    stored[3]["order146_q02"] = "7"
    stored[4]["record_id"] = stored[5]["record_id"]
    stored[6]["record_id"] = "1960523460012"
    for form in stored:
        del form["order146_q21"]
    with pytest.raises(CheckFailed) as caught:
        exchange.read_redcap(export(stored, tmp_path / "data.csv", "order146"), instrument)
    codes = {p.code for p in caught.value.problems}
    assert codes >= {"columns_missing", "cell_code", "case_twice"}
    assert "order146_q21" in str(caught.value)


def test_few_forms_are_refused(tmp_path: Path, team: SimpleNamespace) -> None:
    instrument = instruments.load("lap")
    stored = collected(instrument, team.answers(instrument, n=29), tmp_path, team)
    with pytest.raises(Refused, match="29"):
        exchange.read_redcap(export(stored, tmp_path / "data.csv", "lap"), instrument)


@pytest.mark.parametrize("read", [exchange.read_redcap, exchange.read_kobo])
def test_a_file_of_something_else_is_refused_in_words(read: Callable[..., object], tmp_path: Path) -> None:
    instrument = instruments.load("lap")
    rng = random.Random(7)
    for k in range(40):
        path = tmp_path / f"{k}.csv"
        start = rng.choice([b"", b"PK\x03\x04", b"record_id,lap_q01\n", b"\xef\xbb\xbfcase_id;q01\n"])
        path.write_bytes(start + rng.randbytes(99))
        with pytest.raises(CheckFailed):
            read(path, instrument)
