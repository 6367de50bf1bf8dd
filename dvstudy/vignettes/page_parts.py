"""What both pages of a set share: their words, the form's topics, the marks."""

from __future__ import annotations

from dvstudy import language as lang
from dvstudy.instruments import Instrument
from dvstudy.render.document import Block, Document, NoteBox
from dvstudy.vignettes import bank as banks


def document(title: str, language: str, blocks: list[Block]) -> Document:
    """A page with the synthetic mark on every printed sheet; `title` is a key."""
    return Document(
        title=word(title, language),
        language=language,
        banner=lang.text("report.synthetic_notice", language),
        mark=lang.text("report.mark.synthetic", language),
        blocks=tuple(blocks),
    )


def word(name: str, language: str, **values: object) -> str:
    """The text under ``vignette.<name>``."""
    return lang.text(f"vignette.{name}", language, **values)


def case(number: int, language: str) -> str:
    """The heading of a case by its number in the set."""
    return word("case", language, n=number)


def notice(instrument: Instrument, language: str) -> list[Block]:
    """What the definition warns of: here, that most of its items are placeholders."""
    return [NoteBox(lang.pick(instrument.notice, language), "caution")] if instrument.notice else []


def topic(instrument: Instrument, item_id: str, language: str) -> str:
    """The item's topic, with how the set reads it where it could be read in more than one way."""
    item = instrument.item[item_id]
    label, reading = lang.pick(item.label, language), banks.load().reading(item.construct_id)
    return f"{label} ({lang.pick(reading, language)})" if reading else label


def outcomes(instrument: Instrument, language: str) -> list[str]:
    """What the rule of the form can give, the positive outcome first."""
    decision = instrument.decision
    assert decision is not None
    return [lang.pick(decision.positive_label, language), lang.pick(decision.negative_label, language)]
