"""Accuracy of a rule had every question been answered, if answers are missing at random."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import CheckFailed, Problem
from dvstudy.numbers import imputation, two_by_two
from dvstudy.numbers.proportions import logit_limits
from dvstudy.result import Note, Quantity, Result, not_estimable

Floats = NDArray[np.float64]
#: Completed answers (forms x items, true for yes) -> whether each form is positive.
Decide = Callable[[pd.DataFrame], NDArray[np.bool_]]

COMPLETE, IMPUTED = "complete_forms", "imputed"
#: More of the information lost than this, and the figures rest on the model rather than on the answers.
MUCH_LOST: Final = 0.5

_ASKED: Final = Asked(
    "imputation",
    "imputation",
    "rubin",
    "Rubin 1987, Multiple Imputation for Nonresponse in Surveys. Barnard and Rubin 1999, Biometrika 86, 948. "
    "van Buuren 2018, Flexible Imputation of Missing Data.",
    "by_group",
)
_SHOWN: Final = ("sensitivity", "specificity", "ppv", "npv", "flagged")
_PLACES: Final = [two_by_two.SHARES.index(term) for term in _SHOWN]


@dataclass(frozen=True)
class Model:
    """What is imputed and from what.

    Attributes
    ----------
    answers
        Forms x items on the index of the frame, nullable booleans: yes, no, or missing (whatever the reason).
    decide
        The rule, for completed answers.
    covariates
        Columns of the frame that are known of every case and may say something about a missing answer, besides the
        outcome, the other answers and the station.
    chain
        Number of imputations and rounds between them.
    """

    answers: pd.DataFrame
    decide: Decide
    covariates: Sequence[str] = ()
    chain: imputation.Chain = field(default_factory=imputation.Chain)


def imputed_accuracy(
    frame: pd.DataFrame,
    *,
    name: str,
    model: Model,
    reference: Source,
    seed: int,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """How accurate would the rule be had every question been answered, if answers are missing at random?

    Parameters
    ----------
    model
        Answers, rule, covariates, length of the chain.
    seed
        Seed of the imputations.
    frame, name, reference, synthetic, cluster, instrument
        As in `accuracy`.

    Returns
    -------
    Result
        `sensitivity`, `specificity`, `ppv`, `npv`, `flagged` in the groups ``complete_forms`` (forms without a missing
        answer, a selection) and ``imputed`` (Rubin's rules over imputations, each with limits by cluster). Frames:
        `information` (`term`, `lost`: the fraction of information that is missing), `counts` (2x2: of complete forms;
        mean over imputations, rounded).

    Raises
    ------
    CheckFailed
        For columns that are not there or not true/false, and for answers that are not on the index of the frame.

    Notes
    -----
    Chained logistic models on the outcome, the covariates, the other answers and a random intercept a station; pooled
    on the logit scale, degrees of freedom by Barnard and Rubin with clusters less one behind complete data. Valid when
    an answer is missing for reasons that these tell; where "yes" itself goes unsaid (fear) it is not, and no data on
    the form can show it: read it between the ends of `missing_bounds`. The estimand is the form *answered in full*; the
    law scores a blank as no (`accuracy`). Forms without a known outcome are left out. Checked against mice (Rubin's
    rules), a dense model (draws) and known truth (unbiased with valid intervals at random, biased otherwise).
    """
    roles: dict[str, Source | None] = {"reference": reference, "cluster": cluster}
    roles |= {f"covariate_{c}": c for c in model.covariates}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "reference")
    _check_answers(frame, model, name)
    picked, given = picked.reset_index(drop=True), model.answers.reset_index(drop=True)
    used = {"imputations": model.chain.imputations, "seed": seed}
    meta = _ASKED.meta(
        picked.join(given), synthetic=synthetic, instrument=instrument, options=_frames.options(roles, **used)
    )
    kept = _frames.complete(picked)
    unanswerable = _accuracy.cannot_answer(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    rows = kept.frame.assign(test=False)
    answers = given.loc[rows.index]
    missing = answers.isna().to_numpy()
    finished = rows[~missing.any(axis=1)]
    counts = [_accuracy.cells(one.assign(test=test)) for one, test in _completed(rows, answers, model, seed)]
    full, behind = _accuracy.cells(finished.assign(test=_decided(answers.loc[finished.index], model)))
    listed, lost = _pooled([cells for cells, _ in counts], counts[0][1])
    whole = _accuracy.estimate(full[:, None], behind)
    table = [*(row for row in _accuracy.rows(whole, [COMPLETE]) if row["term"] in _SHOWN), *listed]
    notes = [*kept.notes, *_notes(missing, lost), *_frames.cluster_notes(counts[0][1])]
    mean = np.mean([cells.sum(axis=0) for cells, _ in counts], axis=0).round()
    frames = {
        "information": pd.DataFrame({"term": list(_SHOWN), "lost": lost}),
        "counts": _accuracy.counts(np.stack([full.sum(axis=0), mean]), [COMPLETE, IMPUTED]),
    }
    return Result(name, result.table(table), meta, frames, notes, _frames.status(notes))


def _check_answers(frame: pd.DataFrame, model: Model, name: str) -> None:
    answers = model.answers
    problems = [
        Problem("frame_not_flag", str(item), str(kind))
        for item, kind in answers.dtypes.items()
        if str(kind) not in ("boolean", "bool")
    ]
    if not answers.index.equals(frame.index):
        problems.append(Problem("answers_index", "answers", str(len(answers)), values=(("forms", len(frame)),)))
    if problems:
        raise CheckFailed(name, problems)


def _completed(
    rows: pd.DataFrame, answers: pd.DataFrame, model: Model, seed: int
) -> Iterator[tuple[pd.DataFrame, NDArray[np.bool_]]]:
    """The rows and the verdict of every imputation."""
    named = [rows[c] for c in rows if str(c).startswith("covariate_")]
    known = [
        column.to_numpy(float)
        if pd.api.types.is_numeric_dtype(column.dtype)
        else pd.get_dummies(column, drop_first=True, dtype=float).to_numpy(float)
        for column in named
    ]
    covariates = np.column_stack([rows["reference"].to_numpy(float), *known])
    missing = answers.isna().to_numpy()
    yes = answers.fillna(False).to_numpy(bool)
    code, _ = _accuracy.cluster_codes(rows)
    for filled in imputation.impute(yes, missing, covariates, code, chain=model.chain, seed=seed):
        yield rows, _decided(pd.DataFrame(filled, rows.index, answers.columns), model)


def _decided(answers: pd.DataFrame, model: Model) -> NDArray[np.bool_]:
    return np.asarray(model.decide(answers.astype(bool)), bool)


def _pooled(cells: Sequence[Floats], clusters: int | None) -> tuple[list[dict[str, Any]], Floats]:
    """Rows of the shares pooled over (K, 4) counts of each imputation, and the information lost."""
    each = [_accuracy.estimate(one[:, None], clusters) for one in cells]
    share = np.array([one.estimate[0, _PLACES] for one in each])
    error = np.array([one.std_error[0, _PLACES] for one in each])
    behind = each[0].clusters[0, _PLACES]
    df = np.where(np.isnan(behind), np.inf, behind - 1)
    inside = np.clip(share, 1e-9, 1 - 1e-9)
    slope = inside * (1 - inside)
    found = imputation.pool(np.log(inside / (1 - inside)), error / slope, df=df)
    value = 1 / (1 + np.exp(-found.estimate))
    low, high = logit_limits(value, found.std_error * value * (1 - value), df=np.maximum(found.df, 1))
    rows = [
        {
            "term": term, "group": IMPUTED, "estimate": value[i], "conf_low": low[i], "conf_high": high[i],
            "n": float(cells[0].sum()) if term == "flagged" else each[0].n[0, _PLACES[i]], "method": "rubin",
            "clusters": behind[i], "kind": "percent", "df": found.df[i],
            "std_error": found.std_error[i] * value[i] * (1 - value[i]),
        }
        for i, term in enumerate(_SHOWN)
    ]  # fmt: skip
    return rows, found.lost


def _notes(missing: NDArray[np.bool_], lost: Floats) -> Iterator[Note]:
    incomplete = float(missing.any(axis=1).sum())
    n = {"n": Quantity(incomplete, "count", incomplete), "total": Quantity(float(len(missing)), "count", len(missing))}
    yield Note("incomplete_forms", n)
    yield Note("missing_at_random")
    if missing.all(axis=0).any():
        yield Note("never_answered", {"n": Quantity(float(missing.all(axis=0).sum()), "count")})
    if (lost > MUCH_LOST).any():
        yield Note("much_imputed", {"lost": Quantity(float(lost.max()), "percent")})
