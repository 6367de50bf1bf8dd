"""Published areas under the curve of one instrument, side by side and pooled."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

import pandas as pd
from scipy.special import expit

from dvstudy import provenance, result
from dvstudy.analyses import _published
from dvstudy.numbers import pooling
from dvstudy.result import Note, Quantity, Result, Status

_CITATION: Final = (
    "Paule and Mandel 1982, J Res Natl Bur Stand 87, 377. Hartung and Knapp 2001, Stat Med 20, 3875. IntHout, "
    "Ioannidis and Borm 2014, BMC Med Res Methodol 14, 25. Hanley and McNeil 1982, Radiology 143, 29."
)
#: Fewer studies than this and the variance between them is hardly known.
_FEW: Final = 5


def pooled_auc(
    figures: pd.DataFrame,
    *,
    name: str,
    design: str | None = None,
    unverified: bool = False,
    instrument: str | None = None,
) -> Result:
    """How well does an instrument tell events apart over all studies that published an area under the curve?

    Parameters
    ----------
    figures
        Rows as `dvstudy.evidence.validation` gives them (or a team's own, by `read_validation`), of one instrument
        and one kind of outcome; the caller chooses them.
    name
        Name of the result.
    design
        `followed`, `case_control` or `cross_sectional`: which studies to pool; the others are shown only. None when
        all that could be pooled share one design.
    unverified
        Whether to pool figures that were not read in the source, or read with a doubt.
    instrument
        Id of the instrument, for labels.

    Returns
    -------
    Result
        Term `auc` for each study (group: its name; `method`: where its limits come from), then `auc_pooled` with its
        interval, `auc_predicted` with the prediction interval for a new study, `tau2` (logit scale) and `i2`. Frame
        `studies`: every row shown, with design, rater, administration, `error_source`, `weight` and `left_out`, the
        reason why it is not pooled (review, range, unverified, development, other_design, no_error; alone without
        a second study). With fewer than
        two studies to pool there is no pooled row and the status is `not_estimable`.

    Raises
    ------
    Refused
        When case-control, followed and cross-sectional studies could be pooled together and no design is chosen:
        chosen by outcome, cases and controls are farther apart than people who are met in a service.
    CheckFailed
        For missing columns; for a study with several areas that would be pooled (choose one outcome).
    UsageError
        For another design.

    Notes
    -----
    Logit scale. Standard errors from the printed 95% interval, else by Hanley and McNeil from the numbers of people
    with and without the event, and marked so. Paule-Mandel variance, Hartung-Knapp limits (never narrower than the
    plain ones), prediction limits with t on k - 1. Checked against R metafor and in simulation. A pooled area hides
    who was assessed, how and for which outcome: read it only beside the rows.
    """
    rows = _published.prepared(figures, name, design, unverified)
    used = rows[rows["left_out"] == ""]
    pooled = pooling.pool(used["logit_auc"], used["logit_error"]) if len(used) >= 2 else None
    weight = pd.Series(pooled.weights if pooled else float("nan"), index=used.index)
    rows["weight"] = weight.reindex(rows.index)
    if pooled is None:
        rows.loc[used.index, "left_out"] = "alone"
    listed = [_row(row) for row in rows.to_dict("records")]
    summary = list(_pooled_rows(pooled, used)) if pooled else []
    meta = {
        "question": "pooled_auc", "estimand": "pooled_auc", "method": "random_effects", "citation": _CITATION,
        "options": {"level": 0.95, "design": design, "unverified": unverified}, "synthetic": False, "published": True,
        "data": provenance.fingerprint(figures[list(_published.NEEDED)]), "instrument": instrument,
        "picture": "pooled_auc",
    }  # fmt: skip
    notes = list(_notes(rows, used))
    status: Status = "not_estimable" if pooled is None else "caution" if notes else "ok"
    return Result(name, result.table([*listed, *summary]), meta, {"studies": rows}, notes, status)


def _row(row: Mapping[Hashable, Any]) -> dict[str, object]:
    return {
        "term": "auc", "group": row["label"], "estimate": row["estimate"], "conf_low": row["conf_low"],
        "conf_high": row["conf_high"], "n": row["n"], "method": row["error_source"], "kind": "number",
    }  # fmt: skip


def _pooled_rows(pooled: pooling.Pooled, used: pd.DataFrame) -> Iterator[dict[str, object]]:
    shared = {"group": result.ALL, "n": used["n"].sum(), "method": "random_effects"}
    nothing = {"conf_low": float("nan"), "conf_high": float("nan")}
    centre = float(expit(pooled.effect))
    for term, low, high in (
        ("auc_pooled", pooled.low, pooled.high),
        ("auc_predicted", pooled.predict_low, pooled.predict_high),
    ):
        limits = {"conf_low": float(expit(low)), "conf_high": float(expit(high))}
        yield {"term": term, "estimate": centre, **limits, "kind": "number", **shared}
    yield {"term": "tau2", "estimate": pooled.tau2, **nothing, "kind": "number", **shared}
    yield {"term": "i2", "estimate": pooled.i2, **nothing, "kind": "percent", **shared}


def _notes(rows: pd.DataFrame, used: pd.DataFrame) -> Iterator[Note]:
    counts = rows["left_out"].value_counts()
    for reason in _published.REASONS:
        if counts.get(reason, 0):
            yield Note(f"pool_left_out_{reason}", {"n": _quantity(counts[reason])})
    made = int((used["error_source"] == "hanley_mcneil").sum())
    if made:
        yield Note("pool_hanley_mcneil", {"n": _quantity(made)})
    astray = int(used["administration"].isin(["altered", "from_files", "mixed"]).sum())
    if astray:
        yield Note("pool_not_as_designed", {"n": _quantity(astray), "total": _quantity(len(used))})
    pooled_together = len(set(used["instrument"]))
    if pooled_together > 1:
        yield Note("pool_several_instruments", {"n": _quantity(pooled_together)})
    if len(used) < 2:
        yield Note("pool_nothing", {"n": _quantity(len(used))})
    elif len(used) < _FEW:
        yield Note("pool_few", {"n": _quantity(len(used))})


def _quantity(count: float) -> Quantity:
    return Quantity(float(count), "count")
