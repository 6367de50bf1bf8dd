"""The participants' pages: cover, texts with their content notes, blank forms."""

from __future__ import annotations

from collections.abc import Iterator

from dvstudy import language as lang
from dvstudy.instruments import Instrument
from dvstudy.render.document import Block, Bullets, Document, FormField, Heading, NoteBox, PageBreak, Paragraph
from dvstudy.vignettes.page_parts import case, document, notice, outcomes, topic, word
from dvstudy.vignettes.record import Vignette, VignetteSet

_ANSWERS = ("yes", "no", "does_not_know")


def participants(made: VignetteSet, language: str) -> Document:
    """Cover, then for each case its content note, its text and a blank form; contacts at the end."""
    blocks: list[Block] = [*_cover(language), *notice(made.instrument, language)]
    for number, vignette in enumerate(made.vignettes, start=1):
        blocks += [PageBreak(), Heading(case(number, language)), _content(vignette, language)]
        blocks += [Paragraph(text) for text in vignette.paragraphs(language)]
        blocks += [PageBreak(), *_form(made.instrument, number, language)]
    blocks += [PageBreak(), Heading(word("after.title", language)), Paragraph(word("after.text", language))]
    blocks.append(NoteBox(word("contacts", language)))
    return document("participants.title", language, blocks)


def _cover(language: str) -> Iterator[Block]:
    yield Paragraph(word("cover.purpose", language), "lead")
    yield Bullets([word(f"cover.{name}", language) for name in ("told", "appraisal", "skip", "stop", "people")])
    yield NoteBox(word("contacts", language))


def _content(vignette: Vignette, language: str) -> NoteBox:
    if not vignette.content_notes:
        return NoteBox(word("content.none", language))
    named = ", ".join(word(f"content.{code}", language) for code in vignette.content_notes)
    return NoteBox(word("content", language, contents=named))


def _form(instrument: Instrument, number: int, language: str) -> Iterator[Block]:
    yield Heading(f"{word('form.title', language)}: {case(number, language)}", 3)
    yield Paragraph(word("form.how", language), "small")
    choices = [word(f"answer.{code}", language) for code in _ANSWERS]
    for section in instrument.sections:
        yield Paragraph(lang.pick(section.label, language))
        for item in instrument.items:
            if item.section == section.id:
                yield FormField(item.number, topic(instrument, item.id, language), choices)
    yield Paragraph(word("form.counts", language))
    needed = {c.score: c.at_least for c in instrument.levels[0].when}
    asked = word("form.outcome", language, a=needed["section_a"], b=needed["section_b"])
    yield FormField(word("form.outcome_number", language), asked, outcomes(instrument, language))
