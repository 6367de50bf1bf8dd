"""Small and awkward frames: an answer, a caution or a reason, never a crash and never a silent number."""

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.calibration import calibration
from dvstudy.analyses.contenders import contenders
from dvstudy.analyses.decision_curves import decision_curves
from dvstudy.analyses.fitted_risk import fitted_risk
from dvstudy.analyses.fitted_scores import fitted_scores
from dvstudy.analyses.protected import Orders, protected
from dvstudy.analyses.recalibration import recalibration
from dvstudy.analyses.rule_choice import CostRatio, CountRules, rule_choice
from dvstudy.analyses.rule_surface import rule_surface
from dvstudy.analyses.survival import Times, auc_by_day, concordance
from dvstudy.analyses.under_reporting import tipping_point, under_reporting
from dvstudy.analyses.verification import verification

RULES = CountRules("a", 5, "b", 3, (3, 2))
TIMES = Times("followed", "event_day")
#: Each asks for the columns of `cases`, with and without stations.
ANALYSES = {
    "contenders": lambda f, c: contenders(
        f, name="x", rule="test", scores=["score"], reference="event", synthetic=True, cluster=c
    ),
    "decision_curves": lambda f, c: decision_curves(
        f, name="x", tools=["risk", "test"], reference="event", synthetic=True, cluster=c
    ),
    "calibration": lambda f, c: calibration(f, name="x", risk="risk", reference="event", synthetic=True, cluster=c),
    "protected": lambda f, c: protected(
        f, name="x", test="test", score="score", reference="event", orders=Orders("order", ["age"]), synthetic=True,
        cluster=c,
    ),
    "verification": lambda f, c: verification(
        f, name="x", test="test", reference="seen", strata=["kind"], synthetic=True, cluster=c
    ),
    "under_reporting": lambda f, c: under_reporting(
        f, name="x", test="test", record="record", reference="seen", synthetic=True, cluster=c
    ),
    "tipping_point": lambda f, c: tipping_point(
        f, name="x", test="test", record="record", reference="seen", synthetic=True, cluster=c
    ),
    "concordance": lambda f, c: concordance(f, name="x", score="score", times=TIMES, synthetic=True, cluster=c),
    "auc_by_day": lambda f, c: auc_by_day(
        f, name="x", score="score", times=TIMES, days=[90, 180], synthetic=True, cluster=c
    ),
    "rule_surface": lambda f, c: rule_surface(f, name="x", rules=RULES, reference="event", synthetic=True, cluster=c),
    "rule_choice": lambda f, c: rule_choice(
        f, name="x", rules=RULES, wanted=CostRatio(9), reference="event", synthetic=True, cluster=c
    ),
}  # fmt: skip


def cases(n=60):
    rng = np.random.default_rng(3)
    trait, event = rng.normal(size=n), rng.random(n) < 0.3
    a, b = rng.integers(0, 6, n), rng.integers(0, 4, n)
    followed = rng.integers(90, 400, n).astype(float)
    frame = pd.DataFrame({"station": rng.choice(list("pqrstuvw"), n), "a": a, "b": b, "score": a + b + 0.0})
    frame = frame.assign(
        test=pd.array(a >= 3, "boolean"), event=pd.array(event, "boolean"), age=trait,
        risk=np.clip(1 / (1 + np.exp(1 - trait)), 0.01, 0.99), order=pd.array(rng.random(n) < 0.4, "boolean"),
        record=pd.array(event & (rng.random(n) < 0.6), "boolean"), kind=rng.choice(["x", "y"], n), followed=followed,
        event_day=np.where(event, np.minimum(rng.integers(1, 400, n), followed), np.nan),
    )  # fmt: skip
    return frame.assign(seen=frame["event"].mask(rng.random(n) < 0.4))


def always(frame, **values):
    return frame.assign(**{k: pd.array([v] * len(frame), "boolean") for k, v in values.items()})


