"""The studies, end to end, on the shipped cohort and on a team's partial data."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dvstudy
from dvstudy import language, scoring, studies
from dvstudy.cohort import Cohort
from dvstudy.errors import Refused, UsageError
from dvstudy.render.result_tables import short_name
from dvstudy.result import CORE, label_of
from dvstudy.studies import frames
from dvstudy.studies.run import StudyRun, load

NAMES = [name for name in studies.STUDIES if name != "fidelity"]  # has a file of its own


@pytest.mark.parametrize("name", NAMES)
def test_every_result_has_the_core_columns_and_known_words(runs: dict[str, StudyRun], name: str) -> None:
    for result in runs[name].results.values():
        assert tuple(result.table.columns[: len(CORE)]) == CORE
        assert language.has(f"question.{result.meta['question']}")
        for note in result.notes:
            assert note.text("ro")
        for term in result.table["term"].unique():
            assert label_of("term", term, result.meta, "ro") != term, (result.name, term)
        for method in result.table["method"].unique():
            assert language.has(f"method.{method}"), (result.name, method)


@pytest.mark.parametrize("name", NAMES)
def test_every_section_and_sentence_is_written_in_every_language(runs: dict[str, StudyRun], name: str) -> None:
    run = runs[name]
    said = [*run.summary, *(s for section in run.sections for s in section.statements)]
    for code in language.languages():
        assert all(language.has(f"section.{section.key}", code) for section in run.sections)
        assert all(language.has(f"say.{statement.key}", code) for statement in said)


@pytest.mark.parametrize("name", NAMES)
def test_sections_show_every_result_once(runs: dict[str, StudyRun], name: str) -> None:
    shown = [result for section in runs[name].sections for result in section.results]
    assert sorted(shown) == sorted(runs[name].results)


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_run_comes_back_as_it_was(runs: dict[str, StudyRun], name: str, tmp_path: Path) -> None:
    run = runs[name]
    back = load(run.save(tmp_path / name))
    assert [s.key for s in back.sections] == [s.key for s in run.sections]
    assert list(back.summary) == list(run.summary)
    for key, result in run.results.items():
        pd.testing.assert_frame_equal(back.results[key].table, result.table, check_dtype=False)
        assert back.results[key].frames.keys() == result.frames.keys()
        assert list(back.results[key].notes) == list(result.notes)
        assert back.results[key].status == result.status


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_saves_the_same_bytes(
    tutorial: Cohort, runs: dict[str, StudyRun], name: str, tmp_path: Path
) -> None:
    first = runs[name].save(tmp_path / "first")
    second = studies.study(name, tutorial, seed=146).save(tmp_path / "second")
    files = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert len(files) >= 3
    assert all((first / f).read_bytes() == (second / f).read_bytes() for f in files)


def test_sensitivity_is_the_share_of_severe_cases_flagged_counted_by_hand(
    tutorial: Cohort, runs: dict[str, StudyRun]
) -> None:
    police = tutorial.assessments.query("instrument == 'order146' and rater_role == 'police_officer'")
    usual = police[police["case_id"].map(tutorial.cases["arm"]) == "usual"]
    yes = tutorial.answers["order146"].loc[usual.index] == "yes"
    flagged = (yes.iloc[:, :7].sum(axis=1) >= 2) | (yes.iloc[:, 7:].sum(axis=1) >= 6)
    severe = usual["case_id"].map(tutorial.outcomes["severe_180"])
    row = runs["thresholds"].results["order146_severe"].row("sensitivity")
    assert row["n"] == (severe == True).sum()  # noqa: E712 - a nullable column
    assert row["estimate"] == pytest.approx(flagged[(severe == True).fillna(False).to_numpy(bool)].mean())  # noqa: E712


def test_kappa_of_the_decision_equals_the_formula_on_the_same_cases(
    tutorial: Cohort, runs: dict[str, StudyRun]
) -> None:
    first, second = frames.pairs(tutorial, ("order146", "police_officer"), ("order146", "social_worker"))
    a, b = (f["positive"].to_numpy(bool) for f in (first, second))
    observed = (a == b).mean()
    expected = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    row = runs["agreement"].results["decision"].row("kappa")
    assert row["n"] == len(a)
    assert row["estimate"] == pytest.approx((observed - expected) / (1 - expected))


def test_the_effect_is_a_difference_of_station_means(tutorial: Cohort, runs: dict[str, StudyRun]) -> None:
    cases = tutorial.cases.assign(hours=tutorial.cases["person_hours"])
    means = cases.groupby("station_id", observed=True).agg(
        hours=("hours", "mean"), arm=("arm", "first"), area=("area", "first")
    )
    design = np.column_stack([np.ones(len(means)), means["arm"] == "unified", means["area"] == "rural"]).astype(float)
    slope = np.linalg.lstsq(design, means["hours"].to_numpy(float), rcond=None)[0][1]
    assert runs["unified_form"].results["person_hours"].row("difference")["estimate"] == pytest.approx(slope)


def test_missed_cases_are_counted_among_high_risk_cases_only(tutorial: Cohort, runs: dict[str, StudyRun]) -> None:
    row = runs["unified_form"].results["missed_high_risk"].row("difference")
    assert row["n"] <= int((tutorial.outcomes["high_risk_adjudicated"] == True).sum())  # noqa: E712


@pytest.mark.parametrize("name", ["thresholds", "agreement", "unified_form"])
def test_every_check_stands_beside_a_stored_truth(runs: dict[str, StudyRun], name: str) -> None:
    checks = runs[name].checks
    assert len(checks) > 10
    assert checks["truth"].notna().all()
    bounded = checks.dropna(subset=["covered"])
    inside = (bounded["conf_low"] <= bounded["truth"]) & (bounded["truth"] <= bounded["conf_high"])
    assert (bounded["covered"].astype(bool) == inside).all()


def test_the_study_reads_no_truth_before_its_last_step(tutorial: Cohort, runs: dict[str, StudyRun]) -> None:
    blind = replace(tutorial, truth={})
    for name in NAMES:
        again = studies.study(name, blind, seed=146)
        assert again.checks.empty
        for key, result in runs[name].results.items():
            pd.testing.assert_frame_equal(again.results[key].table, result.table)


def test_data_without_social_workers_or_arms_say_what_cannot_be_estimated(tutorial: Cohort) -> None:
    police = tutorial.assessments.query("instrument == 'order146' and rater_role == 'police_officer'")
    poor = replace(
        tutorial,
        recipe=None,
        truth={},
        cases=tutorial.cases.drop(columns=["arm", "county_id"]),
        assessments=police,
        answers={"order146": tutorial.answers["order146"].loc[police.index]},
        outcomes=tutorial.outcomes.drop(columns=["severe_180"]),
    )
    runs = {name: studies.study(name, poor) for name in NAMES}
    assert {r.status for r in runs["agreement"].results.values()} == {"not_estimable"}
    assert {r.status for r in runs["unified_form"].results.values()} == {"not_estimable"}
    assert runs["thresholds"].results["order146_severe"].status == "not_estimable"
    assert runs["thresholds"].results["order146_high_risk"].status != "not_estimable"
    assert not any(run.synthetic for run in runs.values())
    for run in runs.values():
        for result in run.results.values():
            assert result.status != "not_estimable" or result.notes, result.name


def test_an_unknown_study_is_refused_with_the_names_that_exist(tutorial: Cohort) -> None:
    with pytest.raises(UsageError, match="thresholds"):
        studies.study("treshold", tutorial)


def test_a_case_with_two_forms_counts_once_with_its_first(tutorial: Cohort) -> None:
    first = frames.forms(tutorial, "order146", "police_officer")
    again = tutorial.assessments.loc[first.index[:5]].assign(occasion=2)
    again.index = pd.Index([f"again-{i}" for i in again.index], name=tutorial.assessments.index.name)
    late = tutorial.answers["order146"].loc[first.index[:5]].set_axis(again.index)
    twice = replace(
        tutorial,
        assessments=pd.concat([again, tutorial.assessments]),
        answers={**tutorial.answers, "order146": pd.concat([late, tutorial.answers["order146"]])},
    )
    assert sorted(frames.forms(twice, "order146", "police_officer").index) == sorted(first.index)


def test_a_form_is_explained_only_when_its_cohort_is_proven_synthetic(tutorial: Cohort) -> None:
    form = tutorial.answers["order146"].index[0]
    assert scoring.explain(tutorial.instrument("order146"), tutorial.case(form, "order146"), "ro")
    with pytest.raises(Refused):
        claimed = replace(tutorial, recipe=None)
        scoring.explain(tutorial.instrument("order146"), claimed.case(form, "order146"), "en")


def test_a_form_with_another_kind_of_rule_has_no_family_of_rules(tutorial: Cohort) -> None:
    form = tutorial.instrument(frames.POLICE_FORM)
    one_count = form.levels[0].model_copy(update={"when": form.levels[0].when[:1]})
    other = form.model_copy(update={"levels": (one_count, *form.levels[1:])})
    run = studies.study("thresholds", replace(tutorial, definitions={frames.POLICE_FORM: other}), seed=1)
    surface = run.results["surface_severe"]
    assert surface.status == "not_estimable"
    assert [note.code for note in surface.notes] == ["not_two_counts"]
    assert run.results["order146_severe"].status != "not_estimable"


def test_what_a_difference_shows_is_said_by_its_sign(runs: dict[str, StudyRun]) -> None:
    run = runs["unified_form"]
    rows = {"missed": "missed_high_risk", "repeat": "repeat_violence", "hours": "person_hours",
            "interviews": "interviews", "duplicate": "duplicate_assessment"}  # fmt: skip
    for statement in run.summary:
        row = run.results[rows[statement.key.partition(".")[2]]].row("difference")
        sides = {"@reading.lower": row["conf_high"] < 0, "@reading.higher": row["conf_low"] > 0}
        reading = next((word for word, holds in sides.items() if holds), "@reading.unclear")
        assert dict(statement.values)["reading"] == reading
    assert {dict(s.values)["reading"] for s in run.summary} > {"@reading.unclear"}


def test_every_reason_for_a_missing_answer_is_shown_of_made_up_people_and_of_no_others(tutorial: Cohort) -> None:
    from dvstudy.render.show import show

    run, own = (studies.study("profile", one) for one in (tutorial, dvstudy.open_cohort("examples/own_cohort")))
    hidden = language.text("report.hidden", "en")
    assert hidden in show(run, "profile.missing").html and hidden not in show(run, "profile.missing", smallest=1).html
    assert show(own, "profile.missing", smallest=1).html == show(own, "profile.missing").html


def test_results_of_thresholds_stand_beside_the_truth_under_names_that_differ(runs: dict[str, StudyRun]) -> None:
    run = runs["thresholds"]
    for code in language.languages():
        names = [short_name(run.results[name], code) for name in run.checks["result"].astype("str").unique()]
        assert len(set(names)) == len(names)


def test_a_cohort_is_printed_as_sizes_without_rows(tutorial: Cohort) -> None:
    printed = repr(tutorial)
    assert str(len(tutorial.cases)) in printed
    assert not any(case in printed for case in tutorial.cases.index)
