"""Every pair of questions of one form, counted by cluster and correlated: what two analyses share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _frames
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import tetrachoric
from dvstudy.numbers.proportions import plain_limits
from dvstudy.result import Note, Quantity

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Answers of forms and the cluster of each.
Forms = tuple[pd.DataFrame, pd.Series | None]
_NEAR_ONE = 1 - 1e-9


@dataclass(frozen=True)
class Measured:
    """Yes/no answers of one set of forms and the associations of their items.

    Attributes
    ----------
    items
        Item ids, in the order of the form.
    yes, answered
        (forms, items) booleans.
    cells
        (clusters, pairs, 2, 2) counts of forms that answered both items; one cluster in all where none is known.
    clusters
        Number of clusters; None where none was named.
    notes
        Forms left out because their cluster is unknown.
    """

    items: tuple[str, ...]
    yes: Flags
    answered: Flags
    cells: Floats
    clusters: int | None
    notes: list[Note] = field(default_factory=list)

    @cached_property
    def groups(self) -> list[str]:
        """Group codes of the pairs: ``q01+q02``."""
        return [f"{self.items[i]}+{self.items[j]}" for i, j in zip(*np.triu_indices(len(self.items), 1), strict=True)]

    @cached_property
    def total(self) -> Floats:
        """(pairs, 2, 2) counts."""
        return np.asarray(self.cells.sum(axis=0))

    @cached_property
    def tetrachoric(self) -> tetrachoric.Tetrachoric:
        return tetrachoric.tetrachoric(self.total)

    @cached_property
    def phi(self) -> Floats:
        return tetrachoric.phi(self.total)

    @cached_property
    def without_each(self) -> Floats:
        """(clusters, pairs, 2, 2) counts without each cluster."""
        return self.total - self.cells

    @cached_property
    def replicates(self) -> Floats:
        """(clusters, pairs) tetrachoric correlations without each cluster."""
        return tetrachoric.tetrachoric(self.without_each).rho

    @cached_property
    def filled(self) -> Floats:
        """(pairs,) clusters with at least one form that answered both items."""
        return np.asarray((self.cells.sum(axis=(-2, -1)) > 0).sum(axis=0), float)

    @property
    def clustered(self) -> bool:
        return self.clusters is not None and self.clusters > 1

    def spread(self) -> Floats:
        """(pairs,) standard errors of the tetrachoric correlations."""
        if not self.clustered:
            return self.tetrachoric.std_error
        return by_cluster.spread(self.replicates - self.tetrachoric.rho, self.filled)

    def limits(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Limits of the tetrachoric correlations on Fisher's scale: jackknife over clusters with t, or large-sample
        normal limits where there are not two clusters."""
        rho = self.tetrachoric.rho
        if self.clustered:
            error = by_cluster.spread(_fisher(self.replicates) - _fisher(rho), self.filled)
            return _back(*plain_limits(_fisher(rho), error, df=self.filled - 1, level=level))
        with np.errstate(divide="ignore", invalid="ignore"):
            return _back(*plain_limits(_fisher(rho), self.tetrachoric.std_error / (1 - rho**2), level=level))

    def phi_limits(self) -> tuple[Floats, Floats]:
        """Limits of phi on Fisher's scale, made the same way."""
        if self.clustered:
            moved = _fisher(tetrachoric.phi(self.without_each)) - _fisher(self.phi)
            return _back(*plain_limits(_fisher(self.phi), by_cluster.spread(moved, self.filled), df=self.filled - 1))
        n = self.total.sum(axis=(-2, -1))
        return _back(*plain_limits(_fisher(self.phi), 1 / np.sqrt(np.maximum(n - 3, 1))))


def alike(answers: pd.DataFrame, reference: Forms | None) -> tuple[pd.DataFrame, Forms | None]:
    """Both sides with the questions that both have, in the order of the first."""
    if reference is None:
        return answers, None
    shared = [c for c in answers.columns if c in reference[0].columns]
    return answers[shared], (reference[0][shared], reference[1])


def measure(answers: pd.DataFrame, cluster: pd.Series | None, subject: str) -> Measured:
    """Count every pair of columns of `answers` (true, false or missing), by cluster.

    Raises
    ------
    CheckFailed
        Listing every column that does not hold true/false.
    """
    columns = _frames.flags(answers, subject, *answers.columns)
    known = np.ones(len(answers), bool) if cluster is None else cluster.notna().to_numpy(bool)
    lost, total = (Quantity(n, "count", n) for n in (int((~known).sum()), len(known)))
    notes = [] if known.all() else [Note("dropped_cluster", {"n": lost, "total": total})]
    answered = columns.notna().to_numpy(bool)[known]
    yes = columns.fillna(False).to_numpy(bool)[known]
    code, units = (np.zeros(len(yes), int), None) if cluster is None else _frames.codes(cluster[known])
    row, column = np.triu_indices(yes.shape[1], 1)
    inside = [code == unit for unit in range(units or 1)]
    cells = [tetrachoric.tables(yes[k], answered[k])[row, column] for k in inside]
    items = tuple(str(c) for c in columns.columns)
    return Measured(items, yes, answered, np.stack(cells), units, notes)


def _fisher(values: Floats) -> Floats:
    return np.asarray(np.arctanh(np.clip(values, -_NEAR_ONE, _NEAR_ONE)))


def _back(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    return np.tanh(low), np.tanh(high)
