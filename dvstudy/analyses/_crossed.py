"""Rows counted by kind of people, and the same counts as they would be with the margins of another population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _accuracy, _differences
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import raking

Floats = NDArray[np.float64]
#: Column -> level -> share in the population that the answer is for.
Margins = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Crossed:
    """(units, cells, 4) counts of the cross-classification of the target's columns; for each column the level of each
    cell and the shares wanted; whether units are clusters."""

    counts: Floats
    codes: list[NDArray[np.intp]]
    wanted: list[Floats]
    named: bool


def crossed(rows: pd.DataFrame, target: Margins) -> Crossed:
    """Counts of complete rows with the roles ``by_<column>`` and, if there, `cluster`."""
    levels = {column: list(shares) for column, shares in target.items()}
    coded = [
        pd.Categorical(rows[f"by_{column}"].astype(str), known).codes.astype(np.intp)
        for column, known in levels.items()
    ]
    shape = [len(known) for known in levels.values()]
    cell = np.ravel_multi_index(coded, shape)
    unit, units = _differences.units(rows)
    size = int(np.prod(shape))
    counts = by_cluster.tabulate(unit, cell * 4 + _accuracy.cell_codes(rows), clusters=units, cells=4 * size)
    codes = [c.astype(np.intp) for c in np.unravel_index(np.arange(size), shape)]
    wanted = [np.array(list(s.values()), float) / sum(s.values()) for s in target.values()]
    return Crossed(counts.reshape(units, size, 4), codes, wanted, units != len(rows))


def reweighted(counts: Floats, crossed: Crossed) -> tuple[Floats, Floats]:
    """(..., 4) counts as they would be with the target's margins, of as many rows, and the weight of each cell."""
    size = counts.sum(axis=-1)
    shares = raking.rake(size, crossed.codes, crossed.wanted)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(size > 0, shares * size.sum(axis=-1, keepdims=True) / size, 0.0)
    return np.einsum("...c,...cj->...j", weight, counts), weight
