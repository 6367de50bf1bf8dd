"""All 2x2 tables of N people that round to a set of printed figures.

A table has four cells and one total, so three are free: people with the event, true positives, false positives. Every
figure but the limits of the odds ratio confines the false positives to one run of whole numbers once the other two are
known; so the search walks over (people with the event, true positives) and keeps a run for each. Swapping event and
no event, or test and outcome, turns every share into another one; the walk takes whichever of the four views leaves
the fewest pairs. All bounds are whole-number arithmetic: nothing is lost to floating point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dvstudy.errors import UsageError
from dvstudy.evidence.bounds import by_ratio, counts_in, limits_fit, mate_of, middle, rest_of
from dvstudy.evidence.printed import Printed

Ints = NDArray[np.int64]
Range = tuple[int, int]

#: Most pairs walked over, and most tables written out one by one: beyond, too little is printed to search.
MOST_PAIRS: Final = 400_000_000
MOST_TABLES: Final = 40_000_000
_CHUNK: Final = 1_000_000


@dataclass(frozen=True)
class View:
    """A search seen with one share first. Cells are named as in this view; `turn` gives the true order."""

    n: int
    first: Printed | None  # tp / (tp + fn)
    second: Printed | None  # tn / (tn + fp)
    third: Printed | None  # tp / (tp + fp)
    fourth: Printed | None  # tn / (tn + fn)
    events: Range  # tp + fn
    flagged: Range  # tp + fp
    correct: Range  # tp + tn
    ratios: tuple[Printed, ...]  # the odds ratio, and what its two limits say about it
    limits: tuple[Printed | None, Printed | None]
    turn: tuple[int, int, int, int] = (0, 1, 2, 3)  # place of true tp, fp, fn, tn among this view's cells

    @property
    def needs_all_cells(self) -> bool:
        """An odds ratio or its limits are printed: no cell is empty."""
        return bool(self.ratios) or self.limits != (None, None)

    def swapped(self) -> View:
        """Event and no event change places, and so do positive and negative: sensitivity becomes specificity."""
        n, (a, b, c, d) = self.n, self.turn
        other = [3, 2, 1, 0]
        return replace(
            self,
            first=self.second,
            second=self.first,
            third=self.fourth,
            fourth=self.third,
            events=(n - self.events[1], n - self.events[0]),
            flagged=(n - self.flagged[1], n - self.flagged[0]),
            turn=(other[a], other[b], other[c], other[d]),
        )

    def transposed(self) -> View:
        """Test and outcome change places: sensitivity becomes positive predictive value."""
        other = [0, 2, 1, 3]
        a, b, c, d = self.turn
        return replace(
            self,
            first=self.third,
            third=self.first,
            second=self.fourth,
            fourth=self.second,
            events=self.flagged,
            flagged=self.events,
            turn=(other[a], other[b], other[c], other[d]),
        )


def count_range(figure: Printed | None, n: int) -> Range:
    """Counts k of n whose share k / n rounds to the figure; everything from 0 to n without a figure."""
    if figure is None:
        return 0, n
    low, high = counts_in(figure, np.array([n]))
    return int(low[0]), int(high[0])


def view_of(n: int, figures: Mapping[str, Printed], events: int | None = None) -> View:
    """The search as the caller sees it, from printed figures by name."""
    low, high = count_range(figures.get("base_rate"), n)
    if events is not None:
        low, high = max(low, events), min(high, events)
    ratio, limits = figures.get("odds_ratio"), (figures.get("or_low"), figures.get("or_high"))
    return View(
        n=n,
        first=figures.get("sensitivity"),
        second=figures.get("specificity"),
        third=figures.get("ppv"),
        fourth=figures.get("npv"),
        events=(low, high),
        flagged=count_range(figures.get("flagged"), n),
        correct=count_range(figures.get("accuracy"), n),
        ratios=tuple(figure for figure in (ratio, middle(*limits)) if figure is not None),
        limits=limits,
    )


def search(view: View, *, most: int) -> tuple[int, Ints]:
    """How many tables fit, and the first `most` of them as rows tp, fp, fn, tn.

    Raises
    ------
    UsageError
        When so little is printed that more than `MOST_PAIRS` pairs would have to be walked over.
    """
    best = min((v for one in (view, view.transposed()) for v in (one, one.swapped())), key=_pairs)
    if _pairs(best) > MOST_PAIRS:
        raise UsageError("printed_too_little", n=view.n)
    count, written, kept = 0, 0, [np.empty((0, 4), np.int64)]
    for found in _runs(best):
        size = int((found[3] - found[2] + 1).sum())
        if view.limits == (None, None):
            count += size
            if len(kept) < 2 or sum(map(len, kept)) < most:
                kept.append(_first(best, found, most))
            continue
        written += size
        if written > MOST_TABLES:
            raise UsageError("printed_too_little", n=view.n)
        for cells in _expanded(best, found):
            fitting = cells[limits_fit(cells, view.limits)]
            count += len(fitting)
            kept.append(fitting[: max(most - sum(map(len, kept)), 0)])
    tables = np.concatenate(kept)[:most]
    return count, tables[np.lexsort(tables.T[::-1])]


def _pairs(view: View) -> int:
    events, low, high = _walk(view)
    return int(np.maximum(high - low + 1, 0).sum()) if len(events) else 0


def _walk(view: View) -> tuple[Ints, Ints, Ints]:
    """People with the event, and the run of true positives for each."""
    events = np.arange(view.events[0], view.events[1] + 1, dtype=np.int64)
    if view.first is None:
        low, high = np.zeros_like(events), events.copy()
    else:
        events = events[events > 0]
        low, high = counts_in(view.first, events)
    if view.needs_all_cells:
        low, high = np.maximum(low, 1), np.minimum(high, events - 1)
    kept = high >= low
    return events[kept], low[kept], np.minimum(high, events)[kept]


def _runs(view: View) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """Chunks of (events, tp, lowest fp, highest fp) with at least one table each."""
    events, low, high = _walk(view)
    for part in _chunks(high - low + 1):
        sizes = (high - low + 1)[part]
        people = np.repeat(events[part], sizes)
        tp = _counted(low[part], sizes)
        least, most = _false_positives(view, people, tp)
        kept = most >= least
        if kept.any():
            yield people[kept], tp[kept], least[kept], most[kept]


def _chunks(sizes: Ints) -> Iterator[slice]:
    """Slices whose sizes add up to about a chunk."""
    if not len(sizes):
        return
    starts = np.flatnonzero(np.r_[True, np.diff(np.cumsum(sizes) // _CHUNK) > 0])
    for start, stop in zip(starts, [*starts[1:], len(sizes)], strict=True):
        yield slice(int(start), int(stop))


def _counted(low: Ints, sizes: Ints) -> Ints:
    """low, low + 1, ... of each run, one after the other."""
    offset = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(low, sizes) + np.arange(int(sizes.sum()), dtype=np.int64) - offset


def _false_positives(view: View, events: Ints, tp: Ints) -> tuple[Ints, Ints]:
    """The run of false positives that every figure but the limits of the odds ratio allows."""
    others, fn = view.n - events, events - tp
    least = np.maximum(view.flagged[0] - tp, 0)
    most = np.minimum(view.flagged[1] - tp, others)
    least = np.maximum(least, others - (view.correct[1] - tp))
    most = np.minimum(most, others - (view.correct[0] - tp))
    if view.second is not None:
        low, high = counts_in(view.second, others)
        least, most = np.maximum(least, others - high), np.minimum(most, others - low)
        most = np.where(others > 0, most, -1)
    if view.third is not None:
        low, high = rest_of(view.third, tp)
        least, most = np.maximum(least, low), np.minimum(most, high)
    if view.fourth is not None:
        low, high = mate_of(view.fourth, fn)
        least, most = np.maximum(least, others - high), np.minimum(most, others - low)
    if view.needs_all_cells:
        least, most = np.maximum(least, 1), np.minimum(most, others - 1)
    for figure in view.ratios:
        low, high = by_ratio(figure, tp, fn, others)
        least, most = np.maximum(least, low), np.minimum(most, high)
    return least, most


def _expanded(view: View, found: tuple[Ints, Ints, Ints, Ints]) -> Iterator[Ints]:
    events, tp, least, most = found
    for part in _chunks(most - least + 1):
        sizes = (most - least + 1)[part]
        fp = _counted(least[part], sizes)
        yield _cells(view, np.repeat(events[part], sizes), np.repeat(tp[part], sizes), fp)


def _first(view: View, found: tuple[Ints, Ints, Ints, Ints], most: int) -> Ints:
    """At most about `most` tables of a chunk, written out."""
    enough = int(np.searchsorted(np.cumsum(found[3] - found[2] + 1), most)) + 1
    events, tp, least, high = (column[:enough] for column in found)
    return np.concatenate(list(_expanded(view, (events, tp, least, np.minimum(high, least + most)))))[:most]


def _cells(view: View, events: Ints, tp: Ints, fp: Ints) -> Ints:
    own = np.column_stack([tp, fp, events - tp, view.n - events - fp])
    return own[:, list(view.turn)]
