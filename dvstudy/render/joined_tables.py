"""Results that answer the same question, in one table: side by side when their rows are alike, else one below the
other under a line of its own each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from dvstudy import language as lang
from dvstudy.render.document import Table
from dvstudy.render.result_tables import cell, estimate_row, footnotes, heading, numbers, rows_are, short_name
from dvstudy.result import ALL, Result, label_of
from dvstudy.wording import headings

#: So many results or fewer stand in columns if each has more rows than that; otherwise results are the rows.
_MOST_COLUMNS: Final = 3


def neighbours(results: Iterable[Result]) -> list[list[Result]]:
    """Results in their order, those in a row that one table can hold together."""
    return [list(group) for _, group in groupby(results, key=_kind)]


def _kind(result: Result) -> tuple[str, ...]:
    """Equal for results that one table can hold: same question, no groups; a picture of its own keeps one apart.
    Results that name the same ``meta["beside"]`` are one quantity each of the same groups."""
    if result.status != "not_estimable" and result.meta.get("beside"):
        return ("beside", str(result.meta["question"]), str(result.meta["beside"]))
    groups = set(result.table["group"].astype("str")) if len(result.table) else set()
    if result.status == "not_estimable" or groups != {ALL} or result.meta["question"] == "rule_surface":
        return (result.name,)
    return ("joined", str(result.meta["question"]))


def joined(results: Sequence[Result], language: str) -> Table:
    """One table of several results, as `neighbours` gives them."""
    first = results[0]
    if first.meta.get("beside"):
        return _beside(results, language)
    terms = [_terms(r) for r in results]
    if any(t != terms[0] for t in terms):
        return _stacked(results, language)
    names = [short_name(r, language) for r in results]
    if len(terms[0]) == 1:
        rows = [[name, *numbers(_records(r)[0], language)] for name, r in zip(names, results, strict=True)]
        return Table(
            _caption(first, language), _head("result", language), rows, (1, 2, 3), footnotes(results, language)
        )
    values = [dict(zip(t, r.table.to_dict("records"), strict=True)) for t, r in zip(terms, results, strict=True)]
    labels = [label_of("term", t, first.meta, language) for t in terms[0]]
    if len(terms[0]) > _MOST_COLUMNS >= len(results):
        head = [lang.text("report.column.term", language), *names]
        rows = [
            [label, *(cell(v[t], language, behind=True) for v in values)]
            for t, label in zip(terms[0], labels, strict=True)
        ]
    else:
        head = [lang.text("report.column.result", language), *labels]
        rows = [[name, *(cell(v[t], language) for t in terms[0])] for name, v in zip(names, values, strict=True)]
    return Table(_caption(first, language), head, rows, range(1, len(head)), footnotes(results, language))


def _beside(results: Sequence[Result], language: str) -> Table:
    """One quantity a column, one group a row."""
    first = results[0]
    groups = dict.fromkeys(str(g) for r in results for g in r.table["group"])
    columns = {term: r for r in results for term in dict.fromkeys(_terms(r))}
    values = {
        (t, str(v["group"])): cell(v, language) for t, r in columns.items() for v in _records(r) if v["term"] == t
    }
    rows = [[heading("group", g, first.meta, language), *(values.get((t, g), "") for t in columns)] for g in groups]
    head = [
        lang.text(f"report.column.{rows_are(first)}", language),
        *(label_of("term", t, r.meta, language) for t, r in columns.items()),
    ]
    return Table(_caption(first, language), head, rows, range(1, len(head)), footnotes(results, language))


def _stacked(results: Sequence[Result], language: str) -> Table:
    rows: list[Sequence[str]] = []
    heads = []
    for result in results:
        heads.append(len(rows))
        rows += [[short_name(result, language)], *(estimate_row(result, r, language) for r in _records(result))]
    return Table(
        _caption(results[0], language), _head("term", language), rows, (1, 2, 3), footnotes(results, language), heads
    )


def _head(first: str, language: str) -> list[str]:
    return headings((first, "estimate", "interval", "behind"), language)


def _terms(result: Result) -> list[str]:
    return list(result.table["term"].astype("str"))


def _records(result: Result) -> list[dict[str, object]]:
    return [{str(k): v for k, v in row.items()} for row in result.table.to_dict("records")]


def _caption(result: Result, language: str) -> str:
    beside, question = result.meta.get("beside"), f"question.{result.meta['question']}"
    key = f"caption.beside.{beside}" if beside else f"caption.joined.{result.meta['question']}"
    if beside and result.meta.get("instrument"):
        about = label_of("group", str(result.meta["instrument"]), {}, language)
        return f"{lang.text(question, language)} {lang.text('report.about', language, about=about)}"
    return lang.text(key if lang.has(key) else question, language)
