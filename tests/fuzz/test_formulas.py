"""No cell of a table that dvstudy writes is run by a spreadsheet, and no number is harmed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvstudy import exchange, instruments, intake, storage, writing
from dvstudy.writing import FORMULA_STARTS, neutral, plain

ITEMS = [f"q{k:02d}" for k in range(1, 22)]
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "a;=1", "a\n=1", "'=1", "＝1")
NUMBERS = ("-3", "+3", "-3.5", "-3,5", "-1e-05", "3", "-", "--", "a-1", "x=1", "")
shaped = st.text(st.sampled_from("'=+-@\t\r\n;, ae1.＝"), max_size=10)


def runs(cell: str) -> bool:
    """Whether a spreadsheet would run a part of a cell: a comma or a semicolon may separate the cells."""
    parts = [cell, *cell.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";")]
    return any(p.lstrip(" ").startswith(FORMULA_STARTS) and neutral(p) != p for p in parts)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_runs_gets_an_apostrophe(text: str) -> None:
    assert runs(text) or text == "'=1"
    assert neutral(text) != text and not runs(neutral(text)) and plain(neutral(text)) == text


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_dashes_and_words_stay_as_they_are(text: str) -> None:
    assert neutral(text) == plain(text) == text


@settings(max_examples=500, deadline=None)
@given(shaped | st.text(max_size=20))
def test_neutral_texts_come_back_and_none_is_run(text: str) -> None:
    safe = neutral(text)
    assert plain(safe) == text and not runs(safe)
    assert safe.replace("'", "") == text.replace("'", "")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(shaped.filter(bool), st.integers(-9, 9), st.floats(-1, 1)), min_size=1, max_size=4), shaped)
def test_a_stored_table_comes_back_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, float]], heading: str
) -> None:
    frame = pd.DataFrame(rows, columns=["text", "whole", "number"]).assign(text=lambda f: f["text"].astype("str"))
    frame["kind"] = pd.Categorical(frame["text"], categories=sorted(set(frame["text"])))
    frame = frame.rename(columns={"whole": f"n{heading}"} | {"number": f"={heading}"})
    folder = storage.write_tables(tmp_path_factory.mktemp("t") / "x", {"t": frame}, {}, format="csv", synthetic=False)
    assert not any(map(runs, _cells(folder / "t.csv")))
    read = storage.read_tables(folder)[0]["t"]
    pd.testing.assert_frame_equal(read, frame)


def _cells(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        for row in csv.reader(source):
            yield from row


@pytest.fixture
def harmful(tmp_path: Path) -> Path:
    """A file of forms whose case ids, and the heading and cells of one more column, are formulas."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["case_id", *ITEMS, "=1+1"])
    for k in range(40):
        text = f"{FORMULAS[k % len(FORMULAS)]}{k}"
        sheet.writerow([text, *["nu"] * len(ITEMS), NUMBERS[k % len(NUMBERS)] if k % 2 else text])
    path = tmp_path / "forms.csv"
    path.write_text(out.getvalue(), "utf-8", newline="")
    return path


def test_scores_hold_no_formula(harmful: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text('ignore = ["=1+1"]\n', "utf-8")
    done = intake.score_file(harmful, "order146", tmp_path / "s.csv", mapping=mapping)
    assert done.n == 40 and not any(map(runs, _cells(done.path)))
    assert "'=cmd|' /C calc'!A00" in list(_cells(done.path))


def test_a_pseudonymised_copy_holds_no_formula_and_its_numbers(harmful: Path, tmp_path: Path) -> None:
    key = tmp_path / "keys" / "key"
    out = tmp_path / "copies" / "p.csv"
    cells = list(_cells(intake.pseudonymise(harmful, out, columns=["case_id"], key=key, drop=["q01"])))
    assert not any(map(runs, cells)) and "'=1+1" in cells and {"-3", "-3,5", "-1e-05", "-"} <= set(cells)
    both = intake.pseudonymise(harmful, out, columns=["case_id"], key=key, drop=["case_id"], force=True)
    assert "case_id" not in next(_cells(both))


@pytest.mark.parametrize("format", ["redcap", "codebook_csv", "xlsform"])
def test_exports_hold_no_formula(format: str, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    order = instruments.load("order146")
    label = {"en": "=HYPERLINK(1)", "ro": "a;=1"}
    items = tuple(i.model_copy(update={"label": label, "number": "=1"}) for i in order.items)
    path = tmp_path / f"x{exchange.FORMATS[format]}"
    exchange.write(order.model_copy(update={"items": items, "title": label}), path, format)
    if format != "xlsform":
        cells = list(_cells(path))
    else:
        read = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in read if cell.data_type == "f"]
        cells = [str(cell.value) for cell in read if cell.value is not None]
    assert not any(map(runs, cells)) and any("=HYPERLINK" in cell for cell in cells)


def test_every_table_is_written_in_one_way() -> None:
    root = Path(writing.__file__).parent
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for word in (".to_csv(", "csv.writer(", "csv.DictWriter(", ".to_excel(")
        if word in path.read_text("utf-8")
    }
    # provenance makes a hash of it, and targets are read again as text: no file
    assert found == {"writing.py", "exchange/safe.py", "provenance.py", "cohorts/targets.py"}
