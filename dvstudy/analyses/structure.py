"""Structure: how many dimensions the answers to one form seem to have."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.analyses import _frames
from dvstudy.analyses._associations import Floats, Forms, Measured, alike, measure
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import structure as numbers
from dvstudy.numbers.proportions import plain_limits
from dvstudy.result import ALL, Note, Quantity, Result, not_estimable, table

_ASKED: Final = _frames.Asked(
    question="structure",
    estimand="structure",
    method="eigenvalues",
    citation="Horn (1965), Psychometrika 30, 179; Buja and Eyuboglu (1992), Multivariate Behav Res 27, 509",
    picture="scree",
)
_DRAWS: Final = 100
_LEVEL: Final = 0.95
#: How many times the forms of one side the other may have before a note says so.
_UNLIKE: Final = 1.5
#: Eigenvalues listed in the table.
_LISTED: Final = 6


def structure(
    answers: pd.DataFrame,
    *,
    name: str,
    cluster: pd.Series | None,
    synthetic: bool,
    seed: int,
    instrument: str | None = None,
    reference: Forms | None = None,
) -> Result:
    """How many dimensions do the answers to one form seem to have?

    Parameters
    ----------
    answers, name, cluster, synthetic, instrument, reference
        As in `associations.associations`.
    seed
        Seed of the random orders of the parallel analysis.

    Returns
    -------
    Result
        `dimensions`: leading eigenvalues above their parallel value. By number of the eigenvalue (`group` "1", "2",
        ... "6"; all of them in ``frames["scree"]``): `eigenvalue` of the tetrachoric matrix with jackknife limits over
        clusters, `parallel` (95th percentile of 100 random orders of each item's answers) and `reference_eigenvalue`.
        A matrix with an eigenvalue below nought is smoothed first (so are those of the random orders), and a note
        says so. Items without which every
        correlation has a value are left out and counted in a note. Without three such items: `not_estimable`.

    Raises
    ------
    CheckFailed
        When a column does not hold true/false.

    Notes
    -----
    Not a test of any theory of the form, and no ground for leaving questions out. Items that exclude each other, or
    that ask about the same fact, make dimensions of their own. The first eigenvalues of few forms are larger by chance
    than those of many; a note says where one side has more than half as many forms again as the other.
    """
    answers, reference = alike(answers, reference)
    meta = _ASKED.meta(answers, synthetic=synthetic, instrument=instrument, options={"seed": seed})
    meta = {**meta, "rows": "eigenvalue"}
    sides = [measure(answers, cluster, name), *([] if reference is None else [measure(*reference, name)])]
    kept = _kept(sides)
    if len(kept) < 3:
        return not_estimable(name, meta, Note("few_items"))
    matrices = [_matrix(one)[np.ix_(kept, kept)] for one in sides]
    own, (proper, smoothed) = sides[0], numbers.smooth(matrices[0])
    values = numbers.eigenvalues(proper)
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    chance = numbers.parallel(own.yes[:, kept], own.answered[:, kept], rng, draws=_DRAWS)
    bar = np.nanquantile(chance, _LEVEL, axis=0)
    above = int(np.argmin(values > bar)) if not (values > bar).all() else len(values)
    found = {"eigenvalue": (values, *_limits(own, kept, values)), "parallel": (bar, None, None)}
    if len(sides) > 1:
        found["reference_eigenvalue"] = (numbers.eigenvalues(numbers.smooth(matrices[1])[0]), None, None)
    rows = [_row("dimensions", ALL, (float(above), np.nan, np.nan), np.nan, own) | {"kind": "count"}]
    scree = [
        _row(term, str(place + 1), tuple(np.nan if x is None else float(x[place]) for x in three), len(own.yes), own)
        for place in range(len(kept))
        for term, three in found.items()
    ]
    notes = [*own.notes, *_frames.cluster_notes(own.clusters), *_cautions(own, kept, matrices[0], smoothed)]
    notes += _sizes(sides)
    rows += [row for row in scree if int(row["group"]) <= _LISTED]
    return Result(name, table(rows), meta, frames={"scree": table(scree)}, notes=notes, status=_frames.status(notes))


def _matrix(one: Measured) -> Floats:
    return numbers.square(one.tetrachoric.rho, len(one.items))


def _kept(sides: list[Measured]) -> np.ndarray[Any, Any]:
    """Items among which every correlation has a value on every side."""
    joint = np.sum([_matrix(one) for one in sides], axis=0)
    return numbers.known(joint)


def _limits(own: Measured, kept: Floats, values: Floats) -> tuple[Floats | None, Floats | None]:
    """Jackknife limits of the eigenvalues; none without two clusters, where a replicate cannot be had, or where an
    eigenvalue below nought was lifted."""
    if not own.clustered:
        return None, None
    matrices = numbers.square(own.replicates, len(own.items))[:, kept][:, :, kept]
    whole = numbers.eigenvalues(_matrix(own)[np.ix_(kept, kept)])
    units = np.full(len(kept), float(len(matrices)))
    error = by_cluster.spread(numbers.eigenvalues(matrices) - whole, units)
    return plain_limits(values, np.where(whole < numbers.FLOOR, np.nan, error), df=units - 1)


def _row(term: str, group: str, three: tuple[float, ...], n: float, own: Measured) -> dict[str, Any]:
    return {
        "term": term,
        "group": group,
        "estimate": three[0],
        "conf_low": three[1],
        "conf_high": three[2],
        "n": n,
        "method": {"parallel": "permuted", "dimensions": "counted"}.get(term, "eigenvalues"),
        "clusters": np.nan if own.clusters is None else own.clusters,
        "kind": "number",
    }


def _sizes(sides: list[Measured]) -> list[Note]:
    """Sizes so different that the eigenvalues of the two sides are not alike even where their structures are."""
    n = [len(one.yes) for one in sides]
    if max(n) <= _UNLIKE * min(n):
        return []
    return [Note("eigenvalues_and_size")]


def _cautions(own: Measured, kept: Floats, matrix: Floats, smoothed: bool) -> list[Note]:
    notes = []
    if lost := len(own.items) - len(kept):
        notes.append(Note("items_left_out", {"items": Quantity(lost, "count")}))
    if smoothed:
        smallest = float(numbers.eigenvalues(matrix)[-1])
        notes.append(Note("smoothed", {"smallest": Quantity(smallest, "number", len(own.yes))}))
    return notes
