"""Flat tables: known truth recovered, columns with luck of their own, every fault named, a mark on what is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.special import expit

from dvstudy import cohorts, provenance, storage
from dvstudy.cohorts import flat_draw
from dvstudy.cohorts.flat_recipe import FlatRecipe
from dvstudy.cohorts.streams import Streams
from dvstudy.errors import CheckFailed, UsageError

Written = Callable[[str], Path]
N = 100_000
#: Nothing in a fixed seed should lie further out than this many standard errors.
FAR = 4.5
HEAD = 'name = "own"\ntitle = "Own"\nsource = "assumption"\ncases = 50\n'
SMALL = """[columns]
x = { kind = "normal", mean = 2.0, sd = 3.0, about = "x" }
place = { kind = "category", levels = ["a", "b", "c"], shares = [0.2, 0.5, 0.3], about = "place" }
z = { kind = "normal", mean = 1.0, sd = 0.5, on = { x = 0.25, "place.b" = -1.0 }, about = "z" }
u = { kind = "uniform", low = -1, high = 5, about = "u" }
yes = { kind = "binary", intercept = -0.5, on = { z = 0.8, "place.c" = 0.6 }, about = "yes" }
count = { kind = "poisson", log_mean = -0.7, on = { z = 0.3, yes = 0.5 }, about = "count" }
grade = { kind = "ordered", levels = ["low", "mid", "high"], cuts = [-0.4, 1.1], on = { z = 0.7 }, about = "grade" }
later = { kind = "binary", intercept = -1.0, on = { count = 0.4, "grade.high" = 1.2 }, about = "later" }
"""


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(columns: str) -> Path:
        path = tmp_path / "own.toml"
        path.write_text(HEAD + columns, "utf-8")
        return path

    return write


@pytest.fixture
def root_of_tests() -> Path:
    return Path(__file__).parents[1]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("flat") / "own.toml"
    path.write_text(HEAD + SMALL, "utf-8")
    return cohorts.flat(path, seed=11, cases=N)


# what comes out


def test_the_shipped_recipe_has_forty_columns_in_few_bytes() -> None:
    assert cohorts.flat_recipes() == ("police_form",)
    frame = cohorts.flat("police_form", seed=1, cases=2000)
    kinds = {column.kind: str(frame[name].dtype) for name, column in _recipe("police_form").columns.items()}
    assert frame.shape == (2000, 40)
    assert [c for c in frame if str(c).startswith("q")] == [f"q{k:02d}" for k in range(1, 22)]
    assert kinds == {
        "normal": "float32", "uniform": "float32", "binary": "bool", "poisson": "int16", "category": "category",
        "ordered": "category",
    }  # fmt: skip
    assert frame["grade"].cat.ordered
    assert not frame["relation"].cat.ordered
    assert frame.memory_usage(index=False).sum() < 2000 * 64
    assert frame.attrs["synthetic"] is True
    assert not frame.isna().to_numpy().any()


def test_the_recipe_says_how_many_cases_unless_the_caller_does(written: Written) -> None:
    assert len(cohorts.flat(written(SMALL), seed=1)) == 50
    with pytest.raises(UsageError) as caught:
        cohorts.flat(written(SMALL), seed=1, cases=0)
    assert caught.value.code == "wrong_arguments"


# known truth


def test_moments_and_shares(table: pd.DataFrame) -> None:
    b = table["place"] == "b"
    assert near(table["x"].mean(), 2, 3 / np.sqrt(N))
    assert table["x"].std() == pytest.approx(3, rel=FAR / np.sqrt(2 * N))
    assert near(table["z"].mean(), 1 + 0.25 * 2 - 0.5, table["z"].std() / np.sqrt(N))
    rest = table["z"] - 1 - 0.25 * table["x"] + b
    assert rest.std() == pytest.approx(0.5, rel=FAR / np.sqrt(2 * N))
    assert stats.kstest(rest / 0.5, "norm").pvalue > 1e-4
    assert stats.kstest((table["u"] + 1) / 6, "uniform").pvalue > 1e-4
    counts = table["place"].value_counts().reindex(["a", "b", "c"])
    assert stats.chisquare(counts, N * np.array([0.2, 0.5, 0.3])).pvalue > 1e-4


def test_weights_are_the_log_odds_ratios(table: pd.DataFrame) -> None:
    c, high = table["place"] == "c", table["grade"] == "high"
    recovered(sm.Logit(table["yes"], design(table["z"], c)), [-0.5, 0.8, 0.6])
    recovered(sm.Logit(table["later"], design(table["count"], high)), [-1.0, 0.4, 1.2])
    for cut, above in ((-0.4, table["grade"] != "low"), (1.1, high)):
        recovered(sm.Logit(above, design(table["z"])), [-cut, 0.7])


def test_weights_of_counts_are_the_log_rate_ratios(table: pd.DataFrame) -> None:
    recovered(sm.Poisson(table["count"], design(table["z"], table["yes"])), [-0.7, 0.3, 0.5])
    mean = np.exp(-0.7 + 0.3 * table["z"] + 0.5 * table["yes"])
    excess = ((table["count"] - mean) ** 2 - mean).mean()
    assert near(excess, 0, np.sqrt((mean + 2 * mean**2).mean() / N))


def test_answers_are_those_of_the_textbook_formula_on_the_same_numbers(table: pd.DataFrame) -> None:
    """An independent way: double precision, expit, one comparison; apart only where rounding decides."""
    number = {name: Streams(11).of(f"flat/{name}").random(N, dtype=np.float32) for name in ("yes", "grade", "place")}
    z = table["z"].astype(float)
    yes = number["yes"] < expit(-0.5 + 0.8 * z + 0.6 * (table["place"] == "c"))
    grade = sum((number["grade"] < expit(0.7 * z - cut)).astype(int) for cut in (-0.4, 1.1))
    assert (yes != table["yes"]).sum() <= 2
    assert (grade != table["grade"].cat.codes).sum() <= 2
    assert (np.digitize(number["place"], [0.2, 0.7]) == table["place"].cat.codes).all()


def test_every_answer_of_the_shipped_form_has_its_log_odds_ratios() -> None:
    frame = cohorts.flat("police_form", seed=4, cases=60_000)
    for name, column in _recipe("police_form").columns.items():
        if name.startswith("q") and "relation.spouse" not in column.on:
            model = sm.Logit(frame[name], design(*(frame[key] for key in column.on)))
            recovered(model, [column.intercept, *column.on.values()])


def test_means_and_spreads_are_those_of_another_program(root_of_tests: Path) -> None:
    """simstudy in R, a million cases from the same formulas (tests/reference/flat_make.R); categories count from 1."""
    theirs = pd.read_csv(root_of_tests / "reference" / "flat_values.csv", index_col="column")
    frame = cohorts.flat("police_form", seed=9, cases=N)
    assert len(theirs) == 33
    for name, mean, sd in theirs.itertuples():
        kind = frame[name].dtype
        ours = frame[name].cat.codes + 1 if isinstance(kind, pd.CategoricalDtype) else frame[name].astype(float)
        error = ours.std() * np.sqrt(1 / N + 1 / 1_000_000)
        assert near(ours.mean(), mean, error), name
        fourth = ((ours - ours.mean()) ** 4).mean() / ours.var() ** 2
        assert near(ours.std() / sd, 1, np.sqrt((fourth - 1) / 4 * (1 / N + 1 / 1_000_000))), name


# luck


def test_fewer_cases_are_the_first_of_more_whatever_the_block(
    table: pd.DataFrame, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(SMALL)
    pd.testing.assert_frame_equal(cohorts.flat(path, seed=11, cases=20_001), table.head(20_001), check_exact=True)
    monkeypatch.setattr(flat_draw, "_BLOCK", 1001)
    pd.testing.assert_frame_equal(cohorts.flat(path, seed=11, cases=20_001), table.head(20_001), check_exact=True)
    assert not cohorts.flat(path, seed=12, cases=100)["u"].equals(table["u"].head(100))


def test_a_further_column_leaves_the_others(table: pd.DataFrame, written: Written) -> None:
    extra = 'new = { kind = "poisson", log_mean = 0.0, on = { x = 0.1 }, about = "new" }\n'
    lines = SMALL.splitlines(keepends=True)
    more = cohorts.flat(written("".join([*lines[:3], extra, *lines[3:]])), seed=11, cases=5000)
    assert list(more).index("new") == 2
    pd.testing.assert_frame_equal(more.drop(columns="new"), table.head(5000), check_exact=True)


def test_another_weight_moves_only_what_hangs_on_it(table: pd.DataFrame, written: Written) -> None:
    changed = cohorts.flat(written(SMALL.replace("intercept = -0.5", "intercept = 0.5")), seed=11, cases=5000)
    moved = {name for name in changed if not changed[name].equals(table[name].head(5000))}
    assert moved == {"yes", "count", "later"}
    assert (changed["yes"] >= table["yes"].head(5000)).all()


def test_columns_without_a_link_are_unrelated(table: pd.DataFrame) -> None:
    rest = table["z"] - 1 - 0.25 * table["x"] + (table["place"] == "b")
    free = np.corrcoef([table["x"], rest, table["u"], table["place"].cat.codes])
    assert np.abs(free[np.triu_indices(4, 1)]).max() < FAR / np.sqrt(N)


def test_certain_events_and_impossible_ones_make_no_noise(written: Written) -> None:
    path = written("""[columns]
