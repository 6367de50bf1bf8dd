"""What every exported form says of itself, whatever its format: purpose, cautions, standing in law, rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from babel import Locale

from dvstudy import language as lang
from dvstudy.instruments import Instrument, known
from dvstudy.instruments.parts import Score

#: Reasons for missing that a form offers; a question left empty is ``blank`` and needs no box.
LEFT_EMPTY: Final = "blank"


def banner(language: str) -> str:
    """Research and training only, and where to turn in danger."""
    return lang.text("exchange.banner", language)


def paragraphs(instrument: Instrument, language: str) -> Iterator[str]:
    """Cautions, for whom it is meant, how well it is known, the act that prescribes it, who holds the rights."""
    if instrument.notice is not None:
        yield lang.pick(instrument.notice, language)
    yield lang.pick(instrument.applicability.note, language)
    yield known(instrument).text(language)
    if instrument.legal is not None:
        yield legal(instrument, language)
    yield rights(instrument, language)


def legal(instrument: Instrument, language: str) -> str:
    """The act, and from when to when it is in force; an empty text where no act prescribes the form."""
    if instrument.legal is None:
        return ""
    act = lang.pick(instrument.legal.act, language)
    parts = [lang.text("exchange.act", language, act=act)]
    for key, day in (("from", instrument.legal.valid_from), ("to", instrument.legal.valid_to)):
        if day is not None:
            parts.append(lang.text(f"exchange.in_force_{key}", language, day=lang.day(day, language)))
    return " ".join(parts)


def rights(instrument: Instrument, language: str) -> str:
    """Who holds the rights, under which licence, and what training is asked for."""
    terms = {name: lang.pick(getattr(instrument.rights, name), language) for name in ("licence", "training")}
    return lang.text("exchange.rights", language, holder=holder(instrument, language), **terms)


def holder(instrument: Instrument, language: str) -> str:
    """The names of those who hold the rights, or that nobody is established to."""
    return instrument.rights.holder or lang.text("exchange.no_holder", language)


def question(instrument: Instrument, item: str, language: str) -> str:
    """The text of a question as it may leave: official wording only where the rights allow it."""
    return instrument.words(item, language, printed=True)


def numbered(instrument: Instrument, item: str, language: str) -> str:
    """The text of a question after its number."""
    return f"{instrument.item[item].number}. {question(instrument, item, language)}"


def reasons(instrument: Instrument, answers: str) -> list[str]:
    """Reasons for missing that a form offers beside the answers, in their order."""
    return [reason for reason in instrument.answer_sets[answers].missing if reason != LEFT_EMPTY]


def choices(instrument: Instrument, answers: str, language: str) -> Mapping[str, str]:
    """What can be chosen for the items with these answers: code -> words, answers first."""
    found = {a.code: lang.pick(a.label, language) for a in instrument.answer_sets[answers].answers}
    return found | {r: lang.text(f"exchange.reason.{r}", language) for r in reasons(instrument, answers)}


def column_label(instrument: Instrument, kind: str, part: str, name: str, language: str) -> str:
    """What a calculated column is called."""
    if kind == "score":
        return lang.pick(instrument.score[part].label, language)
    if kind == "bound":
        end = name.rpartition("_")[2]
        return lang.text(f"exchange.{end}", language, label=lang.pick(instrument.score[part].label, language))
    return lang.text(f"exchange.column.{name}", language)


def outcomes(instrument: Instrument, kind: str, language: str) -> Mapping[str, str]:
    """The outcomes of a calculated column with their words, from the lowest: levels, decision, certainty."""
    if kind in ("level", "level_bound"):
        return {code: lang.pick(instrument.labels[code], language) for code in instrument.level_codes}
    if kind == "decision" and instrument.decision is not None:
        one = instrument.decision
        labels = {one.negative: one.negative_label, one.positive: one.positive_label}
        return {code: lang.pick(label, language) for code, label in labels.items()}
    if kind == "certainty":
        return {c: lang.text(f"exchange.certainty.{c}", language) for c in ("cannot_be", "could_be", "certain")}
    return {}


def language_name(code: str) -> str:
    """A language by its own name, as XLSForm wants it: "Română (ro)"."""
    name = str(Locale.parse(code).get_display_name(code))
    return f"{name[:1].upper()}{name[1:]} ({code})"


def worths(instrument: Instrument, score: Score) -> Iterator[tuple[str, str]]:
    """What the answers to each item add: "yes 1", "partial 1 / present 2"; answers that add nothing are left out."""
    for item in score.item_ids:
        pairs = zip(instrument.answer_set(item).codes, instrument.worth(score.id, item), strict=True)
        yield item, " / ".join(f"{code} {worth}" for code, worth in pairs if worth)
