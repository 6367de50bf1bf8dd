"""Reporting guidelines filled from runs, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from dvstudy import language as lang
from dvstudy.render.document import Block, Document, Heading, Paragraph, Table
from dvstudy.studies import checklists
from dvstudy.studies.run import StudyRun
from dvstudy.wording import headings

#: The study that the guidelines are about.
_ASKED = "thresholds"
_COLUMNS = ("checklist_item", "checklist_asks", "checklist_where", "checklist_state")


def pages(runs: Mapping[str, StudyRun], language: str) -> Iterator[Block]:
    """Every guideline as one table."""
    yield Paragraph(lang.text("report.checklists.text", language), "lead")
    for name in checklists.checklists():
        yield page(name, checklists.checklist(name, runs), language)


def page(name: str, found: pd.DataFrame, language: str) -> Table:
    """One filled guideline, its points under the names of their sections."""
    rows: list[list[str]] = []
    heads: list[int] = []
    for section, points in found.groupby("section", sort=False):
        heads.append(len(rows))
        rows.append([lang.text(f"checklist.section.{section}", language)])
        rows += [_row(name, point, language) for _, point in points.iterrows()]
    known = checklists.about(name)
    numbers = {key: lang.number(n, language, decimals=0) for key, n in checklists.counts(found).items()}
    caption = lang.text("caption.checklist", language, **numbers, name=known["name"], citation=known["citation"])
    return Table(caption, headings(_COLUMNS, language), rows, heads=heads)


def _row(name: str, point: pd.Series, language: str) -> list[str]:
    asks = lang.text(f"checklist.{name}.{point['item']}", language)
    if point["known"] != "read":
        asks = f"{asks} {lang.text('checklist.from_memory', language)}"
    state = [lang.text(f"checklist.state.{point['state']}", language)]
    if point["state"] == "partly":
        state += _rest(str(point["missing"]), language)
    number = point["item"] if str(point["item"])[0].isdigit() else ""
    return [str(number), asks, _titles(str(point["where"]), language), "\n".join(state)]


def _rest(places: str, language: str) -> list[str]:
    """What a point that is answered in part still lacks."""
    gone = places.split(", ")
    words = [
        lang.text("checklist.rest.section", language, section=lang.text(f"section.{p}", language))
        for p in gone
        if p != "author" and lang.has(f"section.{p}")
    ]
    return [*words, *([lang.text("checklist.rest.author", language)] if "author" in gone else [])]


def _titles(places: str, language: str) -> str:
    """Headings of sections and chapters, one a line."""
    named = [p for p in places.split(", ") if p]
    words = [lang.text(p if p.startswith("report.") else f"section.{p}", language) for p in named]
    return "\n".join(words)


def summary(runs: Mapping[str, StudyRun], language: str) -> Iterator[Block]:
    """How far each guideline is answered, for a report whose lists stand on a page of their own."""
    if _ASKED not in runs:
        return
    rows = []
    for name in checklists.checklists():
        numbers = checklists.counts(checklists.checklist(name, runs))
        cells = [lang.number(numbers[key], language, decimals=0) for key in ("answered", "partly", "missing", "total")]
        rows.append([checklists.about(name)["name"], *cells])
    yield Heading(lang.text("report.checklists", language), 3)
    yield Paragraph(lang.text("report.checklists.summary", language))
    columns = headings(("checklist", "checklist_answered", "checklist_partly", "checklist_missing", "total"), language)
    yield Table(lang.text("caption.checklists", language), columns, rows, (1, 2, 3, 4))


def document(runs: Mapping[str, StudyRun], language: str) -> Document:
    """The lists as a page of their own."""
    data = "synthetic" if all(run.synthetic for run in runs.values()) else "confidential"
    return Document(
        title=lang.text("report.checklists", language),
        language=language,
        banner=lang.text(f"report.{data}_notice", language),
        mark=lang.text(f"report.mark.{data}", language),
        blocks=tuple(pages(runs, language)),
    )
