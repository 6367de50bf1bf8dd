from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dvstudy.cohorts
from dvstudy import cohorts
from dvstudy.errors import CheckFailed
from dvstudy.tables import RELATIONS

_ALLOWED = {0.0, 0.5, 1.0}


def test_recipes_are_listed_without_the_base() -> None:
    assert set(cohorts.recipes()) >= {"rater_panel", "tutorial", "unified_parallel"} and "base" not in cohorts.recipes()


@pytest.mark.parametrize("name", ["rater_panel", "tutorial", "unified_parallel"])
def test_every_parameter_names_its_source_and_stands_in_its_range(name: str) -> None:
    table = cohorts.describe(name)
    assert (table["source"].str.len() > 0).all()
    assert (table["name"].str.len() > 0).all()
    assert (table["range"].str.len() > 0).all()
    assert not table["outside"].any(), list(table.index[table["outside"]])
    assert 0.5 < table["assumption"].mean() < 1


def test_describe_marks_what_a_recipe_changes_and_what_figures_say() -> None:
    table = cohorts.describe("tutorial")
    assert set(table.index[table["changed"]]) >= {"size.cases", "places.rural_stations", "outcomes.panel"}
    assert table.loc["margins.women", "source"] == "SEED-VIC-WOM / SEED-VIC-TOT"
    assert not table.loc["margins.women", "assumption"]
    assert table.loc["outcomes.high_risk", "assumption"]


def test_a_recipe_names_its_own_number_of_cases() -> None:
    assert (cohorts.load_recipe("tutorial").cases, cohorts.load_recipe("rater_panel").cases) == (2000, 24)


def test_women_margin_is_the_ratio_of_the_two_seed_figures() -> None:
    assert cohorts.load_recipe("tutorial").settings.margins.women == pytest.approx(37408 / 55429, abs=1e-15)


