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

Applies = Literal["all", "couple", "couple_woman"]
Fit = Annotated[list[Share], Field(min_length=3, max_length=3)]
ClassName = Literal["visible", "threat", "coercive", "sexual", "substance", "history", "context"]


class Pathway(Section):
    """From the rule to orders, visits and services."""

    form: Weights
    objection: Weights
    issue: Weights
    section_a_centre: float
    section_b_centre: float
    unconfirmed_cap: int
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
    facts: dict[str, Fact]
    derived: dict[str, Derived]
    items: dict[str, dict[str, list[str]]]
    follow_ups: dict[str, dict[str, str]]
