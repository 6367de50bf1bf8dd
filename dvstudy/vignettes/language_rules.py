"""What a single sentence must satisfy in its language, whatever it tells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from dvstudy.errors import Problem
from dvstudy.vignettes.model import Bank

_ENDS: Final = re.compile(r"(?<=[.!?])\s+")
_NUMBER: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+")
_CEDILLA: Final = re.compile("[şţŞŢ]")
_SPACING: Final = re.compile(r"\s[,.;:!?]|\s\s|\{|\}|^\s|\s$")


def words(text: str) -> list[str]:
    """The words and numbers of a text, in order."""
    return _WORD.findall(text)


def sentence_faults(
    bank: Bank, text: str, language: str, *, tells: Collection[str], denies: bool, place: str
) -> Iterator[Problem]:
    """Every fault of one told sentence: its words, and what it may and must speak of.

    `tells` are the constructs it is tagged with; it must hold a cue of each and of no other. `denies` says whether it
    tells them to be absent, which must then show in a word of denial.
    """
    rules = bank.rules
    yield from (Problem("vignette_word", place, m[0]) for m in rules.forbidden.pattern[language].finditer(text))
    numbers = (n for n in _NUMBER.findall(text) if n not in rules.numbers_allowed)
    yield from (Problem("vignette_number", place, n, rules.numbers_allowed) for n in numbers)
    yield from (Problem("vignette_letter", place, m[0]) for m in _CEDILLA.finditer(text))
    yield from (Problem("vignette_spacing", place, text) for _ in _SPACING.finditer(text))
    for part in _ENDS.split(text):
        found = words(part)
        yield from (Problem("vignette_capital", place, w) for w in found[1:] if w[0].isupper())
        if len(found) > rules.sentence_longest:
            yield Problem("vignette_long", place, part, values=(("most", rules.sentence_longest),))
    for name, construct in bank.constructs.items():
        spoken = construct.cues.found[language].search(text)
        if spoken is None and name in tells:
            yield Problem("vignette_cue_missing", place, text, values=(("construct", name),))
        if spoken is not None and name not in tells:
            yield Problem("vignette_cue_stray", place, spoken[0], values=(("construct", name),))
    if denies and not rules.denial.found[language].search(text):
        yield Problem("vignette_denial", place, text)
