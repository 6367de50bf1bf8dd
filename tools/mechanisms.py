"""Naive estimators, and pairs of recipes: everything off, then one mechanism on. Does it break what theory says?

`tools/recovery.py` runs them; docs/recovery.md says what to expect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import statsmodels.api as sm

from dvstudy import cohorts
from dvstudy.analyses import accuracy, discrimination
from dvstudy.cohort import Cohort
from dvstudy.cohorts import Recipe
from dvstudy.numbers.proportions import wilson
from dvstudy.recovery import Estimator
from dvstudy.result import Result
from dvstudy.studies import frames, parts

SEVERE = "severe_180"
RULE, AUC = "order146_severe", "auc_order146_severe"
#: Nothing that could move or spread an estimate, beyond the null recipe: stations all alike.
OFF = {"people.station_share": 0.0}


@dataclass(frozen=True)
class Pair:
    """A mechanism: what switches it on, the estimators it is tried on, and the terms to look at."""

    name: str
    on: Mapping[str, Any]
    estimators: tuple[Estimator, ...]
    terms: tuple[str, ...]
    off: Mapping[str, Any]
    cases: int

    def recipes(self) -> Iterator[tuple[str, Recipe]]:
        """The recipe without and with the mechanism."""
        yield "off", made(f"{self.name}_off", {**OFF, **self.off})
        yield "on", made(f"{self.name}_on", {**OFF, **self.off, **self.on})


def made(name: str, values: Mapping[str, Any]) -> Recipe:
    """The null recipe with some values changed."""
    lines = [f'name = "{name}"', f'title = "{name}"', 'extends = "null"', "[set]"]
    lines += [f"{key} = {repr(v).replace(chr(39), chr(34))}" for key, v in values.items()]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return cohorts.load_recipe(path)


def police(cohort: Cohort) -> pd.DataFrame:
    """Forms of usual practice, scored."""
    return frames.usual_practice(frames.forms(cohort, frames.POLICE_FORM, "police_officer"))


def row_limits(cohort: Cohort) -> pd.DataFrame:
    """Sensitivity and specificity of followed-up cases with Wilson limits, as if every row stood alone."""
    known = police(cohort).dropna(subset=["positive", SEVERE])
    rows = []
    for term, event in (("sensitivity", True), ("specificity", False)):
        of = known.loc[known[SEVERE] == event, "positive"] == event
        low, high = wilson(of.sum(), len(of))
        rows.append({"term": term, "estimate": of.mean(), "conf_low": float(low), "conf_high": float(high)})
    return pd.DataFrame(rows).assign(result=RULE, group="all", kind="percent")


def station_limits(cohort: Cohort) -> Result:
    """The same shares with the limits of the package, which take whole stations as the unit."""
    frame = police(cohort)
    common = parts.common(cohort, frame)
    return accuracy.accuracy(frame, name=RULE, test="positive", reference=SEVERE, instrument="order146", **common)


def observed_auc(cohort: Cohort) -> Result:
    """Area under the curve of the count of yes for what happened, protection and all."""
    frame = police(cohort)
    common = parts.common(cohort, frame)
    return discrimination.auc(frame, name=AUC, score="total", reference=SEVERE, instrument="order146", **common)


def without_orders(cohort: Cohort) -> pd.DataFrame:
    """The area that the same count would have if nobody had been protected."""
    known = cohort.truth["estimands"]
    return known[known["estimand"] == f"{AUC}_no_order"].assign(estimand=AUC)


def before_and_after(cohort: Cohort) -> pd.DataFrame:
    """Share of forms at imminent risk, unified minus usual, inside stations; the calendar is left out."""
    return _stepped(cohort, by_period=False)


def with_periods(cohort: Cohort) -> pd.DataFrame:
    """The same, months compared with themselves."""
    return _stepped(cohort, by_period=True)


def _stepped(cohort: Cohort, *, by_period: bool) -> pd.DataFrame:
    """Least squares inside stations (with month effects); errors by whole stations, t with stations - 1 df."""
    forms = frames.forms(cohort, frames.POLICE_FORM).dropna(subset=["positive", "arm", "station_id"])
    station = forms["station_id"].astype("str")
    columns = forms[["positive"]].astype(float).assign(unified=(forms["arm"] == "unified").astype(float))
    if by_period:
        columns = columns.join(pd.get_dummies(forms["month"].astype("str"), dtype=float, drop_first=True))
    inside = columns - columns.groupby(station).transform("mean")
    model = sm.OLS(inside["positive"], inside.drop(columns="positive"))
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(station)[0]}, use_t=True)
    low, high = fit.conf_int().loc["unified"]
    row = {"term": "difference", "estimate": fit.params["unified"], "conf_low": low, "conf_high": high}
    return pd.DataFrame([{**row, "p_value": fit.pvalues["unified"], "kind": "points"}])


def no_effect(cohort: Cohort) -> pd.DataFrame:
    """The unified form changes nothing in a null world."""
    return pd.DataFrame({"term": ["difference"], "value": [0.0]})


_FEW = {
    **dict.fromkeys(("places.urban_stations", "places.rural_stations"), 1),
    **dict.fromkeys(("places.urban_officers", "places.rural_officers"), 1),
    "places.counties": 10,
}
_LENIENT = {"raters.police_officer.sd_factor": 1.0, "raters.police_officer.general_sd": 0.8, "record.assess_sd": 0.5}
_ORDERS = {"outcomes.hazard_provisional": 0.55, "outcomes.hazard_court": 0.65, "outcomes.hazard_severity": -0.1}
_WEDGE = {"places.months": 21, "unified.design": "stepped_wedge", "unified.steps": 6}
_SHARES = ("sensitivity", "specificity")

PAIRS = (
    Pair(
        "leniency",
        _LENIENT,
        (Estimator(row_limits, "row_limits"), Estimator(station_limits, "station_limits")),
        _SHARES,
        _FEW,
        4000,
    ),
    Pair(
        "protection",
        _ORDERS,
        (Estimator(observed_auc, "observed_auc"), Estimator(observed_auc, "as_if_no_orders", truth=without_orders)),
        ("auc",),
        {},
        5000,
    ),
    Pair(
        "partial_verification",
        {"outcomes.verification": "by_verdict"},
        (Estimator(row_limits, "followed_up_only"),),
        _SHARES,
        {},
        4000,
    ),
    Pair(
        "calendar",
        {"record.trend": 0.04},
        tuple(
            Estimator(run, name, truth=no_effect)
            for run, name in ((before_and_after, "without_periods"), (with_periods, "with_periods"))
        ),
        ("difference",),
        _WEDGE,
        4000,
    ),
)
