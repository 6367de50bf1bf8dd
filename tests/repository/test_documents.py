"""What the documents say can be done: links lead somewhere, commands exist, versions agree."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from dvstudy.cli.parser import parser

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/README.md",
    "reports/README.md",
    "examples/README.md",
)
CITATION_NEEDS = {"cff-version", "message", "title", "authors"}


def content(root: Path, name: str) -> str:
    return (root / name).read_text("utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_to_files_lead_somewhere(root: Path, name: str) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", content(root, name))
    assert [t for t in targets if not (root / name).parent.joinpath(t).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_exist(root: Path, name: str) -> None:
    rules = re.findall(r"^([a-z][a-z ]*):", content(root, "Makefile"), flags=re.MULTILINE)
    known = {target for rule in rules for target in rule.split()}
    named = re.findall(r"(?:`|^ {4})make ((?:[a-z]+ ?)+)", content(root, name), flags=re.MULTILINE)
    assert [word for words in named for word in words.split() if word not in known] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_dvstudy_commands_parse(root: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = re.findall(r"^ {4}(?:\S*/)?dvstudy (.+)$", content(root, name), flags=re.MULTILINE)
    for line in lines:
        try:
            parser("en").parse_args(shlex.split(line, comments=True))
        except SystemExit as stop:
            assert stop.code == 0, f"{line}: {capsys.readouterr().err}"


def test_index_names_every_page_of_the_documentation(root: Path) -> None:
    index = content(root, "docs/README.md")
    assert [p.name for p in (root / "docs").glob("*.md") if p.name != "README.md" and f"({p.name})" not in index] == []


def test_readme_example_names_public_functions(root: Path) -> None:
    import dvstudy

    (example,) = re.findall(r"```python\n(.*?)```", content(root, "README.md"), flags=re.DOTALL)
    called = {
        node.attr
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "dvstudy"
    }
    assert called
    assert called <= set(dvstudy.__all__)


def test_readme_names_every_top_folder(root: Path, tracked: list[Path]) -> None:
    folders = {path.parts[0] for path in tracked if len(path.parts) > 1}
    named = set(re.findall(r"^\| `([a-z]+)/", content(root, "README.md"), flags=re.MULTILINE))
    assert {f for f in folders if not f.startswith(".")} - named == {"tools"}


def test_the_test_command_of_the_readme_is_what_ci_runs(root: Path) -> None:
    assert "`make test` is the test command" in content(root, "README.md")
    (jobs,) = re.findall(r"^for job in (.+); do$", content(root, ".ci/run"), flags=re.MULTILINE)
    assert jobs.split() == ["lint", "types", "layers", "test"]


def test_citation_has_what_the_format_requires_and_the_package_version(root: Path, pyproject: dict[str, Any]) -> None:
    yaml = pytest.importorskip("yaml")
    citation = yaml.safe_load(content(root, "CITATION.cff"))
    assert citation.keys() >= CITATION_NEEDS
    assert citation["cff-version"] == "1.2.0"
    assert all(a.keys() & {"name", "family-names"} for a in citation["authors"])
    assert citation["type"] == "software"
    assert citation["license"] == pyproject["project"]["license"]
    assert str(citation["version"]) == pyproject["project"]["version"]


def test_changelog_has_an_entry_for_the_version_with_the_date_of_the_citation(
    root: Path, pyproject: dict[str, Any]
) -> None:
    yaml = pytest.importorskip("yaml")
    dates = dict(re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)$", content(root, "CHANGELOG.md"), flags=re.MULTILINE))
    released = yaml.safe_load(content(root, "CITATION.cff"))["date-released"]
    assert dates[pyproject["project"]["version"]] == str(released)
    assert "## [Unreleased]" in content(root, "CHANGELOG.md")


def test_the_safety_notice_stands_at_the_top_of_the_readme(root: Path) -> None:
    opening = content(root, "README.md").partition("## ")[0]
    assert "Research and training only" in opening
    assert "112" in opening
