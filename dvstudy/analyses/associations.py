"""Associations: how strongly the answers to each pair of questions of one form go together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.analyses import _frames
from dvstudy.analyses._associations import Floats, Forms, Measured, alike, measure
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers.proportions import difference_limits, plain_limits
from dvstudy.result import ALL, Note, Quantity, Result, not_estimable, table

_ASKED: Final = _frames.Asked(
    question="associations",
    estimand="associations",
    method="tetrachoric_two_step",
    citation="Hamdan (1970), Biometrika 57, 212; Brown and Benedetti (1977), J Am Stat Assoc 72, 305",
    picture="tetrachoric",
)
#: Share of intervals that may leave out the true value.
_ERROR: Final = 0.05
_EMPTY_CELL: Final = "tetrachoric_empty_cell"
_CELLS: Final = ("both", "first_only", "second_only", "neither")


def associations(
    answers: pd.DataFrame,
    *,
    name: str,
    cluster: pd.Series | None,
    synthetic: bool,
    instrument: str | None = None,
    reference: Forms | None = None,
) -> Result:
    """How strongly do the answers to each pair of questions go together, and do they in another cohort?

    Parameters
    ----------
    answers
        One row a form, one column an item, true/false; missing where there is no answer.
    name
        Name of the result.
    cluster
        Cluster of each form, on the same index; None when the data have none.
    synthetic
        Whether the forms, those of the reference included, are synthetic.
    instrument
        Instrument whose labels name the items.
    reference
        Answers and clusters of other forms with the same questions; columns that only one side has are left out.

    Returns
    -------
    Result
        `pairs` (a count of pairs), `pairs_empty_cell` (pairs with an empty cell), `tetrachoric_mean` and `phi_mean`
        over the pairs that have a value, jackknife limits over clusters. With a reference: `rms_difference` of the
        tetrachoric correlations, `rms_by_chance` (what sampling error of both sides would make of two equal
        structures), `largest_difference`, `pairs_apart` (pairs whose interval of the difference leaves out nought;
        one in twenty would by chance) and `pairs_apart_in_all` (the same with the intervals widened for as many pairs
        as are compared: Bonferroni, whatever joins the pairs). Pairs with an empty cell count in none of these.
        ``frames["pairs"]`` has a row for `phi`, `tetrachoric`, `reference` and `difference` of each pair (`group`
        ``q01+q02``); `method` ends in ``_empty_cell`` where half a row was moved (`numbers.tetrachoric`).
        ``frames["counts"]`` has the four cells of each pair, `side` own or reference. Without two items that have
        both answers: `not_estimable`.

    Raises
    ------
    CheckFailed
        When a column does not hold true/false.

    Notes
    -----
    Rows with a gap are left out pair by pair. Intervals of differences join those of both sides (MOVER). Not for
    pairs of items of which one excludes the other.
    """
    answers, reference = alike(answers, reference)
    meta = _ASKED.meta(answers, synthetic=synthetic, instrument=instrument)
    own = measure(answers, cluster, name)
    other = None if reference is None else measure(*reference, name)
    if not np.isfinite(own.tetrachoric.rho).any():
        return not_estimable(name, meta, *own.notes, Note("no_pairs_of_items"))
    rows = [*_summary(own), *(_against(own, other) if other else [])]
    sides = {"own": own} | ({"reference": other} if other else {})
    notes = [*own.notes, *_cautions(own)]
    return Result(
        name,
        table(rows),
        meta,
        frames={
            "pairs": table([r for _, r in sorted(_pairs(own, other), key=lambda one: one[0])]),
            "counts": pd.concat([_counts(one, side) for side, one in sides.items()], ignore_index=True),
        },
        notes=notes,
        status=_frames.status(notes),
    )


def _summary(own: Measured) -> Iterator[dict[str, Any]]:
    """Numbers of pairs, and mean associations with limits from the same jackknife as the pairs."""
    usable = np.isfinite(own.tetrachoric.rho)
    yield _thing("pairs", int(usable.sum()))
    yield _thing("pairs_empty_cell", int(own.tetrachoric.corrected.sum()))
    n = float(len(own.yes))
    for term, values, replicates in (
        ("tetrachoric_mean", own.tetrachoric.rho, own.replicates if own.clustered else None),
        ("phi_mean", own.phi, _phi(own) if own.clustered else None),
    ):
        mean, low, high = float(np.mean(values[usable])), np.nan, np.nan
        if replicates is not None:
            moved = np.nanmean(np.where(usable, replicates, np.nan), axis=1, keepdims=True) - mean
            units = np.array([float(len(moved))])
            low, high = (float(x[0]) for x in plain_limits(mean, by_cluster.spread(moved, units), df=units - 1))
        yield _row(term, ALL, (mean, low, high), n, own, "cluster_jackknife" if own.clustered else "no_limits")


def _phi(own: Measured) -> Floats:
    from dvstudy.numbers.tetrachoric import phi

    return phi(own.without_each)


def _against(own: Measured, other: Measured) -> Iterator[dict[str, Any]]:
    """How far the two structures are from each other, and how far chance alone would set them apart."""
    usable = np.isfinite(own.tetrachoric.rho) & np.isfinite(other.tetrachoric.rho)
    usable &= ~own.tetrachoric.corrected & ~other.tetrachoric.corrected
    if not usable.any():
        return
    gap, low, high = (x[usable] for x in _gap(own, other))
    _, lower, upper = (x[usable] for x in _gap(own, other, 1 - _ERROR / int(usable.sum())))
    chance = np.sqrt(np.nanmean(own.spread()[usable] ** 2 + other.spread()[usable] ** 2))
    n = float(min(len(own.yes), len(other.yes)))
    for term, value in (
        ("rms_difference", np.sqrt(np.mean(gap**2))),
        ("rms_by_chance", chance),
        ("largest_difference", np.abs(gap).max()),
    ):
        method = "root_mean_square" if term.startswith("rms") else "mover"
        yield _row(term, ALL, (float(value), np.nan, np.nan), n, own, method)
    yield _thing("pairs_compared", int(usable.sum()))
    yield _thing("pairs_apart", int(((low > 0) | (high < 0)).sum()))
    yield _thing("pairs_apart_in_all", int(((lower > 0) | (upper < 0)).sum()))


def _gap(own: Measured, other: Measured, level: float = 1 - _ERROR) -> tuple[Floats, Floats, Floats]:
    return difference_limits((own.tetrachoric.rho, *own.limits(level)), (other.tetrachoric.rho, *other.limits(level)))


def _pairs(own: Measured, other: Measured | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Place and row of every association, term by term."""
    found = {"phi": (own, own.phi, *own.phi_limits()), "tetrachoric": (own, own.tetrachoric.rho, *own.limits())}
    if other is not None:
        found["reference"] = (other, other.tetrachoric.rho, *other.limits())
        found["difference"] = (own, *_gap(own, other))
    for term, (side, *values) in found.items():
        corrected = side.tetrachoric.corrected | (other.tetrachoric.corrected if term == "difference" and other else 0)
        behind = side.total.sum(axis=(-2, -1))
        for place, group in enumerate(own.groups):
            numbers = (float(values[0][place]), float(values[1][place]), float(values[2][place]))
            method = "phi" if term == "phi" else _EMPTY_CELL if corrected[place] else "tetrachoric_two_step"
            yield place, _row(term, group, numbers, float(behind[place]), side, method)


