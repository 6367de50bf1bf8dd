"""Tables come back exactly as they were written, and nothing of the user's is lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvstudy import storage
from dvstudy.errors import CheckFailed, UsageError

FORMATS = ("parquet", "csv")


def every_kind() -> pd.DataFrame:
    """One column of every kind a cohort or a result may hold, with missing values where the kind allows them."""
    return pd.DataFrame(
        {
            "words": pd.Series(["ă, î", 'say "no"', "NA"], dtype="str"),
            "words_missing": pd.Series(["0012", None, "two\nlines"], dtype="str"),
            "code": pd.Categorical(["no", None, "yes"], categories=["no", "yes", "blank"]),
            "level": pd.Categorical(["low", "high", None], categories=["low", "mid", "high"], ordered=True),
            "flag": pd.array([True, None, False], dtype="boolean"),
            "plain_flag": [True, False, True],
            "count": pd.array([1, None, -3], dtype="Int32"),
            "plain_count": [1, 2, 2**53 + 1],
            "number": [0.1 + 0.2, np.nan, -1e-300],
        },
        index=pd.Index(["a", "b", "c"], name="case_id", dtype="str"),
    )


def back(folder: Path, name: str = "t") -> pd.DataFrame:
    return storage.read_tables(folder)[0][name]


@pytest.mark.parametrize("format", FORMATS)
def test_every_kind_of_column_comes_back_exactly(tmp_path: Path, format: storage.Format) -> None:
    frame = every_kind()
    storage.write_tables(tmp_path / "x", {"t": frame}, {}, format=format, synthetic=True)
    pd.testing.assert_frame_equal(back(tmp_path / "x"), frame, check_exact=True)


@pytest.mark.parametrize("format", FORMATS)
def test_a_table_without_rows_keeps_its_types(tmp_path: Path, format: storage.Format) -> None:
    frame = every_kind().iloc[:0]
    storage.write_tables(tmp_path / "x", {"t": frame}, {}, format=format, synthetic=False)
    pd.testing.assert_frame_equal(back(tmp_path / "x"), frame)


@pytest.mark.parametrize("format", FORMATS)
def test_a_column_with_nothing_in_it_keeps_its_type(tmp_path: Path, format: storage.Format) -> None:
    frame = every_kind()
    for column in ("words_missing", "code", "flag", "count", "number"):
        frame[column] = pd.Series([None] * 3, index=frame.index, dtype=frame[column].dtype)
    storage.write_tables(tmp_path / "x", {"t": frame}, {}, format=format, synthetic=True)
    pd.testing.assert_frame_equal(back(tmp_path / "x"), frame)


@settings(max_examples=40, deadline=None)
@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_numbers_keep_every_digit_in_csv(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    folder = tmp_path_factory.mktemp("digits") / "x"
    storage.write_tables(folder, {"t": pd.DataFrame({"number": numbers})}, {}, format="csv", synthetic=False)
    assert back(folder)["number"].tolist() == numbers


def test_facts_and_nested_names_come_back(tmp_path: Path) -> None:
    tables = {"observed/cases": every_kind(), "observed/answers/order146": every_kind()}
    facts: dict[str, Any] = {"name": "tutorial", "recipe": {"seed": 1}}
    storage.write_tables(tmp_path / "x", tables, facts, synthetic=True)
    found, descriptor = storage.read_tables(tmp_path / "x")
    assert list(found) == list(tables)
    assert {key: descriptor[key] for key in facts} == facts
    assert (tmp_path / "x" / "observed" / "answers" / "order146.parquet").is_file()


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        storage.write_tables(tmp_path / name, {"t": every_kind()}, {"name": "x"}, synthetic=True)
    for file in ("t.parquet", storage.DESCRIPTOR):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_synthetic_tables_say_so_in_every_file(tmp_path: Path) -> None:
    storage.write_tables(tmp_path / "p", {"t": every_kind()}, {}, synthetic=True)
    storage.write_tables(tmp_path / "c", {"t": every_kind()}, {}, format="csv", synthetic=True)
    assert pq.read_schema(tmp_path / "p" / "t.parquet").metadata[b"dvstudy_synthetic"] == b"true"
    assert pd.read_parquet(tmp_path / "p" / "t.parquet")[storage.MARK].all()
    assert pd.read_csv(tmp_path / "c" / "t.csv")[storage.MARK].all()
    assert json.loads((tmp_path / "c" / storage.DESCRIPTOR).read_text("utf-8"))["synthetic"] is True


def test_other_tables_carry_no_synthetic_mark(tmp_path: Path) -> None:
    storage.write_tables(tmp_path / "x", {"t": every_kind()}, {}, synthetic=False)
    assert pq.read_schema(tmp_path / "x" / "t.parquet").metadata[b"dvstudy_synthetic"] == b"false"
    assert storage.MARK not in pd.read_parquet(tmp_path / "x" / "t.parquet")


@pytest.mark.parametrize(
    "column",
    [
        pd.Categorical([1, 2, 1]),
        pd.to_datetime(["2026-01-01", None, "2026-01-02"]),
        pd.Series(["a", 1, None], dtype="object"),
        pd.Series([True, None, False], dtype="object"),
    ],
    ids=["categories of numbers", "dates", "mixed", "loose flags"],
)
def test_what_would_not_come_back_is_refused_and_leaves_nothing(tmp_path: Path, column: Any) -> None:
    with pytest.raises(TypeError, match="odd"):
        storage.write_tables(tmp_path / "x", {"t": pd.DataFrame({"odd": column})}, {}, synthetic=False)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_left_as_it_was_without_force(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(UsageError) as caught:
        storage.write_tables(tmp_path / "mine", {"t": every_kind()}, {}, synthetic=True)
    assert caught.value.code == "target_exists"
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "notes.txt"]


def test_force_replaces_the_whole_folder(tmp_path: Path) -> None:
    storage.write_tables(tmp_path / "x", {"old": every_kind()}, {}, synthetic=True)
    storage.write_tables(tmp_path / "x", {"new": every_kind()}, {}, synthetic=True, force=True)
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == [storage.DESCRIPTOR, "new.parquet"]


@pytest.mark.parametrize("force", [False, True])
def test_a_failure_half_way_leaves_nothing_new_and_everything_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    if force:
        storage.write_tables(tmp_path / "x", {"old": every_kind()}, {}, synthetic=True)
    before = sorted(tmp_path.rglob("*"))

    def full(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(storage, "_to_parquet", full)
    with pytest.raises(OSError, match="no space"):
        storage.write_tables(tmp_path / "x", {"t": every_kind()}, {}, synthetic=True, force=force)
    assert sorted(tmp_path.rglob("*")) == before


def codes(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(CheckFailed) as caught:
        storage.read_tables(folder)
    return [(problem.code, problem.place) for problem in caught.value.problems]


def test_altered_and_absent_files_are_all_reported(tmp_path: Path) -> None:
    tables = {name: every_kind() for name in ("a", "b", "c")}
    storage.write_tables(tmp_path / "x", tables, {}, format="csv", synthetic=True)
    (tmp_path / "x" / "a.csv").unlink()
    with (tmp_path / "x" / "c.csv").open("a") as file:
        file.write("d\n")
    assert codes(tmp_path / "x") == [("file_missing", "a.csv"), ("file_altered", "c.csv")]


def test_a_folder_without_descriptor_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name in ("nowhere", "file"):
        assert codes(tmp_path / name) == [("no_descriptor", name)]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        '{"resources": {}}',
        '{"resources": ["t.csv"]}',
        '{"resources": [{"name": "t", "path": "t.csv"}]}',
        '{"resources": [{"name": "../t", "path": "../t.csv", "format": "csv", "hash": "", "schema": {}}]}',
        '{"resources": [{"name": "/t", "path": "/t.csv", "format": "csv", "hash": "", "schema": {}}]}',
    ],
)
def test_a_descriptor_of_another_make_is_reported(tmp_path: Path, content: str) -> None:
    (tmp_path / storage.DESCRIPTOR).write_text(content)
    assert codes(tmp_path) == [("bad_descriptor", storage.DESCRIPTOR)]


def test_a_descriptor_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    (tmp_path / storage.DESCRIPTOR).write_bytes(b"\xff\xfe\x00{")
    assert codes(tmp_path) == [("bad_descriptor", storage.DESCRIPTOR)]
