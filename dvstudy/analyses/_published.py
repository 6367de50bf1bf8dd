"""Published areas under the curve made ready for pooling: standard error, and why a row is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from dvstudy.checks import nearest
from dvstudy.errors import CheckFailed, Problem, Refused, UsageError
from dvstudy.numbers import pooling

#: Columns of `dvstudy.evidence.validation` that are read.
NEEDED: Final = (
    "row_id", "study_id", "study", "instrument", "design", "sample", "rater", "administration", "outcome", "statistic",
    "value", "interval", "low", "high", "n", "n_events", "status", "source",
)  # fmt: skip
AUCS: Final = ("auc", "auc_weighted", "auc_pooled")
#: Designs that may be pooled, each with its own kind only.
POOLABLE: Final = ("followed", "case_control", "cross_sectional")
#: Why a row is shown but not pooled, first reason first.
REASONS: Final = ("review", "range", "unverified", "development", "other_design", "no_error")


def prepared(figures: pd.DataFrame, subject: str, design: str | None, unverified: bool) -> pd.DataFrame:
    """The areas under the curve among `figures` with limits, `logit_error`, where it comes from and `left_out`.

    Raises
    ------
    CheckFailed
        For columns that are missing and for a study that would be pooled twice.
    Refused
        When rows of several designs could be pooled and no design is chosen.
    UsageError
        For a design that cannot be pooled.
    """
    absent = [name for name in NEEDED if name not in figures.columns]
    if absent:
        known = [str(c) for c in figures.columns]
        raise CheckFailed(subject, [Problem("frame_no_column", subject, n, (), nearest(n, known)) for n in absent])
    if design is not None and design not in POOLABLE:
        raise UsageError("design_not_poolable", found=design, known=", ".join(POOLABLE))
    rows = _with_errors(figures.loc[figures["statistic"].isin(AUCS), list(NEEDED)].reset_index(drop=True))
    rows["left_out"] = _reasons(rows, unverified)
    usable = rows[rows["left_out"] == ""]
    designs = tuple(dict.fromkeys(usable["design"]))
    if design is None and len(designs) > 1:
        raise Refused("mixed_designs", designs=", ".join(designs))
    chosen = design or (designs[0] if designs else "")
    rows.loc[(rows["left_out"] == "") & (rows["design"] != chosen), "left_out"] = "other_design"
    _once_each(rows[rows["left_out"] == ""], subject)
    rows["label"] = _labels(rows)
    return _ordered(rows)


def _with_errors(rows: pd.DataFrame) -> pd.DataFrame:
    """Limits and logit-scale error: from the printed interval, else from the numbers of people (Hanley-McNeil)."""
    ranged = rows["interval"] == "range"
    value, low, high = (rows[name].astype("float64") for name in ("value", "low", "high"))
    stated = (rows["interval"] == "confidence_95").to_numpy()
    printed = np.where(stated, pooling.logit_error(low, high), np.nan)
    events = rows["n_events"].astype("float64")
    plain = pooling.hanley_mcneil(value, events, rows["n"].astype("float64") - events)
    inside = ((value > 0) & (value < 1)).to_numpy()
    safe = np.where(inside, value, 0.5)
    made = np.where(inside & ~stated, plain / (safe * (1 - safe)), np.nan)
    error = np.where(np.isnan(printed), made, np.where(inside, printed, np.nan))
    source = np.where(stated, "published_interval", np.where(~np.isnan(made), "hanley_mcneil", "no_interval"))
    ends = [expit(logit(safe) + side * 1.959963984540054 * made) for side in (-1, 1)]
    return rows.assign(
        estimate=value.where(~ranged),
        conf_low=np.where(stated, low, ends[0]),
        conf_high=np.where(stated, high, ends[1]),
        logit_auc=np.where(inside, logit(safe), np.nan),
        logit_error=error,
        error_source=np.where(ranged, "published_range", source),
    )


def _reasons(rows: pd.DataFrame, unverified: bool) -> list[str]:
    told = {
        "review": (rows["design"] == "review") | (rows["statistic"] != "auc"),
        "range": rows["interval"] == "range",
        "unverified": rows["status"].isin(["unverified", "flagged"]) & (not unverified),
        "development": rows["sample"] == "development",
        "other_design": pd.Series(False, index=rows.index),
        "no_error": rows["logit_error"].isna(),
    }
    return [next((r for r in REASONS if told[r].iloc[i]), "") for i in range(len(rows))]


def _once_each(used: pd.DataFrame, subject: str) -> None:
    twice = used[used["study_id"].duplicated(keep=False)]
    if len(twice):
        places = [(str(r["study"]), f"{r['row_id']} ({r['outcome']})") for r in twice.to_dict("records")]
        raise CheckFailed(subject, [Problem("study_twice", place, found) for place, found in places])


def _labels(rows: pd.DataFrame) -> Sequence[str]:
    """Names of the studies; the id of the row tells apart several of one study."""
    repeated = rows["study"].duplicated(keep=False)
    named = zip(rows["study"], rows["row_id"], repeated, strict=True)
    return [f"{study} [{row_id}]" if twice else str(study) for study, row_id, twice in named]


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Pooled rows first, then the others by reason; the most precise first."""
    place = rows["left_out"].map({"": 0, **{reason: i for i, reason in enumerate(REASONS, start=1)}})
    return rows.assign(place=place).sort_values(["place", "logit_error"], kind="stable").drop(columns="place")
