"""What mending stated risks would be worth, judged in stations that took no part in the mending."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames, _hidden, _risks
from dvstudy.analyses._frames import Asked, Source
from dvstudy.analyses.calibration import certain_note, row
from dvstudy.numbers import calibration as numbers
from dvstudy.numbers import logistic, out_of_fold
from dvstudy.result import Note, Result, not_estimable

Floats = NDArray[np.float64]

_ASKED: Final = Asked(
    "recalibration",
    "recalibration",
    "cross_validation",
    "Steyerberg et al. 2004, Stat Med 23, 2567. Van Calster et al. 2019, BMC Med 17, 230.",
    None,
)
#: Ways to mend, from none to intercept and slope: which columns of (1, logit of the risk) get a coefficient.
WAYS: Final = ("as_stated", "intercept_only", "slope_and_intercept")


def recalibration(
    frame: pd.DataFrame,
    *,
    name: str,
    risk: str,
    reference: Source,
    synthetic: bool,
    cluster: str,
    instrument: str | None = None,
) -> Result:
    """What would mending the risks be worth: a new intercept, or a new intercept and slope?

    Parameters
    ----------
    frame, name, risk, reference, synthetic, cluster, instrument
        As in `calibration`; here the cluster must be named.

    Returns
    -------
    Result
        Groups `as_stated`, `intercept_only`, `slope_and_intercept`; terms `o_e`, `calibration_intercept`,
        `calibration_slope`, `brier` of the risks mended by a model fitted on the other stations (ten parts of whole
        stations, each left out in turn). Frame `update`, one row a way: `intercept`, `slope` fitted on all rows, to be
        used elsewhere as ``logit(new) = intercept + slope * logit(old)``.

    Raises
    ------
    CheckFailed
        As `calibration`.

    Notes
    -----
    The limits take the mended risks as given. A new slope needs many events (about 100): with few, the intercept alone
    does better.
    """
    roles = {"risk": risk, "reference": reference, "cluster": cluster}
    picked = _risks.prepared(frame, name, roles, risks=["risk"])
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked)
    unanswerable = _accuracy.cannot_answer(kept.frame)
    stated, event = kept.frame["risk"].to_numpy(float), kept.frame["reference"].to_numpy(bool)
    if not unanswerable and ((stated <= 0) | (stated >= 1)).any():
        unanswerable = [certain_note(stated)]
    code, clusters = _accuracy.cluster_codes(kept.frame)
    if not unanswerable and (clusters or 0) < 2:
        unanswerable = [Note("one_cluster")]
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    assert clusters is not None
    rows, updates, lost = [], [], False
    for way, risks, update in _mended(stated, event, code, clusters):
        usable = np.isfinite(risks)
        lost |= not usable.all()
        judged = np.unique(code[usable])  # stations whose model could not be fitted take no part in limits
        own = np.searchsorted(judged, code[usable])
        counted = numbers.count(risks[usable], event[usable], own, max(len(judged), 1))
        found = numbers.measure(counted)
        terms = ("o_e", "calibration_intercept", "calibration_slope", "brier")
        rows += [row(found, term, "cluster_jackknife", counted) | {"group": way} for term in terms]
        updates.append({"group": way, "intercept": update[0], "slope": update[1]})
    notes = [*kept.notes, *_accuracy.event_cautions(float(event.sum())), *_frames.cluster_notes(clusters)]
    table = result.table(rows)
    gaps = _hidden.gap_notes(table)
    notes += gaps if gaps or not lost else [Note("some_not_estimable")]
    return Result(name, table, meta, {"update": pd.DataFrame(updates)}, notes, _frames.status(notes))


def _mended(
    stated: Floats, event: NDArray[np.bool_], code: NDArray[np.intp], clusters: int
) -> Iterator[tuple[str, Floats, tuple[float, float]]]:
    """(way, risks out of fold, coefficients on all rows) for each way to mend."""
    lp = logit(stated)
    one, known = np.ones((len(lp), 1)), np.ones(len(lp), bool)
    fold = out_of_fold.deal(clusters)[code]
    yield WAYS[0], stated, (0.0, 1.0)
    whole = logistic.fit(one, event, offset=lp).coefficients
    yield WAYS[1], out_of_fold.risks(one, event, known, fold, offset=lp), (float(whole[0]), 1.0)
    both = np.column_stack([one, lp])
    whole = logistic.fit(both, event).coefficients
    yield WAYS[2], out_of_fold.risks(both, event, known, fold), (float(whole[0]), float(whole[1]))
