"""The array kernel against the definition of its result."""

from __future__ import annotations

import numpy as np
import pytest

from dvstudy.numbers import linear_scores as kernel
from dvstudy.numbers.linear_scores import linear_scores


def by_definition(codes: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    total = np.zeros((weights.shape[2], len(codes[0])), dtype=np.int64)
    for item, column in enumerate(codes):
        for form, code in enumerate(column):
            total[:, form] += weights[item, code]
    return total


@pytest.mark.parametrize("largest", [1, 40, 3_000, 100_000], ids=["bytes", "some bytes", "two bytes", "four bytes"])
@pytest.mark.parametrize("n", [0, 1, 7, 50])
def test_sums_equal_their_definition(largest: int, n: int) -> None:
    rng = np.random.default_rng(n + largest)
    weights = rng.integers(-largest, largest + 1, size=(6, 5, 4))
    weights[3] = weights[1]
    weights[:, 0] = 0
    codes = [rng.integers(0, 5, n).astype(np.int8) for _ in range(6)]
    found = linear_scores(codes, weights)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, by_definition(codes, weights))


def test_blocks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    weights = rng.integers(-2, 3, size=(4, 3, 5))
    codes = [rng.integers(0, 3, 103).astype(np.int8) for _ in range(4)]
    whole = linear_scores(codes, weights)
    monkeypatch.setattr(kernel, "_BLOCK", 10)
    np.testing.assert_array_equal(linear_scores(codes, weights), whole)


@pytest.mark.parametrize("items", [127, 128, 300])
def test_many_equal_items_do_not_overflow_a_byte(items: int) -> None:
    weights = np.zeros((items, 2, 1), dtype=np.int64)
    weights[:, 1, 0] = 1
    ones = np.ones(3, dtype=np.int8)
    np.testing.assert_array_equal(linear_scores([ones] * items, weights), [[items] * 3])


def test_a_sum_that_passes_through_large_values_on_its_way_back_is_right() -> None:
    weights = np.zeros((4, 2, 1), dtype=np.int64)
    weights[:, 1, 0] = [100, 100, -100, -100]
    ones = np.ones(2, dtype=np.int8)
    np.testing.assert_array_equal(linear_scores([ones] * 4, weights), [[0, 0]])
