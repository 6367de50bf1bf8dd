"""How well a score tells apart those to whom the event happens: AUC, ROC points, comparison of two scores."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dvstudy import result
from dvstudy.analyses import _auc, _frames, _scores
from dvstudy.analyses._frames import Asked, Source
from dvstudy.numbers import roc, roc_band, two_by_two
from dvstudy.result import Result, not_estimable

_CITATION: Final = (
    "DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, 837. Obuchowski 1997, Biometrics 53, 567. Jackknife over "
    "clusters: MacKinnon, Nielsen and Webb 2023, J Appl Econom 38, 671."
)
_ASKED: Final = Asked("auc", "auc", "cluster_jackknife", _CITATION, "roc")
#: False alarm rates at which the band is given, ends included.
_STEPS: Final = 101
_ASKED_PAIR: Final = Asked("compare_auc", "auc_difference", "cluster_jackknife", _CITATION, None)


def auc(
    frame: pd.DataFrame,
    *,
    name: str,
    score: str,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """How likely is a form followed by the event to have a higher score than a form that is not?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name of the result.
    score
        Column of numbers; a higher score means more risk. An AUC below one half is reported as it is.
    reference
        True/false column, or ``Event("column", "value")``: the event happened.
    synthetic
        Whether the rows are synthetic; stated, never guessed.
    cluster
        Column of station (or rater) ids. None treats rows as independent and says so in a note.
    instrument
        Id of the instrument, for labels.

    Returns
    -------
    Result
        Term `auc`. Frames: `alternatives` (methods `delong`, `delong_logit`, and with clusters `obuchowski` and
        `cluster_bootstrap`), `roc` (`threshold`, `sensitivity`, `specificity`, `flagged`; a form is positive at or
        above the threshold; first row nobody, last row everybody; `band_low`, `band_high`: the whole curve lies between
        them in 95 of 100 such studies, see `numbers.roc_band`), `roc_band` (the band in steps of one hundredth:
        `false_alarms`, `low`, `high`). Status `not_estimable` without events, without other
        rows, or when every row has the same score.

    Raises
    ------
    CheckFailed
        For columns that are not there, a score that is not a number, a reference that is not true/false.

    Notes
    -----
    Default limits: leave-one-cluster-out jackknife on the logit scale, t on the smaller of the clusters with events
    and those without, minus 1; independent rows: DeLong on the logit scale. At an AUC of exactly 0 or 1 there is no
    variance to see: Wilson limits with the number of rows of the rarer kind take its place. Checked against R pROC,
    the O(mn) double loop, and in simulation. An AUC says nothing about any one threshold, nor about calibration.
    """
    roles = {"score": score, "reference": reference, "cluster": cluster}
    picked = _frames.pick(frame, name, roles)
    picked = _frames.numbers(_frames.flags(picked, name, "reference"), name, "score")
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked)
    unanswerable = _scores.cannot_rank(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    found = _auc.estimate("score", kept.frame)
    notes = [*kept.notes, *_auc.cautions(found)]
    others = [*_auc.other_rows(found), *_auc.redrawn(kept.frame, "score")]
    frames = {"alternatives": result.table(others), **_curves(kept.frame)}
    return Result(name, result.table([_auc.row(found)]), meta, frames, notes, _frames.status(notes))


def compare_auc(
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
    """Which of two scores of the same forms tells events apart better, and by how much?

    Parameters
    ----------
    first, second
        Columns of numbers; higher means more risk in both.
    frame, name, reference, synthetic, cluster, instrument
        As in `auc`.

    Returns
    -------
    Result
        Term `auc` for each score (group: its column) and `auc_difference`, first minus second, with `p_value`. Frame
        `alternatives`: the difference by DeLong's paired method and by drawing whole clusters anew. Only rows with both
        scores are used.

    Raises
    ------
    CheckFailed
        As `auc`.

    Notes
    -----
    Jackknife t limits of the difference over clusters; DeLong's paired covariance for independent rows; none where
    the difference never varies (two scores that rank alike). Checked against R ``pROC::roc.test``. For two scores known
    for different people see `compare_auc_unpaired`.
    """
    roles = {"first": first, "second": second, "reference": reference, "cluster": cluster}
    picked = _frames.pick(frame, name, roles)
    picked = _frames.numbers(_frames.flags(picked, name, "reference"), name, "first", "second")
    meta = _ASKED_PAIR.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked)
    unanswerable = _scores.cannot_rank(kept.frame, "first", "second")
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    one, two = (_auc.estimate(role, kept.frame) for role in ("first", "second"))
    by_delong = _auc.paired_delong(kept.frame)
    difference = _auc.paired_jackknife(one, two) or by_delong
    cautions = {n.code: n for n in (*_auc.cautions(one), *_auc.cautions(two), *_auc.never_varies(difference))}
    notes = [*kept.notes, *cautions.values()]
    rows = [_auc.row(one) | {"group": first}, _auc.row(two) | {"group": second}, difference]
    frames = {"alternatives": result.table([by_delong, *_auc.redrawn(kept.frame, "first", "second")])}
    return Result(name, result.table(rows), meta, frames, notes, _frames.status(notes))


def _curves(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    thresholds, cells = roc.points(rows["score"].to_numpy(), rows["reference"].to_numpy(bool))
    measured = two_by_two.measures(cells)
    columns = {term: measured[:, two_by_two.TERMS.index(term)] for term in ("sensitivity", "specificity", "flagged")}
    false_alarms = 1 - columns["specificity"]
    band = roc_band.band(_scores.ready(rows, rows["reference"].to_numpy(bool)).counts)
    points = false_alarms, columns["sensitivity"]
    low, high = band.around(*points, false_alarms)
    curve = pd.DataFrame({"threshold": thresholds, **columns, "band_low": low, "band_high": high})
    steps = np.linspace(0, 1, _STEPS)
    fine = dict(zip(("low", "high"), band.around(*points, steps), strict=True))
    return {"roc": curve, "roc_band": pd.DataFrame({"false_alarms": steps, **fine})}
