"""Errors: all problems at once, in the reader's language, alike after travelling between processes."""

from __future__ import annotations

import pickle

import pytest

from dvstudy import language as lang
from dvstudy.errors import CheckFailed, DvstudyError, Problem, Problems, Refused, UsageError


@pytest.fixture
def sentences(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Catalogue entries of this test alone, in both languages; the rest stay as they are."""
    entries = {
        "problem.odd": "{found} is odd in {place}.",
        "remedy.odd": "Write {better}.",
        "problem.bare": "Bare.",
        "error.why": "Because of {reason}.",
    }
    text, has = lang.text, lang.has
    monkeypatch.setattr(lang, "has", lambda key, language="en": key in entries or has(key, language))
    monkeypatch.setattr(
        lang,
        "text",
        lambda key, language="en", /, **v: entries[key].format(**v) if key in entries else text(key, language, **v),
    )
    return entries


def test_a_problem_says_place_fault_choices_nearest_spelling_and_remedy(sentences: dict[str, str]) -> None:
    problem = Problem("odd", "row 3, q07", "dda", ("da", "nu"), "da", values=(("better", "da"),))
    said = problem.text("en")
    assert said.startswith("row 3, q07: dda is odd in row 3, q07. ")
    assert said.endswith("Write da.")
    assert lang.text("problem.allowed", "en", allowed="da, nu") in said
    assert lang.text("problem.nearest", "en", nearest="da") in said


def test_a_problem_leaves_out_what_it_does_not_know(sentences: dict[str, str]) -> None:
    assert Problem("bare").text() == "Bare."


def test_a_long_list_of_choices_is_cut(sentences: dict[str, str]) -> None:
    said = Problem("bare", allowed=tuple(f"q{n:02d}" for n in range(1, 22))).text()
    assert "(21 in all), such as: q01" in said and "q12." in said and "…" not in said
    assert "q13" not in said
    assert "in all" not in Problem("bare", allowed=tuple(f"q{n:02d}" for n in range(1, 13))).text()


@pytest.mark.parametrize("language", ["en", "ro"])
def test_a_failed_check_numbers_every_problem(sentences: dict[str, str], language: str) -> None:
    failed = CheckFailed("forms.csv", [Problem("bare", place=f"row {n}") for n in range(1, 23)])
    head, *lines = failed.text(language).splitlines()
    assert head == lang.plural("error.check_failed", language, 22, subject="forms.csv")
    assert lines[0] == "  1. row 1: Bare."
    assert lines[-1] == "  22. row 22: Bare."


def test_one_problem_is_not_many(sentences: dict[str, str]) -> None:
    assert "1 problems" not in CheckFailed("x", [Problem("bare")]).text("en")


def test_problems_stop_only_when_there_are_some(sentences: dict[str, str]) -> None:
    found = Problems("forms.csv")
    found.stop()
    found.add(Problem("bare"))
    found.extend([Problem("odd", values=(("better", 1),))])
    with pytest.raises(CheckFailed) as caught:
        found.stop()
    assert [problem.code for problem in caught.value.problems] == ["bare", "odd"]
    found.add(Problem("bare"))
    assert len(caught.value.problems) == 2


def test_every_error_has_one_parent_and_speaks_when_printed(sentences: dict[str, str]) -> None:
    for kind in (UsageError, Refused):
        error = kind("why", reason="safety")
        assert isinstance(error, DvstudyError)
        assert str(error) == "Because of safety."
        assert error.code == "why"
    assert issubclass(CheckFailed, DvstudyError)


@pytest.mark.parametrize(
    "error",
    [
        UsageError("why", reason="order"),
        Refused("why", reason="privacy"),
        CheckFailed("forms.csv", [Problem("bare", place="row 1", values=(("better", 2),))]),
    ],
    ids=["usage", "refused", "failed check"],
)
def test_an_error_is_the_same_after_pickling(sentences: dict[str, str], error: DvstudyError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
