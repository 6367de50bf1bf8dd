"""`dvstudy study`, from the command line to the files it leaves."""

import re
from pathlib import Path

import pytest

from dvstudy import language, workflow
from dvstudy.cli import main
from dvstudy.errors import DvstudyError, UsageError
from dvstudy.studies import STUDIES
from dvstudy.studies import run as runs

ROOT = Path(__file__).parents[2]
TUTORIAL = str(ROOT / "data/synthetic/tutorial")
ABSENT = "no_such_folder"


def study(out: Path, *options: str) -> int:
    return main(["study", "--cohort", TUTORIAL, "--out", str(out), "--notebooks", ABSENT, *options])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("study") / "out"
    assert study(out) == 0
    return out


def test_leaves_reports_in_every_language_runs_and_cohort(done: Path) -> None:
    pages = {f"{page}_{code}.html" for page in ("report", "checklists") for code in ("en", "ro")}
    assert {p.name for p in done.iterdir()} == {*pages, "runs", "cohort"}
    assert {p.name for p in (done / "runs").iterdir()} == set(workflow.ORDER)


def test_reports_speak_their_language_and_say_that_the_data_are_synthetic(done: Path) -> None:
    english, romanian = ((done / f"report_{code}.html").read_text("utf-8") for code in ("en", "ro"))
    assert 'lang="en"' in english and "Synthetic data" in english
    assert 'lang="ro"' in romanian and "Date sintetice" in romanian and "Synthetic" not in romanian
    outside = re.findall(r"""(?:src|href)=["'](?!#)[^"']*|url\((?!["']?#)[^)]*|<link|<script""", english)
    assert outside == []


def test_the_same_seed_gives_the_same_bytes(done: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert study(again, "--report", "ro") == 0
    tables = sorted(p.relative_to(done) for p in done.rglob("*.parquet"))
    assert len(tables) > 20
    assert all((again / name).read_bytes() == (done / name).read_bytes() for name in tables)
    assert (again / "report_ro.html").read_bytes() == (done / "report_ro.html").read_bytes()
    assert not (again / "report_en.html").exists()


def test_a_report_shows_the_saved_run(done: Path) -> None:
    saved = runs.load(done / "runs/thresholds")
    share = saved.results["order146_high_risk"].row("specificity")["estimate"]
    assert f"{100 * share:.1f}%" in (done / "report_en.html").read_text("utf-8")


def test_the_last_lines_name_the_files_to_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert study(tmp_path / "out", "--report", "ro", "--language", "ro") == 0
    told = capsys.readouterr()
    assert str(tmp_path / "out" / "report_ro.html") in told.out
    assert "Studiul 1" in told.err and "raport" in told.out


def test_what_is_there_already_is_kept_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("kept", encoding="utf-8")
    assert study(out) == 2
    assert (out / "mine.txt").read_text("utf-8") == "kept"
    assert "--force" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise DvstudyError("notebook_failed", name="x", reason="y")

    monkeypatch.setattr(workflow.report, "write_report", broken)
    assert study(tmp_path / "out") == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_a_cohort_is_reported_not_half_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["study", "--cohort", str(empty), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_unknown_recipe_is_named_with_those_that_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "--recipe", "tutorail", "--out", str(tmp_path / "out")]) == 2
    assert "tutorial" in capsys.readouterr().err


def test_plan_refuses_before_it_starts(tmp_path: Path) -> None:
    plan = workflow.Plan(source="tutorial", out=tmp_path, seed=1, languages=("en",))
    with pytest.raises(UsageError):
        workflow.run(plan)


def test_a_teams_own_files_go_through_to_a_confidential_report(tmp_path: Path) -> None:
    own = str(ROOT / "examples/own_cohort")
    options = ["--out", str(tmp_path / "out"), "--report", "en", "--notebooks", ABSENT]
    assert main(["study", "--cohort", own, *options]) == 0
    page = (tmp_path / "out/report_en.html").read_text("utf-8")
    assert "Synthetic data" not in page
    assert not runs.load(tmp_path / "out/runs/agreement").synthetic


def test_a_number_of_cases_is_not_silently_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert study(tmp_path / "out", "--cases", "500") == 2
    assert "--cases" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_replaced_by_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine"
    mine.write_text("kept", "utf-8")
    assert study(mine, "--force") == 2
    assert mine.read_text("utf-8") == "kept"
    assert "mine" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_a_place_where_nothing_can_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("kept", "utf-8")
    assert study(tmp_path / "file" / "out") == 2
    assert "out" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["en", "ro"])
def test_one_study_by_name_leaves_its_own_page(tmp_path: Path, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert study(out, "--studies", "indicators", "--report", code, "--language", code) == 0
    assert {p.name for p in out.iterdir()} == {f"report_{code}.html", "runs", "cohort"}
    assert [p.name for p in (out / "runs").iterdir()] == ["indicators"]
    assert "<svg" in (out / f"report_{code}.html").read_text("utf-8")
    assert ABSENT not in capsys.readouterr().out


def test_every_study_has_the_name_of_a_step_and_a_place_in_the_help() -> None:
    for code in language.languages():
        assert all(language.has(f"step.{name}", code) for name in STUDIES)
        assert all(name in language.text("cli.option.studies", code) for name in STUDIES)


def test_an_unknown_study_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert study(tmp_path / "out", "--studies", "indicator", "--language", "ro") != 0
    assert "indicators" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
