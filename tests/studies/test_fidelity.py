"""Fidelity of a cohort: every rule on a cohort made to break it, the run on its own and against another cohort."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dvstudy
from dvstudy import cohort as cohorts
from dvstudy import cohorts as cohorts_of
from dvstudy import language as lang
from dvstudy.cohort import Cohort
from dvstudy.disclosure import protect
from dvstudy.errors import UsageError
from dvstudy.render.gate import gate
from dvstudy.render.html import to_html
from dvstudy.render.report import report
from dvstudy.render.show import show
from dvstudy.result import CORE, label_of
from dvstudy.studies._fidelity_reference import implied, recipe_of
from dvstudy.studies._rules import RULES
from dvstudy.studies._rules_parts import Unchecked
from dvstudy.studies.run import StudyRun, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def panel() -> Cohort:
    return cohorts.load(ROOT / "data/synthetic/rater_panel")


@pytest.fixture(scope="module")
def small(tutorial: Cohort) -> Cohort:
    """The first cases, still provably synthetic, and the police forms of officers and joint teams only."""
    return part(tutorial, 700)


@pytest.fixture(scope="module")
def others(tutorial: Cohort) -> Cohort:
    """A larger part of the same cohort, as if it were another one."""
    return part(tutorial, 1300)


@pytest.fixture(scope="module")
def alone(small: Cohort) -> StudyRun:
    return dvstudy.study("fidelity", small, seed=3)


@pytest.fixture(scope="module")
def both(small: Cohort, others: Cohort) -> StudyRun:
    return dvstudy.fidelity(small, others, seed=3)


def part(cohort: Cohort, n: int) -> Cohort:
    cases = cohort.cases.head(n)
    forms = cohort.assessments[cohort.assessments["case_id"].isin(cases.index)]
    forms = forms[(forms["instrument"] == "order146") & forms["rater_role"].isin(["police_officer", "joint_team"])]
    answers = {"order146": cohort.answers["order146"].loc[forms.index]}
    orders, services = (t[t["case_id"].isin(cases.index)] for t in (cohort.orders, cohort.services))
    outcomes = cohort.outcomes.loc[cases.index]
    return replace(
        cohort, cases=cases, assessments=forms, answers=answers, orders=orders, services=services, outcomes=outcomes
    )


# Rules -------------------------------------------------------------------------------------------------------------


def changed(table: str, **columns: object) -> Callable[[Cohort], Cohort]:
    """A cohort whose first row of `table` holds these values."""

    def make(cohort: Cohort) -> Cohort:
        frame = getattr(cohort, table).copy()
        frame = frame.astype(dict.fromkeys(columns, "object"))
        for column, value in columns.items():
            frame.loc[frame.index[0], column] = value
        return replace(cohort, **{table: frame})

    return make


def court_after_refusal(cohort: Cohort) -> Cohort:
    orders = cohort.orders.copy()
    court = orders.loc[orders["kind"] == "court", "case_id"]
    led = orders.index[(orders["kind"] == "provisional") & orders["case_id"].isin(court)][0]
    orders.loc[led, "confirmed"] = False
    return replace(cohort, orders=orders)


def device_for_no_time(cohort: Cohort) -> Cohort:
    orders = cohort.orders.copy()
    row = orders.index[orders["monitored"].fillna(False).astype(bool)][0]
    orders.loc[row, "end_day"] = orders.loc[row, "start_day"]
    return replace(cohort, orders=orders)


def outcome(cohort: Cohort, column: str) -> Cohort:
    outcomes = cohort.outcomes.copy()
    row = outcomes.index[outcomes["repeat_180"].notna()][0]
    outcomes.loc[row, [column, "repeat_180"]] = [True, False]
    return replace(cohort, outcomes=outcomes)


def one_rater_in_two_roles(cohort: Cohort) -> Cohort:
    forms = cohort.assessments.copy()
    forms["rater_id"] = forms["rater_id"].astype("object")
    roles = [forms.index[forms["rater_role"] == role][0] for role in ("police_officer", "social_worker")]
    forms.loc[roles, "rater_id"] = "the same"
    return replace(cohort, assessments=forms)


def form_twice(cohort: Cohort) -> Cohort:
    again = cohort.assessments.iloc[[0]].set_axis(["again"], axis=0).rename_axis(cohort.assessments.index.name)
    return replace(cohort, assessments=pd.concat([cohort.assessments, again]))


def foreign_answer(cohort: Cohort) -> Cohort:
    answers = cohort.answers["order146"].astype("object")
    answers.iloc[4, 7] = "perhaps"
    return replace(cohort, answers={**cohort.answers, "order146": answers})


def unmarked_sheet(cohort: Cohort) -> Cohort:
    sheets = cohort.assessments.loc[cohort.assessments["instrument"] == "social_risk_sheet", "case_id"]
    cases = cohort.cases.copy()
    cases.loc[sheets.iloc[0], "arm"] = "unified"
    cases.loc[sheets.iloc[0], "duplicate_assessment"] = False
    return replace(cohort, cases=cases)


def id_twice(cohort: Cohort) -> Cohort:
    return replace(cohort, services=pd.concat([cohort.services, cohort.services.iloc[[0]]]))


def nested(cohort: Cohort, column: str) -> Cohort:
    cases = cohort.cases.copy().astype({column: "object"})
    values = cases[column].unique()
    cases.loc[cases.index[0], column] = values[0] if cases[column].iloc[0] != values[0] else values[1]
    return replace(cohort, cases=cases)


def one_outcome(chosen: str, **columns: object) -> Callable[[Cohort], Cohort]:
    """A cohort in which the first case that was followed to the event `chosen` has these values."""

    def make(cohort: Cohort) -> Cohort:
        outcomes = cohort.outcomes.astype(dict.fromkeys(columns, "object"))
        row = outcomes.index[outcomes[chosen].notna()][0]
        outcomes.loc[row, list(columns)] = list(columns.values())
        return replace(cohort, outcomes=outcomes.astype({c: "float64" for c in columns if c.startswith("days_")}))

    return make


def device_not_offered(cohort: Cohort) -> Cohort:
    orders = cohort.orders.copy()
    orders.loc[orders.index[orders["monitored"].fillna(False).astype(bool)][0], "monitoring_offered"] = False
    return replace(cohort, orders=orders)


def officer_elsewhere(cohort: Cohort) -> Cohort:
    forms = cohort.assessments.astype({"rater_id": "object"})
    own = forms[forms["rater_role"] == "police_officer"]
    station = own["case_id"].map(cohort.cases["station_id"].astype("object"))
    forms.loc[own.index[(station != station.iloc[0]).to_numpy()][0], "rater_id"] = own["rater_id"].iloc[0]
    return replace(cohort, assessments=forms)


def unreported(cohort: Cohort) -> Cohort:
    """Two interventions at one pair of people, of which the later shows no earlier report."""
    cases = cohort.cases.assign(pair_id=cohort.cases.index.astype("str"), earlier_reports=0)
    cases.loc[cases.index[:2], "pair_id"] = "one pair"
    cases.loc[cases.index[:2], "month"] = ["2093-03", "2093-05"]
    return replace(cohort, cases=cases)


BREAKERS: dict[str, Callable[[Cohort], Cohort]] = {
    "order_before_incident": changed("orders", start_day=-1.0),
    "order_without_duration": changed("orders", start_day=5.0, end_day=5.0),
    "court_without_path": court_after_refusal,
    "device_without_order": device_for_no_time,
    "assessment_before_incident": changed("assessments", days_after=-2.0),
    "service_before_incident": changed("services", day=-1.0),
    "severe_without_repeat": lambda c: outcome(c, "severe_180"),
    "recorded_without_repeat": lambda c: outcome(c, "recorded_180"),
    "minor_spouse": changed("cases", relation="spouse", victim="minor"),
    "minor_parent": changed("cases", relation="parent", victim="minor"),
    "rater_of_two_roles": one_rater_in_two_roles,
    "same_form_twice": form_twice,
    "answer_not_admissible": foreign_answer,
    "separate_sheet_in_unified_arm": unmarked_sheet,
    "month_not_in_calendar": changed("cases", month="2093-13"),
    "amount_below_zero": changed("cases", response_minutes=-0.5),
    "id_twice": id_twice,
    "row_without_case": changed("orders", case_id="nobody"),
    "station_in_two_counties": lambda c: nested(c, "county_id"),
    "station_in_two_areas": lambda c: nested(c, "area"),
    "device_not_offered": device_not_offered,
    "service_after_follow_up": changed("services", day=181.0),
    "time_outside_follow_up": one_outcome("days_to_repeat", days_to_repeat=90.0, days_followed=89.0),
    "time_without_event": one_outcome("days_to_recorded", recorded_180=False, days_to_recorded=12.0),
    "later_event_first": one_outcome("days_to_severe", days_to_repeat=9.0, days_to_severe=8.5),
    "exit_without_day": one_outcome("days_followed", exit="detained"),
    "event_after_death": one_outcome("days_to_repeat", days_to_repeat=50.0, days_to_exit=40.0, exit="died"),
    "age_against_victim": changed("cases", victim="woman", age_band="under_18"),
    "officer_at_two_stations": officer_elsewhere,
    "month_outside_series": changed("cases", month="2039-06"),
    "time_not_on_clock": changed("cases", hour=24),
    "fewer_reports_than_linked": unreported,
}
#: Rules that the tutorial cohort cannot be held against: in its recipe nobody moves away, is detained or dies, and no
#: register links its interventions.
NEEDS_MORE = {
    "exit_without_day": one_outcome("days_to_repeat", days_to_exit=170.0, exit="detained", days_followed=180.0),
    "event_after_death": one_outcome("days_followed", days_to_exit=179.9, exit="died", days_followed=180.0),
    "fewer_reports_than_linked": lambda c: replace(
        c, cases=c.cases.assign(pair_id=c.cases.index.astype("str"), earlier_reports=0)
    ),
}


@pytest.mark.parametrize("code", list(RULES))
def test_a_rule_fires_on_a_cohort_made_to_break_it_and_not_on_the_shipped_one(tutorial: Cohort, code: str) -> None:
    checked, broken = RULES[code](NEEDS_MORE[code](tutorial) if code in NEEDS_MORE else tutorial)
    assert checked > 0 and broken == []
    assert len(RULES[code](BREAKERS[code](tutorial))[1]) >= 1


@pytest.mark.parametrize("name", ["tutorial", "rater_panel"])
def test_shipped_cohorts_break_no_rule(name: str) -> None:
    found = dvstudy.plausibility(cohorts.load(ROOT / "data/synthetic" / name))
    broken = found.table[found.table["term"] == "rows_broken"]
    assert not (broken["estimate"] > 0).any() and found.status == "ok" and not found.notes


@pytest.mark.parametrize(
    ("column", "value"), [("days_followed", 180.5), ("days_to_recorded", -0.1), ("days_to_exit", 200.0)]
)
def test_every_time_has_its_end(tutorial: Cohort, column: str, value: float) -> None:
    broken = one_outcome("days_to_recorded", **{column: value})(tutorial)
    assert RULES["time_outside_follow_up"](broken)[1] == [tutorial.outcomes["days_to_recorded"].first_valid_index()]


def test_a_recorded_event_after_the_follow_up_of_its_case_breaks_no_rule(tutorial: Cohort) -> None:
    """Police records are kept when the case can no longer be reached."""
    later = one_outcome("days_to_recorded", days_followed=50.0, days_to_recorded=60.0, days_to_repeat=np.nan)(tutorial)
    row = tutorial.outcomes["days_to_recorded"].first_valid_index()
    quiet = replace(later, outcomes=later.outcomes.loc[[row]].assign(days_to_severe=np.nan))
    assert RULES["time_outside_follow_up"](quiet) == (1, [])


def test_what_is_unknown_breaks_no_rule(tutorial: Cohort) -> None:
    cases = tutorial.cases.assign(hour=tutorial.cases["hour"].where(tutorial.cases["hour"] > 11))
    assert RULES["time_not_on_clock"](replace(tutorial, cases=cases))[1] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # a rare margin without cases has no error
@pytest.mark.parametrize("recipe", cohorts_of.recipes())
def test_no_ready_recipe_breaks_a_rule(recipe: str) -> None:
    size = None if recipe == "rater_panel" else 1500
    found = dvstudy.plausibility(cohorts_of.simulate(recipe, seed=71, cases=size))
    broken = found.table[(found.table["term"] == "rows_broken") & (found.table["estimate"] > 0)]
    assert broken.empty, list(broken["group"])


def test_a_rule_whose_columns_are_absent_cannot_be_checked_and_does_not_hold(tutorial: Cohort) -> None:
    poor = replace(
        tutorial,
        cases=tutorial.cases[["area"]],
        orders=tutorial.orders.iloc[:0],
        services=tutorial.services.drop(columns="day"),
        outcomes=tutorial.outcomes[["recorded_180"]],
        assessments=tutorial.assessments.drop(columns=["rater_id", "days_after"]),
    )
    unchecked = set()
    for code, rule in RULES.items():
        try:
            rule(poor)
        except Unchecked:
            unchecked.add(code)
    assert set(RULES) - unchecked == {"answer_not_admissible", "id_twice", "row_without_case"}
    rows = dvstudy.plausibility(poor).table
    lost = rows[rows["group"].isin(unchecked)]
    broken, checked = (lost[lost["term"] == f"rows_{what}"] for what in ("broken", "checked"))
    assert broken["estimate"].isna().all() and set(broken["method"]) == {"cannot_be_checked"}
    assert (checked["estimate"] == 0).all()


def test_only_made_up_rows_are_named(tutorial: Cohort) -> None:
    broken = BREAKERS["order_before_incident"](tutorial)
    row = str(broken.orders.index[0])
    found = dvstudy.plausibility(broken)
    assert [n.code for n in found.notes] == ["rule_examples"] and row in found.notes[0].text("ro")
    assert found.status == "caution"
    real = dvstudy.plausibility(replace(broken, recipe=None))
    assert not real.notes and real.row("rows_broken", "order_before_incident")["estimate"] == 1


def test_of_real_people_none_is_said_and_few_are_not(tutorial: Cohort) -> None:
    real = protect(dvstudy.plausibility(replace(BREAKERS["minor_spouse"](tutorial), recipe=None, truth={})))
    shown = real.table[real.table["term"] == "rows_broken"].set_index("group")
    assert shown.loc["minor_spouse", "suppressed"] and np.isnan(shown.loc["minor_spouse", "estimate"])
    checked = shown[shown["method"] == "counted"].drop("minor_spouse")
    assert len(checked) > 20 and (checked["estimate"] == 0).all(), "that no row breaks a rule may be said"
    made_up = protect(dvstudy.plausibility(BREAKERS["minor_spouse"](tutorial)))
    assert made_up.row("rows_broken", "minor_spouse")["estimate"] == 1


# The run -----------------------------------------------------------------------------------------------------------


def test_every_result_has_its_words_in_every_language(alone: StudyRun, both: StudyRun) -> None:
    for run in (alone, both):
        for result in run.results.values():
            assert tuple(result.table.columns[: len(CORE)]) == CORE
            assert lang.has(f"question.{result.meta['question']}") and lang.has(f"estimand.{result.meta['estimand']}")
            for term in result.table["term"].unique():
                assert label_of("term", term, result.meta, "ro") != term, (result.name, term)
            for method in result.table["method"].dropna().unique():
                assert lang.has(f"method.{method}"), (result.name, method)
            for note in result.notes:
                assert note.text("en") and note.text("ro")
        assert sorted(r for s in run.sections for r in s.results) == sorted(run.results)
        assert all(lang.has(f"section.{s.key}", code) for s in run.sections for code in lang.languages())


def test_targets_are_those_stored_with_the_cohort(small: Cohort, alone: StudyRun) -> None:
    found = alone.results["fidelity_targets"]
    stored = small.truth["calibration"].set_index("margin")
    assert found.row("women", "achieved")["estimate"] == stored.loc["women", "achieved"]
    said = next(s for s in alone.summary if s.key == "fidelity.targets")
    assert dict(said.values)["met"].value == stored["within"].sum()  # type: ignore[union-attr]


def test_nothing_but_the_targets_reads_the_truth(small: Cohort, alone: StudyRun) -> None:
    blind = dvstudy.study("fidelity", replace(small, truth={}), seed=3)
    assert blind.results["fidelity_targets"].status == "not_estimable"
    for name, result in alone.results.items():
        if name != "fidelity_targets":
            pd.testing.assert_frame_equal(result.table, blind.results[name].table)


def test_margins_and_rates_are_counted_as_by_hand(small: Cohort, alone: StudyRun) -> None:
    forms = small.assessments.query("instrument == 'order146' and rater_role == 'joint_team'").index
    given = small.answers["order146"].loc[forms, "q02"].astype("str")
    row = alone.results["items_order146_joint_team"].row("joint_team", "q02")
    assert (row["count"], row["n"]) == ((given == "yes").sum(), given.isin(["yes", "no"]).sum())
    share = alone.results["margin_relation_victim"].row("cases_share", "spouse+woman")
    assert share["count"] == ((small.cases["relation"] == "spouse") & (small.cases["victim"] == "woman")).sum()
    refused = alone.results["missing_refused"].row("refused", "order146+joint_team")
    cells = small.answers["order146"].loc[forms].astype("str")
    assert refused["estimate"] == pytest.approx((cells == "refused").to_numpy().mean())
    court = alone.results["rate_area_order_court"].row("order_court", "rural")
    rural = small.cases.index[small.cases["area"] == "rural"]
    ids = small.orders.loc[small.orders["kind"] == "court", "case_id"]
    assert court["estimate"] == pytest.approx(rural.isin(ids).mean())
    followed = alone.results["rate_victim_severe_180"].row("severe_180", "man")
    assert followed["n"] == small.outcomes.loc[small.cases["victim"] == "man", "severe_180"].notna().sum()


def test_what_was_not_recorded_has_no_rate(small: Cohort) -> None:
    poor = replace(
        small,
        cases=small.cases.drop(columns=["month"]),
        orders=small.orders.iloc[:0],
        outcomes=small.outcomes.drop(columns=["severe_180"]),
        answers={},
        assessments=small.assessments.iloc[:0],
    )
    run = dvstudy.study("fidelity", poor, seed=1)
    assert not any("order_court" in name or "severe_180" in name for name in run.results)
    assert run.results["rate_month"].status == "not_estimable"
    rates = next(s for s in run.sections if s.key == "fidelity.rates")
    absent = {str(dict(s.values)["what"]) for s in rates.statements}
    assert absent == {"@term.police_positive", "@term.order_provisional", "@term.order_court", "@term.severe_180"}
    assert lang.text("caption.beside.month", "ro") in to_html(report({"fidelity": run}, "ro"))


def test_a_reference_adds_differences_and_never_changes_what_stands_alone(alone: StudyRun, both: StudyRun) -> None:
    assert set(alone.results) <= set(both.results)
    gap = both.results["rate_area_repeat_180_difference"].row("repeat_180", "urban")
    own = both.results["rate_area_repeat_180"]
    other = own.frames["reference"].set_index("group").loc["urban"]
    assert gap["estimate"] == pytest.approx(own.row("repeat_180", "urban")["estimate"] - other["estimate"])
    pairs = both.results["pairs_order146_police_officer"]
    assert pairs.row("rms_difference")["estimate"] > 0
    assert set(pairs.frames["pairs"]["term"]) == {"phi", "tetrachoric", "reference", "difference"}
    largest = both.results["largest_pairs_order146_police_officer"]
    assert largest.meta["question"] == "pairs_apart" and largest.table["group"].nunique() == 8
    scree = both.results["structure_order146_police_officer"].frames["scree"]
    assert set(scree["term"]) == {"eigenvalue", "parallel", "reference_eigenvalue"}
    for name in ("margin_area", "rate_area_repeat_180", "items_order146_police_officer"):
        pd.testing.assert_frame_equal(alone.results[name].table, both.results[name].table)


def test_one_confidential_side_makes_the_whole_run_confidential(small: Cohort, others: Cohort) -> None:
    run = dvstudy.fidelity(small, replace(others, recipe=None, truth={}), seed=1)
    assert not run.synthetic and all(r.meta["synthetic"] is False for r in run.results.values())
    shown = gate(run)
    for result in shown.results.values():
        counts = result.table["count"].dropna() if "count" in result.table else pd.Series(dtype=float)
        assert (counts >= 10).all(), result.name
        assert "targets" not in result.frames and "std_error" not in result.table
    assert {s.key for s in shown.summary} >= {"fidelity.beside", "fidelity.apart", "fidelity.rules"}
    section = next(s for s in shown.sections if s.key == "fidelity.rules")
    page = show(replace(shown, sections=[section]), "fidelity.rules").html
    assert lang.text("report.mark.confidential", "en") in page and lang.text("report.mark.synthetic", "en") not in page


def test_a_hidden_share_of_a_whole_does_not_come_back_by_subtraction(tutorial: Cohort) -> None:
    rare = part(tutorial, len(tutorial.cases))
    run = gate(dvstudy.study("fidelity", replace(rare, answers={}, assessments=rare.assessments.iloc[:0])))
    margins = run.results["margin_relation_victim"].table
    assert margins["suppressed"].sum() >= 2 and margins["estimate"].isna().sum() == margins["suppressed"].sum()


def test_a_panel_of_vignettes_has_raters_for_clusters(panel: Cohort) -> None:
    run = dvstudy.study("fidelity", panel, seed=1)
    row = run.results["items_order146_police_officer"].row("police_officer", "q02")
    assert row["n"] > 500 and row["clusters"] == 24, "every form counts, not the first of each case"
    assert run.results["rate_county_id"].status == "not_estimable"


def test_a_saved_run_comes_back_as_it_was(both: StudyRun, tmp_path: Path) -> None:
    back = load(both.save(tmp_path / "run"))
    assert [s.key for s in back.sections] == [s.key for s in both.sections]
    for name, result in both.results.items():
        pd.testing.assert_frame_equal(back.results[name].table, result.table, check_dtype=False)


@pytest.mark.parametrize("language", lang.languages())
def test_the_report_is_written_in_every_language(both: StudyRun, language: str) -> None:
    page = to_html(report({"fidelity": both}, language))
    for section in both.sections:
        assert lang.text(f"section.{section.key}", language) in page
    assert page.count("<svg") >= 7
    assert lang.text("group.order_before_incident", language) in page
    assert lang.text("caption.beside.area_difference", language) in page
    assert lang.text("caption.beside.county_id_difference", language) not in page, (
        "made-up places are not the same ones"
    )
    for raw in ("order146_police", "tetrachoric_two_step", "rows_broken", "nan"):
        assert f">{raw}<" not in page


# What it is held against -------------------------------------------------------------------------------------------


def test_the_recipe_behind_a_cohort_is_the_one_it_was_made_with(tutorial: Cohort) -> None:
    """Also of a recipe that does not ship, from its parameters as they come back from a file."""
    assert recipe_of(tutorial) == cohorts_of.load_recipe("tutorial")
    own = cohorts_of.load_recipe("stress").changed_to("own_recipe", {"margins.form": (0.9, "test")})
    back = recipe_of(replace(tutorial, recipe=about(own)))
    assert back == own and back.plain == own.plain and back.name == "own_recipe"
    assert (back.settings, back.changed, back.kind) == (own.settings, own.changed, own.kind)


def about(recipe: cohorts_of.Recipe) -> dict[str, Any]:
    known = {"name": recipe.name, "title": recipe.title, "seed": 9, "cases": 60, "changed": list(recipe.changed)}
    return {**known, "parameter_hash": recipe.parameter_hash, "parameters": json.loads(json.dumps(recipe.plain))}


def test_what_a_recipe_implies_is_a_larger_cohort_of_it_with_another_stated_seed(tutorial: Cohort) -> None:
    assert tutorial.recipe is not None
    toy = replace(tutorial, recipe={**tutorial.recipe, "cases": 60})
    made, again, other = (implied(toy, seed) for seed in (1, 1, 2))
    assert made.recipe is not None and other.recipe is not None and made.synthetic
    assert made.recipe["parameter_hash"] == tutorial.recipe["parameter_hash"]
    assert len(made.cases) == 600 and len({made.recipe["seed"], other.recipe["seed"], tutorial.recipe["seed"]}) == 3
    pd.testing.assert_frame_equal(made.cases, again.cases)


def test_nothing_is_simulated_for_people_or_from_altered_parameters(tutorial: Cohort) -> None:
    real = replace(tutorial, recipe=None, truth={})
    with pytest.raises(UsageError) as caught:
        dvstudy.fidelity(real, "recipe")
    assert caught.value.code == "no_recipe_behind"
    own = about(cohorts_of.load_recipe("stress").changed_to("own_recipe", {"margins.form": (0.9, "test")}))
    margins = own["parameters"]["margins"]
    for change in ({"size": {}}, {"no_such_part": 1}, {"margins": {**margins, "form": 0.91}}):
        altered = {**own, "parameters": {**own["parameters"], **change}}
        with pytest.raises(UsageError) as caught:
            recipe_of(replace(tutorial, recipe=altered))
        assert caught.value.code == "recipe_unreadable"
    with pytest.raises(UsageError) as caught:
        dvstudy.fidelity(tutorial, replace(tutorial, name="copy"))
    assert caught.value.code == "same_cohort"


def test_the_difference_of_a_hidden_rate_is_hidden(tutorial: Cohort) -> None:
    """Who holds the reference, such as everyone for a simulated one, would have the rate from it."""
    own, other = part(tutorial, 300), replace(tutorial, answers={}, assessments=tutorial.assessments.iloc[:0])
    run = gate(dvstudy.fidelity(replace(own, recipe=None, truth={}), other, seed=1))
    pairs = [(n, f"{n}_difference") for n in run.results if f"{n}_difference" in run.results]
    assert ("margin_relation_victim", "margin_relation_victim_difference") in pairs
    hidden_rates = 0
    for rates, gaps in pairs:
        table = run.results[rates].table
        hidden = set(table.loc[table["suppressed"], "group"]) if len(table) else set()
        gap = run.results[gaps].table
        assert gap.loc[gap["group"].isin(hidden), "estimate"].isna().all() if len(gap) else True, gaps
        hidden_rates += len(hidden)
    assert hidden_rates > 10
    assert "fidelity_targets" not in run.results, "nobody tuned the cases of real people"


def test_a_form_that_the_reference_lacks_is_said(small: Cohort, others: Cohort) -> None:
    forms = others.assessments[others.assessments["rater_role"] == "police_officer"]
    less = replace(others, assessments=forms, answers={"order146": others.answers["order146"].loc[forms.index]})
    run = dvstudy.fidelity(small, less, seed=1)
    codes = {
        name: [n.code for n in run.results[f"pairs_order146_{name}"].notes] for name in ("police_officer", "joint_team")
    }
    assert "no_like_in_reference" in codes["joint_team"] and "no_like_in_reference" not in codes["police_officer"]


def test_answers_cut_in_two_are_said_to_be(tutorial: Cohort, alone: StudyRun) -> None:
    forms = tutorial.assessments[tutorial.assessments["instrument"] == "sara_v2"]
    sara = replace(tutorial, assessments=forms, answers={"sara_v2": tutorial.answers["sara_v2"].loc[forms.index]})
    run = dvstudy.study("fidelity", sara, seed=1)
    for name in ("pairs_sara_v2_trained_assessor", "items_sara_v2_trained_assessor"):
        note = next(n for n in run.results[name].notes if n.code == "answers_cut")
        assert dict(note.values)["questions"].value == 20  # type: ignore[union-attr]
    given = tutorial.answers["sara_v2"].loc[forms.index].iloc[:, 0].astype("str")
    row = run.results["items_sara_v2_trained_assessor"].row("trained_assessor", str(given.name))
    assert row["count"] == given.isin(["partial", "present"]).sum()
    assert all(n.code != "answers_cut" for r in alone.results.values() for n in r.notes)


def test_the_summary_says_how_far_all_forms_are_from_the_reference(both: StudyRun) -> None:
    said = {s.key: dict(s.values) for s in both.summary}
    apart = said["fidelity.apart"]
    tables = [r.table.set_index("term")["estimate"] for n, r in both.results.items() if n.startswith("pairs_")]
    total = sum(one["rms_difference"] ** 2 * one["pairs_compared"] for one in tables)
    n = sum(one["pairs_compared"] for one in tables)
    assert apart["found"].value == pytest.approx((total / n) ** 0.5) and apart["n"].value == n  # type: ignore[union-attr]
    assert said["fidelity.beside"]["n"].value == 1300  # type: ignore[union-attr]


def test_groups_that_only_one_side_has_are_said_once_and_not_compared(small: Cohort, others: Cohort) -> None:
    own, other = (replace(c, answers={}, assessments=c.assessments.iloc[:0]) for c in (small, others))
    later = other.cases["month"].str.replace("2093", "2094")
    run = dvstudy.fidelity(own, replace(other, cases=other.cases.assign(month=later)), seed=1)
    assert not any(n.startswith(("rate_month", "margin_month")) and n.endswith("_difference") for n in run.results)
    assert "no_group_in_common" in [n.code for n in run.results["margin_month"].notes]
    assert "no_group_in_common" not in [n.code for n in run.results["margin_area"].notes]
    page = to_html(report({"fidelity": run}, "ro"))
    assert page.count(lang.text("note.no_group_in_common", "ro")) == 1


def test_a_map_without_a_number_is_not_drawn(small: Cohort, alone: StudyRun) -> None:
    few = small.assessments[small.assessments["rater_role"] == "joint_team"].head(40)
    poor = replace(small, assessments=few, answers={"order146": small.answers["order146"].loc[few.index]})
    run = dvstudy.study("fidelity", poor, seed=1)
    assert run.results["pairs_order146_joint_team"].meta["picture"] is None
    assert alone.results["pairs_order146_joint_team"].meta["picture"] == "tetrachoric"
