"""Do stated risks come true: on average, in spread, along the whole range, in every station; and after mending."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames, _risks
from dvstudy.analyses._frames import Asked, Source
from dvstudy.numbers import bands, cluster_spread
from dvstudy.numbers import calibration as numbers
from dvstudy.numbers.proportions import plain_limits, quantile
from dvstudy.result import ALL, Kind, Note, Quantity, Result, not_estimable

Floats = NDArray[np.float64]

_CITATION: Final = (
    "Cox 1958, Biometrika 45, 562. Van Calster et al. 2019, BMC Med 17, 230. Austin and Steyerberg 2019, Stat Med 38, "
    "4051. Dimitriadis, Gneiting and Jordan 2021, PNAS 118, e2016191118."
)
_ASKED: Final = Asked("calibration", "calibration", "cluster_jackknife", _CITATION, "calibration")
_SHOWN: Final = ("o_e", "calibration_intercept", "calibration_slope", "ici", "brier", "scaled_brier")
_DETAILS: Final = ("e50", "e90", *numbers.PARTS)
_KINDS: Final[dict[str, Kind]] = {
    "o_e": "ratio", "ici": "points", "e50": "points", "e90": "points",
}  # fmt: skip
_BINS: Final = 24
_LEAST: Final = 10


def calibration(
    frame: pd.DataFrame,
    *,
    name: str,
    risk: str,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """Do as many events happen as the stated risks say, overall, at every risk, and in every station?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name of the result.
    risk
        Column of probabilities between 0 and 1. A sum of answers is refused: `fitted_risk` turns counts into risks.
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
        Terms `o_e` (observed over expected events), `calibration_intercept` (slope held at 1), `calibration_slope`,
        `ici` (mean distance between curve and risk), `brier`, `scaled_brier`; with clusters `between_clusters_sd` (of
        their intercepts, logit scale) and `intercept_new_cluster`, whose interval is where the intercept of another
        cluster would lie. Frames: `details` (`e50`, `e90`, and the parts of the Brier score), `alternatives` (limits
        for independent rows), `calibration_curve` (`risk`, `observed`, ``low high`` at one risk, ``band_low
        band_high`` for the whole curve), `risk_histogram` (`low`, `high`, `events`, `others`).

    Raises
    ------
    CheckFailed
        For columns that are not there, values outside 0 to 1, whole numbers given as risks, a reference that is not
        true/false: all at once.

    Notes
    -----
    Limits: leave-one-cluster-out jackknife, t on clusters - 1; independent rows are dealt into 50 groups that are left
    out in turn. ICI, E50 and E90 are never 0 in a sample: of perfect risks they fall with the square root of the
    events, and their limits do not reach 0. Miscalibration and discrimination have no limits: both are too large in
    small samples. A risk of exactly 0 or 1 leaves intercept, slope and curve without a value. Checked against R (glm,
    rms, lme4, isoreg), and in simulation. Calibration in one place says little about another.
    """
    roles = {"risk": risk, "reference": reference, "cluster": cluster}
    picked = _risks.prepared(frame, name, roles, risks=["risk"])
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked)
    unanswerable = _accuracy.cannot_answer(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    stated, event = kept.frame["risk"].to_numpy(float), kept.frame["reference"].to_numpy(bool)
    code, groups, clusters = _risks.groups(kept.frame, stated)
    counted = numbers.count(stated, event, code, groups)
    found = numbers.measure(counted)
    several = clusters is not None and clusters > 1
    method = "cluster_jackknife" if several else "group_jackknife"
    rows = [row(found, term, method, counted) for term in _SHOWN]
    if several and not _certain(counted):
        rows += _between(found, event, logit(stated), code, groups)
    frames = {
        "details": result.table([row(found, term, method, counted) for term in _DETAILS]),
        "calibration_curve": _curve(found),
        "risk_histogram": _histogram(stated, event),
    }
    if not _certain(counted):
        frames["alternatives"] = result.table(_model_based(counted))
    notes = [*kept.notes, *_cautions(found, counted, clusters)]
    remarks = [] if _certain(counted) else [Note("ici_upward")]
    return Result(name, result.table(rows), meta, frames, [*notes, *remarks], _frames.status(notes))


def row(found: numbers.Calibration, term: str, method: str, counted: numbers.Counted) -> dict[str, Any]:
    """The row of one term."""
    place = numbers.TERMS.index(term)
    by_cluster = method == "cluster_jackknife"
    part = term in numbers.PARTS
    return {
        "term": term,
        "group": ALL,
        "estimate": found.estimate[place],
        "conf_low": found.low[place],
        "conf_high": found.high[place],
        "n": counted.rows.sum(),
        "count": counted.events.sum(),
        "method": "isotonic" if part else method,
        "clusters": found.clusters if by_cluster else np.nan,
        "kind": _KINDS.get(term, "number"),
        "df": found.clusters - 1,
        "std_error": np.nan if part or numbers.SCALES[term] == "log" else found.std_error[place],
    }


def _between(
    found: numbers.Calibration, event: NDArray[np.bool_], lp: Floats, code: NDArray[np.intp], clusters: int
) -> list[dict[str, Any]]:
    """Spread of the intercepts between clusters, and where that of another cluster would lie."""
    spread = cluster_spread.fit(event, lp, code, clusters)
    place = numbers.TERMS.index("calibration_intercept")
    error = float(np.hypot(spread.sd, found.std_error[place]))
    low, high = plain_limits(spread.intercept, error, df=clusters - 1)
    shared = {"group": ALL, "n": len(event), "count": event.sum(), "clusters": clusters, "kind": "number"}
    return [
        {
            "term": "between_clusters_sd", "estimate": spread.sd, "conf_low": spread.sd_low,
            "conf_high": spread.sd_high, "method": "profile_likelihood", **shared,
        },
        {
            "term": "intercept_new_cluster", "estimate": spread.intercept, "conf_low": float(low),
            "conf_high": float(high), "method": "random_intercept", **shared,
        },
    ]  # fmt: skip


def _model_based(counted: numbers.Counted) -> list[dict[str, Any]]:
    return [
        {
            "term": term, "group": ALL, "estimate": value, "conf_low": low, "conf_high": high,
            "n": counted.rows.sum(), "count": counted.events.sum(), "method": "rows_independent",
            "kind": _KINDS.get(term, "number"),
        }
        for term, (value, low, high) in numbers.model_based(counted).items()
    ]  # fmt: skip


def _curve(found: numbers.Calibration) -> pd.DataFrame:
    df = found.clusters - 1
    reach = bands.simultaneous(found.curve_deviation, found.curve_error, df=df)
    at_one, at_all = (times * found.curve_error for times in (quantile(df), reach))
    return pd.DataFrame(
        {
            "risk": found.grid,
            "observed": expit(found.curve),
            "low": expit(found.curve - at_one),
            "high": expit(found.curve + at_one),
            "band_low": expit(found.curve - at_all),
            "band_high": expit(found.curve + at_all),
        }
    )


def _histogram(stated: Floats, event: NDArray[np.bool_]) -> pd.DataFrame:
    """Counts by risk: equal parts, joined until each holds ten of both kinds, so that none gives anybody away."""
    even = np.linspace(0, max(float(stated.max()), 1e-6), _BINS + 1)
    counts = np.stack([np.histogram(stated[at], even)[0] for at in (event, ~event)], axis=1)
    rows: list[list[float]] = []
    for low, high, both in zip(even[:-1], even[1:], counts.tolist(), strict=True):
        if rows and min(rows[-1][2:]) < _LEAST:
            rows[-1] = [rows[-1][0], high, rows[-1][2] + both[0], rows[-1][3] + both[1]]
        else:
            rows.append([low, high, *both])
    if len(rows) > 1 and min(rows[-1][2:]) < _LEAST:
        last = rows.pop()
        rows[-1] = [rows[-1][0], last[1], rows[-1][2] + last[2], rows[-1][3] + last[3]]
    return pd.DataFrame(rows, columns=["low", "high", "events", "others"])


def _certain(counted: numbers.Counted) -> bool:
    return bool(counted.risk[0] <= 0 or counted.risk[-1] >= 1)


def certain_note(stated: Floats) -> Note:
    """How many risks are exactly 0 or 1."""
    n = float(((stated <= 0) | (stated >= 1)).sum())
    return Note("risk_certain", {"n": Quantity(n, "count", n)})


def _cautions(found: numbers.Calibration, counted: numbers.Counted, clusters: int | None) -> list[Note]:
    notes = [*_frames.cluster_notes(clusters), *_accuracy.event_cautions(float(counted.events.sum()))]
    if _certain(counted):
        notes.append(certain_note(np.repeat(counted.risk, counted.rows.astype(int))))
    elif np.isnan(found.estimate).any():
        notes.append(Note("some_not_estimable"))
    limited = slice(len(numbers.SCALES))
    if (np.isfinite(found.estimate) & np.isnan(found.low))[limited].any():
        notes.append(Note("no_interval"))
    return notes
