"""Risks from counts of answers: the model, or the published table, that a sum needs before it may be called a risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dvstudy.analyses import _frames
from dvstudy.analyses._frames import Source
from dvstudy.errors import Problem, Problems
from dvstudy.numbers import out_of_fold


def fitted_risk(
    frame: pd.DataFrame,
    *,
    name: str,
    predictors: Sequence[str],
    reference: Source,
    cluster: str,
    seed: int = 0,
) -> pd.Series:
    """What risk goes with these counts, by a logistic regression that never saw the row's own cluster?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name in error messages.
    predictors
        Columns of numbers; each has one coefficient.
    reference
        True/false column, or ``Event("column", "value")``: the event happened.
    cluster
        Column of station ids. Ten parts of whole stations are left out in turn.
    seed
        Of the dealing of stations into parts.

    Returns
    -------
    pandas.Series
        Risk between 0 and 1 by row, named `risk`; missing where the cluster or a predictor is missing (or a predictor
        infinite), and for parts whose model could not be fitted. A row without an outcome gets a risk and teaches the
        model nothing.

    Raises
    ------
    CheckFailed
        For columns that are not there, predictors that are not numbers, a reference that is not true/false.

    Notes
    -----
    Risks stated out of fold are about right on average by construction: calibration of them shows the form of the
    model and the spread between stations, not how a model from elsewhere would do.
    """
    roles = {f"predictor {p}": p for p in predictors} | {"reference": reference, "cluster": cluster}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "reference")
    named = [r for r in roles if r.startswith("predictor")]
    picked = _frames.numbers(picked, name, *named)
    values = picked[named].astype("float64")
    usable = np.isfinite(values.to_numpy(float)).all(axis=1) & picked["cluster"].notna().to_numpy(bool)
    rows = picked[usable]
    made = np.full(len(frame), np.nan)
    code, clusters = _frames.codes(rows["cluster"])
    if clusters < 2:
        return pd.Series(made, index=frame.index, name="risk")
    known = rows["reference"].notna().to_numpy()
    event = rows["reference"].fillna(value=False).to_numpy(bool)
    x = np.column_stack([np.ones(len(rows)), rows[named].to_numpy(float)])
    fold = out_of_fold.deal(clusters, seed=seed)[code]
    made[usable] = out_of_fold.risks(x, event, known, fold)
    return pd.Series(made, index=frame.index, name="risk")


def published_risk(frame: pd.DataFrame, *, name: str, score: str, risks: Mapping[float, float]) -> pd.Series:
    """What risk does a published table state for these scores?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name in error messages.
    score
        Column of numbers.
    risks
        Risk between 0 and 1 of every score that occurs: score -> risk.

    Returns
    -------
    pandas.Series
        Risk by row, named `risk`; missing where the score is.

    Raises
    ------
    CheckFailed
        For a score without a risk (the nearest is not taken for it), and risks outside 0 to 1: all at once.

    Notes
    -----
    A published table holds for the people, the outcome and the time it was made from; `calibration` says whether it
    holds here.
    """
    values = _frames.numbers(_frames.pick(frame, name, {"score": score}), name, "score")["score"].astype("float64")
    found = Problems(name)
    found.extend(Problem("risk_range", f"{k:g}", f"{v:g}") for k, v in risks.items() if not 0 <= v <= 1)
    known = {float(k): float(v) for k, v in risks.items()}
    lacking = sorted(set(values.dropna()) - set(known))
    if lacking:
        stated = tuple(f"{k:g}" for k in sorted(known))
        found.add(Problem("score_without_risk", score, ", ".join(f"{v:g}" for v in lacking[:12]), stated))
    found.stop()
    return values.map(known).rename("risk")
