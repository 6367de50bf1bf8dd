"""SPSS and Stata files, written by the ecosystem's own writer, read like any other table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy import instruments, intake
from dvstudy.errors import CheckFailed
from dvstudy.intake import statistical
from dvstudy.intake.table import read_table

pyreadstat = pytest.importorskip("pyreadstat")
LABELS = {1.0: "da", 0.0: "nu", 8.0: "nu s-a întrebat", 9.0: "refuz"}
ITEMS = instruments.load("order146").item_ids


def frame(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    answers = rng.choice([0.0, 1.0, 8.0, 9.0, np.nan], p=[0.6, 0.25, 0.05, 0.05, 0.05], size=(n, len(ITEMS)))
    return pd.DataFrame(answers, columns=list(ITEMS)).assign(case_id=[f"C{i:03d}" for i in range(n)])


def sav(path: Path, table: pd.DataFrame) -> Path:
    pyreadstat.write_sav(
        table,
        str(path),
        variable_value_labels=dict.fromkeys(ITEMS, LABELS),
        missing_ranges={item: [8, 9] for item in ITEMS},
        column_labels={"q01": "Tentativă de a ucide victima"},
    )
    return path


def test_labels_are_read_and_reasons_for_missing_kept_apart(tmp_path: Path) -> None:
    table = frame()
    forms = intake.forms(sav(tmp_path / "forms.sav", table), "order146")
    codes = {1.0: "yes", 0.0: "no", 8.0: "not_asked", 9.0: "refused"}
    wanted = table[list(ITEMS)].map(lambda v: "blank" if pd.isna(v) else codes[v])
    assert forms.answers.astype("str").to_numpy().tolist() == wanted.to_numpy().tolist()
    assert list(forms.case_ids) == table["case_id"].tolist()


def test_stata_reads_like_spss(tmp_path: Path) -> None:
    table = frame()
    path = tmp_path / "forms.dta"
    pyreadstat.write_dta(table, str(path), variable_value_labels=dict.fromkeys(ITEMS, LABELS))
    first, second = (intake.forms(p, "order146").answers for p in (path, sav(tmp_path / "forms.sav", table)))
    pd.testing.assert_frame_equal(first, second)


def test_numbers_without_labels_days_and_texts(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": [1.0, 2.5, np.nan], "b": ["x", "", "z"], "c": [date(2095, 3, 4)] * 3})
    pyreadstat.write_sav(table, str(tmp_path / "t.sav"))
    read = read_table(tmp_path / "t.sav")
    assert read.to_dict("list") == {"a": ["1", "2.5", ""], "b": ["x", "", "z"], "c": ["2095-03-04"] * 3}


def test_a_broken_file_is_reported(tmp_path: Path) -> None:
    whole = sav(tmp_path / "t.sav", frame()).read_bytes()
    (tmp_path / "cut.sav").write_bytes(whole[:300])
    with pytest.raises(CheckFailed) as caught:
        read_table(tmp_path / "cut.sav")
    assert [p.code for p in caught.value.problems] == ["table_not_statistical"]


def test_without_the_reader_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sav(tmp_path / "t.sav", frame())
    monkeypatch.setitem(__import__("sys").modules, "pyreadstat", None)
    with pytest.raises(CheckFailed) as caught:
        read_table(path)
    assert [p.code for p in caught.value.problems] == ["table_needs_extra"]
    assert "pyreadstat" in caught.value.text("ro")


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"$FL2", "sav"),
        (b"$FL3", "sav"),
        (b"<sta", "dta"),
        (b"\x73\x02\x01\x00", "dta"),
        (b"case", None),
        (b"s\x02,1", None),
    ],
)
def test_kinds_are_seen_from_the_first_bytes(start: bytes, kind: str | None) -> None:
    assert statistical.format_of(start) == kind


def test_variable_labels_help_to_draft_a_mapping(tmp_path: Path) -> None:
    table = frame().rename(columns={"q01": "v17"})
    pyreadstat.write_sav(table, str(tmp_path / "t.sav"), column_labels={"v17": "Tentativă de a ucide victima"})
    assert intake.suggest(tmp_path / "t.sav", "order146").columns["q01"] == "v17"
