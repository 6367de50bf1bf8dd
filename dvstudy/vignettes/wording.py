"""Templates to sentences: who is named, who is a pronoun, and every form that depends on gender.

A template may hold ``{victim}`` and ``{other}`` (subject; capitalised ``{Victim}``, ``{Other}`` at a sentence's
start), ``{victim's}`` and ``{other's}``, ``{a_victim}`` and ``{whose_other}`` (first mention), and ``{v:F|M}`` or
``{o:F|M}``: the form that agrees with the victim's or the other person's gender, written out by the author.

A person is named at the first mention in a paragraph, after being introduced ("a woman"), and wherever a pronoun
could mean either of two people of the same gender. A sentence that goes on about the one person the last clause was
about needs no name; Romanian leaves the subject out there, and begins any other sentence with the name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dvstudy.vignettes.model import LANGUAGES, Person

_TOKEN: Final = re.compile(r"\{([^{}]*)\}")
_CHOICE: Final = re.compile(r"(?P<who>[vo]):(?P<f>[^|]*)\|(?P<m>[^|]*)")
_CLAUSE_END: Final = re.compile(r"[.!?:;]\s+")
_LEAD: Final = re.compile(r"(?:^|, (?:and |iar )?)\{(victim|other)\}", re.IGNORECASE)
_PLAIN: Final = frozenset({"victim", "other", "victim's", "other's", "a_victim", "whose_other"})
_PRONOUN: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "en": {"f": ("she", "her"), "m": ("he", "his")},
    "ro": {"f": ("ea", "ei"), "m": ("el", "lui")},
}
#: Languages in which an unchanged subject is left out.
_SUBJECT_DROPPED: Final = frozenset({"ro"})


@dataclass(frozen=True)
class Cast:
    """The two people of a text."""

    victim: Person
    other: Person

    def gender(self, who: str) -> str:
        return (self.victim if who.startswith("v") else self.other).gender


def unknown_tokens(template: str) -> list[str]:
    """Placeholders that mean nothing, and braces that do not pair."""
    inner = _TOKEN.findall(template)
    wrong = [t for t in inner if (t[:1].lower() + t[1:]) not in _PLAIN and not _CHOICE.fullmatch(t)]
    return wrong + [brace for brace in "{}" if brace in _TOKEN.sub("", template)]


def paragraph(templates: Sequence[Mapping[str, str]], cast: Cast) -> list[dict[str, str]]:
    """The templates of one paragraph as sentences, in every language of the bank."""
    tellers = {code: _Teller(code, cast) for code in LANGUAGES}
    return [{code: tellers[code].tell(template[code]) for code in LANGUAGES} for template in templates]


def first_mention(cast: Cast, language: str) -> str:
    """How the other person is called when first mentioned ("her husband")."""
    return _Teller(language, cast).tell("{whose_other}", capital=False)


@dataclass
class _Teller:
    """Tells one paragraph in one language, remembering who has been named."""

    language: str
    cast: Cast
    named: set[str] = field(default_factory=set)
    topic: str = ""

    def tell(self, template: str, *, capital: bool = True) -> str:
        opening = _opening(template)
        goes_on = opening != "" and opening == self.topic
        self.topic = _topic(template)
        if goes_on:
            template = _TOKEN.sub(self._going_on(opening), template, count=1).lstrip()
        told = _TOKEN.sub(lambda match: self._form(match[1]), template)
        return told[:1].upper() + told[1:] if capital else told

    def _going_on(self, who: str) -> str:
        """The subject of a sentence about the same person as the last one: nothing, or a pronoun."""
        gender = self.cast.gender(who)
        return "" if self.language in _SUBJECT_DROPPED else _PRONOUN[self.language][gender][0]

    def _form(self, token: str) -> str:
        choice = _CHOICE.fullmatch(token)
        if choice:
            return choice["f"] if self.cast.gender(choice["who"]) == "f" else choice["m"]
        opens = token[:1].isupper() and self.language in _SUBJECT_DROPPED
        form = self._mention(token.lower(), by_name=opens)
        return form[:1].upper() + form[1:] if token[:1].isupper() else form

    def _mention(self, token: str, *, by_name: bool) -> str:
        who = "victim" if "victim" in token else "other"
        person = self.cast.victim if who == "victim" else self.cast.other
        names = person.called[self.language]
        if token in ("a_victim", "whose_other"):
            return _TOKEN.sub(lambda match: self._form(match[1]), names.intro)
        pronoun = who in self.named and self.cast.victim.gender != self.cast.other.gender
        self.named.add(who)
        genitive = token.endswith("'s")
        if pronoun and not by_name:
            return _PRONOUN[self.language][person.gender][1 if genitive else 0]
        return _TOKEN.sub(lambda match: self._form(match[1]), names.possessive if genitive else names.name)


def _topic(template: str) -> str:
    """The person whom the last clause is about, if it is about one alone and names that person first."""
    clause = _CLAUSE_END.split(template)[-1]
    subjects = {token.lower() for token in _TOKEN.findall(clause)} & {"victim", "other"}
    lead = _LEAD.search(clause)
    return lead[1].lower() if lead and len(subjects) == 1 else ""


def _opening(template: str) -> str:
    """The person whom the sentence begins with, if it begins with one."""
    start = _TOKEN.match(template)
    token = start[1].lower() if start else ""
    return token if token in ("victim", "other") else ""
