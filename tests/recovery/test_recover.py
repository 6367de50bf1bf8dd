"""The engine: the same table by one process or several, stopped or not; failures counted, faults in words."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

from dvstudy import cohorts, provenance, studies
from dvstudy.cohort import Cohort
from dvstudy.cohorts import Recipe
from dvstudy.errors import UsageError
from dvstudy.recovery import Estimator, Recovery, recover
from dvstudy.recovery.estimator import made_of
from dvstudy.recovery.replicate import Job

Toy = Callable[..., Estimator]


def same(first: Recovery, second: Recovery) -> None:
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)
    pd.testing.assert_frame_equal(first.failures, second.failures, check_exact=True)
    assert list(first.notes) == list(second.notes)


@pytest.fixture(scope="module")
def one(recipe: Recipe, toy: Toy) -> Recovery:
    return recover(toy(fails=True), recipe, 8, seed=5)


def test_table_is_what_the_replicates_say(one: Recovery, recipe: Recipe, toy: Toy) -> None:
    """Recomputed from the seeds, without the engine."""
    job = Job(toy(fails=True), recipe, 5, None)
    seeds = [job.seeds(number)[1] for number in range(8)]
    means = [np.random.default_rng(s).normal(0.3, 1.0, 25).mean() for s in seeds if not s % 2]
    row = one.row("toy", "difference")
    assert 0 < row["failed"] == 8 - len(means) < 8
    assert row["used"] == len(means)
    assert row["bias"] == pytest.approx(np.mean(means) - 0.3)
    assert row["empirical_se"] == pytest.approx(np.std(means, ddof=1))
    assert row["coverage"] == np.mean([abs(m - 0.3) <= 1.96 / 5 for m in means])


def test_failures_are_told_with_the_seed_that_makes_the_cohort_again(one: Recovery, recipe: Recipe, toy: Toy) -> None:
    assert set(one.failures["error"]) == {"ArithmeticError: an odd seed"}
    job = Job(toy(), recipe, 5, None)
    assert all(job.seeds(f["replicate"])[0] == f["seed"] for f in one.failures.to_dict("records"))
    assert "recovery_failed" in [note.code for note in one.notes]


def test_rows_without_a_truth_are_counted(one: Recovery) -> None:
    lost = next(note for note in one.notes if note.code == "recovery_no_truth")
    assert "1" in lost.text()
    assert list(one.table["term"]) == ["difference"]


@pytest.mark.parametrize("workers", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_the_number_of_workers_changes_nothing(one: Recovery, recipe: Recipe, toy: Toy, workers: int) -> None:
    same(one, recover(toy(fails=True), recipe, 8, seed=5, workers=workers))


def test_threads_chosen_outside_change_nothing(one: Recovery, recipe: Recipe, toy: Toy) -> None:
    with joblib.parallel_config(backend="threading", n_jobs=2):
        same(one, recover(toy(fails=True), recipe, 8, seed=5))


def test_an_interrupted_run_goes_on_where_it_was(
    one: Recovery, recipe: Recipe, toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recover(toy(fails=True), recipe, 8, seed=5, folder=tmp_path, progress=stop)
    assert len(list(tmp_path.glob("*/replicate-*.json"))) == 3
    seen: list[tuple[int, int]] = []
    again = recover(toy(fails=True), recipe, 8, seed=5, folder=tmp_path, progress=lambda *at: seen.append(at))
    same(one, again)
    assert seen == [(done, 8) for done in range(3, 9)]
    monkeypatch.setattr("dvstudy.cohorts.simulate", None)  # nothing is computed any more
    same(one, recover(toy(fails=True), recipe, 8, seed=5, folder=tmp_path))


def test_a_damaged_file_is_computed_again(one: Recovery, recipe: Recipe, toy: Toy, tmp_path: Path) -> None:
    recover(toy(fails=True), recipe, 8, seed=5, folder=tmp_path)
    next(tmp_path.glob("*/replicate-000002.json")).write_text('{"replicate": 2', "utf-8")
    done: list[int] = []
    same(one, recover(toy(fails=True), recipe, 8, seed=5, folder=tmp_path, progress=lambda k, n: done.append(k)))
    assert done == [7, 8]


def test_other_plans_never_share_replicates(recipe: Recipe, toy: Toy, tmp_path: Path) -> None:
    """Name, seed, cases, null, and the estimator's own code."""

    def other(cohort: Cohort, seed: int) -> pd.DataFrame:
        return pd.DataFrame({"term": ["difference"], "estimate": [1.0]})

    plain = toy()
    changed = Estimator(other, "toy", truth=plain.truth, null=plain.null)
    for estimator, seed, cases in ((plain, 1, 50), (toy("renamed"), 1, 50), (plain, 2, 50), (plain, 1, 60)):
        recover(estimator, recipe, 2, seed=seed, cases=cases, folder=tmp_path)
    recover(toy(null=1.0), recipe, 2, seed=1, cases=50, folder=tmp_path)
    assert recover(changed, recipe, 2, seed=1, cases=50, folder=tmp_path).row("toy", "difference")["bias"] == 0.7
    assert len(list(tmp_path.iterdir())) == 6


