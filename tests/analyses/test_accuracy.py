"""Accuracy of a form and of its levels: rows, groups, notes, and data that cannot answer."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses import Event
from dvstudy.analyses import accuracy as module
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages
from dvstudy.numbers.two_by_two import TERMS

REFERENCE = Path(__file__).parents[1] / "reference"
CASES = pd.read_csv(REFERENCE / "accuracy_cases.csv").astype({"event": bool, "test": bool})
VALUES = pd.read_csv(REFERENCE / "accuracy_values.csv").set_index(["what", "case"])
ROLES = {"test": "test", "reference": "event", "synthetic": True}


def value(note, name):
    """The number behind a placeholder of a note."""
    return vars(note)["values"][name].value


def codes(result):
    return [note.code for note in result.notes]


def assert_worded(result):
    """Every code in the result has words in every language."""
    for language in languages():
        assert all(has(f"term.{t}", language) for t in result.table["term"])
        shown = pd.concat([result.table, result.frames.get("alternatives", result.table[:0])])
        assert all(has(f"method.{m}", language) for m in shown["method"])
        for kind in ("question", "estimand", "method"):
            assert has(f"{kind}.{result.meta[kind]}", language)
        assert result.text(language)


def test_rows_carry_estimates_intervals_and_what_stands_behind_them():
    result = module.accuracy(CASES, name="demo", cluster="cluster", **ROLES)
    assert result.table["term"].tolist() == list(TERMS)
    row = result.row("sensitivity")
    assert row["estimate"] == pytest.approx(VALUES.loc[("epi.tests", "se"), "value"], abs=1e-11)
    assert row["std_error"] == pytest.approx(VALUES.loc[("jackknife", "sensitivity"), "se"], abs=1e-11)
    assert (row["count"], row["n"]) == (52, 97)
    assert row["df"] == row["clusters"] - 1
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert result.status == "ok"
    assert_worded(result)


def test_alternatives_hold_wilson_exact_linearised_and_bootstrap_limits():
    others = module.accuracy(CASES, name="demo", cluster="cluster", **ROLES).frames["alternatives"]
    by = others.set_index(["method", "term"])
    assert set(others["method"]) == {"wilson", "clopper_pearson", "cluster_linearised", "cluster_bootstrap"}
    exact = VALUES.loc[("epi.tests", "se")]
    assert by.loc[("clopper_pearson", "sensitivity"), "conf_low"] == pytest.approx(exact["low"], abs=1e-10)
    expected = VALUES.loc[("CR1", "sensitivity"), "se"]
    assert by.loc[("cluster_linearised", "sensitivity"), "std_error"] == pytest.approx(expected, abs=1e-11)


def test_bootstrap_limits_are_those_of_rows_of_whole_stations_drawn_anew():
    shown = module.accuracy(CASES, name="demo", cluster="cluster", **ROLES).frames["alternatives"]
    row = shown[(shown["method"] == "cluster_bootstrap") & (shown["term"] == "sensitivity")].iloc[0]
    stations = [rows for _, rows in CASES.groupby("cluster")]
    rng, again = np.random.default_rng(9), []
    for _ in range(1500):
        drawn = pd.concat([stations[i] for i in rng.integers(0, len(stations), len(stations))])
        again.append(drawn.loc[drawn["event"], "test"].mean())
    np.testing.assert_allclose(
        row[["conf_low", "conf_high"]].astype(float), np.percentile(again, [2.5, 97.5]), atol=0.01
    )


def test_groups_are_those_of_the_rows_and_the_whole_comes_first():
    frame = CASES.assign(kind=pd.Categorical(np.where(CASES.index % 3, "couple", "other"), ["couple", "other", "none"]))
    result = module.accuracy(frame, name="demo", cluster="cluster", group="kind", **ROLES)
    assert result.table["group"].unique().tolist() == ["all", "couple", "other", "none"]
    alone = module.accuracy(frame[frame["kind"] == "couple"], name="demo", cluster="cluster", **ROLES)
    whole = module.accuracy(frame, name="demo", cluster="cluster", **ROLES)
    columns = ["estimate", "conf_low", "conf_high", "n"]
    for term in TERMS:
        np.testing.assert_allclose(
            result.row(term, "couple")[columns].astype(float), alone.row(term)[columns].astype(float)
        )
        np.testing.assert_allclose(result.row(term)[columns].astype(float), whole.row(term)[columns].astype(float))


def test_a_group_without_cases_is_empty_and_never_zero():
    frame = CASES.assign(kind=pd.Categorical(["couple"] * len(CASES), ["couple", "other"]))
    result = module.accuracy(frame, name="demo", cluster="cluster", group="kind", **ROLES)
    empty = result.table[result.table["group"] == "other"]
    assert empty[["estimate", "conf_low", "conf_high"]].isna().all(axis=None)
    assert "some_not_estimable" in codes(result)
    counts = result.frames["counts"].set_index("group")
    assert counts.loc["other", "n"] == 0
    assert counts.loc["couple", "true_positive"] == 52


def test_without_clusters_limits_are_binomial_and_said_to_be():
    result = module.accuracy(CASES, name="demo", **ROLES)
    assert codes(result) == ["no_cluster"]
    assert result.status == "caution"
    assert result.row("sensitivity")["method"] == "wilson"
    assert result.row("youden")["method"] == "newcombe"
    ratio, expected = result.row("lr_positive"), VALUES.loc[("epi.tests", "lr.pos")]
    assert (ratio["conf_low"], ratio["conf_high"]) == pytest.approx((expected["low"], expected["high"]))
    assert_worded(result)


def test_one_cluster_is_a_caution_and_few_clusters_another():
    one = module.accuracy(CASES.assign(cluster="s01"), name="demo", cluster="cluster", **ROLES)
    assert codes(one) == ["one_cluster"]
    few = module.accuracy(CASES[CASES["cluster"] < "s10"], name="demo", cluster="cluster", **ROLES)
    assert "few_clusters" in codes(few)
    assert value(few.notes[-1], "clusters") == few.table["clusters"].min() <= 9


def test_missing_cells_are_left_out_and_counted_by_reason():
    frame = CASES.astype({"event": "boolean", "test": "boolean"})
    frame.loc[:19, "event"] = pd.NA
    frame.loc[10:29, "test"] = pd.NA
    frame.loc[100:104, "cluster"] = None
    result = module.accuracy(frame, name="demo", cluster="cluster", **ROLES)
    counted = {n.code: value(n, "n") for n in result.notes if n.code != "partial_verification"}
    assert counted == {"dropped_test": 20, "dropped_reference": 10, "dropped_cluster": 5}
    assert "partial_verification" in {n.code for n in result.notes}
    assert result.row("flagged")["n"] == 400 - 35
    assert result.status == "caution"
    assert_worded(result)


@pytest.mark.parametrize(
    ("rows", "code"),
    [(CASES["event"], "no_others"), (~CASES["event"], "no_events"), (CASES["event"] & ~CASES["event"], "no_rows")],
)
def test_data_that_cannot_answer_say_why(rows, code):
    result = module.accuracy(CASES[rows], name="demo", cluster="cluster", **ROLES)
    assert result.status == "not_estimable"
    assert code in codes(result)
    if code == "no_events":
        assert np.isnan(result.row("sensitivity")["estimate"])
        assert result.row("flagged")["estimate"] > 0
    for language in languages():
        assert result.text(language)


def test_few_events_are_said():
    few = CASES[~CASES["event"] | (CASES["event"].cumsum() <= 9)]
    result = module.accuracy(few, name="demo", cluster="cluster", **ROLES)
    assert "few_events" in codes(result)
    assert value(next(n for n in result.notes if n.code == "few_events"), "events") == 9


def test_a_test_that_never_misses_has_an_interval_and_a_note():
    perfect = CASES.assign(test=CASES["event"])
    result = module.accuracy(perfect, name="demo", cluster="cluster", **ROLES)
    row = result.row("sensitivity")
    assert row["estimate"] == row["conf_high"] == 1
    assert 0.8 < row["conf_low"] < 1
    assert row["method"] == "wilson_design_effect"
    assert "no_spread" in codes(result)
    assert_worded(result)


def test_the_event_is_stated_by_the_caller_and_can_be_turned_round():
    frame = CASES.assign(decision=pd.Categorical(np.where(CASES["test"], "imminent", "not_imminent")))
    for value, term in (("imminent", "sensitivity"), ("not_imminent", "specificity")):
        turned = module.accuracy(
            frame, name="demo", test=Event("decision", value), reference="event", synthetic=False, cluster="cluster"
        )
        plain = module.accuracy(CASES, name="demo", cluster="cluster", **ROLES)
        expected = plain.row("sensitivity")["estimate"]
        assert turned.row("sensitivity")["estimate"] == pytest.approx(
            expected if term == "sensitivity" else 1 - expected
        )
        assert turned.meta["synthetic"] is False
    with pytest.raises(CheckFailed):
        module.accuracy(frame, name="demo", test="decision", reference="event", synthetic=False)


LEVELS = pd.cut(CASES["whole"], [-1, 3, 5, 7, 12], labels=["variable", "increased", "severe", "extreme"])


def test_each_level_is_a_cut_point_at_or_above():
    frame = CASES.assign(level=LEVELS)
    result = module.accuracy_at_levels(
        frame, name="demo", level="level", reference="event", synthetic=True, cluster="cluster"
    )
    assert result.table["group"].unique().tolist() == ["increased", "severe", "extreme"]
    for level, least in (("increased", 4), ("severe", 6), ("extreme", 8)):
        cut = module.accuracy(CASES.assign(test=CASES["whole"] >= least), name="demo", cluster="cluster", **ROLES)
        for term in TERMS:
            for part in ("estimate", "conf_low", "conf_high"):
                assert result.row(term, level)[part] == pytest.approx(cut.row(term)[part], nan_ok=True)
    assert_worded(result)


def test_strata_give_the_risk_and_the_likelihood_ratio_of_each_level():
    frame = CASES.assign(level=LEVELS)
    result = module.accuracy_at_levels(
        frame, name="demo", level="level", reference="event", synthetic=True, cluster="cluster"
    )
    strata = result.frames["strata"].set_index("level")
    inside = frame["level"] == "severe"
    assert strata.loc["severe", "risk"] == pytest.approx(frame.loc[inside, "event"].mean())
    ratio = inside[frame["event"]].mean() / inside[~frame["event"]].mean()
    assert strata.loc["severe", "likelihood_ratio"] == pytest.approx(ratio)
    assert (strata["likelihood_ratio_low"] < strata["likelihood_ratio"]).all()
    assert (strata["risk"] < strata["risk_high"]).all()
    assert strata["n"].sum() == len(frame)


def test_levels_must_be_ordered():
    frame = CASES.assign(level=LEVELS.cat.as_unordered(), text="severe")
    for column in ("level", "text"):
        with pytest.raises(CheckFailed):
            module.accuracy_at_levels(frame, name="demo", level=column, reference="event", synthetic=True)


def test_the_order_of_rows_changes_nothing():
    shuffled = CASES.sample(frac=1, random_state=3)
    one, two = (module.accuracy(f, name="demo", cluster="cluster", **ROLES).table for f in (CASES, shuffled))
    pd.testing.assert_frame_equal(one, two)
