"""What written answers mean. The words themselves are data, in vocabulary.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

import tomli

from dvstudy.checks import nearest
from dvstudy.instruments import REASONS, Instrument
from dvstudy.instruments.parts import AnswerSet
from dvstudy.intake.text import fold, plain

Words: TypeAlias = Mapping[str, Sequence[str]]

FLAG: Final = ("no", "yes")
_SHOWN: Final = 3


@dataclass(frozen=True)
class Vocabulary:
    """The spellings that one column understands.

    Attributes
    ----------
    meaning
        Folded spelling -> code.
    shown
        One text a code, for messages: its first spellings ("nu/no/0").
    spellings
        All spellings as written in the vocabulary, for the nearest one.
    """

    meaning: Mapping[str, str]
    shown: tuple[str, ...]
    spellings: tuple[str, ...]

    def code(self, written: str) -> str | None:
        """The code that `written` stands for, or None when it stands for none."""
        return self.meaning.get(fold(written))

    def near(self, written: str) -> str:
        """The spelling closest to `written`, or an empty string."""
        by_plain = {plain(s): s for s in reversed(self.spellings) if len(s) > 1}
        found = nearest(plain(written), list(by_plain))
        return by_plain[found] if found else ""


def of_answers(answers: AnswerSet, own: Mapping[str, str]) -> Vocabulary:
    """Spellings of the items with these answers: the answers and the reasons for missing.

    `own` is what the team's mapping says ("X" = "yes"); it wins over the instrument's labels, and these over
    vocabulary.toml. Entries of `own` whose code is not offered here are for other items and are passed over.
    """
    written = _file()
    labels = {a.code: [*a.label.values()] for a in answers.answers}
    shared = {code: written["codes"].get(code, []) for code in answers.codes}
    reasons = {code: written["reasons"][code] for code in answers.missing}
    named = {code: [code, *labels.get(code, [])] for code in (*answers.codes, *answers.missing)}
    return _built([*answers.codes, *answers.missing], _by_code(own), named, shared | reasons)


def of_words(column: str, allowed: Sequence[str], own: Mapping[str, str]) -> Vocabulary:
    """Spellings of a coded column of the other tables; every reason for missing leaves the cell empty."""
    words = _file()["words"].get(column, {})
    codes = [*allowed, *REASONS]
    return _built(codes, _by_code(own), {code: [code] for code in codes}, words | _file()["reasons"])


def of_flag(own: Mapping[str, str]) -> Vocabulary:
    """Spellings of a yes/no column of the other tables; every reason for missing leaves the cell empty."""
    words = {code: _file()["codes"][code] for code in FLAG}
    codes = [*FLAG, *REASONS]
    return _built(codes, _by_code(own), {code: [code] for code in codes}, words | _file()["reasons"])


def codes_of(instrument: Instrument) -> tuple[str, ...]:
    """Every code that some item of the instrument offers: what a mapping's answers may mean."""
    codes = (c for answers in instrument.answer_sets.values() for c in (*answers.codes, *answers.missing))
    return tuple(dict.fromkeys(codes))


def _by_code(own: Mapping[str, str]) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for spelling, code in own.items():
        words.setdefault(code, []).append(spelling)
    return words


def _built(codes: Sequence[str], team: Words, labels: Words, shared: Words) -> Vocabulary:
    """One vocabulary; where two sources give one spelling different meanings, the earlier of the three wins."""
    meaning: dict[str, str] = {}
    for source in (team, labels, shared):
        for code in codes:
            for spelling in source.get(code, ()):
                meaning.setdefault(fold(spelling), code)
    shown = {}
    for code in codes:
        usual = [*shared.get(code, ()), *labels.get(code, ())]
        mine = [s for s in usual if s.strip() and meaning[fold(s)] == code]
        shown[code] = [*_distinct(mine)[:_SHOWN], *team.get(code, ())]
    every = (s for code in codes for source in (shared, labels, team) for s in source.get(code, ()))
    return Vocabulary(meaning, tuple("/".join(s) for s in shown.values()), tuple(every))


def _distinct(spellings: Sequence[str]) -> list[str]:
    """The first of each set of spellings that are the same once folded."""
    kept: dict[str, str] = {}
    for spelling in spellings:
        kept.setdefault(fold(spelling), spelling)
    return list(kept.values())


@cache
def _file() -> dict[str, Any]:
    return tomli.loads(files("dvstudy.intake").joinpath("vocabulary.toml").read_text(encoding="utf-8"))
