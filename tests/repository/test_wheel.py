"""The wheel, installed elsewhere, carries everything the package reads: instruments, catalogues, recipes, templates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

UNSHIPPED = {"__pycache__", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints"}

# run by another interpreter that sees the installed copy only; everything is found through the package itself
LOAD_EVERYTHING = """
import json, tomllib
from importlib.resources import files
from pathlib import Path
import dvstudy
from dvstudy import instruments, language

def texts(folder):
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from texts(entry)
        elif entry.name.endswith((".toml", ".po", ".j2", ".html", ".css", ".csv", ".json", ".js", ".typed")):
            yield entry.name, entry.read_text("utf-8")

found = dict(texts(files("dvstudy")))
tables = [tomllib.loads(text) for name, text in found.items() if name.endswith(".toml")]
print(json.dumps({
    "home": str(Path(dvstudy.__file__).resolve().parent),
    "instruments": {name: instruments.load(name).id for name in instruments.available()},
    "languages": {code: language.text("cli.description", code) for code in language.languages()},
    "public": [name for name in dvstudy.__all__ if getattr(dvstudy, name) is not None],
    "tables": len(tables),
}))
"""


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed wheel and nothing else: a pure wheel is installed by unpacking it."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    (about,) = folder.glob("*.dist-info/WHEEL")
    assert "Root-Is-Purelib: true" in about.read_text("utf-8")
    return folder


def test_every_data_file_of_the_package_is_in_the_wheel(root: Path, wheel: Path) -> None:
    package = root / "dvstudy"
    wanted = {
        path.relative_to(root).as_posix()
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"} and not UNSHIPPED & set(path.parts)
    }
    assert {"dvstudy/locale/en.po", "dvstudy/locale/ro.po", "dvstudy/py.typed"} <= wanted
    with zipfile.ZipFile(wheel) as archive:
        assert sorted(wanted - set(archive.namelist())) == []


def test_wheel_holds_the_package_and_its_licence_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"dvstudy"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_installed_copy_loads_all_it_needs_from_itself(installed: Path, root: Path, tmp_path: Path) -> None:
    found = json.loads(python_with(installed, tmp_path, "-c", LOAD_EVERYTHING))
    assert Path(found["home"]) == (installed / "dvstudy").resolve()
    definitions = {path.stem for path in (root / "dvstudy" / "instruments" / "definitions").glob("*.toml")}
    assert set(found["instruments"]) == definitions
    assert set(found["languages"]) == {path.stem for path in (root / "dvstudy" / "locale").glob("*.po")}
    assert found["tables"] == sum(1 for _ in (root / "dvstudy").rglob("*.toml"))
    assert "score" in found["public"]


def test_installed_copy_answers_on_the_command_line(installed: Path, tmp_path: Path) -> None:
    assert python_with(installed, tmp_path, "-m", "dvstudy", "--version").startswith("dvstudy ")


def python_with(installed: Path, cwd: Path, *arguments: str) -> str:
    """What Python prints when dvstudy can only come from `installed`.

    -S leaves out this environment's own link to the source tree; the other packages are found by their folder.
    """
    others = [path for path in sys.path if "site-packages" in path]
    told = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), *others]), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-S", *arguments], cwd=cwd, env=told, capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return run.stdout
