"""Predictive values and natural frequencies at a stated prevalence: Bayes on the counts, limits of the ratios."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy import disclosure
from dvstudy.analyses import accuracy
from dvstudy.analyses.at_prevalence import at_prevalence
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

REFERENCE = Path(__file__).parents[1] / "reference"
CASES = pd.read_csv(REFERENCE / "accuracy_cases.csv").astype({"event": bool, "test": bool})
ROLES = {"name": "demo", "test": "test", "reference": "event", "synthetic": True}


def asked(frame=CASES, prevalences=(0.05, 0.2), cluster="cluster", **more):
    return at_prevalence(frame, prevalences=prevalences, cluster=cluster, **{**ROLES, **more})


def test_at_the_prevalence_of_the_data_predictive_values_are_those_of_the_data():
    own = accuracy.accuracy(CASES, cluster="cluster", **ROLES)
    found = asked(prevalences=[own.row("prevalence")["estimate"]])
    group = found.table["group"].iloc[0]
    for term in ("ppv", "npv", "flagged"):
        assert found.row(term, group)["estimate"] == pytest.approx(own.row(term)["estimate"], abs=1e-6)


def test_natural_frequencies_are_shares_of_all_cases_and_add_up():
    found, own = asked(), accuracy.accuracy(CASES, cluster="cluster", **ROLES)
    se, sp = (own.row(term)["estimate"] for term in ("sensitivity", "specificity"))
    for p in (0.05, 0.2):
        at = {t: found.row(t, f"{p:g}")["estimate"] for t in ("found", "missed", "false_alarms", "rightly_passed")}
        assert at["found"] == pytest.approx(p * se)
        assert at["false_alarms"] == pytest.approx((1 - p) * (1 - sp))
        assert sum(at.values()) == pytest.approx(1)
        assert found.row("ppv", f"{p:g}")["estimate"] == pytest.approx(at["found"] / (at["found"] + at["false_alarms"]))
        passed = at["rightly_passed"] / (at["rightly_passed"] + at["missed"])
        assert found.row("npv", f"{p:g}")["estimate"] == pytest.approx(passed)


def test_limits_of_predictive_values_are_those_of_the_likelihood_ratios():
    found, own = asked(), accuracy.accuracy(CASES, cluster="cluster", **ROLES)
    for term, ratio, sign in (("ppv", "lr_positive", 1), ("npv", "lr_negative", -1)):
        row = found.row(term, "0.2")
        ends = sorted(0.25 * own.row(ratio)[c] for c in ("conf_low", "conf_high"))
        after = [odds / (1 + odds) for odds in ends]
        expected = after if sign > 0 else [1 - v for v in reversed(after)]
        np.testing.assert_allclose([row["conf_low"], row["conf_high"]], expected)


@pytest.mark.parametrize("cluster", ["cluster", None])
def test_every_limit_holds_its_estimate_and_the_flagged_share_has_the_jackknife_error(cluster):
    found = asked(cluster=cluster)
    assert (found.table["conf_low"] < found.table["estimate"]).all()
    assert (found.table["estimate"] < found.table["conf_high"]).all()
    if cluster:
        stations = CASES["cluster"].unique()
        left = []
        for station in stations:
            rest = CASES[CASES["cluster"] != station]
            left.append(0.2 * rest.loc[rest["event"], "test"].mean() + 0.8 * rest.loc[~rest["event"], "test"].mean())
        row, k = found.row("flagged", "0.2"), len(stations)
        error = np.sqrt((k - 1) / k * ((np.array(left) - row["estimate"]) ** 2).sum())
        share = row["estimate"]
        half = (np.log(row["conf_high"] / (1 - row["conf_high"])) - np.log(share / (1 - share))) * share * (1 - share)
        assert half == pytest.approx(error * 2.0687, rel=0.02)


def test_every_code_has_words_and_prevalences_are_written_as_the_language_writes_them():
    found = asked(prevalences=[0.055])
    for language in languages():
        assert all(has(f"term.{t}", language) for t in found.table["term"])
        assert has("question.at_prevalence", language)
    assert "5.5%" in found.text("en")
    assert "5,5" in found.text("ro")


def test_wrong_prevalences_are_all_named_at_once():
    with pytest.raises(CheckFailed) as caught:
        asked(prevalences=[0.0, 0.1, 1.2, -3])
    assert [p.found for p in caught.value.problems] == ["0.0", "1.2", "-3"]
    with pytest.raises(CheckFailed):
        asked(prevalences=[])


def test_one_kind_of_outcome_is_not_estimable():
    found = asked(CASES.assign(event=False))
    assert found.status == "not_estimable"
    assert [n.code for n in found.notes] == ["no_events"]


def test_a_small_cell_hides_every_prevalence():
    few = CASES.assign(test=CASES["test"] & ~(CASES["event"] & (CASES.index > 20)))
    shown = disclosure.protect(asked(few, synthetic=False))
    assert shown.table["estimate"].isna().all()