def test_functions_without_source_that_differ_in_a_number_are_not_the_same() -> None:
    """As typed into a prompt: the instructions are the same, the numbers in them are not."""
    text = "lambda cohort: [0.5 * x for x in (cohort,)]"
    half, same_half, more = (eval(t) for t in (text, text, text.replace("0.5", "0.6")))
    codes = [Estimator(run, "typed").code for run in (half, same_half, more)]
    assert codes[0] == codes[1] != codes[2]


@pytest.mark.parametrize("name", ["a.py", "definitions/form.toml", "data/figures.csv"])
def test_definitions_and_figures_belong_to_the_code_of_an_estimator(tmp_path: Path, name: str) -> None:
    codes = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(f"x = {number}\n", "utf-8")
        codes.append(made_of(folder))
    assert codes[0] != codes[1]


def test_more_replicates_keep_the_first(recipe: Recipe, toy: Toy, tmp_path: Path) -> None:
    first = recover(toy(), recipe, 3, seed=1, folder=tmp_path)
    done: list[int] = []
    more = recover(toy(), recipe, 5, seed=1, folder=tmp_path, progress=lambda k, n: done.append(k))
    assert done == [3, 4, 5]
    same(more, recover(toy(), recipe, 5, seed=1))
    same(first, recover(toy(), recipe, 3, seed=1, folder=tmp_path))


