"""Partial follow-up and partial records: equal to R, right on known truth, bounded where nothing else holds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from dvstudy.analyses import _hidden
from dvstudy.analyses.under_reporting import tipping_point, under_reporting
from dvstudy.analyses.verification import corrected, verification
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages
from dvstudy.numbers import performance, two_phase

REFERENCE = Path(__file__).parent.parent / "reference"
ASKED = {"name": "v", "test": "test", "reference": "seen", "synthetic": True, "cluster": "station"}


@pytest.fixture(scope="module")
def cases():
    frame = pd.read_csv(REFERENCE / "protected_cases.csv")
    flags = ("test", "order", "event", "record", "seen")
    return frame.assign(**{c: frame[c].astype("Int64").astype("boolean") for c in flags})


@pytest.fixture(scope="module")
def values():
    table = pd.read_csv(REFERENCE / "protected_values.csv")
    return table[~table["what"].str.startswith("protected")]


def test_corrected_figures_equal_begg_and_greenes_and_two_phase_in_r(cases, values):
    found = verification(cases, strata=["record"], **ASKED)
    for case, value, error in values.loc[values["what"] == "verification", ["case", "value", "se"]].to_numpy():
        way, term = str(case).split(" ")
        row = found.row(term, way)
        assert row["estimate"] == pytest.approx(value, abs=1e-9)
        assert row["std_error"] == pytest.approx(error, rel=1e-6)


def test_recording_and_tipping_point_equal_r(cases, values):
    found = tipping_point(cases, record="record", **ASKED)
    for term, value, error in values.loc[values["what"] == "recording", ["case", "value", "se"]].to_numpy():
        row = found.row(term)
        assert row["estimate"] == pytest.approx(value, abs=1e-9)
        width = np.log(row["conf_high"] / row["conf_low"]) / 2
        assert width == pytest.approx(error * 2.109815578, rel=1e-5)  # R: qt(.975, 17)


def test_at_the_tipping_ratio_both_kinds_have_the_same_risk(cases):
    found = tipping_point(cases, record="record", **ASKED)
    curve = found.frames["curve"]
    tip, ratio = (found.row(t)["estimate"] for t in ("tipping_ratio", "recording_ratio"))
    at = np.interp([tip, ratio], curve["recording_ratio"], curve["risk_ratio"])
    inside = tip <= curve["recording_ratio"].max()
    assert not inside or at[0] == pytest.approx(1, abs=0.01)
    assert at[1] == pytest.approx(found.row("risk_ratio")["estimate"], abs=0.01)
    assert curve["risk_ratio"].is_monotonic_decreasing


def test_conclusions_that_recording_can_and_cannot_turn_are_told_apart():
    rng = np.random.default_rng(4)
    n = 4000
    test = rng.random(n) < 0.3
    for risk, kept, code in (((0.05, 0.3), (0.6, 0.6), "beyond_certainty"), ((0.2, 0.2), (0.3, 0.6), "tipped")):
        event = rng.random(n) < np.where(test, risk[1], risk[0])
        record = event & (rng.random(n) < np.where(test, kept[1], kept[0]))
        seen = pd.array(event, dtype="boolean")
        seen[::3] = pd.NA
        frame = pd.DataFrame({"test": test, "record": record, "seen": seen, "station": np.arange(n) % 30})
        codes = {note.code for note in tipping_point(frame, record="record", **ASKED).notes}
        assert code in codes and len(codes & {"beyond_certainty", "tipped"}) == 1


def test_bounds_hold_every_filling_of_the_unverified(cases):
    found, rng = verification(cases, **ASKED), np.random.default_rng(1)
    hidden, test = cases["seen"].isna().to_numpy(), cases["test"].to_numpy(bool)
    for flagged in (0.0, 0.5, 1.0):
        for others in (0.0, 0.5, 1.0):
            luck = rng.random(len(cases)) < np.where(test, flagged, others)
            event = np.where(hidden, luck, cases["seen"].fillna(value=False).to_numpy(bool))
            values = {
                "sensitivity": test[event].mean(),
                "specificity": (~test[~event]).mean(),
                "ppv": event[test].mean(),
            }
            for term, value in values.items():
                low, high = (found.row(term, end)["estimate"] for end in ("bound_least", "bound_most"))
                assert low - 1e-12 <= value <= high + 1e-12


def test_with_everyone_followed_up_nothing_is_corrected(cases):
    found = verification(cases.assign(seen=cases["event"]), strata=["record"], **ASKED)
    wide = found.table.pivot_table(index="term", columns="group", values="estimate")
    assert np.allclose(wide, wide[["verified_only"]].to_numpy())
    assert "rests_on_followed" not in {n.code for n in found.notes}
    shares = under_reporting(cases.assign(seen=cases["event"]), record="record", **ASKED)
    assert shares.row("sensitivity", "two_phase")["estimate"] == found.row("sensitivity", "verified_only")["estimate"]


def test_a_stratum_in_which_nobody_was_followed_takes_the_share_of_its_verdict():
    counts = np.array([[[[2, 8, 10], [6, 4, 5]], [[0, 0, 3], [1, 1, 0]]]], float)
    found = two_phase.events(counts)[0]
    assert found[1, 0, 0] == pytest.approx(3 * 2 / 10)
    assert two_phase.cells(found)[[0, 1]].tolist() == pytest.approx([6 + 5 * 0.6 + 1, 4 + 5 * 0.4 + 1])


def test_what_cannot_be_answered_says_why(cases):
    none = pd.array([pd.NA] * len(cases), dtype="boolean")
    one = cases["seen"].mask(cases["test"])
    for change, code in (({"seen": none}, "no_rows"), ({"seen": False}, "no_events"), ({"seen": one}, "one_verdict")):
        frame = cases.assign(**change)
        for found in (
            verification(frame, **ASKED),
            *(f(frame, record="record", **ASKED) for f in (under_reporting, tipping_point)),
        ):
            assert (found.status, found.notes[-1].code) == ("not_estimable", code)
            assert all(found.text(language) for language in languages())
    gone = under_reporting(cases.assign(record=none), record="record", **ASKED)
    assert (gone.status, gone.notes[-1].code) == ("not_estimable", "no_rows")


def test_every_fault_of_a_call_is_told_at_once(cases):
    frame = cases.assign(id=[f"c{i}" for i in range(len(cases))])
    with pytest.raises(CheckFailed) as caught:
        verification(frame, **(ASKED | {"test": "score", "reference": "sene"}), strata=["id"])
    assert sorted(p.code for p in caught.value.problems) == ["covariate_levels", "frame_no_column", "frame_not_flag"]
    with pytest.raises(CheckFailed) as caught:
        under_reporting(frame, record="score", **(ASKED | {"test": "tets"}))
    assert sorted(p.code for p in caught.value.problems) == ["frame_no_column", "frame_not_flag"]


def test_everything_is_worded(cases):
    made = [verification(cases, strata=["record"], **ASKED)]
    made += [f(cases, record="record", **ASKED) for f in (under_reporting, tipping_point)]
    for language in languages():
        for found in made:
            assert found.text(language)
            tables = [found.table, *(f for name, f in found.frames.items() if name == "recording")]
            for kind in ("term", "group", "method"):
                assert all(has(f"{kind}.{code}", language) for t in tables for code in set(t[kind]) - {"all"})


def simulated(rng, severe=0.0, n=1500, stations=40):
    """(K, strata, 2, 3) counts of cases followed up in 70 % after a positive and 25 % after a negative form, the odds
    multiplied by ``exp(severe)`` after the event; a record of six in ten events as stratum; and the truth."""
    station = np.arange(n) % stations
    u = rng.normal(0, 0.3, stations)[station]
    test = rng.random(n) < expit(-1.4 + u)
    event = rng.random(n) < expit(np.where(test, -1.2, -2.5) + u)
    record = event & (rng.random(n) < 0.6)
    seen = rng.random(n) < expit(np.where(test, 0.85, -1.1) + severe * event)
    state = np.where(seen, np.where(event, 0, 1), 2)
    cell = ((station * 2 + record) * 2 + test) * 3 + state
    return np.bincount(cell, minlength=stations * 12).reshape(stations, 2, 2, 3).astype(float), test, event


def replicated(severe, replicates, seed=3):
    """Estimate, low, high of sensitivity and specificity by group, and the truth."""
    _, test, event = simulated(np.random.default_rng(1), severe, n=2_000_000, stations=20_000)
    true = np.array([test[event].mean(), (~test[~event]).mean()])
    made = {}
    for child in np.random.SeedSequence(seed).spawn(replicates):
        ways = corrected(simulated(np.random.default_rng(child), severe)[0], with_strata=True)
        for way, found in ways.items():
            rows = [_hidden.row(("t", "g"), float(found[0, t]), found[1:, t], 1.0) for t in range(2)]
            made.setdefault(way, []).append([[r["estimate"], r["conf_low"], r["conf_high"]] for r in rows])
    return {way: np.array(m) for way, m in made.items()}, true


@pytest.mark.parametrize("replicates", [300, pytest.param(2000, marks=pytest.mark.slow)])
def test_corrections_are_right_when_follow_up_depends_on_the_form_alone(replicates):
    made, true = replicated(0.0, replicates)
    assert made["verified_only"][:, 0, 0].mean() - true[0] > 0.15
    for way in ("begg_greenes", "two_phase"):
        for term in range(2):
            bias = performance.bias(made[way][:, term, 0], true[term])
            assert abs(bias.value) < max(3 * bias.mcse, 0.1 * performance.empirical_se(made[way][:, term, 0]).value)
            covered = performance.covered(made[way][:, term, 1], made[way][:, term, 2], true[term]).value
            assert abs(covered - 0.95) < 0.02 + 2 * performance.level_error(0.95, replicates)


@pytest.mark.parametrize("severe", [np.log(2), -np.log(2)])
def test_follow_up_that_depends_on_the_event_is_not_repaired_but_bracketed(severe):
    made, true = replicated(severe, 300)
    bias = performance.bias(made["begg_greenes"][:, 0, 0], true[0])
    assert abs(bias.value) > 3 * bias.mcse
    assert abs(performance.bias(made["two_phase"][:, 0, 0], true[0]).value) < abs(bias.value)
    corners = np.stack([made[f"corner {k}"][:, 0, 0] for k in range(4)])
    assert (corners.min(axis=0) < true[0]).mean() > 0.99 < (corners.max(axis=0) > true[0]).mean()
