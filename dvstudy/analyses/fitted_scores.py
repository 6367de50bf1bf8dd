"""Scores that a model gives to the answers of a form: weights by penalised logistic regression, and a latent trait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from dvstudy.analyses import _frames
from dvstudy.analyses._frames import Source
from dvstudy.numbers import irt, logistic, out_of_fold

Floats = NDArray[np.float64]

RIDGE, IRT = "ridge_score", "irt_score"
#: Penalties of squared weights that are tried, strictest first: all items alike, from hardly any weight to nearly free.
PENALTIES: Final = (100.0, 30.0, 10.0, 3.0, 1.0)


def fitted_scores(
    frame: pd.DataFrame, *, name: str, items: Sequence[str], reference: Source, cluster: str, seed: int = 0
) -> pd.DataFrame:
    """What would a form score with fitted weights, by models that never saw the row's own station?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name in error messages.
    items
        True/false columns: the answer is a yes. What is missing is to be settled by the caller (the legal reading: no).
    reference
        True/false column, or ``Event("column", "value")``.
    cluster
        Column of station ids. Ten parts of whole stations are left out in turn.
    seed
        Of the dealing of stations into parts.

    Returns
    -------
    pandas.DataFrame
        By row: `ridge_score`, the linear predictor of a logistic regression on all items with penalised weights, the
        penalty chosen anew in the other parts; `irt_score`, the expected trait by a two-parameter logistic
        model of the answers in the other parts (it knows no outcome). Missing where the station is missing, or where
        fewer than two stations are there; a row without outcome gets scores and teaches `ridge_score` nothing.

    Raises
    ------
    CheckFailed
        For columns that are not there or do not hold true/false.

    Notes
    -----
    The penalty is the one with the smallest Akaike criterion, ``-2 log likelihood + 2 tr(H (H + penalty)^-1)``, on the
    rows that teach (le Cessie and van Houwelingen 1992, Appl Stat 41, 191; Gray 1992, J Am Stat Assoc 87, 942).
    The trait: Bock and Aitkin 1981, see `numbers.irt`. Scores of different parts come from slightly different models;
    that is the price of never seeing a row's own station.
    """
    roles = {f"item {i}": i for i in items} | {"reference": reference, "cluster": cluster}
    named = [f"item {i}" for i in items]
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "reference", *named)
    usable = picked[[*named, "cluster"]].notna().all(axis=1).to_numpy()
    rows = picked[usable]
    found = pd.DataFrame(np.nan, index=frame.index, columns=[RIDGE, IRT])
    code, clusters = _frames.codes(rows["cluster"])
    if clusters < 2:
        return found
    yes = rows[named].to_numpy(bool).astype(float)
    known = rows["reference"].notna().to_numpy()
    event = rows["reference"].fillna(value=False).to_numpy(bool)
    fold = out_of_fold.deal(clusters, seed=seed)[code]
    found.iloc[np.flatnonzero(usable), 0] = _ridge(yes, event, known, fold)
    found.iloc[np.flatnonzero(usable), 1] = _trait(yes, fold)
    return found


def _ridge(yes: Floats, event: NDArray[np.bool_], known: NDArray[np.bool_], fold: NDArray[np.integer]) -> Floats:
    """(n,) linear predictor from the rows of other parts; NaN where they hold one outcome only."""
    x = np.column_stack([np.ones(len(yes)), yes])
    score = np.full(len(yes), np.nan)
    for part in np.unique(fold):
        teach, inside = known & (fold != part), fold == part
        if 0 < event[teach].sum() < teach.sum():
            score[inside] = x[inside] @ penalised(x[teach], event[teach])
    return score


def penalised(x: Floats, event: NDArray[np.bool_]) -> Floats:
    """(p,) coefficients with the penalty of smallest Akaike criterion; the first column of `x` (ones) is not penalised.

    `x` (n, p) holds 0 and 1. Equal rows are counted once.
    """
    design, place, count = np.unique(x.astype(np.int8), axis=0, return_inverse=True, return_counts=True)
    design, weight = design.astype(float), count.astype(float)
    y = np.bincount(place.ravel(), weights=event, minlength=len(count)) / weight
    free = np.r_[0.0, np.ones(design.shape[1] - 1)]
    best, criterion, start = np.zeros(design.shape[1]), np.inf, np.zeros(design.shape[1])
    for penalty in PENALTIES:
        model = logistic.fit(design, y, weight=weight, ridge=penalty * free, start=start)
        if model.problem:
            continue
        start = model.coefficients
        eta = design @ start
        p = expit(eta)
        information = (design * (weight * p * (1 - p))[:, None]).T @ design
        used = float(np.trace(np.linalg.solve(information + penalty * np.diag(free), information)))
        value = -2 * float(weight @ (y * eta - np.logaddexp(0.0, eta))) + 2 * used
        if value < criterion:
            best, criterion = start, value
    return best


def _trait(yes: Floats, fold: NDArray[np.integer]) -> Floats:
    """(n,) expected trait by the model of the other parts, each started where the model of all rows stands."""
    score = np.full(len(yes), np.nan)
    start = irt.fit(yes)
    for part in np.unique(fold):
        inside = fold == part
        score[inside] = irt.fit(yes[~inside], start=start).eap(yes[inside])
    return score
