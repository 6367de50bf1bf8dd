from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from dvstudy import instruments, intake, language, scoring, writing
from dvstudy.errors import CheckFailed, Refused, UsageError
from dvstudy.intake import NOTICE, score_file

EXAMPLES = Path(__file__).parents[2] / "examples"
MUST_HAVE = ["section_a", "section_b", "total", "decision", "branch", "certainty", "n_missing"]


def test_the_example_is_scored_row_by_row_in_its_order(tmp_path: Path) -> None:
    mapping, out = EXAMPLES / "mapping.toml", tmp_path / "new" / "scored.csv"
    done = score_file(EXAMPLES / "forms_60.csv", "order146", out, mapping=mapping)
    table = pd.read_csv(out)
    assert table.columns[0] == "case_id"
    assert table.columns[-1] == NOTICE
    assert table[NOTICE].all()
    assert table["case_id"].tolist() == [f"SYN-{k:03d}" for k in range(1, 61)]
    assert [c for c in MUST_HAVE if c not in table] == []
    read = intake.forms(EXAMPLES / "forms_60.csv", "order146", mapping)
    yes = read.answers.eq("yes")
    a, b = yes.iloc[:, :7].sum(axis=1).tolist(), yes.iloc[:, 7:].sum(axis=1).tolist()
    assert (table["section_a"].tolist(), table["section_b"].tolist()) == (a, b)
    imminent = [one >= 2 or other >= 6 for one, other in zip(a, b, strict=True)]
    assert table["decision"].tolist() == ["imminent" if one else "not_imminent" for one in imminent]
    branches = {(True, True): "both", (True, False): "a", (False, True): "b", (False, False): "none"}
    assert table["branch"].fillna("none").tolist() == [
        branches[one >= 2, other >= 6] for one, other in zip(a, b, strict=True)
    ]
    missing = (~read.answers.isin(["yes", "no"])).sum(axis=1).tolist()
    assert table["n_missing"].tolist() == missing
    kinds = [c for c in table.columns if c.startswith("n_") and c not in ("n_missing", "n_contradictions")]
    assert table[kinds].sum(axis=1).tolist() == missing
    assert (done.path, done.n) == (out, 60)
    assert done.summary["imminent"] == sum(imminent)


def test_the_words_none_and_na_survive_a_plain_read(tmp_path: Path, forms_file) -> None:
    score_file(forms_file(), "order146", tmp_path / "s.csv")
    text = (tmp_path / "s.csv").read_text("utf-8")
    assert ",none," in text
    assert set(pd.read_csv(tmp_path / "s.csv", keep_default_na=False)["branch"]) == {"none"}


def test_case_ids_are_written_as_they_were(forms_file, tmp_path: Path) -> None:
    ids = ["007", " 08 ", "1.0", "ș-1", "0x1"]
    path = forms_file({(row, "case_id"): one for row, one in enumerate(ids, start=2)})
    score_file(path, "order146", tmp_path / "s.csv")
    written = pd.read_csv(tmp_path / "s.csv", dtype="str")["case_id"].tolist()
    assert written[:6] == [*ids, "C006"]


@pytest.mark.parametrize("name", instruments.scorable())
def test_every_instrument_with_a_known_rule_can_be_scored_from_a_file(name: str, tmp_path: Path) -> None:
    definition = instruments.load(name)
    frame = pd.DataFrame({i: [definition.answer_set(i).codes[-1]] * 30 for i in definition.item_ids})
    frame.insert(0, "case_id", [f"C{k}" for k in range(30)])
    frame.to_csv(tmp_path / "f.csv", index=False)
    done = score_file(tmp_path / "f.csv", name, tmp_path / "s.csv")
    table = pd.read_csv(tmp_path / "s.csv")
    expected = scoring.score(intake.forms(tmp_path / "f.csv", name).answers, definition)
    assert [c for c in expected.columns if c not in table] == []
    assert table["level"].tolist() == expected["level"].astype("str").tolist()
    assert sum(n for code, n in done.summary.items() if code != "could_be") == 30


