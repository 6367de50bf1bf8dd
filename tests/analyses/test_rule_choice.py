"""Choosing a rule under a stated wish: what is reported, ties, the set near the best, and input that means nothing."""

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.rule_choice import (
    Capacity,
    CostRatio,
    CountRules,
    LargestYouden,
    LeastSensitivity,
    rule_choice,
)
from dvstudy.analyses.rule_surface import rule_surface
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

RULES = CountRules(count_a="a", max_a=7, count_b="b", max_b=14, legal=(2, 6))
ROLES = {"name": "demo", "rules": RULES, "reference": "event", "synthetic": True, "cluster": "station"}
WISHES = [
    LargestYouden(),
    CostRatio(9),
    LeastSensitivity(0.7),
    Capacity(forms_per_week=40, orders_per_week=8),
    Capacity(forms_per_week=40, shelter_places=12, weeks_of_stay=6, stays_per_flag=0.25),
]


@pytest.fixture(scope="module")
def forms():
    rng = np.random.default_rng(147)
    n = 900
    z = rng.normal(size=n)
    return pd.DataFrame(
        {
            "a": rng.binomial(7, 1 / (1 + np.exp(2.4 - z))),
            "b": rng.binomial(14, 1 / (1 + np.exp(1.8 - z))),
            "event": rng.random(n) < 1 / (1 + np.exp(2.8 - z)),
            "station": rng.integers(0, 30, n),
        }
    )


@pytest.mark.parametrize("wanted", WISHES)
def test_the_best_keeps_what_is_set_and_nothing_allowed_is_better(forms, wanted):
    made = rule_choice(forms, wanted=wanted, **ROLES)
    rules = made.frames["surface"]
    best, kept = rules[rules["best"]], rules[rules["allowed"]]
    assert (best["value"] >= kept["value"].max() - 1e-12).all()
    assert (best["allowed"]).all()
    assert made.row("best_rules")["estimate"] == len(best)
    assert made.row("near_best")["estimate"] == rules["within_one_se"].sum() >= len(best)
    assert rules["chosen"].sum() == pytest.approx(1)
    assert rules["chosen_in_folds"].sum() == pytest.approx(1)
    for row in best.itertuples():
        flagged = (forms["a"] >= row.k) | (forms["b"] >= row.m)
        if isinstance(wanted, LeastSensitivity):
            assert flagged[forms["event"]].mean() >= 0.7
            assert row.value == pytest.approx((~flagged[~forms["event"]]).mean())
        elif isinstance(wanted, Capacity):
            assert flagged.mean() <= 0.2
            assert row.value == pytest.approx(flagged[forms["event"]].mean())
        elif isinstance(wanted, CostRatio):
            hits, false = (flagged & forms["event"]).sum(), (flagged & ~forms["event"]).sum()
            assert row.value == pytest.approx((hits - false / 9) / len(forms))


def test_what_choosing_is_worth_lies_below_what_it_seems(forms):
    made = rule_choice(forms, wanted=LargestYouden(), **ROLES)
    seen = {g: made.row("youden", g)["estimate"] for g in ("apparent", "cross_validated", "out_of_bag", "plus_632")}
    assert seen["cross_validated"] < seen["apparent"]
    assert seen["out_of_bag"] < seen["plus_632"] < seen["apparent"]
    assert np.isnan(made.row("youden", "apparent")["conf_low"])
    row = made.row("youden", "cross_validated")
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    same = rule_surface(forms, **ROLES)
    assert same.row("cross_validated_youden")["estimate"] == pytest.approx(row["estimate"])
    assert same.row("sensitivity")["conf_low"] == pytest.approx(made.row("sensitivity", "legal_rule")["conf_low"])
    np.testing.assert_array_equal(same.frames["surface"]["within_one_se"], made.frames["surface"]["within_one_se"])


def test_limits_of_net_benefit_equal_leaving_out_each_station(forms):
    found = rule_choice(forms, wanted=CostRatio(9), **ROLES).row("net_benefit", "legal_rule")
    flagged = (forms["a"] >= 2) | (forms["b"] >= 6)
    gain = (flagged & forms["event"]) - (flagged & ~forms["event"]) / 9
    left = np.array([gain[forms["station"] != s].mean() for s in range(30)])
    error = np.sqrt(29 / 30 * ((left - gain.mean()) ** 2).sum())
    assert found["estimate"] == pytest.approx(gain.mean())
    assert found["std_error"] == pytest.approx(error)
    assert (found["conf_high"] - found["estimate"]) / error == pytest.approx(2.0452296)


