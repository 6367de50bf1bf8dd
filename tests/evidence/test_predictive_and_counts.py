"""Bayes' rule, readings of a false-positive rate, and percentages back to people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from dvstudy import evidence
from dvstudy import language as lang
from dvstudy.errors import UsageError

COUNT = st.integers(1, 3000)


def test_vpr5_h_predictive_values_need_a_base_rate_near_ten_percent() -> None:
    check = evidence.bayes_check("0.84", "0.60", "159/2159", ppv="0.19", npv="0.97")
    assert check.verdict == "contradicts" and not check.table["fits"].any()
    assert list(check.table["implied"].round(2)) == [0.14, 0.98]
    assert 0.09 < check.base_rate[0] < 0.10 < check.base_rate[1] < 0.11
    assert "9.6%" in check.text("en") and "9,6\xa0%" in check.text("ro")


@settings(max_examples=200, deadline=None)
@given(tp=COUNT, fp=COUNT, fn=COUNT, tn=COUNT, places=st.integers(1, 4))
def test_figures_of_one_table_always_fit_and_its_base_rate_is_inside(tp, fp, fn, tn, places) -> None:
    def shown(top: int, bottom: int) -> str:
        return f"{top / bottom:.{places}f}"

    n = tp + fp + fn + tn
    check = evidence.bayes_check(
        shown(tp, tp + fn), shown(tn, tn + fp), shown(tp + fn, n), ppv=shown(tp, tp + fp), npv=shown(tn, tn + fn)
    )
    assert check.verdict == "fits"
    assert check.base_rate[0] - 1e-9 <= (tp + fn) / n <= check.base_rate[1] + 1e-9
    assert ((check.table["implied_low"] <= check.table["implied_high"]) | check.table["implied_low"].isna()).all()


@settings(max_examples=100, deadline=None)
@given(s=st.floats(0.06, 0.94), p=st.floats(0.06, 0.94), b=st.floats(0.06, 0.94), seed=st.integers(0, 99))
def test_bounds_hold_every_value_that_rounds_to_what_is_printed(s: float, p: float, b: float, seed: int) -> None:
    texts = [f"{x:.2f}" for x in (s, p, b)]
    check = evidence.bayes_check(*texts, ppv="0.5", npv="0.5")
    draws = np.array([float(t) for t in texts]) + np.random.default_rng(seed).uniform(-0.005, 0.005, (200, 3))
    x, y, z = draws.T
    for name, values in (
        ("ppv", x * z / (x * z + (1 - y) * (1 - z))),
        ("npv", y * (1 - z) / (y * (1 - z) + (1 - x) * z)),
    ):
        row = check.table.set_index("figure").loc[name]
        assert row["implied_low"] - 1e-12 <= values.min() and values.max() <= row["implied_high"] + 1e-12
        assert row["implied_high"] - row["implied_low"] < 0.4


def test_no_base_rate_fits_predictive_values_that_exclude_each_other() -> None:
    check = evidence.bayes_check("0.90", "0.90", "0.10", ppv="0.10", npv="0.50")
    assert np.isnan(check.base_rate[0])
    for language in lang.languages():
        assert lang.text("evidence.bayes.no_base_rate", language, printed=lang.number(0.1, language)) in check.text(
            language
        )
    with pytest.raises(UsageError) as caught:
        evidence.bayes_check("0.9", "0.9", "0.1")
    assert caught.value.code == "printed_no_predictive_value"


def test_deadly_violence_alarms_show_one_minus_ppv_printed_as_a_rate() -> None:
    row = evidence.validation("dash").set_index("row_id").loc["V177"]
    cells = {name: int(row[name]) for name in ("tp", "fp", "fn")}
    rate = f"{100 * cells['fp'] / (cells['tp'] + cells['fp']):.1f}%"
    reading = evidence.false_positive_reading(rate, cells=cells)
    assert reading.verdict == "one_minus_ppv"
    assert "99.8%" in reading.text("en") and "99,8\xa0%" in reading.text("ro")


@pytest.mark.parametrize(
    ("rate", "figures", "verdict"),
    [
        ("0.40", {"specificity": "0.60", "ppv": "0.19"}, "one_minus_specificity"),
        ("81%", {"specificity": "0.60", "ppv": "0.19"}, "one_minus_ppv"),
        ("0.40", {"specificity": "0.60", "ppv": "0.60"}, "ambiguous"),
        ("0.30", {"specificity": "0.60", "ppv": "0.19"}, "none"),
        ("0.20", {"cells": {"tp": 5, "fp": 20, "fn": 5, "tn": 70}}, "share_of_all"),
    ],
)
def test_readings_of_a_false_positive_rate(rate: str, figures: dict, verdict: str) -> None:
    reading = evidence.false_positive_reading(rate, **figures)
    assert reading.verdict == verdict
    assert reading.text("ro") != reading.text("en")


def test_a_rate_with_nothing_beside_it_is_a_wrong_call() -> None:
    with pytest.raises(UsageError) as caught:
        evidence.false_positive_reading("0.4", cells={"tp": 3})
    assert caught.value.code == "printed_nothing"


def test_sara_percentages_are_whole_people_four_of_them_forced() -> None:
    rows = evidence.prevalence("sara_v2").dropna(subset=["percent"])
    counts = evidence.whole_counts([f"{p}%" for p in rows["percent"]], 90)
    assert (counts.table["count"].to_numpy() == rows["count"].to_numpy()).all()
    assert counts.table["verdict"].value_counts().to_dict() == {"fits": 55, "near": 4}
    assert set(counts.table.loc[counts.table["verdict"] == "near", "printed"]) == {"8.8%", "84.5%", "38.8%", "23.4%"}
    assert counts.informative and "4" in counts.text("ro")


def test_percentages_that_no_count_gives_and_checks_that_say_nothing() -> None:
    counts = evidence.whole_counts(["50.0", "34.0"], 10)
    assert list(counts.table["verdict"]) == ["fits", "none"]
    coarse = evidence.whole_counts(["34"], 1000)
    assert not coarse.informative
    assert lang.text("evidence.counts.any", "en", n=1000) in coarse.text("en")
    with pytest.raises(UsageError):
        evidence.whole_counts(["34"], 0)
    with pytest.raises(UsageError):
        evidence.whole_counts([34.0], 10)  # type: ignore[list-item]


@settings(max_examples=100, deadline=None)
@given(n=st.integers(1, 400), share=st.floats(0, 1), places=st.integers(0, 3))
def test_a_percentage_of_whole_people_always_fits(n: int, share: float, places: int) -> None:
    k = round(share * n)
    counts = evidence.whole_counts([f"{100 * k / n:.{places}f}%"], n)
    assert counts.table["verdict"].iloc[0] == "fits"
    assert abs(counts.table["share"].iloc[0] - k / n) <= 10.0 ** -(places + 2)


def test_only_one_fraction_has_the_sensitivity_and_interval_of_da5() -> None:
    row = evidence.validation("da5", "sensitivity").iloc[0]
    found = evidence.consistent_shares(row["printed"], "0.706", "0.914", most=int(row["n"]))
    assert found[["count", "n"]].to_numpy().tolist() == [[48, 58]] == [[row["tp"], row["tp"] + row["fn"]]]
    exact = binomtest(48, 58).proportion_ci(method="exact")
    assert found.loc[0, ["low", "high"]].to_list() == pytest.approx([exact.low, exact.high])
    assert evidence.consistent_shares("0.83", "0.706", "0.914", method="wilson").empty


@pytest.mark.parametrize("method", ["exact", "wilson"])
def test_fractions_are_all_those_that_writing_them_out_gives(method: str) -> None:
    def limits(k: int, n: int) -> list[str]:
        ends = binomtest(k, n).proportion_ci(method=method)
        return [f"{ends.low:.2f}", f"{ends.high:.2f}"]

    wanted = limits(17, 30)
    found = evidence.consistent_shares("0.57", *wanted, most=80, method=method)  # type: ignore[arg-type]
    every = [[k, n] for n in range(1, 81) for k in range(n + 1) if f"{k / n:.2f}" == "0.57" and limits(k, n) == wanted]
    assert found[["count", "n"]].to_numpy().tolist() == every and [17, 30] in every
