"""Scores: how well the count of the police form and the Danger Assessment tell cases apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy.analyses import accuracy, discrimination, partial_auc, precision_recall, survival, unpaired_auc
from dvstudy.result import Note, Quantity, Result
from dvstudy.studies import frames
from dvstudy.studies.parts import complement, estimate, say, with_interval
from dvstudy.studies.run import Section, Statement
from dvstudy.studies.thresholds.view import SEVERE, View, protected
from dvstudy.tables import FEW_ALARMS, FOLLOWED

_WEIGHTS: Final = Note("unverified_weights")
_TIMES: Final = survival.Times("days_followed", "days_to_severe", "days_to_exit")
_FEW_ALARMS: Final = partial_auc.Within("specificity", *FEW_ALARMS)
_PART: Final = "partial_auc_order146_severe"
_PRECISION: Final = "precision_order146_severe"
_SOONER: Final = "concordance_order146_severe"
_BY_DAY: Final = "auc_by_day_order146_severe"
_BOTH: Final = "compare_auc_danger_order146"


def results(view: View) -> Iterator[Result]:
    """Area under the curve of both scores and their difference, levels of the Danger Assessment as cut points; of the
    police form also part of the curve, precision, and time to the event where follow-up is incomplete."""
    police: dict[str, Any] = view.options(view.police)
    count: dict[str, Any] = {"score": "total", "reference": SEVERE}
    yield protected(discrimination.auc(view.police, name="auc_order146_severe", **count, **police))
    danger: dict[str, Any] = view.options(view.danger, frames.DANGER)
    levels: dict[str, Any] = {"name": "danger_levels_severe", "level": "level", "reference": SEVERE}
    yield protected(accuracy.accuracy_at_levels(view.danger, **levels, **danger), _WEIGHTS)
    yield protected(discrimination.auc(view.danger, name="auc_danger_severe", **count, **danger), _WEIGHTS)
    both: dict[str, Any] = {"first": frames.DANGER, "second": frames.POLICE_FORM, "reference": SEVERE}
    yield protected(unpaired_auc.compare_auc_unpaired(_side_by_side(view), name=_BOTH, **both, **police), _WEIGHTS)
    yield protected(partial_auc.partial_auc(view.police, name=_PART, within=_FEW_ALARMS, **count, **police))
    yield protected(precision_recall.precision_recall(view.police, name=_PRECISION, **count, **police))
    followed: dict[str, Any] = {"score": "total", "times": _TIMES}
    yield protected(survival.concordance(view.police, name=_SOONER, **followed, **police))
    yield protected(survival.auc_by_day(view.police, name=_BY_DAY, days=FOLLOWED, **followed, **police))


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """Both areas in one sentence, then each; precision; time."""
    areas = say(
        "thresholds.auc",
        police=estimate(found["auc_order146_severe"], "auc", "number"),
        danger=estimate(found["auc_danger_severe"], "auc", "number"),
        half=Quantity(0.5, "number"),
    )
    shown = ["auc_order146_severe", "auc_danger_severe", "danger_levels_severe", _BOTH, _PART]
    yield Section("thresholds.scores", [areas, _same_people(found[_BOTH])], shown)
    yield Section("thresholds.precision", [_precision(found[_PRECISION])], [_PRECISION])
    yield Section("thresholds.over_time", [_sooner(found[_SOONER])], [_BY_DAY, _SOONER])


def _side_by_side(view: View) -> pd.DataFrame:
    """The officer's forms with the Danger Assessment of the same case, where there is one."""
    danger = view.danger.drop_duplicates("case_id").set_index("case_id")["total"].rename(frames.DANGER)
    return view.police.rename(columns={"total": frames.POLICE_FORM}).join(danger, on="case_id")


def _same_people(both: Result) -> Statement:
    return say("thresholds.same_people", **with_interval(both, "auc_difference_common", "number"))


def _precision(found: Result) -> Statement:
    """Average precision beside that of a score that says nothing."""
    common = estimate(found, "prevalence", "of_100")
    value = with_interval(found, "average_precision", "of_100")
    return say("thresholds.precision", common=common, others=complement(value["estimate"]), **value)


def _sooner(found: Result) -> Statement:
    return say("thresholds.sooner", **with_interval(found, "harrell_c", "of_100"))
