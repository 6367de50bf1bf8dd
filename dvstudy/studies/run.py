"""StudyRun: an ordered set of results with headings, sentences and provenance; saved, shown, never recomputed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from dvstudy import storage
from dvstudy.errors import Problem
from dvstudy.result import Note, Quantity, Result


@dataclass(frozen=True)
class Statement:
    """A sentence of the report, by key (``say.<key>``), and the numbers that fill it (`result.written_all` writes
    them; text beginning with "@" is looked up in the reader's language)."""

    key: str
    values: Mapping[str, Quantity | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One heading (``section.<key>``), its sentences, and the names of the results shown under it."""

    key: str
    statements: Sequence[Statement] = ()
    results: Sequence[str] = ()


@dataclass(frozen=True)
class StudyRun:
    """A finished study.

    Attributes
    ----------
    name
        ``thresholds``, ``agreement``, ``unified_form`` ...
    summary
        What a policy reader needs first: sentences in natural frequencies.
    sections
        Findings in order, each with its results.
    checks
        Estimate beside stored truth: columns `result, term, group, estimate, conf_low, conf_high, truth, mcse,
        covered, kind`. Empty for data without truth.
    results
        Results by name.
    provenance
        Versions, seed, recipe hash, data fingerprints, `synthetic`.
    """

    name: str
    summary: Sequence[Statement]
    sections: Sequence[Section]
    checks: pd.DataFrame
    results: Mapping[str, Result]
    provenance: Mapping[str, Any]

    def __hash__(self) -> int:
        """By identity: tables have no hash, and what is kept for a run is kept for this very one."""
        return id(self)

    @property
    def synthetic(self) -> bool:
        return bool(self.provenance["synthetic"])

    def save(self, folder: Path, *, force: bool = False) -> Path:
        """Write the run as Parquet tables and one JSON descriptor that anyone can open without this package."""
        tables = {"checks": self.checks}
        for name, result in self.results.items():
            tables[f"{name}/table"] = result.table
            tables |= {f"{name}/{key}": frame for key, frame in result.frames.items()}
        facts = {
            "run": {
                "name": self.name,
                "summary": [_saved(s) for s in self.summary],
                "sections": [
                    {"key": s.key, "statements": [_saved(one) for one in s.statements], "results": list(s.results)}
                    for s in self.sections
                ],
                "results": {name: _facts(r) for name, r in self.results.items()},
                "provenance": dict(self.provenance),
            }
        }
        return storage.write_tables(Path(folder), tables, facts, synthetic=self.synthetic, force=force)


def finished(name: str, given: object) -> Iterator[Problem]:
    """The fault of an argument that should be a finished study and is none, such as a cohort."""
    if not isinstance(given, StudyRun):
        yield Problem("argument_run", name, repr(given)[:60] if isinstance(given, str) else type(given).__name__)


def load(folder: Path) -> StudyRun:
    """The run saved in `folder`."""
    tables, facts = storage.read_tables(Path(folder))
    run = facts["run"]
    return StudyRun(
        name=run["name"],
        summary=[_statement(s) for s in run["summary"]],
        sections=[
            Section(s["key"], [_statement(one) for one in s["statements"]], s["results"]) for s in run["sections"]
        ],
        checks=tables["checks"],
        results={name: _result(name, known, tables) for name, known in run["results"].items()},
        provenance=run["provenance"],
    )


def _facts(result: Result) -> dict[str, Any]:
    return {
        "meta": json.loads(json.dumps(dict(result.meta))),
        "notes": [{"code": note.code, "values": _saved_values(note.values)} for note in result.notes],
        "status": result.status,
        "frames": list(result.frames),
    }


def _result(name: str, known: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Result:
    return Result(
        name=name,
        table=tables[f"{name}/table"],
        meta=known["meta"],
        frames={key: tables[f"{name}/{key}"] for key in known["frames"]},
        notes=[Note(n["code"], _values(n["values"])) for n in known["notes"]],
        status=known["status"],
    )


def _saved(statement: Statement) -> dict[str, Any]:
    return {"key": statement.key, "values": _saved_values(statement.values)}


def _saved_values(values: Mapping[str, Quantity | str]) -> dict[str, Any]:
    """Numbers of a sentence for JSON, which has no NaN: an unknown `n` is left out."""
    return {
        name: v if isinstance(v, str) else {key: x for key, x in asdict(v).items() if x == x}  # noqa: PLR0124 - NaN
        for name, v in values.items()
    }


def _statement(saved: Mapping[str, Any]) -> Statement:
    return Statement(saved["key"], _values(saved["values"]))


def _values(saved: Mapping[str, Any]) -> dict[str, Quantity | str]:
    return {name: v if isinstance(v, str) else Quantity(**v) for name, v in saved.items()}


def collect(results: Iterable[Result]) -> dict[str, Result]:
    """Results by name; two results of one name are a programming error."""
    found: dict[str, Result] = {}
    for result in results:
        if result.name in found:
            raise ValueError(f"two results named {result.name!r}")
        found[result.name] = result
    return found
