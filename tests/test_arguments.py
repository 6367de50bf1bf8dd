"""Arguments that cannot mean anything are told in a sentence, all at once, in both languages, before anything runs."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dvstudy
from dvstudy import cohorts, language, studies, vignettes
from dvstudy.errors import CheckFailed, UsageError, WrongArguments

Call = Callable[..., Any]
_WRONG: tuple[object, ...] = (-1, "7", 1.5, None, True, np.float64(3))


def _years(**given: Any) -> Path:
    return cohorts.write_years("tutorial", "nowhere", **{"years": 1, "seed": 1, **given})


def _recover(**given: Any) -> Any:
    return dvstudy.recover("unified_form", "tutorial", **{"replicates": 2, "seed": 1, **given})


_SEEDED: dict[str, Call] = {
    "simulate": lambda **given: dvstudy.simulate("tutorial", **{"seed": 1, **given}),
    "flat": lambda **given: cohorts.flat("police_form", **{"seed": 1, **given}),
    "write_flat": lambda **given: cohorts.write_flat("police_form", "nowhere", **{"seed": 1, **given}),
    "write_years": _years,
    "recover": _recover,
}


def _told(caught: pytest.ExceptionInfo[WrongArguments], *places: str) -> None:
    assert [p.place for p in caught.value.problems] == list(places)
    for code in language.languages():
        lines = caught.value.text(code).splitlines()
        assert [line.partition(":")[0] for line in lines] == list(places)
    assert caught.value.text("ro") != caught.value.text("en")


@pytest.mark.parametrize("name", sorted(_SEEDED))
@pytest.mark.parametrize("seed", _WRONG, ids=repr)
def test_a_seed_that_is_none_is_refused(name: str, seed: object) -> None:
    with pytest.raises(WrongArguments) as caught:
        _SEEDED[name](seed=seed)
    _told(caught, "seed")
    assert repr(seed) in caught.value.text()


@pytest.mark.parametrize("name", ["flat", "recover", "simulate", "write_flat"])
@pytest.mark.parametrize("cases", [0, -3, "many", 2.0], ids=repr)
def test_every_wrong_number_is_told_at_once(name: str, cases: object) -> None:
    with pytest.raises(WrongArguments) as caught:
        _SEEDED[name](seed=-1, cases=cases)
    _told(caught, "seed", "cases")


def test_numbers_of_years_replicates_and_processes_too() -> None:
    with pytest.raises(WrongArguments) as caught:
        _years(years="two", workers=0, seed=1.5)
    _told(caught, "years", "workers", "seed")
    with pytest.raises(WrongArguments) as caught:
        _recover(replicates=1, workers=0)
    _told(caught, "replicates", "workers")
    assert not Path("nowhere").exists()


def test_whole_numbers_of_numpy_count_and_stay_numbers_in_files(tmp_path: Path) -> None:
    seed: Any = np.int64(3)
    made = cohorts.write_flat("police_form", tmp_path / "flat", seed=seed, cases=30)
    assert json.loads((made / "datapackage.json").read_text("utf-8"))["flat_recipe"]["seed"] == 3


@pytest.mark.slow
def test_the_seed_of_a_cohort_is_a_number_in_its_file(tmp_path: Path) -> None:
    seed: Any = np.int64(3)
    made = dvstudy.simulate("tutorial", seed=seed, cases=30).save(tmp_path / "one")
    assert json.loads((made / "datapackage.json").read_text("utf-8"))["recipe"]["seed"] == 3


@pytest.mark.parametrize("name", sorted(studies.STUDIES))
def test_a_name_where_a_cohort_belongs_is_answered_with_how_to_make_one(name: str) -> None:
    wrong: Any = "tutorial"
    with pytest.raises(WrongArguments) as caught:
        dvstudy.study(name, wrong, seed=-1)
    _told(caught, "cohort", "seed")
    assert "tutorial" in caught.value.text() and "dvstudy.simulate" in caught.value.text()


def test_studies_told_in_the_wrong_order_or_misspelt() -> None:
    cohort = dvstudy.open_cohort("data/synthetic/tutorial")
    swapped: Any = (cohort, "indicators")
    with pytest.raises(WrongArguments) as caught:
        dvstudy.study(*swapped)
    _told(caught, "name", "cohort")
    with pytest.raises(WrongArguments) as caught:
        dvstudy.study("indicator", cohort)
    assert caught.value.problems[0].nearest == "indicators"
    with pytest.raises(WrongArguments):
        dvstudy.recover("indicator", "tutorial", 2, seed=1)


def test_every_door_that_takes_a_cohort() -> None:
    wrong: Any = Path("data/synthetic/tutorial")
    for call in (
        lambda: dvstudy.compare(wrong),
        lambda: dvstudy.fidelity(wrong),
        lambda: dvstudy.plausibility(wrong),
        lambda: vignettes.make(wrong, n=1, seed=1),
    ):
        with pytest.raises(WrongArguments) as caught:
            call()
        _told(caught, "cohort")
    for call, place in (
        (lambda: dvstudy.show_calibration(wrong), "cohort"),
        (lambda: dvstudy.show_provenance(wrong), "shown"),
        (lambda: dvstudy.recover(wrong, "tutorial", 2, seed=1), "name"),
    ):
        with pytest.raises(WrongArguments) as caught:
            call()
        _told(caught, place)
    with pytest.raises(WrongArguments) as caught:
        dvstudy.fidelity(dvstudy.open_cohort("data/synthetic/tutorial"), wrong)
    _told(caught, "reference")


def test_own_data_have_no_margins_to_meet() -> None:
    own = dvstudy.open_cohort("examples/own_cohort")
    with pytest.raises(UsageError) as caught:
        cohorts.calibration(own)
    assert caught.value.code == "no_calibration"
    assert all(own.name in caught.value.text(code) for code in language.languages())


def test_the_error_travels_between_processes() -> None:
    with pytest.raises(WrongArguments) as caught:
        dvstudy.simulate("tutorial", seed=-1)
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, WrongArguments) and not isinstance(again, CheckFailed)
    assert (again.problems, again.text("ro")) == (caught.value.problems, caught.value.text("ro"))
