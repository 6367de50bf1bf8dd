"""Partial area, precision and recall, concordance, AUC by day, scores of different people: rows, notes, bad input."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses import _scores
from dvstudy.analyses.discrimination import auc, compare_auc
from dvstudy.analyses.partial_auc import Within, partial_auc
from dvstudy.analyses.precision_recall import precision_recall
from dvstudy.analyses.survival import Times, auc_by_day, concordance
from dvstudy.analyses.unpaired_auc import compare_auc_unpaired
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages
from dvstudy.numbers.proportions import logit_limits

REFERENCE = Path(__file__).parents[1] / "reference"
CASES = pd.read_csv(REFERENCE / "scores_cases.csv").astype({"event": bool, "whole": "Int32"})
VALUES = pd.read_csv(REFERENCE / "scores_values.csv").set_index(["what", "case"])
ROLES = {"name": "demo", "reference": "event", "synthetic": True, "cluster": "cluster"}
DAYS = {"name": "demo", "times": Times("followed", "day", "exit"), "synthetic": True, "cluster": "cluster"}
EVERY = {
    "partial": lambda frame: partial_auc(frame, score="whole", **ROLES),
    "precision": lambda frame: precision_recall(frame, score="whole", **ROLES),
    "unpaired": lambda frame: compare_auc_unpaired(frame, first="whole", second="fine", **ROLES),
    "concordance": lambda frame: concordance(frame, score="whole", **DAYS),
    "days": lambda frame: auc_by_day(frame, score="whole", days=(90, 180), **DAYS),
}


def codes(result):
    return [note.code for note in result.notes]


def reads(result):
    """Every sentence and label of a result is there in every language."""
    tables = [result.table, *(f for f in result.frames.values() if "term" in f)]
    for language in languages():
        assert result.text(language)
        assert has(f"estimand.{result.meta['estimand']}", language)
        for table in tables:
            assert all(has(f"method.{m}", language) for m in table["method"])
            assert all(has(f"term.{t}", language) for t in table["term"])


@pytest.mark.parametrize("which", EVERY)
def test_results_read_in_every_language(which):
    reads(EVERY[which](CASES))


@pytest.mark.parametrize("score", ["whole", "fine"])
def test_partial_area_has_jackknife_limits_on_both_scales(score):
    found = partial_auc(CASES, score=score, **ROLES)
    raw, standard = found.row("partial_auc"), found.row("partial_auc_standardised")
    expected, error = VALUES.loc[("partial_jackknife", score), ["value", "se"]]
    assert (raw["estimate"], raw["std_error"]) == pytest.approx((expected, error), abs=1e-11)
    share = logit_limits(expected / 0.2, error / 0.2, df=raw["df"])
    assert raw[["conf_low", "conf_high"]].tolist() == pytest.approx([0.2 * float(end) for end in share])
    assert standard["estimate"] == pytest.approx(VALUES.loc[("mcclish", f"{score} specificity 0.8 1"), "value"])
    slope = 0.5 / (0.2 - 0.02)
    ends = (raw[["estimate", "conf_low", "conf_high"]].astype(float) - 0.02) * slope + 0.5
    assert standard[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx(ends.tolist())
    assert standard["std_error"] == pytest.approx(error * slope)


def test_a_part_with_few_rows_says_so():
    few = partial_auc(CASES, score="whole", within=Within("specificity", 0.99, 1.0), **ROLES)
    assert "few_in_part" in codes(few)
    assert "few_in_part" not in codes(partial_auc(CASES, score="whole", **ROLES))


def test_a_part_that_cannot_be_is_refused_with_every_fault():
    with pytest.raises(CheckFailed) as fault:
        partial_auc(CASES, score="whole", within=Within("recall", 0.9, 0.8), **ROLES)
    assert [p.code for p in fault.value.problems] == ["part_axis", "part_range"]
    for language in languages():
        assert fault.value.text(language)


@pytest.mark.parametrize("score", ["whole", "fine"])
def test_average_precision_has_jackknife_limits_and_the_share_of_events_beside(score):
    found = precision_recall(CASES, score=score, **ROLES)
    row = found.row("average_precision")
    expected, error = VALUES.loc[("average_precision", score), ["value", "se"]]
    assert (row["estimate"], row["std_error"]) == pytest.approx((expected, error), abs=1e-11)
    assert found.row("prevalence")["estimate"] == pytest.approx(CASES["event"].mean())
    curve = found.frames["curve"]
    assert curve["recall"].iloc[-1] == 1 and curve["precision"].iloc[-1] == pytest.approx(CASES["event"].mean())
    known = curve.dropna()  # not where one station alone is flagged
    assert len(known) > 0.9 * len(curve) - 1
    assert (known["precision_low"] <= known["precision"]).all() and (
        known["precision_high"] >= known["precision"]
    ).all()
    if score == "whole":
        steps = np.diff(curve["recall"], prepend=0)
        assert (steps * curve["precision"]).sum() == pytest.approx(expected)


@pytest.mark.parametrize(("term", "what"), [("harrell_c", "harrell"), ("c_exits_free", "exits_free")])
@pytest.mark.parametrize("score", ["whole", "fine"])
def test_concordance_equals_r(score, term, what):
    row = concordance(CASES, score=score, **DAYS).row(term)
    expected = VALUES.loc[(what, score), ["value", "se"]]
    assert (row["estimate"], row["std_error"]) == pytest.approx(tuple(expected), abs=1e-11)


def test_without_exits_there_is_one_concordance():
    found = concordance(CASES, score="whole", **{**DAYS, "times": Times("followed", "day")})
    assert found.table["term"].tolist() == ["harrell_c"]


def test_auc_by_day_equals_r_and_counts_who_is_not_known():
    found = auc_by_day(CASES, score="whole", days=(180, 90.05), **DAYS)
    assert found.table["group"].tolist() == ["90.05", "180"]
    for day in ("90.05", "180"):
        row, expected = found.row("auc", day), VALUES.loc[("by_day", f"whole {day}"), ["value", "se"]]
        assert (row["estimate"], row["std_error"]) == pytest.approx(tuple(expected), abs=1e-8)
    followed = found.frames["followed"]
    assert (followed[["events", "others", "unknown"]].sum(axis=1) == len(CASES)).all()
    assert followed["events"].tolist() == [(CASES["day"] <= 90.05).sum(), (CASES["day"] <= 180).sum()]
    assert "follow_up_weighted" in codes(found)


def test_cautions_are_about_the_day_with_the_fewest_events():
    early = auc_by_day(CASES, score="whole", days=(3, 180), **DAYS)
    events = int((CASES["day"] <= 3).sum())
    assert 0 < events < 10
    few = next(note for note in early.notes if note.code == "few_events")
    assert vars(few)["values"]["events"].value == events
    stations = next(note for note in early.notes if note.code == "few_clusters")
    assert vars(stations)["values"]["clusters"].value == CASES.loc[CASES["day"] <= 3, "cluster"].nunique()


def test_a_day_before_any_event_has_no_number_and_a_note():
    found = auc_by_day(CASES, score="whole", days=(0.01, 90), **DAYS)
    assert found.table["estimate"].isna().tolist() == [True, False]
    assert "some_not_estimable" in codes(found)


def test_unpaired_differences_equal_r():
    fine = CASES["fine"].where(CASES["couple"] == 1)
    apart = CASES.assign(fine=fine, other=CASES["other"].where(CASES["couple"] == 0))
    found = compare_auc_unpaired(apart, first="fine", second="other", **ROLES)
    other = found.frames["alternatives"].iloc[0]
    expected = VALUES.loc[("unpaired", "fine other"), ["value", "se"]]
    assert (other["estimate"], other["std_error"]) == pytest.approx(tuple(expected), abs=1e-11)
    assert "no_common_people" in codes(found) and not found.table["term"].str.endswith("common").any()
    overlap = compare_auc_unpaired(CASES.assign(fine=fine), first="fine", second="whole", **ROLES)
    for row, what in ((overlap.row("auc_difference"), "overlap_jackknife"),
                      (overlap.frames["alternatives"].iloc[0], "overlap")):  # fmt: skip
        expected = VALUES.loc[(what, "fine whole"), ["value", "se"]]
        assert (row["estimate"], row["std_error"]) == pytest.approx(tuple(expected), abs=1e-11)


def test_where_everybody_has_both_scores_unpaired_is_paired():
    paired = compare_auc(CASES, first="fine", second="whole", **ROLES)
    unpaired = compare_auc_unpaired(CASES, first="fine", second="whole", **ROLES)
    columns = ["estimate", "conf_low", "conf_high", "p_value", "std_error"]
    for term in ("auc_difference", "auc_difference_common"):
        assert unpaired.row(term)[columns].tolist() == pytest.approx(paired.row("auc_difference")[columns].tolist())
    first = unpaired.frames["alternatives"].iloc[0][columns].tolist()
    assert first == pytest.approx(paired.frames["alternatives"].iloc[0][columns].tolist())


def test_on_common_people_unpaired_is_paired_there():
    frame = CASES.assign(fine=CASES["fine"].where(CASES["couple"] == 1))
    unpaired = compare_auc_unpaired(frame, first="fine", second="whole", **ROLES)
    paired = compare_auc(frame, first="fine", second="whole", **ROLES)
    columns = ["estimate", "conf_low", "conf_high", "n"]
    assert unpaired.row("auc_difference_common")[columns].tolist() == paired.row("auc_difference")[columns].tolist()
    assert unpaired.row("auc", "whole")["n"] == len(CASES) > unpaired.row("auc", "fine")["n"]


@pytest.mark.parametrize("cluster", [None, "cluster"])
def test_the_bootstrap_stands_beside_the_jackknife_only_with_clusters(cluster):
    found = auc(CASES, score="fine", **{**ROLES, "cluster": cluster})
    beside = found.frames["alternatives"].set_index("method")
    assert ("cluster_bootstrap" in beside.index) == (cluster is not None)
    if cluster:
        low, high = beside.loc["cluster_bootstrap", ["conf_low", "conf_high"]]
        row = found.row("auc")
        assert low < row["estimate"] < high
        assert (high - low) / (row["conf_high"] - row["conf_low"]) == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("cluster", [None, "cluster"])
def test_the_band_lies_round_the_curve_and_never_leaves_the_square(cluster):
    curve = auc(CASES, score="whole", **{**ROLES, "cluster": cluster}).frames["roc"]
    low, se, high = (curve[c] for c in ("band_low", "sensitivity", "band_high"))
    assert (low <= se).all() and (se <= high).all()
    assert low.min() >= 0 and high.max() <= 1
    assert (np.diff(low) >= -1e-12).all() and (np.diff(high) >= -1e-12).all()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"event": False, "day": np.nan}, "no_events"),
        ({"whole": 3}, "constant_score"),
    ],
)
@pytest.mark.parametrize("which", EVERY)
def test_data_that_cannot_answer_say_why(which, change, code):
    found = EVERY[which](CASES.assign(**change))
    assert found.status == "not_estimable" and codes(found)[-1] == code
    assert len(found.table) == 0
    assert EVERY[which](CASES[:0]).status == "not_estimable"


def test_events_only_after_everybody_left_leave_no_pairs():
    frame = pd.DataFrame({"score": [1, 2, 3], "followed": [5.0, 5.0, 5.0], "day": [5.0, 5.0, np.nan]})
    frame = frame.assign(followed=[5.0, 5.0, 2.0])
    found = concordance(frame, name="demo", score="score", times=Times("followed", "day"), synthetic=True)
    assert found.status == "not_estimable" and codes(found) == ["no_pairs"]


def test_an_event_that_is_not_stated_is_refused_not_guessed():
    for column in ("cluster", "whole"):
        with pytest.raises(CheckFailed):
            partial_auc(CASES, score="fine", **{**ROLES, "reference": column})
        with pytest.raises(CheckFailed):
            precision_recall(CASES, score="fine", **{**ROLES, "reference": column})
    with pytest.raises(CheckFailed):
        concordance(CASES, score="fine", **{**DAYS, "times": Times("followed", "event")})


def test_all_faults_of_days_are_told_at_once():
    frame = CASES.copy()
    frame.loc[3, "followed"], frame.loc[4, "exit"] = -1.0, 999.0
    frame.loc[5, "day"], frame.loc[5, "followed"] = 90.0, 30.0
    with pytest.raises(CheckFailed) as fault:
        auc_by_day(frame, score="whole", days=(0, 30), **DAYS)
    found = {(p.code, p.place) for p in fault.value.problems}
    assert {
        ("day_range", "days"), ("day_negative", "followed"), ("day_after_follow_up", "event_day"),
        ("day_after_follow_up", "exit_day"),
    } <= found  # fmt: skip
    for language in languages():
        assert fault.value.text(language)
    with pytest.raises(CheckFailed):
        auc_by_day(CASES, score="whole", days=(), **DAYS)


def test_missing_scores_and_follow_up_are_left_out_and_counted_but_no_event_is_not_missing():
    frame = CASES.copy()
    frame.loc[:9, "whole"] = pd.NA
    frame.loc[5:19, "followed"] = np.nan
    found = concordance(frame.assign(day=frame["day"].where(frame["followed"].notna())), score="whole",
                        **{**DAYS, "times": Times("followed", "day")})  # fmt: skip
    assert {n.code: vars(n)["values"]["n"].value for n in found.notes} == {"dropped_score": 10, "dropped_followed": 10}
    assert found.row("harrell_c")["n"] == len(CASES) - 20


def test_rows_without_clusters_are_dealt_into_groups():
    clustered = CASES.assign(row=np.arange(len(CASES)))
    for analysis, term in ((partial_auc, "partial_auc"), (precision_recall, "average_precision")):
        alone = analysis(clustered, score="whole", **{**ROLES, "cluster": None})
        each = analysis(clustered, score="whole", **{**ROLES, "cluster": "row"})
        assert alone.row(term)["method"] == "group_jackknife" and "no_cluster" in codes(alone)
        assert alone.row(term)["std_error"] == pytest.approx(each.row(term)["std_error"], rel=0.2)
        assert alone.table.equals(analysis(clustered, score="whole", **{**ROLES, "cluster": None}).table)


def test_a_perfect_score_has_a_cautious_interval():
    frame = CASES.assign(whole=CASES["event"].astype(int))
    for found, term in ((EVERY["partial"](frame), "partial_auc"), (EVERY["precision"](frame), "average_precision")):
        row = found.row(term)
        assert row["method"] == "wilson_design_effect" and "auc_at_limit" in codes(found)
        assert row["conf_low"] < row["estimate"] == pytest.approx(row["conf_high"])


@pytest.mark.parametrize("limit", ["MOST_DRAWN", "MOST_SCORES"])
def test_very_many_clusters_or_scores_are_not_drawn_anew(limit, monkeypatch):
    assert "alternatives" in EVERY["partial"](CASES).frames
    monkeypatch.setattr(_scores, limit, 5)
    assert "alternatives" not in EVERY["partial"](CASES).frames
