"""True values as functions of sums over the reference population, with their Monte-Carlo error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dvstudy.cohorts.streams import Floats, Ints
from dvstudy.result import ALL

Row = dict[str, Any]


@dataclass(frozen=True)
class Groups:
    """Groups of whole stations: the pieces that the jackknife leaves out in turn. `code` is one number a case."""

    code: Ints
    number: int

    def sums(self, columns: Sequence[Floats]) -> Floats:
        """(groups, columns) sums of each column, one entry a case."""
        sums = [np.bincount(self.code, column, self.number) for column in columns]
        return np.column_stack(sums).astype(np.float64)

    def table(self, cell: Ints, cells: int, weight: Floats) -> Floats:
        """(groups, cells) sums of `weight` by cell."""
        found = np.bincount(self.code * cells + cell, weight, self.number * cells)
        return found.reshape(self.number, cells).astype(np.float64)

    def only(self, rows: Ints) -> Groups:
        """The same groups, for a selection of cases."""
        return Groups(self.code[rows], self.number)


def estimate(pieces: Floats, function: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Value of `function` of the summed pieces, and its delete-a-group jackknife error.

    `pieces` (groups, ...) add up; `function` maps sums (..., same axes) to values (..., k), NaN
    where nothing was summed.
    """
    total = pieces.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, without = function(total[None])[0], function(total - pieces)
        groups = len(pieces)
        error = np.sqrt((groups - 1) / groups * np.sum((without - without.mean(axis=0)) ** 2, axis=0))
    return value, error


def rows(name: str, terms: Sequence[str], found: tuple[Floats, Floats], group: str = ALL) -> list[Row]:
    """Rows of the table of true values: one a term."""
    return [
        {"estimand": name, "term": term, "group": group, "value": float(value), "mcse": float(error)}
        for term, value, error in zip(terms, *found, strict=True)
    ]


def auc(tables: Floats) -> Floats:
    """(..., 1) chance that a case with the event scores higher than one without (ties half), from (..., 2, scores)."""
    without, having = tables[..., 0, :], tables[..., 1, :]
    below = np.cumsum(without, axis=-1) - without / 2
    value = (having * below).sum(axis=-1) / (having.sum(axis=-1) * without.sum(axis=-1))
    return np.asarray(value[..., None])
