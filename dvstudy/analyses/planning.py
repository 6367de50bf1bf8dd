"""How many cases would a validation need, and what do those that there are buy?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _plans
from dvstudy.errors import Problem, Problems
from dvstudy.numbers import sizes
from dvstudy.numbers.sizes import INDEPENDENT, Clusters
from dvstudy.result import ALL, Kind, Result

Floats = NDArray[np.float64]

#: Measure -> how its half-width is written.
MEASURES: Final[dict[str, Kind]] = {
    "sensitivity": "points", "specificity": "points", "auc": "number", "o_e": "ratio", "calibration_slope": "number",
}  # fmt: skip
_POINTS: Final = 60
_FEWEST: Final = 50


@dataclass(frozen=True)
class Precision:
    """Half-widths of the 95% limits aimed at: `share` of sensitivity and specificity, `auc`, `o_e` of observed over
    expected around 1, `slope` of the calibration slope around 1."""

    share: float = 0.05
    auc: float = 0.05
    o_e: float = 0.2
    slope: float = 0.2


def plan_accuracy(
    *,
    prevalence: float,
    sensitivity: float | None = None,
    specificity: float | None = None,
    auc: float | None = None,
    clusters: Clusters = INDEPENDENT,
    precision: Precision = Precision(),
    available: int | None = None,
    synthetic: bool = False,
) -> Result:
    """How many forms make the figures of a validation as precise as wanted, and how precise would those available be?

    Parameters
    ----------
    prevalence
        Expected share of forms with the event.
    sensitivity, specificity
        Expected of a yes/no rule; those not given are not planned for.
    auc
        Expected of a score; also decides how far risks spread, on which the calibration slope depends.
    clusters
        Mean number of forms a station, their correlation (`icc` for the rule, `icc_event` for AUC, O:E and slope),
        variation of the sizes. Default: independent forms.
    precision
        Half-widths aimed at.
    available
        Number of forms that there are, if any.
    synthetic
        Whether the expectations were taken from synthetic data.

    Returns
    -------
    Result
        Group = measure (`sensitivity`, `specificity`, `auc`, `o_e`, `calibration_slope`); terms `rows_needed`,
        `events_needed`, `clusters_needed` (with clusters), `half_width_aimed` and, with `available`,
        `half_width_reached`. Frame `precision`: `curve` (measure), `n`, `half_width`.

    Raises
    ------
    CheckFailed
        For a prevalence, share, AUC, correlation or size outside its range, or a half-width that is not above 0: all at
        once.

    Notes
    -----
    Formulae in `dvstudy.numbers.sizes`; t limits with clusters - 1, so that few stations ask for more of them. The
    design effect is taken in full for AUC and slope too, which asks for too much. Checked against pmvalsampsize and in
    simulation (the planned half-width is reached on average). Wrong expectations make wrong plans: plan for several.
    Not for choosing a rule.
    """
    asked = {"sensitivity": sensitivity, "specificity": specificity, "auc": auc}
    _check(prevalence, asked, clusters, precision, available)
    shares = {"sensitivity": prevalence, "specificity": 1 - prevalence}
    variances = {k: sizes.share_variance(v) for k, v in asked.items() if v is not None and k != "auc"}
    variances |= {"auc": sizes.auc_variance(auc, prevalence)} if auc else {}
    variances |= {"o_e": sizes.o_e_variance(prevalence)}
    variances |= {"calibration_slope": sizes.slope_variance(auc, prevalence)} if auc else {}
    plans = [
        _Plan(
            m, v, shares.get(m, 1.0), prevalence, clusters if m in shares else clusters.of_events(), _aim(m, precision)
        )
        for m, v in variances.items()
    ]
    rows = [row for plan in plans for row in plan.rows(available)]
    largest = max([p.needed for p in plans if np.isfinite(p.needed)] + [available or 0, 10 * _FEWEST])
    frames = {"precision": _curves(plans, np.geomspace(_FEWEST, 1.5 * largest, _POINTS))}
    options = {"prevalence": prevalence, **asked, **asdict(clusters), **asdict(precision), "available": available}
    return _plans.planned(
        "plan_accuracy", rows, frames, options, _plans.cautions(clusters, available), synthetic=synthetic
    )


def plan_comparison(
    *,
    prevalence: float,
    first_only: float,
    second_only: float,
    power: float = 0.9,
    clusters: Clusters = INDEPENDENT,
    available: int | None = None,
    synthetic: bool = False,
) -> Result:
    """How many forms tell the sensitivities of two rules on the same cases apart, and what power would those available
    have?

    Parameters
    ----------
    prevalence
        Expected share of forms with the event.
    first_only, second_only
        Expected shares of the events that only the first, and only the second rule flags.
    power
        Wanted chance to find the difference at the 5% level.
    clusters, available, synthetic
        As in `plan_accuracy`.

    Returns
    -------
    Result
        Terms `difference` (in sensitivity), `events_needed`, `rows_needed`, `clusters_needed` (with clusters) and, with
        `available`, `power_reached`. Frame `power`: `n`, `power`.

    Raises
    ------
    CheckFailed
        For shares outside 0 to 1, that exceed 1 together or are the same, and as `plan_accuracy`.

    Notes
    -----
    McNemar's test (Connor 1987), its variance times the design effect of the events of a station. Normal quantiles:
    with fewer than 20 stations plan for more. Power is exact in large samples only: with few events McNemar's test
    moves in steps.
    """
    problems = [
        *_plans.range_faults("prevalence", prevalence),
        *_plans.cluster_faults(clusters),
        *_plans.number_faults("available", available),
    ]
    problems += [
        *_plans.range_faults("first_only", first_only, closed=True),
        *_plans.range_faults("second_only", second_only, closed=True),
    ]
    problems += _plans.range_faults("power", power)
    if not problems and (first_only == second_only or first_only + second_only > 1):
        problems = [Problem("plan_apart", "first_only, second_only", f"{first_only:g}, {second_only:g}")]
    Problems("plan_comparison", problems).stop()
    effect = clusters.design_effect(prevalence)
    events = sizes.paired_events(first_only, second_only, power, effect=effect)
    needed = float(np.ceil(events / prevalence))
    rows = [
        _plans.row("difference", ALL, first_only - second_only, "points"),
        _plans.row("events_needed", ALL, events, "count"),
        _plans.row("rows_needed", ALL, needed, "count"),
    ]
    if clusters.size > 1:
        rows.append(_plans.row("clusters_needed", ALL, float(np.ceil(needed / clusters.size)), "count"))
    if available is not None:
        reached = sizes.paired_power(first_only, second_only, available * prevalence, effect=effect)
        rows.append(_plans.row("power_reached", ALL, float(reached), "number"))
    n = np.geomspace(_FEWEST, 1.5 * max(needed, available or 0), _POINTS)
    curve = sizes.paired_power(first_only, second_only, n * prevalence, effect=effect)
    options = {
        "prevalence": prevalence, "first_only": first_only, "second_only": second_only, "power": power,
        **asdict(clusters), "available": available,
    }  # fmt: skip
    frames = {"power": pd.DataFrame({"n": n, "power": curve})}
    return _plans.planned(
        "plan_comparison", rows, frames, options, _plans.cautions(clusters, available), synthetic=synthetic
    )


@dataclass(frozen=True)
class _Plan:
    """One measure: variance of a case, share of the forms that count, half-width aimed at."""

    measure: str
    variance: float
    share: float
    prevalence: float
    clusters: Clusters
    aim: float

    @property
    def needed(self) -> float:
        return sizes.cases_for(self.variance, self.scaled(self.aim), self.clusters, share=self.share)

    def scaled(self, half: float) -> float:
        """A half-width of O:E around 1 as one of its logarithm: ``(e^w - e^-w) / 2 = half``."""
        return float(np.arcsinh(half)) if self.measure == "o_e" else half

    def reached(self, n: Floats | float) -> Floats:
        wide = sizes.half_width(self.variance, n, self.clusters, share=self.share)
        return np.sinh(np.minimum(wide, 50.0)) if self.measure == "o_e" else wide

    def rows(self, available: int | None) -> Iterator[dict[str, Any]]:
        needed, kind = self.needed, MEASURES[self.measure]
        yield _plans.row("rows_needed", self.measure, needed, "count")
        yield _plans.row("events_needed", self.measure, np.ceil(needed * self.prevalence), "count")
        if self.clusters.size > 1:
            yield _plans.row("clusters_needed", self.measure, np.ceil(needed / self.clusters.size), "count")
        yield _plans.row("half_width_aimed", self.measure, self.aim, kind)
        if available is not None:
            yield _plans.row("half_width_reached", self.measure, float(self.reached(float(available))), kind)


def _aim(measure: str, precision: Precision) -> float:
    return {"auc": precision.auc, "o_e": precision.o_e, "calibration_slope": precision.slope}.get(
        measure, precision.share
    )


def _curves(plans: list[_Plan], n: Floats) -> pd.DataFrame:
    parts = [pd.DataFrame({"curve": p.measure, "n": n, "half_width": p.reached(n)}) for p in plans]
    return pd.concat(parts, ignore_index=True)


def _check(
    prevalence: float,
    asked: Mapping[str, float | None],
    clusters: Clusters,
    precision: Precision,
    available: int | None,
) -> None:
    found = Problems("plan_accuracy")
    found.extend(_plans.range_faults("prevalence", prevalence))
    for name, value in asked.items():
        if value is not None:
            found.extend(_plans.range_faults(name, value, least=0.5 if name == "auc" else 0.0))
    found.extend(_plans.cluster_faults(clusters))
    found.extend(
        Problem("plan_width", f"precision.{name}", f"{value:g}")
        for name, value in asdict(precision).items()
        if not value > 0
    )
    found.extend(_plans.number_faults("available", available))
    found.stop()
