"""One dependency list: the lock, environment.yml and the imports say what pyproject.toml says."""

from __future__ import annotations

import ast
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

IMPORTED_AS = {"scikit-learn": "sklearn"}
# may be declared though no module of the package imports them: what they are for
NOT_IMPORTED = {
    "jupyterlab": "the program in which teams open the notebooks",
    "ipykernel": "runs the notebooks",
    "scikit-learn": "one of the six packages that study teams work with; the notebooks are open to it",
    "statsmodels": "the same",
    "patsy": "statsmodels needs a newer one than it asks for",
}


@pytest.fixture(scope="module")
def declared(pyproject: dict[str, Any]) -> list[Requirement]:
    return [Requirement(line) for line in pyproject["project"]["dependencies"]]


@pytest.fixture(scope="module")
def locked(root: Path) -> list[Requirement]:
    return [Requirement(line) for line in (root / "requirements.lock").read_text("utf-8").splitlines()]


def test_every_declared_package_is_locked_at_or_above_its_floor(
    declared: list[Requirement], locked: list[Requirement], pyproject: dict[str, Any]
) -> None:
    extras = pyproject["project"]["optional-dependencies"].values()
    wanted = declared + [Requirement(line) for extra in extras for line in extra]
    by_name: dict[str, list[Requirement]] = {}
    for requirement in locked:
        by_name.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    amiss = [
        str(requirement)
        for requirement in wanted
        if not (found := by_name.get(canonicalize_name(requirement.name)))
        or not all(requirement.specifier.contains(_version(one), prereleases=True) for one in found)
    ]
    assert not amiss, f"not in requirements.lock, or below the floor: {amiss}; run `make lock`"


def test_every_declared_package_has_a_floor_and_only_a_floor(pyproject: dict[str, Any]) -> None:
    extras = pyproject["project"]["optional-dependencies"].values()
    for line in [*pyproject["project"]["dependencies"], *(line for extra in extras for line in extra)]:
        assert [s.operator for s in Requirement(line).specifier] == [">="], line


def test_lock_pins_every_package_exactly_and_names_no_address(root: Path, locked: list[Requirement]) -> None:
    for requirement in locked:
        assert [s.operator for s in requirement.specifier] == ["=="], str(requirement)
        assert requirement.url is None
    content = (root / "requirements.lock").read_text("utf-8")
    assert "://" not in content
    assert "--" not in content


def test_lock_names_each_package_once_on_this_python(locked: list[Requirement]) -> None:
    here = [r.name for r in locked if r.marker is None or r.marker.evaluate()]
    assert len(here) == len(set(here))


def test_environment_yml_is_in_step(root: Path, pyproject: dict[str, Any]) -> None:
    made = runpy.run_path(str(root / "tools" / "environment.py"))["environment"](pyproject)
    committed = (root / "environment.yml").read_text("utf-8")
    assert committed == made, "environment.yml differs from pyproject.toml: run `make environment`"


def test_environment_yml_is_readable_and_names_known_packages(root: Path, declared: list[Requirement]) -> None:
    yaml = pytest.importorskip("yaml")
    content = yaml.safe_load((root / "environment.yml").read_text("utf-8"))
    *from_conda, last = content["dependencies"]
    assert last == {"pip": ["-e .[dev]"]}
    known = {canonicalize_name(r.name): r.specifier for r in declared}
    for line in from_conda:
        requirement = Requirement(line)
        if requirement.name not in {"python", "pip"}:
            assert requirement.specifier == known[requirement.name]


def test_every_import_of_the_package_is_declared_and_every_declared_package_is_used(
    root: Path, declared: list[Requirement], pyproject: dict[str, Any]
) -> None:
    optional = pyproject["project"]["optional-dependencies"]
    declared = declared + [Requirement(line) for extra, lines in optional.items() if extra != "dev" for line in lines]
    by_module = {IMPORTED_AS.get(r.name, r.name.replace("-", "_")): r.name for r in declared}
    imported = {name for path in (root / "dvstudy").rglob("*.py") for name in _imported(path)}
    foreign = imported - set(sys.stdlib_module_names) - {"dvstudy"}
    assert sorted(foreign - set(by_module)) == [], "imported but not in pyproject.toml"
    unused = {name for module, name in by_module.items() if module not in foreign}
    assert sorted(unused - set(NOT_IMPORTED)) == [], "declared but never imported"


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def _version(requirement: Requirement) -> str:
    return re.sub("^==", "", str(requirement.specifier))
