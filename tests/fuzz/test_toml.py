"""TOML that a person wrote badly, or to do harm: read, or refused in words, at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dvstudy import instruments, intake
from dvstudy.checks import read_toml_file
from dvstudy.cohorts import recipe
from dvstudy.errors import CheckFailed
from dvstudy.scoring import checker

from .conftest import Judge, document, mutated

ROOT = Path(__file__).parents[2]
DEFINITIONS = [tomllib.loads(p.read_text("utf-8")) for p in sorted((ROOT / "dvstudy/instruments/definitions").glob("*"))
               if p.suffix == ".toml"]  # fmt: skip
ORDER = next(d for d in DEFINITIONS if d["id"] == "order146")
OVERLAY = {
    "instrument": "order146", "version": ORDER["version"], "entitlement": "x", "sources": {"s": "x"},
    "wording": {i["id"]: {"en": "q", "ro": "r"} for i in ORDER["items"]},
} | {part: ORDER[part] for part in ("rule", "scores", "levels", "decision", "examples") if part in ORDER}  # fmt: skip
RECIPE = {
    "name": "x", "title": "x", "extends": "base",
    "set": {"margins": {"form": 0.9}, "size": {"cases": 10}, "people": {"strategic": 0.1}},
}  # fmt: skip
MAPPING = tomllib.loads((ROOT / "examples" / "mapping.toml").read_text("utf-8"))
SEEDS = st.integers(0, 2**32)
#: Reading one definition takes a tenth of a second: few here, many among the slow tests.
FEW = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=2000, derandomize=False)

#: Text that no parser should be led into: name -> document, and the problem it must give.
NASTY: dict[str, tuple[str, str]] = {
    "nested arrays": ("x = " + "[" * 5000, "toml_too_deep"),
    "nested tables": ("x = " + "{a=" * 5000, "toml_too_deep"),
    "closed nested arrays": ("x = " + "[" * 80 + "]" * 80, "toml_too_deep"),
    "dotted key": (".".join("a" * 100_000) + " = 1", "toml_too_deep"),
    "dotted heading": ("[" + ".".join("a" * 100_000) + "]", "toml_too_deep"),
    "dotted key after a quoted equals sign": ('"=".' + ".".join("a" * 100_000) + " = 1", "toml_too_deep"),
    "dotted key inside": ("x = {" + ".".join("a" * 100_000) + " = 1}", "toml_too_deep"),
    "digits": ("x = " + "9" * 5000, "toml_number"),
    "hexadecimal digits": ("x = 0x" + "f" * 5000, "toml_number"),
    "beyond the machine": ("x = 9223372036854775808", "toml_number"),
    "no number": ("x = [1, nan]", "toml_number"),
    "infinite": ("x = {y = -inf}", "toml_number"),
    "sign that no workbook holds": ('x = {y = ["a\\u0000"]}', "toml_control"),
    "too long": ("x = '" + "a" * 2**20 + "'", "text_too_large"),
    "NUL": ("\0", "toml_syntax"),
    "unfinished": ("x = [", "toml_syntax"),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_text_made_to_stop_the_parser_is_refused(name: str, judged: Judge, put: Callable[..., Path]) -> None:
    text, code = NASTY[name]
    fault = judged(read_toml_file, put("x.toml", text))
    assert isinstance(fault, CheckFailed)
    assert fault.problems[0].code in (code, "toml_unfinished")


def test_points_in_texts_and_comments_are_no_depth(put: Callable[..., Path]) -> None:
    text = f"# {'.' * 200}\nx = 'a{'.' * 200}'\ny = \"{'.' * 200}\"\nz = [{'1.5,' * 200}]\n"
    assert len(read_toml_file(put("x.toml", text))) == 3


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/full", "nul\0.toml", "x" * 300 + ".toml", "..", "/"])
def test_a_path_that_is_no_file_is_refused(name: str, judged: Judge) -> None:
    for read in (read_toml_file, checker.problems, instruments.load, recipe.load_recipe):
        found = judged(lambda path, read=read: read(path), Path(name))
        assert found is not None or checker.problems(Path(name))


@FEW
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes(judged: Judge, put: Callable[..., Path], content: bytes) -> None:
    path = put("x.toml", content)
    assert judged(instruments.load, path) is not None
    assert judged(instruments.overlay, "order146", path) is not None
    assert judged(recipe.load_recipe, path) is not None
    assert checker.problems(path)


def test_a_form_has_no_hundreds_of_answers(judged: Judge, put: Callable[..., Path]) -> None:
    chosen = deepcopy(ORDER)
    answers = chosen["answer_sets"][chosen["items"][0]["answers"]]["answers"]
    answers += [{"code": f"a{k}", "score": 0, "label": {"en": "x", "ro": "x"}} for k in range(150)]
    fault = judged(instruments.load, put("x.toml", document(chosen)))
    assert isinstance(fault, CheckFailed) and [p.code for p in fault.problems] == ["too_long"]


def _definition(judged: Judge, put: Callable[..., Path], seed: int) -> None:
    path = put("x.toml", document(mutated(DEFINITIONS[seed % len(DEFINITIONS)], seed)))
    found = checker.problems(path)
    if found:
        judged(_raise, CheckFailed("x", found))
    if judged(instruments.load, path) is not None:
        assert found


def _raise(fault: Exception) -> None:
    raise fault


def _overlay(judged: Judge, put: Callable[..., Path], seed: int) -> None:
    judged(instruments.overlay, "order146", put("x.toml", document(mutated(OVERLAY, seed))))


def _recipe(judged: Judge, put: Callable[..., Path], seed: int) -> None:
    judged(recipe.load_recipe, put("x.toml", document(mutated(RECIPE, seed))))


def _mapping(judged: Judge, put: Callable[..., Path], seed: int) -> None:
    path = put("x.toml", document(mutated(MAPPING, seed)))
    judged(intake.forms, ROOT / "examples" / "forms_60.csv", "order146", path)


DAMAGED: dict[str, Callable[..., Any]] = {
    "definition": _definition, "overlay": _overlay, "recipe": _recipe, "mapping": _mapping,
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGED)
@FEW
@given(SEEDS)
def test_a_file_with_some_parts_wrong(kind: str, judged: Judge, put: Callable[..., Path], seed: int) -> None:
    DAMAGED[kind](judged, put, seed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", DAMAGED)
@MANY
@given(SEEDS)
def test_many_files_with_some_parts_wrong(kind: str, judged: Judge, put: Callable[..., Path], seed: int) -> None:
    DAMAGED[kind](judged, put, seed)


def test_a_recipe_does_not_extend_itself_nor_another_file(judged: Judge, put: Callable[..., Path]) -> None:
    path = put("x.toml", "")
    path.write_text(document(RECIPE | {"extends": str(path)}), "utf-8")
    fault = judged(recipe.load_recipe, path)
    assert isinstance(fault, CheckFailed) and fault.problems[0].code == "recipe_extends"
