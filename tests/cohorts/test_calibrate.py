"""A team's own margins: read completely, refused by name when they cannot hold, reached when they can."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dvstudy import cohorts, language
from dvstudy.cli import main
from dvstudy.cohorts import accuracy, conflicts, limits, solve, targets
from dvstudy.cohorts.parameters import Margins
from dvstudy.cohorts.reference import population, reference
from dvstudy.cohorts.trial import Trial, trial
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.numbers import agreement

HEAD = "target,value,n,source\n"


def faults(recipe: Any, text: str) -> set[tuple[str, str]]:
    with pytest.raises(CheckFailed) as caught:
        targets.read(HEAD + text, recipe)
    assert all(caught.value.text(one) for one in language.languages())
    return {(p.code, p.found) for p in caught.value.problems}


@pytest.fixture(scope="module")
def small(variant: Any) -> Any:
    return variant({}, size=6000)


def test_every_fault_of_a_row_is_told_at_once(small: Any) -> None:
    assert faults(small, "device,0.2,500,\nform,much,500,own\n") == {
        ("target_blank", "source"),
        ("target_number", "much"),
    }
    found = faults(small, "imminnt,0.2,500,own\nform,1.2,500,own\nservice,0.01,500,own\n")
    assert found == {("target_unknown", "imminnt"), ("target_range", "1.2"), ("target_small", "5")}


def test_faults_of_all_rows_and_of_the_whole_are_told_together(small: Any) -> None:
    rows = "imminnt,0.2,,own\norder146.q5,0.2,500,own\nform,90,0,\nwomen,0.7,900,own\nmen,0.2,900,own\n"
    found = faults(small, f"{rows}minors,0.2,900,own\nform,0.9,500,own\nkappa_decision,-0.9,200,own\n")
    whole = {"duplicate_row", "target_parts", "target_infeasible"}
    assert {code for code, _ in found} == whole | {"target_unknown", "target_blank", "target_n", "target_range"}
    assert ("target_range", "90") in found and ("target_n", "0") in found
    found = faults(small, "form,0.9,,own\nkappa_decision,0.99,100,own\nimminent_social,0.5,400,own\n")
    assert {code for code, _ in found} == {"target_blank", "target_infeasible"}


def test_an_end_that_is_how_a_place_works_has_no_small_count(small: Any) -> None:
    rows = targets.read(f"{HEAD}device,0,500,no devices here\nform,1,500,at every intervention\n", small)
    made = cohorts.calibrate(small, f"{HEAD}device,0,500,none\nform,1,500,all\n", name="without")
    assert [(one.name, one.value) for one in rows] == [("device", 0), ("form", 1)]
    assert made.table["within"].all() and list(made.table["achieved"]) == [0, 1]
    assert faults(small, "device,0.004,500,own\nconfirmed,1,500,own\n") == {
        ("target_small", "2"), ("target_small", "0"),
    }  # fmt: skip


def test_a_repeated_target_names_both_of_its_rows_and_q5_is_q05(small: Any) -> None:
    with pytest.raises(CheckFailed) as caught:
        targets.read(f"{HEAD}form,0.9,500,own\norder146.q5,0.2,500,own\nform,0.8,500,own\n", small)
    problems = {p.code: p for p in caught.value.problems}
    assert problems["target_unknown"].nearest == "order146.q05"
    assert problems["duplicate_row"].place == "targets:4 (form)"
    assert all("targets:2" in problems["duplicate_row"].text(one) for one in language.languages())


@pytest.mark.parametrize(
    "text",
    [
        "target;value;n;source\nform;0,93;2100;own\n",
        'target,value,n,source\nform,"0,93",2100,own\n',
        "\ufefftarget;value;n;source\r\nform;0.93;2100;own\r\n",
    ],
)
def test_a_table_as_a_romanian_spreadsheet_saves_it_is_read(text: str, small: Any, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(text, "utf-8", newline="")
    (target,) = targets.read(tmp_path / "own.csv", small)
    assert (target.name, target.value, target.n, target.source) == ("form", 0.93, 2100, "own")


def test_a_workbook_and_a_table_without_rows_are_named(small: Any, tmp_path: Path) -> None:
    (tmp_path / "own.xlsx").write_bytes(b"PK")
    with pytest.raises(CheckFailed) as caught:
        targets.read(tmp_path / "own.xlsx", small)
    assert [p.code for p in caught.value.problems] == ["target_workbook"]
    assert faults(small, "") == {("table_no_rows", "")}


def test_messages_have_the_decimal_mark_of_their_language(small: Any) -> None:
    with pytest.raises(CheckFailed) as caught:
        targets.read(f"{HEAD}spouse,0.505,900,own\nsevere_180,0.405,900,own\n", small)
    english, romanian = (caught.value.text(one) for one in ("en", "ro"))
    assert "spouse 0.505" in english and "0.405 cannot" in english
    assert "spouse 0,505" in romanian and "0,405 nu" in romanian and "0." not in romanian
    with pytest.raises(UsageError) as stopped:
        cohorts.calibrate(small, f"{HEAD}urban_provisional,0.995,9000,own\n", name="ours")
    assert "0.114" in stopped.value.text("en") and "0,114" in stopped.value.text("ro")


def test_both_cells_behind_a_share_count_and_so_does_an_empty_one(small: Any) -> None:
    assert faults(small, "form,0.99,200,own\nservice,0,500,own\n") == {("target_small", "2"), ("target_small", "0")}
    (target,) = targets.read(f"{HEAD}breach_court,0.4,50,own\n", small)
    assert target.kind == "margin"


def test_an_item_that_follows_from_the_case_is_no_target(small: Any) -> None:
    known = targets.names(small.settings)
    assert "order146.q05" in known and "kappa_decision" in known and "provisional" in known
    assert "order146.q11" not in known and "order146.q20" not in known


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ("women,0.7,900,own\nmen,0.2,900,own\nminors,0.2,900,own\n", "target_parts", ""),
        ("provisional,0.3,900,own\n", "target_infeasible", "provisional"),
        ("severe_180,0.4,900,own\n", "target_infeasible", "severe_180"),
        ("minors,0.6,900,own\nwomen,0.3,900,own\nmen,0.1,900,own\n", "target_infeasible", "minors"),
    ],
)
def test_what_cannot_hold_together_is_named_with_its_range_before_anything_is_simulated(
    small: Any, rows: str, code: str, place: str
) -> None:
    with pytest.raises(CheckFailed) as caught:
        cohorts.calibrate(small, HEAD + rows, name="ours")
    (problem,) = [p for p in caught.value.problems if p.code == code]
    assert problem.place.endswith(place)


def test_margins_and_items_are_reached_and_the_rest_stays(small: Any) -> None:
    text = "imminent,0.26,2000,own\nprovisional,0.13,2000,own\norder146.q02,0.33,2000,own\norder146.q09,0.35,2000,own\n"
    made = cohorts.calibrate(small, HEAD + text, name="ours")
    assert made.table["within"].all() and not made.conflicts, made.table.to_string()
    assert made.recipe.name == "ours" and made.recipe.settings.margins.form == small.settings.margins.form
    item = made.table.set_index("target").loc["order146.q02", "achieved"]
    assert item == pytest.approx(0.33, abs=0.01)
    described = cohorts.describe(made.recipe)
    assert described.loc["margins.imminent", "source"] == "own" and not described.loc["margins.imminent", "assumption"]


def test_items_that_leave_no_room_for_the_verdict_are_refused_with_the_range(small: Any) -> None:
    items = "".join(f"order146.q{k:02d},0.02,2000,own\n" for k in range(1, 22) if k not in (11, 20))
    assert ("target_infeasible", "") in faults(small, f"imminent,0.5,2000,own\n{items}")
    with pytest.raises(UsageError) as caught:
        cohorts.calibrate(small, f"{HEAD}imminent,0.4,2000,own\n{items}", name="ours")
    assert caught.value.code == "margins_contradict"


@pytest.mark.parametrize(("first", "second"), [(0.2, 0.3), (0.5, 0.5), (0.05, 0.6), (0.9, 0.7)])
def test_the_range_of_kappa_is_that_of_all_tables_with_these_shares(first: float, second: float) -> None:
    both = np.linspace(max(0, first + second - 1), min(first, second), 101)
    tables = np.stack([both, first - both, second - both, 1 - first - second + both], axis=-1).reshape(-1, 2, 2)
    kappa = agreement.two_by_two(tables * 1e6)[:, agreement.TERMS.index("kappa")]
    assert limits.kappa_range(first, second) == pytest.approx((kappa.min(), kappa.max()), abs=1e-9)


def test_a_kappa_above_its_maximum_at_the_shares_of_both_raters_is_refused_before_simulating(small: Any) -> None:
    text = "imminent,0.2,2000,own\nimminent_social,0.3,2000,own\nkappa_decision,0.8,2000,own\n"
    with pytest.raises(CheckFailed) as caught:
        targets.read(HEAD + text, small)
    (problem,) = caught.value.problems
    assert problem.code == "target_infeasible" and dict(problem.values)["high"] == 0.737


@pytest.mark.parametrize("first", [0.05, 0.2, 0.5, 0.9])
def test_without_the_second_share_the_range_of_kappa_is_that_over_every_share(first: float) -> None:
    ranges = [limits.kappa_range(first, float(second)) for second in np.linspace(0, 1, 1001)]
    assert limits.kappa_range(first) == pytest.approx((min(ranges)[0], max(high for _, high in ranges)), abs=1e-9)


def test_measures_out_of_reach_are_named_together_with_what_is_possible(small: Any) -> None:
    rows = "kappa_decision,0.95,400,own\nauc_order146_severe,0.995,400,own\nauc_social_severe,0.7,400,own\n"
    with pytest.raises(CheckFailed) as caught:
        cohorts.calibrate(small, HEAD + rows, name="ours")
    found = {p.place: p for p in caught.value.problems}
    assert {k: p.code for k, p in found.items()} == {
        "kappa_decision": "kappa_beyond",
        "auc_order146_severe": "auc_beyond",
    }
    said = dict(found["kappa_decision"].values)
    assert said["high"] < said["most"] == pytest.approx(limits.kappa_range(said["first"], said["second"])[1], abs=0.01)
    assert "0.995" in caught.value.text("en") and "0,995" in caught.value.text("ro")


def test_a_share_of_yes_beyond_what_raters_write_is_a_fault_with_its_range(small: Any) -> None:
    """Silence, errors and missing answers keep an item from being always or never answered with yes."""
    wanted = [
        targets.Target(name, share, 4000, "own") for name, share in (("order146.q02", 0.97), ("order146.q10", 0.3))
    ]
    reach = solve.Reach()
    solve.check_items(small, wanted, reach)
    assert set(reach.faults) == {"order146.q02"} and set(reach.ranges) == {t.name for t in wanted}
    low, high = reach.ranges["order146.q02"]
    assert 0 < low < 0.1 and 0.7 < high < 0.97


def test_loadings_are_scaled_only_as_far_as_the_margins_hold() -> None:
    """Three times the loadings of the recipe `stress` leave no room for its share of severe violence."""
    wanted = {"auc_order146_severe": targets.Target("auc_order146_severe", 0.75, 400, "own")}
    reach = solve.Reach()
    made = accuracy.accuracy(cohorts.load_recipe("stress"), wanted, {"auc_order146_severe": 0.75}, 0.02, reach)
    low, high = reach.ranges["auc_order146_severe"]
    assert not reach.faults and low < 0.55 and high > 0.85
    assert trial(made).value("auc_order146_severe") == pytest.approx(0.75, abs=0.01)


def test_no_score_orders_cases_better_than_the_risk_itself(small: Any) -> None:
    seen = trial(small)
    for name in targets.AUCS:
        risk, facts = seen.most(name)
        assert seen.value(name) < facts < risk < 1


@pytest.mark.slow
def test_aucs_of_all_instruments_hold_at_once_and_steps_are_told(small: Any) -> None:
    rows = "".join(
        f"{name},{value},400,own\n" for name, value in zip(targets.AUCS, (0.7, 0.68, 0.65, 0.72), strict=True)
    )
    told: list[str] = []
    made = cohorts.calibrate(small, HEAD + rows, name="ours", progress=lambda step, _: told.append(step))
    assert not made.conflicts, made.table.to_string()
    assert told[:2] == ["accuracy", "whole"]


@pytest.mark.slow
def test_two_aucs_too_far_apart_are_named_against_each_other(small: Any) -> None:
    rows = "auc_order146_severe,0.62,400,own\nauc_danger_severe,0.8,400,own\n"
    made = cohorts.calibrate(small, HEAD + rows, name="ours")
    table = made.table.set_index("target")
    assert set(made.conflicts) == set(table.index)
    assert table.loc["auc_danger_severe", "against"] == "auc_order146_severe"
    assert table["gap"].tolist() == pytest.approx((table["achieved"] - table["wanted"]).tolist())


def test_measures_are_those_of_the_true_values(small: Any) -> None:
    seen = Trial(population(small)[0].population)
    stored = reference(small).estimands.set_index(["estimand", "term", "group"])["value"]
    for name, estimand, term in (
        ("auc_order146_severe", "auc_order146_severe", "auc"),
        ("auc_danger_severe", "auc_danger_severe", "auc"),
        ("kappa_decision", "decision", "kappa"),
    ):
        assert seen.value(name) == pytest.approx(stored[estimand, term, "all"], abs=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_feasible_targets_hold_in_an_independent_population(variant: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    wanted = {
        "imminent": rng.uniform(0.17, 0.25),
        "order146.q02": rng.uniform(0.2, 0.35),
        "kappa_decision": rng.uniform(0.47, 0.54),
        "imminent_social": rng.uniform(0.18, 0.25),
        "auc_order146_severe": rng.uniform(0.68, 0.75),
        "auc_danger_severe": rng.uniform(0.64, 0.70),
    }
    rows = "".join(f"{name},{value:.3f},400,own\n" for name, value in wanted.items())
    made = cohorts.calibrate(variant({}, size=20_000), HEAD + rows, name="ours")
    assert not made.conflicts, made.table.to_string()
    other = trial(made.recipe.changed_to("other", {"size.reference_seed": (seed + 7, "another seed")}), 40_000)
    for name, tolerance in made.table.set_index("target")["tolerance"].items():
        if name != "imminent":
            assert other.value(str(name)) == pytest.approx(wanted[str(name)], abs=tolerance + 0.01), name


def test_a_target_is_against_another_only_if_that_one_is_met_without_it(small: Any) -> None:
    wanted = [targets.Target(name, 0.7, 400, "own") for name in targets.AUCS]
    first, *others = wanted

    def off(name: str, without: set[str]) -> dict[str, str]:
        """Who is against `name` if it is off its goal unless these targets are left out."""

        def gaps(kept: Sequence[targets.Target]) -> dict[str, float]:
            return {t.name: 0.1 if t.name == name and without & {k.name for k in kept} else 0.0 for t in kept}

        return conflicts.against(small, wanted, [first], gaps)

    assert off(first.name, {others[0].name}) == {first.name: others[0].name}
    assert off(first.name, {others[0].name, others[1].name}) == {first.name: ", ".join(o.name for o in others)}
    assert off(first.name, {first.name}) == {first.name: ""}


@pytest.mark.slow
def test_two_items_about_one_fact_that_cannot_both_hold_are_conflicts_of_each_other_only(small: Any) -> None:
    both = {"order146.q18": "social_risk_sheet.q02", "social_risk_sheet.q02": "order146.q18"}
    rows = "order146.q18,0.03,2000,own\nsocial_risk_sheet.q02,0.5,2000,own\norder146.q02,0.3,2000,own\n"
    made = cohorts.calibrate(small, f"{HEAD}{rows}imminent,0.2,2000,own\n", name="ours")
    against = made.table.set_index("target")["against"]
    assert set(made.conflicts) == set(both) and against[list(both)].to_dict() == both
    assert (against[~against.index.isin(both)] == "").all()


@pytest.mark.slow
def test_items_that_share_a_fact_hold_together_where_another_fact_leaves_room(small: Any) -> None:
    rows = "danger_assessment.q12,0.2,2000,own\norder146.q09,0.6,2000,own\n"
    made = cohorts.calibrate(small, HEAD + rows, name="ours")
    assert not made.conflicts, made.table.to_string()


def test_a_recipe_comes_back_from_its_file(small: Any, tmp_path: Path) -> None:
    made = small.changed_to("ours", {"margins.form": (0.9, 'own "count"'), "outcomes.risk": ({"S": 0.5}, "own")})
    path = cohorts.write_recipe(made, tmp_path / "ours.toml")
    again = cohorts.load_recipe(path)
    assert again == made and again.name == "ours" and again.settings.outcomes.risk == {"S": 0.5}
    assert again.parameters["margins.form"].origin() == 'own "count"'
    with pytest.raises(UsageError):
        cohorts.write_recipe(made, path)


#: Every margin, moved well away from the recipe's own; items of three forms; every measure.
WHOLE = {
    "women": 0.6, "men": 0.22, "minors": 0.18, "spouse": 0.3, "partner": 0.28, "parent": 0.12, "child": 0.2,
    "other_kin": 0.1, "urban": 0.6, "form": 0.9, "imminent": 0.27, "objection": 0.3, "provisional": 0.14,
    "urban_provisional": 0.65, "confirmed": 0.8, "converted": 0.5, "direct": 0.05, "device": 0.2,
    "breach_provisional": 0.1, "breach_court": 0.3, "ended_early": 0.06, "service": 0.2, "reconciled": 0.3,
    "any_180": 0.25, "recorded_180": 0.15, "severe_180": 0.08, "near_lethal_180": 0.015, "through_112": 0.7,
    "within_10": 0.6, "night": 0.55, "order146.q02": 0.4, "order146.q19": 0.3, "social_risk_sheet.q17": 0.5,
    "danger_assessment.q14": 0.5, "kappa_decision": 0.44, "imminent_social": 0.3, "auc_order146_severe": 0.68,
    "auc_social_severe": 0.69, "auc_danger_severe": 0.66, "auc_sara_severe": 0.7,
}  # fmt: skip


@pytest.mark.slow
def test_a_csv_with_every_kind_of_target_gives_a_recipe_whose_cohorts_have_them(variant: Any, tmp_path: Path) -> None:
    assert set(Margins.model_fields) | set(targets.MEASURES) <= set(WHOLE)
    (tmp_path / "own.csv").write_text(
        "target;value;n;source\n"
        + "".join(f"{k};{v:.3f}".replace("0.", "0,") + ";3000;own\n" for k, v in WHOLE.items())
    )
    made = cohorts.calibrate(variant({}), tmp_path / "own.csv", name="ours")
    assert made.table["wanted"].tolist() == list(WHOLE.values())
    assert not made.conflicts, made.table.to_string()
    recipe = cohorts.load_recipe(cohorts.write_recipe(made.recipe, tmp_path / "ours.toml"))
    margins = cohorts.simulate(recipe, seed=11, cases=20_000).truth["calibration"].set_index("margin")
    assert margins["target"].to_dict() == pytest.approx({k: WHOLE[k] for k in margins.index})
    assert margins["within"].sum() >= len(margins) - 2, margins[~margins["within"]]


@pytest.mark.slow
@pytest.mark.parametrize(("target", "value"), [("kappa_decision", 0.48), ("auc_order146_severe", 0.75)])
def test_a_kappa_or_an_auc_is_reached(variant: Any, target: str, value: float) -> None:
    made = cohorts.calibrate(variant({}, size=20000), f"{HEAD}{target},{value},400,own\n", name="ours")
    (row,) = made.table.to_dict("records")
    assert row["achieved"] == pytest.approx(value, abs=0.01) and row["low"] < value < row["high"]


@pytest.mark.parametrize("code", language.languages())
def test_the_command_writes_a_recipe_and_says_what_came_out(
    code: str, small: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = cohorts.write_recipe(small, tmp_path / "base.toml")
    (tmp_path / "own.csv").write_text(f"{HEAD}imminent,0.26,2000,own count\n", "utf-8")
    command = ["cohorts", "calibrate", str(base), "--targets", str(tmp_path / "own.csv"), "--name", "ours"]
    out = tmp_path / "ours.toml"
    report = ["--report", str(tmp_path / "report.csv")]
    assert main([*command, *report, "--out", str(out), "--language", code]) == 0
    printed, told = capsys.readouterr()
    assert language.text("step.calibrate.whole", code, round=1) in told
    assert (tmp_path / "report.csv").read_text("utf-8").startswith("target,wanted,achieved,gap,")
    assert "imminent" in printed and "own count" in printed and str(out) in printed
    assert language.text("margin.imminent", code) in printed and language.text("report.column.gap", code) in printed
    assert cohorts.load_recipe(out).settings.margins.imminent == 0.26
    assert main([*command, "--out", str(out), "--language", code]) == 2
    (tmp_path / "own.csv").write_text(f"{HEAD}imminent,1.26,2000,own count\n", "utf-8")
    assert main([*command, "--out", str(tmp_path / "x.toml"), "--language", code]) == 2
    assert "1.26" in capsys.readouterr().err and not (tmp_path / "x.toml").exists()
