from __future__ import annotations

import pandas as pd
import pytest

from dvstudy import cohorts, scoring
from dvstudy.cohort import Cohort


@pytest.fixture(scope="module")
def panel() -> Cohort:
    return cohorts.simulate("rater_panel", seed=cohorts.SHIPPED["rater_panel"])


@pytest.fixture(scope="module")
def big() -> Cohort:
    return cohorts.simulate("rater_panel", seed=4, cases=240)


def test_everyone_rates_every_vignette_once(panel: Cohort) -> None:
    panel.check()
    assert panel.synthetic
    counts = pd.crosstab(panel.assessments["rater_id"], panel.assessments["case_id"])
    assert counts.shape == (60, 24)
    assert (counts == 1).all(axis=None)
    roles = panel.assessments.drop_duplicates("rater_id")["rater_role"].value_counts()
    assert roles["police_officer"] == 24 and roles["social_worker"] == 24 and roles["psychologist"] == 12


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


@pytest.mark.parametrize(
    ("other", "estimand"), [("social_worker", "decision"), ("psychologist", "decision_psychologist")]
)
def test_agreement_of_random_pairs_is_the_stored_truth(big: Cohort, other: str, estimand: str) -> None:
    """240 vignettes, all pairs of an officer and a member of the other profession."""
    scored = scoring.score(big.answers["order146"], big.instrument("order146"))
    rated = big.assessments.join((scored["decision"] == "imminent").rename("yes"))
    p, s = (
        rated[rated["rater_role"] == role]
        .pivot_table(index="case_id", columns="rater_id", values="yes", observed=True)
        .mean(axis=1)
        for role in ("police_officer", other)
    )
    agreement = p * s + (1 - p) * (1 - s)
    truth = big.truth["estimands"].set_index(["estimand", "term", "group"])["value"]
    error = agreement.std() / len(agreement) ** 0.5
    assert agreement.mean() == pytest.approx(truth[estimand, "percent_agreement", "all"], abs=4 * error + 0.015)
