"""The trial as an analysis: against R, what is counted and left out, and data that leave no interval or no answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.trial import cluster_trial
from dvstudy.errors import UsageError
from dvstudy.language import has, languages

REFERENCE = Path(__file__).parents[1] / "reference"
VALUES = pd.read_csv(REFERENCE / "trial_values.csv").set_index(["outcome", "quantity"])


@pytest.fixture
def cases() -> pd.DataFrame:
    """The made-up cases that R was given."""
    found = pd.read_csv(REFERENCE / "trial_cases.csv")
    return found.assign(missed=found["missed"].astype("boolean"), arm=np.where(found["arm"] == 1, "unified", "usual"))


def trial(frame: pd.DataFrame, outcome: str = "missed", **options):
    kind = "percent" if outcome == "missed" else "hours"
    return cluster_trial(
        frame, name="t", outcome=outcome, kind=kind, arm="arm", cluster="station", seed=1, synthetic=True, **options
    )


def codes(result) -> list[str]:
    return [note.code for note in result.notes]


def assert_worded(result) -> None:
    for language in languages():
        assert all(
            has(f"method.{m}", language) for m in {*result.table["method"], *result.frames["alternatives"]["method"]}
        )
        assert result.text(language)


@pytest.mark.parametrize("outcome", ["missed", "hours"])
@pytest.mark.parametrize("strata", ["stratum", None])
def test_both_estimands_equal_r(cases, outcome, strata) -> None:
    result = trial(cases, outcome, strata=strata)
    by_case = result.frames["alternatives"].query("term == 'difference'").iloc[0]
    for row, quantity in ((result.row("difference"), "station_means"), (by_case, "cases")):
        expected = VALUES.loc[(outcome, f"{quantity}_strata" if strata else quantity)]
        got = row[["estimate", "std_error", "conf_low", "conf_high", "p_value", "df"]].to_numpy(float)
        np.testing.assert_allclose(got, expected[["value", "se", "low", "high", "p", "df"]].to_numpy(float), rtol=1e-9)
    assert_worded(result)


def test_an_outcome_that_is_not_recorded_is_left_out_and_counted_by_arm(cases) -> None:
    lost = cases.assign(missed=cases["missed"].mask(cases["station"] == "s02"))
    result, without = trial(lost), trial(cases[cases["station"] != "s02"])
    pd.testing.assert_frame_equal(result.table, without.table)
    summary = result.frames["clusters"].set_index("group")["missing"]
    assert summary.to_dict() == {"usual": 0, "unified": (cases["station"] == "s02").sum(), "all": summary["unified"]}
    assert {"outcome_missing_by_arm", "outcome_missing_unequal"} <= set(codes(result))


@pytest.mark.parametrize("value", [True, False])
def test_an_outcome_that_never_varies_has_no_interval_and_no_p(cases, value) -> None:
    result = trial(cases.assign(missed=value))
    shown = pd.concat([result.table, result.frames["alternatives"].query("method != 'ratio'")])
    assert shown[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert "no_spread_between_stations" in codes(result)


def test_arms_that_differ_without_any_spread_get_no_p_from_rounding(cases) -> None:
    result = trial(cases.assign(missed=cases["arm"] == "usual"))
    both = pd.concat([result.table, result.frames["alternatives"]])
    assert result.row("difference")["estimate"] == pytest.approx(-1)
    assert both[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert result.frames["randomisation"].loc[0, "p_value"] == pytest.approx(1 / 3003)  # 6 of 14 stations


def test_nothing_in_one_arm_leaves_its_mean_without_interval_and_the_other_arm_its_own(cases) -> None:
    none = trial(cases.assign(missed=cases["missed"] & (cases["arm"] == "usual")))
    assert none.row("mean_unified")[["conf_low", "conf_high"]].isna().all()
    assert none.row("mean_usual")["std_error"] == pytest.approx(VALUES.loc[("missed", "mean_0"), "se"])
    assert np.isfinite(none.row("difference")["conf_low"])
    assert "no_spread_in_an_arm" in codes(none)
    assert_worded(none)


def test_a_stratum_of_one_station_leaves_station_means_and_says_so(cases) -> None:
    alone = cases.assign(stratum=cases["stratum"].mask(cases["station"] == "s01", "alone"))
    result = trial(alone, strata="stratum")
    assert np.isfinite(result.row("difference")[["conf_low", "conf_high"]].to_numpy(float)).all()
    assert result.frames["alternatives"].query("method == 'gee_mancl_derouen_t'")["conf_low"].isna().all()
    assert "stratum_of_one" in codes(result)
    rest = trial(cases[cases["station"] != "s01"], strata="stratum").row("difference")
    for column in ("estimate", "std_error", "df"):  # it tells nothing about the difference
        assert result.row("difference")[column] == pytest.approx(rest[column])


@pytest.mark.parametrize(
    ("kept", "note"),
    [("arm == 'usual'", "one_arm"), ("station in ['s01', 's02']", "too_few_stations"), ("station == ''", "no_outcome")],
)
def test_data_that_cannot_answer_say_why(cases, kept, note) -> None:
    result = trial(cases.query(kept))
    assert result.status == "not_estimable" and codes(result)[-1] == note


def test_a_station_in_two_arms_and_a_third_arm_are_refused(cases) -> None:
    for wrong in ("unified", "other"):
        with pytest.raises(UsageError):
            trial(cases.assign(arm=cases["arm"].mask(cases.index == cases.index[0], wrong)))
