"""What an instrument is: the strict model that every definition file must satisfy.

An instrument is data. Items, answer sets, scores, levels, the legal life, the rights and the worked examples stand
in one TOML file; scoring has a closed vocabulary (counts, weighted sums, sums of answer values, levels reached by
"at least" conditions) and no expressions. Unknown keys fail. Structured professional judgement is a first-class
kind: its level is what the assessor rated, and no sum decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal

import pandas as pd
from pydantic import Field

from dvstudy.errors import Problems
from dvstudy.instruments import rules
from dvstudy.instruments.constructs import Construct
from dvstudy.instruments.parts import (
    AnswerSet,
    Code,
    Decision,
    Example,
    Item,
    Judgement,
    Label,
    Level,
    Parameter,
    Part,
    Rule,
    Score,
    Section,
)
from dvstudy.instruments.standing import Applicability, Legal, Reading, Rights
from dvstudy.language import pick

__all__ = ["AnswerSet", "Definition", "Instrument", "Label", "Part"]


#: Context of a validation whose content is known to keep the rules between parts: they are not checked again.
CHECKED: Final = "rules between parts are checked"


class Definition(Part):
    """The content of a definition file: every part has the right shape, but rules between parts are not checked."""

    schema_version: Literal[1]
    id: Code
    version: str
    family: Code | None = None
    kind: Literal["checklist", "weighted_checklist", "screen", "structured_judgement"]
    title: Label
    short_title: Label
    notice: Label | None = None
    informant: Literal["police_officer", "social_worker", "advocate", "trained_assessor"]
    legal: Legal | None = None
    rights: Rights
    applicability: Applicability
    sources: dict[Code, str] = Field(min_length=1)
    sections: tuple[Section, ...] = Field(default=(), strict=False)
    answer_sets: dict[Code, AnswerSet] = Field(default_factory=dict)
    constructs: dict[Code, Construct] = Field(default_factory=dict)
    items: tuple[Item, ...] = Field(default=(), strict=False)
    excludes: tuple[Annotated[tuple[Code, Code], Field(strict=False)], ...] = Field(default=(), strict=False)
    parameters: tuple[Parameter, ...] = Field(default=(), strict=False)
    scores: tuple[Score, ...] = Field(default=(), strict=False)
    rule: Rule
    levels: tuple[Level, ...] = Field(default=(), strict=False)
    decision: Decision | None = None
    judgement: Judgement | None = None
    readings: tuple[Reading, ...] = Field(default=(), strict=False)
    examples: tuple[Example, ...] = Field(default=(), strict=False)


class Instrument(Definition):
    """An instrument whose rules hold; making one that breaks them raises `CheckFailed` with every fault.

    See `docs/instruments.md` for the file format. `settings` holds the parameters that somebody set, `wording` official
    words that an overlay brought and `overlay` the hash of its file; none of the three stands in a definition.
    """

    settings: dict[Code, int] = Field(default_factory=dict)
    wording: dict[Code, dict[str, str]] = Field(default_factory=dict)
    overlay: str = ""

    def model_post_init(self, context: object) -> None:
        if context == CHECKED:
            return
        found = Problems(self.id)
        found.extend(rules.problems(self))
        found.stop()

    @cached_property
    def item(self) -> Mapping[str, Item]:
        """Items by id, in the order of the form."""
        return {i.id: i for i in self.items}

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(i.id for i in self.items)

    @cached_property
    def score(self) -> Mapping[str, Score]:
        return {s.id: s for s in self.scores}

    @cached_property
    def scored_items(self) -> tuple[str, ...]:
        """Items that at least one score reads, in the order of the form."""
        read = {item for s in self.scores for item in s.item_ids}
        return tuple(i for i in self.item_ids if i in read)

    @cached_property
    def needed_items(self) -> tuple[str, ...]:
        """Items without which a form cannot be scored: those that scores read, the assessor's ratings, and those that
        exclude another."""
        needed = {*self.scored_items, *(self.judgement.ratings if self.judgement else ())}
        needed |= {i for pair in self.excludes for i in pair}
        return tuple(i for i in self.item_ids if i in needed)

    @cached_property
    def level_codes(self) -> tuple[str, ...]:
        """Level codes from the lowest to the highest."""
        return tuple(level.code for level in reversed(self.levels))

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """Words for every code of the instrument: items, scores, levels, sections, decision outcomes."""
        parts: list[Item | Score | Section] = [*self.sections, *self.items, *self.scores]
        chosen = self.decision
        outcomes = {chosen.positive: chosen.positive_label, chosen.negative: chosen.negative_label} if chosen else {}
        return {part.id: part.label for part in parts} | {level.code: level.label for level in self.levels} | outcomes

    def words(self, item_id: str, language: str, *, printed: bool) -> str:
        """The question as a person may read it: official wording where an overlay brought it and, for anything
        `printed` (a report, an export, a vignette), the rights allow it; else the paraphrase."""
        official = self.wording.get(item_id, {}).get(language)
        allowed = self.rights.wording_may_be_shown or not printed
        return official if official and allowed else pick(self.item[item_id].label, language)

    def worth(self, score_id: str, item_id: str) -> tuple[int, ...]:
        """What each answer of an item adds to a score, in the order of its answer set."""
        return self.score[score_id].worth(item_id, self.answer_set(item_id))

    def answer_set(self, item_id: str) -> AnswerSet:
        return self.answer_sets[self.item[item_id].answers]

    def dtype(self, item_id: str) -> pd.CategoricalDtype:
        """The categorical type of one item's column: its answers first, then its reasons for missing."""
        return self._dtypes[self.item[item_id].answers]

    @cached_property
    def _dtypes(self) -> Mapping[str, pd.CategoricalDtype]:
        return {name: pd.CategoricalDtype([*s.codes, *s.missing]) for name, s in self.answer_sets.items()}

    def levels_dtype(self) -> pd.CategoricalDtype:
        return pd.CategoricalDtype(list(self.level_codes), ordered=True)
