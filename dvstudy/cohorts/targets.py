"""A team's own margins: one CSV, checked completely before anything is simulated."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from dvstudy.checks import nearest
from dvstudy.cohorts import limits
from dvstudy.cohorts.forms import DANGER, POLICE_FORM, SARA, SOCIAL_SHEET
from dvstudy.cohorts.margins import COUNTED
from dvstudy.cohorts.parameters import Margins
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.recipe import Recipe
from dvstudy.disclosure import LEAST
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.evidence import strict
from dvstudy.evidence.strict import Cells, Column

#: `n` is the number of forms, cases or orders that the value was counted in; `source` where it was counted.
COLUMNS: Final[Mapping[str, Column]] = {name: Column() for name in ("target", "value", "n", "source")}
#: The AUC of a score for severe violence within the days of follow-up -> its instrument.
AUCS: Final = {
    "auc_order146_severe": POLICE_FORM,
    "auc_social_severe": SOCIAL_SHEET,
    "auc_danger_severe": DANGER,
    "auc_sara_severe": SARA,
}
#: Kappa of officer and social worker on the verdict, and the social worker's own share of imminent verdicts.
KAPPA, SOCIAL_SHARE = "kappa_decision", "imminent_social"
MEASURES: Final = (*AUCS, KAPPA, SOCIAL_SHARE)
#: Targets are rounded to this many places, so that no count can be read back from them.
PLACES: Final = 3
#: Most of something that is counted per order.
_MOST: Final = 10
_WORKBOOKS: Final = (".xlsx", ".xls", ".ods")
_DECIMAL_COMMA: Final = re.compile(r"(-?\d+),(\d+)", re.ASCII)


@dataclass(frozen=True)
class Target:
    """What a recipe is to reproduce: a margin, the share of yes answers to an item, or a measure (`MEASURES`)."""

    name: str
    value: float
    n: int
    source: str

    @property
    def kind(self) -> str:
        """``margin``, ``item`` or ``measure``."""
        return "item" if "." in self.name else "measure" if self.name in MEASURES else "margin"


def read(source: str | Path, recipe: Recipe) -> list[Target]:
    """The targets of a CSV with the columns `target value n source`, also as a spreadsheet in Romanian saves it
    (semicolons, decimal commas).

    Raises
    ------
    CheckFailed
        Listing every fault: unknown targets (with the nearest), shares outside 0 to 1, counts below 10 (but for
        `structural` ends), parts that do not add up, targets that no recipe could reach together (with the range that
        is possible; see `limits`).
    """
    if isinstance(source, Path) and source.suffix.lower() in _WORKBOOKS and source.is_file():
        raise CheckFailed(source.name, [Problem("target_workbook", source.name)])
    text, subject = strict.content(source, "" if isinstance(source, Path) else "targets")
    table = strict.rows(_with_commas(text), subject, COLUMNS)
    found, known = Problems(subject), names(recipe.settings)
    if not table:
        found.add(Problem("table_no_rows", subject))
    found.extend(strict.faults(table, COLUMNS))
    for cells in table:
        found.extend(_faults(cells, known, structural(recipe, cells.text["target"])))
    given = {c.text["target"]: round(c.number("value"), PLACES) for c in table if _usable(c, known)}
    if given.keys() >= {c.text["target"] for c in table if c.text["target"] in Margins.model_fields}:
        found.extend(limits.together(given, recipe, subject))
    found.stop()
    return [
        Target(name, value, int(c.number("n")), c.text["source"])
        for c, (name, value) in zip(table, given.items(), strict=True)
    ]


def structural(recipe: Recipe, name: str) -> tuple[float, ...]:
    """The ends, 0 or 1, that the documented range of a margin holds: a place without devices, a form at every
    intervention. A share there says how a place works and nothing about a person, so no count behind it is small."""
    parameter = recipe.parameters.get(f"margins.{name}")
    ends = parameter.range if parameter and isinstance(parameter.range, list) else []
    return tuple(end for end in ends if end in (0, 1))


def names(values: Values) -> tuple[str, ...]:
    """Every target that a recipe can be calibrated to. Items that follow from the case itself are left out."""
    items = [
        f"{instrument}.{item}"
        for instrument, asked in values.items.items()
        for item, facts in asked.items()
        if all(fact in values.facts for fact in facts)
    ]
    return (*Margins.model_fields, *MEASURES, *items)


def _with_commas(text: str) -> str:
    """A table whose head is cut by semicolons, cut by commas instead; a decimal comma in `value` becomes a point."""
    head = text.lstrip("\ufeff").partition("\n")[0]
    try:
        rows = list(csv.reader(StringIO(text), delimiter=";" if ";" in head and "," not in head else ",", strict=True))
    except csv.Error:  # told by the reader of the table
        return text
    if not rows or "value" not in (column := [cell.strip() for cell in rows[0]]):
        return text
    at, written = column.index("value"), StringIO()
    for row in rows:
        if len(row) > at:
            row[at] = _DECIMAL_COMMA.sub(r"\1.\2", row[at]) if _DECIMAL_COMMA.fullmatch(row[at].strip()) else row[at]
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def _faults(cells: Cells, known: Sequence[str], ends: Sequence[float]) -> Iterator[Problem]:
    """Everything that is wrong in one row; a value at one of the `ends` has no small count behind it."""
    name, value, n = cells.text["target"], cells.number("value"), cells.number("n")
    yield from (Problem("target_blank", cells.place, column) for column, found in cells.text.items() if not found)
    if cells.text["n"] and not (n >= 1 and n.is_integer()):
        yield cells.fault("target_n", "n")
    if cells.text["value"] and math.isnan(value):
        yield cells.fault("target_number", "value")
    if not name:
        return
    if name not in known:
        alike = tuple(k for k in known if ("." in k) == ("." in name))
        shown = tuple(k for k in alike if k.partition(".")[0] == name.partition(".")[0])
        yield Problem("target_unknown", cells.place, name, shown or alike, nearest(name, shown or alike))
        return
    low, high = _limits(name)
    if value < low or value > high:
        yield cells.fault("target_range", "value", ("low", low), ("high", high))
    elif value in ends:
        return
    elif (name not in MEASURES or name == SOCIAL_SHARE) and (few := _smallest_cell(name, value, n)) < LEAST:
        yield Problem("target_small", f"{cells.place} → n", str(few), values=(("least", LEAST),))


def _usable(cells: Cells, known: Sequence[str]) -> bool:
    """Whether the value of a row can be held against the others, whatever else is wrong in it."""
    low, high = _limits(cells.text["target"])
    return cells.text["target"] in known and low <= cells.number("value") <= high


def _limits(name: str) -> tuple[int, int]:
    return -1 if name == KAPPA else 0, _MOST if name in COUNTED else 1


def _smallest_cell(name: str, value: float, n: float) -> float:
    """The smaller of the two counts behind a share; of a count per order, that count; infinite when unknown."""
    if math.isnan(value) or not n >= 1:
        return math.inf
    count = round(value * n)
    return count if name in COUNTED else min(count, round(n) - count)
