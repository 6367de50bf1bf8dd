"""Agreement of two raters against R, published tables, loops over pairs, and identities."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvstudy.numbers import agreement

REFERENCE = Path(__file__).parents[1] / "reference"
TABLES = pd.read_csv(REFERENCE / "agreement_tables.csv").set_index("name")
VALUES = pd.read_csv(REFERENCE / "agreement_values.csv")
AT = {term: place for place, term in enumerate(agreement.TERMS)}
#: R prints 15 digits; its numeric derivatives keep about 9.
CLOSE = 1e-9
cells = st.lists(st.integers(0, 60), min_size=4, max_size=4).filter(any)


def table_of(name: str) -> np.ndarray:
    row = TABLES.loc[name]
    return np.array(row["cells"].split(), float).reshape(row["k"], row["k"])


def credit(kind: str, k: int) -> np.ndarray:
    apart = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    return {"linear": 1 - apart, "quadratic": 1 - apart**2}[kind]


def ours(name: str, quantity: str) -> tuple[float, float]:
    counts = table_of(name)
    if quantity.startswith("kappa_"):
        weights = credit(quantity.removeprefix("kappa_"), len(counts))
        return (
            agreement.chance_corrected(counts, weights)[1],
            agreement.chance_corrected_errors(counts, weights)[1],
        )
    if len(counts) == 2:
        return agreement.two_by_two(counts)[AT[quantity]], agreement.two_by_two_errors(counts)[AT[quantity]]
    place = agreement.CORRECTED.index(quantity)
    return agreement.chance_corrected(counts)[place], agreement.chance_corrected_errors(counts)[place]


@pytest.mark.parametrize(
    "row", [r for r in VALUES.itertuples() if r.name in TABLES.index], ids=lambda r: f"{r.name}-{r.quantity}-{r.by}"
)
def test_coefficients_and_errors_equal_r(row) -> None:
    value, error = ours(row.name, row.quantity)
    assert value == pytest.approx(row.value, abs=CLOSE)
    if not np.isnan(row.se):
        assert error == pytest.approx(row.se, abs=CLOSE)


def test_the_table_published_with_irrcac() -> None:
    # Gwet, vignette "overview" of the R package irrCAC 1.0: coefficient and standard error.
    counts = table_of("abstractors")
    published = {
        "percent_agreement": (0.89, 0.03128898),
        "kappa": (0.7964094, 0.05891072),
        "ac1": (0.8493305, 0.04321747),
        "pabak": (0.835, 0.04693346),
    }
    values, errors = agreement.chance_corrected(counts), agreement.chance_corrected_errors(counts)
    for place, term in enumerate(agreement.CORRECTED):
        assert (values[place], errors[place]) == pytest.approx(published[term], abs=1e-7)


def test_high_agreement_with_kappa_below_zero() -> None:
    # The example of the paradox in Gwet (2008): 94 % agreement, kappa -.02, AC1 .94.
    values = dict(zip(agreement.TERMS, agreement.two_by_two(table_of("high_agreement")), strict=True))
    assert round(values["percent_agreement"], 3) == 0.944
    assert round(values["kappa"], 3) == -0.023
    assert round(values["ac1"], 2) == 0.94


@given(cells)
def test_equal_to_a_loop_over_pairs(counts: list[int]) -> None:
    """Every coefficient once more from its definition in words, pair by pair."""
    kinds = list(product((1, 0), (1, 0)))
    pairs = [kind for kind, n in zip(kinds, counts, strict=True) for _ in range(n)]
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    first, second = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    by_chance = first * second + (1 - first) * (1 - second)
    mean = (first + second) / 2
    gwet = 2 * mean * (1 - mean)
    yes = [a + b for a, b in pairs]
    found = dict(zip(agreement.TERMS, agreement.two_by_two(np.reshape(counts, (2, 2))), strict=True))
    assert found["percent_agreement"] == pytest.approx(same)
    assert found["ac1"] == pytest.approx((same - gwet) / (1 - gwet))
    assert found["pabak"] == pytest.approx(2 * same - 1)
    assert found["bias_index"] == pytest.approx(first - second, abs=1e-12)
    assert found["prevalence_index"] == pytest.approx(first + second - 1, abs=1e-12)
    if by_chance < 1:
        assert found["kappa"] == pytest.approx((same - by_chance) / (1 - by_chance), abs=1e-9)
    else:
        assert np.isnan(found["kappa"])
    for term, value in (("positive_agreement", 2), ("negative_agreement", 0)):
        wanted = sum(y == value for y in yes)
        used = wanted + sum(y == 1 for y in yes) / 2
        assert found[term] == pytest.approx(wanted / used) if used else np.isnan(found[term])


@given(cells)
def test_kappa_from_pabak_and_the_two_indices(counts: list[int]) -> None:
    """Byrt, Bishop and Carlin (1993): kappa = (PABAK - PI^2 + BI^2) / (1 - PI^2 + BI^2)."""
    found = dict(zip(agreement.TERMS, agreement.two_by_two(np.reshape(counts, (2, 2))), strict=True))
    indices = found["prevalence_index"] ** 2 - found["bias_index"] ** 2
    if not np.isnan(found["kappa"]):
        assert found["kappa"] * (1 - indices) == pytest.approx(found["pabak"] - indices, abs=1e-9)


@given(cells)
def test_swapping_raters_turns_only_the_bias_and_swapping_answers_the_prevalence(counts: list[int]) -> None:
    square = np.reshape(counts, (2, 2))
    straight = agreement.two_by_two(square)
    turned, renamed = agreement.two_by_two(square.T), agreement.two_by_two(square[::-1, ::-1])
    sign = np.ones(8)
    sign[AT["bias_index"]] = -1
    np.testing.assert_allclose(turned, straight * sign, atol=1e-12)
    np.testing.assert_allclose(renamed[:4], straight[:4], atol=1e-12)
    assert renamed[AT["prevalence_index"]] == pytest.approx(-straight[AT["prevalence_index"]], abs=1e-12)
    np.testing.assert_allclose(renamed[[4, 5]], straight[[5, 4]])


def test_one_category_gives_no_kappa_and_an_empty_table_nothing() -> None:
    values = agreement.two_by_two([[[0, 0], [0, 25]], [[0, 0], [0, 0]]])
    assert np.isnan(values[0, AT["kappa"]])
    assert np.isnan(values[0, AT["positive_agreement"]])
    assert values[0, AT["percent_agreement"]] == values[0, AT["ac1"]] == 1
    assert np.isnan(values[1]).all()
    errors = agreement.two_by_two_errors([[[0, 0], [0, 25]], [[0, 0], [0, 0]]])
    assert np.isnan(errors[0, AT["kappa"]])
    assert np.isnan(errors[1]).all()


def test_raters_who_never_say_the_same_are_defined() -> None:
    found = dict(zip(agreement.TERMS, agreement.two_by_two([[0, 9], [0, 0]]), strict=True))
    assert found["kappa"] == 0
    assert found["ac1"] == found["pabak"] == -1
    assert found["bias_index"] == 1


def test_many_tables_at_once_equal_one_by_one() -> None:
    many = np.random.default_rng(1).integers(0, 30, (5, 3, 2, 2))
    together, errors = agreement.two_by_two(many), agreement.two_by_two_errors(many)
    for place in np.ndindex(5, 3):
        np.testing.assert_array_equal(together[place], agreement.two_by_two(many[place]))
        np.testing.assert_array_equal(errors[place], agreement.two_by_two_errors(many[place]))


def test_specific_agreement_of_many_categories() -> None:
    counts = table_of("levels")
    for place in range(4):
        collapsed = np.array([[counts[place, place], counts[place].sum() - counts[place, place]], [0, 0]])
        collapsed[1] = counts[:, place].sum() - counts[place, place], 0
        collapsed[1, 1] = counts.sum() - collapsed.sum()
        assert agreement.specific(counts)[place] == pytest.approx(agreement.two_by_two(collapsed)[4])


def test_largest_kappa_is_reached_when_the_smaller_margin_is_inside_the_larger() -> None:
    # 30 and 50 of 100 say yes: at best all 30 are among the 50.
    best = agreement.two_by_two([[30, 0], [20, 50]])[AT["kappa"]]
    assert agreement.largest_kappa([[20, 10], [30, 40]]) == pytest.approx(best)


def test_tabulate_counts_pairs_by_cluster_and_leaves_out_missing() -> None:
    first, second = [[0, 1], [0, -1], [1, 1]], [[0, 1], [1, 0], [-1, 0]]
    found = agreement.tabulate(first, second, [0, 1, 1], clusters=3)
    assert found.shape == (3, 2, 2, 2)
    assert found[0].tolist() == [[[1, 0], [0, 0]], [[0, 0], [0, 1]]]
    assert found[1].tolist() == [[[0, 1], [0, 0]], [[0, 0], [1, 0]]]
    assert not found[2].any()


def test_two_independent_raters_give_the_expected_table() -> None:
    there, sensitivity, specificity = 0.1, 0.8, 0.9
    rng = np.random.default_rng(2)
    fact = rng.random(400_000) < there
    yes = [rng.random(fact.size) < np.where(fact, sensitivity, 1 - specificity) for _ in range(2)]
    seen = agreement.tabulate(~yes[0][:, None], ~yes[1][:, None], np.zeros(fact.size, int), clusters=1)[0, 0]
    expected = agreement.expected_table(there, sensitivity, specificity)
    np.testing.assert_allclose(seen / fact.size, expected, atol=0.003)
    ends = agreement.two_by_two(agreement.expected_table([1e-6, 1 - 1e-6], sensitivity, specificity))
    assert (ends[:, AT["kappa"]] < 1e-4).all()


@pytest.mark.parametrize("yes", range(1, 60))
def test_perfect_agreement_has_no_error_not_even_by_rounding(yes: int) -> None:
    """Limits rest on this zero: with the rounding of a difference of squares in its place they went missing."""
    assert agreement.chance_corrected_errors([[yes, 0], [0, 60 - yes]]).max() < 1e-14
