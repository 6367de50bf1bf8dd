"""Every parameter has a symbol of its own and a name, a value, a range and a source in every language."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from dvstudy import cohorts, language
from dvstudy.cohorts import parameter_words as words
from dvstudy.cohorts.parameters import CLASSES
from dvstudy.cohorts.recipe import Parameter
from dvstudy.render import recipe_pages
from dvstudy.render.document import Table

BASE = cohorts.load_recipe("base")
CODES = language.languages()
OTHERS = [code for code in CODES if code != language.BASE]


def test_every_parameter_has_a_symbol_of_its_own() -> None:
    counts = Counter(parameter.symbol for parameter in BASE.parameters.values())
    assert [symbol for symbol, count in counts.items() if count > 1 or not re.search("[A-Za-z]", symbol)] == []


@pytest.mark.parametrize("part", words.ALIKE)
def test_raters_and_classes_share_names_and_carry_their_own_index(part: str) -> None:
    names, owners = defaultdict(set), defaultdict(set)
    for path, parameter in BASE.parameters.items():
        section, *owner, last = path.split(".")
        if section == part:
            names[last].add(parameter.name)
            owners[owner[0]] |= {re.split(r"[\[\],]", parameter.symbol)[1]}
    assert [last for last, found in names.items() if len(found) != 1] == []
    assert all(len(found) == 1 for found in owners.values())
    assert len(set().union(*owners.values())) == len(owners)
    assert part != "classes" or {(name,) for name in CLASSES} == {tuple(found) for found in owners.values()}


def test_symbols_and_names_change_no_id() -> None:
    parameters = {path: p.model_copy(update={"symbol": "x", "name": "y"}) for path, p in BASE.parameters.items()}
    other = cohorts.Recipe(BASE.name, BASE.title, BASE.kind, BASE.settings, parameters)
    assert other.parameter_hash == BASE.parameter_hash


@pytest.mark.parametrize("name", cohorts.recipes())
@pytest.mark.parametrize("code", CODES)
def test_each_row_is_whole_in_each_language(name: str, code: str) -> None:
    table = cohorts.describe(name, code)
    assert table.index.is_unique and table["symbol"].is_unique
    for column in ("symbol", "name", "value", "range", "source"):
        assert table[column].str.strip().ne("").all(), column
    written = " ".join(table["value"])
    assert [word for word in re.findall(r"\b[a-z]+_[a-z_]+\b", written) if f"({word})" not in written] == []


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("name", ["base", *cohorts.recipes()])
def test_what_a_reader_sees_is_in_the_language(name: str, code: str) -> None:
    english, other = cohorts.describe(name), cohorts.describe(name, code)
    same = english.index[english["name"] == other["name"]]
    assert list(same) == []
    assert not other["range"].str.contains(r"\bto\b|\beach\b|\d\.\d").any()
    assert not other["value"].str.contains(r"\d\.\d").any()
    assert not other["source"].str.contains("assumption|set in").any()
    noted = english["source"].str.contains(r"assumption; .*[a-z]{3}")
    assert (english["source"] != other["source"])[noted].all()


def test_romanian_of_some_rows() -> None:
    table = cohorts.describe("tutorial", "ro")
    assert table.loc["raters.advocate.tick", "name"] == "ponderea celor care doar bifează: consilier al victimei"
    assert table.loc["margins.women", "range"] == "de la 0,655 la 0,695"
    assert table.loc["record.halo", "value"] == "vătămări în acest incident = 0,35; un episod anterior = 0,25"
    assert table.loc["record.halo", "range"] == "fiecare × de la 0 la 2"
    assert table.loc["record.mechanism", "value"] == "nu la întâmplare (mnar)"
    assert table.loc["size.cases", "source"] == "presupunere; valoare dată de rețeta tutorial"
    assert table.loc["margins.women", "source"] == "SEED-VIC-WOM / SEED-VIC-TOT"


@pytest.mark.parametrize(
    ("number", "english", "romanian"),
    [
        (2093, "2093", "2093"),
        (0.00002, "0.00002", "0,00002"),
        (-0.5, "−0.5", "−0,5"),
        (37408 / 55429, "0.674881", "0,674881"),
    ],
)
def test_numbers_are_as_short_as_they_can_be(number: float, english: str, romanian: str) -> None:
    assert (words.amount(number, "en"), words.amount(number, "ro")) == (english, romanian)


def test_a_source_that_a_team_writes_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    body = '[set.margins]\nform = { value = 0.9, source = "own count" }\n[set.people.prior]\nS = 0.6\n'
    body += "[set.facts]\nstalking.prevalence = 0.2\n"
    path.write_text(f'name = "tutorial"\ntitle = "Team"\nextends = "base"\n{body}', "utf-8")
    recipe = cohorts.load_recipe(path)
    table = cohorts.describe(recipe, "ro")
    assert table.loc["margins.form", "source"] == "own count" and table.loc["margins.form", "changed"]
    assert table.loc["facts.stalking", "changed"] and "0,2" in table.loc["facts.stalking", "value"]
    assert set(table.index[table["changed"]]) == {"margins.form", "people.prior", "facts.stalking"}
    assert words.title(recipe, "ro") == "Team"
    assert words.title(cohorts.load_recipe("tutorial"), "ro") != words.title(cohorts.load_recipe("tutorial"), "en")


def test_the_bank_stands_row_by_row() -> None:
    recipe, table = cohorts.load_recipe("tutorial"), cohorts.describe("tutorial")
    settings = recipe.settings
    assert {f"facts.{code}" for code in settings.facts} | {f"derived.{code}" for code in settings.derived} <= set(
        table.index
    )
    assert sum(map(len, settings.items.values())) == table.index.str.startswith("items.").sum()
    assert table.loc["items.order146.q09", "value"] == "alcohol problem; drug use"
    assert (
        table.loc["facts.stalking", "value"] == "loadings = (0.3 1.1 0.1 0.4); prevalence = 0.15; fit = (0.5 0.2 0.5)"
    )


def test_a_range_or_word_that_nobody_knows_is_shown_as_written() -> None:
    assert words.limits("whatever it takes", "ro") == "whatever it takes"
    odd = Parameter(value=1, range="any", symbol="q", name="odd", source="own count")
    assert words.name("size.odd", odd, "ro") == "odd" and words.source(odd, "ro") == "own count"


@pytest.mark.parametrize("code", CODES)
def test_the_page_shows_every_parameter_fact_and_question_once(code: str) -> None:
    tables = [block for block in recipe_pages.pages(cohorts.load_recipe("tutorial"), code) if isinstance(block, Table)]
    assert sum(len(table.rows) for table in tables) == len(cohorts.describe("tutorial", code))
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
    shown = {line for table in tables for row in table.rows for line in row[0].splitlines()}
    assert {parameter.symbol for parameter in BASE.parameters.values()} <= shown
