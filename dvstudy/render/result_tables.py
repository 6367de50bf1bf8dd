"""A result as a table of a page: labels for codes, numbers as the language writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final

import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.render.document import Table
from dvstudy.result import ALL, Kind, Result, label_of, written
from dvstudy.wording import headings

#: More groups than this stand in rows, their terms in columns.
_MOST_COLUMNS: Final = 4
#: A table of groups by terms with less than this share of its cells filled is a list instead.
_FILLED: Final = 1 / 3
#: Of a result with many groups only these terms are shown, if it has them; the saved run has all.
_MAIN_TERMS: Final = ("percent_agreement", "kappa", "ac1", "prevalence_index", "bias_index")
_MOST_ALTERNATIVES: Final = 28
#: Method of a row that has no number because what it needs is not recorded.
_UNCHECKED: Final = "cannot_be_checked"
Row = Mapping[Any, Any]


def table(result: Result, language: str) -> Table | None:
    """The table of estimates; None when the result has none."""
    if not len(result.table):
        return None
    groups = list(dict.fromkeys(result.table["group"].astype("str")))
    if len(groups) == 1:
        return _long(result, groups, language)
    terms = result.table["term"].nunique()
    scattered = len(groups) > _MOST_COLUMNS and len(result.table) < _FILLED * len(groups) * terms
    return _listed(result, language) if scattered else _by_group(result, groups, language)


def other_methods(result: Result, language: str) -> Table | None:
    """The same quantities by other methods beside those of the main table; None when there are none, or too many to
    read (the saved run has all)."""
    others = result.frames.get("alternatives")
    if others is None or not 0 < len(others) <= _MOST_ALTERNATIVES or set(others["group"].astype("str")) != {ALL}:
        return None
    return _alternatives(result, others, language)


def shown(value: float, kind: Kind, language: str) -> str:
    """A number with its unit where the kind has one beyond the number itself."""
    text = written(value, kind, language)
    return lang.text(f"report.unit.{kind}", language, value=text) if kind in ("points", "hours", "days") else text


def interval(row: Row, language: str) -> str:
    """ "41.0% to 55.7%", or an empty text where there is no interval."""
    low, high = float(row["conf_low"]), float(row["conf_high"])
    if not (isfinite(low) and isfinite(high)):
        return ""
    kind = kind_of(row)
    return lang.text("report.interval", language, low=written(low, kind, language), high=written(high, kind, language))


def kind_of(row: Row) -> Kind:
    """The kind of a row; a plain number where none is stated."""
    kind: Kind = row["kind"] if isinstance(row.get("kind"), str) else "number"
    return kind


def caption(result: Result, language: str) -> str:
    """The question that the result answers, made particular by its own name where the catalogue has one."""
    keys = (f"caption.{result.name}", f"caption.beside.{result.meta.get('beside')}")
    said = lang.text(next((k for k in keys if lang.has(k)), f"question.{result.meta['question']}"), language)
    about = result.meta.get("about")
    return f"{said} {lang.text('report.about', language, about=about_of(result, language))}" if about else said


def about_of(result: Result, language: str) -> str:
    """The words for what a result is about: a form and who filled it in, or the quantity that it counts."""
    about = str(result.meta["about"])
    return label_of("term" if lang.has(f"term.{about}") else "group", about, result.meta, language)


def _long(result: Result, groups: Sequence[str], language: str) -> Table:
    head = ("term", "estimate", "interval", "behind")
    rows = [estimate_row(result, r, language) for r in result.table.to_dict("records")]
    columns = headings(head, language)
    title = caption(result, language)
    if groups != [ALL]:
        title = f"{title} {heading('group', groups[0], result.meta, language)}"
    return Table(title, columns, rows, (1, 2, 3), footnotes([result], language))


def _listed(result: Result, language: str) -> Table:
    """A line a number: its term and, but for everyone's, its group."""
    rows = []
    for row in result.table.to_dict("records"):
        named, *rest = estimate_row(result, row, language)
        group = "" if row["group"] == ALL else f": {heading('group', str(row['group']), result.meta, language)}"
        rows.append([named + group, *rest])
    columns = headings(("term", "estimate", "interval", "behind"), language)
    return Table(caption(result, language), columns, rows, (1, 2, 3), footnotes([result], language))


def _by_group(result: Result, groups: Sequence[str], language: str) -> Table:
    """Groups side by side when few, one below the other when many."""
    terms = list(dict.fromkeys(result.table["term"].astype("str")))
    many = len(groups) > _MOST_COLUMNS
    if many and any(t in _MAIN_TERMS for t in terms):
        terms = [t for t in _MAIN_TERMS if t in terms]
    cells = {(str(r["term"]), str(r["group"])): cell(r, language) for r in result.table.to_dict("records")}
    alone = _of_all(cells) if many else []
    groups, terms = [g for g in groups if not alone or g != ALL], [t for t in terms if t not in alone]
    below = [f"{heading('term', t, result.meta, language)}: {cells[t, ALL]}" for t in alone]
    many = len(groups) > _MOST_COLUMNS + (len(terms) > _MOST_COLUMNS + 1)
    down, across = (groups, terms) if many else (terms, groups)
    kinds = ("group", "term") if many else ("term", "group")
    rows = [
        [heading(kinds[0], d, result.meta, language), *(cells.get((a, d) if many else (d, a), "") for a in across)]
        for d in down
    ]
    first = lang.text(f"report.column.{rows_are(result) if kinds[0] == 'group' else kinds[0]}", language)
    columns = [first, *(heading(kinds[1], a, result.meta, language) for a in across)]
    notes = [*below, *footnotes([result], language)]
    return Table(caption(result, language), columns, rows, range(1, len(columns)), notes)


