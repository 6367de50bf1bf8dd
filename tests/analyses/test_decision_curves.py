"""Decision curves as a result: figures of each tool, rows without a tool, and what cannot be answered or is refused."""

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.decision_curves import Thresholds, decision_curves
from dvstudy.disclosure import protect
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

TOOLS = ["rule", "risk"]
ASKED = {"name": "demo", "tools": TOOLS, "reference": "event", "synthetic": True}


def value(note, name):
    """The number behind a placeholder of a note."""
    return vars(note)["values"][name].value


@pytest.fixture(scope="module")
def forms():
    rng = np.random.default_rng(146)
    risk = np.round(rng.beta(1.2, 14, 900), 3)
    return pd.DataFrame(
        {
            "event": pd.array(rng.random(900) < risk, dtype="boolean"),
            "risk": risk,
            "rule": pd.array(risk > 0.15, dtype="boolean"),
            "station": rng.integers(0, 30, 900),
            "total": rng.integers(0, 21, 900),
        }
    )


@pytest.fixture(scope="module")
def result(forms):
    return decision_curves(forms, cluster="station", **ASKED)


def test_the_table_is_the_curve_at_the_chosen_threshold(forms, result):
    curve = result.frames["decision"].set_index(["curve", "threshold"])
    for tool in TOOLS:
        row = result.row("net_benefit", tool)
        assert row["estimate"] == curve.loc[(tool, 0.1), "net_benefit"]
        assert row["conf_low"] == curve.loc[(tool, 0.1), "net_benefit_low"]
    hit, false = (forms["rule"] & forms["event"]).sum(), (forms["rule"] & ~forms["event"]).sum()
    assert result.row("net_benefit", "rule")["estimate"] == pytest.approx((hit - false / 9) / 900)
    assert result.row("standardised_net_benefit", "rule")["estimate"] == pytest.approx(
        (hit - false / 9) / forms["event"].sum()
    )
    gap = result.row("net_benefit", "risk")["estimate"] - result.row("net_benefit", "rule")["estimate"]
    assert result.row("net_benefit_difference", "risk")["estimate"] == pytest.approx(gap)


def test_a_rule_flags_the_same_rows_at_every_threshold(forms, result):
    curve = result.frames["decision"].query("curve == 'rule'")
    t = curve["threshold"].to_numpy()
    hit, false = (forms["rule"] & forms["event"]).mean(), (forms["rule"] & ~forms["event"]).mean()
    np.testing.assert_allclose(curve["net_benefit"], hit - false * t / (1 - t))


def test_flagging_everybody_and_nobody_are_there(forms, result):
    curve = result.frames["decision"].set_index(["curve", "threshold"])["net_benefit"]
    share = forms["event"].mean()
    assert curve["flag_all", 0.2] == pytest.approx(share - (1 - share) / 4)
    assert (curve["flag_none"] == 0).all()
    assert result.row("net_benefit", "flag_all")["estimate"] == pytest.approx(share - (1 - share) / 9)


def test_the_band_is_wider_than_the_limits_and_said_so(result):
    curve = result.frames["decision"].query("curve == 'rule'")
    assert (curve["net_benefit_band_high"] >= curve["net_benefit_high"]).all()
    times = value(next(n for n in result.notes if n.code == "band_wider"), "times")
    assert 1.0 < times < 2.0
    assert result.status == "ok"  # a remark, not a caution


def test_rows_without_a_tool_are_left_out_counted_and_bounded(forms):
    gaps = forms.copy()
    gaps.loc[:19, "risk"] = np.nan
    gaps.loc[10:29, "rule"] = pd.NA
    found = decision_curves(gaps, cluster="station", **ASKED)
    assert value(next(n for n in found.notes if n.code == "dropped_tools"), "n") == 30
    assert (found.table["n"] == 870).all()
    same = decision_curves(forms.iloc[30:], cluster="station", **ASKED)
    pd.testing.assert_frame_equal(found.table, same.table)
    bounds = found.frames["bounds"].set_index(["curve", "threshold"]).loc[("rule", 0.1)]
    whole = [
        decision_curves(gaps.assign(rule=gaps["rule"].mask(lost, fill)), **(ASKED | {"tools": ["rule"]})).row(
            "net_benefit", "rule"
        )["estimate"]
        for lost in [pd.Series(np.arange(900) < 30)]
        for fill in (gaps["event"], ~gaps["event"])
    ]
    assert (bounds["most"], bounds["least"]) == pytest.approx(tuple(whole))


def test_a_missing_tool_is_not_the_same_as_not_flagged(forms):
    gaps = forms.assign(risk=forms["risk"].mask(forms["event"] & (forms.index % 2 == 0)))
    found = decision_curves(gaps, cluster="station", **ASKED).row("net_benefit", "risk")["estimate"]
    as_no = decision_curves(gaps.fillna({"risk": 0.0}), cluster="station", **ASKED).row("net_benefit", "risk")[
        "estimate"
    ]
    assert found != pytest.approx(as_no)


def test_the_order_of_rows_changes_nothing(forms, result):
    again = decision_curves(forms.sample(frac=1, random_state=1), cluster="station", **ASKED)
    pd.testing.assert_frame_equal(again.table, result.table)
    pd.testing.assert_frame_equal(again.frames["decision"], result.frames["decision"])


def test_independent_rows_have_limits_and_a_note(forms):
    plain = decision_curves(forms, **ASKED)
    assert [n.code for n in plain.notes] == ["no_cluster"]
    assert set(plain.table["method"]) == {"rows_independent"}
    assert plain.table["conf_low"].notna().all()
    assert "alternatives" not in plain.frames


