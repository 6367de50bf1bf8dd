"""What the indicators count, from which tables, and the published figures that mean the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import pandas as pd

from dvstudy import tables
from dvstudy.cohort import Cohort
from dvstudy.studies import frames

#: Whether something held, one value a case or order, indexed by case; missing where nobody knows.
Held: TypeAlias = "Callable[[Cohort], pd.Series]"
#: Minutes within which police are to arrive.
_GOAL: Final = 10


@dataclass(frozen=True)
class Indicator:
    """What is counted: something that `frames.happened` knows by this name, or what a function reads.

    `figures`: published numerator and denominator, or one percentage, where there are any that mean the same.
    """

    held: Held | str
    figures: tuple[str, ...] | None = None


def _cases(column: str) -> Held:
    return lambda cohort: frames.complete(cohort.cases, tables.CASES)[column]


def _is(column: str, code: str) -> Held:
    """Whether a column of the cases holds this code; not known where it is empty."""

    def held(cohort: Cohort) -> pd.Series:
        found = _cases(column)(cohort)
        return (found == code).astype("boolean").mask(found.isna())

    return held


def _at_night(cohort: Cohort) -> pd.Series:
    hour = _cases("hour")(cohort)
    return ((hour >= tables.NIGHT[0]) | (hour < tables.NIGHT[1])).astype("boolean").mask(hour.isna())


def _used(service: str) -> Held:
    """Whether who used any service used this one; not known where kinds are not written down."""

    def held(cohort: Cohort) -> pd.Series:
        found = frames.complete(cohort.services, tables.SERVICES)
        known = found[found["service"].notna()]
        return (known["service"] == service).groupby(known["case_id"]).any().astype("boolean")

    return held


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


def _contested(cohort: Cohort) -> pd.Series:
    """Whether a court order was contested; not known in a simulated cohort whose recipe leaves contest out."""
    found = _of_orders("court", lambda own, other: own["contested"])(cohort).astype("boolean")
    return found if _simulated(cohort, "contest_share") else found.mask(found.notna())


def _simulated(cohort: Cohort, share: str) -> bool:
    """Whether a step of the pathway can happen at all: a recipe may switch it off, which is no rate of nought."""
    if not cohort.synthetic or cohort.recipe is None:
        return True
    return bool(cohort.recipe["parameters"]["pathway"][share])


def _accepted(own: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Whether an offered device was accepted; says nothing where none was offered."""
    return own["monitored"].mask(~own["monitoring_offered"].fillna(value=False))


def _same_case(own: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    return own["case_id"].isin(other["case_id"])


#: Service -> its code here, its kind in the tables, its row in the national table of services to victims.
_SERVICES: Final = (
    ("primary", "primary_counselling", "PRIMARY"),
    ("social_counselling", "social_counselling", "SOCIAL"),
    ("psychologist", "psychological_counselling", "PSYCH"),
    ("legal", "legal_counselling", "LEGAL"),
    ("mediation", "mediation", "MEDIATION"),
    ("court_representation", "court_representation", "COURT"),
    ("social_assistance", "social_assistance", "ASSIST"),
    ("medical_care", "medical_care", "MEDICAL"),
    ("forensic_certificate", "forensic_certificate", "FORENSIC"),
    ("shelter", "shelter", "SHELTER"),
    ("other_measures", "other_measures", "OTHER"),
)

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
    "device_accepted": Indicator(_of_orders("provisional", _accepted), ("SEED-EM-ACCEPT",)),
    "provisional_breached": Indicator(
        _of_orders("provisional", lambda own, other: own["recorded_breaches"] > 0),
        ("RO-BREACH-OPP-2025", "RO-OPP-2025-NOV"),
    ),
    "court_breached": Indicator(_of_orders("court", lambda own, other: own["recorded_breaches"] > 0)),
    "order_contested": Indicator(_contested),
    "service_reached": Indicator("service_used"),
    **{
        f"used_{code}": Indicator(_used(kind), (f"SEED-SVC-NAT-{row}", "SEED-SVC-NAT-TOTAL"))
        for code, kind, row in _SERVICES
    },
    "both_professions": Indicator(_assessed("social_worker", "joint_team")),
    "assessed_twice": Indicator(_cases("duplicate_assessment")),
    "called_112": Indicator(_is("channel", "call_112"), ("RO-112-SIBIU-2022", "RO-112-SIBIU-2022-INT")),
    "at_night": Indicator(_at_night),
    "within_ten_minutes": Indicator(_in_time, ("SEED-112-CJ23-10MIN", "SEED-112-CJ23")),
    "recorded_again": Indicator("recorded_180"),
    "known_before": Indicator(_known_before),
}
