"""Reading the sentence bank and checking all of it: what a bank holds, a text may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import product
from typing import Any, Final

from dvstudy import provenance, tables
from dvstudy.checks import read_toml, validated
from dvstudy.errors import Problem, Problems
from dvstudy.vignettes import wording
from dvstudy.vignettes.language_rules import sentence_faults
from dvstudy.vignettes.model import LANGUAGES, STAGES, Bank, Sentence

_CONSTRUCT_FILES: Final = ("incident.toml", "home.toml", "past.toml")
_FRAMES: Final = ("call", "arrival", "told", "home", "past", "other", "close")
_SUBJECT: Final = "vignettes/bank"
#: Puts both people into the paragraph, so that what follows is told with pronouns.
_NAMED: Final[Mapping[str, str]] = {"en": "{Victim} {other}", "ro": "{Victim} {other}"}


@cache
def load() -> Bank:
    """The bank that ships with the package, checked.

    Raises
    ------
    CheckFailed
        Listing every fault of the bank (see `check`).
    """
    return read(files("dvstudy.vignettes").joinpath("bank"))


def read(folder: Traversable) -> Bank:
    """The bank kept in `folder`, checked as a whole."""
    parts = {name: read_toml(folder.joinpath(name).read_text("utf-8"), name) for name in _CONSTRUCT_FILES}
    constructs: dict[str, Any] = {}
    problems = Problems(_SUBJECT)
    for name, part in parts.items():
        repeated = sorted(set(part) & set(constructs))
        problems.extend(Problem("vignette_construct_twice", name, construct) for construct in repeated)
        constructs |= part
    problems.stop()
    other = {name: read_toml(folder.joinpath(f"{name}.toml").read_text("utf-8"), name) for name in _others()}
    data = {"constructs": constructs, "frames": other["frames"], "rules": other["rules"]}
    bank = validated(Bank, data | other["together"] | other["roles"], _SUBJECT)
    check(bank)
    return bank


def version(bank: Bank) -> str:
    """Fingerprint of everything the bank says: twelve hexadecimal digits."""
    return provenance.digest(provenance.canonical(bank.model_dump(mode="json")).encode())[:12]


def check(bank: Bank) -> None:
    """Raise `CheckFailed` with every fault of the bank.

    Each sentence is told of every pair of people it fits, named and with pronouns, in every language, and searched
    for forbidden words, numbers, names, misplaced cues and missing denials.
    """
    problems = Problems(_SUBJECT)
    problems.extend(_broken_templates(bank))
    problems.stop()
    problems.extend(_unknown_constructs(bank))
    problems.extend(_gaps(bank))
    problems.stop()
    problems.extend(_bad_sentences(bank))
    problems.stop()


def casts(bank: Bank, relation: str, victim: str) -> list[tuple[wording.Cast, int]]:
    """Every pair of people of this relation and victim, with the weight of the other person's role."""
    return [
        (wording.Cast(one, other), other.share)
        for one, other in product(bank.victims, bank.others)
        if one.victim == victim and other.relation == relation and victim in other.victims
    ]


def _others() -> tuple[str, ...]:
    return ("together", "frames", "roles", "rules")


def _sentences(bank: Bank) -> Iterator[tuple[str, Sentence, tuple[str, ...], bool]]:
    """Every sentence: its place, itself, the constructs it tells, whether it denies them."""
    for name, construct in bank.constructs.items():
        for kind in ("present", "absent"):
            for i, sentence in enumerate(getattr(construct, kind), start=1):
                yield f"{name}.{kind} {i}", sentence, (name,), kind == "absent"
    for i, pair in enumerate(bank.together, start=1):
        yield f"together {i}", pair, pair.absent, True
    for stage, frames in bank.frames.items():
        for i, frame in enumerate(frames, start=1):
            yield f"frames.{stage} {i}", frame, (), False


def _broken_templates(bank: Bank) -> Iterator[Problem]:
    for place, sentence, _, _ in _sentences(bank):
        for code in LANGUAGES:
            for token in wording.unknown_tokens(sentence.text[code]):
                yield Problem("vignette_placeholder", f"{place} ({code})", token)


def _unknown_constructs(bank: Bank) -> Iterator[Problem]:
    known = tuple(bank.constructs)
    named: list[tuple[str, Sequence[str]]] = [("together", pair.absent) for pair in bank.together]
    named += [("rules.unlikely", (*one.present, *one.absent, *one.untold)) for one in bank.rules.unlikely]
    for place, constructs in named:
        yield from (Problem("vignette_construct", place, name, known) for name in constructs if name not in known)
    for pair in bank.together:
        stages = {bank.constructs[name].stage for name in pair.absent if name in known}
        if len(stages) > 1 or len(set(pair.absent)) == 1:
            yield Problem("vignette_pair", "together", ", ".join(pair.absent))


def _gaps(bank: Bank) -> Iterator[Problem]:
    """Frames and roles that are missing for people the cohort may hold."""
    yield from (Problem("vignette_stage", "frames", stage, STAGES) for stage in bank.frames if stage not in _FRAMES)
    for relation, victim in told_people(bank):
        for stage, area in product(_FRAMES, tables.AREAS):
            if not any(f.fits(relation, victim, area) for f in bank.frames.get(stage, ())):
                yield Problem("vignette_frame", f"frames.{stage}", f"{relation}, {victim}, {area}")


def told_people(bank: Bank) -> list[tuple[str, str]]:
    """The (relation, victim) pairs that the bank has roles for."""
    return [p for p in product(tables.RELATIONS, tables.VICTIMS) if casts(bank, *p)]


def _bad_sentences(bank: Bank) -> Iterator[Problem]:
    for place, sentence, tells, denies in _sentences(bank):
        seen: set[tuple[str, str]] = set()
        for relation, victim in told_people(bank):
            if not sentence.fits(relation, victim):
                continue
            for cast, _ in casts(bank, relation, victim):
                for told in _both_ways(sentence, cast):
                    seen |= set(told.items())
        found = (
            problem
            for code, text in sorted(seen)
            for problem in sentence_faults(bank, text, code, tells=tells, denies=denies, place=f"{place} ({code})")
        )
        yield from {(p.code, p.place, p.values): p for p in found}.values()


def _both_ways(sentence: Sentence, cast: wording.Cast) -> Iterator[dict[str, str]]:
    yield wording.paragraph([sentence.text], cast)[0]
    yield wording.paragraph([_NAMED, sentence.text], cast)[1]
