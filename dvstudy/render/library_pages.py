"""The library for readers: every instrument at a glance, the law by date, one form for two, published figures."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.draw.published import tool_name
from dvstudy.instruments import Instrument, Unified
from dvstudy.instruments.regimes import as_day
from dvstudy.render.document import Block, Heading, NoteBox, Paragraph, Table
from dvstudy.render.figures import figures
from dvstudy.render.result_tables import caption
from dvstudy.render.sentences import caution
from dvstudy.result import Result
from dvstudy.wording import headings

#: Published figures are public: nothing of them is hidden for being small.
_NO_THRESHOLD = 0


def library(language: str) -> Table:
    """Every shipped instrument: who fills it in, how many items, how well questions and rule are known."""
    rows = [_entry(instruments.load(name), language) for name in instruments.available()]
    names = ("instrument", "title", "informant", "items", "questions_known", "rule_known", "version")
    columns = headings(names, language)
    return Table(lang.text("caption.library", language), columns, rows, (3,), [lang.text("known.legend", language)])


def _entry(one: Instrument, language: str) -> list[str]:
    known = instruments.known(one).words(language)
    informant = lang.text(f"informant.{one.informant}", language)
    return [one.id, lang.pick(one.short_title, language), informant, str(len(one.items)), *known, one.version]


def law(on: date | str | None, language: str) -> Iterator[Block]:
    """States of the law on a day (all of them for None), each with how long it held."""
    found = instruments.regimes(on, language=language)
    if (day := as_day(on)) is not None:
        yield Paragraph(lang.text("law.on", language, day=lang.day(day, language)), "lead")
    yield NoteBox(lang.text("law.caution", language), "caution")
    rows = [
        [
            lang.text(f"law.topic.{row['topic']}", language),
            "\n".join(part for part in (row["what"], row["note"]) if part),
            _period(row, language),
            lang.text(f"status.{row['status']}", language),
        ]
        for row in found.to_dict("records")
    ]
    columns = headings(("topic", "law", "period", "status"), language)
    yield Table(lang.text("caption.law", language), columns, rows)


def united(one: Unified, language: str) -> Iterator[Block]:
    """How many questions are saved, then every question with its time frame and the old questions it stands for."""
    asked = {"before": sum(len(form.items) for form in one.forms), "after": len(one.instrument.items)}
    yield Paragraph(lang.text("united.saved", language, **asked, saved=one.saved), "lead")
    yield NoteBox(lang.text("united.caution", language), "caution")
    rows = [
        [
            item.number,
            lang.pick(item.label, language),
            "; ".join(_labels(one.instrument, item.id, language)),
            *(_stands_for(one, item.id, form) for form in one.forms),
        ]
        for item in one.instrument.items
    ]
    names = [lang.pick(form.short_title, language) for form in one.forms]
    columns = [*headings(("number", "question", "answers"), language), *names]
    yield Table(lang.text("caption.united", language), columns, rows)


def published(result: Result, language: str) -> Iterator[Block]:
    """Published areas under the curve: what was left out and why, then the forest."""
    yield Heading(caption(result, language), 3)
    lines = [caution(note, _NO_THRESHOLD, language) for note in result.notes]
    if lines:
        yield NoteBox("\n".join(lines), "caution")
    yield from figures([result], language)


def audit(found: pd.DataFrame, language: str) -> Iterator[Block]:
    """Published figures that cannot all be true of the same people, or that leave a question, in words."""
    rows = [[row["study"], tool_name(row["instrument"], language), row["said"]] for row in found.to_dict("records")]
    columns = headings(("study", "instrument", "found"), language)
    yield Table(lang.text("caption.audit", language), columns, rows)


def _period(row: Mapping[Hashable, Any], language: str) -> str:
    days = {name: row[f"valid_{side}"] for name, side in (("start", "from"), ("end", "to"))}
    said = {name: lang.day(day, language) for name, day in days.items() if not pd.isna(day)}
    return lang.text(f"law.period.{'_'.join(said) or 'open'}", language, **said)


def _labels(one: Instrument, item: str, language: str) -> list[str]:
    return [lang.pick(answer.label, language) for answer in one.answer_set(item).answers]


def _stands_for(one: Unified, item: str, form: Instrument) -> str:
    numbers = [
        form.item[old].number for (name, old), q in one.questions.place.items() if (name, q.id) == (form.id, item)
    ]
    return ", ".join(numbers)
