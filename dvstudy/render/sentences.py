"""Statements of a run as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import Final

from dvstudy import language as lang
from dvstudy.result import Note, Quantity, written_all
from dvstudy.studies.run import Statement

#: Stands in place of a statement that the gate took out.
WITHHELD: Final = Statement("withheld")


def say(statement: Statement, language: str) -> str:
    """The sentence ``say.<key>`` with its numbers and labels.

    A text value that begins with "@" is looked up (`result.written_all`); other text stands as it is.
    """
    return lang.text(f"say.{statement.key}", language, **written_all(statement.values, language))


def told(statements: Sequence[Statement], language: str) -> list[str]:
    """The sentences in their order; last, in one sentence, how many were withheld."""
    kept = [say(s, language) for s in statements if s != WITHHELD]
    gone = len(statements) - len(kept)
    return [*kept, *([lang.plural("report.withheld", language, gone)] if gone else [])]


def caution(note: Note, threshold: int, language: str) -> str:
    """The sentence of a note; a count that the gate took out reads "fewer than 10"."""
    few = lang.text("report.few", language, threshold=threshold)
    shown = {
        k: few if isinstance(v, Quantity) and v.kind == "count" and isnan(v.value) else v
        for k, v in note.values.items()
    }
    text = replace(note, values=shown).text(language)
    return text[:1].upper() + text[1:]
