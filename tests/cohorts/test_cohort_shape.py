"""The Cohort shape: saving, loading, checking, and the proof that data are synthetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dvstudy import cohort, instruments
from dvstudy.cohort import Cohort
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.storage import Format


def _frames(one: Cohort) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from one.tables().items()
    yield from ((f"answers/{name}", frame) for name, frame in one.answers.items())
    yield from ((f"truth/{name}", frame) for name, frame in one.truth.items())


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_a_cohort_comes_back_exactly(tutorial: Cohort, tmp_path: Path, format: Format) -> None:
    loaded = cohort.load(tutorial.save(tmp_path / "saved", format=format))
    before, after = dict(_frames(tutorial)), dict(_frames(loaded))
    assert before.keys() == after.keys()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, after[name], check_exact=True, obj=name)
    assert loaded.recipe == tutorial.recipe
    assert loaded.name == tutorial.name
    assert loaded.synthetic


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_a_teams_own_cohort_has_no_truth_and_is_not_synthetic(tutorial: Cohort, tmp_path: Path, format: Format) -> None:
    own = replace(tutorial, recipe=None, truth={}, name="team", orders=tutorial.orders.iloc[:0])
    loaded = cohort.load(own.save(tmp_path / "own", format=format))
    assert not loaded.synthetic and loaded.recipe is None and loaded.truth == {}
    pd.testing.assert_frame_equal(loaded.orders, own.orders, check_exact=True)
    header = (tmp_path / "own" / "observed").glob("cases.*")
    assert "synthetic" not in (pd.read_csv(next(header)).columns if format == "csv" else pd.read_parquet(next(header)))


def test_a_teams_own_form_is_saved_with_the_cohort(tutorial: Cohort, tmp_path: Path) -> None:
    own = instruments.load("order146").model_copy(update={"version": "official-copy.1"})
    saved = replace(tutorial, definitions={"order146": own}).save(tmp_path / "own", format="csv")
    loaded = cohort.load(saved)
    assert loaded.instrument("order146") == own
    assert loaded.instrument("sara_v2") == instruments.load("sara_v2")


def test_observed_and_truth_stand_apart_and_carry_the_mark(tutorial: Cohort, tmp_path: Path) -> None:
    folder = tutorial.save(tmp_path / "a", format="parquet")
    assert {p.name for p in folder.iterdir()} == {"observed", "truth", "datapackage.json"}
    assert pq.read_schema(folder / "observed" / "cases.parquet").metadata[b"dvstudy_synthetic"] == b"true"
    text = tutorial.save(tmp_path / "b", format="csv")
    for path in text.rglob("*.csv"):
        assert pd.read_csv(path)["synthetic"].all(), path.name
    observed = set(pd.read_csv(text / "observed" / "cases.csv").columns)
    assert not observed & {"S", "high_risk", "risk_no_order", "strategic"}


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_an_altered_or_absent_file_is_found(tutorial: Cohort, tmp_path: Path, format: Format) -> None:
    folder = tutorial.save(tmp_path / "saved", format=format)
    outcomes = folder / "observed" / f"outcomes.{format}"
    outcomes.write_bytes(outcomes.read_bytes() + b"\n")
    (folder / "observed" / f"orders.{format}").unlink()
    with pytest.raises(CheckFailed) as caught:
        cohort.load(folder)
    assert {p.code for p in caught.value.problems} == {"file_altered", "file_missing"}
    assert "outcomes" in caught.value.text("en") and "orders" in caught.value.text("ro")


def test_an_existing_folder_needs_force_and_is_then_replaced_whole(tutorial: Cohort, tmp_path: Path) -> None:
    folder = tutorial.save(tmp_path / "saved", format="csv")
    (folder / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(UsageError) as caught:
        tutorial.save(folder)
    assert caught.value.code == "target_exists"
    assert (folder / "notes.txt").exists() and (folder / "observed" / "cases.csv").exists()
    tutorial.save(folder, format="parquet", force=True)
    assert not (folder / "notes.txt").exists()
    assert not list(folder.rglob("*.csv"))
    assert [p.name for p in tmp_path.iterdir()] == ["saved"]


def test_a_folder_that_is_no_cohort_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed) as caught:
        cohort.load(tmp_path)
    assert caught.value.problems[0].code == "no_descriptor"
    (tmp_path / "datapackage.json").write_text('{"resources": []}', "utf-8")
    with pytest.raises(UsageError) as other:
        cohort.load(tmp_path)
    assert other.value.code == "not_a_cohort"


def test_one_foreign_id_makes_data_count_as_real(tutorial: Cohort) -> None:
    index = tutorial.cases.index.to_list()
    for foreign in ("SYN-0123456789", "P-17"):
        mixed = tutorial.cases.set_index(pd.Index([foreign, *index[1:]], name="case_id", dtype="str"))
        assert not replace(tutorial, cases=mixed).synthetic


def test_a_changed_hash_proves_nothing(tutorial: Cohort) -> None:
    assert tutorial.recipe is not None
    assert not replace(tutorial, recipe={**tutorial.recipe, "parameter_hash": "0" * 64}).synthetic
    assert not replace(tutorial, cases=tutorial.cases.iloc[:0]).synthetic


def test_part_of_a_synthetic_cohort_in_another_order_is_still_proven(tutorial: Cohort) -> None:
    assert replace(tutorial, cases=tutorial.cases.iloc[:500].iloc[::-1]).synthetic


def test_check_lists_every_fault_at_once(tutorial: Cohort) -> None:
    cases = tutorial.cases.astype({"area": "str"}).assign(colour="red")
    cases.loc[cases.index[0], "area"] = "urbn"
    orders = tutorial.orders.assign(case_id="SYN-nobody")
    broken = replace(tutorial, cases=cases, orders=orders)
    with pytest.raises(CheckFailed) as caught:
        broken.check()
    codes = [p.code for p in caught.value.problems]
    assert {"unknown_column", "bad_code", "unknown_case"} <= set(codes)
    bad = next(p for p in caught.value.problems if p.code == "bad_code")
    assert bad.found == "urbn" and bad.nearest == "urban"


def test_answers_without_their_assessment_are_found(tutorial: Cohort) -> None:
    shorter = replace(tutorial, assessments=tutorial.assessments.iloc[1:])
    with pytest.raises(CheckFailed) as caught:
        shorter.check()
    assert [p.code for p in caught.value.problems] == ["unknown_assessment"]


def test_rated_joins_the_case(tutorial: Cohort) -> None:
    rated = tutorial.rated("order146", "police_officer")
    assert (rated["rater_role"] == "police_officer").all()
    assert {"station_id", "relation", "arm"} <= set(rated.columns)
    assert rated["station_id"].notna().all()
