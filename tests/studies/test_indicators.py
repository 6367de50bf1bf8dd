"""Indicators of the services' work: counted by hand from the tables, missing where nobody knows, never nought."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import dvstudy
from dvstudy import evidence, language
from dvstudy.cohort import Cohort
from dvstudy.disclosure import protect
from dvstudy.render.show import show
from dvstudy.studies import indicators
from dvstudy.tables import SERVICE_KINDS


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return dvstudy.open_cohort("data/synthetic/tutorial")


@pytest.fixture(scope="module")
def found(cohort: Cohort) -> pd.DataFrame:
    return dvstudy.study("indicators", cohort).results["indicators"].table.set_index("group")


def test_each_indicator_is_the_share_that_a_count_by_hand_gives(cohort: Cohort, found: pd.DataFrame) -> None:
    cases, orders = cohort.cases, cohort.orders
    first, court = (orders[orders["kind"] == kind] for kind in ("provisional", "court"))
    n = len(cases)
    forms = cohort.assessments.query("instrument == 'order146' and rater_role in ('police_officer', 'joint_team')")
    wanted = {
        "form_filled": forms["case_id"].nunique() / n,
        "provisional_issued": first["case_id"].nunique() / n,
        "provisional_confirmed": first["confirmed"].mean(),
        "provisional_converted": sum(c in set(court["case_id"]) for c in first["case_id"]) / len(first),
        "court_from_provisional": sum(c in set(first["case_id"]) for c in court["case_id"]) / len(court),
        "device_fitted": first["monitored"].mean(),
        "provisional_breached": (first["recorded_breaches"] > 0).mean(),
        "device_accepted": first.loc[first["monitoring_offered"], "monitored"].mean(),
        "court_breached": (court["recorded_breaches"] > 0).mean(),
        "called_112": (cases["channel"] == "call_112").mean(),
        "at_night": ((cases["hour"] >= 18) | (cases["hour"] < 6)).mean(),
        "service_reached": cohort.services["case_id"].nunique() / n,
        "assessed_twice": cases["duplicate_assessment"].mean(),
        "within_ten_minutes": (cases["response_minutes"] < 10).mean(),
        "recorded_again": cohort.outcomes["recorded_180"].mean(),
    }
    used = (
        cohort.services.groupby("service", observed=False)["case_id"].nunique() / cohort.services["case_id"].nunique()
    )
    named = {"psychological_counselling": "psychologist"} | {f"{c}_counselling": c for c in ("primary", "legal")}
    wanted |= {f"used_{named.get(kind, kind)}": share for kind, share in used.items()}
    assert len(used) == len(SERVICE_KINDS)
    for code, share in wanted.items():
        assert found.loc[code, "estimate"] == pytest.approx(float(share)), code
        assert found.loc[code, "conf_low"] < share < found.loc[code, "conf_high"], code
    assert set(found.index) == set(indicators.INDICATORS)


def test_published_figures_are_met_by_a_cohort_calibrated_to_them(found: pd.DataFrame) -> None:
    met = [
        "provisional_issued",
        "provisional_converted",
        "device_fitted",
        "within_ten_minutes",
        "used_legal",
        "used_shelter",
    ]
    for code in met:
        figures = indicators.INDICATORS[code].figures
        assert figures is not None
        assert found.loc[code, "conf_low"] < evidence.ratio(*figures) < found.loc[code, "conf_high"], code


def test_what_no_table_tells_has_no_number_and_is_said(cohort: Cohort) -> None:
    empty: dict[str, Any] = {name: getattr(cohort, name).iloc[:0] for name in ("orders", "services")}
    run = dvstudy.study("indicators", replace(cohort, **empty))
    table = run.results["indicators"].table.set_index("group")["estimate"]
    assert table[["provisional_issued", "device_fitted", "court_issued", "service_reached"]].isna().all()
    assert table[["form_filled", "within_ten_minutes"]].notna().all()
    numbers = dict.fromkeys(("beneficiaries", "centres", "figures"), "")
    for code in language.languages():
        shown = show(run, "indicators.unrecorded", code).html
        said = [language.text(f"say.indicators.{one}", code, **numbers) for one in indicators.UNRECORDED]
        assert all(sentence.split(":")[0] in shown for sentence in said)
        assert f"{evidence.value('SEED-PERP-BEN'):.0f}" in shown


@pytest.mark.parametrize("code", language.languages())
def test_published_figures_stand_beside_in_every_language(code: str, cohort: Cohort) -> None:
    shown = show(dvstudy.study("indicators", cohort), "indicators.measured", code).html
    assert language.percent(15856 / 138385, code) in shown and "RO-OPP-2025 / RO-INT-2025" in shown
    assert all(language.has(f"group.{one}", code) for one in indicators.INDICATORS)


def test_each_published_figure_stands_in_the_row_of_its_indicator(cohort: Cohort) -> None:
    beside = dvstudy.study("indicators", cohort).results["indicators_published"].table.set_index("group")
    assert beside.loc["used_forensic_certificate", "estimate"] == pytest.approx(120 / 12940)  # the report's own table
    assert beside.loc["device_accepted", "estimate"] == pytest.approx(0.14)
    assert set(beside.index) == {code for code, one in indicators.INDICATORS.items() if one.figures}
    assert beside[["conf_low", "conf_high", "n"]].isna().all(axis=None)


def test_published_figures_stay_where_real_people_are_protected() -> None:
    run = dvstudy.study("indicators", dvstudy.open_cohort("examples/own_cohort"))
    assert not run.synthetic
    shown = {name: protect(result) for name, result in run.results.items()}
    published = shown["indicators_published"].table.set_index("group")["estimate"]
    assert published["provisional_issued"] == pytest.approx(15856 / 138385)
    assert shown["indicators"].meta["disclosure"]["mode"] == "restricted"


@pytest.mark.parametrize("code", language.languages())
def test_what_a_recipe_leaves_out_is_not_a_rate_of_nought(code: str, cohort: Cohort, found: pd.DataFrame) -> None:
    assert cohort.recipe is not None and not cohort.recipe["parameters"]["pathway"]["contest_share"]
    assert pd.isna(found.loc["order_contested", "estimate"]) and found.loc["order_contested", "n"] == 0
    parameters = {**cohort.recipe["parameters"]}
    parameters["pathway"] = {**parameters["pathway"], "contest_share": 0.1}
    switched = replace(cohort, recipe={**cohort.recipe, "parameters": parameters})
    table = dvstudy.study("indicators", switched).results["indicators"].table.set_index("group")
    assert table.loc["order_contested", "estimate"] == 0 and table.loc["order_contested", "n"] > 0
    shown = show(dvstudy.study("indicators", cohort), "indicators.measured", code).html
    row = shown.split(language.text("group.order_contested", code))[1].split("</tr>")[0]
    assert language.percent(0, code) not in row


def test_the_page_has_one_picture_with_the_published_figures_in_their_lines(cohort: Cohort) -> None:
    from matplotlib.figure import Figure

    from dvstudy.render.figures import figures

    run = dvstudy.study("indicators", cohort)
    shown = [protect(run.results[name]) for name in ("indicators", "indicators_published")]
    (one,) = figures(shown, "ro")
    ax = Figure().add_subplot()
    assert one.draw is not None
    one.draw(ax)
    drawn = next(line for line in ax.lines if line.get_label() == language.text("term.published", "ro"))
    beside = shown[1].table.set_index("group")["estimate"]
    known = shown[0].table.dropna(subset=["estimate"])["group"]
    assert sorted(map(float, drawn.get_xdata())) == pytest.approx(sorted(beside[beside.index.isin(known)]))
    own = dvstudy.study("indicators", dvstudy.open_cohort("examples/own_cohort")).results["indicators"]
    assert "published" in protect(own).frames
