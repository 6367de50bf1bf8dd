"""Where an instrument stands outside its questions: in law, in rights, for whom it is meant, and which old
forms it stands for."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from dvstudy.instruments.parts import Code, Decision, Example, Label, Level, Part, Sourced


class Legal(Sourced):
    """The act that prescribes the form, where it applies and from when."""

    act: Label
    gazette: str = ""
    jurisdiction: str
    valid_from: date | None = None
    valid_to: date | None = None


class Rights(Sourced):
    """Who holds the instrument and what the code may do with its wording. `holder` has names only, as their bearers
    write them; it is empty where nobody is established to hold the rights."""

    holder: str = ""
    licence: Label
    wording_may_be_shown: bool
    training: Label
    certification: Label | None = None


class Requirement(Part):
    """Something that must be so for the instrument to apply and that study data seldom hold."""

    code: Code
    label: Label


class Applicability(Part):
    """Whom the instrument is meant for. Empty lists mean no restriction is stated."""

    relations: tuple[str, ...] = Field(default=(), strict=False)
    victims: tuple[str, ...] = Field(default=(), strict=False)
    requires: tuple[Requirement, ...] = Field(default=(), strict=False)
    note: Label


class Reading(Part):
    """An old form that a united one stands for: its rule over the questions and scores of the united form."""

    id: Code
    version: str
    label: Label
    applicability: Applicability
    scores: tuple[Code, ...] = Field(strict=False)
    levels: tuple[Level, ...] = Field(strict=False)
    decision: Decision | None = None
    examples: tuple[Example, ...] = Field(default=(), strict=False)
