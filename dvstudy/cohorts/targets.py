"""A team's own margins: one CSV, checked completely before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dvstudy.checks import nearest
from dvstudy.cohorts import limits
from dvstudy.cohorts.forms import DANGER, POLICE_FORM, SARA
from dvstudy.cohorts.margins import COUNTED
from dvstudy.cohorts.parameters import Margins
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.recipe import Recipe
from dvstudy.disclosure import LEAST
from dvstudy.errors import Problem, Problems
from dvstudy.evidence import strict
from dvstudy.evidence.strict import Cells, Column

COLUMNS: Final[Mapping[str, Column]] = {
    "target": Column(needed=True),
    "value": Column("number", needed=True, low=-1, high=10),
    "n": Column("whole", needed=True, low=1),
    "source": Column(needed=True),
}
#: The AUC of a score for severe violence within the days of follow-up -> its instrument.
AUCS: Final = {"auc_order146_severe": POLICE_FORM, "auc_danger_severe": DANGER, "auc_sara_severe": SARA}
#: Kappa of officer and social worker on the verdict, and the social worker's own share of imminent verdicts.
KAPPA, SOCIAL_SHARE = "kappa_decision", "imminent_social"
MEASURES: Final = (*AUCS, KAPPA, SOCIAL_SHARE)
#: Targets are rounded to this many places, so that no count can be read back from them.
PLACES: Final = 3


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
    """The targets of a CSV with the columns `target value n source`.

    Raises
    ------
    CheckFailed
        Listing every fault: unknown targets (with the nearest), shares outside 0 to 1, counts below 10, parts that
        do not add up, targets that no recipe could reach together (with the range that is possible; see `limits`).
    """
    text, subject = strict.content(source, "targets")
    table = strict.rows(text, subject, COLUMNS)
    found = Problems(subject)
    found.extend(strict.faults(table, subject, COLUMNS))
    found.stop()
    known = names(recipe.settings)
    faults = {k: list(_faults(cells, known)) for k, cells in enumerate(table)}
    for listed in faults.values():
        found.extend(listed)
    targets = [
        Target(c.text["target"], round(c.number("value"), PLACES), int(c.number("n")), c.text["source"])
        for k, c in enumerate(table)
        if not faults[k]
    ]
    if {t.name for t in targets} >= {c.text["target"] for c in table if c.text["target"] in Margins.model_fields}:
        found.extend(limits.together({t.name: t.value for t in targets}, recipe, subject))
    found.stop()
    return targets


def names(values: Values) -> tuple[str, ...]:
    """Every target that a recipe can be calibrated to. Items that follow from the case itself are left out."""
    items = [
        f"{instrument}.{item}"
        for instrument, asked in values.items.items()
        for item, facts in asked.items()
        if all(fact in values.facts for fact in facts)
    ]
    return (*Margins.model_fields, *MEASURES, *items)


def _faults(cells: Cells, known: Sequence[str]) -> Iterator[Problem]:
    name, value, n = cells.text["target"], cells.number("value"), cells.number("n")
    if name not in known:
        shown = tuple(k for k in known if "." not in k)
        yield Problem("target_unknown", cells.place, name, shown, nearest(name, list(known)))
        return
    most = 1.0 if name not in COUNTED else COLUMNS["value"].high
    if not (0 <= value <= most or (name.startswith("kappa") and value <= 1)):
        yield Problem("target_range", f"{cells.place} → value", cells.text["value"], values=(("high", most),))
    elif (name not in MEASURES or name == SOCIAL_SHARE) and (few := _smallest_cell(name, value, n)) < LEAST:
        yield Problem("target_small", f"{cells.place} → n", str(few), values=(("least", LEAST),))


def _smallest_cell(name: str, value: float, n: float) -> int:
    """The smaller of the two counts behind a share; of a count per order, that count."""
    count = round(value * n)
    return count if name in COUNTED else min(count, round(n) - count)
