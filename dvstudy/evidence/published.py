"""Published validation figures and item frequencies: what may stand in their tables, and how they are looked up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from dvstudy.checks import nearest
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.evidence import strict
from dvstudy.evidence.columns import AMOUNTS, COEFFICIENTS, PREVALENCE, STATISTICS, TABLE, VALIDATION
from dvstudy.evidence.strict import Cells, Column


def validation(instrument: str | None = None, statistic: str | None = None) -> pd.DataFrame:
    """Published validation figures, one row a figure.

    Parameters
    ----------
    instrument
        Code of an instrument (``odara``, ``sara_v2``) or of a family (``da``, ``sara``); None for all.
    statistic
        One of `STATISTICS`; None for all.

    Returns
    -------
    DataFrame
        Identity `row_id study_id study year country`; tool `instrument family form`; study `design` (`DESIGNS`),
        `sample` (`SAMPLES`), `setting`, `rater` (`RATERS`), `administration` (`ADMINISTRATIONS`), `outcome`,
        `period`, `cutoff`; figure `statistic`, `value` (NaN for words and ranges), `printed` as the source has it,
        `interval` (`confidence_95`, or `range` over outcomes or samples) with `low` and `high`, `n`, `n_events`,
        `base_rate`; counts `tp fp fn tn` with `cells` saying where they come from; `studies` behind a review;
        `status` (verified, derived, flagged, unverified), `source`, `doi`, `note`.

    Raises
    ------
    CheckFailed
        For an unknown instrument or statistic, with the nearest one.
    """
    chosen = _of_instrument(_shipped("validation"), instrument)
    return (chosen if statistic is None else _of(chosen, "statistic", statistic, STATISTICS)).reset_index(drop=True)


def prevalence(instrument: str | None = None) -> pd.DataFrame:
    """How often each answer was given in published samples, one row an answer.

    Returns
    -------
    DataFrame
        `row_id study_id study country setting instrument family form`, `population`, `item` (id in the instrument's
        definition where there is one), `topic_en topic_ro`, `category`, `n`, `count`, `percent` (0 to 100, as
        printed), `status` (`not_printed`: the source leaves the cell empty), `source`, `note`.

    Raises
    ------
    CheckFailed
        For an unknown instrument.
    """
    return _of_instrument(_shipped("prevalence"), instrument).reset_index(drop=True)


def read_validation(source: str | Path, subject: str = "") -> pd.DataFrame:
    """A team's own validation figures from a CSV file (or its text) with the columns of `validation`.

    Raises
    ------
    CheckFailed
        Listing every unknown column, code, number that cannot be, interval that leaves its estimate out and count
        larger than the sample, each with row, column, what was found, what is allowed and how to mend it.
    """
    return _read(source, subject or "validation.csv", VALIDATION, _validation_faults)


def read_prevalence(source: str | Path, subject: str = "") -> pd.DataFrame:
    """Item frequencies from a CSV file (or its text) with the columns of `prevalence`; raises as `read_validation`."""
    return _read(source, subject or "prevalence.csv", PREVALENCE, _prevalence_faults)


def _read(
    source: str | Path,
    subject: str,
    columns: Mapping[str, Column],
    further: Callable[[Sequence[Cells]], Iterator[Problem]],
) -> pd.DataFrame:
    text, subject = strict.content(source, source.name if isinstance(source, Path) else subject)
    table = strict.rows(text, subject, columns)
    found = Problems(subject)
    found.extend(strict.faults(table, columns))
    found.extend(further(table))
    found.stop()
    return strict.frame(table, columns)


def _validation_faults(table: Sequence[Cells]) -> Iterator[Problem]:
    for row in table:
        yield from _value_faults(row)
        yield from _interval_faults(row)
        yield from _count_faults(row)


def _value_faults(row: Cells) -> Iterator[Problem]:
    statistic = row.text["statistic"]
    low = -1.0 if statistic in COEFFICIENTS else 0.0
    high = math.inf if statistic in AMOUNTS else 1.0
    if statistic not in STATISTICS:
        return
    for name in ("value", "low", "high"):
        if not math.isnan(row.number(name)) and not low <= row.number(name) <= high:
            limits = (("low", f"{low:g}"), ("high", "∞" if math.isinf(high) else f"{high:g}"))
            yield row.fault("evidence_range", name, *limits)


def _interval_faults(row: Cells) -> Iterator[Problem]:
    value, low, high = (row.number(name) for name in ("value", "low", "high"))
    stated = [bool(row.text[name]) for name in ("interval", "low", "high")]
    if any(stated) and not all(stated):
        yield row.fault("evidence_half_interval", "interval")
    elif low > high or value < low or value > high:
        shown = f"{row.text['low']}–{row.text['high']}"
        yield Problem("evidence_interval", f"{row.place} → value", shown, values=(("value", row.text["value"] or "—"),))


def _count_faults(row: Cells) -> Iterator[Problem]:
    n, events = row.number("n"), row.number("n_events")
    counts = {name: row.number(name) for name in TABLE if row.text[name]}
    if events > n:
        yield row.fault("evidence_too_many", "n_events", ("limit", row.text["n"]))
    if bool(counts) != bool(row.text["cells"]):
        yield row.fault("evidence_cells_origin", "cells")
    for name, total in (("n_events", ("tp", "fn")), ("n", TABLE)):
        held = sum(counts.get(cell, 0.0) for cell in total)
        if not math.isnan(held) and held > row.number(name):
            place = f"{row.place} → {', '.join(total)}"
            yield Problem("evidence_too_many", place, f"{held:g}", values=(("limit", row.text[name]),))


def _prevalence_faults(table: Sequence[Cells]) -> Iterator[Problem]:
    sums: dict[tuple[str, ...], float] = {}
    for row in table:
        count, n, percent = (row.number(name) for name in ("count", "n", "percent"))
        if count > n:
            yield row.fault("evidence_too_many", "count", ("limit", row.text["n"]))
        elif n > 0 and abs(100 * count / n - percent) > 0.5:
            yield row.fault("evidence_share_count", "percent", ("count", row.text["count"]), ("n", row.text["n"]))
        if (row.text["status"] == "not_printed") != (not row.text["count"] and not row.text["percent"]):
            yield row.fault("evidence_not_printed", "status")
        key = tuple(row.text[name] for name in ("study_id", "instrument", "population", "item", "n"))
        before = sums.get(key, 0.0)
        sums[key] = before + (0.0 if math.isnan(count) else count)
        if before <= n < sums[key] and count <= n:
            place = f"{row.place} → count"
            yield Problem("evidence_too_many", place, f"{sums[key]:g}", values=(("limit", row.text["n"]),))


def _of_instrument(table: pd.DataFrame, instrument: str | None) -> pd.DataFrame:
    if instrument is None:
        return table
    if instrument in set(table["family"]):
        return table[(table["family"] == instrument) | (table["instrument"] == instrument)]
    return _of(table, "instrument", instrument, tuple(sorted({*table["instrument"], *table["family"]})))


def _of(table: pd.DataFrame, column: str, code: str, allowed: tuple[str, ...]) -> pd.DataFrame:
    if code not in allowed:
        raise CheckFailed("evidence", [Problem("evidence_code", column, code, allowed, nearest(code, allowed))])
    return table[table[column] == code]


@cache
def _shipped(name: str) -> pd.DataFrame:
    text = files("dvstudy.evidence.data").joinpath("published", f"{name}.csv").read_text("utf-8")
    return (read_validation if name == "validation" else read_prevalence)(text, f"{name}.csv")
