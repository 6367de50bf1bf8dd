"""Checks on what a person wrote: nearest spelling, TOML, strict models with every fault at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from dvstudy import checks
from dvstudy import language as lang
from dvstudy.errors import CheckFailed, Problem


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    weight: int = 1

    @field_validator("id")
    @classmethod
    def starts_with_q(cls, value: str) -> str:
        if not value.startswith("q"):
            raise ValueError("ids start with q")
        return value


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    title: str
    items: list[Item] = []
    cover: Item | None = None
    notes: dict[str, Item] = {}


def faults(data: object) -> list[Problem]:
    with pytest.raises(CheckFailed) as caught:
        checks.validated(Form, data, "form.toml")
    assert caught.value.subject == "form.toml"
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("word", "near"),
    [("imediate", "immediate"), ("DA", "da"), ("Nu ", "nu"), ("zzz", ""), ("", ""), ("refuzat", "")],
)
def test_nearest_spelling(word: str, near: str) -> None:
    assert checks.nearest(word, ("da", "nu", "immediate")) == near


def test_nearest_spelling_is_given_as_it_is_written_in_the_list() -> None:
    assert checks.nearest("sectiunea", ("Secțiunea", "Titlu")) == "Secțiunea"
    assert checks.nearest("x", ()) == ""


def test_toml_comes_back_as_a_mapping() -> None:
    assert checks.read_toml('a = 1\n[b]\nc = "nu"', "x.toml") == {"a": 1, "b": {"c": "nu"}}


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("b = 1\na = no", "toml_syntax", 2),
        ("a = 1\na = 2", "toml_repeated", 2),
        ("[t]\n[t]", "toml_repeated", 2),
        ("a = {b = 1}\na.c = 2", "toml_repeated", 2),
        ("a = ", "toml_unfinished", None),
        ('a = """x', "toml_unfinished", None),
    ],
)
def test_toml_faults_are_told_by_kind_and_line(source: str, code: str, line: int | None) -> None:
    with pytest.raises(CheckFailed) as caught:
        checks.read_toml(source, "x.toml")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place, dict(problem.values).get("line")) == (code, "x.toml", line)
    for language in lang.languages():
        assert "Expected" not in problem.text(language) and "Cannot" not in problem.text(language)


class Typed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    text: str = ""
    whole: int = 0
    number: float = 0.0
    flag: bool = False
    day: date = date(2026, 1, 1)
    table: dict[str, int] = {}
    rows: list[int] = []
    word: Literal["yes", "no"] = "no"
    share: float = Field(default=0, ge=0, le=1)
    code: str = Field(default="a", pattern=r"^[a-z]+$")
    few: list[int] = Field(default=[1], min_length=1, max_length=2)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("text", 3, "wants_text"),
        ("whole", "3", "wants_whole_number"),
        ("number", "x", "wants_number"),
        ("flag", 1, "wants_true_or_false"),
        ("day", 3, "wants_date"),
        ("table", 3, "wants_table"),
        ("rows", 3, "wants_list"),
        ("word", "yess", "not_one_of"),
        ("share", -1, "below_limit"),
        ("share", 2, "above_limit"),
        ("code", "A", "wants_code"),
        ("few", [], "too_short"),
        ("few", [1, 2, 3], "too_long"),
    ],
)
def test_a_wrong_value_is_told_in_words_of_the_catalogue(key: str, value: object, code: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        checks.validated(Typed, {key: value}, "x.toml")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.found == repr(value)
    for language in lang.languages():
        assert repr(value) in problem.text(language) and "nput should" not in problem.text(language)


def test_a_wrong_word_comes_with_those_allowed_and_the_nearest() -> None:
    with pytest.raises(CheckFailed) as caught:
        checks.validated(Typed, {"word": "yess"}, "x.toml")
    (problem,) = caught.value.problems
    assert (problem.allowed, problem.nearest) == (("yes", "no"), "yes")


def test_a_toml_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes("\ufefftitlu = 'ăâîșț'\n".encode())
    assert checks.read_toml_file(tmp_path / "x.toml") == {"titlu": "ăâîșț"}


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "file_missing"), ("a = 'ș'".encode("utf-16"), "not_utf8"), ("a = 'ş'".encode("iso8859-2"), "not_utf8")],
)
def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / "x.toml").write_bytes(content)
    with pytest.raises(CheckFailed) as caught:
        checks.read_toml_file(tmp_path / "x.toml")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place) == (code, "x.toml")


def test_a_folder_in_place_of_a_file_is_told_and_bytes_are_counted_from_one(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "x.toml").write_bytes(b"\xffa = 1")
    for name, code, values in (("folder.toml", "table_is_folder", ()), ("x.toml", "not_utf8", (("position", 1),))):
        with pytest.raises(CheckFailed) as caught:
            checks.read_toml_file(tmp_path / name)
        (problem,) = caught.value.problems
        assert (problem.code, problem.place, problem.values) == (code, name, values)


def test_a_right_form_comes_back_as_the_model() -> None:
    form = checks.validated(Form, {"title": "t", "items": [{"id": "q1"}]}, "form.toml")
    assert form == Form(title="t", items=[Item(id="q1")])


def test_every_fault_is_listed_with_its_path() -> None:
    found = faults({"titel": "t", "items": [{"id": "q1"}, {"weight": "2"}, {"id": "x"}]})
    assert {(p.code, p.place) for p in found} == {
        ("missing_key", "form.toml → title"),
        ("unknown_key", "form.toml → titel"),
        ("missing_key", "form.toml → items.1.id"),
        ("wants_whole_number", "form.toml → items.1.weight"),
        ("bad_value", "form.toml → items.2.id"),
    }


def test_an_unknown_key_names_those_of_its_own_table_and_the_nearest() -> None:
    (top,) = faults({"title": "t", "itens": []})
    assert (top.found, top.nearest) == ("itens", "items")
    assert top.allowed == ("title", "items", "cover", "notes")
    for data in (
        {"items": [{"id": "q1", "wieght": 2}]},
        {"cover": {"id": "q1", "wieght": 2}},
        {"notes": {"any": {"id": "q1", "wieght": 2}}},
    ):
        (inner,) = faults({"title": "t", **data})
        assert inner.allowed == ("id", "weight"), data
        assert inner.nearest == "weight"


def test_a_value_says_what_was_found_and_why_it_will_not_do() -> None:
    (own,) = faults({"title": "t", "items": [{"id": "x7"}]})
    assert own.found == "ids start with q"
    (typed,) = faults({"title": 7})
    assert (typed.code, typed.found) == ("wants_text", "7")
    (long,) = faults({"title": list(range(1000))})
    assert len(long.found) < 120


def test_something_that_is_no_table_at_all_is_reported() -> None:
    (problem,) = faults(["a", "b"])
    assert (problem.code, problem.place) == ("wants_table", "form.toml")
