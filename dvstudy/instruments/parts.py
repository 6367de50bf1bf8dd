"""The parts of a definition file: what each may hold, one strict model each.

Unknown keys fail, types are not converted, objects are frozen. Rules that hold between parts are in `rules`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

#: Why an answer is missing. A reason is never an answer: none of these silently becomes "no".
REASONS: Final = ("blank", "refused", "does_not_know", "not_asked", "not_applicable", "omitted")

#: How well a fact is known. `placeholder` marks an item invented to hold a slot whose official topic is not known.
Status = Literal["verified", "topic_verified", "unverified", "placeholder"]
#: From the best known to the least.
STATUSES: Final[tuple[str, ...]] = get_args(Status)
#: When the thing asked about happened: in this incident, in the last year, at any time, or the question does not say.
TimeFrame = Literal["unstated", "now", "last_year", "ever"]
Reason = Literal["blank", "refused", "does_not_know", "not_asked", "not_applicable", "omitted"]


def least_known(statuses: Iterable[str]) -> str:
    """The status of something that is as well known as the least known of its parts."""
    return max(statuses, key=STATUSES.index)


def _has_english(label: dict[str, str]) -> dict[str, str]:
    if not label.get("en", "").strip():
        raise ValueError("label_without_english")
    return label


#: One short text in several languages, side by side; English is required.
Label = Annotated[dict[str, str], AfterValidator(_has_english)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
#: A code, or several branches joined by "+".
Outcome = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_+]*$")]


class Part(BaseModel):
    """Parent of every part of a definition: frozen, strict, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Sourced(Part):
    """A statement with its verification status and where it was read: a key of the file's `sources` table."""

    status: Status
    source: Code


class Answer(Part):
    """One answer a form offers; `score` is its worth in sums of answer values."""

    code: Code
    score: int
    label: Label


class AnswerSet(Part):
    """The answers an item offers and the reasons for missing that may stand in their place."""

    answers: tuple[Answer, ...] = Field(max_length=100, strict=False)
    missing: tuple[Reason, ...] = Field(strict=False)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(a.code for a in self.answers)


class Section(Part):
    """A part of the form with its heading."""

    id: Code
    label: Label


class Item(Sourced):
    """One question: a short paraphrase of its topic, never the official wording."""

    id: Code
    number: str
    section: Code
    construct_id: Code
    label: Label
    answers: Code
    role: Literal["item", "flag", "summary_rating"] = "item"
    time: TimeFrame = "unstated"
    note: Label | None = None


class Score(Sourced):
    """A number computed from answers.

    `count` counts `answers` among `items`; `weighted_sum` adds `weights[item]` for each of `answers`;
    `value_sum` adds the answer values. `counted` replaces `answers` for single items. `decides` says whether a level
    may rest on it: the model refuses a level built on a score that does not decide. `prorate_up_to` is the largest
    number of missing items for which the score may be raised in proportion (a column of its own beside the score).
    """

    id: Code
    label: Label
    kind: Literal["count", "weighted_sum", "value_sum"]
    items: tuple[Code, ...] = Field(default=(), strict=False)
    answers: tuple[Code, ...] = Field(default=("yes",), strict=False)
    counted: dict[Code, Annotated[tuple[Code, ...], Field(strict=False)]] = Field(default_factory=dict)
    weights: dict[Code, int] = Field(default_factory=dict)
    decides: bool = True
    prorate_up_to: int | None = Field(default=None, ge=0)

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(self.weights) if self.kind == "weighted_sum" else self.items

    def worth(self, item_id: str, answers: AnswerSet) -> tuple[int, ...]:
        """What each of `answers` to one item adds to this score."""
        if item_id not in self.item_ids:
            return (0,) * len(answers.answers)
        if self.kind == "value_sum":
            return tuple(a.score for a in answers.answers)
        weight = self.weights.get(item_id, 1)
        counted = self.counted.get(item_id, self.answers)
        return tuple(weight if code in counted else 0 for code in answers.codes)


class Parameter(Sourced):
    """A threshold that users set: local practice, not the instrument, fixes it. `used` says whether conditions that
    name it hold with their own `at_least` when nobody sets it; otherwise they are left out."""

    id: Code
    label: Label
    least: int
    most: int
    used: bool = True


class Condition(Part):
    """`score` at or above `at_least`, or at or above the value given for `parameter`; `branch` is its name in the
    trace of a decision."""

    branch: Code
    score: Code
    at_least: int
    parameter: Code | None = None


class Level(Part):
    """A level of risk. Levels are listed from the highest; a case has the first whose conditions hold (joined by
    `join`). The last level has no condition. In a structured judgement no level has one: the assessor rates."""

    code: Code
    label: Label
    join: Literal["any", "all"] = "any"
    when: tuple[Condition, ...] = Field(default=(), max_length=4, strict=False)


class Rule(Sourced):
    """How well the levels and their thresholds are known. With `known` false the rule is not public, or nobody could
    read it: the definition may then lack scores and levels, and scoring is refused until an overlay brings them."""

    known: bool = True
    note: Label | None = None


class Decision(Part):
    """The yes/no outcome: reached from level `positive_from` upwards. Only where the instrument has one."""

    label: Label
    positive_from: Code
    positive: Code
    positive_label: Label
    negative: Code
    negative_label: Label


class Judgement(Part):
    """Structured professional judgement: the assessor's summary ratings, and the one that gives the level."""

    ratings: tuple[Code, ...] = Field(strict=False)
    level_from: Code


class Example(Part):
    """A worked example: answers in, results out.

    `others` gives, for each answer set, the answer of every item not listed in `answers`. `expect` holds columns of
    the scored table; the word ``missing`` stands for an empty cell.
    """

    name: str
    others: dict[Code, Code]
    answers: dict[Code, Code] = Field(default_factory=dict)
    expect: dict[Code, int | Outcome] = Field(min_length=1)
