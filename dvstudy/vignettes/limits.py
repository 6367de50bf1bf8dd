"""What a text must satisfy: limits, shares, cue words, words that never occur."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field

from dvstudy.instruments.parts import Part


def _patterns(written: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in written:
        try:
            re.compile(pattern)
        except re.error as fault:
            raise ValueError(f"{pattern!r} is not a pattern: {fault}") from None
    return written


Patterns = Annotated[tuple[str, ...], AfterValidator(_patterns), Field(min_length=1, strict=False)]


class Cues(Part):
    """Patterns of words that only sentences about one construct may contain, by language."""

    en: Patterns
    ro: Patterns

    @cached_property
    def found(self) -> Mapping[str, re.Pattern[str]]:
        return {
            code: re.compile("|".join(written), re.IGNORECASE) for code, written in (("en", self.en), ("ro", self.ro))
        }


class Unlikely(Part):
    """Facts that do not stand side by side: one of `present` told, one of `absent` denied or of `untold` left out."""

    present: tuple[str, ...] = Field(min_length=1, strict=False)
    absent: tuple[str, ...] = Field(min_length=1, strict=False)
    untold: tuple[str, ...] = Field(default=(), strict=False)


class Words(Part):
    """Forbidden words of one language by reason; an ending ``*`` takes every word that begins so."""

    graphic: tuple[str, ...] = Field(min_length=1, strict=False)
    blaming: tuple[str, ...] = Field(min_length=1, strict=False)
    sensational: tuple[str, ...] = Field(min_length=1, strict=False)
    groups: tuple[str, ...] = Field(min_length=1, strict=False)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        entries = (*self.graphic, *self.blaming, *self.sensational, *self.groups)
        parts = (re.escape(e.removesuffix("*")) + (r"\w*" if e.endswith("*") else "") for e in entries)
        return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


class Forbidden(Part):
    """Forbidden words by language."""

    en: Words
    ro: Words

    @cached_property
    def pattern(self) -> Mapping[str, re.Pattern[str]]:
        return {"en": self.en.pattern, "ro": self.ro.pattern}


class Shares(Part):
    """Wanted shares of a set by who the victim is to the person who harmed."""

    couple: float = Field(ge=0, le=1)
    parent: float = Field(ge=0, le=1)
    child: float = Field(ge=0, le=1)
    other_kin: float = Field(ge=0, le=1)


class Rules(Part):
    """Limits of a text, shares of what is left untold, words that never occur, words that deny."""

    absent_untold: float = Field(ge=0, lt=1)
    present_untold: float = Field(ge=0, lt=1)
    present_fewest: int = Field(ge=0)
    boundary_share: float = Field(ge=0, le=1)
    relation_shares: Shares
    words_fewest: int = Field(ge=1)
    words_most: int = Field(ge=1)
    sentence_longest: int = Field(ge=1)
    numbers_allowed: tuple[str, ...] = Field(strict=False)
    unlikely: tuple[Unlikely, ...] = Field(strict=False)
    forbidden: Forbidden
    denial: Cues
