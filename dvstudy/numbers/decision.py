"""Net benefit of tools over threshold probabilities: decision curves with limits from clusters.

A row is flagged at threshold t when its risk is at least t. How many thresholds a risk reaches says everything about
it, so the rows are read once, into counts by cluster; all thresholds then cost a cumulative sum. A yes/no rule is a
tool whose risk is 1 or 0: it flags the same rows at every threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers.bands import simultaneous
from dvstudy.numbers.proportions import plain_limits
from dvstudy.numbers.resample import drawn, percentile_limits

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.integer]

#: What a curve holds. `interventions_avoided` is by flagging with the tool instead of flagging everybody.
TERMS: Final = ("net_benefit", "standardised_net_benefit", "interventions_avoided")
_PARTS: Final = 4096
_TINY: Final = 1e-12


@dataclass(frozen=True)
class Tally:
    """Rows flagged by tool, cluster and threshold.

    Attributes
    ----------
    thresholds
        (T,) strictly between 0 and 1, rising.
    true, false
        (A, K, T) flagged rows with and without the event.
    events, rows
        (K,) all rows with the event; all rows.
    apart
        (A - 1, 2, 2, T) rows by event (no, yes) that only tool a, or only the first tool, flags; for the error of their
        difference when rows are independent.
    """

    thresholds: Floats
    true: Floats
    false: Floats
    events: Floats
    rows: Floats
    apart: Floats

    @property
    def weight(self) -> Floats:
        """(T,) odds of the threshold: what a needless flag costs in units of a justified one."""
        return np.asarray(self.thresholds / (1 - self.thresholds))


@dataclass(frozen=True)
class Curve:
    """One quantity along the thresholds, each (T,): `estimate`, `std_error`, pointwise limits `low high`, and
    `band_low band_high`, which hold the whole curve at once (NaN for independent rows, and for the two quantities that
    are the net benefit in other units). `df` is K - 1."""

    estimate: Floats
    std_error: Floats
    low: Floats
    high: Floats
    band_low: Floats
    band_high: Floats
    df: float


def tally(
    risks: ArrayLike, event: Bools, cluster: Codes, thresholds: ArrayLike, *, clusters: int, apart: bool = True
) -> Tally:
    """Count flagged rows: one look at the rows for each tool.

    Parameters
    ----------
    risks
        (A, n) risk by each tool between 0 and 1; 1 and 0 for a yes/no rule.
    event, cluster
        (n,) whether the event happened; codes from 0.
    thresholds
        (T,) rising, strictly between 0 and 1.
    clusters
        K; 1 for independent rows.
    apart
        Whether to count where tools differ, which only independent rows need.
    """
    steps = np.asarray(thresholds, float)
    t = len(steps)
    side = event.astype(np.intp) * (t + 1)
    reached = [_reached(risk, steps) for risk in np.atleast_2d(np.asarray(risks, float))]
    cell = cluster * (2 * (t + 1)) + side if clusters > 1 else side
    size = clusters * 2 * (t + 1)
    tables = np.stack([np.bincount(cell + r, minlength=size) for r in reached]).reshape(-1, clusters, 2, t + 1)
    flagged = tables[..., :0:-1].cumsum(axis=-1)[..., ::-1].astype(float)
    rows = tables[0].sum(axis=-1).astype(float)
    several = len(reached) > 1 and apart
    only = np.stack([_apart(r, reached[0], side, t) for r in reached[1:]]) if several else np.zeros((0, 2, 2, t))
    return Tally(steps, flagged[:, :, 1], flagged[:, :, 0], rows[:, 1], rows.sum(axis=1), only)


def curves(found: Tally, tool: int, *, level: float = 0.95, seed: int = 0) -> dict[str, Curve]:
    """Every quantity of `TERMS` for one tool, with its limits."""
    seeds = (seed, None, None)
    return {t: _curve(found, *_parts(found, tool, t), level, s) for t, s in zip(TERMS, seeds, strict=True)}


def flag_all(found: Tally, *, level: float = 0.95, seed: int = 0) -> Curve:
    """Net benefit of flagging everybody; flagging nobody is worth 0 at every threshold."""
    w = found.weight
    others = found.rows - found.events
    top = found.events[:, None] - w * others[:, None]
    kinds = np.stack([np.broadcast_to(found.events.sum(), w.shape), np.broadcast_to(others.sum(), w.shape)])
    values = np.stack([np.ones_like(w), -w])
    return _curve(found, top, found.rows, (kinds, values, np.ones((2, 1))), level, seed)


def difference(found: Tally, tool: int, *, level: float = 0.95, seed: int = 0) -> Curve:
    """Net benefit of a tool minus that of the first one, on the same rows."""
    w = found.weight
    top = (found.true[tool] - found.true[0]) - w * (found.false[tool] - found.false[0])
    rest = found.rows.sum()
    if len(found.apart):
        only = found.apart[tool - 1]
        kinds = np.stack([only[1, 0], only[1, 1], only[0, 0], only[0, 1], rest - only.sum(axis=(0, 1))])
    else:
        kinds = np.full((5, len(w)), np.nan)
    values = np.stack([np.ones_like(w), -np.ones_like(w), -w, w, np.zeros_like(w)])
    return _curve(found, top, found.rows, (kinds, values, np.ones((5, 1))), level, seed)


def bootstrap_limits(
    found: Tally, place: int, *, level: float = 0.95, seed: int | np.random.SeedSequence = 0
) -> tuple[Floats, Floats]:
    """(2, A, 3) percentile limits of `TERMS`, and (2, A - 1) of the differences from the first tool, at one threshold,
    from a bootstrap of whole clusters."""
    tools = range(len(found.true))
    parts = [[_parts(found, a, term)[:2] for term in TERMS] for a in tools]
    times = drawn(len(found.rows), seed=seed)
    top = np.stack([[p[0][:, place] for p in one] for one in parts])
    bottom = np.stack([[p[1] for p in one] for one in parts])
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (top @ times.T) / (bottom @ times.T)
    own = np.stack(percentile_limits(np.moveaxis(values, -1, 0), level=level))
    gaps = values[1:, 0] - values[:1, 0]
    return own, np.stack(percentile_limits(gaps.T, level=level))


def missing_bounds(found: Tally, events: float, others: float) -> tuple[Floats, Floats]:
    """(A, T) least and most net benefit on all rows if `events` and `others` rows, whose risk is not known, had been
    flagged in the worst and in the best way. Not intervals: they say what the gaps alone leave open."""
    w = found.weight
    known = found.true.sum(axis=1) - w * found.false.sum(axis=1)
    rows = found.rows.sum() + events + others
    return np.asarray((known - w * others) / rows), np.asarray((known + events) / rows)


def _parts(found: Tally, tool: int, term: str) -> tuple[Floats, Floats, tuple[Floats, Floats, Floats]]:
    """What each cluster adds to numerator (K, T) and denominator (K,) of a term; and, for independent rows, counts
    (4, T) of hits, false alarms, misses and the rest with what each kind adds to both."""
    w, true, false = found.weight, found.true[tool], found.false[tool]
    missed = found.events[:, None] - true
    spared = (found.rows - found.events)[:, None] - false
    kinds = np.stack([c.sum(axis=0) for c in (true, false, missed, spared)])
    one, nothing = np.ones_like(w), np.zeros_like(w)
    if term == "interventions_avoided":
        values, top = np.stack([nothing, nothing, -1 / w, one]), spared - missed / w
    else:
        values, top = np.stack([one, -w, nothing, nothing]), true - w * false
    if term == "standardised_net_benefit":
        return top, found.events, (kinds, values, np.array([[1.0], [0.0], [1.0], [0.0]]))
    return top, found.rows, (kinds, values, np.ones((4, 1)))


def _curve(
    found: Tally, top: Floats, bottom: Floats, kinds: tuple[Floats, Floats, Floats], level: float, seed: int | None
) -> Curve:
    k = len(found.rows)
    if k > 1:
        ratios = by_cluster.ratios(top, np.broadcast_to(bottom[:, None], top.shape))
        error, df = ratios.std_error, float(ratios.clusters.min() - 1)
        deviation = ratios.deviation
        reach = np.nan if seed is None else simultaneous(deviation, error, df=df, level=level, seed=seed)
        estimate = ratios.estimate
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            estimate = top[0] / bottom[0]
        error, df, reach = _independent(estimate, bottom.sum(), *kinds), np.inf, np.nan
    shown = np.where(error > _TINY, error, np.nan)
    low, high = plain_limits(estimate, shown, df=df, level=level)
    return Curve(estimate, error, low, high, estimate - reach * shown, estimate + reach * shown, df)


def _independent(estimate: Floats, bottom: float, counts: Floats, values: Floats, shares: Floats) -> Floats:
    """Standard error of a ratio of sums over n independent rows that fall into a few kinds."""
    rows = counts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        square = (counts * (values - estimate * shares) ** 2).sum(axis=0) / bottom**2
        return np.asarray(np.sqrt(square * rows / (rows - 1)))


def _reached(risk: Floats, steps: Floats) -> Codes:
    """(n,) how many thresholds a risk reaches, ``risk >= t`` decided exactly.

    A table of fine equal parts of 0 to 1 (a power of two, so that nothing is rounded) knows the answer but for the one
    threshold that may lie inside a part; where several lie inside one, the search is by halving.
    """
    below = np.searchsorted(steps, np.arange(_PARTS + 1) / _PARTS, side="left")
    if (np.diff(below) > 1).any():
        return np.searchsorted(steps, risk, side="right")
    inside = np.append(steps, np.inf)[below]
    part = (risk * _PARTS).astype(np.int32)
    return np.asarray(below[part] + (risk >= inside[part]))


def _apart(own: Codes, first: Codes, side: Codes, steps: int) -> Floats:
    """(2, 2, T) rows by event that only one of two tools flags: first this one, then the first tool."""
    out = np.empty((2, 2, steps))
    for way, (more, less) in enumerate(((own, first), (first, own))):
        at = more > less
        begin, end = (np.bincount(side[at] + r[at], minlength=2 * (steps + 1)) for r in (less, more))
        out[:, way] = (begin - end).reshape(2, steps + 1).cumsum(axis=1)[:, :-1]
    return out
