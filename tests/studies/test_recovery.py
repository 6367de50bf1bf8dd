"""The studies against known truth: over many cohorts, do the intervals hold the truth and the estimates centre on it?

Slow (minutes): run with ``make proofs``.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from dvstudy import cohorts, studies

SEEDS = range(1000, 1060)
STUDIED = ("thresholds", "agreement", "unified_form")


@pytest.fixture(scope="module")
def checks() -> pd.DataFrame:
    """Every estimate of every study beside its truth, over the seeds."""
    found = []
    for seed in SEEDS:
        cohort = cohorts.simulate("tutorial", seed=seed)
        found += [studies.study(name, cohort, seed=seed).checks.assign(study=name, seed=seed) for name in STUDIED]
    return pd.concat(found, ignore_index=True)


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIED)
def test_intervals_hold_the_truth_about_nineteen_times_in_twenty(checks: pd.DataFrame, study: str) -> None:
    """Rows of one cohort are correlated, so the Monte-Carlo error is taken between cohorts."""
    by_cohort = checks[checks["study"] == study].groupby("seed")["covered"].mean().astype(float)
    error = by_cohort.std() / np.sqrt(len(by_cohort))
    assert 0.93 - 2 * error <= by_cohort.mean() <= 0.97 + 2 * error


@pytest.mark.slow
def test_estimates_centre_on_the_truth(checks: pd.DataFrame) -> None:
    """Bias of every main quantity within its Monte-Carlo error (the truth's own included) or a tenth of the SD.

    Nothing is left out, however rare. All bounds hold together in 99 of 100 sets of seeds (Bonferroni).
    """
    plain = checks[checks["term"].isin(MAIN)]
    rows = plain.assign(error=plain["estimate"] - plain["truth"]).groupby(["result", "term", "group"])
    found = rows.agg(bias=("error", "mean"), sd=("estimate", "std"), mcse=("mcse", "first"), n=("error", "count"))
    bound = norm.isf(0.01 / 2 / len(found))
    allowed = np.maximum(bound * np.hypot(found["sd"] / np.sqrt(found["n"]), found["mcse"]), 0.1 * found["sd"])
    assert len(found) > 60
    assert "extreme" in found.index.get_level_values("group")
    assert found[found["bias"].abs() > allowed].empty


@pytest.mark.slow
def test_the_unified_form_study_would_notice_a_wrong_truth(checks: pd.DataFrame) -> None:
    """The proof can fail: against a truth moved by three standard deviations coverage collapses."""
    row = checks[(checks["result"] == "interviews") & (checks["term"] == "difference") & (checks["group"] == "all")]
    moved = row["truth"] + 3 * row["estimate"].std()
    held = (row["conf_low"] <= moved) & (moved <= row["conf_high"])
    assert held.mean() < 0.5


MAIN = (
    "sensitivity", "specificity", "ppv", "npv", "flagged", "prevalence", "percent_agreement", "ac1",
    "bias_index", "mean_difference", "mean_usual", "mean_unified", "difference",
)  # fmt: skip
