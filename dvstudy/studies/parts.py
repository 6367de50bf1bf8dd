"""What every study needs: provenance, sentences, and a clean way to say that something is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from dvstudy import provenance
from dvstudy.cohort import Cohort
from dvstudy.result import ALL, Kind, Quantity, Result
from dvstudy.studies.run import Section, Statement, StudyRun, collect
from dvstudy.studies.truth import against_truth


def finish(
    name: str,
    cohort: Cohort,
    results: Iterable[Result],
    *,
    seed: int,
    summary: Sequence[Statement],
    sections: Sequence[Section],
) -> StudyRun:
    """A StudyRun from its parts, with provenance and the comparison with truth."""
    kept = collect(results)
    return StudyRun(
        name=name,
        summary=[s for s in summary if _sayable(s)],
        sections=[Section(s.key, [one for one in s.statements if _sayable(one)], s.results) for s in sections],
        checks=against_truth(cohort, kept.values()),
        results=kept,
        provenance=_provenance(name, cohort, seed),
    )


def _sayable(statement: Statement) -> bool:
    """A sentence whose numbers could not be estimated is not said."""
    return all(isinstance(v, str) or pd.notna(v.value) for v in dict(statement.values).values())


def _provenance(name: str, cohort: Cohort, seed: int) -> dict[str, Any]:
    recipe = cohort.recipe or {}
    return {
        "study": name,
        "cohort": cohort.name,
        "synthetic": cohort.synthetic,
        "cases": len(cohort.cases),
        "stations": int(cohort.cases["station_id"].nunique()) if "station_id" in cohort.cases else 0,
        "counties": int(cohort.cases["county_id"].nunique()) if "county_id" in cohort.cases else 0,
        "analysis_seed": seed,
        "recipe": recipe.get("name", ""),
        "recipe_seed": recipe.get("seed", ""),
        "parameter_hash": recipe.get("parameter_hash", ""),
        "data": provenance.fingerprint(cohort.cases),
        "instruments": {i: cohort.instrument(i).version for i in cohort.answers},
        "environment": provenance.environment(),
    }


def say(key: str, **values: Quantity | str) -> Statement:
    """The statement ``say.<key>``."""
    return Statement(key, values)


def with_interval(result: Result, term: str, kind: Kind, group: str = ALL) -> dict[str, Quantity]:
    """Estimate and limits of a row, as the placeholders {estimate}, {low}, {high} of a sentence."""
    if not has_row(result, term, group):
        missing = Quantity(float("nan"), kind)
        return {"estimate": missing, "low": missing, "high": missing}
    row = result.row(term, group)
    behind = float(row.get("count", row["n"]))
    values = {"estimate": row["estimate"], "low": row["conf_low"], "high": row["conf_high"]}
    return {name: Quantity(float(value), kind, behind) for name, value in values.items()}


def estimate(result: Result, term: str, kind: Kind, group: str = ALL) -> Quantity:
    """The estimate of a row; a missing number when the result has no such row."""
    return result.quantity(term, kind, group) if has_row(result, term, group) else Quantity(float("nan"), kind)


def complement(quantity: Quantity) -> Quantity:
    """One minus a share (the cases missed, for the cases found)."""
    return Quantity(1 - quantity.value, quantity.kind, quantity.n)


def has_row(result: Result, term: str, group: str = ALL) -> bool:
    """Whether the result's table has this row."""
    return bool(((result.table["term"] == term) & (result.table["group"] == group)).any())


def common(cohort: Cohort, frame: pd.DataFrame, *clusters: str) -> dict[str, Any]:
    """Options that every analysis takes: the cluster column and the synthetic mark.

    The cluster is the first of `clusters` (by default the station) that the data have. Raters work inside stations,
    so limits by station allow for raters too; results hold for the counties that the data come from.
    """
    usable = [c for c in clusters or ("station_id",) if c in frame and bool(frame[c].notna().any())]
    return {"cluster": usable[0] if usable else None, "synthetic": cohort.synthetic}
