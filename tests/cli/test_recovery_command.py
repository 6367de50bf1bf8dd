"""`dvstudy cohorts recover`: the table, kept replicates, and faults in the reader's language."""

from pathlib import Path

import pandas as pd
import pytest

from dvstudy.cli import main

TOY = 'name = "toy"\ntitle = "Small"\nextends = "tutorial"\n[set]\nsize.reference = 2000\nsize.cases = 200\n'


def test_a_study_is_held_against_the_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "toy.toml").write_text(TOY, "utf-8")
    out = tmp_path / "out"
    command = ["cohorts", "recover", str(tmp_path / "toy.toml"), "--study", "unified_form", "--replicates", "2"]
    assert main([*command, "--out", str(out), "--language", "ro"]) == 0
    said = capsys.readouterr()
    assert "eroarea standard Monte Carlo" in " ".join(said.out.split())
    assert "2 din 2" in said.err
    table = pd.read_csv(out / "unified_form.csv")
    assert set(table["term"]) == {"mean_usual", "mean_unified", "difference"}
    assert (table["replicates"] == 2).all()
    assert len(list(out.glob("replicates/*/replicate-*.json"))) == 2
    assert main([*command, "--out", str(out)]) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--out", str(out), "--force"]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(out / "unified_form.csv"), table)


def test_an_unknown_study_is_answered_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cohorts", "recover", "tutorial", "--study", "treshold", "--out", str(tmp_path)])
    assert ended.value.code == 2
    assert "thresholds" in capsys.readouterr().err
