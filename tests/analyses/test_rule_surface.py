"""The surface of OR rules: against the accuracy of each rule, the set near the best, and data that cannot answer."""

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses._rules import CountRules
from dvstudy.analyses.accuracy import accuracy
from dvstudy.analyses.rule_surface import rule_surface
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

RULES = CountRules(count_a="a", max_a=7, count_b="b", max_b=14, legal=(2, 6))
ROLES = {"name": "demo", "rules": RULES, "reference": "event", "synthetic": True}


def value(note, name):
    """The number behind a placeholder of a note."""
    return vars(note)["values"][name].value


@pytest.fixture(scope="module")
def forms():
    rng = np.random.default_rng(146)
    n = 900
    z = rng.normal(size=n)
    return pd.DataFrame(
        {
            "a": pd.array(rng.binomial(7, 1 / (1 + np.exp(2.4 - z))), dtype="Int32"),
            "b": pd.array(rng.binomial(14, 1 / (1 + np.exp(1.8 - z))), dtype="Int32"),
            "event": pd.array(rng.random(n) < 1 / (1 + np.exp(2.8 - z)), dtype="boolean"),
            "station": rng.integers(0, 30, n),
        }
    )


@pytest.fixture(scope="module")
def result(forms):
    return rule_surface(forms, cluster="station", **ROLES)


@pytest.mark.parametrize("rule", [(1, 1), (2, 6), (7, 14), (3, 4)])
def test_every_rule_is_what_accuracy_says_of_it(forms, result, rule):
    k, m = rule
    flagged = (forms["a"] >= k) | (forms["b"] >= m)
    alone = accuracy(
        forms.assign(test=flagged), name="one", test="test", reference="event", synthetic=True, cluster="station"
    )
    found = result.frames["surface"].set_index(["k", "m"]).loc[rule]
    for term in ("flagged", "sensitivity", "specificity", "ppv", "npv", "youden"):
        assert found[term] == pytest.approx(alone.row(term)["estimate"], nan_ok=True)
    for term in ("sensitivity", "specificity", "youden"):
        assert found[f"{term}_low"] == pytest.approx(alone.row(term)["conf_low"])
        assert found[f"{term}_high"] == pytest.approx(alone.row(term)["conf_high"])
    hit, false = (flagged & forms["event"]).sum(), (flagged & ~forms["event"]).sum()
    assert found["net_benefit_10"] == pytest.approx((hit - false / 9) / len(forms))
    assert found["net_benefit_20"] == pytest.approx((hit - false / 4) / len(forms))
    assert (found["true_positive"], found["false_positive"]) == (hit, false)


def test_the_legal_rule_is_marked_once_and_stands_in_the_table(result):
    surface = result.frames["surface"]
    assert len(surface) == 7 * 14
    legal = surface[surface["legal"]]
    assert legal[["k", "m"]].to_numpy().tolist() == [[2, 6]]
    for term in ("sensitivity", "specificity", "ppv", "npv", "flagged", "youden"):
        assert result.row(term)["estimate"] == pytest.approx(legal.iloc[0][term])
        assert result.row(term)["conf_low"] < result.row(term)["estimate"]


def test_the_best_is_a_set_and_the_choice_is_called_optimistic(result):
    surface = result.frames["surface"]
    best = surface[surface["best"]]
    assert best["youden"].to_numpy() == pytest.approx(surface["youden"].max())
    assert (surface["within_one_se"] >= surface["best"]).all()
    error = (best["youden"] - best["youden_low"]) / 2.0452296
    expected = surface["youden"] >= surface["youden"].max() - error.iloc[0]
    assert (surface["within_one_se"] == expected).all()
    assert result.row("near_best")["estimate"] == expected.sum()
    assert np.isnan(result.row("best_youden")["conf_low"])
    assert result.row("cross_validated_youden")["estimate"] < result.row("best_youden")["estimate"]
    assert "apparent_optimum" in [n.code for n in result.notes]


