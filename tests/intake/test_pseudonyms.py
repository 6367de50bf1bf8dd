"""Codes in place of names: equal for equal cells, only under one key, and never beside the data."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pandas as pd
import pytest

from dvstudy import intake
from dvstudy.cli import main
from dvstudy.errors import CheckFailed, UsageError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    path = folder / "forms.csv"
    people = ["Ana", "Ion ", "Ana", "", "Ion"]
    pd.DataFrame({"who": people, "q01": ["da"] * 5, "tel": ["1"] * 5}).to_csv(path, index=False)
    return path


def coded(data: Path, key: Path, name: str = "out.csv") -> pd.DataFrame:
    out = intake.pseudonymise(data, data.parent / name, columns=["who"], key=key, drop=["tel"])
    return pd.read_csv(out, dtype=str, keep_default_na=False)


def test_equal_cells_get_equal_codes_and_nothing_else_changes(data: Path, tmp_path: Path) -> None:
    before = data.read_bytes()
    made = coded(data, tmp_path / "keys" / "k")
    who = made["who"].tolist()
    assert who[0] == who[2] and who[1] == who[4] and who[0] != who[1] and who[3] == ""
    assert made["who"][0].startswith("P") and "Ana" not in made.to_csv()
    assert list(made.columns) == ["who", "q01"] and set(made["q01"]) == {"da"}
    assert data.read_bytes() == before


def test_one_key_gives_the_same_codes_and_another_does_not(data: Path, tmp_path: Path) -> None:
    first = coded(data, tmp_path / "keys" / "k")
    again = coded(data, tmp_path / "keys" / "k", "again.csv")
    other = coded(data, tmp_path / "keys" / "other", "other.csv")
    assert first["who"].equals(again["who"])
    assert not set(first["who"]) & (set(other["who"]) - {""})


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")
def test_the_key_is_for_its_owner_alone(data: Path, tmp_path: Path) -> None:
    coded(data, tmp_path / "keys" / "k")
    assert stat.S_IMODE((tmp_path / "keys" / "k").stat().st_mode) == 0o600


def test_a_key_beside_the_data_is_refused_and_nothing_is_written(data: Path, tmp_path: Path) -> None:
    for key, out in ((data.parent / "k", tmp_path / "o.csv"), (tmp_path / "k", tmp_path / "o.csv")):
        with pytest.raises(UsageError) as refusal:
            intake.pseudonymise(data, out, columns=["who"], key=key)
        assert refusal.value.code == "key_beside_data"
        assert not key.exists() and not out.exists()


def test_wrong_columns_are_all_named_and_no_key_is_made(data: Path, tmp_path: Path) -> None:
    key = tmp_path / "keys" / "k"
    with pytest.raises(CheckFailed) as caught:
        intake.pseudonymise(data, data.parent / "o.csv", columns=["whoo"], drop=["tell"], key=key)
    assert [(p.found, p.nearest) for p in caught.value.problems] == [("whoo", "who"), ("tell", "tel")]
    assert not key.exists()


def test_a_file_that_is_no_key_is_refused(data: Path, tmp_path: Path) -> None:
    key = tmp_path / "keys" / "k"
    key.parent.mkdir()
    key.write_text("secret")
    with pytest.raises(UsageError) as refusal:
        coded(data, key)
    assert refusal.value.code == "key_too_short"


def test_the_command_says_to_keep_the_key_apart(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(data.parent / "o.csv")
    key = str(tmp_path / "keys" / "k")
    command = ["intake", "pseudonymise", str(data), "--column", "who", "--key", key, "--out", out, "--language", "ro"]
    assert main(command) == 0
    assert "cheia" in capsys.readouterr().out.casefold()
    assert main(command) == 2
