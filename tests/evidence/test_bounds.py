"""Whole-number bounds against trying every count, with all ties: eighths and sixteenths end in a half."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest

from dvstudy.evidence import bounds
from dvstudy.evidence.printed import Printed, printed

MOST = 24
SHARES = [*(f"{i / 10:.1f}" for i in range(11)), *(f"{i / 100:.2f}" for i in range(101)), "0", "1", "3/8", "0/5", "5/5"]
RATIOS = [str(i) for i in range(13)] + [f"{i / 10:.1f}" for i in range(41)]


def prints(value: Fraction, text: str) -> bool:
    """Whether the value is printed as the text, a half going up or to the even digit; a fraction is exact."""
    if "/" in text:
        return value == Fraction(text)
    step = Decimal(text).as_tuple().exponent
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    unit = Decimal(1).scaleb(int(step))
    return any(exact.quantize(unit, mode) == Decimal(text) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def run(low: np.ndarray, high: np.ndarray, least: int = 0, most: int = MOST) -> list[int]:
    return list(range(max(int(low[0]), least), min(int(high[0]), most) + 1))


def one(number: int) -> np.ndarray:
    return np.array([number], dtype=np.int64)


def share(text: str) -> Printed:
    return printed(text, "share")


@pytest.mark.parametrize("text", SHARES)
def test_parts_rests_and_mates_are_those_that_trying_every_count_gives(text: str) -> None:
    figure = share(text)
    for known in range(17):
        if known:
            wanted = [k for k in range(known + 1) if prints(Fraction(k, known), text)]
            assert run(*bounds.counts_in(figure, one(known))) == wanted
        rests = [r for r in range(MOST + 1) if known + r and prints(Fraction(known, known + r), text)]
        assert run(*bounds.rest_of(figure, one(known))) == rests
        mates = [k for k in range(MOST + 1) if known + k and prints(Fraction(k, known + k), text)]
        assert run(*bounds.mate_of(figure, one(known))) == mates


@pytest.mark.parametrize("text", RATIOS)
def test_an_odds_ratio_confines_the_false_positives_as_trying_every_count_does(text: str) -> None:
    figure = printed(text, "odds_ratio", "ratio")
    for tp in range(1, 9):
        for fn, others in ((1, 9), (2, 10), (3, 17), (4, 12)):
            wanted = [fp for fp in range(1, others) if prints(Fraction(tp * (others - fp), fp * fn), text)]
            found = bounds.by_ratio(figure, one(tp), one(fn), one(others))
            assert run(*found, least=1, most=others - 1) == wanted
