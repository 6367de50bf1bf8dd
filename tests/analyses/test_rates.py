"""Rates by group and their differences: intervals, groups about which nothing is known, counts for the gate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from dvstudy.analyses import rates as analysis
from dvstudy.disclosure import protect
from dvstudy.errors import CheckFailed

RNG = np.random.default_rng(146)


def frame(n: int = 600, stations: int = 24) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "station_id": RNG.integers(0, stations, n).astype(str),
            "area": pd.Categorical(RNG.choice(["urban", "rural"], n), ["urban", "rural", "sea"]),
            "held": RNG.binomial(1, 0.3, n).astype(float),
            "of": 1.0,
        }
    )


def made(cases: pd.DataFrame, **other: object) -> analysis.Result:
    options = {"name": "r", "term": "repeat_180", "group": "area", "cluster": "station_id", "synthetic": True, **other}
    return analysis.rates(cases, **options)  # type: ignore[arg-type]


def test_a_rate_is_the_share_of_its_group_and_unused_groups_are_left_out() -> None:
    cases = frame()
    found = made(cases).table.set_index("group")
    assert found["estimate"].to_dict() == pytest.approx(cases.groupby("area", observed=True)["held"].mean().to_dict())
    assert (found["conf_low"] < found["estimate"]).all() and (found["estimate"] < found["conf_high"]).all()
    assert found["clusters"].to_dict() == cases.groupby("area", observed=True)["station_id"].nunique().to_dict()


def test_without_clusters_the_limits_are_wilsons() -> None:
    cases = frame()
    row = made(cases, cluster=None).row("repeat_180", "urban")
    low, high = proportion_confint(row["count"], row["n"], method="wilson")
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high))


def test_a_group_about_which_nothing_is_known_has_no_number_and_never_nought() -> None:
    cases = frame()
    cases.loc[cases["area"] == "rural", "held"] = np.nan
    found = made(cases)
    assert np.isnan(found.row("repeat_180", "rural")["estimate"])
    assert [n.code for n in found.notes if n.code == "groups_without_rate"]
    none = made(cases.assign(held=np.nan))
    assert none.status == "not_estimable" and none.table.empty
    assert made(cases.iloc[:0]).status == "not_estimable"


def test_few_clusters_in_a_group_give_wilson_limits_at_an_assumed_correlation() -> None:
    cases = frame()
    few = cases["station_id"].isin(["0", "1"])
    cases["area"] = pd.Categorical(np.where(few, "rural", "urban"))
    found = made(cases)
    row = found.row("repeat_180", "rural")
    assert row["method"] == "wilson_design_effect" and row["clusters"] == 2
    low, high = proportion_confint(row["count"], row["n"], method="wilson")
    assert row["conf_low"] < low and row["conf_high"] > high, "wider than independent rows"
    assert "few_clusters_a_group" in [n.code for n in found.notes]
    assert found.row("repeat_180", "urban")["method"] == "cluster_jackknife"


def test_rows_may_count_several_chances_each() -> None:
    cases = frame().assign(held=lambda f: 3 * f["held"], of=5.0)
    row = made(cases).row("repeat_180", "urban")
    assert row["n"] == 5 * (cases["area"] == "urban").sum()
    assert row["estimate"] == pytest.approx(cases.loc[cases["area"] == "urban", "held"].sum() / row["n"])


def test_differences_of_independent_rows_equal_newcombes_interval() -> None:
    own, other = made(frame(), cluster=None), made(frame(300), cluster=None)
    row = analysis.differences(own, other, name="d", synthetic=True).row("repeat_180", "urban")
    a, b = own.row("repeat_180", "urban"), other.row("repeat_180", "urban")
    expected = confint_proportions_2indep(a["count"], a["n"], b["count"], b["n"], method="newcomb", compare="diff")
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(expected, abs=1e-6)
    assert row["estimate"] == pytest.approx(a["estimate"] - b["estimate"])


def test_a_small_count_of_the_reference_hides_the_difference_too() -> None:
    other = frame()
    other.loc[(other["area"] == "urban") & (other["held"] == 1), "held"] = 0.0
    other.loc[other.index[other["area"] == "urban"][:4], "held"] = 1.0
    gap = analysis.differences(made(frame()), made(other), name="d", synthetic=True)
    shown = protect(gap).table.set_index("group")
    assert np.isnan(shown.loc["urban", "estimate"]) and shown.loc["urban", "suppressed"]


def test_an_absent_column_is_named() -> None:
    with pytest.raises(CheckFailed, match="county"):
        made(frame(), group="county")
