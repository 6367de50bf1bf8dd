"""The ready recipes: each meets its margins, or says why not; each is what its name promises."""

from __future__ import annotations

from typing import Any

import pytest

from dvstudy import cohorts

FAST = ("null", "stress")
SLOW = ("cluj_2022", "ngo_shelter", "romania_2023", "romania_2025")


@pytest.mark.parametrize("name", [*FAST, *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_every_margin_of_a_ready_recipe_is_met(name: str) -> None:
    found = cohorts.calibration(name)
    assert found["within"].all(), found[~found["within"]].to_string()
    assert len(found) == len(cohorts.calibration("tutorial"))


@pytest.mark.parametrize("name", cohorts.recipes())
def test_what_a_ready_recipe_sets_has_a_source_of_its_own(name: str) -> None:
    table = cohorts.describe(name)
    beyond = list(table.index[table["outside"]])
    assert not beyond or name in ("null", "ngo_shelter", "stress"), beyond  # worlds apart from the country's
    if name not in ("tutorial", "rater_panel", "unified_parallel"):
        assert not table["source"].str.contains("set in the recipe").any()


def test_figures_of_a_year_are_those_of_that_year() -> None:
    table = cohorts.describe("romania_2023")
    assert table.loc["margins.provisional", "source"] == "RO-OPP-2023-NOV / RO-INT-2023-NOV"
    assert cohorts.load_recipe("romania_2023").settings.margins.provisional == pytest.approx(12033 / 97840)
    assert cohorts.load_recipe("cluj_2022").settings.margins.provisional == pytest.approx(527 / 1999)


@pytest.fixture(scope="module")
def null() -> Any:
    return cohorts.simulate("null", seed=3, cases=3000)


def test_nothing_has_an_effect_in_the_null_world(null: Any) -> None:
    table = null.truth["estimands"]
    differences = table[table["term"] == "difference"]
    assert len(differences) == 12 and (differences["value"] == 0).all()
    cases = null.truth["cases"]
    for name in [c.removesuffix("_usual") for c in cases.columns if c.endswith("_usual")]:
        assert cases[f"{name}_usual"].equals(cases[f"{name}_unified"].rename(f"{name}_usual")), name
    assert (cases["expected_severe_usual"] - cases["risk_no_order"]).abs().max() < 2e-6


def test_a_true_fact_is_recorded_as_often_whoever_asks_and_whoever_answers(null: Any) -> None:
    """Wording fits every relation and training changes nothing: only the class of an item matters."""
    answers = null.answers["order146"]
    forms = null.assessments.loc[answers.index]
    officer = forms[forms["rater_role"] == "police_officer"]
    true = null.truth["facts"].loc[officer["case_id"], "extreme_jealousy"].to_numpy().astype(bool)
    yes = (answers.loc[officer.index, "q15"].astype("str") == "yes").to_numpy()
    couple = null.cases.loc[officer["case_id"], "relation"].isin(["spouse", "partner"]).to_numpy()
    inside, outside = (yes[true & which] for which in (couple, ~couple))
    error = (0.25 / len(inside) + 0.25 / len(outside)) ** 0.5
    assert inside.mean() - outside.mean() == pytest.approx(0, abs=4 * error)


def test_raters_are_alike_in_the_null_world(null: Any) -> None:
    """Yes answers per officer scatter no more than chance would have them."""
    answers = null.answers["order146"]
    forms = null.assessments.loc[answers.index]
    first = forms[(forms["rater_role"] == "police_officer")]
    yes = (answers.loc[first.index].astype("str") == "yes").sum(axis=1)
    alike = yes.groupby(first["rater_id"].astype("str")).agg(["mean", "count"])
    many = alike[alike["count"] >= 5]
    z = (many["mean"] - yes.mean()) / (yes.std() / many["count"] ** 0.5)
    assert z.std() == pytest.approx(1, abs=4 / (2 * len(z)) ** 0.5)


def test_the_stress_cohort_is_as_hard_as_it_says() -> None:
    cohort = cohorts.simulate("stress", seed=5)
    cases, outcomes = cohort.cases, cohort.outcomes
    assert (cases["victim"] == "minor").mean() < 0.01 and outcomes["severe_180"].mean() < 0.03
    officers = cohort.assessments[cohort.assessments["rater_role"] == "police_officer"]
    stations = cases.loc[officers["case_id"], "station_id"].to_numpy()
    assert officers.groupby(stations)["rater_id"].nunique().max() == 1
    assert outcomes["repeat_180"].isna().mean() > 0.3


def test_a_stratum_may_be_empty(tmp_path: Any) -> None:
    path = tmp_path / "empty.toml"
    shares = {"women": 0.7, "men": 0.3, "minors": 0.0, "spouse": 0.5, "partner": 0.4, "parent": 0.0, "child": 0.05}
    body = "".join(f"{name} = {share}\n" for name, share in {**shares, "other_kin": 0.05}.items())
    head = 'name = "empty"\ntitle = "Empty"\nextends = "tutorial"\n[set.size]\nreference = 4000\n'
    path.write_text(f"{head}[set.margins]\n{body}", "utf-8")
    cases = cohorts.simulate(path, seed=1, cases=500).cases
    assert (cases["victim"] != "minor").all() and (cases["relation"] != "parent").all()
