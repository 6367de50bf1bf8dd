from __future__ import annotations

import random
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from dvstudy.errors import CheckFailed
from dvstudy.intake import limits, read_table, table, workbook

TEXT = "case_id;întrebare;oră\n007; da ;1.0\n008;nu;\n"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_text_tables_keep_every_cell_as_written(tmp_path: Path, mark: bytes, separator: str, newline: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(mark + TEXT.replace(";", separator).replace("\n", newline).encode())
    read = read_table(path)
    assert read.to_dict("list") == {"case_id": ["007", "008"], "întrebare": [" da ", "nu"], "oră": ["1.0", ""]}
    assert read.index.tolist() == [2, 3]
    assert all(dtype == "str" for dtype in read.dtypes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id;minute\n1;12,5\n2;13,5\n", {"id": ["1", "2"], "minute": ["12,5", "13,5"]}),
        ("id;a, b, c, d\n1;x\n2;y\n", {"id": ["1", "2"], "a, b, c, d": ["x", "y"]}),
        ('sep=;\nid;x\n1;"a;b"\n', {"id": ["1"], "x": ["a;b"]}),
        ("id\n1\n2\n", {"id": ["1", "2"]}),
        ("id;x;;\n1;a;;\n2;b;;\n", {"id": ["1", "2"], "x": ["a", "b"]}),
        ('" id\nnou ";x\n1;a\n', {"id nou": ["1"], "x": ["a"]}),
    ],
    ids=["decimal comma", "commas in a name", "declared", "one column", "empty tail", "line break in a name"],
)
def test_separator_and_header_are_understood(tmp_path: Path, text: str, expected: dict[str, list[str]]) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    assert read_table(path).to_dict("list") == expected


def test_rows_are_numbered_as_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id;x\n1;"two\nlines"\n\n;\n2;b\n', encoding="utf-8")
    assert read_table(path).index.tolist() == [2, 5]


@pytest.mark.parametrize(
    ("data", "code", "values"),
    [
        (b"", "table_empty", {}),
        (b"\n;;\n", "table_empty", {}),
        (b"id;x\n", "table_no_rows", {}),
        ("id;x\n1;rănit\n".encode("cp1250"), "table_not_utf8", {"position": "9", "line": "2"}),
        (b"\xef\xbb\xbf" + "id;x\n1;ă\n".encode("cp1250"), "table_not_utf8", {"position": "11", "line": "2"}),
        ("id;x\n1;da\n".encode("utf-16"), "table_not_text", {"position": "1"}),
        ("id;x\n1;da\n".encode("utf-16-le"), "table_not_text", {"position": "2"}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "table_old_excel", {}),
        (b"PK\x03\x04 not a workbook", "table_not_excel", {}),
        (b'id;x\n1;"a"b\n', "table_bad_quotes", {"row": "2"}),
        (b'id;x\n1;a\n2;"a\n3;b\n', "table_bad_quotes", {"row": "3"}),
        (b"id;x;X\n1;a;b\n", "table_column_twice", {"columns": "B, C"}),
        (b"id;;x\n1;a;b\n", "table_column_unnamed", {"columns": "B"}),
        (b"id;x\n1;a\n2;b;c\n3\n4;d;e\n", "table_row_cells", {"rows": "3, 5", "cells": "3", "width": "2"}),
    ],
)
def test_files_that_cannot_be_read_say_why(faults, tmp_path: Path, data: bytes, code: str, values: dict) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    first = faults(read_table, path)[0]
    assert (first.code, first.place, dict(first.values)) == (code, "t.csv", values)


def test_every_ragged_row_is_reported(faults, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"id;x\n1;a\n2;b;c\n3\n4;d;e\n")
    found = [dict(p.values) for p in faults(read_table, path)]
    assert [(one["rows"], one["cells"]) for one in found] == [("3, 5", "3"), ("4", "1")]


def test_missing_files_and_folders(faults, tmp_path: Path) -> None:
    assert faults(read_table, tmp_path / "none.csv")[0].code == "table_missing"
    assert faults(read_table, tmp_path)[0].code == "table_is_folder"


