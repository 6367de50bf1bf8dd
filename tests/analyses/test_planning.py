"""Plans as results: what is needed, what is reached, and expectations that cannot be."""

import numpy as np
import pytest

from dvstudy.analyses.planning import MEASURES, Precision, plan_accuracy, plan_comparison
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages
from dvstudy.numbers.sizes import Clusters

STATIONS = Clusters(size=50, icc=0.05, variation=0.6, icc_event=0.01)
EXPECTED = {"prevalence": 0.06, "sensitivity": 0.5, "specificity": 0.8, "auc": 0.65}


@pytest.fixture(scope="module")
def plan():
    return plan_accuracy(**EXPECTED, clusters=STATIONS, available=2000)


def test_every_measure_is_planned_for(plan):
    assert set(plan.table["group"]) == set(MEASURES)
    for measure in MEASURES:
        needed = plan.row("rows_needed", measure)["estimate"]
        assert plan.row("events_needed", measure)["estimate"] == np.ceil(needed * 0.06)
        assert plan.row("clusters_needed", measure)["estimate"] == np.ceil(needed / 50)
        again = plan_accuracy(**EXPECTED, clusters=STATIONS, available=int(needed))
        reached = again.row("half_width_reached", measure)["estimate"]
        assert reached == pytest.approx(plan.row("half_width_aimed", measure)["estimate"], rel=0.002)


def test_what_is_not_expected_is_not_planned_for():
    found = plan_accuracy(prevalence=0.06, sensitivity=0.5)
    assert list(dict.fromkeys(found.table["group"])) == ["sensitivity", "o_e"]
    assert found.row("events_needed", "sensitivity")["estimate"] == pytest.approx(385, abs=1)
    assert "clusters_needed" not in set(found.table["term"]) and "half_width_reached" not in set(found.table["term"])
    assert [n.code for n in found.notes] == ["no_cluster_planned"]


def test_clusters_and_narrower_limits_ask_for_more(plan):
    alone = plan_accuracy(**EXPECTED)
    narrow = plan_accuracy(
        **EXPECTED, clusters=STATIONS, precision=Precision(share=0.025, auc=0.025, o_e=0.1, slope=0.1)
    )
    for measure in MEASURES:
        needed = plan.row("rows_needed", measure)["estimate"]
        assert needed > alone.row("rows_needed", measure)["estimate"]
        assert narrow.row("rows_needed", measure)["estimate"] == pytest.approx(4 * needed, rel=0.15)


def test_the_curve_falls_through_the_point_aimed_at(plan):
    for measure, part in plan.frames["precision"].groupby("curve"):
        needed, aim = (plan.row(t, measure)["estimate"] for t in ("rows_needed", "half_width_aimed"))
        assert (part["half_width"][part["half_width"] < 1].diff().dropna() < 0).all()
        assert np.interp(needed, part["n"], part["half_width"]) == pytest.approx(aim, rel=0.01)


def test_few_stations_are_a_caution():
    found = plan_accuracy(**EXPECTED, clusters=STATIONS, available=500)
    assert [n.code for n in found.notes] == ["few_clusters"] and found.status == "caution"


def test_a_comparison_reaches_its_power():
    asked = {"prevalence": 0.06, "first_only": 0.15, "second_only": 0.05, "clusters": STATIONS}
    found = plan_comparison(**asked)
    needed = int(found.row("rows_needed")["estimate"])
    reached = plan_comparison(**asked, available=needed).row("power_reached")["estimate"]
    assert reached == pytest.approx(0.9, abs=0.003)
    assert found.row("difference")["estimate"] == pytest.approx(0.10)
    assert found.frames["power"]["power"].is_monotonic_increasing


def test_every_impossible_expectation_is_listed_at_once():
    with pytest.raises(CheckFailed) as caught:
        plan_accuracy(
            prevalence=1.2, sensitivity=50, auc=0.4, clusters=Clusters(size=0, icc=-0.1, variation=-1),
            precision=Precision(share=0), available=0,
        )  # fmt: skip
    codes = [p.code for p in caught.value.problems]
    assert codes == [
        "prevalence_range", "plan_range", "plan_range", "plan_icc", "plan_icc", "plan_size", "plan_variation",
        "plan_width", "plan_number",
    ]  # fmt: skip
    for language in languages():
        assert caught.value.text(language).count("\n") == 9
    with pytest.raises(CheckFailed) as caught:
        plan_comparison(prevalence=0.1, first_only=0.2, second_only=0.2)
    assert [p.code for p in caught.value.problems] == ["plan_apart"]


def test_everything_is_worded(plan):
    for found in (plan, plan_comparison(prevalence=0.1, first_only=0.2, second_only=0.1, available=500)):
        for language in languages():
            assert found.text(language)
            assert all(has(f"term.{t}", language) for t in found.table["term"])
            assert all(has(f"method.{m}", language) for m in found.table["method"])
