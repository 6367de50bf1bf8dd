"""Associations of pairs of questions, and how many dimensions they have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from dvstudy.analyses.associations import associations
from dvstudy.analyses.structure import structure
from dvstudy.errors import CheckFailed
from dvstudy.numbers import tetrachoric
from dvstudy.result import Result

LOADINGS = np.array([[0.8, 0], [0.7, 0], [0.75, 0], [0, 0.8], [0, 0.7], [0, 0.75]])


def answers(rng: np.random.Generator, loadings: np.ndarray, n: int = 1500, stations: int = 30) -> pd.DataFrame:
    """Yes/no answers that cut normal traits, and the station of each form as the last column."""
    traits = rng.normal(size=(n, loadings.shape[1]))
    noise = rng.normal(size=(n, len(loadings))) * np.sqrt(1 - (loadings**2).sum(axis=1))
    cuts = np.linspace(-1.0, 0.2, len(loadings))
    yes = traits @ loadings.T + noise < cuts
    frame = pd.DataFrame(yes, columns=[f"q{i + 1:02d}" for i in range(len(loadings))]).astype("boolean")
    return frame.mask(rng.random(frame.shape) < 0.04).assign(station=rng.integers(0, stations, n).astype(str))


def made(data: pd.DataFrame, reference: pd.DataFrame | None = None, *, clustered: bool = True) -> Result:
    sides = [
        (d.drop(columns="station"), d["station"] if clustered else None) for d in (data, reference) if d is not None
    ]
    other = sides[1] if len(sides) > 1 else None
    return associations(sides[0][0], name="p", cluster=sides[0][1], synthetic=True, reference=other)


DATA = answers(np.random.default_rng(1), LOADINGS)


def pair(found: Result, term: str, group: str) -> pd.Series:
    rows = found.frames["pairs"]
    return rows[(rows["term"] == term) & (rows["group"] == group)].iloc[0]


def test_a_pair_is_the_correlation_of_its_table_with_gaps_left_out_pair_by_pair() -> None:
    found = made(DATA)
    both = DATA[["q01", "q03"]].dropna()
    table = pd.crosstab(~both["q01"], ~both["q03"]).to_numpy()
    row = pair(found, "tetrachoric", "q01+q03")
    assert row["n"] == len(both) and row["estimate"] == pytest.approx(float(tetrachoric.tetrachoric(table).rho))
    assert pair(found, "phi", "q01+q03")["estimate"] == pytest.approx(both.astype(float).corr().iloc[0, 1])
    cells = found.frames["counts"].set_index("group").loc["q01+q03", ["both", "first_only", "second_only", "neither"]]
    assert cells.tolist() == table.ravel().tolist()


def test_limits_equal_a_loop_that_leaves_out_one_station_at_a_time() -> None:
    row = pair(made(DATA), "tetrachoric", "q01+q02")
    both = DATA[["q01", "q02", "station"]].dropna()

    def z(rows: pd.DataFrame) -> float:
        return float(np.arctanh(tetrachoric.tetrachoric(pd.crosstab(~rows["q01"], ~rows["q02"]).to_numpy()).rho))

    names = both["station"].unique()
    left = np.array([z(both[both["station"] != name]) for name in names])
    error = np.sqrt((len(names) - 1) / len(names) * ((left - z(both)) ** 2).sum())
    half = 2.04522964 * error  # t with 29 degrees of freedom
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(
        (np.tanh(z(both) - half), np.tanh(z(both) + half)), abs=1e-6
    )


def test_without_clusters_the_limits_are_the_large_sample_ones() -> None:
    found = made(DATA, clustered=False)
    assert "no_cluster" in [n.code for n in found.notes]
    row = pair(found, "tetrachoric", "q01+q02")
    assert row["conf_low"] < 0.56 < row["conf_high"] and np.isnan(found.row("tetrachoric_mean")["conf_low"])


def test_a_cohort_held_against_itself_does_not_differ() -> None:
    found = made(DATA, DATA)
    gaps = found.frames["pairs"].query("term == 'difference'")
    assert len(gaps) == 15 and (gaps["estimate"] == 0).all()
    assert (found.row("rms_difference")["estimate"], found.row("pairs_apart")["estimate"]) == (0, 0)
    assert found.row("rms_by_chance")["estimate"] > 0


def test_another_structure_lies_further_away_than_chance_allows() -> None:
    same = made(DATA, answers(np.random.default_rng(2), LOADINGS))
    other = made(DATA, answers(np.random.default_rng(2), LOADINGS[:, ::-1][[3, 1, 5, 0, 4, 2]]))
    ratio = [r.row("rms_difference")["estimate"] / r.row("rms_by_chance")["estimate"] for r in (same, other)]
    assert ratio[0] < 1.6 and ratio[1] > 3
    assert other.row("pairs_apart")["estimate"] > 3 >= same.row("pairs_apart")["estimate"]


def test_pairs_apart_in_all_allow_for_every_pair_compared() -> None:
    """Each interval as wide as an error of 5 % shared out among the pairs makes it, worked out from the standard errors
    on Fisher's scale without clusters."""
    other = answers(np.random.default_rng(2), LOADINGS[:, ::-1][[3, 1, 5, 0, 4, 2]])
    found = made(DATA, other, clustered=False)
    sides = [s.drop(columns="station") for s in (DATA, other)]
    place = [(i, j) for i in range(6) for j in range(i + 1, 6)]
    z, half = [], []
    for one in sides:
        yes, seen = one.fillna(False).to_numpy(bool), one.notna().to_numpy()
        r = tetrachoric.tetrachoric(np.stack([tetrachoric.tables(yes, seen)[i, j] for i, j in place]))
        z.append(np.arctanh(r.rho))
        half.append(norm.ppf(1 - 0.05 / 15 / 2) * r.std_error / (1 - r.rho**2))
    low, high = ([np.tanh(a + sign * b) for a, b in zip(z, half, strict=True)] for sign in (-1, 1))
    rho = [np.tanh(a) for a in z]
    gap = rho[0] - rho[1]
    apart = (gap > np.hypot(rho[0] - low[0], high[1] - rho[1])) | (-gap > np.hypot(high[0] - rho[0], rho[1] - low[1]))
    assert 0 < apart.sum() < 15
    assert found.row("pairs_apart_in_all")["estimate"] == apart.sum() <= found.row("pairs_apart")["estimate"]


