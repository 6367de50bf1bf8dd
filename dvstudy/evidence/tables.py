"""Which 2x2 tables could a paper have had, given what it prints?"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypedDict, Unpack, cast

import numpy as np
import pandas as pd

from dvstudy import language as lang
from dvstudy.errors import UsageError
from dvstudy.evidence.printed import Printed, printed
from dvstudy.evidence.search import search, view_of

Verdict = Literal["unique", "several", "none"]

CELLS: Final = ("tp", "fp", "fn", "tn")
SHARES: Final = ("sensitivity", "specificity", "ppv", "npv", "accuracy", "flagged", "base_rate")
RATIOS: Final = ("odds_ratio", "or_low", "or_high")
#: Largest number of people searched.
MOST_PEOPLE: Final = 1_000_000
#: Tables written out; their number is exact beyond.
LISTED: Final = 10_000
_RANGED: Final = 1_000_000


@dataclass(frozen=True)
class Consistency:
    """What the search found.

    Attributes
    ----------
    verdict
        `unique`, `several` or `none`.
    count
        How many tables fit.
    tables
        The first 10,000 of them: `tp fp fn tn` and the measures they give.
    contradicts
        When none fits: every single figure without which some table does, with `printed`, the range `low` to `high`
        it would then have (NaN beyond a million tables), and the number of `tables`. Empty when no single figure is
        to blame.
    figures
        What was printed, by name (see `Figures`).
    n
        People in the table.
    """

    verdict: Verdict
    count: int
    tables: pd.DataFrame
    contradicts: pd.DataFrame
    figures: Mapping[str, Printed]
    n: int

    def text(self, language: str = lang.BASE) -> str:
        """The verdict in words; for none, the figures that contradict the rest."""
        if self.verdict == "several":
            return lang.plural("evidence.tables.several", language, self.count, total=self.n)
        if self.verdict == "unique":
            cells = {name: int(self.tables[name].iloc[0]) for name in CELLS}
            return lang.text("evidence.tables.unique", language, n=self.n, **cells)
        said = [lang.text("evidence.tables.none", language, n=self.n)]
        said += [self._blame(row, language) for row in self.contradicts.to_dict("records")]
        return " ".join(said if len(self.contradicts) else [*said, lang.text("evidence.tables.no_single", language)])

    def _blame(self, row: Mapping[Hashable, Any], language: str) -> str:
        figure = self.figures[str(row["figure"])]
        if math.isnan(row["low"]):
            return self._named("evidence.tables.blame_wide", row, language)
        ends = {side: figure.like(float(row[side]), language) for side in ("low", "high")}
        key = "evidence.tables.blame_one" if ends["low"] == ends["high"] else "evidence.tables.blame"
        return self._named(key, row, language, **ends)

    def _named(self, key: str, row: Mapping[Hashable, Any], language: str, **values: str) -> str:
        figure = self.figures[str(row["figure"])]
        named = lang.text(f"evidence.figure.{row['figure']}", language)
        return lang.text(key, language, figure=named, printed=figure.written(language), **values)


class Figures(TypedDict, total=False):
    """What a paper may print about one 2x2 table; shares and ratios as text, `events` a whole number."""

    sensitivity: str
    specificity: str
    ppv: str
    npv: str
    accuracy: str
    flagged: str
    base_rate: str
    odds_ratio: str
    or_low: str
    or_high: str
    events: int


def consistent_tables(n: int, **figures: Unpack[Figures]) -> Consistency:
    """Every 2x2 table of `n` people that rounds to the printed figures.

    Parameters
    ----------
    n
        People in the table.
    sensitivity, specificity, ppv, npv, accuracy, flagged, base_rate
        Shares as printed, as text with all their decimals: ``"0.60"``, ``".6"``, ``"60%"``, ``"60.0"``, ``"6/10"``.
        `flagged` is the share with a positive test, `base_rate` the share with the event.
    odds_ratio, or_low, or_high
        Odds ratio and its 95% limits by Woolf's method, as printed. A table with an empty cell has none.
    events
        People with the event, exactly.

    Returns
    -------
    Consistency
        A figure fits when the table's exact value rounds to it with a half going up or to the even digit. The search
        is exhaustive and exact (whole numbers); N = 20,000 takes seconds when one share is known.

    Raises
    ------
    UsageError
        For a figure that is not text or cannot be read, an impossible `n` or `events`, nothing printed, or so little
        that the search would not end.

    Notes
    -----
    Proven against writing out every table of small N. Only the counts are searched: adjusted odds ratios, weighted
    samples and figures from different subsets of a study have no common table, and the verdict `none` may mean that.
    """
    known = _known(n, figures)
    count, cells = _found(n, known, LISTED)
    verdict: Verdict = "none" if count == 0 else "unique" if count == 1 else "several"
    blamed = _contradicting(n, known) if verdict == "none" else []
    columns = ["figure", "printed", "low", "high", "tables"]
    return Consistency(verdict, count, measured(cells), pd.DataFrame(blamed, columns=columns), known, n)


def measured(cells: np.ndarray) -> pd.DataFrame:
    """Counts (m, 4) as a table with the measures they give; NaN where there is nothing to divide by."""
    table = pd.DataFrame(cells, columns=list(CELLS))
    tp, fp, fn, tn = (table[name].astype("float64") for name in CELLS)
    n = tp + fp + fn + tn
    parts = {
        "sensitivity": (tp, tp + fn), "specificity": (tn, tn + fp), "ppv": (tp, tp + fp), "npv": (tn, tn + fn),
        "accuracy": (tp + tn, n), "flagged": (tp + fp, n), "base_rate": (tp + fn, n), "odds_ratio": (tp * tn, fp * fn),
    }  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        made = table.assign(**{name: top / bottom.where(bottom > 0) for name, (top, bottom) in parts.items()})
        error = np.sqrt(1 / tp + 1 / fp + 1 / fn + 1 / tn)
        limits = {
            name: made["odds_ratio"] * np.exp(sign * 1.959963984540054 * error)
            for name, sign in (("or_low", -1), ("or_high", 1))
        }
    return made.assign(events=tp + fn, **limits)


def _known(n: int, figures: Figures) -> dict[str, Printed]:
    """The figures read; a wrong call raises."""
    events = figures.get("events")
    if not isinstance(n, int) or not 1 <= n <= MOST_PEOPLE:
        raise UsageError("printed_people", found=repr(n), most=MOST_PEOPLE)
    if events is not None and (not isinstance(events, int) or not 0 <= events <= n):
        raise UsageError("printed_events", found=repr(events), n=n)
    known = {}
    for name, figure in figures.items():
        if name not in (*SHARES, *RATIOS, "events"):
            raise UsageError("printed_unknown", found=name, known=", ".join((*SHARES, *RATIOS, "events")))
        if figure is not None and name != "events":
            known[name] = printed(cast(str, figure), name, "ratio" if name in RATIOS else "share")
    if not known:
        raise UsageError("printed_nothing")
    return known | ({"events": Printed(str(events), 2 * events, 2 * events, 2, True)} if events is not None else {})


def _found(n: int, figures: Mapping[str, Printed], most: int) -> tuple[int, np.ndarray]:
    events = figures["events"].low // 2 if "events" in figures else None
    return search(view_of(n, figures, events), most=most)


def _contradicting(n: int, figures: Mapping[str, Printed]) -> list[tuple[str, str, float, float, int]]:
    """Each figure without which some table fits, with the range it would have there."""
    blamed = []
    for name, figure in figures.items():
        rest = {key: value for key, value in figures.items() if key != name}
        if not rest:
            continue
        try:
            count, cells = _found(n, rest, _RANGED)
        except UsageError:  # too little is left to search
            continue
        values = measured(cells)[name].dropna()  # the paper could compute it, so the table can
        if count > _RANGED:
            blamed.append((name, figure.text, float("nan"), float("nan"), count))
        elif len(values):
            blamed.append((name, figure.text, float(values.min()), float(values.max()), len(values)))
    return blamed
