from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dvstudy import cohorts, provenance
from dvstudy.cohort import Cohort
from dvstudy.cohorts.reference import reference
from dvstudy.cohorts.simulate import draw
from dvstudy.errors import UsageError
from dvstudy.tables import TABLES


def test_a_cohort_passes_its_own_check_and_proves_itself(tutorial: Cohort) -> None:
    tutorial.check()
    assert tutorial.synthetic
    assert tutorial.recipe is not None
    key = cohorts.load_recipe("tutorial").parameter_hash
    assert tutorial.recipe["parameter_hash"] == key
    assert list(tutorial.cases.index) == provenance.synthetic_ids(key, "case", 2000)


def test_columns_have_the_types_that_the_tables_declare(tutorial: Cohort) -> None:
    for name, table in TABLES.items():
        frame = getattr(tutorial, name)
        absent = {c.name for c in table.columns} - set(frame)
        assert absent == ({"pair_id", "earlier_reports"} if name == "cases" else set()), "only a register links cases"
        for column in (c for c in table.columns if c.name not in absent):
            found = frame[column.name].dtype
            if column.kind == "category":
                assert isinstance(found, pd.CategoricalDtype), column.name
                if column.allowed:
                    assert list(found.categories) == list(column.allowed)
            else:
                assert str(found) == column.dtype(), (name, column.name)


def test_places_and_months_are_marked_as_synthetic(tutorial: Cohort) -> None:
    cases = tutorial.cases
    assert cases["county_id"].astype(str).str.fullmatch(r"Z\d\d").all()
    assert cases["station_id"].astype(str).str.fullmatch(r"Z\d\d-[UR]\d+").all()
    assert (cases["station_id"].astype(str).str[:3] == cases["county_id"].astype(str)).all()
    assert ((cases["station_id"].astype(str).str[4] == "U") == (cases["area"] == "urban")).all()
    assert cases["month"].str.fullmatch(r"2093-(0[1-9]|1[0-2])").all()
    assert cases["month"].nunique() == 12


def test_stations_are_whole_in_an_arm_and_arms_are_balanced_in_each_area(tutorial: Cohort) -> None:
    stations = tutorial.cases.groupby("station_id", observed=True)[["arm", "area"]].agg(["nunique", "first"])
    assert (stations["arm", "nunique"] == 1).all()
    assert len(stations) == 40
    counts = pd.crosstab(stations["area", "first"].astype(str), stations["arm", "first"].astype(str))
    assert counts.loc["urban"].tolist() == [10, 10]
    assert counts.loc["rural"].tolist() == [10, 10]


def test_orders_follow_from_one_another(tutorial: Cohort) -> None:
    orders = tutorial.orders
    provisional, court = orders[orders["kind"] == "provisional"], orders[orders["kind"] == "court"]
    assert not provisional["case_id"].duplicated().any() and not court["case_id"].duplicated().any()
    assert (provisional["start_day"] == 0).all()
    assert (provisional.loc[~provisional["confirmed"].astype(bool), "end_day"] == 5).all()
    assert (provisional.loc[provisional["confirmed"].astype(bool), "end_day"] >= 5).all()
    both = provisional.merge(court, on="case_id", suffixes=("", "_court"))
    assert both["confirmed"].all() and len(both) > 20
    assert (both["end_day"] == both["start_day_court"]).all()
    assert court["confirmed"].isna().all() and court["monitored"].isna().all()
    assert (court["end_day"] >= court["start_day"]).all()
    assert (court["end_day"] - court["start_day"]).max() <= 366


def test_orders_come_almost_only_after_imminent_risk(tutorial: Cohort) -> None:
    hidden, cases = tutorial.truth["cases"], tutorial.cases
    imminent = np.where(cases["arm"] == "unified", hidden["imminent_unified"], hidden["imminent_usual"])
    ordered = cases.index.isin(tutorial.orders.loc[tutorial.orders["kind"] == "provisional", "case_id"])
    assert imminent[ordered].mean() > 0.9
    assert 0.4 < ordered[imminent].mean() < 0.7


def test_follow_up_is_incomplete_at_random_and_the_panel_reads_a_sample(tutorial: Cohort) -> None:
    outcomes, hidden = tutorial.outcomes, tutorial.truth["cases"]
    assert outcomes["severe_180"].notna().mean() == pytest.approx(0.85, abs=0.03)
    assert (outcomes["severe_180"].isna() == outcomes["repeat_180"].isna()).all()
    assert outcomes["recorded_180"].notna().all()
    read = outcomes["high_risk_adjudicated"].notna()
    assert read.mean() == pytest.approx(0.60, abs=0.04)
    assert (outcomes.loc[read, "high_risk_adjudicated"].astype(bool) == hidden.loc[read, "high_risk"]).all()
    known = outcomes.dropna()
    assert (known["repeat_180"] | ~known["severe_180"]).all()
    assert (known["repeat_180"] | ~known["recorded_180"]).all()


