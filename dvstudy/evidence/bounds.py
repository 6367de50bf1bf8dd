"""What a printed figure allows one cell of a 2x2 table to be when its neighbours are known: whole-number bounds."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dvstudy.evidence.printed import Printed

Ints = NDArray[np.int64]

#: Farther than any count.
_FAR: Final = np.int64(2**62)
_FINE: Final = 100_000
_Z: Final = (1.959963984540054, 1.96)


def counts_in(figure: Printed, whole: Ints) -> tuple[Ints, Ints]:
    """Lowest and highest k with k / whole rounding to the figure."""
    high = figure.high * whole
    return (
        np.maximum(_ceiling(figure.low * whole, figure.unit), 0),
        np.minimum((high if figure.closed else high - 1) // figure.unit, whole),
    )


def _ceiling(top: Ints, bottom: int | Ints) -> Ints:
    return -((-top) // bottom)


def rest_of(figure: Printed, part: Ints) -> tuple[Ints, Ints]:
    """Lowest and highest r with part / (part + r) rounding to the figure, part + r being above 0."""
    top = figure.unit * part
    least = np.where(part > 0, _FAR, 0)  # a share of exactly 0
    if figure.high > 0:
        least = (_ceiling(top, figure.high) if figure.closed else top // figure.high + 1) - part
    most = top // figure.low - part if figure.low > 0 else np.full_like(part, _FAR)
    return np.maximum(least, np.where(part == 0, 1, 0)), most


def mate_of(figure: Printed, rest: Ints) -> tuple[Ints, Ints]:
    """Lowest and highest k with k / (k + rest) rounding to the figure, k + rest being above 0."""
    room = figure.unit - figure.low
    least = _ceiling(figure.low * rest, room) if room > 0 else np.where(rest > 0, _FAR, 0)
    gap, top = figure.unit - figure.high, figure.high * rest
    most = (top if figure.closed else top - 1) // gap if gap > 0 else np.full_like(rest, _FAR)
    if gap == 0:
        most = np.where((rest > 0) | figure.closed, _FAR, -1)
    return np.maximum(least, np.where(rest == 0, 1, 0)), most


def by_ratio(figure: Printed, tp: Ints, fn: Ints, others: Ints) -> tuple[Ints, Ints]:
    """Lowest and highest fp with tp * tn / (fp * fn) rounding to the figure; every cell is above 0."""
    top = figure.unit * tp * others
    above = figure.high * fn + figure.unit * tp
    least = _ceiling(top, above) if figure.closed else top // above + 1
    most = top // (figure.low * fn + figure.unit * tp) if figure.low > 0 else others
    return least, most


def limits_fit(cells: Ints, limits: tuple[Printed | None, Printed | None]) -> NDArray[np.bool_]:
    """Whether Woolf's 95% limits of the odds ratio round to those printed, with 1.96 or the exact quantile."""
    tp, fp, fn, tn = cells.T.astype(float)
    centre = np.log(tp * tn / (fp * fn))
    error = np.sqrt(1 / tp + 1 / fp + 1 / fn + 1 / tn)
    fits = np.ones(len(cells), bool)
    for sign, figure in zip((-1, 1), limits, strict=True):
        if figure is not None:
            low, high = figure.bounds
            ends = [np.exp(centre + sign * z * error) for z in _Z]
            fits &= (np.maximum(*ends) >= low * (1 - 1e-12)) & (np.minimum(*ends) <= high * (1 + 1e-12))
    return fits


def middle(low: Printed | None, high: Printed | None) -> Printed | None:
    """The odds ratio is the geometric mean of its limits: bounds for it, a little too wide rather than too narrow."""
    if low is None or high is None:
        return None
    least, most = (np.sqrt(low.bounds[side] * high.bounds[side]) * _FINE for side in (0, 1))
    return Printed("", int(least * (1 - 1e-9)), int(most * (1 + 1e-9)) + 1, _FINE, True)
