"""True values of agreement between raters, and of the effect of the unified form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from dvstudy.cohorts.forms import Form
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tally import Groups, Row, estimate, rows
from dvstudy.numbers import agreement, icc
from dvstudy.result import ALL

_COUNTS: Final = ("section_a", "section_b", "total")
EFFECT: Final = ("mean_usual", "mean_unified", "difference")
EACH_CASE: Final = "each_case"


def decision(name: str, groups: Groups, first: Bools, second: Bools, weight: Floats, group: str = ALL) -> list[Row]:
    """Agreement on one yes/no answer."""
    yes = [
        weight * (first & second),
        weight * (first & ~second),
        weight * (~first & second),
        weight * (~first & ~second),
    ]

    def measures(total: Floats) -> Floats:
        return agreement.two_by_two(total.reshape(*total.shape[:-1], 2, 2))

    return rows(name, agreement.TERMS, estimate(groups.sums(yes), measures), group)


def same_form(groups: Groups, first: Form, second: Form, weight: Floats) -> Iterator[Row]:
    """Agreement of two raters with one form: decision, every item that both answered, the counts."""
    yield from decision("decision", groups, first.positive, second.positive, weight)
    for column, item in enumerate(first.record.items):
        answered = weight * ~(first.record.missing[:, column] | second.record.missing[:, column])
        pair = first.record.yes[:, column], second.record.yes[:, column]
        yield from decision("items", groups, *pair, answered, item)
    for count in _COUNTS:
        yield from _counts(groups, first.scores[count], second.scores[count], weight, count)


def _counts(groups: Groups, first: Ints, second: Ints, weight: Floats, group: str) -> list[Row]:
    apart = (first - second).astype(np.float64)
    together = first + second - np.average(first + second, weights=weight)
    columns = [weight, weight * apart, weight * together, weight * apart**2, weight * together**2]
    return rows("counts", icc.TERMS, estimate(groups.sums(columns), icc.measures), group)


def effect(name: str, groups: Groups, station: Ints, values: tuple[Floats, Floats], read: Floats) -> Iterator[Row]:
    """Mean outcome of every station in usual practice, with the unified form, and the difference.

    Group "all": each station counts the same; a station enters with the probability that at least one of its cases
    has the outcome, `read` being each case's probability to have it. Group "each_case": each case counts the same.
    """
    usual, unified = values
    yield from rows(name, EFFECT, estimate(groups.sums([read, read * usual, read * unified]), _contrast), EACH_CASE)
    cases = np.bincount(station, read > 0)
    held = np.flatnonzero(cases)
    inside = read > 0
    means = [np.bincount(station[inside], v[inside], len(cases))[held] / cases[held] for v in (usual, unified)]
    never = np.bincount(station[inside], np.log1p(-np.minimum(read[inside], _ALMOST)), len(cases))[held]
    enters = -np.expm1(never)
    first = np.full(len(cases), 0)
    first[station] = groups.code
    stations = Groups(first[held], groups.number)
    pieces = stations.sums([enters, enters * means[0], enters * means[1]])
    yield from rows(name, EFFECT, estimate(pieces, _contrast))


def _contrast(total: Floats) -> Floats:
    usual, unified = total[..., 1] / total[..., 0], total[..., 2] / total[..., 0]
    return np.stack([usual, unified, unified - usual], axis=-1)


_ALMOST = 1 - float(np.finfo(np.float64).eps)
