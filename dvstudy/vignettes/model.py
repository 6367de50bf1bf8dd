"""The strict shape of the sentence bank: every sentence in every language of the bank, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product
from typing import Annotated, Final, Literal

from pydantic import Field

from dvstudy import tables
from dvstudy.instruments.parts import Label, Part
from dvstudy.vignettes.limits import Cues, Rules

LANGUAGES: Final = ("en", "ro")
#: The order in which a text is told; constructs belong to the stages from `seen` to `past`.
STAGES: Final = ("call", "arrival", "seen", "told", "home", "past", "other", "close")
#: What a content note may name, in the order in which it names it.
CONTENTS: Final = (
    "control",
    "threats",
    "injury",
    "weapon",
    "strangulation",
    "attempt",
    "sexual_violence",
    "child_harmed",
    "others_harmed",
    "suicide",
)
FEWEST_PRESENT: Final = 3
FEWEST_ABSENT: Final = 2

Relation = Literal["spouse", "partner", "parent", "child", "other_kin"]
Victim = Literal["woman", "man", "minor"]
Area = Literal["urban", "rural"]
Gender = Literal["f", "m"]
Told = Literal["present", "absent", "untold"]
Content = Literal[
    "control",
    "threats",
    "injury",
    "weapon",
    "strangulation",
    "attempt",
    "sexual_violence",
    "child_harmed",
    "others_harmed",
    "suicide",
]


class Sentence(Part):
    """One sentence as a template in each language, and whom it fits (an empty list means everyone)."""

    en: str = Field(min_length=1)
    ro: str = Field(min_length=1)
    relations: tuple[Relation, ...] = Field(default=(), strict=False)
    victims: tuple[Victim, ...] = Field(default=(), strict=False)
    areas: tuple[Area, ...] = Field(default=(), strict=False)

    @cached_property
    def text(self) -> Mapping[str, str]:
        """The template by language."""
        return {"en": self.en, "ro": self.ro}

    def fits(self, relation: str, victim: str, area: str | None = None) -> bool:
        """Whether the sentence may be told of this relation and victim (and, for a frame, in this area)."""
        return (
            (not self.relations or relation in self.relations)
            and (not self.victims or victim in self.victims)
            and (not self.areas or area is None or area in self.areas)
        )


class Construct(Part):
    """How one fact is told: where in the story, with which sentences when it is present or said to be absent.

    `last` keeps the sentence for the end of its paragraph; `reading` is how the set reads a topic of the form that
    could be read in more than one way.
    """

    stage: Literal["seen", "told", "home", "past"]
    content: Content | None = None
    content_when_denied: bool = False
    cues: Cues
    last: bool = False
    reading: Label | None = None
    present: tuple[Sentence, ...] = Field(strict=False)
    absent: tuple[Sentence, ...] = Field(strict=False)

    def model_post_init(self, _context: object) -> None:
        faults = list(self._thin())
        if faults:
            raise ValueError("; ".join(faults))

    def told(self, kind: str, relation: str, victim: str) -> list[tuple[int, Sentence]]:
        """Sentences of one kind ("present", "absent") that fit, each with its place in the file."""
        chosen = self.present if kind == "present" else self.absent
        return [(i, s) for i, s in enumerate(chosen) if s.fits(relation, victim)]

    def _thin(self) -> Iterator[str]:
        """Of each relation and victim a fact is told in enough ways or, on purpose, not at all."""
        if len(self.present) < FEWEST_PRESENT:
            yield f"{len(self.present)} sentences say it is present; {FEWEST_PRESENT} are needed"
        if len(self.absent) < FEWEST_ABSENT:
            yield f"{len(self.absent)} sentences say it is absent; {FEWEST_ABSENT} are needed"
        for relation, victim in product(tables.RELATIONS, tables.VICTIMS):
            for kind, fewest in (("present", FEWEST_PRESENT), ("absent", FEWEST_ABSENT)):
                n = len(self.told(kind, relation, victim))
                if 0 < n < fewest:
                    yield f"{kind}: {n} sentences fit ({relation}, {victim}); {fewest} are needed, or none"


class Together(Sentence):
    """One sentence that says two facts to be absent."""

    absent: tuple[str, str] = Field(strict=False)


class Name(Part):
    """What a person is called in one language; forms may depend on the victim's gender (``{v:her|his}``)."""

    intro: str = Field(min_length=1)
    name: str = Field(min_length=1)
    possessive: str = Field(min_length=1)


class Person(Part):
    """A person of a text: grammatical gender and names."""

    gender: Gender
    en: Name
    ro: Name

    @cached_property
    def called(self) -> Mapping[str, Name]:
        return {"en": self.en, "ro": self.ro}


class VictimRole(Person):
    """A person who was harmed."""

    victim: Victim


class OtherRole(Person):
    """A person who harmed, by relation; `share` is the weight among the roles that fit."""

    relation: Relation
    victims: tuple[Victim, ...] = Field(min_length=1, strict=False)
    share: int = Field(ge=1)


class RelationItem(Part):
    """The construct that is told by who the people are; `reading` is how the set reads its question."""

    construct_id: str
    reading: Label

    def told(self, relation: str) -> Literal["present", "absent"]:
        return "present" if relation in tables.PARTNERS else "absent"


Frames = Annotated[tuple[Sentence, ...], Field(min_length=1, strict=False)]


class Bank(Part):
    """The whole sentence bank."""

    constructs: dict[str, Construct]
    together: tuple[Together, ...] = Field(strict=False)
    frames: dict[str, Frames]
    victims: tuple[VictimRole, ...] = Field(min_length=1, strict=False)
    others: tuple[OtherRole, ...] = Field(min_length=1, strict=False)
    relation: RelationItem
    rules: Rules

    def reading(self, construct: str) -> Label | None:
        """How the set reads the topic of this construct, where that must be said."""
        return self.relation.reading if construct == self.relation.construct_id else self.constructs[construct].reading

    def tellable(self, construct: str, kind: str, relation: str, victim: str) -> bool:
        """Whether the bank has sentences for this fact about this relation and victim."""
        return bool(self.constructs[construct].told(kind, relation, victim))
