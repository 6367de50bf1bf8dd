"""The trainer's key: how to use the set, its make-up, right answers with their reasons, points to talk about."""

from __future__ import annotations

from collections.abc import Iterator

from dvstudy.instruments import Instrument
from dvstudy.render.document import Block, Bullets, Document, Heading, NoteBox, PageBreak, Paragraph, Table
from dvstudy.vignettes import bank as banks
from dvstudy.vignettes.page_parts import case, document, notice, outcomes, topic, word
from dvstudy.vignettes.record import ItemKey, Vignette, VignetteSet

_SIGN = {"yes": "+", "no": "−", "does_not_know": "?"}
_PLACEHOLDER = "†"


def key(made: VignetteSet, language: str) -> Document:
    """For the trainer: how to use the set, its make-up, and for each case the right answers with their reasons."""
    blocks: list[Block] = [
        Paragraph(word("key.lead", language), "lead"),
        Bullets([word(f"key.care.{n}", language) for n in ("session", "pair", "survivors", "results", "gold")]),
    ]
    blocks += notice(made.instrument, language)
    blocks += [NoteBox(word("contacts", language)), Paragraph(_origin(made, language), "small")]
    blocks += [Heading(word("key.set", language)), _overview(made, language), PageBreak(), _coverage(made, language)]
    for number, vignette in enumerate(made.vignettes, start=1):
        blocks += [PageBreak(), *_case_key(made.instrument, vignette, number, language)]
    blocks += [Heading(word("key.end", language)), NoteBox(word("contacts", language))]
    return document("key.title", language, blocks)


def _origin(made: VignetteSet, language: str) -> str:
    return word(
        "key.origin",
        language,
        recipe=made.recipe,
        seed=str(made.seed),
        parameters=made.parameter_hash[:12],
        bank=made.bank,
        form=f"{made.instrument.id} {made.instrument.version}",
    )


def _overview(made: VignetteSet, language: str) -> Table:
    columns = ("case", "area", "section_a", "section_b", "decision", "boundary")
    rows = [
        (
            f"{number}. {word(f'relation.{v.relation}', language)}; {word(f'victim.{v.victim}', language)}",
            word(f"area.{v.area}", language),
            str(v.section_a),
            str(v.section_b),
            _outcome(made.instrument, v, language),
            _yes_no(v.boundary, language),
        )
        for number, v in enumerate(made.vignettes, start=1)
    ]
    return Table(word("key.overview", language), [word(f"column.{c}", language) for c in columns], rows)


def _coverage(made: VignetteSet, language: str) -> Table:
    """Item by case: yes, no, cannot be known."""
    numbers = [str(i) for i in range(1, len(made.vignettes) + 1)]
    rows = [
        (
            _marked(made.instrument, item.id, language),
            *(_SIGN[v.items[i].answer] for v in made.vignettes),
        )
        for i, item in enumerate(made.instrument.items)
    ]
    columns = [word("column.topic", language), *numbers]
    return Table(
        word("key.coverage", language),
        columns,
        rows,
        tuple(range(1, len(columns))),
        [word("key.signs", language), *_footnotes(made.instrument, language)],
    )


def _case_key(instrument: Instrument, vignette: Vignette, number: int, language: str) -> Iterator[Block]:
    yield Heading(f"{case(number, language)} · {vignette.id}")
    yield Table(
        word("key.result", language),
        [
            word(f"column.{c}", language)
            for c in ("section_a", "section_b", "decision", "branch", "boundary", "certainty")
        ],
        [
            (
                str(vignette.section_a),
                str(vignette.section_b),
                _outcome(instrument, vignette, language),
                word(f"branch.{vignette.branch}", language),
                _yes_no(vignette.boundary, language),
                word(f"certainty.{vignette.certainty}", language),
            )
        ],
    )
    yield Bullets(vignette.reason[language])
    yield _answers(instrument, vignette, language)
    yield Heading(word("key.talk", language), 3)
    yield Bullets([word(f"discuss.{code}", language) for code in vignette.discussion])


def _answers(instrument: Instrument, vignette: Vignette, language: str) -> Table:
    columns = [word(f"column.{c}", language) for c in ("topic", "answer", "why")]
    rows = []
    for entry in vignette.items:
        why = _silence(entry, vignette, language) if entry.line is None else vignette.lines[entry.line].text[language]
        rows.append((_marked(instrument, entry.item, language), word(f"short.{entry.answer}", language), why))
    return Table(word("key.answers", language), columns, rows, (), _footnotes(instrument, language))


def _silence(entry: ItemKey, vignette: Vignette, language: str) -> str:
    """That the text says nothing, and whether the bank could have said it of such people."""
    bank = banks.load()
    kinds = ("present", "absent")
    could = any(bank.tellable(entry.construct, kind, vignette.relation, vignette.victim) for kind in kinds)
    return word("key.untold" if could else "key.never_told", language)


def _marked(instrument: Instrument, item_id: str, language: str) -> str:
    """Number and topic of an item, with a mark if it stands for a question that is not known."""
    item = instrument.item[item_id]
    mark = f" {_PLACEHOLDER}" if item.status == "placeholder" else ""
    return f"{item.number}. {topic(instrument, item_id, language)}{mark}"


def _footnotes(instrument: Instrument, language: str) -> list[str]:
    marked = any(item.status == "placeholder" for item in instrument.items)
    return [word("key.placeholder", language, mark=_PLACEHOLDER)] if marked else []


def _outcome(instrument: Instrument, vignette: Vignette, language: str) -> str:
    assert instrument.decision is not None
    return outcomes(instrument, language)[0 if vignette.decision == instrument.decision.positive else 1]


def _yes_no(value: bool, language: str) -> str:
    return word("answer.yes" if value else "answer.no", language)
