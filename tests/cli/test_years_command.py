"""`dvstudy cohorts years`: a series in a folder, progress, and no year lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from dvstudy import cohorts
from dvstudy.cli import main

TOY = 'name = "toy"\ntitle = "Small"\nextends = "tutorial"\n[set]\nsize.reference = 2000\nsize.cases = 100\n'


def test_a_series_is_written_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "toy.toml").write_text(TOY, "utf-8")
    out = tmp_path / "series"
    command = ["cohorts", "years", str(tmp_path / "toy.toml"), "--years", "2", "--out", str(out), "--seed", "3"]
    assert main([*command, "--language", "ro"]) == 0
    said = capsys.readouterr()
    assert "(2 ani)" in said.out
    assert "Ani terminați: 2 din 2\n" in said.err
    assert [len(one.cases) for one in cohorts.read_years(out)] == [100, 100]
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--force", "--format", "csv"]) == 0
    assert len(list(out.glob("*/observed/cases.csv"))) == 2


def test_no_years_are_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["cohorts", "years", "tutorial", "--years", "0", "--out", str(tmp_path)])
    assert "0" in capsys.readouterr().err
