"""Cohort: the one shape of study data, synthetic or a team's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dvstudy import instruments, provenance, scoring, storage, tables
from dvstudy.errors import Problem, Problems, UsageError
from dvstudy.instruments import Instrument

_OBSERVED: Final = "observed"
_TRUTH: Final = "truth"


@dataclass(frozen=True)
class Cohort:
    """Study data: what was observed, and in a synthetic cohort the truth beside it.

    Attributes
    ----------
    name
        Short name, used in reports.
    cases, assessments, orders, outcomes, services
        Tables described column by column in `dvstudy.tables`.
    answers
        Instrument id -> wide table: one row an assessment (its index is the assessment's), one column an item,
        categorical with the instrument's answers and reasons for missing.
    definitions
        Instrument id -> definition, where it is not the shipped one (a team's own copy of an official form).
    recipe
        Synthetic cohorts only: name, seed, parameters, `parameter_hash`. None for a team's own data.
    truth
        Synthetic cohorts only: `cases` (latents, potential outcomes), `estimands` (true value of each estimand).
        Code that analyses must not read it; only the checking part of a study does.
    """

    name: str
    cases: pd.DataFrame
    assessments: pd.DataFrame
    answers: Mapping[str, pd.DataFrame]
    orders: pd.DataFrame = field(default_factory=tables.ORDERS_TABLE.empty)
    outcomes: pd.DataFrame = field(default_factory=tables.OUTCOMES.empty)
    services: pd.DataFrame = field(default_factory=tables.SERVICES.empty)
    definitions: Mapping[str, Instrument] = field(default_factory=dict)
    recipe: Mapping[str, Any] | None = None
    truth: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Sizes alone: rows of people do not belong in a log or a notebook."""
        sizes = {name: len(table) for name, table in self.answers.items()}
        return f"Cohort(name={self.name!r}, cases={len(self.cases)}, forms={sizes})"

    @cached_property
    def synthetic(self) -> bool:
        """True only if the ids prove it: a table that claims to be synthetic but fails is treated as real."""
        if self.recipe is None:
            return False
        return provenance.proven_synthetic(list(self.cases.index), self.recipe["parameter_hash"], "case")

    def instrument(self, name: str) -> Instrument:
        """The definition that this cohort's answers to `name` follow."""
        return self.definitions[name] if name in self.definitions else instruments.load(name)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The observed tables by name, without answers."""
        return {name: getattr(self, name) for name in tables.TABLES}

    def check(self) -> None:
        """Raise `CheckFailed` listing every fault: columns, codes, ids, and links between the tables."""
        found = Problems(self.name)
        for name, table in tables.TABLES.items():
            found.extend(tables.problems(table, getattr(self, name)))
        found.extend(tables.broken_links(self.tables(), self.answers))
        found.stop()

    def rated(self, instrument: str, role: str | None = None) -> pd.DataFrame:
        """Assessments made with `instrument` (by raters of `role`), joined with the columns of their cases."""
        chosen = self.assessments[self.assessments["instrument"] == instrument]
        if role is not None:
            chosen = chosen[chosen["rater_role"] == role]
        return chosen.join(self.cases, on="case_id")

    def case(self, assessment_id: str, instrument: str) -> scoring.Case:
        """One form, marked synthetic only if this cohort's ids prove it: `scoring.explain` refuses any other."""
        answers = self.answers[instrument].loc[[assessment_id]].iloc[0]
        return scoring.Case(assessment_id, answers.astype("str"), synthetic=self.synthetic)

    def save(self, folder: Path, *, format: storage.Format = "parquet", force: bool = False) -> Path:
        """Write the cohort into `folder` with a datapackage.json. An existing folder needs `force`."""
        observed = {f"{_OBSERVED}/{name}": frame for name, frame in self.tables().items()}
        answers = {f"{_OBSERVED}/answers/{name}": frame for name, frame in self.answers.items()}
        truth = {f"{_TRUTH}/{name}": frame for name, frame in self.truth.items()}
        facts = {
            "name": self.name,
            "version": provenance.package_version(),
            "recipe": self.recipe,
            "instruments": {name: self.instrument(name).version for name in self.answers},
            "definitions": {name: d.model_dump(mode="json") for name, d in self.definitions.items()},
        }
        return storage.write_tables(
            Path(folder), observed | answers | truth, facts, format=format, synthetic=self.synthetic, force=force
        )


def wanted(name: str, given: object) -> Iterator[Problem]:
    """The fault of an argument that should be a cohort and is none, such as the name of a recipe."""
    if not isinstance(given, Cohort):
        shown = repr(given) if isinstance(given, str | int | float | Path | None) else type(given).__name__
        yield Problem("argument_cohort", name, shown[:60])


def load(folder: Path) -> Cohort:
    """The cohort saved in `folder`, exactly as it was.

    Raises
    ------
    CheckFailed
        When the folder holds no datapackage.json, or a file is absent or was altered.
    """
    found, facts = storage.read_tables(Path(folder))
    if "recipe" not in facts:
        raise UsageError("not_a_cohort", folder=Path(folder).name)
    return Cohort(
        name=facts["name"],
        answers=_under(found, f"{_OBSERVED}/answers/"),
        definitions={name: Instrument.model_validate_json(_json(d)) for name, d in facts["definitions"].items()},
        recipe=facts["recipe"],
        truth=_under(found, f"{_TRUTH}/"),
        **{name: found[f"{_OBSERVED}/{name}"] for name in tables.TABLES},
    )


def _under(found: Mapping[str, pd.DataFrame], prefix: str) -> dict[str, pd.DataFrame]:
    return {name.removeprefix(prefix): frame for name, frame in found.items() if name.startswith(prefix)}


def _json(definition: Mapping[str, Any]) -> str:
    return provenance.canonical(definition)
