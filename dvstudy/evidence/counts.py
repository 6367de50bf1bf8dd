"""Percentages and their intervals back to the counts behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from dvstudy import language as lang
from dvstudy.errors import UsageError
from dvstudy.evidence.printed import Printed, printed
from dvstudy.evidence.search import count_range


@dataclass(frozen=True)
class Counts:
    """Whole numbers behind percentages of `n`.

    Attributes
    ----------
    table
        A row a percentage: `printed`, `count` (nearest whole number), `share` of n it is, `verdict`: `fits` (it
        rounds to the percentage), `near` (it misses by less than one in the last place: a row forced to add up to
        100) or `none`.
    total
        Sum of the counts.
    informative
        False when the percentages have so few places that some count fits whatever is printed.
    """

    table: pd.DataFrame
    n: int
    total: int
    informative: bool

    def text(self, language: str = lang.BASE) -> str:
        shares = self.table["verdict"].value_counts()
        known = {verdict: int(shares.get(verdict, 0)) for verdict in ("fits", "near", "none")}
        said = [lang.text("evidence.counts", language, n=self.n, rows=len(self.table), **known)]
        return " ".join(said if self.informative else [*said, lang.text("evidence.counts.any", language, n=self.n)])


def whole_counts(percentages: Sequence[str], n: int) -> Counts:
    """Are percentages of `n` people whole numbers of people?

    Parameters
    ----------
    percentages
        As printed, as text: ``"12.2%"``, ``"12.2"``. A number without a percent sign is read as a percentage here.
    n
        People in the denominator.

    Raises
    ------
    UsageError
        For a percentage that cannot be read or an impossible `n`.
    """
    if not isinstance(n, int) or n < 1:
        raise UsageError("printed_people", found=repr(n), most=10**9)
    figures = [_percentage(text) for text in percentages]
    rows = [_count(figure, n) for figure in figures]
    table = pd.DataFrame(rows, columns=["printed", "count", "share", "verdict"])
    informative = any(2 * n < figure.unit for figure in figures)
    return Counts(table, n, int(table["count"].sum()), informative)


def _percentage(text: str) -> Printed:
    signed = text if not isinstance(text, str) or text.rstrip().endswith("%") else f"{text}%"
    return printed(signed, "percentage")


def _count(figure: Printed, n: int) -> tuple[str, int, float, Literal["fits", "near", "none"]]:
    low, high = count_range(figure, n)
    nearest = round(figure.value * n)
    if low <= high:
        return figure.text, min(max(nearest, low), high), min(max(nearest, low), high) / n, "fits"
    close = abs(nearest / n - figure.value) < 2 / figure.unit
    return figure.text, nearest, nearest / n, "near" if close else "none"


def consistent_shares(
    share: str, low: str, high: str, *, most: int = 1000, method: Literal["exact", "wilson"] = "exact"
) -> pd.DataFrame:
    """Every fraction of at most `most` people that rounds to a printed share with its 95% interval.

    Parameters
    ----------
    share, low, high
        As printed, as text.
    most
        Largest denominator tried.
    method
        How the paper made the interval: `exact` (Clopper-Pearson) or `wilson`.

    Returns
    -------
    DataFrame
        `count`, `n`, `share`, `low`, `high`; no row when no fraction fits.

    Raises
    ------
    UsageError
        For a figure that cannot be read.
    """
    from dvstudy.numbers import proportions

    figures = [printed(text, name) for text, name in ((share, "share"), (low, "low"), (high, "high"))]
    tried = [(n, *count_range(figures[0], n)) for n in range(1, most + 1)]
    pairs = np.array([(k, n) for n, first, last in tried for k in range(first, last + 1)]).reshape(-1, 2)
    limits = (proportions.clopper_pearson if method == "exact" else proportions.wilson)(pairs[:, 0], pairs[:, 1])
    fits = np.ones(len(pairs), bool)
    for figure, ends in zip(figures[1:], limits, strict=True):
        least, greatest = figure.bounds
        fits &= (ends >= least - 1e-12) & (ends <= greatest + 1e-12)
    kept = {"count": pairs[:, 0], "n": pairs[:, 1], "share": pairs[:, 0] / np.maximum(pairs[:, 1], 1)}
    return pd.DataFrame(kept | {"low": limits[0], "high": limits[1]})[fits].reset_index(drop=True)
