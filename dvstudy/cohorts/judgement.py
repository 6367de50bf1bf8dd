"""Structured professional judgement: graded items, critical flags and ratings of the trained assessor."""

from __future__ import annotations

import numpy as np

from dvstudy import instruments
from dvstudy.cohorts.forms import SARA
from dvstudy.cohorts.numeric import expit
from dvstudy.cohorts.record import Contact, Record, Scene, fill
from dvstudy.cohorts.streams import Floats, Ints

ABSENT, PARTIAL, PRESENT = 0, 1, 2


def sara(scene: Scene, contact: Contact) -> Ints:
    """Codes of every item of the structured judgement, one row a case, in the order of the definition.

    A recorded item is partly or fully present; without information it is omitted. The two ratings follow the sum of
    the graded items only through the assessor's own judgement: no sum decides.
    """
    definition = instruments.load(SARA)
    record = fill(scene, contact, SARA)
    graded = _graded(scene, record)
    omitted = {item: list(definition.dtype(item).categories).index("omitted") for item in definition.item_ids}
    codes = np.empty((scene.people.n, len(definition.item_ids)), dtype=np.int64)
    ratings = _ratings(scene, graded)
    for k, item in enumerate(definition.item_ids):
        if item in record.items:
            column = record.items.index(item)
            codes[:, k] = np.where(record.missing[:, column], omitted[item], graded[:, column])
        elif item.endswith("_critical"):
            column = record.items.index(item.removesuffix("_critical"))
            luck = scene.streams.uniform(f"judgement/{item}", scene.people.n)
            codes[:, k] = (graded[:, column] == PRESENT) & (luck < scene.settings.forms.sara_critical)
        else:
            codes[:, k] = ratings[item]
    return codes


def _graded(scene: Scene, record: Record) -> Ints:
    luck = [scene.streams.uniform(f"judgement/{item}", scene.people.n) for item in record.items]
    full = [u < _fully(scene, item) for u, item in zip(luck, record.items, strict=True)]
    return np.where(record.yes, np.where(np.column_stack(full), PRESENT, PARTIAL), ABSENT)


def _fully(scene: Scene, item: str) -> Floats:
    """Chance that a recorded item is graded as fully present.

    ``severity``: it grows with the severity of the case, for all items alike. ``graded``: a graded response model on
    the trait behind the item's own facts, P(at least partly) = p and P(fully) = expit(logit p - gap), so that given a
    fact it is the ratio of the two; an item recorded without any fact is partly present at most.
    """
    f, facts = scene.settings.forms, scene.facts
    if f.grading == "severity":
        return expit(f.sara_present + f.sara_present_severity * scene.people.covariates["S"])
    asked = scene.settings.items[SARA][item]
    p = 1 - np.multiply.reduce([1 - facts.propensity[fact] for fact in asked])
    true = np.logical_or.reduce([facts.true[fact] for fact in asked])
    gap = np.exp(f.graded_gap)
    return np.where(true, 1 / (p + (1 - p) * gap), 0.0)


def _ratings(scene: Scene, graded: Ints) -> dict[str, Ints]:
    """0 low, 1 moderate, 2 high, for the partner and for other persons."""
    f = scene.settings.forms
    judged = graded.sum(axis=1) + f.sara_noise * scene.streams.normal("judgement/partner", scene.people.n)
    others = judged + f.sara_others
    return {
        name: (score >= f.sara_moderate).astype(np.int64) + (score >= f.sara_high)
        for name, score in (("rating_partner", judged), ("rating_others", others))
    }