x = { kind = "normal", mean = 0.0, sd = 1.0, about = "x" }
always = { kind = "binary", intercept = 500.0, on = { x = 1.0 }, about = "always" }
never = { kind = "binary", intercept = -500.0, on = { x = 1.0 }, about = "never" }
surely = { kind = "binary", intercept = 500.0, about = "surely" }
top = { kind = "ordered", levels = ["a", "b", "c"], cuts = [-500.0, 500.0], on = { x = 1.0 }, about = "top" }
far = { kind = "normal", mean = 500.0, sd = 1e-3, about = "far" }
half = { kind = "ordered", levels = ["a", "b", "c"], cuts = [500.0, 900.0], on = { far = 1.0 }, about = "half" }
""")
    frame = cohorts.flat(path, seed=1, cases=40_000)
    assert frame["always"].all()
    assert frame["surely"].all()
    assert not frame["never"].any()
    assert (frame["top"] == "b").all()
    assert near((frame["half"] == "b").mean(), 0.5, 0.5 / np.sqrt(40_000))


def test_a_count_that_does_not_fit_is_refused(written: Written) -> None:
    path = written('[columns]\nmany = { kind = "poisson", log_mean = 12.0, about = "many" }\n')
    with pytest.raises(UsageError) as caught:
        cohorts.flat(path, seed=1)
    assert caught.value.code == "flat_count_too_large"
    assert "many" in caught.value.text("ro")


# faults


def test_every_fault_is_named_at_once(written: Written) -> None:
    path = written("""[columns]