def _of_all(cells: Mapping[tuple[str, str], str]) -> list[str]:
    """Terms that are known of everyone together and of no group, where nothing else is known of everyone."""
    grouped = {term for term, group in cells if group != ALL}
    alone = [term for term, group in cells if group == ALL]
    return [] if grouped & set(alone) else alone


def rows_are(result: Result) -> str:
    """What the groups of a result are, where they stand one below the other: ``meta["rows"]``, or groups."""
    return str(result.meta.get("rows") or "group")


def _alternatives(result: Result, others: pd.DataFrame, language: str) -> Table:
    """One column a method, those of the main table together in the first."""
    used = set(result.table["method"].astype("str"))
    terms = list(dict.fromkeys(others["term"].astype("str")))
    ways = [way for way in dict.fromkeys(others["method"].astype("str")) if way not in used]
    cells = {(str(r["term"]), str(r["method"])): cell(r, language) for r in others.to_dict("records")}
    main = {term: found for (term, way), found in cells.items() if way in used}
    main |= {str(r["term"]): cell(r, language) for r in result.table.to_dict("records")}
    rows = [
        [label_of("term", t, result.meta, language), main.get(t, ""), *(cells.get((t, way), "") for way in ways)]
        for t in terms
    ]
    head = headings(("term", "main"), language)
    columns = [*head, *(label_of("method", w, result.meta, language) for w in ways)]
    return Table(caption(result, language), columns, rows, range(1, len(columns)))


def footnotes(results: Sequence[Result], language: str) -> list[str]:
    """Methods and number of clusters, and what is rounded. Sources of methods stand in the chapter on methods."""
    ways = (str(m) for r in results for m in r.table["method"].dropna().unique())
    named = {way: label_of("method", way, results[0].meta, language) for way in ways}
    notes = [lang.text("report.method", language, method="; ".join(named.values()))] if named else []
    known = [r.table["clusters"].max() for r in results if "clusters" in r.table and r.table["clusters"].notna().any()]
    if known:
        notes.append(
            lang.text("report.clusters", language, clusters=lang.number(int(max(known)), language, decimals=0))
        )
    rounded = {note.text(language) for r in results for note in r.notes if note.code == "rounded"}
    return [*([" ".join(notes)] if notes else []), *sorted(rounded)]


def short_name(result: Result, language: str) -> str:
    """The name of a result inside a table of several: ``result.<name>``, else its instrument, else its caption."""
    key = f"result.{result.name}"
    if lang.has(key):
        return lang.text(key, language)
    if result.meta.get("about"):
        return about_of(result, language)
    instrument = str(result.meta.get("instrument"))
    named = label_of("group", instrument, {}, language)
    return caption(result, language) if named == instrument else named


def estimate_row(result: Result, row: Row, language: str) -> list[str]:
    """Term, estimate, interval and the cases behind it."""
    return [label_of("term", str(row["term"]), result.meta, language), *numbers(row, language)]


def cell(row: Row, language: str, *, behind: bool = False) -> str:
    """Estimate, interval and, if asked for, a share's counts, one below the other."""
    if row.get("suppressed") is True:
        return lang.text("report.hidden", language)
    if row.get("method") == _UNCHECKED:
        return lang.text("report.cannot_be_checked", language)
    counts = _behind(row, language) if behind and pd.notna(row.get("count")) else ""
    lines = [shown(float(row["estimate"]), kind_of(row), language), interval(row, language), counts]
    return "\n".join(line for line in lines if line)


def numbers(row: Row, language: str) -> list[str]:
    """Estimate, interval and the cases behind it, or the word for hidden."""
    if row.get("suppressed") is True:
        return [lang.text("report.hidden", language), "", ""]
    return [shown(float(row["estimate"]), kind_of(row), language), interval(row, language), _behind(row, language)]


def _behind(row: Row, language: str) -> str:
    """ "57 of 120" for a share, else the number of cases."""
    n = written(float(row["n"]), "count", language)
    count = row.get("count")
    if count is None or pd.isna(count):
        return n
    return lang.text("report.of", language, count=written(float(count), "count", language), n=n)


def heading(kind: str, code: str, meta: Mapping[str, Any], language: str) -> str:
    """The words for a term or group as the head of a row or column, an item with its number."""
    if code == ALL:
        return lang.text("report.whole", language)
    return f"{_item_number(code, meta)}{label_of(kind, code, meta, language)}"


def _item_number(code: str, meta: Mapping[str, Any]) -> str:
    """ "3. " before an item of the result's instrument, nothing before other codes."""
    items = instruments.load(meta["instrument"]).item if meta.get("instrument") else {}
    return f"{items[code].number}. " if code in items else ""