def test_replicates_of_other_versions_of_a_library_are_not_mixed_in(
    recipe: Recipe, toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recover(toy(), recipe, 3, seed=1, folder=tmp_path)
    now = provenance.environment()
    monkeypatch.setattr("dvstudy.provenance.environment", lambda: {**now, "numpy": "9.0"})
    done: list[int] = []
    recover(toy(), recipe, 3, seed=1, folder=tmp_path, progress=lambda k, n: done.append(k))
    assert done == [0, 1, 2, 3]
    plans = [json.loads(path.read_text("utf-8"))["versions"]["numpy"] for path in tmp_path.glob("*/plan.json")]
    assert sorted(plans) == sorted([now["numpy"], "9.0"])


KILLED = """
import sys, time
from pathlib import Path
import pandas as pd
from dvstudy.recovery import Estimator, recover

def slow(cohort, seed):
    time.sleep(float(sys.argv[3]))
    return pd.DataFrame({"term": ["difference"], "estimate": [seed / 2**32]})

def truth(cohort):
    return pd.DataFrame({"term": ["difference"], "value": [0.5]})

found = recover(Estimator(slow, "slow", truth=truth), Path(sys.argv[1]), 5, seed=3, folder=Path(sys.argv[2]))
print(found.table.to_csv(index=False))
"""


@pytest.mark.slow
def test_a_killed_process_leaves_whole_replicates_and_the_next_ends_the_same(recipe_file: Path, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(KILLED, "utf-8")

    def command(folder: str, wait: str) -> list[str]:
        return [sys.executable, str(script), str(recipe_file), str(tmp_path / folder), wait]

    with subprocess.Popen(command("kept", "0.3"), stdout=subprocess.DEVNULL) as running:
        limit = time.monotonic() + 60
        while len(list(tmp_path.glob("kept/*/replicate-*.json"))) < 2 and time.monotonic() < limit:
            time.sleep(0.02)
        running.kill()
    left = len(list(tmp_path.glob("kept/*/replicate-*.json")))
    assert 2 <= left < 5
    ended = [subprocess.run(command(f, "0"), capture_output=True, text=True, check=True) for f in ("kept", "whole")]
    assert ended[0].stdout == ended[1].stdout


def test_a_study_by_name_gives_the_means_of_its_checks(recipe: Recipe) -> None:
    found = recover("unified_form", recipe, 3, seed=9, cases=400)
    job = Job(Estimator(lambda cohort: pd.DataFrame(), "x"), recipe, 9, 400)
    seeds = [job.seeds(number) for number in range(3)]
    runs = [studies.study("unified_form", cohorts.simulate(recipe, seed=a, cases=400), seed=b) for a, b in seeds]
    every = pd.concat([run.checks for run in runs]).groupby(["result", "term", "group"])
    expected = every[["estimate", "truth", "mcse"]].mean()
    table = found.table.set_index(["result", "term", "group"]).loc[expected.index]
    np.testing.assert_allclose(table["mean_estimate"], expected["estimate"], rtol=1e-12)
    np.testing.assert_allclose(table["truth"], expected["truth"], rtol=1e-12)
    np.testing.assert_allclose(table["truth_mcse"], expected["mcse"], rtol=1e-12)
    covered = every["covered"].mean()
    both = covered.notna()
    np.testing.assert_allclose(table["coverage"][both], covered[both].astype(float), rtol=1e-12)
    assert found.row("interviews", "difference")["tests"] == 3


def test_wrong_calls_are_said_in_words(recipe: Recipe, toy: Toy) -> None:
    with pytest.raises(UsageError, match="no study called “treshold”"):
        recover("treshold", recipe, 2, seed=1)
    with pytest.raises(UsageError, match="at least 2"):
        recover(toy(), recipe, 1, seed=1)
    with pytest.raises(UsageError, match="between 0 and 1"):
        Estimator(toy().run, "x", level=95)
    with pytest.raises(UsageError, match="true value"):
        recover(Estimator(toy().run, "nowhere"), recipe, 2, seed=1)


def test_an_estimator_that_always_fails_leaves_a_list_of_failures(recipe: Recipe) -> None:
    def twice(cohort: Cohort) -> pd.DataFrame:
        return pd.DataFrame({"term": ["a", "a"], "estimate": [1.0, 2.0]})

    found = recover(twice, recipe, 2, seed=1)
    assert len(found.table) == 0
    assert found.failures["error"].str.contains("stand twice").all()
    assert [note.code for note in found.notes] == ["recovery_failed"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
def test_a_dask_cluster_gives_the_same_table(one: Recovery, recipe: Recipe, toy: Toy, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(tmp_path)}
    with (
        distributed.LocalCluster(**options) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        found = recover(toy(fails=True), recipe, 8, seed=5, folder=tmp_path / "kept")
    same(one, found)
    assert len(list((tmp_path / "kept").glob("*/replicate-*.json"))) == 8


def test_saved_tables_open_without_the_package(one: Recovery, tmp_path: Path) -> None:
    folder = one.save(tmp_path / "saved")
    pd.testing.assert_frame_equal(
        pd.read_parquet(folder / "recovery.parquet").drop(columns="synthetic"), one.table, check_dtype=False
    )
    with pytest.raises(UsageError):
        one.save(folder)
