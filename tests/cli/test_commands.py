"""The other commands: score, simulate, vignettes, help."""

from pathlib import Path

import pandas as pd
import pytest

from dvstudy.cli import main

ROOT = Path(__file__).parents[2]
FORMS = str(ROOT / "examples/forms_60.csv")
MAPPING = str(ROOT / "examples/mapping.toml")


def test_score_writes_one_row_a_form_in_the_order_of_the_input(tmp_path: Path) -> None:
    out = tmp_path / "scored.csv"
    assert main(["score", FORMS, "--instrument", "order146", "--mapping", MAPPING, "--out", str(out)]) == 0
    scored = pd.read_csv(out, dtype=str)
    wanted = ["case_id", "section_a", "section_b", "total", "decision", "branch", "certainty", "n_missing"]
    assert set(wanted) <= set(scored.columns)
    assert len(scored) == 60
    assert set(scored["decision"]) <= {"imminent", "not_imminent"}
    assert set(scored["certainty"]) <= {"certain", "could_be", "cannot_be"}


def test_score_refuses_to_replace_a_file_and_says_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "scored.csv"
    out.write_text("mine", encoding="utf-8")
    command = ["score", FORMS, "--instrument", "order146", "--mapping", MAPPING, "--out", str(out)]
    assert main(command) == 2
    assert out.read_text("utf-8") == "mine"
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0


def test_score_lists_every_problem_in_the_readers_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = ["case_id", *(f"q{i:02d}" for i in range(1, 22))]
    rows = [[f"C{i:03d}", *["nu"] * 21] for i in range(40)]
    rows[3][5], rows[7][0], rows[9][2] = "daa", "C003", "7"
    bad = tmp_path / "bad.csv"
    pd.DataFrame(rows, columns=columns).to_csv(bad, index=False)
    out = tmp_path / "out.csv"
    assert main(["score", str(bad), "--instrument", "order146", "--out", str(out), "--language", "ro"]) == 2
    told = capsys.readouterr().err
    assert "daa" in told and "C003" in told and "7" in told
    assert "probleme" in told
    assert not out.exists()


def test_an_unknown_instrument_is_answered_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", FORMS, "--instrument", "ordr146", "--out", str(tmp_path / "o.csv")]) == 2
    assert "order146" in capsys.readouterr().err


def test_simulate_writes_a_cohort_that_opens_again(tmp_path: Path) -> None:
    out = tmp_path / "cohort"
    command = ["simulate", "tutorial", "--out", str(out), "--cases", "400", "--format", "csv"]
    assert main(command) == 0
    assert (out / "datapackage.json").is_file()
    assert main(command) == 2


def test_vignettes_are_written_in_the_language_asked_for(tmp_path: Path) -> None:
    assert main(["vignettes", "--n", "4", "--language", "ro", "--out", str(tmp_path / "set")]) == 0
    pages = list((tmp_path / "set").glob("*.html"))
    assert pages
    assert all('lang="ro"' in page.read_text("utf-8") for page in pages)


@pytest.mark.parametrize("command", [[], ["study"], ["score"], ["simulate"], ["vignettes"]])
@pytest.mark.parametrize("language", ["en", "ro"])
def test_help_is_there_in_both_languages(
    command: list[str], language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVSTUDY_LANGUAGE", language)
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    told = capsys.readouterr().out
    assert ("Numai pentru" in told) == (language == "ro" and not command)
    assert "cli." not in told


@pytest.mark.parametrize("written", ["0", "-3", "many"])
def test_numbers_that_cannot_be_are_refused_by_the_parser(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["vignettes", "--n", written])
    assert stopped.value.code == 2
    assert written in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["study", "--seed", "abc"], "abc"),
        (["study", "--cases", "0"], "0"),
        (["study", "--sed", "3"], "--sed"),
        (["study", "--report", "fr"], "en, ro, both"),
        (["study", "--seed"], "--seed"),
        (["study", "--cohort", "a", "--recipe", "b"], "--recipe"),
        (["score"], "--instrument"),
    ],
)
def test_a_wrong_call_is_told_in_the_readers_language(
    command: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVSTUDY_LANGUAGE", "ro")
    with pytest.raises(SystemExit) as stopped:
        main(command)
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert told.startswith("utilizare: ") and said in told
    assert not [word for word in ("usage", "error", "argument", "required", "invalid", "expected") if word in told]


@pytest.mark.parametrize("command", [[], ["study"], ["score"], ["simulate"], ["vignettes"]])
def test_help_is_wholly_in_the_readers_language(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVSTUDY_LANGUAGE", "ro")
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    told = capsys.readouterr().out
    assert stopped.value.code == 0
    assert not [word for word in ("usage", "options:", "FOLDER", "FILE", "show", "help message") if word in told]


def test_a_wrong_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scor"])
    assert "Nearest: score." in capsys.readouterr().err


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize(
    "command",
    [
        ["score", FORMS, "--instrument", "order146", "--mapping", MAPPING, "--out", "file/s.csv"],
        ["score", FORMS, "--instrument", "order146", "--mapping", "folder", "--out", "s.csv"],
        ["score", FORMS, "--instrument", "folder.toml", "--out", "s.csv"],
        ["vignettes", "--n", "2", "--out", "file", "--force"],
        ["simulate", "tutorial", "--cases", "300", "--out", "file/cohort"],
        ["instruments", "new", "mine", "--out", "file/mine.toml"],
        ["intake", "suggest", FORMS, "--instrument", "order146", "--out", "folder", "--force"],
    ],
    ids=lambda command: f"{command[0]}-{command[-1]}",
)
def test_a_file_where_a_folder_is_needed_and_the_other_way_round(
    command: list[str],
    language: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("kept", "utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.toml").mkdir()
    assert main([*command, "--language", language]) == 2
    assert capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder", "folder.toml"]
    assert (tmp_path / "file").read_text("utf-8") == "kept"


def test_intake_check_says_what_is_missing_and_no_small_count(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["intake", "check", FORMS, "--instrument", "order146", "--mapping", MAPPING]
    assert main(command) == 0
    said = capsys.readouterr().out.splitlines()
    counts = {line.partition(":")[0].strip(): line.partition(":")[2].strip() for line in said if line.startswith("  ")}
    assert int(counts["Answers, all items together"].replace(",", "")) > 1_000
    assert all(n == "fewer than 10" or int(n.replace(",", "")) >= 10 for n in counts.values())
    assert "60" in said[0]


def test_intake_check_of_many_forms_goes_item_by_item(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[f"C{i:04d}", *(["refuz"] if i % 2 else ["nu"]), *["da"] * 20] for i in range(400)]
    many = tmp_path / "many.csv"
    pd.DataFrame(rows, columns=["case_id", *(f"q{i:02d}" for i in range(1, 22))]).to_csv(many, index=False)
    assert main(["intake", "check", str(many), "--instrument", "order146"]) == 0
    said = capsys.readouterr().out
    assert "50.0%" in said and "200" in said