def _row(
    term: str, group: str, numbers: tuple[float, float, float], n: float, side: Measured, method: str
) -> dict[str, Any]:
    keys = ("estimate", "conf_low", "conf_high")
    clusters = np.nan if side.clusters is None else side.clusters
    values = dict(zip(keys, numbers, strict=True))
    return {"term": term, "group": group, **values, "n": n, "method": method, "clusters": clusters, "kind": "number"}


def _thing(term: str, value: int) -> dict[str, Any]:
    return {"term": term, "group": ALL, "estimate": float(value), "method": "counted", "kind": "count"}


def _counts(one: Measured, side: str) -> pd.DataFrame:
    cells = one.total.reshape(len(one.groups), 4)
    frame = pd.DataFrame(cells, columns=list(_CELLS)).assign(n=cells.sum(axis=1))
    frame.insert(0, "group", one.groups)
    return frame.assign(side=side)


def _cautions(own: Measured) -> list[Note]:
    """Few clusters, empty cells, and items that have one answer only."""
    notes = _frames.cluster_notes(own.clusters)
    share = {"pairs": Quantity(int(own.tetrachoric.corrected.sum()), "count")}
    if share["pairs"].value:
        notes = [*notes, Note("empty_cells", {**share, "total": Quantity(len(own.groups), "count")})]
    alone = int((~np.isfinite(own.tetrachoric.rho)).sum())
    return [*notes, Note("pairs_without_value", {"pairs": Quantity(alone, "count")})] if alone else notes
