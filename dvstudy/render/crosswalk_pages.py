"""Instruments side by side for readers: domains, shared topics, and the wheels as an aid to discussion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.draw.coverage import domain_label, instrument_label
from dvstudy.instruments import Instrument
from dvstudy.render.document import Block, Heading, NoteBox, Paragraph, Table
from dvstudy.render.figures import figure
from dvstudy.studies.comparison import SETTLED
from dvstudy.wording import headings


def coverage(found: pd.DataFrame, language: str) -> Iterator[Block]:
    """Picture of the questions by domain and instrument, and the same as a list for each domain."""
    yield figure("coverage", found, {}, {"forms": True}, language, "")
    rows = [
        [
            domain_label(d, language),
            "; ".join(f"{instrument_label(str(i), language)}: {n}" for i, n in found[d].items() if n)
            or lang.text("coverage.nowhere", language),
        ]
        for d in found.columns
    ]
    columns = headings(("domain", "asked_by"), language)
    yield Table(lang.text("caption.coverage", language), columns, rows)


def crosswalk(a: Instrument | str, b: Instrument | str, language: str) -> Iterator[Block]:
    """How many topics are shared, then every topic by domain."""
    sides = [instruments.load(one) if isinstance(one, str) else one for one in (a, b)]
    names = [lang.pick(one.short_title, language) for one in sides]
    found = instruments.crosswalk(*sides, language=language)
    counts = {r: int((found["relation"] == r).sum()) for r in instruments.RELATIONS}
    yield Paragraph(lang.text("crosswalk.summary", language, a=names[0], b=names[1], **counts))
    yield NoteBox(lang.text("crosswalk.caution", language), "caution")
    said = dict(zip(("a", "b"), names, strict=True))
    rows = [
        [
            row["topic"],
            domain_label(row["domain"], language),
            *(_asked(one, row[f"items_{k}"], row[f"time_{k}"], language) for k, one in zip("ab", sides, strict=True)),
            lang.text(f"crosswalk.{row['relation']}", language, **said),
        ]
        for row in found.to_dict("records")
    ]
    columns = [*headings(("topic", "domain"), language), *names, *headings(("relation",), language)]
    yield Table(lang.text("caption.crosswalk", language, **said), columns, rows)


def wheel(instrument: Instrument, language: str) -> Iterator[Block]:
    """Segments with the questions that belong to them."""
    yield Heading(lang.pick(instrument.title, language), 3)
    yield NoteBox(lang.text("wheel.caution", language), "caution")
    found = instruments.wheel(instrument, language)
    rows = [
        [str(segment), part["faces"].iloc[0], "\n".join(_numbered(part))]
        for segment, part in found.groupby("segment", sort=False)
    ]
    columns = headings(("segment", "faces", "question"), language)
    name = lang.pick(instrument.short_title, language)
    yield Table(lang.text("caption.wheel", language, instrument=name), columns, rows)


def case(found: pd.DataFrame, language: str) -> Iterator[Block]:
    """One made-up case by every instrument, as `studies.compare_case` gives it."""
    yield NoteBox(lang.text("note.borrowed_answers", language), "caution")
    head = ("instrument", "covered", "answered", "applies", "level", "decision", "certainty")
    rows = [
        _case_row(str(name), row, language) for name, row in zip(found.index, found.to_dict("records"), strict=True)
    ]
    columns = headings(head, language)
    yield Table(lang.text("caption.case_comparison", language), columns, rows, (1, 2))


def _case_row(name: str, row: Mapping[Any, Any], language: str) -> list[str]:
    labels = instruments.load(name).labels if name in instruments.available() else {}

    def said(code: str) -> str:
        return lang.pick(labels[code], language) if code in labels else code

    shares = [lang.percent(row[c], language, decimals=0) for c in ("covered", "answered")]
    ends = dict.fromkeys(said(row[c]) for c in ("level_low", "level_high") if row[c])
    settled = lang.text(f"term.{SETTLED[row['certainty']]}", language) if row["certainty"] else ""
    applies = lang.text(f"term.{row['applies']}", language)
    return [
        instrument_label(name, language),
        *shares,
        applies,
        f" {lang.DASH} ".join(ends),
        said(row["decision"]),
        settled,
    ]


def _asked(one: Instrument, items: str, times: str, language: str) -> str:
    """Numbers of the questions and when they look to: "7, 12 (in the last year)"."""
    if not items:
        return ""
    numbers = ", ".join(one.item[i].number for i in items.split(", "))
    said = ", ".join(lang.text(f"time.{t}", language) for t in times.split(", "))
    return f"{numbers} ({said})"


def _numbered(part: pd.DataFrame) -> list[str]:
    return [f"{r['number']}. {r['question']}" for r in part.to_dict("records") if r["item"]]
