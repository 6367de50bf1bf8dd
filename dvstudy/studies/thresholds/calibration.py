"""From counts to risks: a model that turns the two counts of the police form into a risk, and whether it comes true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from dvstudy.analyses import calibration, group_calibration, recalibration
from dvstudy.analyses.fitted_risk import fitted_risk
from dvstudy.result import Result
from dvstudy.studies.parts import estimate, say, with_interval
from dvstudy.studies.run import Section
from dvstudy.studies.thresholds.view import SEVERE, View, protected

RISK = "risk_from_counts"
COUNTS = ("section_a", "section_b")
#: Columns by whose groups calibration is looked at.
GROUPS = ("relation", "victim")


def with_risk(
    frame: pd.DataFrame, name: str, predictors: Sequence[str], cluster: str | None, seed: int
) -> pd.DataFrame:
    """The forms with a column `name`: the risk of severe violence by a model fitted on the other stations.

    Without stations each case is a cluster of its own.
    """
    shared: dict[str, Any] = {
        "predictors": predictors,
        "reference": SEVERE,
        "cluster": cluster or "case_id",
        "seed": seed,
    }
    return frame.assign(**{name: fitted_risk(frame, name=name, **shared)})


def results(view: View) -> Iterator[Result]:
    """Calibration of the risk from the two counts; with stations also what mending it would be worth: nothing,
    since such risks are right on average by construction."""
    options: dict[str, Any] = view.options(view.police)
    frame = with_risk(view.police, RISK, COUNTS, options["cluster"], view.seed)
    asked: dict[str, Any] = {"risk": RISK, "reference": SEVERE, **options}
    yield protected(calibration.calibration(frame, name="calibration_severe", **asked))
    if options["cluster"]:
        yield protected(recalibration.recalibration(frame, name="recalibration_severe", **asked))
    for column in (c for c in GROUPS if frame[c].notna().any()):
        by = group_calibration.group_calibration(frame, name=f"calibration_{column}", group=column, **asked)
        yield protected(by)


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """Observed over expected and the mean distance in one sentence, then the curve."""
    made = found["calibration_severe"]
    limits = with_interval(made, "o_e", "ratio")
    limits["ratio"] = limits.pop("estimate")
    yield Section(
        "thresholds.calibration",
        [say("thresholds.calibration", ici=estimate(made, "ici", "points"), **limits)],
        [
            n
            for n in ("calibration_severe", "recalibration_severe", *(f"calibration_{c}" for c in GROUPS))
            if n in found
        ],
    )