def test_a_200_mb_file_is_refused_before_it_is_read(faults, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"case_id,q01\n")
        file.truncate(200 * 2**20)
    begun = time.monotonic()
    (problem,) = faults(read_table, path)
    assert time.monotonic() - begun < 2
    assert (problem.code, dict(problem.values)) == ("table_too_large", {"size": "200", "limit": "32"})


def test_too_many_cells_stop_the_reading(faults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_CELLS", 10)
    path = tmp_path / "t.csv"
    path.write_text("id;x;y\n" + "1;a;b\n" * 4, encoding="utf-8")
    assert faults(read_table, path)[0].code == "table_too_many_cells"
    assert len(read_table(path, ignore=["X"])) == 4


def test_an_excel_file_that_unpacks_to_too_much_is_refused(
    faults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b" " * 2**20)
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 2**19)
    assert faults(read_table, path)[0].code == "table_too_large"
    assert limits.MOST_UNPACKED < 2**30


def test_ignored_columns_are_never_stored(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id;Nume;x\n1;Popescu;a\n2;Ionescu;b\n", encoding="utf-8")
    assert read_table(path, ignore=["NUME"]).columns.tolist() == ["id", "x"]


def _workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Fișe"
    first.append(["id", "x", "y", None])
    first.append([7, 1.0, True])
    first.append([8, 0.1 + 0.2, "da "])
    first.append([None, None, None])
    first.append([9, datetime(2095, 3, 4), date(2095, 3, 1)])
    first["A2"].number_format = "000"
    first["C5"].number_format = "mmm yyyy"
    book.create_sheet("Altele").append(["a", "b"])
    book["Altele"].append([1, 2])
    book.save(path)


def test_excel_cells_come_as_a_person_sees_them(tmp_path: Path) -> None:
    path = tmp_path / "named_as_text.csv"
    _workbook(path)
    read = read_table(path, sheet="Fișe")
    assert read["id"].tolist() == ["007", "8", "9"]
    assert read["x"].tolist() == ["1", "0.3", "2095-03-04T00:00:00"]
    assert read["y"].tolist() == ["true", "da ", "2095-03"]
    assert read.index.tolist() == [2, 3, 5]
    assert read_table(path, sheet="Altele").to_dict("list") == {"a": ["1"], "b": ["2"]}


def test_of_several_filled_sheets_none_is_chosen_for_the_team(faults, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    _workbook(path)
    (problem,) = faults(read_table, path)
    assert (problem.code, problem.allowed) == ("table_several_sheets", ("Fișe", "Altele"))


def test_an_empty_second_sheet_does_not_matter(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "x"])
    book.active.append(["a", 1])
    book.create_sheet("Sheet2")
    book.save(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx").to_dict("list") == {"id": ["a"], "x": ["1"]}


def test_an_absent_sheet_is_named_with_the_nearest(faults, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    _workbook(path)
    (problem,) = faults(read_table, path, sheet="Altelle")
    assert (problem.code, problem.allowed, problem.nearest) == ("table_no_sheet", ("Fișe", "Altele"), "Altele")


def test_a_formula_without_a_value_is_not_a_blank(faults, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "x"])
    book.active.append(["1", "=1+1"])
    book.save(path)
    (problem,) = faults(read_table, path)
    assert (problem.code, dict(problem.values)["cell"]) == ("table_formula", "B2")


def test_excel_header_only_and_empty(faults, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    book.save(path)
    assert faults(read_table, path)[0].code == "table_empty"
    book.active.append(["id", "x"])
    book.save(path)
    assert faults(read_table, path)[0].code == "table_no_rows"


def test_a_damaged_workbook_never_ends_in_a_traceback(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [["case_id", "q01"], *([f"K{k}", "da"] for k in range(40))]:
        book.active.append(row)
    whole = tmp_path / "whole.xlsx"
    book.save(whole)
    source, rng = whole.read_bytes(), random.Random(146)
    refused = 0
    for _ in range(120):
        damaged = bytearray(source)
        for _ in range(rng.randint(1, 20)):
            damaged[rng.randrange(4, len(damaged))] = rng.randrange(256)
        path = tmp_path / "damaged.xlsx"
        path.write_bytes(damaged)
        try:
            read_table(path)
        except CheckFailed as fault:
            refused += 1
            assert {p.code for p in fault.problems} <= {"table_not_excel", "table_too_large", "table_empty"}
    assert refused > 60