def test_all_ties_are_listed_and_share_the_choice(forms):
    made = rule_choice(forms.assign(a=0), wanted=CostRatio(9), **ROLES)
    best = made.frames["surface"].query("best")
    assert best["k"].tolist() == list(range(1, 8))
    assert best["chosen"].to_numpy() == pytest.approx(best["chosen"].iloc[0])
    assert made.row("best_rules")["estimate"] == 7


def test_and_rules_and_rules_with_the_total_are_families_too(forms):
    total = forms.assign(t=forms["a"] + forms["b"])
    rules = {
        "all": (CountRules("a", 7, "b", 14, None, "all"), lambda k, m: (total["a"] >= k) & (total["b"] >= m)),
        "total": (CountRules("a", 7, "t", 21, None), lambda k, m: (total["a"] >= k) | (total["t"] >= m)),
    }
    for family, flag in rules.values():
        made = rule_choice(total, wanted=LargestYouden(), **(ROLES | {"rules": family}))
        assert "legal_rule" not in set(made.table["group"])
        for row in made.frames["surface"].sample(5, random_state=1).itertuples():
            assert row.flagged == pytest.approx(flag(row.k, row.m).mean())


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Capacity(100, orders_per_week=0.01), "no_rule_within_capacity"),
        (LeastSensitivity(1.0), "no_rule_sensitive_enough"),
    ],
)  # fmt: skip
def test_a_wish_that_nobody_meets_cannot_be_answered(forms, wanted, code):
    missed = forms.assign(a=forms["a"].where(~forms["event"] | (forms.index % 2 == 0), 0).clip(upper=5))
    missed["b"] = missed["b"].where(~forms["event"] | (forms.index % 2 == 0), 0)
    missed.loc[0, ["a", "b"]] = 7, 14
    made = rule_choice(missed, wanted=wanted, **ROLES)
    assert made.status == "not_estimable"
    assert [n.code for n in made.notes] == [code]
    assert all(made.notes[0].text(language) for language in languages())


def test_one_outcome_only_cannot_be_answered_and_few_events_are_a_caution(forms):
    assert rule_choice(forms.assign(event=False), wanted=LargestYouden(), **ROLES).status == "not_estimable"
    few = forms.assign(event=forms["event"] & (forms["event"].cumsum() <= 8))
    assert "few_events" in [n.code for n in rule_choice(few, wanted=LargestYouden(), **ROLES).notes]


def test_everything_wrong_is_said_at_once(forms):
    bad = forms.assign(a=forms["a"] + 3, b=-forms["b"])
    rules = CountRules("a", 7, "b", 14, (0, 6))
    wanted = Capacity(forms_per_week=0, orders_per_week=-1, weeks_of_stay=2)
    with pytest.raises(CheckFailed) as caught:
        rule_choice(bad, wanted=wanted, **(ROLES | {"rules": rules}))
    faults = ["capacity_number"] * 2 + ["capacity_shelter"] + ["frame_count_range"] * 2 + ["rule_outside"]
    assert sorted(p.code for p in caught.value.problems) == faults
    assert all(caught.value.text(language) for language in languages())


@pytest.mark.parametrize(
    "wanted",
    [CostRatio(0), CostRatio(-1), CostRatio(np.nan), LeastSensitivity(0), LeastSensitivity(1.2), Capacity(10)],
)
def test_wishes_that_mean_nothing_are_refused(forms, wanted):
    with pytest.raises(CheckFailed) as caught:
        rule_choice(forms, wanted=wanted, **ROLES)
    assert caught.value.text("ro")


def test_without_stations_rows_are_dealt_and_a_note_says_so(forms):
    made = rule_choice(forms, wanted=LargestYouden(), **(ROLES | {"cluster": None}))
    assert "no_cluster" in [n.code for n in made.notes]
    assert made.row("youden", "cross_validated")["conf_low"] > -1


def test_everything_is_worded(forms):
    made = rule_choice(forms, wanted=CostRatio(9), **ROLES)
    for language in languages():
        assert made.text(language)
        for kind in ("term", "group", "method"):
            assert all(has(f"{kind}.{code}", language) for code in made.table[kind] if code != "all")