def test_every_fault_is_listed_at_once(forms):
    bad = forms.assign(high=forms["risk"] * 100, text="0.1")
    asked = ASKED | {"tools": ["total", "high", "text"], "reference": "station"}
    with pytest.raises(CheckFailed) as caught:
        decision_curves(bad, thresholds=Thresholds(grid=(0.1, 0.05), at=1.0), **asked)
    codes = [p.code for p in caught.value.problems]
    assert codes == [
        "threshold_range",
        "threshold_order",
        "frame_not_flag",
        "risk_is_score",
        "risk_range",
        "frame_not_number",
    ]
    for language in languages():
        assert caught.value.text(language).count("\n") == 6


def test_one_kind_of_outcome_cannot_answer(forms):
    for event, code in ((False, "no_events"), (True, "no_others")):
        found = decision_curves(forms.assign(event=event), cluster="station", **ASKED)
        assert (found.status, found.notes[-1].code) == ("not_estimable", code)


def test_few_events_and_few_clusters_are_cautions(forms):
    rare = forms[~forms["event"] | (forms["event"].cumsum() <= 6)]
    found = decision_curves(rare[rare["station"] < 8], cluster="station", **ASKED)
    assert {"few_clusters", "few_events"} <= {n.code for n in found.notes}
    assert found.status == "caution"


def test_everything_is_worded(result):
    for language in languages():
        assert result.text(language)
        for family, column in (("term", "term"), ("method", "method")):
            for frame in (result.table, result.frames["alternatives"]):
                assert all(has(f"{family}.{code}", language) for code in frame[column])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("share", "stations", "lean", "n"),
    [(0.06, 60, 0.0, 2000), (0.06, 60, 0.4, 2000), (0.06, 60, 0.8, 2000), (0.06, 12, 0.4, 2000), (0.02, 60, 0.4, 4000)],
)
def test_limits_hold_the_true_net_benefit(share, stations, lean, n):
    """Officers' leniency moves the stated risk of whole stations; the event does not care."""
    from scipy.special import expit, logit

    from dvstudy.numbers import decision

    def sample(rng, rows, places):
        station, x = rng.integers(0, places, rows), rng.normal(size=rows)
        line = logit(share) - 0.4 + 0.9 * x
        shift = rng.normal(0, lean, places)[station] if lean else 0.0
        stated = expit(line + shift + rng.normal(0, 0.3, rows))
        return np.stack([expit(line), stated]), rng.random(rows) < expit(line), station

    rng, steps, repeats = np.random.default_rng(51), np.array([share / 2, share, 2 * share]), 1500
    risks, event, station = sample(rng, 4_000_000, 40_000)
    big = decision.tally(risks, event, np.zeros_like(station), steps, clusters=1)
    true = [decision.curves(big, 1)["net_benefit"].estimate, decision.difference(big, 1).estimate]
    held = np.zeros((repeats, 2, 3))
    for one in range(repeats):
        risks, event, station = sample(rng, n, stations)
        table = decision.tally(risks, event, station, steps, clusters=stations)
        curves = (decision.curves(table, 1)["net_benefit"], decision.difference(table, 1))
        held[one] = [(c.low <= t) & (t <= c.high) for c, t in zip(curves, true, strict=True)]
    print((share, stations, lean), held.mean(axis=0).round(3))  # noqa: T201 - the table in docs/thresholds.md
    allowed = 2 * np.sqrt(0.95 * 0.05 / repeats)
    assert (held.mean(axis=0) > 0.93 - allowed).all()
    assert (held.mean(axis=0) < 0.97 + allowed).all()


def test_of_real_people_only_curves_from_rounded_counts_pass_the_gate(forms):
    many = pd.concat([forms.assign(risk=(forms["risk"] + s).clip(0, 1)) for s in (0, 0.004, 0.008)], ignore_index=True)
    real = decision_curves(many, cluster="station", **(ASKED | {"synthetic": False}))
    shown, exact = protect(real).frames["decision"], real.frames["decision"].set_index(["curve", "threshold"])
    assert set(shown["curve"]) == {*TOOLS, "flag_all", "flag_none"}
    events, n = many["event"].sum(), len(many)
    rounded = lambda x: np.where(x < 50, np.floor(x / 5 + 0.5) * 5, np.floor(x / 10 + 0.5) * 10)  # noqa: E731
    for tool, part in shown.groupby("curve"):
        cells = exact.loc[[(tool, t) for t in part["threshold"]], ["flagged_events", "flagged_others"]]
        hit, false, t = cells["flagged_events"].to_numpy(), cells["flagged_others"].to_numpy(), part["threshold"]
        np.testing.assert_allclose(part["net_benefit"], (rounded(hit) - t / (1 - t) * rounded(false)) / rounded(n))
        if tool in TOOLS:
            assert min(hit.min(), false.min(), (events - hit).min(), (n - events - false).min()) >= 10
            steps = np.abs(np.diff(np.unique(np.column_stack([hit, false]), axis=0), axis=0))
            assert (steps >= 10).all()
    few = many[~many["event"] | (many["event"].cumsum() <= 8)]
    hidden = protect(decision_curves(few, cluster="station", **(ASKED | {"synthetic": False})))
    assert not len(hidden.frames["decision"]) and hidden.table["estimate"].isna().all()


def test_what_the_gate_shows_of_a_curve_can_be_drawn(forms):
    from matplotlib.figure import Figure

    real = protect(decision_curves(forms, cluster="station", **(ASKED | {"synthetic": False})))
    ax = Figure().subplots()
    real.plot(ax, "ro")
    assert ax.get_xlabel()
