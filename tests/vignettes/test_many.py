"""Properties of many texts, read as text: nothing here looks at how a sentence was chosen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from dvstudy import vignettes
from dvstudy.cohort import Cohort
from dvstudy.tables import PARTNERS
from dvstudy.vignettes import Vignette, VignetteSet
from dvstudy.vignettes.model import LANGUAGES

_PARTICIPLES = ["rănit", "lovit", "amenințat", "hărțuit", "urmărit", "supravegheat", "întrebat", "apropiat"]
_TRAITS = ["calm", "violent", "gelos", "posesiv", "cunoscut"]
#: Feminine forms that are not the masculine with an "ă".
_FEMININE = {"gelos": "geloasă", "posesiv": "posesivă"}
_NAMES = (
    "femeia|bărbatul|fata|băiatul|soț(?:ul|ia)|partener(?:ul|a)|fiul|fiica|tatăl|mama|fratele|sora|unchiul|cumnatul"
)
#: A clitic that stands for a thing, not for a person.
_THINGS = {"m": r"\bl-a (?:stricat|încălcat)\b|\bl-au\b", "f": r"\bretras-o\b|\bgăsit-o\b|\b(?:dintr|printr|într)-o\b"}


@pytest.fixture(
    scope="module",
    params=[(2, 24), pytest.param((8, 25), marks=pytest.mark.slow)],
    ids=lambda p: f"{p[0] * p[1]} texts",
)
def sets(request: pytest.FixtureRequest, tutorial: Cohort) -> list[VignetteSet]:
    many, n = request.param
    return [vignettes.make(tutorial, n=n, seed=1000 + seed) for seed in range(many)]


def _all(sets: list[VignetteSet]) -> Iterator[Vignette]:
    return (vignette for one in sets for vignette in one.vignettes)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.IGNORECASE)
    return match[0] if match else ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_says_a_sentence_twice(sets: list[VignetteSet], language: str) -> None:
    for v in _all(sets):
        said = [part for line in v.lines for part in re.split(r"(?<=[.!?]) ", line.text[language])]
        assert max(Counter(said).values()) == 1, v.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_set_like_sentences(sets: list[VignetteSet], language: str) -> None:
    for v in _all(sets):
        for part in v.paragraphs(language):
            assert part[0].isupper(), part
            assert part.endswith("."), part
            assert not re.search(r"[.!?;,:]{2}| [.,;:]|  |\. [a-zăâîșț]", part), part
            assert not re.search(r"\b(\w+) \1\b", part, re.IGNORECASE), part


def test_english_pronouns_fit_the_people(sets: list[VignetteSet]) -> None:
    for v in _all(sets):
        text, here = v.text("en"), {v.victim_gender, v.other_gender}
        if here == {"m"}:
            assert not _found(r"\b(she|her|hers)\b", text), text
        if here == {"f"}:
            assert not _found(r"\b(he|him|his)\b", text), text
        assert not _found(r"\b(?:against|with|at|to|about|of|by|let|from|hit|told) (?:she|he)\b", text), text


def test_romanian_forms_agree_with_the_person_who_was_harmed(sets: list[VignetteSet]) -> None:
    for v in _all(sets):
        text = v.text("ro").replace("Nimeni altcineva din familie nu a fost lovit sau amenințat.", "")
        wrong = "m" if v.victim_gender == "f" else "f"
        endings = {"m": r"\b", "f": r"ă\b"}[wrong]
        forms = "|".join(form + endings for form in _PARTICIPLES)
        assert not _found(rf"(?:\b(?:fost|fusese niciodată|fi|simte|este|nici|sau) |^)(?:{forms})", text), text
        assert not _found(rf"(?:^|[.:] )(?:{forms}) (?:dacă|despre|între)", text), text
        clitics = {"m": r"\bîl\b|\bl-au?\b", "f": r"\w-o\b"}[wrong]
        assert not _found(clitics, re.sub(_THINGS[wrong], "", text)), text


def test_romanian_forms_agree_with_the_person_who_harmed(sets: list[VignetteSet]) -> None:
    for v in _all(sets):
        text = re.sub(r"persoană \w+", "", v.text("ro"))
        feminine = [_FEMININE.get(trait, trait + "ă") for trait in _TRAITS]
        wrong = feminine if v.other_gender == "m" else _TRAITS
        assert not _found(rf"\b(?:este|fost|devine|foarte) (?:{'|'.join(wrong)})\b", text), text


def test_romanian_pronouns_fit_the_people(sets: list[VignetteSet]) -> None:
    for v in _all(sets):
        here = {v.victim_gender, v.other_gender}
        absent = {("m",): r"\b(?:ea|ei)\b", ("f",): r"\b(?:el|lui)\b"}.get(tuple(sorted(here)))
        assert not (absent and _found(absent, v.text("ro"))), v.text("ro")


def test_a_romanian_sentence_never_begins_with_a_pronoun(sets: list[VignetteSet]) -> None:
    for v in _all(sets):
        assert not re.search(r"(?:^|[.!?] )(?:El|Ea|Lui|Ei)\b", v.text("ro"), re.MULTILINE), v.text("ro")


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_the_call_people_are_named_before_a_pronoun(sets: list[VignetteSet], language: str) -> None:
    """The caller may be a neighbour: who is meant must not be guessed."""
    names = {"en": r"\b(?:the (?:woman|man|girl|boy)|(?:her|his) \w+)\b", "ro": rf"\b(?:{_NAMES})\b"}[language]
    pronouns = {"en": r"\b(?:she|he|him)\b", "ro": r"\b(?:ea|el|îl|ei|lui)\b"}[language]
    for v in _all(sets):
        told = " ".join([line.text[language] for line in v.lines if line.paragraph == 1][1:])
        before = re.split(pronouns, told, maxsplit=1, flags=re.IGNORECASE)
        assert len(before) == 1 or _found(names, before[0]), told


def test_relatives_are_told_nothing_that_is_said_of_couples(sets: list[VignetteSet]) -> None:
    for v in _all(sets):
        couple = r"\bgelo[sz]|geloas|despăr|despart|\bsoți|\bpartener|jealous|separat|husband|\bwife|\bpartner"
        if v.relation not in PARTNERS:
            assert not _found(couple, v.text("ro") + v.text("en")), v.text("ro")


def test_no_text_tells_against_itself(sets: list[VignetteSet]) -> None:
    """Facts that a reader would take from one another are not told the other way, or left open."""
    for v in _all(sets):
        told = {key.construct: key.told for key in v.items}
        if told["fear_of_further_violence"] == "present":
            assert told["feels_threatened"] == "present"
        if "present" in (told["sexual_coercion"], told["earlier_reports_or_breach"]):
            assert told["escalation"] != "absent"
        if "present" in (told["threat_to_kill"], told["attempt_to_kill"]):
            assert told["feels_threatened"] != "absent"


def test_no_text_hints_at_earlier_violence_that_is_not_told(sets: list[VignetteSet]) -> None:
    hint = {"en": r"this time|on other days|hit again|last time", "ro": r"de data aceasta|alte zile|lovită? din nou"}
    for v in _all(sets):
        for language in LANGUAGES:
            assert not _found(hint[language], v.text(language)), v.text(language)


def test_a_set_varies_its_words(sets: list[VignetteSet]) -> None:
    """No two texts of a set share most of their sentences."""
    for one in sets:
        for language in LANGUAGES:
            said = [{line.text[language] for line in v.lines} for v in one.vignettes]
            for i, first in enumerate(said):
                for second in said[i + 1 :]:
                    assert len(first & second) <= 0.5 * min(len(first), len(second)), first & second
