"""Structured professional judgement: graded items, critical flags and ratings of the trained assessor."""

from __future__ import annotations

import numpy as np

from dvstudy import instruments
from dvstudy.cohorts.forms import SARA
from dvstudy.cohorts.numeric import expit
from dvstudy.cohorts.record import Contact, Record, Scene, fill
from dvstudy.cohorts.streams import Ints

ABSENT, PARTIAL, PRESENT = 0, 1, 2


def sara(scene: Scene, contact: Contact) -> Ints:
    """Codes of every item of the structured judgement, one row a case, in the order of the definition.

    A recorded item is partly or fully present; without information it is omitted. The two ratings follow the sum of
    the graded items only through the assessor's own judgement: no sum decides.
    """
    definition = instruments.load(SARA)
    record = fill(scene, contact, scene.settings.items[SARA])
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
    f, severity = scene.settings.forms, scene.people.covariates["S"]
    chance = expit(f.sara_present + f.sara_present_severity * severity)
    full = [scene.streams.uniform(f"judgement/{item}", scene.people.n) < chance for item in record.items]
    return np.where(record.yes, np.where(np.column_stack(full), PRESENT, PARTIAL), ABSENT)


def _ratings(scene: Scene, graded: Ints) -> dict[str, Ints]:
    """0 low, 1 moderate, 2 high, for the partner and for other persons."""
    f = scene.settings.forms
    judged = graded.sum(axis=1) + f.sara_noise * scene.streams.normal("judgement/partner", scene.people.n)
    others = judged + f.sara_others
    return {
        name: (score >= f.sara_moderate).astype(np.int64) + (score >= f.sara_high)
        for name, score in (("rating_partner", judged), ("rating_others", others))
    }
