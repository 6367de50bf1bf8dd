"""Figures without an order: equal to R, right on known truth, silent where the data cannot answer."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from dvstudy.analyses.protected import MAIN, Orders, main_of, protected
from dvstudy.disclosure import protect
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages
from dvstudy.numbers import performance, weighting

REFERENCE = Path(__file__).parent.parent / "reference"
COVARIATES = ("a", "b", "rural")
FLAGS = ("test", "order", "event", "record", "seen")


@pytest.fixture(scope="module")
def cases():
    frame = pd.read_csv(REFERENCE / "protected_cases.csv")
    return frame.assign(**{c: frame[c].astype("Int64").astype("boolean") for c in FLAGS})


def asked(frame, **changes):
    told = {"name": "w", "test": "test", "score": "score", "reference": "event", "synthetic": True}
    told |= {"cluster": "station", "orders": Orders("order", COVARIATES)}
    return protected(frame, **(told | changes))


@pytest.fixture(scope="module")
def found(cases):
    return asked(cases)


@pytest.mark.parametrize("outcome", ["event", "seen"])
def test_every_way_equals_plain_formulas_in_r(cases, outcome):
    values = pd.read_csv(REFERENCE / "protected_values.csv")
    values = values[values["what"] == f"protected_{outcome}"]
    found = asked(cases, reference=outcome)
    assert len(values) == 7 * len(weighting.TERMS)
    for case, value, error in values[["case", "value", "se"]].to_numpy():
        way, term = str(case).split(" ")
        row = found.row(term, way)
        assert row["estimate"] == pytest.approx(value, abs=2e-6)
        assert row["std_error"] == pytest.approx(error, rel=1e-4)


def test_bounds_hold_every_filling_of_those_who_had_an_order(cases, found):
    """Corners by brute force over the cases with an order, an order never bringing the event about."""
    rng = np.random.default_rng(2)
    hidden = (cases["order"] & ~cases["event"]).to_numpy(bool)
    score, test = cases["score"].to_numpy(), cases["test"].to_numpy(bool)
    for share in (0.0, 0.2, 0.7, 1.0):
        event = cases["event"].to_numpy(bool) | (hidden & (rng.random(len(cases)) < share))
        gap = score[event][:, None] - score[~event]
        values = {
            "sensitivity": test[event].mean(), "specificity": (~test[~event]).mean(), "ppv": event[test].mean(),
            "npv": (~event[~test]).mean(), "prevalence": event.mean(), "auc": ((gap > 0) + (gap == 0) / 2).mean(),
        }  # fmt: skip
        for term, value in values.items():
            low, high = (found.row(term, end)["estimate"] for end in ("bound_least", "bound_most"))
            assert low - 1e-12 <= value <= high + 1e-12


def test_what_is_counted_carries_its_counts(cases, found):
    row = found.row("sensitivity", "untreated_only")
    free = cases[~cases["order"]]
    assert (row["count"], row["n"]) == ((free["test"] & free["event"]).sum(), free["event"].sum())
    assert row["estimate"] == pytest.approx(row["count"] / row["n"])
    assert np.isnan(found.row("sensitivity", "weighted")["count"])


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_gate_hides_the_small_reading_and_no_other(cases, synthetic):
    few = cases.assign(order=cases["order"] | (cases["test"] & cases["event"] & (cases.index > 200)))
    free = few[~few["order"] & few["test"]]
    assert 0 < free["event"].sum() < 10 <= (few["event"] & few["test"]).sum()
    shown = protect(asked(few, synthetic=synthetic))
    hidden = set(shown.table.loc[shown.table["suppressed"], "group"])
    assert hidden == {"untreated_only"}
    assert ("overlap" in shown.frames) == synthetic


def test_order_frame_says_what_an_order_did_and_how_frail_that_is(cases, found):
    order = found.frames["order"].iloc[0]
    assert order["risk_with"] == pytest.approx(cases.loc[cases["order"], "event"].mean())
    assert order["risk_ratio"] == pytest.approx(order["risk_with"] / order["risk_without"])
    r = 1 / order["risk_ratio"]
    assert r > 1 and order["e_value"] == pytest.approx(r + np.sqrt(r * (r - 1)))
    assert order["rows_left"] < order["untreated"] == (~cases["order"]).sum()
    assert found.frames["overlap"]["treated"].sum() == cases["order"].sum()
    assert found.frames["propensity"][["treated", "untreated"]].to_numpy().sum() == len(cases)


def test_the_main_method_stands_for_the_estimand(found):
    main = main_of(found, "order146_severe_no_order", "sensitivity", "specificity")
    assert set(main.table["group"]) == {"all"} and list(main.table["term"]) == ["sensitivity", "specificity"]
    assert main.row("sensitivity")["estimate"] == found.row("sensitivity", MAIN)["estimate"]


def test_orders_that_follow_from_the_form_leave_only_bounds(cases):
    forced = asked(cases.assign(order=cases["test"]))
    assert forced.status == "caution" and "orders_forced" in {n.code for n in forced.notes}
    for way in ("untreated_only", "weighted", "g_computation", "doubly_robust", "tilt_half"):
        assert np.isnan(forced.row("sensitivity", way)["estimate"])
    low, high = (forced.row("sensitivity", end)["estimate"] for end in ("bound_least", "bound_most"))
    assert low < high
    assert main_of(forced, "m").status == "not_estimable"


def test_next_to_nobody_without_an_order_is_a_caution(cases):
    few = cases["test"] & (cases["test"].cumsum() > 8)
    codes = {n.code for n in asked(cases.assign(order=cases["order"] | few)).notes}
    assert {"positivity", "few_events"} <= codes


def test_a_column_that_tells_orders_without_error_is_said_and_survived(cases):
    split = asked(cases.assign(tell=cases["order"]), orders=Orders("order", (*COVARIATES, "tell")))
    assert "order_separated" in {n.code for n in split.notes}
    assert split.table["estimate"].notna().all()


def test_what_cannot_be_answered_says_why(cases):
    for change, code in (
        ({"order": True}, "all_treated"),
        ({"order": False}, "none_treated"),
        ({"event": False}, "no_events"),
        ({"event": pd.array([pd.NA] * len(cases), dtype="boolean")}, "no_rows"),
        ({"test": pd.array([pd.NA] * len(cases), dtype="boolean")}, "no_rows"),
    ):
        result = asked(cases.assign(**change))
        assert (result.status, result.notes[-1].code) == ("not_estimable", code)
    assert "rests_on_followed" in {n.code for n in asked(cases, reference="seen").notes}
    gone = cases.assign(a=cases["a"].astype(float).where(cases.index > 9))
    assert "dropped_covariate" in {n.code for n in asked(gone).notes}
    assert {"no_cluster"} <= {n.code for n in asked(cases, cluster=None).notes}


def test_every_fault_of_a_call_is_told_at_once(cases):
    frame = cases.assign(id=[f"case {i}" for i in range(len(cases))], words="yes")
    with pytest.raises(CheckFailed) as caught:
        asked(
            frame, test="tset", reference="words", score="words", orders=Orders("words", ["id", "ruarl"], truncate=99.0)
        )
    assert sorted(p.code for p in caught.value.problems) == [
        "covariate_levels", "frame_no_column", "frame_no_column", "frame_not_flag", "frame_not_flag",
        "frame_not_number", "truncate_range",
    ]  # fmt: skip
    assert {p.nearest for p in caught.value.problems} >= {"test", "rural"}
    for language in languages():
        assert "ruarl" in caught.value.text(language)


def test_the_order_of_rows_and_copies_of_a_covariate_change_nothing(cases, found):
    mixed = asked(cases.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(mixed.table, found.table, rtol=1e-6)
    pd.testing.assert_frame_equal(asked(cases.set_axis([0] * len(cases))).table, found.table)
    words = cases.assign(rural=np.where(cases["rural"] == 1, "village", "town"))
    pd.testing.assert_frame_equal(asked(words).table, found.table, rtol=1e-6)


def test_everything_is_worded(cases, found):
    forced = asked(cases.assign(order=cases["test"]))
    for language in languages():
        assert found.text(language) and forced.text(language)
        for kind in ("term", "group", "method"):
            assert all(has(f"{kind}.{code}", language) for code in set(found.table[kind]))


def simulated(rng, scenario, n=1500, stations=40):
    """Cases of which orders follow the form and lower the risk; with the event each would have had without an order.

    Returns rows and (sensitivity, specificity, AUC) of the risk without an order, over all that could be drawn.
    """
    stations = 12 if scenario == "few_stations" else stations
    station = np.arange(n) % stations
    u = rng.normal(0, 0.3, stations)[station]
    a, b = rng.binomial(7, 0.2, n), rng.binomial(14, 0.25, n)
    rural, unseen = rng.random(n) < 0.4, rng.normal(0, 1, n)
    test = (a >= 3) | (b >= 6)
    bend = 0.8 * unseen if scenario == "unmeasured" else 0.0
    level = -4.6 if scenario == "rare" else -3.0
    risk = expit(level + 0.35 * a + 0.15 * (b - 3.5) + 0.3 * rural + u + bend)
    pull = {"weak": 0.5, "strong": 1.0}.get(scenario, 0.7)
    chance = expit(-3.2 + 2.6 * test + pull * 0.4 * a - 0.5 * rural + 1.0 * bend)
    order = rng.random(n) < (np.where(test, 1.0, 0.02) if scenario == "forced" else chance)
    luck = rng.random(n)
    effect = 0.7 if scenario == "weak" else 0.25
    event = luck < np.where(order, effect * risk, risk)
    known = rng.random(n) < np.where(test, 0.8, 0.4) if scenario == "followed_by_verdict" else np.ones(n, bool)
    rows = weighting.Rows(
        np.column_stack([test, a, a**2, b, b**2, rural]).astype(float),
        order,
        event & known,
        known,
        test,
        a + b,
        station,
        stations,
    )
    return rows, risk


def truth(scenario):
    """Sensitivity, specificity and AUC without orders, from two million cases in many stations."""
    rows, risk = simulated(np.random.default_rng(1), scenario, n=2_000_000, stations=20_000)
    if scenario == "few_stations":
        return truth("strong")
    t, s = rows.test, rows.score
    e, f = (np.bincount(s, w) for w in (risk, 1 - risk))
    area = (e * (np.cumsum(f) - f / 2)).sum() / (e.sum() * f.sum())
    return np.array([risk[t].sum() / risk.sum(), (1 - risk)[~t].sum() / (1 - risk).sum(), area])


def replicated(scenario, replicates, seed=5):
    """Estimate, low, high, (replicates, methods, 3), of sensitivity, specificity and AUC."""
    from dvstudy.analyses import _hidden

    places = [weighting.TERMS.index(t) for t in ("sensitivity", "specificity", "auc")]
    made = []
    for child in np.random.SeedSequence(seed).spawn(replicates):
        rows, _ = simulated(np.random.default_rng(child), scenario)
        found = weighting.estimate(rows, weighting.fit(rows), truncate=0.99, tilts=(0.5, 2.0))
        ways = range(len(weighting.METHODS) + 2)
        made.append(
            [
                [
                    [row["estimate"], row["conf_low"], row["conf_high"]]
                    for p in places
                    for row in [_hidden.row(("t", "g"), found.estimate[w, p], found.replicates[:, w, p], 1.0)]
                ]
                for w in ways
            ]
        )
    return np.array(made)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["weak", "strong", "few_stations", "rare", "followed_by_verdict"])
def test_adjusted_figures_are_right_on_known_truth_where_positivity_holds(scenario):
    replicates = 200
    made, true = replicated(scenario, replicates), truth(scenario)
    for way in ("weighted", "doubly_robust"):
        w = weighting.METHODS.index(way)
        for term in range(3):
            bias = performance.bias(made[:, w, term, 0], true[term])
            spread = performance.empirical_se(made[:, w, term, 0]).value
            assert abs(bias.value) < max(3 * bias.mcse, (0.5 if way == "weighted" else 0.15) * spread)
            covered = performance.covered(made[:, w, term, 1], made[:, w, term, 2], true[term]).value
            assert covered > 0.93 - 2 * performance.level_error(0.95, replicates)
    naive = made[:, 0, 0, 0].mean() - true[0]
    assert scenario == "weak" or abs(naive) > 0.03


@pytest.mark.slow
def test_what_nobody_recorded_leaves_a_distortion_that_the_tilts_bracket():
    made, true = replicated("unmeasured", 200), truth("unmeasured")
    w = weighting.METHODS.index("doubly_robust")
    bias = performance.bias(made[:, w, 0, 0], true[0])
    assert bias.value < -3 * bias.mcse
    low, high = (made[:, len(weighting.METHODS) + k, 0, 0].mean() for k in range(2))
    assert low < true[0] < high


@pytest.mark.slow
def test_where_orders_are_forced_the_bounds_hold_the_truth():
    places, true, held = [0, 1, 5], truth("forced"), []
    for child in np.random.SeedSequence(8).spawn(100):
        rows, _ = simulated(np.random.default_rng(child), "forced")
        corners = weighting.estimate(rows, weighting.fit(rows), truncate=0.99).estimate[
            len(weighting.METHODS) :, places
        ]
        held.append((corners.min(axis=0) <= true) & (true <= corners.max(axis=0)))
    assert np.mean(held, axis=0).min() > 0.95


@pytest.mark.parametrize("outcome", ["event", "seen"])
def test_bounds_of_the_auc_hold_events_at_the_highest_and_the_lowest_scores(cases, outcome):
    """By brute force: hidden rows had the event above, or below, each score. The rule's verdict is another order."""
    found = asked(cases, reference=outcome)
    event = cases[outcome].fillna(value=False).to_numpy(bool)
    hidden = ((cases["order"] & ~event) | cases[outcome].isna()).to_numpy(bool)
    score, areas = cases["score"].to_numpy(), []
    for cut in np.unique(score):
        for filled in (event | (hidden & (score >= cut)), event | (hidden & (score <= cut))):
            gap = score[filled][:, None] - score[~filled]
            areas.append(((gap > 0) + (gap == 0) / 2).mean())
    low, high = (found.row("auc", end)["estimate"] for end in ("bound_least", "bound_most"))
    assert low <= min(areas) + 1e-12 and max(areas) - 1e-12 <= high
    assert (low, high) == pytest.approx((min(areas), max(areas)), abs=0.01)


def test_bounds_of_the_auc_are_those_of_every_filling():
    """Ten rows, all fillings of the hidden ones, ties among the scores."""
    rng = np.random.default_rng(5)
    rows = weighting.Rows(
        x=np.ones((10, 1)), treated=np.arange(10) < 6, event=np.isin(np.arange(10), [5, 8]),
        known=np.arange(10) != 9, test=rng.random(10) < 0.5, score=rng.integers(0, 4, 10),
        cluster=np.arange(10) % 2, clusters=2,
    )  # fmt: skip
    hidden, areas = [0, 1, 2, 3, 4, 9], []
    for code in range(2 ** len(hidden)):
        event = rows.event.copy()
        event[hidden] = [code >> bit & 1 for bit in range(len(hidden))]
        gap = rows.score[event][:, None] - rows.score[~event]
        areas.append(((gap > 0) + (gap == 0) / 2).mean())
    found = weighting.estimate(rows, weighting.fit(rows), truncate=1.0).estimate[-4:, -1]
    assert found == pytest.approx([min(areas), min(areas), max(areas), max(areas)])