def test_observed_outcomes_are_those_of_the_arm(tutorial: Cohort) -> None:
    hidden, outcomes = tutorial.truth["cases"], tutorial.outcomes
    known = outcomes["repeat_180"].notna()
    unified = tutorial.cases["arm"] == "unified"
    for arm, where in (("usual", ~unified), ("unified", unified)):
        rows = known & where
        assert (outcomes.loc[rows, "severe_180"].astype(bool) == hidden.loc[rows, f"severe_{arm}"]).all()
        assert (
            tutorial.cases.loc[where, "duplicate_assessment"].astype(bool) == hidden.loc[where, f"duplicate_{arm}"]
        ).all()


def test_missed_is_empty_unless_truly_high_risk(tutorial: Cohort) -> None:
    hidden = tutorial.truth["cases"]
    asked = hidden["high_risk"] & hidden["form_filled"]
    assert (hidden["missed_usual"].notna() == asked).all()
    missed = hidden.loc[asked, "missed_usual"].astype(bool)
    assert (missed == ~hidden.loc[asked, "imminent_usual"]).all()


def test_follow_up_by_verdict_is_partial_verification(variant: Any) -> None:
    solved = reference(cohorts.load_recipe("tutorial")).intercepts
    for delta in (0.0, 0.6):
        changes = {"outcomes.verification": "by_verdict", "outcomes.verified_severe": delta}
        seen = draw(variant(changes).settings, 9, 40_000, solved)
        imminent = seen.whether(lambda arm: arm.imminent)
        severe = seen.outcome("severe")
        assert seen.followed_up[imminent].mean() == pytest.approx(0.70, abs=0.04)
        assert seen.followed_up[~imminent & ~severe].mean() == pytest.approx(0.25, abs=0.02)
        gap = seen.followed_up[~imminent & severe].mean() - seen.followed_up[~imminent & ~severe].mean()
        assert gap == pytest.approx(0.13 if delta else 0.0, abs=0.05)


def test_a_panel_that_errs_is_wrong_as_often_as_stated(variant: Any) -> None:
    solved = reference(cohorts.load_recipe("tutorial")).intercepts
    seen = draw(variant({"outcomes.panel_error": 0.1}).settings, 9, 20_000, solved)
    assert (seen.adjudicated[1] != seen.population.high_risk).mean() == pytest.approx(0.1, abs=0.01)


def test_hours_interviews_and_response_are_as_designed(large: Any) -> None:
    usual, unified = large.work
    assert usual.hours.mean() == pytest.approx(usual.expected_hours.mean(), abs=0.02)
    assert usual.interviews.mean() == pytest.approx(usual.expected_interviews.mean(), abs=0.02)
    assert usual.interviews.min() == 1
    imminent = large.population.usual.imminent & ~large.population.usual.care.visit
    calm = ~large.population.usual.imminent & ~large.population.usual.care.visit
    assert usual.hours[imminent].mean() == pytest.approx(3.0, rel=0.02)
    assert usual.hours[calm].mean() == pytest.approx(3.0 * 0.35, rel=0.02)
    assert unified.hours.mean() < usual.hours.mean()
    urban = large.population.scene.people.urban
    assert np.median(large.response_minutes[urban]) == pytest.approx(6.0, abs=0.2)
    assert np.median(large.response_minutes[~urban]) == pytest.approx(8.75, abs=0.25)


def test_another_number_of_cases_keeps_recipe_and_truth(tutorial: Cohort) -> None:
    small = cohorts.simulate("tutorial", seed=5, cases=300)
    assert len(small.cases) == 300 and small.synthetic
    assert small.recipe is not None and small.recipe["cases"] == 300
    pd.testing.assert_frame_equal(small.truth["estimands"], tutorial.truth["estimands"])
    small.check()


def test_progress_is_told_step_by_step() -> None:
    told: list[str] = []
    cohorts.simulate("tutorial", seed=5, cases=200, progress=told.append)
    assert told == ["calibrate", "simulate", "write"]


@pytest.mark.parametrize("cases", [1, 7])
def test_very_small_cohorts_are_whole(cases: int) -> None:
    small = cohorts.simulate("tutorial", seed=6, cases=cases)
    small.check()
    assert small.synthetic and len(small.outcomes) == cases
    assert set(small.answers) <= {"order146", "social_risk_sheet", "danger_assessment", "sara_v2"}


def test_a_cohort_without_cases_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        cohorts.simulate("tutorial", seed=6, cases=0)
    assert caught.value.code == "wrong_arguments"
    assert "0" in caught.value.text("ro")


def test_changing_a_cohorts_truth_does_not_reach_the_next_one() -> None:
    one = cohorts.simulate("tutorial", seed=6, cases=50)
    one.truth["estimands"].loc[0, "value"] = -1.0
    assert cohorts.simulate("tutorial", seed=6, cases=50).truth["estimands"].loc[0, "value"] > 0