@pytest.mark.slow
def test_two_draws_of_one_structure_seldom_have_a_pair_apart_in_all() -> None:
    """Of 200 comparisons of equal structures at most 5 % name any pair, up to the Monte-Carlo error."""
    named = 0
    for k in range(200):
        rng = np.random.default_rng([7, k])
        found = made(answers(rng, LOADINGS, n=600), answers(rng, LOADINGS, n=600), clustered=False)
        named += found.row("pairs_apart_in_all")["estimate"] > 0
    assert named / 200 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)


def test_columns_of_one_side_only_are_left_out() -> None:
    found = made(DATA, DATA.drop(columns="q06"))
    assert found.row("pairs")["estimate"] == 10


def test_empty_cells_and_constant_questions_are_said() -> None:
    data = DATA.assign(q06=False)
    data["q05"] = (data["q05"] & ~data["q01"].fillna(False)).astype("boolean")
    found = made(data.astype({"q06": "boolean"}))
    assert found.row("pairs_empty_cell")["estimate"] == 1
    assert pair(found, "tetrachoric", "q01+q05")["method"] == "tetrachoric_empty_cell"
    assert np.isnan(pair(found, "tetrachoric", "q01+q06")["estimate"])
    assert {"empty_cells", "pairs_without_value"} <= {n.code for n in found.notes} and found.status == "caution"