def test_all_ties_of_the_best_are_listed(forms):
    never = forms.assign(a=0)
    surface = rule_surface(never, cluster="station", **ROLES).frames["surface"]
    best = surface[surface["best"]]
    assert (best["m"] == best["m"].iloc[0]).all()
    assert best["k"].tolist() == list(range(1, 8))


def test_net_benefit_stands_beside_flagging_everybody_and_nobody(forms, result):
    table = result.frames["net_benefit"].set_index("threshold")
    risk = forms["event"].mean()
    assert table.loc[0.10, "flag_all"] == pytest.approx(risk - (1 - risk) / 9)
    assert (table["flag_none"] == 0).all()
    legal = result.frames["surface"].query("legal").iloc[0]
    assert table.loc[0.15, "legal"] == pytest.approx(legal["net_benefit_15"])


def test_without_clusters_no_cross_validation_and_a_note(forms):
    plain = rule_surface(forms, **ROLES)
    assert "no_cluster" in [n.code for n in plain.notes]
    assert "cross_validated_youden" not in set(plain.table["term"])
    error = (
        plain.frames["surface"].query("best")["youden"].max()
        - plain.frames["surface"].query("within_one_se")["youden"].min()
    )
    cells = plain.frames["surface"].query("best").iloc[0]
    se, sp, events = cells["sensitivity"], cells["specificity"], forms["event"].sum()
    assert error <= np.sqrt(se * (1 - se) / events + sp * (1 - sp) / (len(forms) - events))


def test_the_order_of_rows_changes_nothing(forms, result):
    again = rule_surface(forms.sample(frac=1, random_state=1), cluster="station", **ROLES)
    pd.testing.assert_frame_equal(again.table, result.table)
    pd.testing.assert_frame_equal(again.frames["surface"], result.frames["surface"])


def test_everything_is_worded(result):
    for language in languages():
        assert result.text(language)
        assert all(has(f"term.{t}", language) for t in result.table["term"])
        assert all(has(f"method.{m}", language) for m in result.table["method"])
        assert has("gloss.net_benefit", language)


@pytest.mark.parametrize(("column", "value"), [("a", 8), ("a", -1), ("b", 15), ("b", 2.5)])
def test_counts_out_of_range_are_refused(forms, column, value):
    bad = forms.astype({column: float})
    bad.loc[3, column] = value
    with pytest.raises(CheckFailed) as caught:
        rule_surface(bad, cluster="station", **ROLES)
    assert [p.code for p in caught.value.problems] == ["frame_count_range"]
    assert caught.value.text("ro")


@pytest.mark.parametrize("legal", [(0, 6), (2, 15), (8, 1)])
def test_a_legal_rule_outside_the_family_is_refused(forms, legal):
    rules = CountRules(count_a="a", max_a=7, count_b="b", max_b=14, legal=legal)
    with pytest.raises(CheckFailed):
        rule_surface(forms, **(ROLES | {"rules": rules}))


def test_no_events_cannot_answer(forms):
    result = rule_surface(forms.assign(event=False), cluster="station", **ROLES)
    assert result.status == "not_estimable"
    assert [n.code for n in result.notes] == ["no_events"]


def test_missing_counts_and_outcomes_are_left_out_and_counted(forms):
    frame = forms.copy()
    frame.loc[:4, "a"] = pd.NA
    frame.loc[5:14, "event"] = pd.NA
    result = rule_surface(frame, cluster="station", **ROLES)
    counted = {n.code: value(n, "n") for n in result.notes if n.code.startswith("dropped")}
    assert counted == {"dropped_count_a": 5, "dropped_reference": 10}
    assert result.row("flagged")["n"] == len(forms) - 15


def test_without_a_standard_error_no_set_near_the_best_is_claimed(forms):
    one_place = forms.assign(event=forms["event"] & (forms["station"] == 3))
    result = rule_surface(one_place, cluster="station", **ROLES)
    surface = result.frames["surface"]
    assert np.isnan(result.row("near_best")["estimate"])
    assert (surface["within_one_se"] == surface["best"]).all() and surface["best"].any()
    assert "no_interval" in [note.code for note in result.notes]
