from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from dvstudy import instruments, language
from dvstudy.errors import CheckFailed, Refused
from dvstudy.intake import forms

ITEMS = [f"q{k:02d}" for k in range(1, 22)]


def by_code(problems) -> dict[str, list]:
    found: dict[str, list] = {}
    for problem in problems:
        found.setdefault(problem.code, []).append(problem)
    return found


def test_every_fault_is_listed_at_once(forms_file, faults) -> None:
    path = forms_file(
        {(2, "q01"): "2", (5, "q01"): "2", (9, "q14"): "dda", (7, "case_id"): "C003", (8, "case_id"): " "},
        columns=["case_id", *ITEMS[:-1], "q22", "q_07"],
    )
    found = by_code(faults(forms, path, "order146"))
    assert set(found) == {"cell_code", "case_twice", "case_blank", "column_unknown", "columns_missing", "column_same"}
    impossible, typo = found["cell_code"]
    assert (impossible.found, impossible.place) == ("2", "forms.csv → q01")
    assert dict(impossible.values)["rows"] == "2, 5"
    assert impossible.allowed[:2] == ("nu/no/0", "da/yes/1")
    assert (typo.found, typo.nearest, dict(typo.values)["rows"]) == ("dda", "da", "9")
    (twice,) = found["case_twice"]
    assert (twice.found, dict(twice.values)["rows"]) == ("C003", "4, 7")
    assert dict(found["case_blank"][0].values)["rows"] == "8"
    assert (found["column_unknown"][0].found, found["column_unknown"][0].nearest) == ("q22", "q21")
    assert found["columns_missing"][0].found == "q21"
    assert found["column_same"][0].found == "q07, q_07"


def test_an_unknown_column_is_told_what_is_still_to_be_filled(forms_file, faults) -> None:
    path = forms_file(columns=["case_id", *ITEMS[:-1], "q2l"])
    unknown = by_code(faults(forms, path, "order146"))["column_unknown"][0]
    assert (unknown.nearest, unknown.allowed[0]) == ("q21", "q21")
    assert not set(unknown.allowed) & {"case_id", *ITEMS[:-1]}


