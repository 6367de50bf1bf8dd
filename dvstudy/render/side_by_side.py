"""Naive, corrected and true figures of one quantity, where the truth is stored: a picture and a table."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw.ways import panels
from dvstudy.render.document import Block, Table
from dvstudy.render.figures import figure
from dvstudy.render.result_tables import cell, short_name, shown
from dvstudy.result import ALL, Kind, Result, label_of
from dvstudy.studies.run import StudyRun
from dvstudy.wording import headings


def blocks(run: StudyRun, language: str) -> Iterator[Block]:
    """One picture and one table for each result whose ``meta["truths"]`` names where the truth of its terms stands."""
    for result in run.results.values():
        known = _truths(run, result)
        if len(known) and len(result.table):
            subject = short_name(result, language)
            title = lang.text("caption.side_by_side", language, subject=subject)
            yield figure("ways", result.table, {"truth": known}, result.meta, language, title)
            yield _table(result, known, title, language)


def _truths(run: StudyRun, result: Result) -> pd.DataFrame:
    """`term` and `truth` of the result's terms."""
    found = run.checks[run.checks["group"].astype("str") == ALL] if len(run.checks) else run.checks
    made = [
        {"term": term, "truth": float(value)}
        for term, where in dict(result.meta.get("truths", {})).items()
        for value in found.loc[(found["result"] == where) & (found["term"] == term), "truth"]
    ]
    return pd.DataFrame(made, columns=["term", "truth"])


def _table(result: Result, known: pd.DataFrame, title: str, language: str) -> Table:
    """One row a method, the truth last."""
    terms = panels(result.table)
    cells = {(str(r["term"]), str(r["group"])): (r, cell(r, language)) for r in result.table.to_dict("records")}
    groups = list(dict.fromkeys(result.table["group"].astype("str")))
    rows = [
        [label_of("group", g, result.meta, language), *(cells[t, g][1] if (t, g) in cells else "" for t in terms)]
        for g in groups
    ]
    true = known.set_index("term")["truth"]
    kinds: dict[str, Kind] = {t: cells[t, groups[0]][0].get("kind", "number") for t in terms}
    last = [shown(float(true[t]), kinds[t], language) if t in true else "" for t in terms]
    rows.append([*headings(["truth"], language), *last])
    columns = [*headings(["method"], language), *(label_of("term", t, result.meta, language) for t in terms)]
    return Table(title, columns, rows, range(1, len(columns)))
