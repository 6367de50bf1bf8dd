"""Filled forms: the records of a rater scored by the instrument's own definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy import instruments
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
    record = _consistent(scene, definition, fill(scene, contact, scene.settings.items[instrument]))
    scores = _scores(definition, record)
    return Form(instrument, contact, record, scores, _level(definition, scores))


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
