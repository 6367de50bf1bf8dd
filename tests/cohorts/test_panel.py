from __future__ import annotations

import pandas as pd
import pytest

from dvstudy import cohorts, scoring
from dvstudy.cohort import Cohort


@pytest.fixture(scope="module")
def panel() -> Cohort:
    return cohorts.simulate("rater_panel", seed=cohorts.SHIPPED["rater_panel"])


def test_everyone_rates_every_vignette_once(panel: Cohort) -> None:
    panel.check()
    assert panel.synthetic
    counts = pd.crosstab(panel.assessments["rater_id"], panel.assessments["case_id"])
    assert counts.shape == (48, 24)
    assert (counts == 1).all(axis=None)
    roles = panel.assessments.drop_duplicates("rater_id")["rater_role"].value_counts()
    assert roles["police_officer"] == 24 and roles["social_worker"] == 24


def test_half_of_the_vignettes_are_truly_high_risk(panel: Cohort) -> None:
    assert panel.truth["cases"]["high_risk"].sum() == 12
    gold = panel.outcomes["high_risk_adjudicated"].astype(bool)
    assert (gold == panel.truth["cases"]["high_risk"]).all()
    assert list(panel.cases.columns) == ["area", "relation", "victim"]


def test_raters_differ_and_tell_high_from_low(panel: Cohort) -> None:
    scored = scoring.score(panel.answers["order146"], panel.instrument("order146"))
    rated = panel.assessments.join(scored).join(panel.truth["cases"]["high_risk"], on="case_id")
    imminent = (rated["decision"] == "imminent").groupby(rated["high_risk"]).mean()
    assert imminent[True] > imminent[False] + 0.3
    by_rater = (rated["decision"] == "imminent").groupby(rated["rater_id"].astype(str)).mean()
    assert by_rater.std() > 0.03


def test_agreement_of_random_pairs_is_the_stored_truth() -> None:
    """240 vignettes, 48 raters, all 576 pairs of an officer and a social worker."""
    big = cohorts.simulate("rater_panel", seed=4, cases=240)
    scored = scoring.score(big.answers["order146"], big.instrument("order146"))
    rated = big.assessments.join((scored["decision"] == "imminent").rename("yes"))
    wide = {
        role: rated[rated["rater_role"] == role].pivot_table(
            index="case_id", columns="rater_id", values="yes", observed=True
        )
        for role in ("police_officer", "social_worker")
    }
    p = wide["police_officer"].mean(axis=1)
    s = wide["social_worker"].mean(axis=1)
    agreement = p * s + (1 - p) * (1 - s)
    truth = big.truth["estimands"].set_index(["estimand", "term", "group"])["value"]
    error = agreement.std() / len(agreement) ** 0.5
    assert agreement.mean() == pytest.approx(truth["decision", "percent_agreement", "all"], abs=4 * error + 0.015)
