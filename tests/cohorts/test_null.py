"""A world without effects: whatever differs there is a fault of the generator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dvstudy import cohorts

_NULL = {
    "outcomes.hazard_provisional": 1.0,
    "outcomes.hazard_court": 1.0,
    "outcomes.hazard_severity": 0.0,
    "outcomes.hazard_services": 1.0,
    "unified.fit_floor": 0.0,
    "unified.disclosure_gain": 0.0,
    "unified.sd_factor": 1.0,
    "unified.construal_factor": 1.0,
    "unified.duplicate": 1.0,
    "unified.joint_hours": 1.0,
    "unified.service_logit": 0.0,
    "unified.recording_odds": 1.0,
}


@pytest.fixture(scope="module")
def null(variant: Any) -> Any:
    return cohorts.simulate(variant(_NULL), seed=3)


def test_every_effect_of_the_unified_form_is_exactly_zero(null: Any) -> None:
    table = null.truth["estimands"]
    differences = table[table["term"] == "difference"]
    assert len(differences) == 12
    assert (differences["value"] == 0).all()
    assert (differences["mcse"] == 0).all()


def test_both_potential_outcomes_of_every_case_are_the_same(null: Any) -> None:
    cases = null.truth["cases"]
    for name in [c.removesuffix("_usual") for c in cases.columns if c.endswith("_usual")]:
        assert cases[f"{name}_usual"].equals(cases[f"{name}_unified"].rename(f"{name}_usual")), name


def test_without_protection_accuracy_is_that_of_the_untreated_world(null: Any) -> None:
    table = null.truth["estimands"].set_index(["estimand", "term", "group"])["value"]
    for name in ("order146_severe", "danger_levels_severe", "auc_order146_severe", "auc_danger_severe"):
        one, other = table[name], table[f"{name}_no_order"]
        assert np.abs(one - other).max() < 2e-6, name
    cases = null.truth["cases"]
    assert np.abs(cases["expected_severe_usual"] - cases["risk_no_order"]).max() < 2e-6


def test_with_the_default_settings_none_of_these_is_zero(tutorial: Any) -> None:
    table = tutorial.truth["estimands"]
    differences = table[table["term"] == "difference"].set_index(["estimand", "group"])
    assert (differences["value"].abs() > 5 * differences["mcse"]).all()
    assert (differences["value"] < 0).all()