AWKWARD = {
    "no rows": cases(0),
    "one row": cases(1),
    "two rows": cases(2),
    "nothing known": always(cases(), event=None, seen=None, record=None, test=None, order=None),
    "one event": cases().assign(
        event=pd.array(np.arange(60) == 3, "boolean"), seen=pd.array(np.arange(60) == 3, "boolean")
    ),
    "never flagged": always(cases(), test=False).assign(a=0, b=0),
    "always flagged": always(cases(), test=True).assign(a=5, b=3),
    "one score, one risk": always(cases(), test=True).assign(a=2, b=1, score=3.0, risk=0.2, age=0.0),
    "nobody recorded": always(cases(), record=False),
    "everybody recorded": always(cases(), record=True),
    "one station": cases().assign(station="p"),
    "one station holds all but one row": cases().assign(station=["p"] * 59 + ["q"]),
    "risks of 0 and 1": cases().assign(risk=np.linspace(0, 1, 60)),
    "gaps in scores": cases().assign(
        score=lambda f: f["score"].where(np.arange(60) % 3 > 0), risk=lambda f: f["risk"].where(np.arange(60) % 4 > 0)
    ),
    "orders without a known outcome": cases().assign(event=lambda f: f["event"].mask(f["order"].to_numpy(bool))),
    "nobody had an order": always(cases(), order=False),
    "one without an order": cases().assign(order=pd.array(np.arange(60) > 0, "boolean")),
    "thirty rows": cases(30),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("cluster", ["station", None])
@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize("frame", AWKWARD)
def test_an_awkward_frame_gets_an_answer_a_caution_or_a_reason(frame, analysis, cluster):
    found = ANALYSES[analysis](AWKWARD[frame], cluster)
    assert found.status != "ok" and found.notes
    assert all(found.text(language) for language in ("en", "ro"))
    if found.status == "not_estimable":
        return
    table, codes = found.table, {note.code for note in found.notes}
    ends = table[["conf_low", "conf_high"]].to_numpy(float)
    assert not np.isinf(table["estimate"]).any() and not np.isinf(ends).any()
    assert not (table["conf_low"] >= table["conf_high"]).any()
    if table["estimate"].isna().any() and analysis not in ("rule_surface", "rule_choice"):
        assert codes & {"some_not_estimable", "risk_certain"}


@pytest.mark.parametrize("analysis", ANALYSES)
def test_rows_that_share_a_label_are_different_rows(analysis):
    """A frame put together of two keeps the labels of both: each row must still count once."""
    frame = cases().drop(index=7).assign(score=lambda f: f["score"].where(f["a"] > 0))
    once, again = (ANALYSES[analysis](f, "station") for f in (frame, frame.set_axis([0] * len(frame))))
    pd.testing.assert_frame_equal(once.table, again.table)


def test_fitted_values_of_rows_that_share_a_label_stand_in_their_rows():
    frame = cases(200)
    asked = {"name": "x", "reference": "event", "cluster": "station"}
    for made in (
        lambda f: fitted_risk(f, predictors=["a", "b"], **asked),
        lambda f: fitted_scores(f, items=["test", "record"], **asked),
    ):
        np.testing.assert_array_equal(made(frame).to_numpy(), made(frame.set_axis([0] * 200)).to_numpy())


@pytest.mark.filterwarnings("error")
def test_an_infinite_predictor_leaves_its_own_row_without_a_risk_only():
    frame = cases(200)
    frame.loc[4, "age"] = np.inf
    risk = fitted_risk(frame, name="x", predictors=["age"], reference="event", cluster="station")
    assert list(np.flatnonzero(risk.isna())) == [4]


def test_a_figure_that_never_varies_has_no_interval_of_no_width():
    frame = AWKWARD["never flagged"]
    row = rule_choice(
        frame, name="x", rules=RULES, wanted=CostRatio(9), reference="event", synthetic=True, cluster="station"
    ).row("net_benefit", "legal_rule")
    assert row["estimate"] == 0 and np.isnan(row["conf_low"]) and np.isnan(row["conf_high"])


def test_rules_without_one_in_force_still_carry_the_caution_on_few_stations():
    rules = CountRules("a", 5, "b", 3, None)
    found = rule_surface(cases(), name="x", rules=rules, reference="event", synthetic=True, cluster="station")
    assert "few_clusters" in {note.code for note in found.notes}


def test_recalibration_says_that_a_slope_is_missing():
    found = recalibration(
        AWKWARD["one score, one risk"], name="x", risk="risk", reference="event", synthetic=True, cluster="station"
    )
    assert found.row("brier", "as_stated")["clusters"] == 8
    assert found.table["estimate"].isna().any() and "some_not_estimable" in {n.code for n in found.notes}


def test_stations_whose_risks_could_not_be_mended_take_no_part_in_the_limits():
    """Without station p nobody at a low risk had the event: a slope exists for nobody in the part with p."""
    frame = pd.DataFrame({"station": np.repeat(list("pqrstuvwxyz"), 20), "risk": np.tile([0.1, 0.6], 110)})
    happened = (frame["risk"] > 0.5) & (np.arange(220) % 3 > 0)
    frame["event"] = pd.array(happened | (frame["station"] == "p") & (frame.index < 4), "boolean")
    frame.loc[frame["station"] != "p", "event"] = (frame["risk"] > 0.5).astype("boolean")
    found = recalibration(frame, name="x", risk="risk", reference="event", synthetic=True, cluster="station")
    row, whole = (found.row("brier", way) for way in ("slope_and_intercept", "as_stated"))
    assert row["n"] < whole["n"] == 220
    assert row["clusters"] == row["n"] / 20 < whole["clusters"] and row["df"] == row["clusters"] - 1


def test_a_verdict_that_is_the_rule_itself_has_a_difference_without_limits_and_says_so():
    frame = cases(400).assign(station=np.arange(400) % 40, same=lambda f: f["test"])
    asked = {"scores": [], "verdicts": ["same"], "reference": "event", "synthetic": True, "cluster": "station"}
    found = contenders(frame, name="x", rule="test", **asked)
    assert (found.table["estimate"] == 0).all() and found.table["conf_low"].isna().all()
    assert found.status == "caution" and "difference_still" in {note.code for note in found.notes}
