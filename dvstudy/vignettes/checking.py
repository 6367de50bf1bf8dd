"""The checks that a vignette must pass before anyone may print it. A fault here is a fault of the bank or of a hand
that changed the text: a vignette with one is never written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from dvstudy import scoring
from dvstudy.errors import Problem
from dvstudy.instruments import Instrument
from dvstudy.vignettes import record, wording
from dvstudy.vignettes.bank import casts
from dvstudy.vignettes.language_rules import sentence_faults, words
from dvstudy.vignettes.model import LANGUAGES, Bank, Told
from dvstudy.vignettes.record import Line, Vignette


def faults(vignette: Vignette, bank: Bank, instrument: Instrument) -> list[Problem]:
    """Everything wrong with a vignette: support of the key, words, the rule, the length, the two languages."""
    return [
        *_support(vignette),
        *_wording(vignette, bank),
        *_rule(vignette, instrument),
        *length_faults(vignette.lines, bank, vignette.id),
        *_languages(vignette, bank),
    ]


def length_faults(lines: Sequence[Line], bank: Bank, place: str) -> Iterator[Problem]:
    """A text too short or too long in any language."""
    limits = (("fewest", bank.rules.words_fewest), ("most", bank.rules.words_most))
    for code in LANGUAGES:
        n = sum(len(words(line.text[code])) for line in lines)
        if not bank.rules.words_fewest <= n <= bank.rules.words_most:
            yield Problem("vignette_length", f"{place} ({code})", str(n), values=limits)


def _support(vignette: Vignette) -> Iterator[Problem]:
    """Each answer rests on exactly the line it names; an answer that cannot be known rests on none."""
    for key in vignette.items:
        showing = [(i, line.told) for i, line in enumerate(vignette.lines) if key.construct in line.shows]
        expected = [] if key.told == "untold" else [(key.line, key.told)]
        if showing != expected or key.answer != record.ANSWER[key.told]:
            yield Problem("vignette_support", vignette.id, f"{key.item} ({key.answer})", values=(("n", len(showing)),))
    known = {key.construct for key in vignette.items}
    stray = (name for line in vignette.lines for name in line.shows if name not in known)
    yield from (Problem("vignette_construct", vignette.id, name, tuple(sorted(known))) for name in stray)


def _wording(vignette: Vignette, bank: Bank) -> Iterator[Problem]:
    for line in vignette.lines:
        for code in LANGUAGES:
            place = f"{vignette.id} ({code})"
            tells = [name for name in line.shows if name in bank.constructs]
            denies = line.told == "absent" and bool(tells)
            yield from sentence_faults(bank, line.text[code], code, tells=tells, denies=denies, place=place)


def _rule(vignette: Vignette, instrument: Instrument) -> Iterator[Problem]:
    """The key's outcome against the rule applied anew to what the lines are tagged with."""
    told: dict[str, Told] = {name: line.told for line in vignette.lines if line.told for name in line.shows}
    again = outcome(instrument, told)
    for name, value in again.items():
        found = getattr(vignette, name)
        if found != value:
            yield Problem("vignette_key", vignette.id, f"{name} = {found}", (str(value),))


def _languages(vignette: Vignette, bank: Bank) -> Iterator[Problem]:
    """Read by its cue words alone, the text must tell the same facts in every language, and those of the key; the
    sentence that tells the relation must name it."""
    expected = {key.construct for key in vignette.items if key.told != "untold"} - {bank.relation.construct_id}
    for code in LANGUAGES:
        text = vignette.text(code)
        if not any(name in text for name in _relation_names(vignette, bank, code)):
            yield Problem("vignette_languages", f"{vignette.id} ({code})", bank.relation.construct_id)
        read = {name for name, c in bank.constructs.items() if c.cues.found[code].search(text)}
        for name in sorted(read ^ expected):
            yield Problem("vignette_languages", f"{vignette.id} ({code})", name)


def _relation_names(vignette: Vignette, bank: Bank, language: str) -> list[str]:
    """How the text may call the other person at the first mention, given the relation."""
    fits = (c for c, _ in casts(bank, vignette.relation, vignette.victim) if c.other.gender == vignette.other_gender)
    return [wording.first_mention(cast, language) for cast in fits if cast.victim.gender == vignette.victim_gender]


def outcome(instrument: Instrument, told: Mapping[str, Told]) -> dict[str, int | str]:
    """Counts, decision, branch and certainty of the answers that `told` (construct to how it is told) makes right."""
    filled = {item.id: record.ANSWER[told.get(item.construct_id, "untold")] for item in instrument.items}
    frame = pd.DataFrame({i: pd.Series([a], dtype=instrument.dtype(i)) for i, a in filled.items()})
    scored = scoring.score(frame, instrument).iloc[0]
    return {
        "section_a": int(scored["section_a"]),
        "section_b": int(scored["section_b"]),
        "decision": str(scored["decision"]),
        "branch": str(scored["branch"]),
        "certainty": str(scored["certainty"]),
    }
