"""`dvstudy cohorts fidelity`: pages in every language, the saved run, and nothing replaced unasked."""

from dataclasses import replace
from pathlib import Path

import pytest

from dvstudy import cohort as cohorts
from dvstudy import language as lang
from dvstudy.cli import main
from dvstudy.cohort import Cohort
from dvstudy.studies import StudyRun, _fidelity_reference, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two small cohorts on disk that share no case."""
    whole = cohorts.load(ROOT / "data/synthetic/tutorial")
    at = tmp_path_factory.mktemp("cohorts")
    return part(whole, slice(0, 150)).save(at / "one"), part(whole, slice(150, 300)).save(at / "two")


def part(cohort: Cohort, rows: slice) -> Cohort:
    """Some cases with the police forms of officers, and nothing else."""
    cases = cohort.cases.iloc[rows]
    forms = cohort.assessments[cohort.assessments["case_id"].isin(cases.index)]
    forms = forms[(forms["instrument"] == "order146") & (forms["rater_role"] == "police_officer")]
    answers = {"order146": cohort.answers["order146"].loc[forms.index]}
    return replace(
        cohort, cases=cases, assessments=forms, answers=answers, outcomes=cohort.outcomes.loc[cases.index],
        orders=cohort.orders.iloc[:0], services=cohort.services.iloc[:0],
        truth={"calibration": cohort.truth["calibration"]},
    )  # fmt: skip


def test_pages_in_both_languages_and_the_run(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["cohorts", "fidelity", str(folders[0]), "--out", str(out), "--seed", "3", "--language", "ro"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert {p.name for p in out.iterdir()} == {"fidelity_en.html", "fidelity_ro.html", "run"}
    for language in lang.languages():
        page = (out / f"fidelity_{language}.html").read_text("utf-8")
        assert f'lang="{language}"' in page and page.count("<svg") >= 2
        assert lang.text("section.fidelity.rules", language) in page
    run = load(out / "run")
    assert run.name == "fidelity" and "reference" not in run.provenance
    assert str(out / "fidelity_ro.html") in said and "Reguli" in said
    before = (out / "fidelity_en.html").read_bytes()
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err and (out / "fidelity_en.html").read_bytes() == before


def test_beside_another_cohort(folders: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["cohorts", "fidelity", str(folders[0]), "--beside", str(folders[1]), "--report", "en", "--out", str(out)]
    assert main(command) == 0
    assert {p.name for p in out.iterdir()} == {"fidelity_en.html", "run"}
    run = load(out / "run")
    assert run.provenance["reference"] == "tutorial"
    assert "rms_difference" in set(run.results["pairs_order146_police_officer"].table["term"])


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohorts", "fidelity", str(tmp_path / "absent"), "--out", str(tmp_path / "out")]) == 2
    assert "absent" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_beside_what_its_recipe_implies(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_fidelity_reference, "_TIMES", 1)  # a cohort of the same size is enough here
    out = tmp_path / "out"
    assert (
        main(["cohorts", "fidelity", str(folders[0]), "--beside", "recipe", "--report", "ro", "--out", str(out)]) == 0
    )
    run = load(out / "run")
    said = str(run.provenance["reference_seed"])
    assert said in capsys.readouterr().out and said != str(run.provenance["recipe_seed"])
    assert said in (out / "fidelity_ro.html").read_text("utf-8")


@pytest.mark.parametrize("language", lang.languages())
def test_a_cohort_beside_itself_and_a_folder_without_a_cohort_are_faults(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    for beside, key in ((folders[0], "error.same_cohort"), (tmp_path / "gone", "")):
        command = ["cohorts", "fidelity", str(folders[0]), "--beside", str(beside), "--out", str(tmp_path / "out")]
        assert main([*command, "--language", language]) == 2
        told = capsys.readouterr().err
        assert lang.text(key, language, name="tutorial") in told if key else "gone" in told
        assert not (tmp_path / "out").exists()


def test_a_write_that_fails_leaves_everything_as_it_was(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["cohorts", "fidelity", str(folders[0]), "--report", "en", "--out", str(out)]

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "run")

    monkeypatch.setattr(StudyRun, "save", full)
    assert main(command) == 2 and "No space" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [], "neither the page that was ready nor anything beside it"
    out.mkdir()
    (out / "fidelity_en.html").write_text("before", "utf-8")
    assert main([*command, "--force"]) == 2
    assert [p.name for p in out.iterdir()] == ["fidelity_en.html"] and list(tmp_path.iterdir()) == [out]
    assert (out / "fidelity_en.html").read_text("utf-8") == "before"
