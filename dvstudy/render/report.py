"""The policy report: saved runs in, one document in the reader's language out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.errors import UsageError
from dvstudy.instruments import Instrument
from dvstudy.render import checklist_pages, methods, study_pages
from dvstudy.render.document import Block, Document, Heading, NoteBox, Paragraph, Table
from dvstudy.render.gate import gate
from dvstudy.render.html import to_html
from dvstudy.studies.run import StudyRun
from dvstudy.wording import headings

if TYPE_CHECKING:
    from dvstudy.cohort import Cohort

_COUNTED = ("cases", "stations", "counties")


#: The studies that the whole study consists of.
_VALIDATION: Final = frozenset({"thresholds", "agreement", "unified_form"})


def report(
    runs: Mapping[str, StudyRun],
    language: str,
    *,
    calibration: pd.DataFrame | None = None,
    definitions: Sequence[Instrument] | None = None,
) -> Document:
    """The report of finished studies.

    Parameters
    ----------
    runs
        Study name -> run, in the order of the chapters. Every run passes the disclosure gate here.
    language
        Code of a catalogue.
    calibration
        Synthetic cohorts: columns `margin, target, achieved, tolerance, within, source`, one row a margin.
    definitions
        The instruments behind the answers; by default the shipped ones that the runs name.

    Raises
    ------
    UsageError
        When there is no run.
    """
    if not runs:
        raise UsageError("no_runs")
    shown = {name: gate(run) for name, run in runs.items()}
    synthetic = all(run.synthetic for run in shown.values())
    data = "synthetic" if synthetic else "confidential"
    used = methods.definitions_of(_instrument_names(shown)) if definitions is None else definitions
    return Document(
        title=_title(shown, language),
        language=language,
        banner=lang.text(f"report.{data}_notice", language),
        mark=lang.text(f"report.mark.{data}", language),
        blocks=tuple(_blocks(shown, language, data, calibration if synthetic else None, used)),
    )


def write_report(
    runs: Mapping[str, StudyRun], cohort: Cohort, path: Path, *, language: str, force: bool = False
) -> Path:
    """Write the report of `runs` on `cohort` as one HTML file; an existing file needs `force`.

    The cohort gives the definitions of its instruments and, if synthetic, its calibration table. Nothing is computed
    from its cases.
    """
    path = Path(path)
    if path.exists() and not force:
        raise UsageError("target_exists", target=path.name)
    definitions = [cohort.instrument(name) for name in cohort.answers]
    margins = cohort.truth.get("calibration")
    page = to_html(report(runs, language, calibration=margins, definitions=definitions))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def write_checklists(runs: Mapping[str, StudyRun], path: Path, *, language: str, force: bool = False) -> Path:
    """Write the reporting guidelines, filled from `runs`, as one HTML file; an existing file needs `force`."""
    path = Path(path)
    if path.exists() and not force:
        raise UsageError("target_exists", target=path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_html(checklist_pages.document(runs, language)), encoding="utf-8")
    return path


def _blocks(
    runs: Mapping[str, StudyRun],
    language: str,
    data: str,
    calibration: pd.DataFrame | None,
    definitions: Sequence[Instrument],
) -> Iterator[Block]:
    lead = "lead" if set(runs) >= _VALIDATION else "lead_other"
    yield Paragraph(lang.text(f"report.{lead}.{data}", language), "lead")
    yield NoteBox(lang.text("report.purpose", language), "caution")
    yield from study_pages.summary(runs, language)
    yield from _material(runs, language, data)
    for run in runs.values():
        yield from study_pages.chapter(run, language)
    yield from study_pages.truth(runs, language)
    yield from methods.methods(runs.values(), language)
    yield from checklist_pages.summary(runs, language)
    yield from methods.used_instruments(definitions, language)
    yield from methods.calibration(calibration, language)
    yield from study_pages.other_methods(runs, language)
    yield from methods.glossary(language)
    yield from methods.provenance(runs.values(), language)


def _title(runs: Mapping[str, StudyRun], language: str) -> str:
    """The three validation studies have a title of their own; any other choice is named after its studies."""
    if set(runs) >= _VALIDATION:
        return lang.text("report.title", language)
    names = "; ".join(lang.text(f"report.study.{name}", language) for name in runs)
    return lang.text("report.title_of", language, studies=names)


def _material(runs: Mapping[str, StudyRun], language: str, data: str) -> Iterator[Block]:
    """What was studied: where the data come from and how many there are."""
    yield Heading(lang.text("report.material", language))
    yield Paragraph(lang.text(f"report.material.{data}", language))
    known = next(iter(runs.values())).provenance
    rows = [
        [lang.text(f"report.fact.{key}", language), lang.number(known[key], language, decimals=0)]
        for key in _COUNTED
        if known.get(key)
    ]
    columns = headings(("fact", "value"), language)
    yield Table(lang.text("caption.material", language), columns, rows, (1,))


def _instrument_names(runs: Mapping[str, StudyRun]) -> list[str]:
    return list(dict.fromkeys(name for run in runs.values() for name in run.provenance.get("instruments", {})))
