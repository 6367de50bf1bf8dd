"""What a register that links interventions can tell, and what is lost without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from dvstudy import tables
from dvstudy.analyses import rates
from dvstudy.cohort import Cohort
from dvstudy.result import Note, Result, not_estimable
from dvstudy.studies import frames, parts
from dvstudy.studies.parts import say, with_interval
from dvstudy.studies.run import Section, StudyRun

NAME: Final = "linkage"
#: What is counted, in the order in which it is shown.
QUANTITIES: Final = (
    "pair_returns", "intervention_again", "first_imminent", "repeat_imminent", "repeat_known_on_form",
)  # fmt: skip
#: Construct of the question about earlier reports.
_EARLIER: Final = "earlier_reports_or_breach"


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Interventions of the same two people, found by their link.

    `pair_returns`: pairs with more than one intervention, of pairs. `intervention_again`: interventions followed by
    another one within six calendar months, of those with six months left in the series. `first_imminent`,
    `repeat_imminent`: police forms with imminent risk, of forms at the first and at later interventions.
    `repeat_known_on_form`: forms at later interventions whose question about earlier reports is answered with yes.
    Limits by station.

    Without a link no number can be told from a true nought: a cohort without `pair_id` gives `not_estimable`, one in
    which no pair returns a note. On synthetic data the run ends with what a full link would have shown.
    """
    cases = frames.complete(cohort.cases, tables.CASES)
    sections = [Section("linkage.found", [], [NAME])]
    made = _absent(cohort) if cases["pair_id"].isna().all() else _found(cohort, cases)
    linked = cases["pair_id"].duplicated().any()
    summary = [
        say("linkage.pairs", **with_interval(made, NAME, "of_100", "pair_returns")),
        say("linkage.again", **with_interval(made, NAME, "of_100", "intervention_again")),
        say("linkage.known", **with_interval(made, NAME, "of_100", "repeat_known_on_form")),
    ]
    return parts.finish(NAME, cohort, [made], seed=seed, summary=summary if linked else [], sections=sections)


def _found(cohort: Cohort, cases: pd.DataFrame) -> Result:
    frame = pd.concat(
        [
            pd.DataFrame({"quantity": name, "held": held, "station_id": station})
            for name, held, station in _rows(cohort)
        ],
        ignore_index=True,
    )
    frame["quantity"] = pd.Categorical(frame["quantity"], list(QUANTITIES))
    frame["of"] = 1.0
    cluster = "station_id" if frame["station_id"].notna().any() else None
    made = rates.rates(frame, name=NAME, term="linkage", group="quantity", cluster=cluster, synthetic=cohort.synthetic)
    return made if cases["pair_id"].duplicated().any() else made.with_notes(Note("nothing_linked"))


def _rows(cohort: Cohort) -> Iterator[tuple[str, pd.Series, pd.Series]]:
    """Each quantity with whether it held and the station, one entry a pair, intervention or form."""
    cases = frames.complete(cohort.cases, tables.CASES)
    cases = cases[cases["pair_id"].notna()]
    month = _months(cases["month"])
    order = cases.assign(month=month).sort_values(["pair_id", "month"], kind="stable")
    number = order.groupby("pair_id").cumcount()
    following = order.groupby("pair_id")["month"].shift(-1) - order["month"]
    last = order.groupby("pair_id").tail(1)
    yield "pair_returns", (number.loc[last.index] > 0).astype("float64"), last["station_id"]
    whole = order["month"] <= order["month"].max() - tables.RETURN_MONTHS
    soon = (following[whole] <= tables.RETURN_MONTHS).fillna(value=False)
    yield "intervention_again", soon.astype("float64"), order.loc[whole, "station_id"]
    decided = frames.verdicts(cohort)
    later = number.reindex(decided.index) > 0
    first = number.reindex(decided.index) == 0
    station = order["station_id"].reindex(decided.index)
    yield "first_imminent", decided[first].astype("float64"), station[first]
    yield "repeat_imminent", decided[later].astype("float64"), station[later]
    known = _known(cohort).reindex(decided.index)
    yield "repeat_known_on_form", known[later].astype("float64"), station[later]


def _known(cohort: Cohort) -> pd.Series:
    """Whether the deciding form says that there were earlier reports; missing where this was not answered."""
    definition = cohort.instrument(frames.POLICE_FORM)
    items = [item.id for item in definition.items if item.construct_id == _EARLIER]
    rated = cohort.rated(frames.POLICE_FORM)
    rated = rated[rated["rater_role"].isin(frames.DECIDING)].drop_duplicates("case_id")
    if not items or rated.empty:
        return pd.Series(dtype="float64")
    answers = cohort.answers[frames.POLICE_FORM].loc[rated.index, items[0]].astype("str")
    held = answers.map({"yes": 1.0, "no": 0.0})
    return pd.Series(held.to_numpy(), index=pd.Index(rated["case_id"]))


def _months(text: pd.Series) -> pd.Series:
    """Number of each calendar month."""
    parts_of = text.str.split("-", expand=True).astype("Int64")
    return parts_of[0] * 12 + parts_of[1]


def _absent(cohort: Cohort) -> Result:
    meta = {"question": "rates", "synthetic": cohort.synthetic, "instrument": frames.POLICE_FORM, "picture": None}
    return not_estimable(NAME, meta, Note("no_link"))
