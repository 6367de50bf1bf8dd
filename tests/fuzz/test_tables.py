"""Tables of a team, damaged or made to do harm: read, or refused in words, at once, and nothing is written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from dvstudy import evidence, exchange, instruments, intake
from dvstudy.errors import CheckFailed

from .conftest import Judge

ITEMS = [f"q{k:02d}" for k in range(1, 22)]
CELLS = (
    "da",
    "nu",
    "",
    "refuz",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+1",
    "-1",
    "-3",
    "\t=1",
    "'",
    '"',
    '""',
    "1" * 5000,
    "1e999",
    "-0",
    "inf",
    "nan",
    "NA",
    "2024-05-03",
    "31.12.2023",
    "²",
    "٣",
    "\ufeff",
    "\u202e",
    "ș" * 50,
    "a" * 3000,
    "{x}",
    "%s",
    "q01",
    "Q1",
    "q" + "1" * 5000,
    "q²",
    "case_id",
    "\0",
    "\r",
    "\n",
    ";",
    ",",
    "1850101221144",
    "a@b.ro",
)
#: The same examples every time: the C reader of statistical files may crash on a damaged one and end the process.
FEW = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=3000, derandomize=False)
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>case_id</t></is></c></row>'


def readers(path: Path) -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Every public way to read a table, with what it writes into a folder of its own."""
    out, key = path.parent / "out.csv", path.parent / "keys" / "key"
    order = instruments.load("order146")
    yield intake.read_table, (path,)
    yield intake.forms, (path, order)
    yield intake.suggest, (path, order)
    yield intake.score_file, (path, order, out)
    yield (lambda *given: intake.pseudonymise(*given, columns=["case_id"], key=key)), (path, out)
    yield exchange.read_redcap, (path, order)
    yield exchange.read_kobo, (path, order)
    yield intake.cohort, (path.parent,)


def try_all(judged: Judge, path: Path) -> None:
    before = sorted(path.parent.iterdir())
    for read, given_to in readers(path):
        if judged(read, *given_to) is not None:
            assert sorted(path.parent.iterdir()) == before or read.__name__ == "<lambda>"
        for made in set(path.parent.iterdir()) - set(before):
            if made.is_file():
                made.unlink()
            else:
                before = sorted({*before, made})


