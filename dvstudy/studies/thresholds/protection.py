"""What the form says of the risk without an order, of everyone where follow-up is partial, and beyond the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy.analyses.protected import MAIN, Orders, main_of, protected
from dvstudy.analyses.under_reporting import tipping_point, under_reporting
from dvstudy.analyses.verification import BEGG_GREENES, STRATA, VERIFIED, verification
from dvstudy.result import Note, Result, not_estimable
from dvstudy.studies.parts import estimate, say, with_interval
from dvstudy.studies.run import Section, Statement
from dvstudy.studies.thresholds.view import SEVERE, View

ORDER: Final = "order_at_once"
ACCURACY, AUC, WAYS = "order146_severe_no_order", "auc_order146_severe_no_order", "no_order_ways"
FOLLOWED, RECORD, TIPPING = "verification_severe", "recorded_repeat", "recording_tipping"
REPEAT, RECORDED = "repeat_180", "recorded_180"
#: What a provisional order may have depended on, known on its day; only those that the data have. A missing group of
#: people is a group of its own; a number must be there for everyone, or rows would be lost.
GROUPS: Final = ("area", "relation", "victim")
NUMBERS: Final = ("section_a", "section_b", "earlier_reports")
_ACCURACY_TERMS: Final = ("sensitivity", "specificity", "ppv", "npv", "prevalence")


def results(view: View) -> Iterator[Result]:
    """Without an order; had everyone been followed up; beyond the record."""
    frame, options = view.police, _options(view)
    ways = _without_order(view, frame, options)
    yield ways
    yield main_of(ways, ACCURACY, *_ACCURACY_TERMS)
    yield main_of(ways, AUC, "auc")
    strata = [RECORDED] if frame[RECORDED].notna().any() else []
    checked = verification(frame, name=FOLLOWED, test="positive", reference=SEVERE, strata=strata, **options)
    yield _true(checked, dict.fromkeys(_ACCURACY_TERMS, "order146_severe"))
    asked: dict[str, Any] = {"test": "positive", "record": RECORDED, "reference": REPEAT, **options}
    yield under_reporting(frame, name=RECORD, **asked)
    yield tipping_point(frame, name=TIPPING, **asked)


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """Three sections: protection, follow-up, recording."""
    yield Section("thresholds.no_order", list(_no_order(found[WAYS])), [ACCURACY, AUC, WAYS])
    checked = found[FOLLOWED]
    best = STRATA if (checked.table["group"] == STRATA).any() else BEGG_GREENES
    followed = say(
        "thresholds.followed",
        seen=estimate(checked, "sensitivity", "of_100", VERIFIED),
        **with_interval(checked, "sensitivity", "of_100", best),
    )
    yield Section("thresholds.followed", [followed], [FOLLOWED])
    tip = found[TIPPING]
    recorded = say(
        "thresholds.recorded",
        flagged=estimate(tip, "recording", "of_100", "flagged"),
        others=estimate(tip, "recording", "of_100", "not_flagged"),
    )
    turned = say(
        "thresholds.tipping",
        tip=estimate(tip, "tipping_ratio", "ratio"),
        **with_interval(tip, "recording_ratio", "ratio"),
    )
    yield Section("thresholds.recorded", [recorded, turned], [RECORD, TIPPING])


def _options(view: View) -> dict[str, Any]:
    return {k: v for k, v in view.options(view.police).items() if k != "instrument"}


def _without_order(view: View, frame: pd.DataFrame, options: dict[str, Any]) -> Result:
    """The treatment is a provisional order on the day of the form. A later one would make immortal time: whoever waited
    for it had no event while waiting."""
    orders = view.cohort.orders
    if not len(orders):
        return not_estimable(WAYS, {**options, "question": "protected", "picture": None}, Note("no_orders"))
    known = frame.assign(**{ORDER: _at_once(frame["case_id"], orders)})
    covariates = [c for c in NUMBERS if frame[c].notna().all()] + [c for c in GROUPS if frame[c].notna().any()]
    made = protected(
        known, name=WAYS, test="positive", score="total", reference=SEVERE, orders=Orders(ORDER, covariates), **options
    )
    return _true(made, {**dict.fromkeys(_ACCURACY_TERMS, ACCURACY), "auc": AUC})


def _true(made: Result, truths: Mapping[str, str]) -> Result:
    """`made` saying which stored truth each of its terms has, for the comparison side by side."""
    return Result(made.name, made.table, {**made.meta, "truths": dict(truths)}, made.frames, made.notes, made.status)


def _no_order(ways: Result) -> Iterator[Statement]:
    naive, best = (estimate(ways, "sensitivity", "of_100", way) for way in ("as_observed", MAIN))
    yield say("thresholds.no_order", naive=naive, best=best)
    areas = {
        "naive": estimate(ways, "auc", "number", "as_observed"),
        **with_interval(ways, "auc", "number", MAIN),
        "half": estimate(ways, "auc", "number", "tilt_half"),
        "double": estimate(ways, "auc", "number", "tilt_double"),
    }
    yield say("thresholds.no_order_auc", **areas)


def _at_once(case_ids: pd.Series, orders: pd.DataFrame) -> pd.Series:
    """Whether a provisional order held from the day of the form; empty where the day on which it began is not known."""
    provisional = orders[orders["kind"] == "provisional"]
    began = provisional["start_day"]
    yes, unknown = (case_ids.isin(provisional.loc[which, "case_id"]) for which in (began <= 0, began.isna()))
    return yes.astype("boolean").mask(unknown & ~yes)
