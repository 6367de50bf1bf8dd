"""What stands on the printed form, in every language side by side: the same for HTML and PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from dvstudy import language as lang
from dvstudy.exchange import about
from dvstudy.instruments import Instrument, known
from dvstudy.instruments.parts import Item
from dvstudy.render.instrument_pages import reached

#: Shown after the number of a question that is not fully verified.
MARKS: Final = {"topic_verified": "°", "unverified": "†", "placeholder": "‡"}
#: Questions with the same answers stand in a grid of boxes if they are so many, the boxes no more, their words no
#: longer, and the form has no more changes of answers; else each question has its boxes below it.
_LEAST_ROWS, _MOST_BOXES, _LONGEST_WORDS, _MOST_GRIDS = 3, 9, 36, 4


def sheet(instrument: Instrument, languages: Sequence[str]) -> dict[str, Any]:
    """The form as plain data; every text is a list with one entry a language."""
    form = _Sheet(instrument, languages)
    legal = [text for text in form.each(about.legal, instrument) if text]
    return {
        "languages": list(languages),
        "titles": form.each(lang.pick, instrument.title),
        "banner": form.each(about.banner),
        "fields": [form.words(f"field_{name}") for name in ("case", "who", "month")],
        "caution": form.words("caution"),
        "cautions": form.each(lang.pick, instrument.notice) if instrument.notice else [],
        "notes": form.each(lang.pick, instrument.applicability.note),
        "how": form.words("how"),
        "missing": form.words("missing"),
        "number": form.words("number"),
        "question": form.words("question"),
        "blocks": form.blocks(),
        "result": form.result() if instrument.rule.known else None,
        "legend": [[mark, *form.each(_status, status)] for status, mark in MARKS.items() if status in form.statuses],
        "legal": legal,
        "rights": form.each(about.rights, instrument),
        "foot": form.each(_foot, instrument),
    }


def _status(status: str, language: str) -> str:
    return lang.text(f"status.{status}", language)


def _foot(instrument: Instrument, language: str) -> str:
    """The line under every page: form, version, how well its questions and its rule are known, who holds the rights."""
    title, holder = lang.pick(instrument.short_title, language), about.holder(instrument, language)
    said = known(instrument).text(language)
    return lang.text("exchange.foot", language, title=title, version=instrument.version, known=said, holder=holder)


class _Sheet:
    """Parts of one form."""

    def __init__(self, instrument: Instrument, languages: Sequence[str]) -> None:
        self.instrument, self.languages = instrument, languages
        self.runs = [list(items) for _, items in groupby(instrument.items, key=lambda one: one.answers)]
        self.statuses = {item.status for item in instrument.items}

    def each(self, text: Callable[..., str], *what: object) -> list[str]:
        """`text` of the same thing in each language."""
        return [text(*what, language) for language in self.languages]

    def words(self, name: str) -> list[str]:
        return [lang.text(f"exchange.sheet.{name}", language) for language in self.languages]

    def blocks(self) -> list[dict[str, Any]]:
        """Runs of questions with the same answers; a question that opens a section carries its heading."""
        labels = {s.id: s.label for s in self.instrument.sections}
        made, before = [], ""
        for items in self.runs:
            boxes = self._boxes(items[0].answers)
            rows = []
            for item in items:
                heading = self.each(lang.pick, labels[item.section]) if item.section != before else []
                rows.append(self._row(item) | {"heading": heading})
                before = item.section
            made.append({"grid": self._fits(boxes, rows), "boxes": boxes, "rows": rows})
        return made

    def _boxes(self, answers: str) -> list[dict[str, Any]]:
        offered = [about.choices(self.instrument, answers, language) for language in self.languages]
        given = self.instrument.answer_sets[answers].codes
        return [{"words": [one[choice] for one in offered], "reason": choice not in given} for choice in offered[0]]

    def _fits(self, boxes: Sequence[Mapping[str, Any]], rows: Sequence[object]) -> bool:
        longest = max(len(text) for box in boxes for text in box["words"])
        few = len(boxes) <= _MOST_BOXES and len(self.runs) <= _MOST_GRIDS
        return few and longest <= _LONGEST_WORDS and len(rows) >= _LEAST_ROWS

    def _row(self, item: Item) -> dict[str, Any]:
        return {
            "number": item.number,
            "mark": MARKS.get(item.status, ""),
            "asked": self.each(about.question, self.instrument, item.id),
            "notes": self.each(lang.pick, item.note) if item.note else [],
        }

    def result(self) -> dict[str, Any]:
        """Lines for the scores, boxes for the levels with what leads to each."""
        return {
            "title": [lang.text("exchange.result", language) for language in self.languages],
            "by_whom": self.words("by_whom"),
            "scores": [self.each(lang.pick, score.label) for score in self.instrument.scores],
            "levels": [
                {"words": self.each(lang.pick, one.label), "reached": self.each(reached, self.instrument, one)}
                for one in self.instrument.levels
            ],
        }
