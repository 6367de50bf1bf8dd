"""What a worked example may say: known items, answers that their sets offer, results that scoring gives."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from dvstudy.checks import nearest
from dvstudy.errors import Problem

if TYPE_CHECKING:
    from dvstudy.instruments.model import Definition
    from dvstudy.instruments.parts import Example

#: Stands for an empty cell of the scored table.
MISSING: Final = "missing"
_LEVELS: Final = ("level", "level_low", "level_high")
_COUNTS: Final = (
    "n_missing", "n_blank", "n_refused", "n_does_not_know", "n_not_asked", "n_not_applicable", "n_omitted",
    "n_contradictions",
)  # fmt: skip
#: Columns of a scored table beside the scores and their bounds.
RESULTS: Final = (*_LEVELS, "decision", "branch", "certainty", *_COUNTS)


def problems(whole: Definition, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Every fault of every example."""
    for example in whole.examples:
        yield from _answers(whole, example, known)
        yield from _expected(whole, example, known)


def _answers(whole: Definition, example: Example, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    place = f"examples.{example.name}"
    items = {i.id: i for i in whole.items}
    for name in example.others:
        if name not in known["answer_sets"]:
            allowed = tuple(known["answer_sets"])
            yield Problem("unknown_reference", f"{place}.others", name, allowed, nearest(name, allowed))
    for name in example.answers:
        if name not in known["items"]:
            allowed = tuple(known["items"])
            yield Problem("unknown_reference", f"{place}.answers", name, allowed, nearest(name, allowed))
    for name in dict.fromkeys(i.answers for i in whole.items if i.id not in example.answers):
        if name in known["answer_sets"] and name not in example.others:
            yield Problem("missing_key", f"{place}.others", name)
    given = [("others", name, code) for name, code in example.others.items()]
    given += [(key, items[key].answers, code) for key, code in example.answers.items() if key in items]
    for key, answers, code in given:
        allowed = _codes(whole, answers)
        if allowed and code not in allowed:
            yield Problem("bad_code", f"{place}.{key}", code, allowed, nearest(code, allowed))


def _codes(whole: Definition, name: str) -> tuple[str, ...]:
    chosen = whole.answer_sets.get(name)
    return (*chosen.codes, *chosen.missing) if chosen else ()


def _expected(whole: Definition, example: Example, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    place = f"examples.{example.name}.expect"
    numbers = {f"{s}{end}" for s in known["scores"] for end in ("", "_low", "_high")} | set(_COUNTS)
    words = dict.fromkeys(_LEVELS, tuple(known["levels"]))
    if "decision" not in known["unread"]:
        decided = whole.decision
        words["decision"] = (decided.positive, decided.negative) if decided else ()
        words["certainty"] = ("certain", "could_be", "cannot_be") if decided else ()
    for key, value in example.expect.items():
        if key not in numbers and key not in RESULTS:
            allowed = (*sorted(numbers), *RESULTS)
            yield Problem("unknown_key", f"{place}.{key}", key, allowed, nearest(key, allowed))
        elif (key in numbers) != isinstance(value, int):
            yield Problem("bad_value", f"{place}.{key}", str(value))
        elif key in words and value not in (*words[key], MISSING):
            allowed = (*words[key], MISSING)
            yield Problem("bad_code", f"{place}.{key}", str(value), allowed, nearest(str(value), allowed))