def test_no_number_of_the_model_stands_in_the_code() -> None:
    found = []
    for path in sorted(Path(dvstudy.cohorts.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value not in _ALLOWED:
                found.append(f"{path.name}:{node.lineno}: {node.value}")
    assert found == []


def test_hash_depends_on_parameters_and_not_on_words(tmp_path: Path) -> None:
    def made(title: str, share: float) -> cohorts.Recipe:
        path = tmp_path / f"{title}-{share}.toml"
        path.write_text(f'name = "one"\ntitle = "{title}"\nextends = "base"\n[set.forms]\nsara = {share}\n', "utf-8")
        return cohorts.load_recipe(path)

    assert made("a", 0.3).parameter_hash == made("b", 0.3).parameter_hash
    assert made("a", 0.3).parameter_hash != made("a", 0.31).parameter_hash


def test_plain_parameters_survive_a_json_file() -> None:
    plain = cohorts.load_recipe("unified_parallel").plain
    assert json.loads(json.dumps(plain)) == plain


def test_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe("tutoral")
    assert "tutorial" in caught.value.text("en")
    assert caught.value.problems[0].nearest == "tutorial"


@pytest.mark.parametrize(
    ("body", "code", "found"),
    [
        ("[set.margins]\nfrom = 0.5\n", "unknown_key", "from"),
        ("[set.nowhere]\nx = 1\n", "unknown_key", "x"),
        ("[set.margins]\nform = 1.5\n", "above_limit", "1.5"),
        ('[set.record]\nmechanism = "none"\n', "not_one_of", "none"),
        ("[set.size]\ncases = 0\n", "below_limit", "0"),
        ("colour = 3\n", "unknown_key", "colour"),
    ],
)
def test_faulty_team_recipe_is_refused(tmp_path: Path, body: str, code: str, found: str) -> None:
    path = tmp_path / "team.toml"
    path.write_text('name = "team"\ntitle = "Team"\nextends = "base"\n' + body, "utf-8")
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe(path)
    problem = caught.value.problems[0]
    assert problem.code == code
    assert found in problem.found
    assert problem.text("ro") and problem.text("en")


def test_team_recipe_must_name_what_it_extends(tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    path.write_text('name = "team"\n', "utf-8")
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe(path)
    assert [p.found for p in caught.value.problems] == ["title", "extends"]


def test_parameter_without_source_is_refused() -> None:
    from dvstudy.cohorts.recipe import _parameters

    with pytest.raises(CheckFailed) as caught:
        _parameters({"a": {"b": {"value": 1, "range": "any", "symbol": "-", "name": "b"}}}, "x.toml")
    assert caught.value.problems[0].code == "no_source"
    assert "a.b" in caught.value.text("ro")


def test_a_layer_may_name_the_source_of_what_it_sets(tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    body = """
[set.margins]
form = { value = 0.9, source = "own count, 2025" }
provisional = { ratio = ["RO-OPP-2025-NOV", "RO-INT-2025"] }
imminent = 0.3
[set.people.prior]
S = 0.6
"""
    path.write_text(f'name = "team"\ntitle = "Team"\nextends = "base"\n{body}', "utf-8")
    recipe = cohorts.load_recipe(path)
    assert recipe.settings.margins.form == 0.9
    assert recipe.settings.margins.provisional == pytest.approx(13995 / 138385)
    table = cohorts.describe(recipe)
    assert table.loc["margins.form", "source"] == "own count, 2025" and not table.loc["margins.form", "assumption"]
    assert table.loc["margins.provisional", "source"] == "RO-OPP-2025-NOV / RO-INT-2025"
    assert table.loc["margins.imminent", "source"] == "assumption; set in the recipe team"
    assert "S: assumption; set in the recipe team" in table.loc["people.prior", "source"]
    assert recipe.settings.people.prior["U"] == cohorts.load_recipe("tutorial").settings.people.prior["U"]


def test_all_faults_of_a_layer_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    body = '[set.margins]\nfrom = 1\nurbn = 0.5\nform = { value = 0.9, sourc = "x" }\n'
    path.write_text(f'name = "team"\ntitle = "Team"\nextends = "base"\n{body}', "utf-8")
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe(path)
    assert {p.found for p in caught.value.problems} == {"from", "urbn", "sourc"}
    path.write_text('name = "team"\ntitle = "Team"\nextends = "team.toml"\n', "utf-8")
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe(path)
    assert caught.value.problems[0].code == "recipe_extends"


@pytest.mark.parametrize("head", ["", 'extends = "tutoral"\n', "extends = 3\n", 'title = "T"\nextends = "own.toml"\n'])
def test_faults_at_the_head_hide_none_under_set(tmp_path: Path, head: str) -> None:
    path = tmp_path / "team.toml"
    body = """kind = "weekly"
[set.margins]
urbn = 0.5
form = 1.5
provisional = { ratio = ["RO-OPP-225", "RO-INT"] }
"""
    path.write_text(f'name = "team"\n{head}{body}', "utf-8")
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe(path)
    problems = caught.value.problems
    assert [p.place for p in problems if p.code == "unknown_figure"] == ["team.toml → margins.provisional.ratio"] * 2
    assert {"RO-OPP-225", "RO-INT", "urbn", "1.5", "weekly"} <= {p.found for p in problems}
    assert ("title" in head) != any(p.found == "title" for p in problems)
    extends = [p for p in problems if "extends" in (p.found, p.place.rpartition(" → ")[2])]
    assert len(extends) == 1 and "team.toml" in extends[0].place
    if "tutoral" in head:
        assert (extends[0].place, extends[0].found, extends[0].nearest) == (
            "team.toml → extends", "tutoral", "tutorial",
        )  # fmt: skip
    for code in ("en", "ro"):
        assert caught.value.text(code).count("team.toml → ") >= 5


def test_recipes_of_the_other_kind_are_named_as_such(tmp_path: Path) -> None:
    calls: list[tuple[Any, str, str]] = [
        (cohorts.load_recipe, "police_form", 'cohorts.flat("police_form"'),
        (cohorts.load_flat_recipe, "tutorial", 'dvstudy.simulate("tutorial"'),
        (lambda name: cohorts.flat(name, seed=1), "base", "base"),
    ]
    for call, name, said in calls:
        with pytest.raises(CheckFailed) as caught:
            call(name)
        assert all(said in caught.value.text(code) for code in ("en", "ro"))
        assert caught.value.problems[0].code in ("recipe_is_flat", "flat_is_recipe")
    flat, whole = tmp_path / "flat.toml", tmp_path / "whole.toml"
    flat.write_text('name = "x"\n[columns.a]\nkind = "normal"\n', "utf-8")
    whole.write_text('name = "x"\nextends = "base"\n', "utf-8")
    for call, path, code in (
        (cohorts.load_recipe, flat, "recipe_is_flat"),
        (cohorts.load_flat_recipe, whole, "flat_is_recipe"),
    ):
        with pytest.raises(CheckFailed) as caught:
            call(path)
        assert [p.code for p in caught.value.problems] == [code]


@pytest.mark.parametrize("wrong", [None, 5, ["tutorial"]], ids=repr)
def test_what_is_no_name_is_no_recipe(wrong: Any) -> None:
    for call in (cohorts.load_recipe, cohorts.load_flat_recipe):
        with pytest.raises(CheckFailed) as caught:
            call(wrong)
        assert caught.value.problems[0].code == "unknown_recipe"


def test_no_source_names_a_place_that_readers_cannot_find() -> None:
    for name in cohorts.recipes():
        sources = cohorts.describe(name)["source"]
        assert not sources.str.contains(r"\bRO[ :]|section \d", regex=True).any() or set(
            sources.index[sources.str.contains(r"\bRO[ :]|section \d", regex=True)]
        ) == {"margins.direct"}, name


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"margins.women": 0.5}, "margins", "target_parts"),
        ({"margins.spouse": 0.0}, "margins", "target_parts"),
        ({"margins.minors": 0.9, "margins.women": 0.08, "margins.men": 0.02}, "people.raking", "recipe_pairs"),
        ({"people.correlations": [[1.0, 0.9, -0.9, 0.0], [0.9, 1.0, 0.9, 0.0], [-0.9, 0.9, 1.0, 0.0],
                                  [0.0, 0.0, 0.0, 1.0]]}, "people.correlations", "recipe_correlations"),
        ({"people.correlations": [[float(2 * (i == j)) for j in range(4)] for i in range(4)]},
         "people.correlations", "recipe_correlations"),
        ({"outcomes.last_day": 90.0}, "outcomes.last_day", "below_limit"),
        ({"unified.design": "stepped_wedge", "places.months": 4}, "places.months", "below_limit"),
        ({"record.reasons.does_not_know": 0.0, "record.reasons.refused": 0.0}, "record.reasons", "recipe_no_lot"),
        ({"logistics.ages.child": [0.0] * 4}, "logistics.ages.child", "recipe_no_lot"),
        ({"logistics.hours": [0.0] * 6 + [1.0] * 12 + [0.0] * 6}, "logistics.hours", "recipe_no_lot"),
        ({"people.unconfirmed_most": -1}, "people.unconfirmed_most", "below_limit"),
    ],
)  # fmt: skip
def test_parameters_that_contradict_each_other_are_refused(changes: dict[str, Any], place: str, code: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe("tutorial").changed_to("team", {k: (v, "assumption") for k, v in changes.items()})
    assert [(p.place, p.code) for p in caught.value.problems] == [(f"team → {place}", code)]
    assert caught.value.text("ro") and caught.value.text("en")


def test_faults_of_every_kind_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    text = 'name = "team"\ntitle = "Team"\nextends = "base"\n[set.margins]\n'
    path.write_text(f"{text}from = 1\nform = 1.5\n", "utf-8")
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe(path)
    assert {p.code for p in caught.value.problems} == {"unknown_key", "above_limit"}
    path.write_text(f"{text}from = 1\nwomen = 0.5\n[set.outcomes]\nlast_day = 30.0\n", "utf-8")
    with pytest.raises(CheckFailed) as caught:
        cohorts.load_recipe(path)
    assert [p.code for p in caught.value.problems] == ["unknown_key", "target_parts", "below_limit"]


def test_the_margins_of_pairs_exist_exactly_where_raking_finds_them() -> None:
    from dvstudy.cohorts.coherent import faults
    from dvstudy.cohorts.people import rake

    values, luck = cohorts.load_recipe("tutorial").settings, np.random.default_rng(4)
    seen = set()
    for _ in range(60):
        shares = dict(zip(("women", "men", "minors"), luck.dirichlet([1, 1, 1]).tolist(), strict=True))
        raking = (luck.random((5, 3)) < 0.6).astype(float).tolist()
        one = values.model_copy(
            update={
                "margins": values.margins.model_copy(update=shares),
                "people": values.people.model_copy(update={"raking": raking}),
            }
        )
        gap = np.abs(rake(one).sum(axis=1) - [getattr(one.margins, r) for r in RELATIONS]).max()
        refused = any(p.code == "recipe_pairs" for p in faults(one, "x"))
        seen.add(refused)
        assert refused == (gap > values.size.tolerance) or 0.0005 < gap < 0.05
    assert seen == {True, False}
