"""Every error of the package: one parent, a stable code, and words from the catalogues.

A check never stops at the first fault. It collects `Problem` objects and raises `CheckFailed` with all of them,
each saying where it is, what was found, what is allowed and how to mend it, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from dvstudy import language as lang

#: Problems written out in the text of a failed check; the rest are counted (all of them are in `problems`).
_LISTED: Final = 200
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Problem:
    """One fault in something a person wrote.

    `code` names the sentences ``problem.<code>`` (what is wrong) and ``remedy.<code>`` (how to mend it) in the
    catalogues. `place` says where (file, row, column). `found` is the offending text, `allowed` the values that
    would do, `nearest` the closest allowed spelling. `values` fills further placeholders.
    """

    code: str
    place: str = ""
    found: str = ""
    allowed: tuple[str, ...] = ()
    nearest: str = ""
    values: tuple[tuple[str, object], ...] = ()

    def text(self, language: str = lang.BASE) -> str:
        """The problem as one paragraph: place, fault, allowed values, nearest spelling, remedy."""
        filled = {"found": self.found, "place": self.place, **dict(self.values)}
        parts = [lang.text(f"problem.{self.code}", language, **filled)]
        if self.allowed:
            parts.append(_allowed(self.allowed, language))
        if self.nearest:
            parts.append(lang.text("problem.nearest", language, nearest=self.nearest))
        if lang.has(f"remedy.{self.code}"):
            parts.append(lang.text(f"remedy.{self.code}", language, **filled))
        sentence = " ".join(parts)
        return f"{self.place}: {sentence}" if self.place else sentence


class DvstudyError(Exception):
    """Parent of every error raised on purpose. `code` is stable; `text(language)` is for people."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(code)

    def text(self, language: str = lang.BASE) -> str:
        return lang.text(f"error.{self.code}", language, **self.values)

    def __str__(self) -> str:
        return self.text()


class UsageError(DvstudyError):
    """The call itself is wrong: an argument that cannot mean anything."""


class WrongArguments(UsageError):
    """Arguments that cannot mean anything; `problems` holds all of them, each placed by the name of its argument."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("wrong_arguments")
        self.problems = tuple(problems)

    def text(self, language: str = lang.BASE) -> str:
        return "\n".join(problem.text(language) for problem in self.problems)

    def __reduce__(self) -> tuple[type[WrongArguments], tuple[tuple[Problem, ...]]]:
        return WrongArguments, (self.problems,)


class Refused(DvstudyError):
    """Something the package will not do, for safety or privacy; the text says why and what to do instead."""


@dataclass
class Problems:
    """Collects problems; `stop()` raises them together if there are any."""

    subject: str
    found: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        self.found.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        self.found.extend(problems)

    def kept(self, make: Callable[[], _Made]) -> _Made | None:
        """What `make` gives; None when it finds faults, which are collected so that the rest is checked too."""
        try:
            return make()
        except CheckFailed as fault:
            self.found.extend(fault.problems)
            return None

    def stop(self) -> None:
        if self.found:
            raise CheckFailed(self.subject, self.found)


class CheckFailed(DvstudyError):
    """A file, frame or definition has faults; `problems` holds all of them."""

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        super().__init__("check_failed", subject=subject, n=len(problems))
        self.subject = subject
        self.problems = tuple(problems)

    def text(self, language: str = lang.BASE) -> str:
        head = lang.plural("error.check_failed", language, len(self.problems), subject=self.subject)
        lines = [f"  {i}. {p.text(language)}" for i, p in enumerate(self.problems[:_LISTED], start=1)]
        rest = len(self.problems) - len(lines)
        return "\n".join([head, *lines, *([lang.plural("error.more_problems", language, rest)] if rest else [])])

    def __reduce__(self) -> tuple[type[CheckFailed], tuple[str, tuple[Problem, ...]]]:
        return CheckFailed, (self.subject, self.problems)


def _allowed(values: Sequence[str], language: str, most: int = 12) -> str:
    listed = ", ".join(values[:most])
    if len(values) <= most:
        return lang.text("problem.allowed", language, allowed=listed)
    return lang.text("problem.allowed_such_as", language, allowed=listed, n=len(values))
