"""For whom the rule holds: groups of people, departures from it, another population, and to whom tools apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy import evidence
from dvstudy.analyses import fairness, overrides, transport
from dvstudy.cohort import Cohort
from dvstudy.result import Note, Quantity, Result, not_estimable
from dvstudy.studies import frames
from dvstudy.studies._grouped import shared, together
from dvstudy.studies.comparison import APPLIES, applies_to
from dvstudy.studies.parts import estimate, say
from dvstudy.studies.run import Section
from dvstudy.studies.thresholds.view import HIGH_RISK, View
from dvstudy.tables import CASES

#: Columns whose groups are looked at.
GROUPS: Final = ("relation", "victim", "area", "age_band")
ISSUED, REASON = "order_issued", "departure_reason"


def results(view: View) -> Iterator[Result]:
    """Accuracy by group against the adjudicated risk level, departures, the nation's margins, applicability."""
    frame, options = view.police, view.options(view.police)
    rule: dict[str, Any] = {"test": "positive", "reference": HIGH_RISK, **options}
    for column in (c for c in GROUPS if frame[c].notna().any()):
        yield fairness.fairness(frame, name=f"fairness_{column}", split=fairness.Split(column), **rule)
    yield _departures(view, frame, options)
    margins = {column: shares for column, shares in evidence.nation().items() if frame[column].notna().any()}
    if margins:
        yield transport.transport(frame, name="transport_nation", target=margins, **rule)
    yield together(view.cohort, "compare_applies", _applies(view.cohort))


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """Groups, departures, elsewhere, applicability."""
    by_group = [f"fairness_{c}" for c in GROUPS if f"fairness_{c}" in found]
    yield Section("thresholds.groups", [say("thresholds.cannot_all_be_equal")], by_group)
    departed = found["overrides"]
    sentence = say(
        "thresholds.departed",
        down=estimate(departed, "departed_down", "of_100"),
        up=estimate(departed, "departed_up", "of_1000"),
        thousand=Quantity(1, "of_1000"),
    )
    yield Section("thresholds.overrides", [sentence], ["overrides"])
    if "transport_nation" in found:
        yield Section("thresholds.elsewhere", [], ["transport_nation"])
    yield Section("thresholds.applies", [], ["compare_applies"])


def _departures(view: View, frame: pd.DataFrame, options: dict[str, Any]) -> Result:
    """The decision is a provisional order; a cohort without any orders cannot tell."""
    orders = view.cohort.orders
    if not len(orders):
        meta = {**options, "question": "overrides", "picture": None}
        return not_estimable("overrides", meta, Note("no_orders"))
    issued = frame["case_id"].isin(orders.loc[orders["kind"] == "provisional", "case_id"])
    recorded = frame["objected"].notna().any()
    return overrides.overrides(
        frame.assign(**{ISSUED: issued, REASON: _reasons(frame, issued)}),
        name="overrides",
        departures=overrides.Departures("positive", ISSUED, REASON if recorded else None),
        reference=HIGH_RISK,
        **options,
    )


def _reasons(frame: pd.DataFrame, issued: pd.Series) -> pd.Series:
    """Why a decision departs from the rule, as far as it is recorded."""
    departed = frame["positive"].notna() & (frame["positive"].fillna(False) != issued)
    objected = frame["positive"].fillna(False) & ~issued & frame["objected"].fillna(False)
    said = pd.Series("other_reason", frame.index).mask(objected, "victim_objected").where(departed)
    return said.astype(pd.CategoricalDtype(["victim_objected", "other_reason"]))


def _applies(cohort: Cohort) -> dict[str, Result]:
    """To which share of all cases each instrument that was filled in may be applied."""
    cases = frames.complete(cohort.cases, CASES)
    made = {}
    for name in sorted(cohort.answers):
        said = applies_to(cohort.instrument(name), cases)
        seen = [word for word in APPLIES if (said == word).any()]
        made[name] = shared(cohort, "compare_applies", name, cases.assign(share=said.cat.set_categories(seen)))
    return made
