"""What is put to the test: a study by name or a function of a cohort, and the truth it is held against."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import provenance
from dvstudy.checks import arguments
from dvstudy.cohort import Cohort
from dvstudy.errors import UsageError
from dvstudy.result import ALL, Result
from dvstudy.studies import StudyRun, study, unknown

KEY: Final = ["result", "term", "group"]
NUMBERS: Final = ["estimate", "conf_low", "conf_high", "p_value"]
#: Values that mean "nothing there" for the terms that studies report.
NULLS: Final = {"difference": 0.0, "mean_difference": 0.0, "bias_index": 0.0, "auc": 0.5, "auc_difference": 0.0}
#: Files that decide what an estimator finds: code, definitions of instruments and checks, figures.
_MADE_OF: Final = (".py", ".toml", ".csv")
_PACKAGE: Final = Path(__file__).resolve().parents[1]

Answer = Result | StudyRun | pd.DataFrame
Truth = Callable[[Cohort], pd.DataFrame]


@dataclass(frozen=True)
class Estimator:
    """An estimator and how it is judged.

    Attributes
    ----------
    run
        Function Cohort -> Result, StudyRun or tidy table (`term, estimate`; optional `result, group, conf_low,
        conf_high, p_value, kind`). It is given `seed` if it has a parameter of that name, and must not read
        `cohort.truth`. A table without `result` is one result called `name`.
    name
        Names the estimator in tables and files.
    truth
        Function Cohort -> table (`term, value`; optional `result` or `estimand`, `group`, `mcse`); None for the
        truth stored with the cohort (``truth["estimands"]``).
    null
        Term -> the value that means "no effect": says what is rejected, and whether a rejection is an error.
    level
        Confidence level of the intervals; a p-value rejects below ``1 - level``.
    """

    run: Callable[..., Answer]
    name: str
    truth: Truth | None = None
    null: Mapping[str, float] = field(default_factory=lambda: dict(NULLS))
    level: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise UsageError("recovery_level", level=self.level)

    def estimates(self, cohort: Cohort, seed: int) -> pd.DataFrame:
        """Every estimate on this cohort: `KEY`, `kind`, `NUMBERS`; ValueError when a row is there twice."""
        given = {"seed": seed} if "seed" in inspect.signature(self.run).parameters else {}
        return _keyed(_table(self.run(cohort, **given), self.name), self.name, {"kind": "number"}, NUMBERS)

    def truths(self, cohort: Cohort) -> pd.DataFrame:
        """What is true of this cohort: `KEY`, `truth`, `truth_mcse` (0 where nothing is said)."""
        known = self.truth(cohort) if self.truth else cohort.truth.get("estimands", pd.DataFrame({"term": []}))
        named = known.reset_index(drop=True).rename(columns={"estimand": "result", "value": "truth"})
        named = named.rename(columns={"mcse": "truth_mcse"})
        return _keyed(named, self.name, {"truth_mcse": 0.0}, ["truth"])

    @property
    def code(self) -> str:
        """Hash of what the estimator is made of: changed code must not be mixed with what older code found."""
        parts = [_source(f) for f in (self.run, self.truth) if f is not None]
        told = [self.level, dict(self.null), parts, made_of(_PACKAGE)]
        return provenance.digest(provenance.canonical(told).encode())


def chosen(estimator: str | Callable[..., Answer] | Estimator) -> Estimator:
    """The estimator meant: a study by its name, a function under its own name, or one as it is."""
    if isinstance(estimator, Estimator):
        return estimator
    if isinstance(estimator, str) or not callable(estimator):
        arguments(unknown(estimator))
        return Estimator(partial(_study, estimator), estimator)
    name = getattr(estimator, "__name__", "")
    return Estimator(estimator, name if name.isidentifier() else "estimator")


def _study(name: str, cohort: Cohort, *, seed: int) -> StudyRun:
    return study(name, cohort, seed=seed)


def _table(answer: Answer, name: str) -> pd.DataFrame:
    if isinstance(answer, pd.DataFrame):
        return answer
    results = list(answer.results.values()) if isinstance(answer, StudyRun) else [answer]
    filled = [r.table.assign(result=r.name) for r in results if len(r.table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame({"term": [], "estimate": []})


def _keyed(frame: pd.DataFrame, name: str, defaults: Mapping[str, Any], numbers: list[str]) -> pd.DataFrame:
    """The table with all its columns and one row a key."""
    absent = {"result": name, "group": ALL, **defaults}
    absent |= dict.fromkeys((n for n in numbers if n != numbers[0]), np.nan)
    needed = [c for c in ("term", numbers[0]) if c not in frame and len(frame)]
    if needed:
        raise ValueError(f"{name}: the table has no column {', '.join(needed)}")
    full = frame.assign(**{c: v for c, v in absent.items() if c not in frame}).reset_index(drop=True)
    full = full.reindex(columns=[*KEY, *defaults, *numbers])
    full = full.astype(dict.fromkeys(KEY, "str")).astype(dict.fromkeys(numbers, "float64"))
    for column, usual in defaults.items():
        full[column] = full[column].fillna(usual).astype("str" if isinstance(usual, str) else "float64")
    twice = full[full.duplicated(KEY)]
    if len(twice):
        raise ValueError(f"{name}: {len(twice)} rows stand twice, such as {'/'.join(twice.iloc[0][KEY])}")
    return full


def _source(function: Callable[..., Any]) -> str:
    if isinstance(function, partial):
        return provenance.canonical([_source(function.func), function.args, function.keywords])
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        code = getattr(function, "__code__", None)
        return _compiled(code) if code else type(function).__qualname__


def _compiled(code: CodeType) -> str:
    """What a function without source does: its instructions, the names and the numbers in it, functions inside too."""
    inside = [_compiled(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return repr((code.co_code, code.co_names, inside))


@cache
def made_of(root: Path) -> str:
    """Hash of the code, definitions and figures in a folder."""
    files = sorted(p for p in root.rglob("*") if p.suffix in _MADE_OF)
    parts = [p.relative_to(root).as_posix().encode() + p.read_bytes() for p in files]
    return provenance.digest(b"".join(parts))
