"""Filled forms: the records of a rater scored by the instrument's own definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy import instruments
from dvstudy.cohorts import habits
from dvstudy.cohorts.record import Contact, Record, Scene, fill
from dvstudy.cohorts.streams import Bools, Ints
from dvstudy.instruments import Instrument

POLICE_FORM = "order146"
SOCIAL_SHEET = "social_risk_sheet"
DANGER = "danger_assessment"
SARA = "sara_v2"


@dataclass(frozen=True)
class Form:
    """One instrument filled by one rater in every case; `scores` by name, `level` counted from the lowest (0)."""

    instrument: str
    contact: Contact
    record: Record
    scores: dict[str, Ints]
    level: Ints

    @property
    def positive(self) -> Bools:
        """Whether the decision is positive; only where the instrument has one."""
        definition = instruments.load(self.instrument)
        assert definition.decision is not None
        return self.level >= definition.level_codes.index(definition.decision.positive_from)


def filled(scene: Scene, instrument: str, contact: Contact) -> Form:
    """`instrument` filled by `contact` in every case, with its yes/no scores and level."""
    definition = instruments.load(instrument)
    record = habits.in_runs(scene, contact, instrument, fill(scene, contact, instrument))
    if contact.kind == habits.OFFICER and scene.shown:
        record = habits.from_register(scene, instrument, record)
    record = _consistent(scene, definition, record)
    if instrument == POLICE_FORM and contact.kind == habits.OFFICER and not contact.shared_story:
        record = habits.gamed(scene, record, *_rule(definition, record))
    return _scored(definition, contact, record)


def second_form(scene: Scene, first: Form, contact: Contact) -> Form:
    """The same form filled again by another rater, who may have seen the first one."""
    definition = instruments.load(first.instrument)
    own = filled(scene, first.instrument, contact).record
    record = habits.from_memory(scene, contact, first.instrument, own, first.record)
    return _scored(definition, contact, _consistent(scene, definition, record))


def _scored(definition: Instrument, contact: Contact, record: Record) -> Form:
    scores = _scores(definition, record)
    return Form(definition.id, contact, record, scores, _level(definition, scores))


def _rule(definition: Instrument, record: Record) -> tuple[tuple[Bools, Bools], tuple[int, int]]:
    """Which items count in each of the two sections, and from which count the rule is met."""
    assert definition.decision is not None
    met = next(level for level in definition.levels if level.code == definition.decision.positive_from).when
    inside = [np.isin(record.items, definition.score[one.score].item_ids) for one in met]
    return (inside[0], inside[1]), (int(met[0].at_least), int(met[1].at_least))


def _consistent(scene: Scene, definition: Instrument, record: Record) -> Record:
    """No rater ticks two answers that exclude each other, or a follow-up question without its parent."""
    column = {item: k for k, item in enumerate(record.items)}
    yes, missing = record.yes.copy(), record.missing.copy()
    for first, second in definition.excludes:
        yes[:, column[first]] &= ~yes[:, column[second]]
    for item, parent in scene.settings.follow_ups.get(definition.id, {}).items():
        yes[:, column[item]] &= yes[:, column[parent]]
        missing[:, column[item]] |= ~yes[:, column[parent]]
        yes[:, column[item]] &= ~missing[:, column[item]]
    return Record(record.items, yes, missing, record.tick)


def _scores(definition: Instrument, record: Record) -> dict[str, Ints]:
    found = {}
    for score in definition.scores:
        if score.kind == "value_sum" or not set(score.item_ids) <= set(record.items):
            continue
        weights = np.array([_weight(score.weights, score.item_ids, item) for item in record.items])
        found[score.id] = record.yes @ weights
    return found


def _weight(weights: dict[str, int], items: tuple[str, ...], item: str) -> int:
    return weights.get(item, 0) if weights else int(item in items)


def _level(definition: Instrument, scores: dict[str, Ints]) -> Ints:
    """Number of the highest level whose conditions hold, counted from the lowest."""
    n = len(next(iter(scores.values()))) if scores else 0
    level = np.zeros(n, dtype=np.int64)
    for rank, one in enumerate(reversed(definition.levels)):
        if one.when and all(c.score in scores for c in one.when):
            met = [scores[c.score] >= c.at_least for c in one.when]
            joined = np.logical_or.reduce(met) if one.join == "any" else np.logical_and.reduce(met)
            level = np.where(joined, rank, level)
    return level
