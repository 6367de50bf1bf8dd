"""The checker of definition files: whatever a person gets wrong is listed at once, and shipped files pass."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.errors import UsageError
from dvstudy.instruments import template
from dvstudy.scoring import checker

SHIPPED = files("dvstudy.instruments.definitions")


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return template.new("our_form", tmp_path / "form.toml")


def codes(path: Path, *changes: tuple[str, str]) -> list[str]:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    found = checker.problems(path)
    for problem in found:
        assert problem.place.startswith("form.toml")
        assert all("{" not in problem.text(language) for language in lang.languages())
    return [p.code for p in found]


@pytest.mark.parametrize("name", instruments.available())
def test_shipped_definitions_pass(name: str) -> None:
    with_path = Path(str(SHIPPED.joinpath(f"{name}.toml")))
    assert checker.problems(with_path) == []


def test_the_template_passes_as_it_stands_and_is_marked_unverified(form: Path) -> None:
    assert checker.problems(form) == []
    made = instruments.load(form)
    assert made.id == "our_form"
    assert {i.status for i in made.items} == {made.rule.status} == {"unverified"}


def test_the_template_is_not_written_over_a_file_or_under_a_name_that_is_no_code(form: Path) -> None:
    before = form.read_text("utf-8")
    for name, target in (("our_form", form), ("Our form", form.with_name("other.toml"))):
        with pytest.raises(UsageError):
            template.new(name, target)
    assert form.read_text("utf-8") == before and not form.with_name("other.toml").exists()
    assert template.new("second", form, force=True).read_text("utf-8") != before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([("at_least = 2", "at_least = 4")], "condition_never_holds"),
        ([("at_least = 2", "at_least = 0")], "condition_always_holds"),
        ([('label.ro = "Strangulare"', "")], "translation_missing"),
        ([('label.ro = "Strangulare"', f'label.ro = "{"x" * 90}"')], "label_too_long"),
        ([('expect = { yes_count = 1, level = "low"', 'expect = { yes_count = 1, level = "high"')], "example_fails"),
        ([('status = "unverified"                # verified', "# verified")], "missing_key"),
        ([("at_least", "at_leest")], "unknown_key"),
        ([('items = ["q01", "q02", "q03"]', 'items = ["q01", "q02", "q3"]')], "unknown_reference"),
    ],
)
def test_each_kind_of_fault_is_found(form: Path, changes: list[tuple[str, str]], code: str) -> None:
    assert code in codes(form, *changes)


def test_faults_of_words_and_of_examples_are_listed_together(form: Path) -> None:
    found = codes(
        form,
        ('label.ro = "Strangulare"', ""),
        ('label.ro = "Folosirea unei arme"', ""),
        ("expect = { yes_count = 2,", "expect = { yes_count = 3,"),
    )
    assert sorted(found) == ["example_fails", "translation_missing", "translation_missing"]


def test_a_failing_example_names_what_was_computed(form: Path) -> None:
    codes(form, ("expect = { yes_count = 2,", "expect = { yes_count = 3,"))
    (problem,) = checker.problems(form)
    assert problem.found == "3" and dict(problem.values)["computed"] == "2"
