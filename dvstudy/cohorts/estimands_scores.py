"""True values of what the study of thresholds asks of scores: part of the curve, precision, by day, both scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dvstudy.cohorts import outcomes
from dvstudy.cohorts.chain import Population
from dvstudy.cohorts.estimands import score
from dvstudy.cohorts.forms import Form
from dvstudy.cohorts.streams import Floats, Ints
from dvstudy.cohorts.tally import Groups, Row, auc, estimate, rows
from dvstudy.numbers.partial_auc import partial_area, standardise
from dvstudy.numbers.precision_recall import average_precision
from dvstudy.tables import FEW_ALARMS, FOLLOWED

_LOW, _HIGH = FEW_ALARMS


def values(p: Population, groups: Groups, danger: tuple[Form, Ints]) -> Iterator[Row]:
    """The count of the police form against severe violence under usual practice, and the Danger Assessment beside it on
    the people who have both; `groups` of every case, `danger` the Danger Assessment in the cases that may have one and
    which these are."""
    made = np.flatnonzero(p.filled)
    total, own = p.usual.form.scores["total"][made], groups.only(made)
    pieces = _tables(own, total, p.usual.chances.severe[made])
    terms = ("partial_auc", "partial_auc_standardised")
    yield from rows("partial_auc_order146_severe", terms, estimate(pieces, _part))
    yield from rows("precision_order146_severe", ("average_precision",), estimate(pieces, _precision))
    arm = p.usual
    for day in FOLLOWED:
        chance = outcomes.severe_by(p.scene.settings, p.hazard, arm.orders, arm.care.services, float(day))[made]
        by_day = score("auc_by_day_order146_severe", own, total, chance)
        yield from ({**row, "group": str(day)} for row in by_day)
    yield from _same_people(p, groups, danger)


def _same_people(p: Population, groups: Groups, danger: tuple[Form, Ints]) -> Iterator[Row]:
    form, cases = danger
    both = np.flatnonzero(p.filled[cases])
    event, own = p.usual.chances.severe[cases][both], groups.only(cases[both])
    first, second = form.scores["total"][both], p.usual.form.scores["total"][cases][both]
    one, two = (_tables(own, count, event) for count in (first, second))
    wide = max(one.shape[-1], two.shape[-1])
    padded = np.stack([np.pad(t, [(0, 0), (0, 0), (0, wide - t.shape[-1])]) for t in (one, two)], axis=1)

    def gap(tables: Floats) -> Floats:
        return auc(tables[..., 0, :, :]) - auc(tables[..., 1, :, :])

    yield from rows("compare_auc_danger_order146", ("auc_difference_common",), estimate(padded, gap))


def _tables(groups: Groups, value: Ints, event: Floats) -> Floats:
    """(groups, 2, scores) expected rows without and with the event, scores from the lowest up."""
    low, wide = value.min(), int(value.max() - value.min()) + 1
    return np.stack([groups.table(value - low, wide, weight) for weight in (1 - event, event)], axis=1)


def _downwards(tables: Floats) -> tuple[Floats, Floats]:
    """Events and other rows, scores from the highest down."""
    return tables[..., 1, ::-1], tables[..., 0, ::-1]


def _part(tables: Floats) -> Floats:
    area = partial_area(*_downwards(tables), low=_LOW, high=_HIGH)
    return np.stack([area, standardise(area, low=_LOW, high=_HIGH)], axis=-1)


def _precision(tables: Floats) -> Floats:
    return average_precision(*_downwards(tables))[..., None]
