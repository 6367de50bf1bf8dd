"""Observed over expected by group: against recomputing without each station, the whole, and edges."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import t

from dvstudy.analyses.calibration import calibration
from dvstudy.analyses.group_calibration import group_calibration
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

ROLES = {
    "name": "demo", "risk": "risk", "reference": "event", "group": "kind", "cluster": "station", "synthetic": True
}  # fmt: skip


def cases(n=3000, stations=25, seed=1):
    """Risks right for "a", half of what is true for "b"."""
    rng = np.random.default_rng(seed)
    kind, station = rng.choice(["a", "b"], n), rng.integers(0, stations, n)
    true = expit(rng.normal(-2, 0.8, n) + 0.3 * rng.normal(size=stations)[station])
    risk = np.where(kind == "b", true / 2, true)
    return pd.DataFrame({"kind": kind, "station": station, "risk": risk, "event": rng.random(n) < true})


def test_each_group_is_recomputed_without_each_station():
    frame = cases()
    found = group_calibration(frame, **ROLES)
    for kind, part in frame.groupby("kind"):
        row = found.row("o_e", kind)
        left = [part[part["station"] != s] for s in part["station"].unique()]
        whole = part["event"].sum() / part["risk"].sum()
        moved = np.array([x["event"].sum() / x["risk"].sum() for x in left]) - whole
        k = len(left)
        half = t.ppf(0.975, k - 1) * np.sqrt((k - 1) / k * (moved**2).sum()) / whole
        assert row["estimate"] == pytest.approx(whole)
        np.testing.assert_allclose([row["conf_low"], row["conf_high"]], whole * np.exp([-half, half]))
        assert found.row("observed", kind)["estimate"] == pytest.approx(part["event"].mean())
        assert found.row("expected", kind)["estimate"] == pytest.approx(part["risk"].mean())


def test_what_is_right_on_average_may_be_wrong_for_a_group():
    found = group_calibration(cases(), **ROLES)
    assert found.row("o_e", "a")["conf_low"] < 1 < found.row("o_e", "a")["conf_high"]
    assert found.row("o_e", "b")["conf_low"] > 1.5


def test_one_group_is_the_whole_of_calibration():
    frame = cases().assign(kind="all_of_them")
    whole = calibration(frame, **{k: v for k, v in ROLES.items() if k != "group"}).row("o_e")
    row = group_calibration(frame, **ROLES).row("o_e", "all_of_them")
    assert row["estimate"] == pytest.approx(whole["estimate"])
    np.testing.assert_allclose(
        [row["conf_low"], row["conf_high"]], whole[["conf_low", "conf_high"]].astype(float), rtol=0.02
    )


def test_a_group_without_events_has_no_limits_and_is_named():
    frame = cases()
    frame["event"] &= frame["kind"] == "a"
    found = group_calibration(frame, **ROLES)
    row = found.row("o_e", "b")
    assert row["estimate"] == 0
    assert np.isnan([row["conf_low"], row["conf_high"]]).all()
    assert "groups_none" in [n.code for n in found.notes]


@pytest.mark.slow
def test_limits_hold_the_true_ratio():
    held, repeats = [], 1500
    for seed in range(repeats):
        row = group_calibration(cases(1500, seed=seed), **ROLES).row("o_e", "b")
        held.append(row["conf_low"] <= 2 <= row["conf_high"])
    assert 0.93 - 2 * 0.0056 <= np.mean(held) <= 0.97 + 2 * 0.0056


def test_rows_without_stations_words_and_wrong_risks():
    found = group_calibration(cases(), **{**ROLES, "cluster": None})
    assert found.table["method"].unique().tolist() == ["row_jackknife"]
    for language in languages():
        assert all(has(f"term.{t}", language) for t in found.table["term"])
        assert all(has(f"{k}.{found.meta[k]}", language) for k in ("question", "estimand", "method"))
    with pytest.raises(CheckFailed):
        group_calibration(cases().assign(risk=3.0), **ROLES)
    assert group_calibration(cases().assign(event=False), **ROLES).status == "not_estimable"
