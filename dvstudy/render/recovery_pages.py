"""What an estimator makes of cohorts whose truth is known: cautions, pictures, one table a result."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from math import isfinite
from typing import Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.recovery import Recovery
from dvstudy.render.document import Block, Heading, NoteBox, Paragraph, Table
from dvstudy.render.figures import figure
from dvstudy.result import ALL, label_of, written

Row = Mapping[Hashable, Any]
_SHARES: Final = ("percent", "points")
_COLUMNS: Final = ("term", "group", "used", "truth", "mean", "bias", "se", "rmse", "coverage", "width", "rejection")


def pages(found: Recovery, language: str) -> Iterator[Block]:
    """What was done, what to be careful about, bias and coverage as pictures, then every number."""
    numbers = ("replicates", "cases")
    said = {key: written(float(found.about[key]), "count", language) for key in numbers}
    named = {key: str(found.about[key]) for key in ("estimator", "recipe", "seed")}
    level = lang.percent(found.about["level"], language, decimals=0)
    yield Heading(lang.text("recovery.title", language, **named), 3)
    yield Paragraph(lang.text("recovery.lead", language, **said, **named, level=level), "lead")
    yield from (NoteBox(note.text(language), "caution") for note in found.notes)
    meta = {**found.about, "synthetic": True}
    if len(found.table):
        for name in ("recovery_bias", "recovery_coverage"):
            yield figure(name, found.table, {}, meta, language, "")
        yield Paragraph(lang.text("recovery.legend", language), "small")
    for result, rows in found.table.groupby("result", sort=False):
        yield _table(str(result), rows, language)
    if len(found.failures):
        yield _failures(found.failures, language)


def _table(result: str, rows: pd.DataFrame, language: str) -> Table:
    grouped = bool((rows["group"] != ALL).any())
    names = [n for n in _COLUMNS if n != "group" or grouped]
    cells = [[_CELLS[n](row, language) for n in names] for row in rows.to_dict("records")]
    columns = [lang.text(f"recovery.column.{n}", language) for n in names]
    caption = lang.text("caption.recovery", language, result=label_of("result", result, {}, language))
    return Table(caption, columns, cells, range(1 + grouped, len(names)))


def _failures(failures: pd.DataFrame, language: str) -> Table:
    cells = [[str(row["replicate"]), str(row["seed"]), str(row["error"])] for row in failures.to_dict("records")]
    columns = [lang.text(f"recovery.column.{n}", language) for n in ("replicate", "seed", "error")]
    return Table(lang.text("caption.recovery_failures", language), columns, cells, (1,))


def _fine(value: float, kind: str, language: str) -> str:
    """A number fine enough for a Monte-Carlo error: shares in percent with two decimals, others with three."""
    if not isfinite(value):
        return ""
    share = kind in _SHARES
    return lang.number(100 * value if share else value, language, decimals=2 if share else 3)


def _with_error(row: Row, measure: str, kind: str, language: str) -> str:
    value, error = (_fine(float(row[name]), kind, language) for name in (measure, f"{measure}_mcse"))
    return f"{value} ({error})" if value and error else value


def _rejection(row: Row, language: str) -> str:
    said = _with_error(row, "rejection", "percent", language)
    meaning = row["rejection_is"]
    if not said or not meaning:
        return said
    word = lang.text("recovery.type_one" if meaning == "type_one" else "recovery.power", language)
    return f"{said}\n{word}"


_CELLS: Final = {
    "term": lambda row, language: label_of("term", row["term"], {}, language),
    "group": lambda row, language: (
        lang.text("report.whole", language) if row["group"] == ALL else label_of("group", row["group"], {}, language)
    ),
    "used": lambda row, language: lang.text("report.of", language, count=row["used"], n=row["replicates"]),
    "truth": lambda row, language: _with_error(row, "truth", row["kind"], language),
    "mean": lambda row, language: _fine(row["mean_estimate"], row["kind"], language),
    "bias": lambda row, language: _with_error(row, "bias", row["kind"], language),
    "se": lambda row, language: _with_error(row, "empirical_se", row["kind"], language),
    "rmse": lambda row, language: _with_error(row, "rmse", row["kind"], language),
    "coverage": lambda row, language: _with_error(row, "coverage", "percent", language),
    "width": lambda row, language: _with_error(row, "width", row["kind"], language),
    "rejection": _rejection,
}
