"""Whether stated risks come true: intercept, slope, flexible curve, observed over expected, Brier score and its parts.

Rows with the same risk say the same, so they are counted together; the same counts without each cluster give the
jackknife. The flexible curve is a logistic regression on a restricted cubic spline of the logit of the risk, not loess:
it stays between 0 and 1, weighs rows as their outcomes vary, has few coefficients, and is quickly fitted again without
each station. Neither can be trusted beyond the risks that the data hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression
from scipy.special import logit

from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import logistic
from dvstudy.numbers.proportions import plain_limits

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.integer]

#: Terms with limits, and the scale on which these lie evenly round the estimate.
SCALES: Final = {
    "calibration_intercept": "plain", "calibration_slope": "plain", "o_e": "log", "ici": "log", "e50": "log",
    "e90": "log", "brier": "log", "scaled_brier": "plain",
}  # fmt: skip
#: The three parts of the Brier score: miscalibration - discrimination + uncertainty.
PARTS: Final = ("miscalibration", "discrimination", "uncertainty")
TERMS: Final = (*SCALES, *PARTS)
#: Shares of rows below each knot of the spline (Harrell 2015, Regression Modeling Strategies, 2.4.6).
_KNOTS: Final = {3: (0.1, 0.5, 0.9), 4: (0.05, 0.35, 0.65, 0.95)}
#: With fewer events than this the spline has three knots.
_MANY_EVENTS: Final = 100
_GRID: Final = 101
_TINY: Final = 1e-12


@dataclass(frozen=True)
class Counted:
    """Rows by distinct risk: `risk`, `rows`, `events` (u,), rising; `place`, `event` (n,) and `ends` (K + 1,) give the
    rows of each cluster, in the order of clusters."""

    risk: Floats
    rows: Floats
    events: Floats
    place: Codes
    event: Floats
    ends: Codes

    def without(self, k: int) -> tuple[Floats, Floats]:
        """(u,) rows and events without cluster k."""
        own = slice(self.ends[k], self.ends[k + 1])
        size = len(self.risk)
        return (
            self.rows - np.bincount(self.place[own], minlength=size),
            self.events - np.bincount(self.place[own], self.event[own], minlength=size),
        )


@dataclass(frozen=True)
class Calibration:
    """Calibration of one set of risks.

    Attributes
    ----------
    estimate, std_error, low, high
        By `TERMS`; standard errors on the scale of `SCALES`. NaN where the data cannot say.
    grid, curve, curve_error
        (g,) risks between which all but two rows in a hundred lie; logit of the share of events there, and its error.
    curve_deviation
        (K, g) change of `curve` without each cluster, for a band that holds the whole curve.
    clusters
        How many clusters (or groups of rows) were left out in turn.
    """

    estimate: Floats
    std_error: Floats
    low: Floats
    high: Floats
    grid: Floats
    curve: Floats
    curve_error: Floats
    curve_deviation: Floats
    clusters: int


def count(risk: ArrayLike, event: Bools, cluster: Codes, clusters: int) -> Counted:
    """Rows by distinct risk, and by cluster; one sort."""
    distinct, place = np.unique(np.asarray(risk, float), return_inverse=True)
    happened = event.astype(float)
    order = np.argsort(cluster, kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(cluster, minlength=clusters))])
    rows = np.bincount(place).astype(float)
    events = np.asarray(np.bincount(place, happened), float)
    return Counted(distinct, rows, events, place[order], happened[order], ends)


def measure(found: Counted, *, level: float = 0.95) -> Calibration:
    """Every term of `TERMS` and the curve, with leave-one-cluster-out jackknife t limits (K - 1).

    Notes
    -----
    Intercept: logistic regression with the logit of the risk as offset (slope 1). Slope: the same with a free slope
    (Cox 1958, Biometrika 45, 562). O:E: events over the sum of risks. ICI, E50, E90: mean, median and 90th percentile
    of the distance between curve and risk (Austin and Steyerberg 2019, Stat Med 38, 4051); in a sample they are never
    0. Brier score and its parts by isotonic regression (Dimitriadis, Gneiting and Jordan 2021, PNAS 118, e2016191118).
    Scaled: 1 minus Brier over that of stating the mean risk to everybody. Knots stay where the whole data put them.
    Checked against R (glm, rms, isoreg), and in simulation.
    """
    knots = knots_of(found)
    grid = _grid(found)
    start: list[Floats] = []
    whole, curve = _values(found.risk, found.rows, found.events, knots, grid, start)
    clusters = len(found.ends) - 1
    again = [_values(found.risk, *found.without(k), knots, grid, start) for k in range(clusters)]
    scaled = _on_scale(np.stack([one[0] for one in again])) - _on_scale(whole)
    moved = np.stack([one[1] for one in again]) - curve
    k = np.array(float(clusters))
    error = by_cluster.spread(scaled, k)
    low, high = _limits(whole, error, clusters - 1, level)
    return Calibration(whole, error, low, high, grid, curve, by_cluster.spread(moved, k), moved, clusters)


def _grid(found: Counted) -> Floats:
    if not len(found.risk):
        return np.full(_GRID, np.nan)
    below = found.rows.cumsum() / found.rows.sum()
    ends = found.risk[np.searchsorted(below, (0.01, 0.99))]
    return np.linspace(ends[0], ends[1], _GRID)


def knots_of(found: Counted) -> Floats:
    """Knots of the spline on the logit scale; fewer than three mean a straight line."""
    inside = (found.risk > 0) & (found.risk < 1)
    lp = np.repeat(logit(found.risk[inside]), found.rows[inside].astype(int))
    if not len(lp):
        return np.empty(0)
    most = 4 if found.events.sum() >= _MANY_EVENTS else 3
    for number in range(most, 2, -1):
        knots = np.unique(np.quantile(lp, _KNOTS[number]))
        if len(knots) == number:
            return np.asarray(knots)
    return np.empty(0)


def basis(risk: ArrayLike, knots: Floats) -> Floats:
    """(n, p) ones, logit of the risk and its restricted cubic spline: cubic between the knots, straight outside."""
    lp = logit(np.asarray(risk, float))
    columns = [np.ones_like(lp), lp]
    if len(knots) > 2:
        last, before, first = knots[-1], knots[-2], knots[0]
        cube = [np.maximum(lp - t, 0) ** 3 for t in (before, last)]
        for t in knots[:-2]:
            bent = np.maximum(lp - t, 0) ** 3 - cube[0] * (last - t) / (last - before)
            columns.append((bent + cube[1] * (before - t) / (last - before)) / (last - first) ** 2)
    return np.stack(columns, axis=-1)


def brier_parts(risk: Floats, rows: Floats, events: Floats) -> tuple[float, float, float]:
    """Miscalibration, discrimination and uncertainty of the Brier score, from counts by rising distinct risk.

    Risks are replaced by the shares of events made to rise with them (pool adjacent violators). Miscalibration is what
    that gains, discrimination what it is better than stating the overall share, uncertainty what stating that share
    costs. Both gains are seen in the same data and so too large in small samples.
    """
    used = rows > 0
    share = events[used] / rows[used]
    better = isotonic_regression(share, weights=rows[used]).x
    overall = events.sum() / rows.sum()
    stated, recalibrated, mean = (_brier(r, rows[used], events[used]) for r in (risk[used], better, overall))
    return stated - recalibrated, mean - recalibrated, mean


def model_based(found: Counted, *, level: float = 0.95) -> dict[str, tuple[float, float, float]]:
    """Estimate and limits of intercept, slope and O:E for independent rows, as most programs print them.

    The last by ``var(log O:E) = (1 - O / n) / O`` (Debray et al. 2017, BMJ 356, i6460).
    """
    lp = logit(found.risk)
    share = found.events / found.rows
    one = np.ones((len(lp), 1))
    level_fit = logistic.fit(one, share, weight=found.rows, offset=lp)
    both = logistic.fit(np.column_stack([one, lp]), share, weight=found.rows)
    observed, n = found.events.sum(), found.rows.sum()
    ratio = np.log(observed / (found.rows @ found.risk))
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((1 - observed / n) / observed)
    made = {
        "calibration_intercept": (level_fit.coefficients[0], np.sqrt(level_fit.covariance[0, 0])),
        "calibration_slope": (both.coefficients[1], np.sqrt(both.covariance[1, 1])),
        "o_e": (ratio, error),
    }
    limits = {t: (v, *plain_limits(v, e, level=level)) for t, (v, e) in made.items()}
    limits["o_e"] = tuple(np.exp(x) for x in limits["o_e"])  # type: ignore[assignment]
    return {t: (float(a), float(b), float(c)) for t, (a, b, c) in limits.items()}


def _values(
    risk: Floats, rows: Floats, events: Floats, knots: Floats, grid: Floats, start: list[Floats]
) -> tuple[Floats, Floats]:
    """The values of `TERMS` and (g,) the curve on the logit scale. `start` keeps the coefficients of the first call."""
    if not rows.any():
        return np.full(len(TERMS), np.nan), np.full(len(grid), np.nan)
    overall = events.sum() / rows.sum()
    parts = brier_parts(risk, rows, events)
    brier = _brier(risk, rows, events)
    flat = brier / (overall * (1 - overall)) if 0 < overall < 1 else np.nan
    o_e = events.sum() / (rows @ risk) if rows @ risk > 0 else np.nan
    if risk[0] <= 0 or risk[-1] >= 1:
        fitted, curve = np.full(5, np.nan), np.full(len(grid), np.nan)
    else:
        fitted, curve = _regressions(risk, rows, events, knots, grid, start)
    return np.array([*fitted[:2], o_e, *fitted[2:], brier, 1 - flat, *parts]), curve


def _regressions(
    risk: Floats, rows: Floats, events: Floats, knots: Floats, grid: Floats, start: list[Floats]
) -> tuple[Floats, Floats]:
    """Intercept, slope, ICI, E50, E90, and the curve on the logit scale."""
    share = np.divide(events, rows, out=np.zeros_like(rows), where=rows > 0)
    design = basis(risk, knots)
    begin = start or [np.zeros(1), np.array([0.0, 1.0]), np.eye(design.shape[1])[1]]
    fits = [
        logistic.fit(design[:, :1], share, weight=rows, offset=design[:, 1], start=begin[0]),
        logistic.fit(design[:, :2], share, weight=rows, start=begin[1]),
        logistic.fit(design, share, weight=rows, start=begin[2]),
    ]
    if not start and not any(f.problem for f in fits):
        start.extend(f.coefficients for f in fits)
    gap = np.repeat(np.abs(fits[2].risk(design) - risk), rows.astype(int))
    spread = [gap.mean(), *np.quantile(gap, (0.5, 0.9))]
    return np.array([fits[0].coefficients[0], fits[1].coefficients[1], *spread]), basis(grid, knots) @ fits[
        2
    ].coefficients


def _brier(risk: ArrayLike, rows: Floats, events: Floats) -> float:
    stated = np.asarray(risk, float)
    return float((events * (1 - stated) ** 2 + (rows - events) * stated**2).sum() / rows.sum())


def _on_scale(values: Floats) -> Floats:
    """(..., t) values of `TERMS`, those with a log scale as logarithms."""
    logs = np.array([SCALES.get(t) == "log" for t in TERMS])
    known = np.where(logs & (values > 0), values, np.where(logs, np.nan, 1.0))
    return np.where(logs, np.log(known), values)


def _limits(values: Floats, error: Floats, df: float, level: float) -> tuple[Floats, Floats]:
    """Limits of the terms that have them; NaN for the parts of the Brier score and where nothing varied."""
    bounded = np.array([t in SCALES for t in TERMS]) & (error > _TINY)
    logs = np.array([SCALES.get(t) == "log" for t in TERMS])
    low, high = plain_limits(_on_scale(values), np.where(bounded, error, np.nan), df=df, level=level)
    most = np.array([1.0 if t in ("ici", "e50", "e90", "brier") else np.inf for t in TERMS])
    return np.where(logs, np.exp(low), low), np.minimum(np.where(logs, np.exp(np.minimum(high, 700)), high), most)