def test_a_mapped_column_that_is_absent_is_one_fault_not_two(forms_file, faults, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[columns]\nq01 = "Prima"\n', "utf-8")
    (only,) = faults(forms, forms_file(), "order146", tmp_path / "m.toml")
    assert (only.code, only.found, only.nearest) == ("mapping_column", "Prima", "q01")


def test_a_mapped_column_beside_one_of_our_name_is_not_chosen_between(forms_file, faults, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[columns]\nq01 = "Prima"\n', "utf-8")
    path = forms_file(columns=["case_id", *ITEMS, "Prima"])
    (only,) = faults(forms, path, "order146", tmp_path / "m.toml")
    assert (only.code, only.found) == ("column_same", "Prima, q01")


def test_faults_of_mapping_instrument_and_file_come_together(forms_file, faults, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('ignor = ["x"]\n', "utf-8")
    found = by_code(faults(forms, tmp_path / "absent.csv", "ordr146", tmp_path / "m.toml"))
    assert set(found) == {"unknown_key", "unknown_instrument", "table_missing"}
    (tmp_path / "m.toml").write_text('ignore = ["x"]\n', "utf-8")
    (tmp_path / "twice.csv").write_text("case_id,q01,q01,x,x\n1,1,1,1,1\n", "utf-8")
    found = by_code(faults(forms, tmp_path / "twice.csv", "ordr146", tmp_path / "m.toml"))
    assert set(found) == {"unknown_instrument", "table_column_twice"}
    assert found["table_column_twice"][0].found == "q01"


def test_many_faults_are_all_kept_and_few_are_printed(forms_file) -> None:
    path = forms_file({(row, "q01"): f"cod{row}" for row in range(2, 402)}, n=400)
    with pytest.raises(CheckFailed) as caught:
        forms(path, "order146")
    assert len(caught.value.problems) == 400
    for one in language.languages():
        assert len(caught.value.text(one).splitlines()) == 202


def test_one_fault_in_many_rows_is_one_problem(forms_file, faults) -> None:
    path = forms_file({(row, "q01"): "2" for row in range(2, 342)}, n=400)
    (problem,) = faults(forms, path, "order146")
    assert dict(problem.values)["rows"] == "2, 3, 4, 5, 6 (+335)"


def test_a_few_forms_are_refused_in_every_language(forms_file) -> None:
    with pytest.raises(Refused) as caught:
        forms(forms_file(n=29), "order146")
    assert caught.value.code == "too_few_cases"
    assert all("29" in caught.value.text(one) and "30" in caught.value.text(one) for one in language.languages())
    assert len(forms(forms_file(n=30), "order146")) == 30


def test_mapping_names_columns_codes_and_what_is_left_out(forms_file, tmp_path: Path) -> None:
    titles = ["Fișa", *(f"Întrebarea {k}" for k in range(1, 21)), "Nume"]
    path = forms_file({(2, "Întrebarea 1"): "X", (3, "Întrebarea 2"): "88", (2, "Nume"): "Popescu Ion"}, columns=titles)
    path.write_text(path.read_text("utf-8").replace("\n;", "\nC000;"), "utf-8")
    text = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([text[0], *(f"C{k}" + row[2:] for k, row in enumerate(text[1:]))]), "utf-8")
    mapping = tmp_path / "m.toml"
    lines = [
        'case_id = "fisa"',
        'ignore = ["nume"]',
        'not_collected = ["q21"]',
        "[answers]",
        'X = "yes"',
        '88 = "refused"',
    ]
    lines += ["[columns]", *(f'q{k:02d} = "Intrebarea {k}"' for k in range(1, 21))]
    mapping.write_text("\n".join(lines), "utf-8")
    read = forms(path, "order146", mapping)
    assert (read.answers["q01"].iloc[0], read.answers["q02"].iloc[1]) == ("yes", "refused")
    assert set(read.answers["q21"]) == {"not_asked"}
    assert "Popescu" not in repr(vars(read))


@pytest.mark.parametrize(
    ("lines", "code", "found", "nearest"),
    [
        (['case_idd = "x"'], "unknown_key", "case_idd", "case_id"),
        (['case_id = "a"', 'case_id = "b"'], "toml_repeated", None, ""),
        (["case_id = 3"], "wants_text", "3", ""),
        (["[columns]", 'q1 = "q01"'], "mapping_target", "q1", "q01"),
        (["[columns]", 'q01 = "q01x"'], "mapping_column", "q01x", "q01"),
        (["[columns]", 'q01 = "q02"', 'q02 = "q02"'], "mapping_twice", "q02", ""),
        (['ignore = ["q01"]', "[columns]", 'q01 = "q01"'], "mapping_ignored", "q01", ""),
        (["[answers]", 'X = "yess"'], "mapping_code", "yess", "yes"),
        (['not_collected = ["Q7"]'], "mapping_target", "Q7", "q07"),
    ],
)
def test_faults_of_a_mapping(forms_file, faults, tmp_path: Path, lines, code, found, nearest) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text("\n".join(lines), "utf-8")
    problem = by_code(faults(forms, forms_file(), "order146", mapping))[code][0]
    assert found is None or problem.found == found
    assert problem.nearest == nearest or not nearest


def test_an_absent_mapping_and_an_unknown_instrument(forms_file, faults, tmp_path: Path) -> None:
    assert faults(forms, forms_file(), "order146", tmp_path / "m.toml")[0].code == "file_missing"
    problem = faults(forms, forms_file(), "order_146")[0]
    assert (problem.code, problem.nearest) == ("unknown_instrument", "order146")


def test_excel_reads_like_text(forms_file, faults, tmp_path: Path) -> None:
    path = forms_file({(2, "q01"): "1", (3, "q02"): "da"})
    book = openpyxl.Workbook()
    for line in path.read_text("utf-8").splitlines():
        book.active.append([int(c) if c == "1" else c for c in line.split(";")])
    book.save(tmp_path / "forms.xlsx")
    text, excel = forms(path, "order146"), forms(tmp_path / "forms.xlsx", "order146")
    pd.testing.assert_frame_equal(text.answers, excel.answers)
    book.active["C5"] = 2.0
    book.active["D5"] = True
    book.save(tmp_path / "forms.xlsx")
    (problem,) = faults(forms, tmp_path / "forms.xlsx", "order146")
    assert (problem.code, problem.found, dict(problem.values)["rows"]) == ("cell_code", "2", "5")


def test_a_team_s_own_definition_serves(forms_file, tmp_path: Path) -> None:
    source = Path(instruments.__file__).parent / "definitions" / "order146.toml"
    own = tmp_path / "own.toml"
    own.write_text(source.read_text("utf-8").replace('id = "order146"', 'id = "own_form"', 1), "utf-8")
    assert forms(forms_file(), own).instrument.id == "own_form"


def test_flags_of_sara_may_be_absent_and_are_then_missing(forms_file) -> None:
    items = [i.id for i in instruments.load("sara_v2").items if i.role == "item"]
    path = forms_file(columns=["case_id", *items, "rating_partner", "rating_others"])
    path.write_text(path.read_text("utf-8").replace(";nu", ";0").replace(";0;0\n", ";low;high\n"), "utf-8")
    read = forms(path, "sara_v2")
    assert set(read.answers["q01_critical"].dropna()) <= {"blank", "omitted"}
    assert read.answers["q01_critical"].notna().all()
    assert set(read.answers["rating_others"]) == {"high"}
