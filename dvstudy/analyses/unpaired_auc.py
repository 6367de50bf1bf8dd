"""Two scores known for different people, some or none of whom are the same: which tells events apart better?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import result
from dvstudy.analyses import _accuracy, _auc, _frames, _scores
from dvstudy.analyses._frames import Asked, Source
from dvstudy.numbers import clustered_auc, delong
from dvstudy.numbers.clusters import spread
from dvstudy.result import Note, Quantity, Result, not_estimable

_ASKED: Final = Asked(
    "compare_auc_unpaired",
    "auc_difference_unpaired",
    "cluster_jackknife",
    "DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, 837. Jackknife over clusters: MacKinnon, Nielsen and Webb "
    "2023, J Appl Econom 38, 671.",
)


def compare_auc_unpaired(
    frame: pd.DataFrame,
    *,
    name: str,
    first: str,
    second: str,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """How do the AUCs of two scores differ when each is known for people of its own, and on the people they share?

    Parameters
    ----------
    first, second
        Columns of numbers, empty where the score is not known; higher means more risk in both.
    frame, name, reference, synthetic, cluster, instrument
        As in `discrimination.auc`.

    Returns
    -------
    Result
        Term `auc` for each score (group: its column) on everybody for whom it is known, `auc_difference` first minus
        second; then `auc_common` for each and `auc_difference_common` on the people who have both, if they can be
        compared there. Frame `alternatives`: both differences by DeLong's method, rows independent.
        `not_estimable` if either score cannot be judged on its own people.

    Raises
    ------
    CheckFailed
        As `auc`.

    Notes
    -----
    Jackknife t limits over clusters, each left out of both AUCs at once, so people or stations in common are allowed
    for; without clusters DeLong's variances and, for people in common, the covariance of their placements. Checked
    against R ``pROC::roc.test(paired = FALSE)``, against placements multiplied person by person, and in simulation. The
    first difference mixes the scores with the people they are for (couples only, say): only the second holds the people
    fixed, and it says nothing about those who have one score only.
    """
    roles = {"first": first, "second": second, "reference": reference, "cluster": cluster}
    picked = _frames.pick(frame, name, roles)
    picked = _frames.numbers(_frames.flags(picked, name, "reference"), name, "first", "second")
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    needed = picked.drop(columns=["first", "second"])
    dropped = _frames.complete(needed).notes
    rows = picked[needed.notna().all(axis=1).to_numpy()].reset_index(drop=True)
    sides = [rows[rows[role].notna().to_numpy()].rename(columns={role: "score"}) for role in ("first", "second")]
    unanswerable = {note.code: note for side in sides for note in _scores.cannot_rank(side)}
    if unanswerable:
        return not_estimable(name, meta, *dropped, *unanswerable.values())
    own = [_auc.estimate("score", side) for side in sides]
    by_delong = _unpaired_delong(sides)
    difference = _unpaired_jackknife(rows, own) or by_delong
    shared, alternatives, notes = _common(rows, (first, second))
    cautions = {n.code: n for n in (*_auc.cautions(own[0]), *_auc.cautions(own[1]), *_auc.never_varies(difference))}
    notes = [*dropped, *cautions.values(), *notes, _people(sides, rows)]
    table = [
        *(_auc.row(one) | {"group": of} for one, of in zip(own, (first, second), strict=True)),
        difference,
        *shared,
    ]
    frames = {"alternatives": result.table([by_delong, *alternatives])}
    return Result(name, result.table(table), meta, frames, notes, _frames.status(notes))


def _unpaired_jackknife(rows: pd.DataFrame, own: list[_auc.Found]) -> dict[str, Any] | None:
    """The difference with every cluster left out of both AUCs at once; None when there are not two clusters."""
    code, clusters = _accuracy.cluster_codes(rows)
    if clusters is None or clusters < 2 or any(one.clustered is None for one in own):
        return None
    event = rows["reference"].to_numpy(bool)
    moved = np.zeros(clusters)
    for role, sign, one in zip(("first", "second"), (1, -1), own, strict=True):
        known = rows[role].notna().to_numpy()
        found = clustered_auc.auc(rows.loc[known, role].to_numpy(), event[known], code[known], clusters)
        moved += sign * (found.replicates - one.plain.estimate)
    behind = min(one.clustered.clusters for one in own if one.clustered is not None)
    error = float(spread(moved, clusters)) if behind > 1 else np.nan
    gap = own[0].plain.estimate - own[1].plain.estimate
    return _auc.difference(gap, error, behind - 1, "cluster_jackknife", len(rows)) | {"clusters": behind}


def _unpaired_delong(sides: list[pd.DataFrame]) -> dict[str, Any]:
    """The difference with rows independent: own variances, less twice what people in common share."""
    found, placed = [], []
    for side in sides:
        score, event = side["score"].to_numpy(), side["reference"].to_numpy(bool)
        found.append(delong.auc(score, event))
        placed.append(pd.Series(delong.placements(score, event) - found[-1].estimate, index=side.index))
    both = placed[0].index.intersection(placed[1].index)
    product = placed[0][both].to_numpy() * placed[1][both].to_numpy()
    event = sides[0].loc[both, "reference"].to_numpy(bool)
    covariance = 0.0
    for kind, rows in ((event, found[0].events * found[1].events), (~event, found[0].others * found[1].others)):
        if (m := int(kind.sum())) > 1:
            covariance += float(product[kind].sum()) / rows * m / (m - 1)
    apart = sum(one.std_error**2 for one in found)
    variance = apart - 2 * covariance
    seen = variance if np.isnan(variance) or variance > _auc.ROUNDING * apart else 0.0
    people = len(placed[0].index.union(placed[1].index))
    return _auc.difference(found[0].estimate - found[1].estimate, float(np.sqrt(seen)), np.inf, "delong", people)


def _common(
    rows: pd.DataFrame, names: tuple[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Note]]:
    """Rows of the comparison on the people who have both scores, its alternatives, and a note if there is none."""
    common = rows[rows[["first", "second"]].notna().all(axis=1).to_numpy()]
    if _scores.cannot_rank(common, "first", "second"):
        return [], [], [Note("no_common_people", {"n": Quantity(len(common), "count", len(common))})]
    own = [_auc.estimate(role, common) for role in ("first", "second")]
    by_delong = _auc.paired_delong(common)
    gap = _auc.paired_jackknife(*own) or by_delong
    term = {"term": "auc_difference_common"}
    made = [_auc.row(one) | {"term": "auc_common", "group": of} for one, of in zip(own, names, strict=True)]
    return [*made, gap | term], [by_delong | term], _auc.never_varies(gap)


def _people(sides: list[pd.DataFrame], rows: pd.DataFrame) -> Note:
    """How many people each score is known for, and how many have both."""
    numbers = {"first": len(sides[0]), "second": len(sides[1])}
    numbers["both"] = int(rows[["first", "second"]].notna().all(axis=1).sum())
    return Note("different_people", {key: Quantity(n, "count", n) for key, n in numbers.items()})
