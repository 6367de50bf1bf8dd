"""Counts of two raters as an analysis: against R, what is left out, and pairs that leave no interval or no answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.icc import icc_counts
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

REFERENCE = Path(__file__).parents[1] / "reference"
COUNTS = pd.read_csv(REFERENCE / "icc_counts.csv")
VALUES = pd.read_csv(REFERENCE / "icc_values.csv").set_index("quantity")
PAIRS = {"total": ("first", "second")}


def counts(frame: pd.DataFrame, cluster: str | None = "officer", pairs=PAIRS):
    return icc_counts(frame, name="c", pairs=pairs, cluster=cluster, synthetic=True)


def codes(result) -> list[str]:
    return [note.code for note in result.notes]


def assert_worded(result) -> None:
    for language in languages():
        assert all(has(f"method.{m}", language) for m in result.table["method"])
        assert result.text(language)


def test_estimates_and_both_kinds_of_limits_equal_r() -> None:
    result = counts(COUNTS)
    by_pair = result.frames["alternatives"].set_index("term")
    for term in ("icc_agreement", "icc_consistency", "mean_difference"):
        low, high = by_pair.loc[term, ["conf_low", "conf_high"]]
        assert (low, high) == pytest.approx((VALUES.loc[term, "low"], VALUES.loc[term, "high"]), abs=1e-9)
    for term in ("icc_agreement", "icc_consistency"):
        row = result.row(term, "total")
        assert row["estimate"] == pytest.approx(VALUES.loc[term, "value"], abs=1e-12)
        assert row["std_error"] == pytest.approx(VALUES.loc[f"{term}_jackknife", "se"], abs=1e-12)
    assert_worded(result)


def test_the_difference_is_the_first_minus_the_second() -> None:
    more = COUNTS.assign(second=COUNTS["first"] + COUNTS.index % 2)
    assert counts(more).row("mean_difference", "total")["estimate"] == pytest.approx(-0.5)


def test_missing_counts_and_clusters_are_left_out_and_counted() -> None:
    frame = COUNTS.astype({"first": "Int64", "second": "Int64"})
    frame.loc[:3, "first"] = pd.NA
    frame.loc[3:5, "second"] = pd.NA
    frame.loc[150:, "officer"] = None
    result = counts(frame)
    assert result.frames["missing"].iloc[0].to_dict() == {
        "group": "total", "first_only": 3, "second_only": 2, "both": 1, "answered": 144
    }  # fmt: skip
    pd.testing.assert_frame_equal(result.table, counts(COUNTS.iloc[6:150]).table)
    assert codes(result)[:2] == ["dropped_cluster", "counts_incomplete"]


@pytest.mark.parametrize(("cluster", "note"), [(None, "no_cluster"), ("place", "one_cluster")])
def test_without_two_clusters_pairs_are_taken_as_independent(cluster, note) -> None:
    result = counts(COUNTS.assign(place="only"), cluster)
    assert result.row("icc_agreement", "total")["conf_low"] == pytest.approx(VALUES.loc["icc_agreement", "low"])
    assert note in codes(result) and result.meta["method"] == "pingouin_f"
    assert_worded(result)


def test_counts_that_never_differ_have_no_interval_and_counts_all_alike_no_correlation() -> None:
    same = counts(COUNTS.assign(second=COUNTS["first"]))
    assert (same.table["estimate"] == [1, 1, 0, 0, 0]).all()
    assert same.table["conf_low"].isna().all() and "counts_never_apart" in codes(same)
    alike = counts(COUNTS.assign(first=3, second=3))
    assert alike.table["estimate"].isna().sum() == 2 and "icc_undefined" in codes(alike)
    for result in (same, alike):
        assert_worded(result)


def test_one_rater_who_always_counts_the_same_says_nothing_about_the_correlation() -> None:
    result = counts(COUNTS.assign(second=3))
    for term in ("icc_agreement", "icc_consistency"):
        row = result.row(term, "total")
        assert row["estimate"] == pytest.approx(0, abs=1e-12) and np.isnan(row["conf_low"])
    assert "one_rater_constant" in codes(result)
    assert_worded(result)


def test_fewer_than_five_pairs_cannot_be_answered() -> None:
    result = counts(COUNTS.iloc[:4])
    assert result.status == "not_estimable" and codes(result) == ["few_pairs"]


def test_text_is_not_a_count() -> None:
    with pytest.raises(CheckFailed):
        counts(COUNTS, pairs={"total": ("first", "officer")})
