"""The questions of several forms, each topic once: what is asked, with which answers, and what each answer stands for
on each form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from dvstudy import language as lang
from dvstudy.instruments.constructs import Construct, construct, taxonomy
from dvstudy.instruments.model import Instrument
from dvstudy.instruments.parts import REASONS, Item, TimeFrame

YES_NO, TIMED, BEFORE, RELATION = "yes_no", "timed", "timed_before", "relation"
#: Answers of each set, from the least alarming; the words are ``unified.answer.<code>`` in the catalogues.
ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
    YES_NO: ("no", "yes"),
    TIMED: ("no", "earlier", "last_year", "this_incident"),
    BEFORE: ("no", "earlier", "last_year"),
    RELATION: (
        "other", "other_relative", "sibling", "parent_of_victim", "child_of_victim", "former_partner", "partner",
        "former_spouse", "spouse",
    ),
}  # fmt: skip
#: Relations that count as a yes where a form asks about the relation with yes or no. How the official question turns
#: a relation into a yes is not known; current and former partners are taken here, as in the simulated cohorts.
COUPLE: Final = ("former_partner", "partner", "former_spouse", "spouse")
RELATION_TOPIC, MINOR_TOPIC = "relation_to_victim", "perpetrator_is_minor"
#: Time frame of an item -> answers that are a yes to it.
_YES: Final[Mapping[TimeFrame, tuple[str, ...]]] = {
    "unstated": ("earlier", "last_year", "this_incident"),
    "ever": ("earlier", "last_year", "this_incident"),
    "last_year": ("last_year", "this_incident"),
    "now": ("this_incident",),
}
_NEVER_MERGED: Final = ("assessor", "unknown")
_FIRST_SECTION: Final = "relationship"

Asked = tuple[Instrument, Item]


@dataclass(frozen=True)
class Question:
    """One question of the united form: the items it stands for (none for an added one) and its answer set."""

    id: str
    topic: str
    about: Construct
    asked: tuple[Asked, ...]
    answers: str
    time: TimeFrame

    def legacy(self, item: Item, code: str) -> str:
        """The answer on the old form that an answer here stands for; a reason for missing stands for itself."""
        if code in REASONS or self.answers not in (TIMED, BEFORE, RELATION):
            return code
        yes = COUPLE if self.answers == RELATION else _YES[item.time]
        return "yes" if code in yes else "no"


@dataclass(frozen=True)
class Union:
    """Questions in the order of the form, and which of them each item of each form became."""

    forms: tuple[Instrument, ...]
    questions: tuple[Question, ...]
    reasons: tuple[str, ...]

    @cached_property
    def place(self) -> Mapping[tuple[str, str], Question]:
        """(instrument, item) -> question."""
        return {(form.id, item.id): q for q in self.questions for form, item in q.asked}

    @cached_property
    def sections(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(q.about.domain for q in self.questions))

    def offered(self, question: Question) -> tuple[str, ...]:
        """Codes of the answers to a question."""
        if question.answers in ANSWERS:
            return ANSWERS[question.answers]
        form, item = question.asked[0]
        return form.answer_set(item.id).codes


def union(forms: Sequence[Instrument]) -> Union:
    """The questions of `forms`, those on one topic joined, in the order of the domains; the relation first."""
    groups: dict[str, list[Asked]] = {}
    for form in forms:
        for item in form.items:
            alone = sum(i.construct_id == item.construct_id for f in forms for i in f.items) == 1
            name = item.construct_id if alone or _joinable(form, item, forms) else f"{form.id}_{item.id}"
            groups.setdefault(name, []).append((form, item))
    questions = [_question(name, tuple(asked), forms) for name, asked in groups.items()]
    topics = {q.topic for q in questions}
    questions += [_added(t) for t in (RELATION_TOPIC, MINOR_TOPIC) if t not in topics]
    order = [_FIRST_SECTION, *(d for d in taxonomy().domains if d != _FIRST_SECTION)]
    first = {RELATION_TOPIC: 0, MINOR_TOPIC: 1}
    questions.sort(key=lambda q: (order.index(q.about.domain), first.get(q.topic, 2)))
    offered = [s.missing for form in forms for s in form.answer_sets.values() if s.codes == ANSWERS[YES_NO]]
    reasons = tuple(r for r in REASONS if all(r in missing for missing in offered))
    return Union(tuple(forms), tuple(questions), reasons or ("blank",))


def _joinable(form: Instrument, item: Item, forms: Sequence[Instrument]) -> bool:
    """Whether every form asks about the topic at most once, with a plain yes or no and no tie to another item."""
    same = [(f, i) for f in forms for i in f.items if i.construct_id == item.construct_id]
    once = len({f.id for f, _ in same}) == len(same)
    tied = any(other.id in pair for f, other in same for pair in f.excludes)
    simple = all(i.role == "item" and plain(f, i) for f, i in same)
    return once and simple and not tied and construct(form, item.id).domain not in _NEVER_MERGED


def plain(form: Instrument, item: Item) -> bool:
    """Whether an item offers yes and no, and nothing else."""
    chosen = form.answer_set(item.id)
    return set(chosen.codes) == {"yes", "no"} and {a.label["en"] for a in chosen.answers} == {"Yes", "No"}


def _question(name: str, asked: tuple[Asked, ...], forms: Sequence[Instrument]) -> Question:
    form, item = asked[0]
    about = construct(form, item.id)
    if not _joinable(form, item, forms):
        answers = YES_NO if plain(form, item) else f"{form.id}_{item.answers}"
        return Question(name, item.construct_id, about, asked, answers, item.time)
    answers, time = _timing(about.timing, {i.time for _, i in asked})
    if item.construct_id == RELATION_TOPIC:
        answers, time = RELATION, "now"
    return Question(name, item.construct_id, about, asked, answers, time)


def _timing(kind: Literal["act", "history", "state"], times: set[TimeFrame]) -> tuple[str, TimeFrame]:
    """Answer set and time frame: placed in time where the forms differ, or where one leaves an act without a time."""
    stated = times - {"unstated"}
    if len(stated) > 1 or (kind != "state" and "unstated" in times):
        return (BEFORE if kind == "history" and "now" not in stated else TIMED), "ever"
    return YES_NO, next(iter(stated), "unstated")


def _added(topic: str) -> Question:
    about = taxonomy().constructs[topic]
    return Question(topic, topic, about, (), RELATION if topic == RELATION_TOPIC else YES_NO, "now")


def answer_sets(found: Union) -> dict[str, Any]:
    """The answer sets that the questions use, in the form that a definition holds."""
    made: dict[str, Any] = {}
    for question in found.questions:
        if question.answers in ANSWERS:
            rows = [
                {"code": code, "score": int(place > 0), "label": words(f"unified.answer.{code}")}
                for place, code in enumerate(ANSWERS[question.answers])
            ]
            made[question.answers] = {"answers": rows, "missing": list(found.reasons)}
        else:
            form, item = question.asked[0]
            made[question.answers] = form.answer_set(item.id).model_dump(mode="json")
    return made


def words(key: str, **values: Mapping[str, str] | int) -> dict[str, str]:
    """A catalogue text in every language; values that are labels are given in the same language."""
    return {
        code: lang.text(key, code, **{k: v if isinstance(v, int) else lang.pick(v, code) for k, v in values.items()})
        for code in lang.languages()
    }