def test_nothing_to_correlate_is_not_estimable() -> None:
    assert made(DATA.assign(q01=True)[["q01", "station"]].astype({"q01": "boolean"})).status == "not_estimable"
    assert made(DATA.iloc[:0]).status == "not_estimable"
    with pytest.raises(CheckFailed):
        made(DATA.assign(q01="yes"))


@pytest.mark.parametrize(
    ("loadings", "dimensions"), [(LOADINGS, 2), (LOADINGS.sum(axis=1)[:, None], 1), (0 * LOADINGS, 0)]
)
def test_dimensions_put_into_the_answers_are_found(loadings: np.ndarray, dimensions: int) -> None:
    data = answers(np.random.default_rng(3), loadings)
    found = structure(data.drop(columns="station"), name="s", cluster=data["station"], synthetic=True, seed=1)
    assert found.row("dimensions")["estimate"] == dimensions
    values = found.frames["scree"].query("term == 'eigenvalue'")["estimate"]
    assert values.sum() == pytest.approx(6) and values.is_monotonic_decreasing
    again = structure(data.drop(columns="station"), name="s", cluster=data["station"], synthetic=True, seed=1)
    pd.testing.assert_frame_equal(found.frames["scree"], again.frames["scree"])


def test_an_improper_matrix_is_smoothed_and_the_note_says_so() -> None:
    data = answers(np.random.default_rng(5), np.full((12, 1), 0.95), n=70, stations=10)
    found = structure(data.drop(columns="station"), name="s", cluster=data["station"], synthetic=True, seed=1)
    assert "smoothed" in [n.code for n in found.notes]
    scree = found.frames["scree"].query("term == 'eigenvalue'")
    assert (scree["estimate"] > 0).all() and np.isnan(scree["conf_low"].iloc[-1])


def test_two_questions_have_no_structure() -> None:
    data = DATA[["q01", "q02"]]
    assert structure(data, name="s", cluster=None, synthetic=True, seed=1).status == "not_estimable"


@pytest.mark.slow
def test_limits_cover_the_true_correlation_when_stations_differ() -> None:
    """500 cohorts of 30 stations of 12 to 60 forms, a tenth of each trait shared in the station, true correlation .5:
    limits cover 92 to 97.5 % (Monte-Carlo error 1 %), and large-sample limits of independent rows fewer."""
    rng = np.random.default_rng(146)
    inside, apart = [], []
    for _ in range(500):
        sizes = rng.integers(12, 61, 30)
        code = np.repeat(np.arange(30), sizes)
        shared = rng.multivariate_normal([0, 0], [[0.1, 0.05], [0.05, 0.1]], 30)[code]
        own = rng.multivariate_normal([0, 0], [[0.9, 0.45], [0.45, 0.9]], len(code))
        yes = pd.DataFrame(shared + own < [-0.6, -0.2], columns=["q01", "q02"]).astype("boolean")
        station = pd.Series(code.astype(str))
        rows = [associations(yes, name="p", cluster=c, synthetic=True).frames["pairs"].iloc[1] for c in (station, None)]
        for held, row in zip((inside, apart), rows, strict=True):
            held.append(row["conf_low"] <= 0.5 <= row["conf_high"])
    assert 0.92 <= np.mean(inside) <= 0.975
    assert np.mean(apart) < np.mean(inside) + 0.01


def test_sizes_that_differ_much_are_said() -> None:
    def against(n: int) -> list[str]:
        other = answers(np.random.default_rng(6), LOADINGS, n=n)
        found = structure(
            DATA.drop(columns="station"), name="s", cluster=DATA["station"], synthetic=True, seed=1,
            reference=(other.drop(columns="station"), other["station"]),
        )  # fmt: skip
        return [n.code for n in found.notes]

    assert "eigenvalues_and_size" in against(3000) and "eigenvalues_and_size" not in against(1600)
