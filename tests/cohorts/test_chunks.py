"""A series of years: whole cohorts that prove themselves, no id twice, stopped and gone on with, one in memory."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dvstudy import cohort, cohorts, provenance
from dvstudy.cohort import Cohort
from dvstudy.cohorts import Recipe, chunk
from dvstudy.errors import CheckFailed, UsageError

SEED = 21
YEARS = ("2098", "2099", "2099_2")


class Stopped(Exception):
    pass


@pytest.fixture(scope="module")
def toy() -> Recipe:
    """From 2098, so that three years reach the last one twice; the law by date, so that the year matters."""
    changes = {"size.reference": 2000, "size.cases": 200, "places.first_year": 2098}
    sourced = {path: (value, "assumption") for path, value in changes.items()}
    return cohorts.load_recipe("tutorial").changed_to("toy", sourced)


@pytest.fixture(scope="module")
def series(toy: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cohorts.write_years(toy, tmp_path_factory.mktemp("years") / "series", years=3, seed=SEED)


@pytest.fixture(scope="module")
def read(series: Path) -> list[Cohort]:
    return list(cohorts.read_years(series))


def listed(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "series.json").read_text("utf-8"))["resources"])


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# what is written


def test_each_year_is_a_whole_cohort_that_proves_itself(series: Path, read: list[Cohort], toy: Recipe) -> None:
    assert {p.name for p in series.iterdir()} == {*YEARS, "series.json"}
    for year, one in zip(YEARS, read, strict=True):
        one.check()
        assert one.synthetic
        assert one.name == f"toy_{year}"
        assert len(one.cases) == 200
        assert set(one.cases["month"].str[:4]) == {year[:4]}
        assert one.recipe is not None
        assert one.recipe["parameters"]["margins"] == toy.plain["margins"]
        assert one.truth["estimands"].notna().any().any()


def test_no_id_stands_in_two_years(read: list[Cohort]) -> None:
    for name in ("cases", "assessments", "orders", "services"):
        ids = [one for year in read for one in getattr(year, name).index]
        assert len(ids) == len(set(ids)) > 0, name
    keys = [one.recipe["parameter_hash"] for one in read if one.recipe]
    assert not provenance.proven_synthetic(list(read[0].cases.index), keys[1], "case")


def test_the_index_says_what_is_where(series: Path, read: list[Cohort], toy: Recipe) -> None:
    about = json.loads((series / "series.json").read_text("utf-8"))
    assert about["synthetic"] is True
    assert (about["name"], about["seed"], about["parameter_hash"]) == ("toy", SEED, toy.parameter_hash)
    for number, (entry, one) in enumerate(zip(about["resources"], read, strict=True)):
        assert one.recipe is not None
        assert entry["path"] == f"{YEARS[number]}/datapackage.json"
        assert entry["hash"] == f"sha256:{provenance.digest((series / entry['path']).read_bytes())}"
        assert entry["year"] == one.recipe["parameters"]["places"]["first_year"]
        assert entry["rows"]["assessments"] == len(one.assessments)
        assert entry["parameter_hash"] == one.recipe["parameter_hash"]
        by_hand = np.random.SeedSequence(SEED, spawn_key=(number,)).generate_state(1, np.uint32)
        assert entry["seed"] == one.recipe["seed"] == by_hand[0]


def test_years_have_luck_of_their_own(read: list[Cohort]) -> None:
    one, two = read[1].cases, read[2].cases
    assert not one["response_minutes"].reset_index(drop=True).equals(two["response_minutes"].reset_index(drop=True))
    apart = np.corrcoef(one["response_minutes"].rank(), two["response_minutes"].rank())[0, 1]
    assert abs(apart) < 4 / np.sqrt(len(one))


def test_a_year_is_what_simulate_makes_of_its_recipe_and_seed(series: Path, read: list[Cohort], toy: Recipe) -> None:
    year = chunk.Year(toy, SEED, 0, series, "parquet")
    again = cohorts.simulate(year.recipe, seed=listed(series)[0]["seed"])
    pd.testing.assert_frame_equal(again.cases, read[0].cases, check_exact=True)
    pd.testing.assert_frame_equal(again.truth["cases"], read[0].truth["cases"], check_exact=True)


@pytest.mark.parametrize(
    ("first", "months", "places"),
    [
        (2093, 12, ["2093", "2094", "2095", "2096", "2097", "2098", "2099", "2099_2", "2099_3", "2099_4"]),
        (2096, 21, ["2096", "2098", "2098_2", "2098_3"]),
        (2096, 24, ["2096", "2098", "2098_2"]),
        (2099, 36, ["2099", "2099_2"]),
        (2099, 1, ["2099", "2099_2"]),
    ],
)
def test_years_move_on_as_far_as_a_recipe_may(toy: Recipe, first: int, months: int, places: list[str]) -> None:
    moved = toy.changed_to("toy", {"places.first_year": (first, "-"), "places.months": (months, "-")})
    planned = [chunk.Year(moved, SEED, number, Path(), "parquet") for number in range(len(places))]
    assert [one.place for one in planned] == places
    assert [one.recipe.settings.places.first_year for one in planned] == [int(place[:4]) for place in places]
    assert len({one.recipe.parameter_hash for one in planned}) == len(places)
    assert len({one.own_seed for one in planned}) == len(places)


def test_a_shorter_series_is_the_beginning_of_a_longer_one_whoever_writes_it(
    series: Path, toy: Recipe, tmp_path: Path
) -> None:
    two = cohorts.write_years(toy, tmp_path / "two", years=2, seed=SEED, workers=2)
    assert listed(two) == listed(series)[:2]


def test_csv_too(toy: Recipe, read: list[Cohort], tmp_path: Path) -> None:
    folder = cohorts.write_years(toy, tmp_path / "csv", years=1, seed=SEED, format="csv")
    (one,) = cohorts.read_years(folder)
    assert (folder / "2098" / "observed" / "cases.csv").is_file()
    pd.testing.assert_frame_equal(one.cases, read[0].cases)


def test_fewer_than_one_year_or_worker_is_refused(toy: Recipe, tmp_path: Path) -> None:
    for wrong in ({"years": 0}, {"years": 1, "workers": 0}):
        with pytest.raises(UsageError) as caught:
            cohorts.write_years(toy, tmp_path / "none", seed=1, **wrong)
        assert caught.value.code == "wrong_arguments"
    assert not (tmp_path / "none").exists()


# memory


def test_no_year_stays_in_memory_when_the_next_one_begins(
    toy: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = list[weakref.ref[Cohort]]()
    most = list[int]()

    def watched(*args: Any, **options: Any) -> Cohort:
        gc.collect()
        most.append(sum(one() is not None for one in alive))
        made = cohorts.simulate(*args, **options)
        alive.append(weakref.ref(made))
        return made

    monkeypatch.setattr(chunk, "simulate", watched)
    folder = cohorts.write_years(toy, tmp_path / "series", years=3, seed=SEED)
    assert most == [0, 0, 0]
    reading = cohorts.read_years(folder)
    first = weakref.ref(next(reading))
    next(reading)
    gc.collect()
    assert first() is None


# stopped, gone on with, replaced


def test_a_stopped_series_goes_on_where_it_was(series: Path, toy: Recipe, tmp_path: Path) -> None:
    def stop(done: int, of: int) -> None:
        assert of == 3
        if done == 2:
            raise Stopped

    target = tmp_path / "series"
    with pytest.raises(Stopped):
        cohorts.write_years(toy, target, years=3, seed=SEED, progress=stop)
    assert {p.name for p in target.iterdir()} == {"2098", "2099"}
    with pytest.raises(CheckFailed) as caught:
        list(cohorts.read_years(target))
    assert caught.value.problems[0].code == "no_descriptor"
    written = (target / "2098" / "datapackage.json").stat().st_mtime_ns
    done = list[int]()
    cohorts.write_years(toy, target, years=3, seed=SEED, progress=lambda now, _: done.append(now))
    assert done == [1, 2, 3]
    assert (target / "2098" / "datapackage.json").stat().st_mtime_ns == written
    assert contents(target) == contents(series)


def test_a_year_that_was_altered_is_not_gone_on_with(toy: Recipe, tmp_path: Path) -> None:
    target = cohorts.write_years(toy, tmp_path / "series", years=1, seed=SEED)
    (target / "series.json").unlink()
    (target / "2098" / "observed" / "cases.parquet").write_bytes(b"")
    with pytest.raises(CheckFailed) as caught:
        cohorts.write_years(toy, target, years=1, seed=SEED)
    assert caught.value.problems[0].code == "file_altered"


@pytest.mark.parametrize("what", ["complete", "seed", "format", "recipe", "foreign"])
def test_what_is_there_stays_unless_forced(what: str, series: Path, toy: Recipe, tmp_path: Path) -> None:
    target = tmp_path / "series"
    for name, content in contents(series).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
    call: dict[str, Any] = {"years": 3, "seed": SEED}
    recipe = toy
    if what != "complete":
        (target / "series.json").unlink()
    if what == "seed":
        call["seed"] = SEED + 1
    if what == "format":
        call["format"] = "csv"
    if what == "recipe":
        recipe = toy.changed_to("toy", {"margins.form": (0.8, "assumption")})
    if what == "foreign":
        (target / "2099" / "datapackage.json").write_text("[]", "utf-8")
    before = contents(target)
    with pytest.raises(UsageError) as caught:
        cohorts.write_years(recipe, target, **call)
    assert caught.value.code == "target_exists"
    assert contents(target) == before


def test_force_replaces_the_series_and_nothing_else(series: Path, toy: Recipe, tmp_path: Path) -> None:
    target = tmp_path / "series"
    cohorts.write_years(toy, target, years=2, seed=SEED + 1)
    (target / "notes.txt").write_text("ours", "utf-8")
    (target / "2050").mkdir()
    cohorts.write_years(toy, target, years=1, seed=SEED, force=True)
    assert {p.name for p in target.iterdir()} == {"2098", "series.json", "notes.txt", "2050"}
    assert listed(target) == listed(series)[:1]


def test_a_recipe_that_cannot_be_made_leaves_the_old_series(toy: Recipe, series: Path, tmp_path: Path) -> None:
    target = cohorts.write_years(toy, tmp_path / "series", years=1, seed=SEED)
    before = contents(target)
    impossible = toy.changed_to("no", {"margins.provisional": (0.9, "-"), "margins.form": (0.1, "-")})
    with pytest.raises(UsageError) as caught:
        cohorts.write_years(impossible, target, years=1, seed=SEED, force=True)
    assert caught.value.code == "margins_contradict"
    assert contents(target) == before


def test_a_file_is_never_replaced_by_a_series(toy: Recipe, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("ours", "utf-8")
    with pytest.raises(UsageError) as caught:
        cohorts.write_years(toy, tmp_path / "file", years=1, seed=SEED, force=True)
    assert caught.value.code == "target_not_folder"


# reading


def test_an_altered_year_is_not_read(toy: Recipe, tmp_path: Path) -> None:
    target = cohorts.write_years(toy, tmp_path / "series", years=1, seed=SEED)
    description = target / "2098" / "datapackage.json"
    description.write_text(description.read_text("utf-8") + " ", "utf-8")
    with pytest.raises(CheckFailed) as caught:
        next(reading(target))
    assert caught.value.problems[0].code == "file_altered"
    description.unlink()
    with pytest.raises(CheckFailed):
        next(reading(target))


@pytest.mark.parametrize("path", ["../other/datapackage.json", "/datapackage.json", "2098/../../datapackage.json"])
def test_an_index_never_leads_outside_its_folder(path: str, tmp_path: Path) -> None:
    (tmp_path / "series.json").write_text(json.dumps({"resources": [{"path": path, "hash": "x"}]}), "utf-8")
    with pytest.raises(CheckFailed) as caught:
        next(reading(tmp_path))
    assert caught.value.problems[0].code == "bad_descriptor"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"resources": 3}', '{"resources": ["a"]}', '{"resources": [{}]}'])
def test_an_index_that_is_none_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "series.json").write_text(content, "utf-8")
    with pytest.raises(CheckFailed) as caught:
        next(reading(tmp_path))
    assert caught.value.problems[0].code == "bad_descriptor"


def reading(folder: Path) -> Iterator[Cohort]:
    return cohorts.read_years(folder)


def test_a_year_loads_by_itself_like_any_cohort(series: Path, read: list[Cohort]) -> None:
    one = cohort.load(series / "2099")
    pd.testing.assert_frame_equal(one.outcomes, read[1].outcomes)
