"""Accuracy by group, departures from the rule, and other populations: against R, loops, and data that cannot answer."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.fairness import Split, fairness
from dvstudy.analyses.overrides import Departures, overrides
from dvstudy.analyses.transport import transport
from dvstudy.disclosure import protect
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages
from dvstudy.numbers import raking

REFERENCE = Path(__file__).parents[1] / "reference"
VALUES = pd.read_csv(REFERENCE / "fairness_values.csv").set_index(["what", "case"])
CASES = pd.read_csv(REFERENCE / "accuracy_cases.csv").astype({"event": bool, "test": bool})
CASES["kind"] = pd.Categorical(np.array(["a", "b", "c"])[CASES.index % 3])
CASES["area"] = np.where(CASES.index % 5 < 2, "urban", "rural")
ROLES = {"name": "demo", "test": "test", "reference": "event", "cluster": "cluster", "synthetic": True}
TARGET = {"kind": {"a": 0.5, "b": 0.3, "c": 0.2}, "area": {"urban": 0.7, "rural": 0.3}}


def codes(result):
    return [note.code for note in result.notes]


def assert_worded(result, *groups):
    for language in languages():
        assert all(has(f"term.{t}", language) for t in result.table["term"])
        assert all(has(f"group.{g}", language) for g in groups)
        assert all(has(f"method.{m}", language) for m in result.table["method"])
        assert all(has(f"{k}.{result.meta[k]}", language) for k in ("question", "estimand", "method"))
        assert result.text(language)


@pytest.mark.parametrize("group", ["b", "c"])
@pytest.mark.parametrize("term", ["sensitivity", "specificity"])
def test_differences_equal_r(group, term):
    row = fairness(CASES, split=Split("kind", "a"), **ROLES).row(f"{term}_difference", group)
    expected = VALUES.loc[("difference", f"{group} {term}")]
    assert row["estimate"] == pytest.approx(expected["value"], abs=1e-11)
    # linear in the two shares, so removing a station moves the difference exactly as it moves them
    assert row["std_error"] == pytest.approx(expected["se"], rel=1e-9)
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


def test_p_values_are_adjusted_over_the_groups_of_one_term():
    found = fairness(CASES, split=Split("kind", "a"), **ROLES)
    rows = found.table[found.table["term"] == "sensitivity_difference"]
    from scipy.stats import t

    raw = np.sort(2 * t.sf(np.abs(rows["estimate"] / rows["std_error"]), rows["df"]))
    adjusted = np.minimum(np.maximum.accumulate(raw * [2, 1]), 1)
    np.testing.assert_allclose(np.sort(rows["p_value"]), adjusted)


def test_a_group_whose_events_are_all_found_is_not_taken_as_certain():
    sure = CASES["test"] | (CASES["event"] & (CASES["kind"] == "b"))
    found = fairness(CASES.assign(test=sure), split=Split("kind", "a"), **ROLES)
    row, one, two = (
        found.row(t, g) for t, g in (("sensitivity_difference", "b"), ("sensitivity", "b"), ("sensitivity", "a"))
    )
    assert row["method"] == "from_shares"
    assert np.isnan(row["p_value"])
    below = np.hypot(one["estimate"] - one["conf_low"], two["conf_high"] - two["estimate"])
    assert row["conf_low"] == pytest.approx(row["estimate"] - below)
    assert row["conf_low"] < row["estimate"] - (two["conf_high"] - two["estimate"])


def test_differences_stay_within_a_hundred_points_and_few_stations_behind_a_group_are_told():
    few = CASES[(CASES["kind"] != "c") | CASES["cluster"].isin(sorted(CASES["cluster"].unique())[:2])]
    found = fairness(few, split=Split("kind", "a"), **ROLES)
    gaps = found.table[found.table["term"].str.endswith("_difference")]
    assert gaps["conf_low"].min() >= -1
    assert gaps["conf_high"].max() <= 1
    told = {note.code: dict(note.values) for note in found.notes}
    assert told["few_clusters"]["clusters"].value == 2


def test_few_departures_in_one_direction_cannot_be_found_by_subtraction():
    rng = np.random.default_rng(9)
    rule, event = rng.random(900) < 0.3, rng.random(900) < 0.3
    decision = rule & (rng.random(900) < 0.6)
    decision[np.flatnonzero(~rule)[:2]] = True
    frame = pd.DataFrame({"rule": rule, "decision": decision, "event": event, "station": rng.integers(0, 30, 900)})
    found = overrides(
        frame, name="o", departures=Departures("rule", "decision"), reference="event", cluster="station", synthetic=True
    )
    assert found.row("event_share", "up")["n"] == 2
    table = protect(found).table.set_index("group")
    assert table.loc[["all", "up", "down", "kept_positive", "kept_negative"], "estimate"].isna().all()
    assert table.loc[["by_rule", "as_decided"], "estimate"].notna().all()


def test_the_group_with_most_events_is_the_one_compared_with_and_is_named():
    found = fairness(CASES, split=Split("kind"), **ROLES)
    most = CASES[CASES["event"]]["kind"].value_counts().idxmax()
    assert found.meta["compared_with"] == most
    assert most not in set(found.table.loc[found.table["term"] == "sensitivity_difference", "group"])
    assert_worded(found)


def test_a_group_without_events_is_not_estimable_and_never_nought():
    frame = CASES.assign(event=CASES["event"] & (CASES["kind"] != "b"))
    found = fairness(frame, split=Split("kind"), **ROLES)
    row = found.row("sensitivity", "b")
    assert row[["estimate", "conf_low", "conf_high"]].isna().all()
    assert np.isnan(found.row("sensitivity_difference", "b")["estimate"])
    assert np.isfinite(found.row("specificity_difference", "b")["estimate"])
    assert "groups_no_events" in codes(found)


def test_without_clusters_rows_stand_for_themselves_and_two_sure_groups_still_have_limits():
    found = fairness(CASES, split=Split("kind", "a"), **{**ROLES, "cluster": None})
    gap = found.row("sensitivity_difference", "b")
    parts = [CASES[CASES["event"] & (CASES["kind"] == k)]["test"] for k in "ab"]
    plain = np.sqrt(sum(p.mean() * (1 - p.mean()) / len(p) for p in parts))
    assert gap["std_error"] == pytest.approx(plain, rel=0.03)
    assert "no_cluster" in codes(found)
    sure = fairness(CASES.assign(test=CASES["event"]), split=Split("kind", "a"), **ROLES)
    row = sure.row("sensitivity_difference", "b")
    assert row["estimate"] == 0
    assert row["conf_low"] < 0 < row["conf_high"]
    assert row["method"] == "from_shares"


def test_an_unknown_group_of_comparison_is_refused():
    with pytest.raises(CheckFailed) as caught:
        fairness(CASES, split=Split("kind", "z"), **ROLES)
    assert caught.value.problems[0].found == "z"


def decided(seed=1):
    rng = np.random.default_rng(seed)
    flip = rng.random(len(CASES)) < 0.2
    frame = CASES.assign(acted=CASES["test"] ^ flip)
    reason = pd.Series(np.where(rng.random(len(CASES)) < 0.5, "judgement", "objection"))
    return frame.assign(reason=reason.where(flip).astype("category"))


OVERRIDES = {"name": "demo", "reference": "event", "cluster": "cluster", "synthetic": True}


def test_departures_are_counted_by_direction_and_reason():
    frame = decided()
    found = overrides(frame, departures=Departures("test", "acted", "reason"), **OVERRIDES)
    moved = frame["acted"] != frame["test"]
    assert found.row("departed")["estimate"] == pytest.approx(moved.mean())
    assert found.row("departed_up")["estimate"] == pytest.approx(frame.loc[~frame["test"], "acted"].mean())
    assert found.row("departed_down")["estimate"] == pytest.approx(1 - frame.loc[frame["test"], "acted"].mean())
    share = (frame.loc[moved, "reason"] == "judgement").mean()
    assert found.row("reason", "judgement")["estimate"] == pytest.approx(share)
    up = moved & frame["acted"]
    assert found.row("event_share", "up")["estimate"] == pytest.approx(frame.loc[up, "event"].mean())
    assert_worded(found, "up", "down", "kept_positive", "kept_negative", "by_rule", "as_decided", "decided_less_rule")


def test_paired_differences_have_the_jackknife_error_of_recomputing():
    frame = decided()
    row = overrides(frame, departures=Departures("test", "acted"), **OVERRIDES).row(
        "sensitivity_difference", "decided_less_rule"
    )
    hits = frame[frame["event"]]

    def gap(rows):
        return rows["acted"].mean() - rows["test"].mean()

    left = [gap(hits[hits["cluster"] != s]) for s in frame["cluster"].unique()]
    k = frame["cluster"].nunique()
    assert row["estimate"] == pytest.approx(gap(hits))
    assert row["std_error"] == pytest.approx(np.sqrt((k - 1) / k * ((np.array(left) - gap(hits)) ** 2).sum()), rel=1e-9)


def test_without_a_departure_there_is_nothing_to_compare():
    found = overrides(CASES.assign(acted=CASES["test"]), departures=Departures("test", "acted"), **OVERRIDES)
    assert "no_departures" in codes(found)
    assert found.row("departed")["estimate"] == 0
    assert "as_decided" not in set(found.table["group"])


def test_the_reference_may_be_unknown_where_only_rates_are_asked():
    frame = decided().assign(event=pd.array([pd.NA] * len(CASES), dtype="boolean"))
    found = overrides(frame, departures=Departures("test", "acted"), **OVERRIDES)
    assert found.row("departed")["n"] == len(CASES)
    assert "no_rows" in codes(found)


@pytest.mark.parametrize("term", ["sensitivity", "specificity", "ppv", "flagged"])
def test_reweighted_figures_equal_survey(term):
    row = transport(CASES, target=TARGET, **ROLES).row(term, "there")
    expected = VALUES.loc[("raked", term)]
    assert row["estimate"] == pytest.approx(expected["value"], abs=1e-8)
    assert row["std_error"] == pytest.approx(expected["se"], abs=1e-8)


def test_information_left_equals_survey_and_the_margins_are_reached():
    found = transport(CASES, target=TARGET, **ROLES)
    (note,) = [n for n in found.notes if n.code == "information_left"]
    left = vars(note)["values"]["left"].value
    assert left == pytest.approx(VALUES.loc[("raked", "left"), "value"], abs=1e-8)
    counts = np.array([[30.0, 5, 20], [10, 25, 10]])
    levels = [np.repeat([0, 1], 3), np.tile([0, 1, 2], 2)]
    wanted = [np.array([0.2, 0.8]), np.array([0.1, 0.3, 0.6])]
    shares = raking.rake(counts.ravel(), levels, wanted).reshape(2, 3)
    np.testing.assert_allclose(shares.sum(axis=1), wanted[0])
    np.testing.assert_allclose(shares.sum(axis=0), wanted[1])
    odds = [t[0, 0] * t[1, 1] / (t[0, 1] * t[1, 0]) for t in (shares, counts)]
    assert odds[0] == pytest.approx(odds[1])
    assert_worded(found, "here", "there")


def test_its_own_margins_leave_everything_as_it_is():
    own = {c: CASES[c].value_counts(normalize=True).to_dict() for c in ("kind", "area")}
    found = transport(CASES, target=own, **ROLES)
    for term in ("sensitivity", "specificity"):
        assert found.row(term, "there")["estimate"] == pytest.approx(found.row(term, "here")["estimate"], abs=0.02)


def test_a_population_of_other_people_is_found_again():
    rng = np.random.default_rng(3)

    def people(n, rural):
        area, station = rng.random(n) < rural, rng.integers(0, 40, n)
        event = rng.random(n) < np.where(area, 0.15, 0.3)
        test = rng.random(n) < np.where(event, np.where(area, 0.5, 0.8), np.where(area, 0.1, 0.2))
        return pd.DataFrame(
            {"area": np.where(area, "rural", "urban"), "event": event, "test": test, "cluster": station}
        )

    frame, there = people(6000, 0.3), people(400_000, 0.8)
    row = transport(frame, target={"area": {"urban": 0.2, "rural": 0.8}}, **ROLES).row("sensitivity", "there")
    truth = there.loc[there["event"], "test"].mean()
    assert row["conf_low"] < truth < row["conf_high"]
    assert frame.loc[frame["event"], "test"].mean() > row["conf_high"]


def test_every_fault_of_a_target_is_named_at_once():
    wrong = {"kind": {"a": 0.5, "b": 0.9, "z": 20.0}, "area": {"urban": 1.0}}
    with pytest.raises(CheckFailed) as caught:
        transport(CASES, target=wrong, **ROLES)
    assert {p.code for p in caught.value.problems} == {
        "frame_no_value", "target_share", "target_level_missing", "target_sum"
    }  # fmt: skip
    with pytest.raises(CheckFailed):
        transport(CASES, target={}, **ROLES)


def test_people_of_whom_nobody_is_here_are_not_estimable():
    frame = CASES.assign(area=pd.Categorical(CASES["area"], ["urban", "rural", "abroad"]))
    target = {"area": {"urban": 0.5, "rural": 0.3, "abroad": 0.2}}
    found = transport(frame, target=target, **ROLES)
    assert found.status == "not_estimable"
    assert codes(found) == ["target_without_rows"]


def test_figures_elsewhere_rest_on_the_stations_that_hold_events():
    stations = sorted(CASES["cluster"].unique())
    few = CASES.assign(event=CASES["event"] & CASES["cluster"].isin(stations[:5]))
    found = transport(few, target=TARGET, **ROLES)
    behind = few.loc[few["event"], "cluster"].nunique()
    row = found.row("sensitivity", "there")
    assert row["df"] == behind - 1
    assert row["clusters"] == behind
    assert found.row("flagged", "there")["df"] == len(stations) - 1
    assert "few_clusters" in codes(found)


def test_rows_that_share_a_label_are_still_rows_of_their_own():
    frame = decided()
    alike = frame.set_axis([0] * len(frame), axis=0)
    asked = {"departures": Departures("test", "acted", "reason"), **OVERRIDES}
    one, two = overrides(frame, **asked), overrides(alike, **asked)
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.frames["counts"], two.frames["counts"])
