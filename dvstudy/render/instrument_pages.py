"""An instrument for readers: its questions with how well each is known, and how its levels are reached."""

from __future__ import annotations

from collections.abc import Iterator

from dvstudy import language as lang
from dvstudy.instruments import Instrument, known
from dvstudy.instruments.parts import Condition, Level
from dvstudy.render.document import Block, Heading, NoteBox, Paragraph, Table
from dvstudy.wording import headings


def pages(instrument: Instrument, language: str) -> Iterator[Block]:
    """Title, notice, for whom, how well known, table of items, table of levels, what else is to say of the rule."""
    yield Heading(lang.pick(instrument.title, language), 3)
    if instrument.notice is not None:
        yield NoteBox(lang.pick(instrument.notice, language), "caution")
    yield Paragraph(lang.pick(instrument.applicability.note, language))
    yield Paragraph(known(instrument).text(language))
    yield from (table for table in (_items(instrument, language), _levels(instrument, language)) if table.rows)
    if instrument.rule.note is not None:
        yield Paragraph(lang.pick(instrument.rule.note, language))


def _items(instrument: Instrument, language: str) -> Table:
    """Flags that the assessor may set to an item are left out, and the section where there is only one."""
    sections = {s.id: lang.pick(s.label, language) for s in instrument.sections}
    names = ["number", "question", *(["section"] if len(sections) > 1 else []), "status"]
    rows = []
    for item in instrument.items:
        cells = {"number": item.number, "question": lang.pick(item.label, language), "section": sections[item.section]}
        cells["status"] = lang.text(f"status.{item.status}", language)
        if item.role != "flag":
            rows.append([cells[name] for name in names])
    columns = headings(names, language)
    title = lang.text("caption.form_items", language, instrument=lang.pick(instrument.short_title, language))
    return Table(title, columns, rows)


def _levels(instrument: Instrument, language: str) -> Table:
    rows = [[lang.pick(level.label, language), reached(instrument, level, language)] for level in instrument.levels]
    columns = headings(("level", "reached"), language)
    title = lang.text("caption.levels", language, instrument=lang.pick(instrument.short_title, language))
    return Table(title, columns, rows)


def reached(instrument: Instrument, level: Level, language: str) -> str:
    """ "Yes among 1-7: at least 2; or ..."; who decides in a structured judgement; otherwise the lowest level."""
    if instrument.judgement is not None:
        return lang.text("report.level.judged", language)
    if not level.when:
        return lang.text("report.level.otherwise", language)
    parts = [_condition(instrument, condition, language) for condition in level.when]
    return lang.text(f"report.level.join_{level.join}", language).join(parts)


def _condition(instrument: Instrument, condition: Condition, language: str) -> str:
    """A score that can only be 0 or 1 is a yes to its one item."""
    score = instrument.score[condition.score]
    words = lang.pick(score.label, language)
    if score.kind == "count" and len(score.item_ids) == 1 == condition.at_least:
        return lang.text("report.level.yes", language, score=words)
    return lang.text("report.level.at_least", language, score=words, least=condition.at_least)
