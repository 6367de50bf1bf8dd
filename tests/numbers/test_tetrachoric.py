"""Tetrachoric correlations against R psych and polycor, scipy's bivariate normal, and known truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm

from dvstudy.numbers import structure, tetrachoric

REFERENCE = Path(__file__).parents[1] / "reference"
TABLES = pd.read_csv(REFERENCE / "tetrachoric_tables.csv").to_numpy(float).reshape(-1, 2, 2)
VALUES = pd.read_csv(REFERENCE / "tetrachoric_values.csv")


def test_correlations_equal_psych_and_polycor() -> None:
    found = tetrachoric.tetrachoric(TABLES)
    assert found.rho == pytest.approx(VALUES["root"], abs=1e-10)
    for package in ("psych", "polycor_ml", "polycor_two_step"):
        assert found.rho == pytest.approx(VALUES[package], abs=1e-4), "searches that stop early"
    assert not found.corrected.any()


def test_standard_errors_equal_those_of_the_full_likelihood_in_polycor() -> None:
    assert tetrachoric.tetrachoric(TABLES).std_error == pytest.approx(VALUES["polycor_ml_se"], rel=1e-3)


def test_phi_equals_psych() -> None:
    assert tetrachoric.phi(TABLES) == pytest.approx(VALUES["phi"], abs=1e-11)


def test_smoothing_equals_psych() -> None:
    both = pd.read_csv(REFERENCE / "tetrachoric_smooth.csv").to_numpy(float)
    smoothed, needed = structure.smooth(both[:, :4])
    assert needed and smoothed == pytest.approx(both[:, 4:], abs=1e-9)
    assert np.linalg.eigvalsh(smoothed)[0] > -1e-12
    again, needed = structure.smooth(np.eye(3))
    assert not needed and (again == np.eye(3)).all()


def test_the_bivariate_normal_equals_scipy() -> None:
    rng = np.random.default_rng(7)
    points = [(0.0, 0.0, 0.5), (0.0, -1.2, 0.3), (-0.7, 0.0, -0.9), (2.5, 2.4, 0.99), (-3.0, 1.0, -0.97)]
    points += [(*rng.normal(size=2) * 1.5, rng.uniform(-0.99, 0.99)) for _ in range(60)]
    expected = [multivariate_normal(cov=[[1, r], [r, 1]]).cdf([h, k]) for h, k, r in points]
    assert tetrachoric.both_below(*np.array(points).T) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rho", [-0.7, -0.4, 0.0, 0.3, 0.8, 0.95])
def test_the_expected_table_gives_the_correlation_back(rho: float) -> None:
    h, k = norm.ppf([0.06, 0.35])
    both = float(tetrachoric.both_below(h, k, rho))
    table = 1e6 * np.array([[both, 0.06 - both], [0.35 - both, 0.59 + both]])
    assert tetrachoric.tetrachoric(table).rho == pytest.approx(rho, abs=1e-7)


def test_an_empty_cell_is_marked_and_keeps_the_margins() -> None:
    counts = np.array([[[0.0, 10], [15, 75]], [[12, 0], [30, 58]], [[20, 0], [0, 80]], [[5, 10], [15, 70]]])
    moved, where = tetrachoric.without_empty_cells(counts)
    assert where.tolist() == [True, True, True, False]
    assert (moved.sum(axis=-1) == counts.sum(axis=-1)).all() and (moved.sum(axis=-2) == counts.sum(axis=-2)).all()
    assert (moved[:3] > 0).all() and (moved[3] == counts[3]).all()
    found = tetrachoric.tetrachoric(counts)
    assert found.corrected.tolist() == [True, True, True, False]
    assert found.rho[:2] == pytest.approx(VALUES["root"][-2:], abs=1e-10)
    assert found.rho[2] > 0.95


def test_a_question_with_one_answer_has_no_correlation() -> None:
    counts = [[[0, 0], [5, 95]], [[0, 10], [0, 90]], [[0, 0], [0, 0]], [[3, 0], [0, 0]]]
    found = tetrachoric.tetrachoric(counts)
    assert np.isnan(found.rho).all() and np.isnan(found.std_error).all() and not found.corrected.any()
    assert np.isnan(tetrachoric.phi(counts)).all()


def test_exchanging_the_answers_of_one_question_turns_the_sign() -> None:
    assert tetrachoric.tetrachoric(TABLES[:, ::-1]).rho == pytest.approx(-tetrachoric.tetrachoric(TABLES).rho, abs=1e-9)


def test_tables_count_rows_in_which_both_questions_have_an_answer() -> None:
    yes = np.array([[1, 1], [1, 0], [0, 1], [0, 0], [1, 1]], bool)
    seen = np.array([[1, 1], [1, 1], [1, 1], [1, 1], [1, 0]], bool)
    assert tetrachoric.tables(yes, seen)[0, 1].tolist() == [[1, 1], [1, 1]]


def test_chance_eigenvalues_come_from_items_that_nothing_joins() -> None:
    rng = np.random.default_rng(1)
    trait = rng.normal(size=(600, 1))
    yes = trait + rng.normal(size=(600, 6)) < 0.3
    seen = rng.random((600, 6)) < 0.95
    chance = structure.parallel(yes, seen, np.random.default_rng(2), draws=20)
    assert chance.shape == (20, 6)
    assert chance.sum(axis=1) == pytest.approx(np.full(20, 6.0))
    assert 1.05 < chance[:, 0].mean() < 1.4, "independent items: just above one"


def test_chance_keeps_every_gap_where_it_is() -> None:
    """Two items of which nobody answered both have no correlation in any order; mixing their gaps would give one."""
    rng = np.random.default_rng(1)
    yes = rng.random((200, 3)) < 0.4
    seen = np.ones((200, 3), bool)
    seen[:100, 0] = seen[100:, 1] = False
    assert np.isnan(structure.parallel(yes, seen, rng, draws=5)).all()


def test_chance_is_smoothed_as_the_data_are() -> None:
    rng = np.random.default_rng(4)
    yes = rng.random((40, 12)) < 0.25
    chance = structure.parallel(yes, np.ones((40, 12), bool), rng, draws=10)
    assert (chance[~np.isnan(chance)] >= 0).all() and chance.sum(axis=1) == pytest.approx(np.full(10, 12.0))


def test_items_with_unknown_correlations_are_left_out_one_by_one() -> None:
    matrix = np.eye(4)
    matrix[1, :] = matrix[:, 1] = np.nan
    assert structure.known(matrix).tolist() == [0, 2, 3]
    assert np.isnan(structure.eigenvalues(matrix)).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rho", "cuts", "n"), [(0.0, (0.3, 0.3), 400), (0.5, (0.15, 0.4), 600), (0.8, (0.3, 0.5), 400)]
)
def test_bias_and_coverage_at_known_correlations(rho: float, cuts: tuple[float, float], n: int) -> None:
    """4000 samples: the bias is below .01 and limits on Fisher's scale cover 93 to 97 % (Monte-Carlo error .35 %)."""
    rng = np.random.default_rng(146)
    both = float(tetrachoric.both_below(*norm.ppf(cuts), rho))
    cells = rng.multinomial(n, [both, cuts[0] - both, cuts[1] - both, 1 - sum(cuts) + both], size=4000)
    found = tetrachoric.tetrachoric(cells.reshape(-1, 2, 2))
    assert abs(found.rho.mean() - rho) < 0.01 + 3 * found.rho.std() / np.sqrt(len(cells))
    assert found.std_error.mean() == pytest.approx(found.rho.std(), rel=0.05)
    half = 1.959964 * found.std_error / (1 - found.rho**2)
    inside = np.abs(np.arctanh(found.rho) - np.arctanh(rho)) <= half
    assert 0.93 <= inside.mean() <= 0.97
