"""Every check on a finished vignette can fail, and two hundred texts pass them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dvstudy.cohort import Cohort
from dvstudy.vignettes import Line, Vignette, VignetteSet, checking, compose
from dvstudy.vignettes import bank as banks
from dvstudy.vignettes.candidates import candidates
from dvstudy.vignettes.compose import Scene
from dvstudy.vignettes.language_rules import sentence_faults, words
from dvstudy.vignettes.model import LANGUAGES

Change = Callable[[Vignette], Vignette]


def _line(vignette: Vignette, told: str) -> int:
    return next(i for i, one in enumerate(vignette.lines) if one.told == told and "relation_to_victim" not in one.shows)


def _with_line(vignette: Vignette, number: int, line: Line) -> Vignette:
    lines = list(vignette.lines)
    lines[number] = line
    return replace(vignette, lines=tuple(lines))


def _say(told: str, code: str, text: str) -> Change:
    def change(vignette: Vignette) -> Vignette:
        number = _line(vignette, told)
        line = vignette.lines[number]
        return _with_line(vignette, number, replace(line, text={**line.text, code: text}))

    return change


def _without(told: str) -> Change:
    """The supporting sentence turned into one that tells nothing."""

    def change(vignette: Vignette) -> Vignette:
        number = _line(vignette, told)
        return _with_line(
            vignette, number, Line(vignette.lines[number].paragraph, (), None, {"en": "So.", "ro": "Așa."})
        )

    return change


def _repeat(vignette: Vignette) -> Vignette:
    return replace(vignette, lines=(*vignette.lines, vignette.lines[_line(vignette, "present")]))


def _answer(vignette: Vignette) -> Vignette:
    items = [replace(key, answer="no") if key.answer == "yes" else key for key in vignette.items]
    return replace(vignette, items=tuple(items))


def _long(vignette: Vignette) -> Vignette:
    extra = Line(5, (), None, {"en": "They wait in the hall. " * 30, "ro": "Ei așteaptă pe hol. " * 30})
    return replace(vignette, lines=(*vignette.lines, extra))


def _short(vignette: Vignette) -> Vignette:
    told = [line for line in vignette.lines if line.told]
    return replace(vignette, lines=tuple(told[:3]))


def _other_relation(vignette: Vignette) -> Vignette:
    relation = "parent" if vignette.relation != "parent" else "child"
    return replace(vignette, relation=relation, victim="woman")


def _stray(vignette: Vignette) -> Vignette:
    line = Line(5, ("contact_with_children",), "present", {"en": "They meet.", "ro": "Se văd."})
    return replace(vignette, lines=(*vignette.lines, line))


TAMPERED: dict[str, tuple[Change, str]] = {
    "a yes without its sentence": (_without("present"), "vignette_support"),
    "a no without its sentence": (_without("absent"), "vignette_support"),
    "a yes told twice": (_repeat, "vignette_support"),
    "an answer that is not the told one": (_answer, "vignette_support"),
    "a line on what the form does not ask": (_stray, "vignette_construct"),
    "another decision": (
        lambda v: replace(v, decision="imminent" if v.branch == "none" else "not_imminent"),
        "vignette_key",
    ),
    "another count": (lambda v: replace(v, section_a=v.section_a + 1), "vignette_key"),
    "another certainty": (lambda v: replace(v, certainty="unsure"), "vignette_key"),
    "too long": (_long, "vignette_length"),
    "too short": (_short, "vignette_length"),
    "a forbidden word": (_say("present", "ro", "Era sânge pe jos."), "vignette_word"),
    "a name": (_say("present", "en", "She called Ana."), "vignette_capital"),
    "a date": (_say("present", "en", "It began in 2019."), "vignette_number"),
    "one language that tells something else": (_say("present", "ro", "Ea vorbea încet."), "vignette_languages"),
    "a denial that denies nothing": (_say("absent", "en", "So it was."), "vignette_denial"),
    "a relation that the call does not name": (_other_relation, "vignette_languages"),
}


@pytest.mark.parametrize("fault", TAMPERED)
def test_a_tampered_vignette_fails(fault: str, made: VignetteSet) -> None:
    change, code = TAMPERED[fault]
    for vignette in made.vignettes:
        assert checking.faults(vignette, banks.load(), made.instrument) == []
        problems = checking.faults(change(vignette), banks.load(), made.instrument)
        assert code in {p.code for p in problems}
        assert all(p.text(language) for p in problems for language in LANGUAGES)


def test_two_hundred_texts_in_both_languages_hold_no_forbidden_word(tutorial: Cohort) -> None:
    bank, form = banks.load(), tutorial.instrument("order146")
    found = candidates(tutorial, form, bank, np.random.default_rng(8))
    rng = np.random.default_rng(9)
    seen = {code: set[str]() for code in LANGUAGES}
    for case in found.cases.index[:200]:
        relation, victim, area = found.people(case)
        for cast, _ in banks.casts(bank, relation, victim)[:1]:
            scene = Scene(relation, victim, area, found.facts(case), cast)
            lines, _names = compose.write(bank, scene, {}, rng)
            for code in LANGUAGES:
                seen[code] |= {line.text[code] for line in lines}
                assert bank.rules.forbidden.pattern[code].search(" ".join(line.text[code] for line in lines)) is None
                for line in lines:
                    tells = [name for name in line.shows if name in bank.constructs]
                    denies = line.told == "absent" and bool(tells)
                    faults = sentence_faults(bank, line.text[code], code, tells=tells, denies=denies, place=case)
                    assert list(faults) == []
    assert all(len(texts) > 150 for texts in seen.values())


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "Blood"), ("en", "bleeding"), ("en", "provoked"), ("en", "hysterical"), ("en", "Roma"), ("en", "monsters"),
     ("ro", "Sângele"), ("ro", "sângera"), ("ro", "provocat"), ("ro", "isterică"), ("ro", "țigan"),
     ("ro", "scandalul")],
)  # fmt: skip
def test_forbidden_words_are_found_in_their_inflected_forms(language: str, word: str) -> None:
    assert banks.load().rules.forbidden.pattern[language].search(f"… {word}.")


@pytest.mark.parametrize(
    ("language", "word"), [("en", "romantic"), ("en", "nothing"), ("ro", "violență"), ("ro", "romanul")]
)
def test_the_word_list_does_not_take_what_it_does_not_mean(language: str, word: str) -> None:
    assert banks.load().rules.forbidden.pattern[language].search(word) is None


def test_words_are_counted_as_a_reader_counts_them() -> None:
    assert words("She calls 112: it's her brother-in-law.") == ["She", "calls", "112", "it's", "her", "brother-in-law"]
    assert words("A împins-o și s-a dus.") == ["A", "împins-o", "și", "s-a", "dus"]