a = { kind = "normal", mean = 0.0, sd = -1.0, about = "a" }
n = { kind = "normal", mean = 0.0, sd = 1.0, about = "n" }
b = { kind = "binari", intercept = 0.0, about = "b" }
c = { kind = "binary", intercept = 0.0, on = { d = 1.0, aa = 1.0, c = 1.0 }, about = "c" }
d = { kind = "category", levels = ["one", "two", "two"], shares = [0.5, 0.2], about = "d" }
e = { kind = "category", levels = ["one", "two"], shares = [0.5, 0.5], about = "e" }
f = { kind = "binary", intercept = 0.0, on = { e = 1.0, "e.thre" = 1.0, "n.one" = 1.0 }, about = "f" }
g = { kind = "ordered", levels = ["x", "y", "z"], cuts = [1.0, 0.5], about = "g" }
h = { kind = "uniform", low = 2.0, high = 1.0, about = "h", unit = "m" }
i = { kind = "uniform", low = 2.0, high = 2.0, about = "i" }
synthetic = { kind = "uniform", low = 0.0, high = 1.0, about = "taken" }
Bad = { kind = "uniform", low = 0.0, high = 1.0, about = "not a code" }
j = 3
k = { about = "no kind" }
""")
    with pytest.raises(CheckFailed) as caught:
        cohorts.flat(path, seed=1)
    found = {(p.place.removeprefix("own.toml → columns."), p.code) for p in caught.value.problems}
    assert found == {
        ("a → sd", "below_limit"),
        ("b.kind", "not_one_of"),
        ("c.on.d", "flat_not_above"),
        ("c.on.aa", "unknown_key"),
        ("c.on.c", "flat_not_above"),
        ("d.levels", "repeated_name"),
        ("d.shares", "flat_count"),
        ("d.shares", "target_parts"),
        ("f.on.e", "unknown_key"),
        ("f.on.e.thre", "unknown_key"),
        ("f.on.n.one", "unknown_key"),
        ("g.cuts", "flat_not_rising"),
        ("h → unit", "unknown_key"),
        ("i.high", "below_limit"),
        ("synthetic", "flat_reserved"),
        ("Bad", "wants_code"),
        ("j", "wants_table"),
        ("k.kind", "missing_key"),
    }
    nearest = {p.found: p.nearest for p in caught.value.problems}
    assert (nearest["binari"], nearest["aa"], nearest["e.thre"]) == ("binary", "a", "")
    assert all(caught.value.text(language) for language in ("en", "ro"))


def test_a_recipe_without_source_or_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('name = "own"\ntitle = "Own"\nsource = ""\n[columns]\n', "utf-8")
    with pytest.raises(CheckFailed) as caught:
        cohorts.flat(path, seed=1)
    assert {(p.place.partition(" → ")[2], p.code) for p in caught.value.problems} == {
        ("source", "too_short"), ("cases", "missing_key"), ("columns", "too_short"),
    }  # fmt: skip


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(CheckFailed) as caught:
        cohorts.flat("police_from", seed=1)
    assert caught.value.problems[0].nearest == "police_form"


# files


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_saved_table_is_marked_proven_and_exact(written: Written, tmp_path: Path, kind: storage.Format) -> None:
    path = written(SMALL)
    folder = cohorts.write_flat(path, tmp_path / "out", seed=5, cases=300, format=kind)
    tables, facts = storage.read_tables(folder)
    back = tables["flat"]
    assert facts["synthetic"] is True
    assert provenance.proven_synthetic(list(back.index), facts["flat_recipe"]["parameter_hash"], "case")
    assert facts["flat_recipe"]["parameter_hash"] == _recipe(path).parameter_hash
    assert facts["flat_recipe"]["parameters"]["columns"][0]["column"] == "x"
    raw = pd.read_parquet(folder / "flat.parquet") if kind == "parquet" else pd.read_csv(folder / "flat.csv")
    assert raw["synthetic"].all()
    expected = cohorts.flat(path, seed=5, cases=300)
    pd.testing.assert_frame_equal(back.reset_index(drop=True), expected, check_exact=True)


def test_what_is_there_stays_unless_forced(written: Written, tmp_path: Path) -> None:
    folder = cohorts.write_flat(written(SMALL), tmp_path / "out", seed=5)
    before = (folder / "datapackage.json").read_bytes()
    with pytest.raises(UsageError) as caught:
        cohorts.write_flat(written(SMALL), folder, seed=6)
    assert caught.value.code == "target_exists"
    assert (folder / "datapackage.json").read_bytes() == before
    cohorts.write_flat(written(SMALL), folder, seed=6, force=True)
    assert (folder / "datapackage.json").read_bytes() != before


def test_another_recipe_has_other_ids(written: Written) -> None:
    one = _recipe(written(SMALL)).parameter_hash
    two = _recipe(written(SMALL.replace("sd = 3.0", "sd = 3.1"))).parameter_hash
    assert one != two


def _recipe(name: str | Path) -> FlatRecipe | Any:
    return cohorts.load_flat_recipe(name)


def near(found: float, true: float, error: float) -> bool:
    return abs(found - true) < FAR * error


def design(*columns: pd.Series) -> np.ndarray:
    return np.column_stack([np.ones(len(columns[0])), *(c.to_numpy(dtype=float) for c in columns)])


def recovered(model: Any, true: list[float]) -> None:
    fit = model.fit(disp=False)
    apart = (np.asarray(fit.params) - true) / np.asarray(fit.bse)
    assert np.abs(apart).max() < FAR, apart
