"""Statements of a run as sentences in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

from dvstudy import language as lang
from dvstudy.result import Note, Quantity, written_all
from dvstudy.studies.run import Statement


def say(statement: Statement, language: str) -> str:
    """The sentence ``say.<key>`` with its numbers and labels.

    A text value that begins with "@" is looked up (`result.written_all`); other text stands as it is.
    """
    return lang.text(f"say.{statement.key}", language, **written_all(statement.values, language))


def caution(note: Note, threshold: int, language: str) -> str:
    """The sentence of a note; a count that the gate took out reads "fewer than 10"."""
    few = lang.text("report.few", language, threshold=threshold)
    shown = {
        k: few if isinstance(v, Quantity) and v.kind == "count" and isnan(v.value) else v
        for k, v in note.values.items()
    }
    text = replace(note, values=shown).text(language)
    return text[:1].upper() + text[1:]
