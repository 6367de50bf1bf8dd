"""Reporting guidelines filled from runs: where each point is answered, and what is missing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pandas as pd

from dvstudy.checks import arguments
from dvstudy.errors import UsageError
from dvstudy.studies.run import StudyRun, finished

#: Columns of `checklist`.
COLUMNS: Final = ("item", "section", "state", "where", "missing", "known")
#: States of a point, from the best: see `checklist`.
STATES: Final = ("answered", "partly", "not_estimable", "not_run", "author")
_AUTHOR, _REPORT = "author", "report."


def checklists() -> tuple[str, ...]:
    """Names that `checklist` knows: ``stard`` (accuracy), ``tripod_ai`` (prediction models), ``ragee`` (risk
    assessment)."""
    return tuple(_lists())


def about(name: str) -> Mapping[str, str]:
    """`name`, `citation` and `source` of a guideline; UsageError when there is none of that name."""
    found = _list(name)
    return {key: found[key] for key in ("name", "citation", "source")}


def checklist(name: str, runs: StudyRun | Mapping[str, StudyRun]) -> pd.DataFrame:
    """Where do these runs answer the points of a reporting guideline, and what is missing?

    Parameters
    ----------
    name
        ``stard``, ``tripod_ai`` or ``ragee``.
    runs
        A run, or study name -> run, as they go into one report.

    Returns
    -------
    DataFrame, one row a point: `item` (its number; words under ``checklist.<name>.<item>``), `section`, `state`,
    `where` (sections of the runs and chapters of the report that answer it, comma-separated), `missing` (sections that
    were not run or could not be estimated, and ``author``), `known` (``read`` in the source or ``from_memory``).

    States: ``answered``; ``partly`` (some of it, the rest is missing); ``not_estimable`` (these data cannot tell);
    ``not_run`` (none of these runs asks it); ``author`` (only those who did the study can write it).

    Raises
    ------
    UsageError
        When there is no such guideline; `WrongArguments`: something else than runs.

    Notes
    -----
    A section answers a point when at least one of its results could be estimated. Whether it answers it *well* is for a
    reader: a filled list is no proof of a good study.
    """
    runs = runs if isinstance(runs, Mapping) else {"run": runs}
    arguments(*(finished("runs", run) for run in runs.values()))
    rows = []
    for item, point in _list(name)["items"].items():
        states = {place: _state(place, runs) for place in point["where"]}
        there = [place for place, state in states.items() if state == "answered"]
        gone = [place for place, state in states.items() if state != "answered"]
        state = "answered" if not gone else "partly" if there else min(states.values(), key=STATES.index)
        rows.append((item, point["section"], state, ", ".join(there), ", ".join(gone), point["known"]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def counts(found: pd.DataFrame) -> dict[str, int]:
    """`answered`, `partly`, `missing` and `total` points of a filled list."""
    states = found["state"]
    some = {state: int((states == state).sum()) for state in ("answered", "partly")}
    return {**some, "missing": len(found) - sum(some.values()), "total": len(found)}


def places(name: str) -> Iterator[str]:
    """Every section and chapter that the points of a guideline name."""
    for point in _list(name)["items"].values():
        yield from point["where"]


def _state(place: str, runs: Mapping[str, StudyRun]) -> str:
    if place == _AUTHOR:
        return "author"
    if place.startswith(_REPORT):
        return "answered"
    sections: Sequence[Any] = [s for run in runs.values() for s in run.sections if s.key == place]
    if not sections:
        return "not_run"
    results = [run.results[r] for run in runs.values() for s in run.sections if s.key == place for r in s.results]
    answered = any(result.status != "not_estimable" for result in results) or any(s.statements for s in sections)
    return "answered" if answered else "not_estimable"


def _list(name: str) -> Mapping[str, Any]:
    lists = _lists()
    if name not in lists:
        raise UsageError("unknown_checklist", name=name, known=", ".join(lists))
    found: Mapping[str, Any] = lists[name]
    return found


@cache
def _lists() -> Mapping[str, Any]:
    text = (files("dvstudy.evidence") / "data" / "checklists.toml").read_text("utf-8")
    return tomllib.loads(text)
