"""Typed parameters of what follows the form: orders, outcomes, hours, the unified form; and all of them together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dvstudy.cohorts.parameters import (
    Classes,
    Count,
    Forms,
    Margins,
    NotNegative,
    People,
    Places,
    Positive,
    Raters,
    Record,
    Section,
    Share,
    Size,
    Weights,
)
from dvstudy.cohorts.switches import Dif, Exits, Registry, Switches

Applies = Literal["all", "couple", "couple_woman"]
Fit = Annotated[list[Share], Field(min_length=3, max_length=3)]
Bands = Annotated[list[Share], Field(min_length=4, max_length=4)]
ClassName = Literal["visible", "threat", "coercive", "sexual", "substance", "history", "context"]


class ServiceKinds(Section):
    """Share of those who used any service that used this kind."""

    primary_counselling: Share
    social_counselling: Share
    psychological_counselling: Share
    legal_counselling: Share
    mediation: Share
    court_representation: Share
    social_assistance: Share
    medical_care: Share
    forensic_certificate: Share
    shelter: Share
    other_measures: Share


class Pathway(Section):
    """From the rule to orders, visits and services."""

    form: Weights
    objection: Weights
    issue: Weights
    section_a_centre: float
    section_b_centre: float
    unconfirmed_cap: Annotated[int, Field(ge=0)]
    override: Share
    reconcile: Weights
    prosecutor: Weights
    court: Weights
    direct: Weights
    provisional_days: Positive
    decision_shape: Positive
    decision_scale: Positive
    direct_scale: Positive
    court_days: Positive
    law: Literal["fixed", "by_date"]
    lapse: Share
    withdrawal_kept: Share
    visit_intercept: float
    visit: Weights
    visit_median: Positive
    visit_sd: NotNegative
    visit_most: Positive
    mobile: Share
    reconciled_before_visit: Share
    services: Weights
    service_mean_days: Positive
    service_most: Positive
    service_kinds: ServiceKinds
    service_next_days: Positive
    device_offered: Share
    device_accept: Weights
    device_pilot: Share
    contest_share: Share
    contest: Weights
    contest_court: float
    contest_days: NotNegative


class Outcomes(Section):
    """Events, their severity, their recording, and what a study sees of them."""

    day: Positive
    last_day: Positive
    shape: Positive
    frailty: Positive
    risk: Weights
    severe: Weights
    severe_sd: NotNegative
    near_lethal: Weights
    hazard_provisional: Positive
    hazard_court: Positive
    hazard_severity: float
    hazard_services: Positive
    high_risk: Share
    recording: Weights
    followed_up: Share
    verification: Literal["at_random", "by_verdict"]
    verified_intercept: float
    verified_imminent: float
    verified_severe: float
    panel: Share
    panel_error: Share
    breach: Weights
    breach_device: NotNegative


class Ages(Section):
    """Shares of the adult age bands (18-34, 35-54, 55-74, 75 and over) by relation."""

    spouse: Bands
    partner: Bands
    parent: Bands
    child: Bands
    other_kin: Bands


class Logistics(Section):
    """Response time and work."""

    urban_minutes: Positive
    rural_minutes: Positive
    minutes_sd: Positive
    minutes_goal: Positive
    paper_hours: Positive
    tablet_hours: Positive
    hours_sd: NotNegative
    hours_not_imminent: Share
    visit_hours: NotNegative
    interviews: NotNegative
    interviews_duplicate: NotNegative
    interviews_single: NotNegative
    hours: Annotated[list[NotNegative], Field(min_length=24, max_length=24)]
    weekend: Positive
    ages: Ages


class Unified(Section):
    """The unified form as an intervention."""

    fit_floor: Share
    disclosure_gain: float
    sd_factor: NotNegative
    construal_factor: Share
    duplicate: Share
    joint_hours: NotNegative
    service_logit: float
    recording_odds: Positive
    design: Literal["parallel", "stepped_wedge"]
    steps: Annotated[int, Field(ge=2, le=11)]


class Panel(Section):
    """A vignette panel."""

    cases: Count
    officers: Count
    workers: Count
    psychologists: Annotated[int, Field(ge=0)]
    pool: Count
    high_risk_share: Share


class Fact(Section):
    """One construct: true or not in a case."""

    class_: ClassName = Field(alias="class")
    loadings: Annotated[list[float], Field(min_length=4, max_length=4)]
    prevalence: Annotated[float, Field(gt=0, lt=1)]
    fit: Fit
    applies: Applies = "all"


class Derived(Section):
    """A fact that follows from the case itself."""

    class_: ClassName = Field(alias="class")
    fit: Fit
    rule: str


class Values(Section):
    """All parameters of a recipe."""

    size: Size
    margins: Margins
    places: Places
    people: People
    record: Record
    classes: Classes
    raters: Raters
    forms: Forms
    pathway: Pathway
    outcomes: Outcomes
    logistics: Logistics
    unified: Unified
    panel: Panel
    dif: Dif
    switches: Switches
    exits: Exits
    registry: Registry
    facts: dict[str, Fact]
    derived: dict[str, Derived]
    items: dict[str, dict[str, list[str]]]
    follow_ups: dict[str, dict[str, str]]
