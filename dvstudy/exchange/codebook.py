"""A codebook to read: every item, answer, reason for missing, score and level with its status and source."""

from __future__ import annotations

from collections.abc import Sequence

from dvstudy import language as lang
from dvstudy.exchange import about
from dvstudy.exchange.safe import Texts
from dvstudy.instruments import Instrument, known
from dvstudy.instruments.constructs import construct
from dvstudy.render.document import Block, Document, NoteBox, Paragraph, Table
from dvstudy.render.html import to_html
from dvstudy.render.instrument_pages import reached

Rows = list[list[str]]


def page(instrument: Instrument, languages: Sequence[str], texts: Texts) -> bytes:
    """The codebook as one HTML page, in the first language."""
    return to_html(document(instrument, languages[0])).encode("utf-8")


def document(instrument: Instrument, language: str) -> Document:
    """The codebook in one language."""
    blocks: list[Block] = []
    if instrument.notice is not None:
        blocks.append(NoteBox(lang.pick(instrument.notice, language), "caution"))
    blocks.append(Paragraph(lang.pick(instrument.applicability.note, language)))
    blocks += [Paragraph(text) for text in (about.legal(instrument, language),) if text]
    blocks.append(Paragraph(known(instrument).text(language)))
    blocks.append(Paragraph(about.rights(instrument, language)))
    labels = {item.id: item.number for item in instrument.items}
    pairs = "; ".join(f"{labels[a]} + {labels[b]}" for a, b in instrument.excludes)
    tables = [
        _table("items", _items(instrument, language), language),
        _table("notes", _notes(instrument, language), language),
        _table("answers", _answers(instrument, language), language),
        _table("scores", _scores(instrument, language), language),
        _table("levels", _levels(instrument, language), language),
    ]
    blocks += [one for one in tables if one.rows]
    if pairs:
        blocks.append(Paragraph(lang.text("exchange.exclusive", language, pairs=pairs)))
    if instrument.rule.note is not None:
        blocks.append(Paragraph(lang.pick(instrument.rule.note, language)))
    blocks.append(_table("sources", [[name, text] for name, text in instrument.sources.items()], language))
    title = lang.text(
        "exchange.codebook", language, title=lang.pick(instrument.title, language), version=instrument.version
    )
    return Document(title, language, about.banner(language), tuple(blocks))


_COLUMNS = {
    "items": ("code", "number", "question", "section", "topic", "time", "answers", "status", "source"),
    "notes": ("number", "note"),
    "answers": ("set", "code", "words", "kind", "value"),
    "scores": ("code", "words", "counted", "deciding", "status", "source"),
    "levels": ("code", "words", "reached", "status", "source"),
    "sources": ("source", "read_where"),
}


def _table(name: str, rows: Rows, language: str) -> Table:
    columns = [lang.text(f"exchange.head.{column}", language) for column in _COLUMNS[name]]
    return Table(lang.text(f"exchange.caption.{name}", language), columns, rows)


def _items(instrument: Instrument, language: str) -> Rows:
    sections = {s.id: lang.pick(s.label, language) for s in instrument.sections}
    return [
        [
            one.id,
            one.number,
            about.question(instrument, one.id, language),
            sections[one.section],
            lang.pick(construct(instrument, one.id).label, language),
            lang.text(f"time.{one.time}", language),
            one.answers,
            lang.text(f"status.{one.status}", language),
            one.source,
        ]
        for one in instrument.items
    ]  # fmt: skip


def _notes(instrument: Instrument, language: str) -> Rows:
    return [[one.number, lang.pick(one.note, language)] for one in instrument.items if one.note]


def _answers(instrument: Instrument, language: str) -> Rows:
    rows = []
    for name, chosen in instrument.answer_sets.items():
        answer, reason = (lang.text(f"exchange.kind.{kind}", language) for kind in ("answer", "reason"))
        rows += [[name, a.code, lang.pick(a.label, language), answer, str(a.score)] for a in chosen.answers]
        rows += [[name, r, lang.text(f"exchange.reason.{r}", language), reason, lang.DASH] for r in chosen.missing]
    return rows


def _scores(instrument: Instrument, language: str) -> Rows:
    return [
        [
            one.id,
            lang.pick(one.label, language),
            ", ".join(f"{item}: {worth}" for item, worth in about.worths(instrument, one)),
            lang.text(f"exchange.{'deciding' if one.decides else 'describing'}", language),
            lang.text(f"status.{one.status}", language),
            one.source,
        ]
        for one in instrument.scores
    ]


def _levels(instrument: Instrument, language: str) -> Rows:
    status = lang.text(f"status.{instrument.rule.status}", language)
    return [
        [one.code, lang.pick(one.label, language), reached(instrument, one, language), status, instrument.rule.source]
        for one in instrument.levels
    ]
