"""The typed parameters of the generator: what each number may be. The numbers themselves stand in `recipes/*.toml`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

LATENTS: Final = ("S", "C", "U", "L")
CLASSES: Final = ("visible", "threat", "coercive", "sexual", "substance", "history", "context")

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Latent = Annotated[list[float], Field(min_length=4, max_length=4)]
Weights = dict[str, float]


class Section(BaseModel):
    """Parent of every section: frozen, strict, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Size(Section):
    """How much is simulated, and how exactly true values are computed."""

    cases: Count
    reference: Count
    reference_seed: int
    groups: Annotated[int, Field(ge=2)]
    nodes: Count
    mark_nodes: Count
    ceiling: Share
    tolerance: Positive
    tolerance_ratio: Positive
    errors: Positive


class Margins(Section):
    """What the cohort must reproduce."""

    women: Share
    men: Share
    minors: Share
    spouse: Share
    partner: Share
    parent: Share
    child: Share
    other_kin: Share
    urban: Share
    form: Share
    imminent: Share
    objection: Share
    provisional: Share
    urban_provisional: Share
    confirmed: Share
    converted: Share
    direct: Share
    device: Share
    breach_provisional: NotNegative
    breach_court: NotNegative
    ended_early: Share
    service: Share
    reconciled: Share
    any_180: Share
    recorded_180: Share
    severe_180: Share
    near_lethal_180: Share
    through_112: Share
    within_10: Share
    night: Share


class Places(Section):
    """Counties, stations and the people who work there."""

    counties: Count
    urban_stations: Count
    rural_stations: Count
    urban_officers: Count
    rural_officers: Count
    urban_workers: Count
    rural_workers: Count
    advocates: Count
    assessors: Count
    psychologists: Count
    volume_sd: NotNegative
    county_urban_sd: NotNegative
    county_recording_sd: NotNegative
    county_issuing_sd: NotNegative
    first_year: Annotated[int, Field(ge=2091, le=2099)]
    months: Annotated[int, Field(ge=1, le=36)]


class Means(Section):
    """Latent means by relation."""

    spouse: Latent
    partner: Latent
    parent: Latent
    child: Latent
    other_kin: Latent


class People(Section):
    """Who the victims are and what moves them and the persons who harmed them."""

    raking: Annotated[list[list[NotNegative]], Field(min_length=5, max_length=5)]
    strategic: Share
    correlations: Annotated[list[Latent], Field(min_length=4, max_length=4)]
    station_share: Share
    means: Means
    man: Latent
    rural: Latent
    strategic_shift: Latent
    prior_intercept: float
    prior: Weights
    prior_shape: Positive
    disclosure: Weights
    disclosure_sd: NotNegative
    unconfirmed_share: Share
    unconfirmed_most: Annotated[int, Field(ge=0)]


class Reasons(Section):
    """Shares of the reasons for a missing answer."""

    does_not_know: Share
    refused: Share
    not_asked: Share


class Record(Section):
    """How a fact becomes an answer."""

    slope: Positive
    contact_sd: NotNegative
    assess_sd: NotNegative
    halo: Weights
    halo_true: float
    halo_false: float
    severity_false: float
    strategic_false: float
    missing_intercept: float
    missing_disclosure: float
    missing_fact: float
    mechanism: Literal["mcar", "mar", "mnar"]
    reasons: Reasons
    trend: float
    drift_sd: NotNegative
    not_asked_tick: Share


class ItemClass(Section):
    """A class of items."""

    sensitivity: Annotated[float, Field(gt=0, lt=1)]
    false_yes: Share
    rater_sd: NotNegative
    disclosure: float
    sensitive: bool
    told: bool


class Classes(Section):
    """The seven classes of items."""

    visible: ItemClass
    threat: ItemClass
    coercive: ItemClass
    sexual: ItemClass
    substance: ItemClass
    history: ItemClass
    context: ItemClass

    def all(self) -> list[ItemClass]:
        """In the order of `CLASSES`."""
        return [getattr(self, name) for name in CLASSES]


class Rater(Section):
    """A kind of rater."""

    sd_factor: NotNegative
    general_sd: NotNegative
    county: Share
    trained_urban: Share
    trained_rural: Share
    construal: Share
    construal_trained: Share
    training: float
    training_sensitive: float
    training_other: float
    tick: Share
    tick_shift: float
    shift: float
    disclosure_gain: float
    rural_shift: float
    per_day: float
    reconciled_shift: float


class Raters(Section):
    """The kinds of raters."""

    police_officer: Rater
    social_worker: Rater
    advocate: Rater
    trained_assessor: Rater
    psychologist: Rater


class Forms(Section):
    """Which forms are filled, and the structured judgement."""

    double_rated: Share
    danger: Share
    sara: Share
    grading: Literal["severity", "graded"]
    graded_gap: NotNegative
    sara_present: float
    sara_present_severity: float
    sara_critical: Share
    sara_noise: NotNegative
    sara_moderate: float
    sara_high: float
    sara_others: float
    tablet: Share
