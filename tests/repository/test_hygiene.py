"""What may stand in the repository: sizes, notebooks without outputs, no trace of one person's machine."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
MOST_BYTES = 5 * MEGABYTE
MOST_LINES = 400
MOST_FUNCTION_LINES = 60
BINARY = {".parquet", ".xlsx", ".png"}
MACHINE_PATH = re.compile(
    r"(?<![\w.~<>}*-])/(?:home|Users|root|work|tmp|mnt|media|private|var/folders)/\w|\b[A-Z]:\\\\?(?:Users|home)\b"
)
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".po",
    ".yml",
    ".yaml",
    ".json",
    ".csv",
    ".R",
    ".ipynb",
    ".cff",
    ".j2",
    ".html",
    ".css",
    "",
}


def test_no_tracked_file_is_large(root: Path, tracked: list[Path]) -> None:
    large = [f"{path}: {size:,} bytes" for path in tracked if (size := (root / path).stat().st_size) > MOST_BYTES]
    assert not large


def test_only_synthetic_data_is_tracked(tracked: list[Path]) -> None:
    data = [path for path in tracked if path.parts[0] == "data" and path.name != "README.md"]
    assert all(path.parts[1] == "synthetic" for path in data)


def test_every_shipped_data_folder_says_it_is_synthetic(root: Path) -> None:
    for folder in (root / "data" / "synthetic").iterdir():
        if folder.is_dir():
            assert json.loads((folder / "datapackage.json").read_text("utf-8"))["synthetic"] is True, folder.name


def test_nothing_generated_is_tracked(tracked: list[Path]) -> None:
    made = {"__pycache__", ".venv", ".ipynb_checkpoints", "dist", ".hypothesis"}
    assert [path for path in tracked if made & set(path.parts)] == []
    assert [path for path in tracked if path.parts[0] == "reports"] in ([], [Path("reports/README.md")])


def test_notebooks_carry_no_outputs(root: Path, tracked: list[Path]) -> None:
    for path in tracked:
        if path.suffix == ".ipynb":
            cells = json.loads((root / path).read_text("utf-8"))["cells"]
            kept = [n for n, cell in enumerate(cells) if cell.get("outputs") or cell.get("execution_count")]
            assert kept == [], f"{path}: clear the outputs of cells {kept}"


def test_no_file_names_a_place_on_someones_machine(root: Path, tracked: list[Path]) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in tracked
        if path.suffix not in BINARY
        for number, line in enumerate((root / path).read_bytes().decode("utf-8", "replace").splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("open('/" + "home/ana/forms.csv')", True),
        ("C:" + r"\Users\ana\forms.csv", True),
        ("cd /" + "tmp/x", True),
        ("https://example.org/home/page", False),
        ("tests/work/x", False),
    ],
)
def test_machine_paths_are_told_from_other_slashes(line: str, caught: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is caught


def test_every_module_of_the_package_is_one_room(root: Path) -> None:
    long = [
        f"{path.relative_to(root)}: {lines} lines"
        for path in (root / "dvstudy").rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    ]
    assert not long


def test_every_function_of_the_package_fits_on_a_page(root: Path) -> None:
    long = [
        f"{path.relative_to(root)}:{node.lineno}: {node.name}, {lines} lines"
        for path in (root / "dvstudy").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := _code_lines(node)) > MOST_FUNCTION_LINES
    ]
    assert not long


def _code_lines(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring
