"""AUC of a score and comparison of two: rows, curves, notes, and data that cannot answer."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.discrimination import auc, compare_auc
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

REFERENCE = Path(__file__).parents[1] / "reference"
CASES = pd.read_csv(REFERENCE / "accuracy_cases.csv").astype({"event": bool, "whole": "Int32"})
VALUES = pd.read_csv(REFERENCE / "accuracy_values.csv").set_index(["what", "case"])
ROLES = {"name": "demo", "reference": "event", "synthetic": True}


def value(note, name):
    """The number behind a placeholder of a note."""
    return vars(note)["values"][name].value


def codes(result):
    return [note.code for note in result.notes]


@pytest.mark.parametrize("score", ["whole", "tied", "fine"])
def test_default_is_the_jackknife_and_the_others_stand_beside_it(score):
    result = auc(CASES, score=score, cluster="cluster", **ROLES)
    row, others = result.row("auc"), result.frames["alternatives"].set_index("method")
    assert row["method"] == "cluster_jackknife"
    assert row["estimate"] == pytest.approx(VALUES.loc[("delong", score), "value"], abs=1e-11)
    assert row["std_error"] == pytest.approx(VALUES.loc[("auc_jackknife", score), "se"], abs=1e-11)
    assert others.loc["obuchowski", "std_error"] == pytest.approx(VALUES.loc[("obuchowski", score), "se"], abs=1e-11)
    for part, column in (("low", "conf_low"), ("high", "conf_high"), ("se", "std_error")):
        assert others.loc["delong", column] == pytest.approx(VALUES.loc[("delong", score), part], abs=1e-11)
    assert 0 < others.loc["delong_logit", "conf_low"] < row["estimate"]
    assert (row["n"], row["count"], row["df"]) == (400, 97, row["clusters"] - 1)
    for language in languages():
        assert result.text(language)
        assert all(has(f"method.{m}", language) for m in others.index)


def test_roc_runs_from_nobody_to_everybody_on_the_scale_of_the_score():
    curve = auc(CASES, score="whole", cluster="cluster", **ROLES).frames["roc"]
    assert curve["threshold"].tolist() == list(range(CASES["whole"].max() + 1, CASES["whole"].min() - 1, -1))
    assert curve.iloc[0][["sensitivity", "specificity", "flagged"]].tolist() == [0, 1, 0]
    assert curve.iloc[-1][["sensitivity", "specificity", "flagged"]].tolist() == [1, 0, 1]
    at_five = curve[curve["threshold"] == 5].iloc[0]
    assert at_five["sensitivity"] == pytest.approx(52 / 97)
    trapezoids = np.trapezoid(curve["sensitivity"], 1 - curve["specificity"])
    assert trapezoids == pytest.approx(VALUES.loc[("delong", "whole"), "value"])


def test_a_score_that_runs_the_wrong_way_is_reported_below_one_half():
    turned = auc(CASES.assign(turned=-CASES["whole"]), score="turned", cluster="cluster", **ROLES)
    assert turned.row("auc")["estimate"] == pytest.approx(1 - VALUES.loc[("delong", "whole"), "value"])


def test_without_clusters_delong_on_the_logit_scale_and_a_note():
    result = auc(CASES, score="whole", **ROLES)
    assert result.row("auc")["method"] == "delong_logit"
    assert codes(result) == ["no_cluster"]


@pytest.mark.parametrize("cluster", [None, "cluster"])
def test_perfect_separation_has_a_cautious_interval_and_a_note(cluster):
    frame = CASES.assign(score=CASES["event"] * 10 + CASES["whole"].astype(int) / 100)
    result = auc(frame, score="score", cluster=cluster, **ROLES)
    row = result.row("auc")
    assert row["estimate"] == row["conf_high"] == 1
    assert 0.8 < row["conf_low"] < 1
    assert row["method"] == "wilson_design_effect"
    assert "auc_at_limit" in codes(result)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (CASES.assign(whole=3), "constant_score"),
        (CASES[CASES["event"]], "no_others"),
        (CASES[~CASES["event"]], "no_events"),
        (CASES[:0], "no_rows"),
    ],
)
def test_data_that_cannot_answer_say_why(frame, code):
    result = auc(frame, score="whole", cluster="cluster", **ROLES)
    assert result.status == "not_estimable"
    assert codes(result) == [code]
    assert len(result.table) == 0
    for language in languages():
        assert result.text(language)


def test_events_in_one_station_leave_no_interval_and_a_note():
    frame = CASES[~CASES["event"] | (CASES["cluster"] == CASES.loc[CASES["event"], "cluster"].iloc[0])]
    result = auc(frame, score="whole", cluster="cluster", **ROLES)
    assert {"few_clusters", "no_interval"} <= set(codes(result))
    assert np.isfinite(result.row("auc")["estimate"])
    assert np.isnan(result.row("auc")["conf_low"])


def test_missing_scores_and_clusters_are_left_out_and_counted():
    frame = CASES.copy()
    frame.loc[:9, "whole"] = pd.NA
    frame.loc[5:19, "cluster"] = None
    result = auc(frame, score="whole", cluster="cluster", **ROLES)
    assert {n.code: value(n, "n") for n in result.notes} == {"dropped_score": 10, "dropped_cluster": 10}
    assert result.status == "ok"


@pytest.mark.parametrize("pair", ["whole fine", "whole tied", "tied fine"])
def test_comparison_by_jackknife_with_delong_beside_it(pair):
    first, second = pair.split()
    result = compare_auc(CASES, first=first, second=second, cluster="cluster", **ROLES)
    row = result.row("auc_difference")
    assert row["estimate"] == pytest.approx(VALUES.loc[("paired", pair), "value"], abs=1e-11)
    assert row["std_error"] == pytest.approx(VALUES.loc[("paired_jackknife", pair), "se"], abs=1e-11)
    other = result.frames["alternatives"].iloc[0]
    assert other["std_error"] == pytest.approx(VALUES.loc[("paired", pair), "se"], abs=1e-11)
    assert other["p_value"] == pytest.approx(VALUES.loc[("paired", pair), "p"], rel=1e-9)
    gap = result.row("auc", first)["estimate"] - result.row("auc", second)["estimate"]
    assert row["estimate"] == pytest.approx(gap)
    for language in languages():
        assert result.text(language)


@pytest.mark.parametrize("cluster", ["cluster", None])
@pytest.mark.parametrize("score", ["whole", "tied"])  # counted in a table, and sorted
def test_a_difference_that_never_varies_has_no_interval_and_says_so(cluster, score):
    result = compare_auc(CASES.assign(same=CASES[score] * 2), first=score, second="same", cluster=cluster, **ROLES)
    row = result.row("auc_difference")
    assert (row["estimate"], row["std_error"]) == (0, 0)
    assert row[["conf_low", "conf_high", "p_value"]].isna().all()
    assert "auc_difference_still" in codes(result)
    for language in languages():
        assert result.text(language)


def test_two_perfect_scores_are_not_said_to_be_certainly_equal():
    frame = CASES.assign(one=CASES["event"].astype(int), two=CASES["event"] * 3.5)
    row = compare_auc(frame, first="one", second="two", cluster="cluster", **ROLES).row("auc_difference")
    assert row[["conf_low", "conf_high"]].isna().all()


def test_comparison_uses_rows_with_both_scores():
    frame = CASES.copy()
    frame.loc[:99, "fine"] = np.nan
    result = compare_auc(frame, first="whole", second="fine", cluster="cluster", **ROLES)
    assert set(result.table["n"]) == {300}
    assert codes(result)[0] == "dropped_second"


def test_text_and_flags_are_not_scores():
    for column in ("cluster", "event"):
        with pytest.raises(CheckFailed):
            auc(CASES, score=column, **ROLES)
