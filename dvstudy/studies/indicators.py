"""Indicators of the services' work: what registry-like tables can tell beside published figures, and what not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import pandas as pd

from dvstudy import evidence, tables
from dvstudy.analyses import rates
from dvstudy.cohort import Cohort
from dvstudy.result import Quantity
from dvstudy.studies import frames, parts
from dvstudy.studies.parts import say
from dvstudy.studies.run import Section, Statement, StudyRun

#: Whether something held, one value a case or order, indexed by case; missing where nobody knows.
Held: TypeAlias = "Callable[[Cohort], pd.Series]"
#: Minutes within which police are to arrive.
_GOAL: Final = 10
#: What the tables of a cohort cannot hold, as things stand; each has a sentence that says so.
UNRECORDED: Final = (
    "training", "conferences", "repeat_callers", "referrals", "withdrawals", "satisfaction", "perpetrator_services",
)  # fmt: skip


@dataclass(frozen=True)
class Indicator:
    """What is counted: something that `frames.happened` knows by this name, or what a function reads.

    `figures`: published numerator and denominator, where there are any that mean the same.
    """

    held: Held | str
    figures: tuple[str, str] | None = None


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Every indicator as a share with limits by station, and published figures beside it.

    Use of forms, verdicts, orders and what became of them, devices, breaches, services, second assessments, response
    within ten minutes, recorded repeats. An indicator whose tables are empty has no number, never nought.
    """
    stations = frames.complete(cohort.cases, tables.CASES)["station_id"]
    happened, found = dict(frames.happened(cohort)), []
    for code, one in INDICATORS.items():
        held = happened.get(one.held, _NOTHING) if isinstance(one.held, str) else one.held(cohort)
        held = held.astype("Float64")
        station = stations.reindex(held.index)
        rows = {"indicator": code, "held": held.to_numpy(), "of": 1.0, "station_id": station.to_numpy()}
        found.append(pd.DataFrame(rows) if len(held) else _nothing(code))
    frame = pd.concat(found, ignore_index=True)
    frame["indicator"] = pd.Categorical(frame["indicator"], list(INDICATORS))
    cluster = "station_id" if frame["station_id"].notna().any() else None
    made = rates.rates(
        frame, name="indicators", term="indicator", group="indicator", cluster=cluster, synthetic=cohort.synthetic
    )
    sections = [
        Section("indicators.measured", list(_published()), [made.name]),
        Section("indicators.unrecorded", list(_unrecorded(cohort)), []),
    ]
    return parts.finish("indicators", cohort, [made], seed=seed, summary=[], sections=sections)


_NOTHING: Final = pd.Series(dtype="boolean")


def _nothing(code: str) -> pd.DataFrame:
    """A row that says nothing, so that the indicator is named all the same."""
    return pd.DataFrame({"indicator": [code], "held": [float("nan")], "of": [1.0], "station_id": [None]})


def _unrecorded(cohort: Cohort) -> Iterator[Statement]:
    totals = ("SEED-PERP-BEN", "SEED-PERP-CENTRES")
    beneficiaries, centres = (Quantity(evidence.value(figure), "count") for figure in totals)
    known: dict[str, Quantity | str] = {
        "beneficiaries": beneficiaries,
        "centres": centres,
        "figures": ", ".join(totals),
    }
    linked = frames.complete(cohort.cases, tables.CASES)["earlier_reports"].notna().any()
    for code in UNRECORDED:
        if code == "repeat_callers" and linked:
            continue
        yield say(f"indicators.{code}", **(known if code == "perpetrator_services" else {}))


def _published() -> Iterator[Statement]:
    for code, one in INDICATORS.items():
        if one.figures:
            share = Quantity(evidence.ratio(*one.figures), "percent")
            yield say("indicators.published", what=f"@group.{code}", share=share, figures=" / ".join(one.figures))


def _cases(column: str) -> Held:
    return lambda cohort: frames.complete(cohort.cases, tables.CASES)[column]


def _in_time(cohort: Cohort) -> pd.Series:
    minutes = _cases("response_minutes")(cohort)
    return (minutes < _GOAL).astype("boolean").mask(minutes.isna())


def _assessed(*roles: str) -> Held:
    """Whether somebody in one of these roles filled in a form; not known without any assessment."""

    def held(cohort: Cohort) -> pd.Series:
        made = cohort.assessments
        found = cohort.cases.index.isin(made.loc[made["rater_role"].isin(roles), "case_id"])
        return pd.Series(found if len(made) else pd.NA, index=cohort.cases.index, dtype="boolean")

    return held


def _known_before(cohort: Cohort) -> pd.Series:
    """Whether a register shows an earlier intervention of the same two people; not known without a register."""
    shown = _cases("earlier_reports")(cohort)
    return (shown > 0).astype("boolean").mask(shown.isna())


def _formed(cohort: Cohort) -> pd.Series:
    """Whether the police form was filled in; not known where nobody filled in any."""
    decided = frames.verdicts(cohort)
    found = cohort.cases.index.isin(decided.index)
    return pd.Series(found if len(decided) else pd.NA, index=cohort.cases.index, dtype="boolean")


def _of_orders(kind: str, read: Callable[[pd.DataFrame, pd.DataFrame], pd.Series]) -> Held:
    """One value an order of this kind, from its row and from the orders of the other kind."""

    def held(cohort: Cohort) -> pd.Series:
        orders = frames.complete(cohort.orders, tables.ORDERS_TABLE)
        own, other = orders[orders["kind"] == kind], orders[orders["kind"] != kind]
        return pd.Series(read(own, other).to_numpy(), index=pd.Index(own["case_id"]))

    return held


def _same_case(own: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    return own["case_id"].isin(other["case_id"])


#: Code -> what is counted, in the order in which it is shown.
INDICATORS: Final[dict[str, Indicator]] = {
    "form_filled": Indicator(_formed, ("RO-FORMS-DB", "RO-FORMS-DB-INT")),
    "verdict_imminent": Indicator("police_positive"),
    "provisional_issued": Indicator("order_provisional", ("RO-OPP-2025", "RO-INT-2025")),
    "provisional_confirmed": Indicator(_of_orders("provisional", lambda own, other: own["confirmed"])),
    "provisional_converted": Indicator(_of_orders("provisional", _same_case), ("RO-OPP-CONV-2025", "RO-OPP-2025")),
    "court_issued": Indicator("order_court", ("RO-OP-2025", "RO-INT-2025")),
    "court_from_provisional": Indicator(_of_orders("court", _same_case), ("SEED-OP-NAT23-FROMOPP", "SEED-OP-NAT23")),
    "device_fitted": Indicator(
        _of_orders("provisional", lambda own, other: own["monitored"]), ("RO-DEVICE-2025", "RO-OPP-2025-NOV")
    ),
    "provisional_breached": Indicator(
        _of_orders("provisional", lambda own, other: own["recorded_breaches"] > 0),
        ("RO-BREACH-OPP-2025", "RO-OPP-2025-NOV"),
    ),
    "service_reached": Indicator("service_used"),
    "both_professions": Indicator(_assessed("social_worker", "joint_team")),
    "assessed_twice": Indicator(_cases("duplicate_assessment")),
    "within_ten_minutes": Indicator(_in_time, ("SEED-112-CJ23-10MIN", "SEED-112-CJ23")),
    "recorded_again": Indicator("recorded_180"),
    "known_before": Indicator(_known_before),
}
