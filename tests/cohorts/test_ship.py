"""The shipped cohorts are what their recipes and seeds make, bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dvstudy import cohort, cohorts
from dvstudy.errors import UsageError

_FOLDER = Path(__file__).parents[2] / "data" / "synthetic"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shipped")
    cohorts.ship(folder)
    return folder


@pytest.mark.parametrize("name", sorted(cohorts.SHIPPED))
def test_shipped_files_are_regenerated_bit_for_bit(made: Path, name: str) -> None:
    there = {p.relative_to(_FOLDER / name) for p in (_FOLDER / name).rglob("*") if p.is_file()}
    again = {p.relative_to(made / name) for p in (made / name).rglob("*") if p.is_file()}
    assert there == again
    for path in sorted(p for p in there if p.suffix == ".csv"):
        assert (_FOLDER / name / path).read_bytes() == (made / name / path).read_bytes(), path
    old, new = (json.loads((f / name / "datapackage.json").read_text("utf-8")) for f in (_FOLDER, made))
    del old["version"], new["version"]
    assert old == new


@pytest.mark.parametrize("name", sorted(cohorts.SHIPPED))
def test_shipped_cohorts_say_what_they_are(name: str) -> None:
    facts = json.loads((_FOLDER / name / "datapackage.json").read_text("utf-8"))
    assert facts["synthetic"] is True
    assert facts["recipe"]["seed"] == cohorts.SHIPPED[name]
    assert facts["recipe"]["name"] == name
    assert facts["recipe"]["parameter_hash"] == cohorts.load_recipe(name).parameter_hash
    assert len(facts["recipe"]["assumptions"]) > 100
    assert facts["version"]
    loaded = cohort.load(_FOLDER / name)
    assert loaded.synthetic
    loaded.check()


def test_shipped_data_stay_small() -> None:
    size = sum(p.stat().st_size for p in (_FOLDER / "tutorial").rglob("*") if p.is_file())
    assert size < 6_000_000


def test_shipping_again_needs_force(made: Path) -> None:
    with pytest.raises(UsageError) as caught:
        cohorts.ship(made)
    assert caught.value.code == "target_exists"
