"""The command line answers at once: heavy libraries are imported only by the function that needs them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HEAVY = ("statsmodels", "pingouin", "sklearn", "matplotlib", "seaborn", "jinja2", "nbclient", "IPython", "scipy.stats")
ASK = """
import json, sys
from dvstudy.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as stop:
    code = stop.code
sys.stdout.flush()
sys.stderr.write(json.dumps([code, sorted(sys.modules)]))
"""


@pytest.mark.parametrize("arguments", [("--help",), ("study", "--help"), ("score", "--help", "--language", "ro")])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", ASK, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    code, modules = json.loads(run.stderr)
    assert code == 0
    assert "dvstudy" in run.stdout
    assert [name for name in HEAVY if name in modules] == []


def test_no_module_imports_anything_heavy_when_it_is_loaded(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}: {name}"
        for path in sorted((root / "dvstudy").rglob("*.py"))
        for name in _imported_on_load(ast.parse(path.read_text("utf-8")).body)
        if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)
    ]
    assert not found


def _imported_on_load(statements: list[ast.stmt]) -> Iterator[str]:
    """Full names of what these statements import, outside functions and `if TYPE_CHECKING`."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)
        elif isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from _imported_on_load(statement.orelse)
        elif isinstance(statement, ast.If | ast.Try | ast.With | ast.ClassDef):
            yield from _imported_on_load([s for s in ast.iter_child_nodes(statement) if isinstance(s, ast.stmt)])


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("from scipy import stats", ["scipy.stats"]),
        ("from scipy.stats import norm", ["scipy.stats.norm"]),
        ("if TYPE_CHECKING:\n import sklearn\nelse:\n import numpy", ["numpy"]),
        ("try:\n import pingouin\nexcept ImportError:\n pass", ["pingouin"]),
        ("def f():\n import statsmodels", []),
    ],
)
def test_imports_on_load_are_told_from_those_inside_functions(source: str, seen: list[str]) -> None:
    assert list(_imported_on_load(ast.parse(source).body)) == seen