def test_nothing_is_overwritten_unless_told_and_an_input_never(forms_file, tmp_path: Path) -> None:
    path, out = forms_file(), tmp_path / "s.csv"
    out.write_text("mine", "utf-8")
    mapping = tmp_path / "m.csv"
    mapping.write_text("", "utf-8")
    (tmp_path / "link.csv").symlink_to(path)
    os.link(path, tmp_path / "hard.csv")
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        score_file(path, "order146", out)
    assert caught.value.code == "target_exists"
    for target in (path, tmp_path / "link.csv", tmp_path / "hard.csv", tmp_path / "." / path.name, mapping):
        with pytest.raises(UsageError) as caught:
            score_file(path, "order146", target, mapping=mapping, force=True)
        assert caught.value.code == "target_is_input"
        assert all(caught.value.text(one) for one in language.languages())
    assert (path.read_bytes(), out.read_text("utf-8")) == (before, "mine")
    score_file(path, "order146", out, force=True)
    assert len(pd.read_csv(out)) == 40


def test_a_folder_or_a_workbook_is_no_target(forms_file, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, code in (("folder.csv", "target_is_folder"), ("s.xlsx", "target_not_csv")):
        with pytest.raises(UsageError) as caught:
            score_file(forms_file(), "order146", tmp_path / name, force=True)
        assert caught.value.code == code


@pytest.mark.parametrize("fault", [CheckFailed, Refused, UsageError])
def test_a_failure_leaves_the_folder_as_it_was(forms_file, tmp_path: Path, monkeypatch, fault) -> None:
    path = forms_file({(2, "q01"): "2"} if fault is CheckFailed else {}, n=10 if fault is Refused else 40)
    if fault is UsageError:
        monkeypatch.setattr(writing.Path, "replace", _broken)
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(fault):
        score_file(path, "order146", tmp_path / "s.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def _broken(self: Path, target: Path) -> None:
    raise OSError("no space left")


def test_small_counts_are_not_said(forms_file, tmp_path: Path) -> None:
    few = forms_file({(row, item): "da" for row in range(2, 7) for item in ("q01", "q02")}, name="few.csv")
    many = forms_file({(row, item): "da" for row in range(2, 22) for item in ("q01", "q02")}, name="many.csv")
    for one in language.languages():
        said = "\n".join(score_file(few, "order146", tmp_path / f"few_{one}.csv").lines(one))
        said = said.replace(str(tmp_path), "")
        assert "5" not in said
        assert "35" not in said
        said = "\n".join(score_file(many, "order146", tmp_path / f"many_{one}.csv").lines(one))
        assert said.count(": 20") == 2


def test_a_team_s_own_definition_is_scored_and_worded(forms_file, tmp_path: Path) -> None:
    source = Path(instruments.__file__).parent / "definitions" / "order146.toml"
    own = tmp_path / "own.toml"
    own.write_text(source.read_text("utf-8").replace('id = "order146"', 'id = "own_form"', 1), "utf-8")
    yes = {(row, item): "da" for row in range(2, 22) for item in ("q01", "q02")}
    done = score_file(forms_file(yes), own, tmp_path / "s.csv")
    label = done.instrument.labels["imminent"]["ro"]
    assert f"{label}: 20" in list(done.lines("ro"))


def test_forms_of_unknown_questions_are_refused_before_their_columns_are_looked_at(tmp_path: Path) -> None:
    columns = instruments.load("order146").item_ids
    path = tmp_path / "forms.csv"
    path.write_text("\n".join([",".join(["case_id", *columns]), *(f"C{n}" + ",yes" * 21 for n in range(40))]), "utf-8")
    for attempt in (
        lambda: intake.score_file(path, "order138", tmp_path / "scores.csv"),
        lambda: intake.forms(path, "order138"),
        lambda: intake.suggest(path, "order138"),
        lambda: instruments.overlay("order138", path),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.code == "questions_not_known"
    assert intake.score_file(path, "order146", tmp_path / "scores.csv").n == 40


def test_a_rule_that_is_not_known_is_said_before_faults_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "forms.csv"
    path.write_text("case_id,nonsense\nC1,1\n", "utf-8")
    with pytest.raises(Refused) as caught:
        intake.score_file(path, "k_sid", tmp_path / "scores.csv")
    assert caught.value.code == "rule_not_known"
    with pytest.raises(CheckFailed):
        intake.score_file(path, "lap", tmp_path / "scores.csv")