cells = st.sampled_from(CELLS) | st.text(max_size=8)
rows = st.lists(st.lists(cells, max_size=4), max_size=6)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Tables of forms with some cells, rows, separators, quotation marks and encodings wrong."""
    heading = draw(st.sampled_from([["case_id", *ITEMS], ["case_id", "q01"], ["case_id", "case_id"], []]))
    body = [[f"C{k}", *(["nu"] * (len(heading) - 1))] for k in range(draw(st.sampled_from([0, 2, 40])))]
    lines = [draw(st.permutations(heading)) if draw(st.booleans()) else heading, *body, *draw(rows)]
    for _ in range(draw(st.integers(0, 3))):
        line = lines[draw(st.integers(0, len(lines) - 1))]
        if line:
            line[draw(st.integers(0, len(line) - 1))] = draw(cells)
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(
        draw(st.sampled_from([",", ";", "\t", "|", '"'])).join(line) for line in map(list, lines)
    )
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1250", "utf-16-le"]))
    start = draw(st.sampled_from(["", "sep=;\n", 'sep="\n', "sep= \n", "sep=\r\r\n", "PK\3\4", "$FL2", "<sta"]))
    return (start + text).encode(encoding, "replace")


@FEW
@given(texts() | st.binary(max_size=300))
def test_a_damaged_text_table(judged: Judge, put: Callable[..., Path], content: bytes) -> None:
    try_all(judged, put("order146.csv", content))


@pytest.mark.slow
@MANY
@given(texts() | st.binary(max_size=3000))
def test_many_damaged_text_tables(judged: Judge, put: Callable[..., Path], content: bytes) -> None:
    try_all(judged, put("order146.csv", content))


LONG: dict[str, bytes] = {
    "cell": b"case_id,q01\n" + b"a" * 131_000 + b",nu\n",
    "many long cells": b"case_id,q01\n" + (b"a" * 20_000 + b",nu\n") * 200,
    "cell beyond the reader's limit": b"case_id,q01\n" + b"a" * 200_000 + b",nu\n",
    "zeros": b"0" * 100_000 + b",q01\n1,nu\n",
    "columns": ",".join(f"c{k}" for k in range(4000)).encode() + b"\n",
    "too many columns": ",".join(f"c{k}" for k in range(200_000)).encode() + b"\n",
    "commas": b"," * 1_000_000 + b"x\n",
    "empty rows": b"case_id,q01\n" + b"\n" * 1_000_000,
    "unclosed quotation mark": b'case_id,q01\n"' + b"a,nu\n" * 50_000,
    "points": b"case_id,q01\n1," + b"." * 100_000 + b"\n",
    "address": b"case_id,q01\n1," + b"0(" * 50_000 + b"\n",
}


@pytest.mark.parametrize("name", LONG)
def test_length_does_not_stop_a_reader(name: str, judged: Judge, put: Callable[..., Path]) -> None:
    path = put("forms.csv", LONG[name])
    for read, given_to in list(readers(path))[:3]:
        judged(read, *given_to)


def workbook(sheet: str = "", parts: dict[str, Callable[[bytes], bytes]] | None = None) -> bytes:
    """A workbook whose only sheet has the XML `sheet`, other parts changed by `parts`."""
    made, out = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(["case_id", *ITEMS])
    book.active.append(["C1", *["nu"] * len(ITEMS)])
    book.save(made)
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if sheet and name == "xl/worksheets/sheet1.xml":
                content = sheet.encode()
            after.writestr(name, (parts or {}).get(name, bytes)(content))
    return out.getvalue()


def with_rows(rows: str, before: str = "") -> bytes:
    return workbook(f'<?xml version="1.0"?>{before}<worksheet {NS}><sheetData>{HEAD}{rows}</sheetData></worksheet>')


def styled(number_format: str) -> bytes:
    fonts = f'<numFmts count="1"><numFmt numFmtId="200" formatCode="{number_format}"/></numFmts><fonts'.encode()
    cells = b'<cellXfs count="1"><xf numFmtId="200"'
    return workbook(
        parts={"xl/styles.xml": lambda xml: xml.replace(b"<fonts", fonts, 1).replace(cells[:-3] + b"0", cells)}
    )


def named(formula: str) -> bytes:
    text = (
        f'<definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">{formula}</definedName></definedNames>'
    )
    return workbook(parts={"xl/workbook.xml": lambda xml: xml.replace(b"<calcPr", text.encode() + b"<calcPr", 1)})


def inline(text: str) -> str:
    return f'<row r="2"><c r="A2" t="inlineStr"><is><t>{text}</t></is></c></row>'


LAUGHS = "".join(f'<!ENTITY e{k} "{f"&e{k - 1};" * 10}">' for k in range(1, 9))
EVIL: dict[str, tuple[Callable[[], bytes], str]] = {
    "billion laughs": (
        lambda: with_rows(inline("&e8;"), f'<!DOCTYPE w [<!ENTITY e0 "ha">{LAUGHS}]>'),
        "table_not_excel",
    ),
    "outside entity": (
        lambda: with_rows(inline("&x;"), '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
        "table_not_excel",
    ),
    "bomb": (lambda: with_rows(inline("a" * 20_000_000)), "table_too_large"),
    "one long cell": (lambda: with_rows(inline("a" * 1_000_000)), "table_not_excel"),
    "row number beyond any sheet": (
        lambda: with_rows('<row r="999999999"><c r="A999999999"><v>1</v></c></row>'),
        "table_empty_rows",
    ),
    "empty formatted rows": (
        lambda: with_rows("".join(f'<row r="{k}"><c r="A{k}" s="0"/></row>' for k in range(2, 20_000))),
        "table_empty_rows",
    ),
    "wide row": (lambda: with_rows('<row r="2"><c r="ZZZ2"><v>1</v></c></row>'), "table_too_many_columns"),
    "long number format": (lambda: styled("[" * 200_000), "table_not_excel"),
    "long name": (lambda: named("'" * 200_000), "table_not_excel"),
    "formula without a value": (lambda: with_rows('<row r="2"><c r="A2"><f>1+1</f></c></row>'), "table_formula"),
    "formula in a namespace": (
        lambda: workbook(
            f'<x:worksheet xmlns:x{NS[5:]}><x:sheetData><x:row r="1"><x:c r="A1"><x:f>1+1</x:f></x:c></x:row>'
            "</x:sheetData></x:worksheet>"
        ),
        "table_formula",
    ),
    "date that is none": (
        lambda: with_rows('<row r="2"><c r="A2" t="d"><v>9999-99-99</v></c></row>'),
        "table_not_excel",
    ),
    "shared text that is not there": (
        lambda: with_rows('<row r="2"><c r="A2" t="s"><v>9999</v></c></row>'),
        "table_not_excel",
    ),
}


@pytest.mark.parametrize("name", EVIL)
def test_a_workbook_made_to_do_harm(name: str, judged: Judge, put: Callable[..., Path]) -> None:
    make, code = EVIL[name]
    fault = judged(intake.read_table, put("forms.xlsx", make()))
    assert isinstance(fault, CheckFailed)
    assert [p.code for p in fault.problems] == [code]


def test_errors_flags_numbers_and_unseen_sheets_are_read(put: Callable[..., Path]) -> None:
    cells = '<c r="A2" t="e"><v>#REF!</v></c><c r="B2" t="b"><v>1</v></c><c r="C2"><f>1+1</f><v>2</v></c>'
    head = "".join(f'<c r="{c}1" t="inlineStr"><is><t>{c}</t></is></c>' for c in "ABC")
    sheet = f'<worksheet {NS}><sheetData><row r="1">{head}</row><row r="2">{cells}</row></sheetData></worksheet>'
    hidden = workbook(sheet, {"xl/workbook.xml": lambda xml: xml.replace(b'state="visible"', b'state="hidden"')})
    assert intake.read_table(put("forms.xlsx", hidden)).iloc[0].tolist() == ["#REF!", "true", "2"]


def _broken(content: bytes, edits: list[tuple[int, int, int]]) -> bytes:
    """`content` with some bytes cut out or replaced."""
    made = bytearray(content)
    for place, byte, cut in edits:
        at = place % len(made)
        made[at : at + cut] = bytes([byte])
    return bytes(made)


edits = st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255), st.sampled_from([1, 1, 1, 0, 40])), max_size=6)
PARTS = ("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/sharedStrings.xml",
         "xl/_rels/workbook.xml.rels")  # fmt: skip


@settings(FEW, max_examples=10)
@given(st.sampled_from(["", *PARTS]), edits)
def test_a_damaged_workbook(judged: Judge, put: Callable[..., Path], part: str, edits: list[Any]) -> None:
    _damaged_workbook(judged, put, part, edits)


@pytest.mark.slow
@MANY
@given(st.sampled_from(["", *PARTS]), edits)
def test_many_damaged_workbooks(judged: Judge, put: Callable[..., Path], part: str, edits: list[Any]) -> None:
    _damaged_workbook(judged, put, part, edits)


def _damaged_workbook(judged: Judge, put: Callable[..., Path], part: str, edits: list[Any]) -> None:
    whole = workbook(parts={part: lambda xml: _broken(xml, edits)})
    try_all(judged, put("order146.xlsx", whole if part else _broken(whole, edits)))


def _statistical(kind: str, folder: Path) -> bytes:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"case_id": [f"C{k}" for k in range(40)], "q01": [0.0, 1.0] * 20})
    path = folder / f"x.{kind}"
    options = {"compress": True} if kind == "zsav" else {}
    write = pyreadstat.write_dta if kind == "dta" else pyreadstat.write_sav
    write(frame, str(path), variable_value_labels={"q01": {0: "nu", 1: "da"}} if kind != "zsav" else None, **options)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["sav", "zsav", "dta"])
@FEW
@given(edits)
def test_a_damaged_statistical_file(
    kind: str, judged: Judge, put: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, edits: list[Any]
) -> None:
    content = _broken(_statistical(kind, tmp_path_factory.mktemp("made")), edits)
    for read, given_to in list(readers(put(f"order146.{kind}", content)))[:3]:
        judged(read, *given_to)


@FEW
@given(rows, st.sampled_from([evidence.read_validation, evidence.read_prevalence]))
def test_damaged_evidence(
    judged: Judge, put: Callable[..., Path], lines: list[list[str]], read: Callable[..., Any]
) -> None:
    shipped = Path(evidence.__file__).parent / "data" / "published"
    name = "validation" if read is evidence.read_validation else "prevalence"
    text = (shipped / f"{name}.csv").read_text("utf-8").splitlines()[:3]
    judged(read, put("x.csv", "\n".join([*text, *(",".join(line) for line in lines)])))
