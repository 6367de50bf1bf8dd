"""What a vignette is once it is written: frozen, plain, the same as JSON."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import ConfigDict

from dvstudy import provenance
from dvstudy.instruments import Instrument
from dvstudy.vignettes.model import Area, Gender, Relation, Told, Victim

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Answer = Literal["yes", "no", "does_not_know"]
#: The answer that each way of telling makes right.
ANSWER: Final[Mapping[Told, Answer]] = {"present": "yes", "absent": "no", "untold": "does_not_know"}
ID_PREFIX: Final = f"{provenance.SYNTHETIC_PREFIX}V-"
_ID_DIGITS: Final = 10


_STRICT: Final = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Line:
    """One piece of the text: its paragraph, the constructs it tells and how, its words in each language.

    `shows` is empty and `told` None for a piece that only carries the story.
    """

    __pydantic_config__ = _STRICT

    paragraph: int
    shows: tuple[str, ...]
    told: Literal["present", "absent"] | None
    text: Mapping[str, str]


@dataclass(frozen=True)
class ItemKey:
    """The right answer to one item, and the number of the line that decides it (None: the text says nothing)."""

    __pydantic_config__ = _STRICT

    item: str
    construct: str
    told: Told
    answer: Answer
    line: int | None


@dataclass(frozen=True)
class Vignette:
    """One training case with its key.

    Attributes
    ----------
    id
        ``SYN-V-`` and an HMAC of seed, case and bank under the cohort's parameter hash: see `vignette_id`.
    seed, parameter_hash, bank, case_id
        What it was made from: seed of the set, parameters of the cohort, fingerprint of the sentence bank, case.
    instrument, instrument_version
        The form that the key answers.
    relation, victim, area, victim_gender, other_gender
        Who and where.
    lines
        The text, in order.
    items
        The key, one entry an item of the form.
    section_a, section_b
        Yes answers in each section, by the scorer.
    decision, branch, certainty
        As the scorer gives them; `certainty` says whether answers that cannot be known could change the decision.
    boundary
        Whether one yes more or less would change the decision.
    reason
        Why the decision came out, in each language: sentences of `scoring.explain`.
    content_notes, discussion
        Codes of what the text speaks of and of what to talk about (``vignette.content.*``, ``vignette.discuss.*``).
    synthetic
        Always true: a vignette is never made from a real case.
    """

    __pydantic_config__ = _STRICT

    id: str
    seed: int
    parameter_hash: str
    bank: str
    case_id: str
    instrument: str
    instrument_version: str
    relation: Relation
    victim: Victim
    area: Area
    victim_gender: Gender
    other_gender: Gender
    lines: tuple[Line, ...]
    items: tuple[ItemKey, ...]
    section_a: int
    section_b: int
    decision: str
    branch: str
    certainty: str
    boundary: bool
    reason: Mapping[str, tuple[str, ...]]
    content_notes: tuple[str, ...]
    discussion: tuple[str, ...]
    synthetic: Literal[True] = True

    def paragraphs(self, language: str) -> list[str]:
        """The text, one string a paragraph."""
        numbers = sorted({line.paragraph for line in self.lines})
        return [" ".join(one.text[language] for one in self.lines if one.paragraph == n) for n in numbers]

    def text(self, language: str) -> str:
        """The whole text, paragraphs separated by a line break."""
        return "\n".join(self.paragraphs(language))


@dataclass(frozen=True)
class VignetteSet:
    """A set of vignettes, the form that their keys answer, and what the set was made from."""

    __pydantic_config__ = _STRICT

    seed: int
    recipe: str
    parameter_hash: str
    bank: str
    instrument: Instrument
    vignettes: tuple[Vignette, ...]
    synthetic: Literal[True] = True

    def to_json(self) -> str:
        """The set as JSON text; equal sets give equal bytes."""
        return _adapter().dump_json(self, indent=1).decode() + "\n"


def from_json(text: str) -> VignetteSet:
    """The set that `VignetteSet.to_json` wrote; raises pydantic's `ValidationError` for anything else."""
    return _adapter().validate_json(text)


def json_schema() -> dict[str, Any]:
    """JSON Schema of the file that `VignetteSet.to_json` writes."""
    return _adapter().json_schema()


def vignette_id(parameter_hash: str, *, seed: int, case_id: str, bank: str) -> str:
    """The id that anyone holding the parameter hash can recompute."""
    told = f"vignette:{seed}:{case_id}:{bank}"
    return ID_PREFIX + hmac.new(parameter_hash.encode(), told.encode(), "sha256").hexdigest()[:_ID_DIGITS]


def answers(items: Sequence[ItemKey]) -> dict[str, str]:
    """Item id to the answer of the key, as a form would hold it."""
    return {key.item: key.answer for key in items}


@cache
def _adapter() -> TypeAdapter[VignetteSet]:
    from pydantic import TypeAdapter

    return TypeAdapter(VignetteSet)
