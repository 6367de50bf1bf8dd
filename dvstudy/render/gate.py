"""The gate in front of every page: a study run as it may be shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pandas as pd

from dvstudy.checks import arguments
from dvstudy.disclosure import LEAST, Policy, hidden_cells, policy, protect, protect_values
from dvstudy.render.sentences import WITHHELD
from dvstudy.result import Result
from dvstudy.studies.run import Statement, StudyRun, finished


def gate(run: StudyRun, *, threshold: int = LEAST) -> StudyRun:
    """`run` with every result, sentence and check passed through disclosure control.

    A run counts as synthetic only if its provenance and every one of its results say so: one doubtful result makes
    the whole run `restricted`. A sentence that would say a hidden number is replaced by one that says that a sentence
    was withheld. The last runs are kept as they came out, since a notebook shows one section after the other.

    Raises
    ------
    UsageError
        `WrongArguments`: `run` is no finished study.
    """
    arguments(finished("run", run))
    return _gate(run, threshold)


@lru_cache(maxsize=2)
def _gate(run: StudyRun, threshold: int) -> StudyRun:
    synthetic = run.synthetic and all(r.meta.get("synthetic") is True for r in run.results.values())
    limits = policy(synthetic=synthetic, threshold=threshold)
    before = {name: _marked(result, synthetic) for name, result in run.results.items()}
    after = {name: protect(result, threshold=threshold) for name, result in before.items()}
    hidden = {value for name in before for value in hidden_cells(before[name], after[name])}
    return replace(
        run,
        summary=_sentences(run.summary, limits, hidden),
        sections=[replace(s, statements=_sentences(s.statements, limits, hidden)) for s in run.sections],
        checks=_checks(run.checks, after),
        results=after,
        provenance=_provenance(run, limits),
    )


def _provenance(run: StudyRun, limits: Policy) -> dict[str, Any]:
    """Provenance with the number of cases rounded where the policy says so."""
    cases = {"cases": int(limits.rounded(run.provenance["cases"]))} if "cases" in run.provenance else {}
    return {**run.provenance, **cases, "synthetic": not limits.restricted}


def _marked(result: Result, synthetic: bool) -> Result:
    return result if synthetic else replace(result, meta={**result.meta, "synthetic": False})


def _sentences(statements: Sequence[Statement], limits: Policy, hidden: Collection[float]) -> list[Statement]:
    out = []
    for statement in statements:
        values = protect_values(statement.values, limits, hidden)
        out.append(WITHHELD if values is None else replace(statement, values=values))
    return out


def _checks(checks: pd.DataFrame, results: Mapping[str, Result]) -> pd.DataFrame:
    """Checks of rows that are shown; the comparison with truth would give the hidden ones away."""
    if not len(checks):
        return checks
    gone = {
        (name, str(row["term"]), str(row["group"]))
        for name, result in results.items()
        for row in result.table[result.table["suppressed"]].to_dict("records")
    }
    keys = checks[["result", "term", "group"]].astype("str").itertuples(index=False, name=None)
    return checks[[key not in gone for key in keys]]
