"""Study of the unified form: stations that use one form together against stations that keep two separate ones."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dvstudy import tables
from dvstudy.analyses import trial
from dvstudy.cohort import Cohort
from dvstudy.result import Kind, Note, Quantity, Result
from dvstudy.studies import frames, parts
from dvstudy.studies._grouped import absent
from dvstudy.studies.parts import estimate, say, with_interval
from dvstudy.studies.run import Section, Statement, StudyRun

#: Result name -> (outcome column, how it is written). The first is the primary outcome.
OUTCOMES: Final[dict[str, tuple[str, Kind]]] = {
    "missed_high_risk": ("missed", "percent"),
    "repeat_violence": ("repeat_180", "percent"),
    "severe_violence": ("severe_180", "percent"),
    "person_hours": ("person_hours", "hours"),
    "interviews": ("interviews", "number"),
    "duplicate_assessment": ("duplicate_assessment", "percent"),
}


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Effect of allocating stations to the unified form, by intention to treat.

    Primary outcome: high-risk cases that the decision missed, among those a panel blind to the arm judged high risk.
    Every case counts in the arm of its station, whatever form was really used. Where stations go over in the course of
    the series (a stepped wedge) nothing is estimated: side by side, the calendar would pass for an effect.
    """
    cases = _cases(cohort)
    if stepped(cases):
        results = {name: absent(cohort, name, Note("stepped_wedge"), question="trial") for name in OUTCOMES}
    else:
        results = {name: _effect(cohort, cases, name, seed) for name in OUTCOMES}
    return parts.finish(
        "unified_form",
        cohort,
        results.values(),
        seed=seed,
        summary=_summary(results),
        sections=_sections(),
    )


def _cases(cohort: Cohort) -> pd.DataFrame:
    """One row a case: arm, station, outcomes, and whether the decision missed it (high-risk cases with a form)."""
    frame = frames.complete(cohort.cases, tables.CASES).join(frames.complete(cohort.outcomes, tables.OUTCOMES))
    return frame.assign(missed=~frames.verdicts(cohort).reindex(frame.index).astype("boolean"))


def stepped(cases: pd.DataFrame) -> bool:
    """Whether stations go over to the unified form in the course of the series: some have cases in both arms, all those
    in the usual one before (or in the month of) those in the unified one."""
    known = cases.dropna(subset=["arm", "station_id", "month"])
    months = known.assign(month=known["month"].astype("str")).groupby(["arm", "station_id"], observed=True)["month"]
    last, first = months.max(), months.min()
    if not {"usual", "unified"} <= set(last.index.get_level_values("arm")):
        return False
    ends = pd.concat({"usual": last["usual"], "unified": first["unified"]}, axis=1).dropna()
    return bool(len(ends) and (ends["usual"] <= ends["unified"]).all())


def _effect(cohort: Cohort, cases: pd.DataFrame, name: str, seed: int) -> Result:
    outcome, kind = OUTCOMES[name]
    known = cases["high_risk_adjudicated"].fillna(False).astype(bool) if outcome == "missed" else slice(None)
    made = trial.cluster_trial(
        cases.loc[known],
        name=name,
        outcome=outcome,
        kind=kind,
        arm="arm",
        cluster="station_id",
        strata="area",
        seed=seed,
        synthetic=cohort.synthetic,
    )
    return made.with_notes(Note("safety_outcome")) if name == "severe_violence" else made


def _summary(results: dict[str, Result]) -> list[Statement]:
    return [
        say("unified_form.missed", **_both(results["missed_high_risk"], "of_100")),
        say("unified_form.repeat", **_both(results["repeat_violence"], "of_100")),
        say("unified_form.duplicate", **_both(results["duplicate_assessment"], "of_100")),
        say("unified_form.hours", **_both(results["person_hours"], "hours")),
        say("unified_form.interviews", **_both(results["interviews"], "number")),
    ]


def _both(result: Result, kind: Kind) -> dict[str, Quantity | str]:
    """Means of the two arms, the difference with its interval and what it says in words, for a sentence."""
    means = {arm: estimate(result, f"mean_{arm}", kind) for arm in ("usual", "unified")}
    difference = with_interval(result, "difference", "points" if kind == "of_100" else kind)
    return {**means, **difference, "reading": f"@reading.{_reading(difference['low'], difference['high'])}"}


def _reading(low: Quantity, high: Quantity) -> str:
    """Whether an interval of a difference lies below nought, above it, or holds it."""
    if high.value < 0:
        return "lower"
    return "higher" if low.value > 0 else "unclear"


def _sections() -> list[Section]:
    return [
        Section("unified_form.missed", [], ["missed_high_risk"]),
        Section(
            "unified_form.violence", [say("unified_form.recorded_warning")], ["repeat_violence", "severe_violence"]
        ),
        Section("unified_form.burden", [], ["person_hours", "interviews", "duplicate_assessment"]),
    ]
