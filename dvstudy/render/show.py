"""What a notebook shows: the same blocks as the report, behind the same gate, without computing anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from dvstudy import language as lang
from dvstudy.checks import arguments
from dvstudy.cohort import Cohort, wanted
from dvstudy.disclosure import LEAST
from dvstudy.errors import UsageError
from dvstudy.recovery import Recovery
from dvstudy.render import checklist_pages, methods, recipe_pages, recovery_pages, study_pages
from dvstudy.render.document import Block, Heading, Paragraph, Table
from dvstudy.render.gate import gate
from dvstudy.render.shown import Shown, shown_as
from dvstudy.studies.checklists import checklist
from dvstudy.studies.run import Section, StudyRun, finished
from dvstudy.wording import headings


def show(run: StudyRun, section: str, language: str = lang.BASE, *, smallest: int = LEAST) -> Shown:
    """One section of a study run: its sentences, cautions, tables and pictures, other methods and sources.

    Parameters
    ----------
    run
        A finished study; it passes the disclosure gate here.
    section
        A key of `run.sections` (``thresholds.rule``).
    language
        Code of a catalogue.
    smallest
        Counts below it are hidden. Of made-up people 1 shows everything; of anybody else it cannot be less than 10.

    A section that its study may have and this run has not, because the data hold nothing for it, says so.

    Raises
    ------
    UsageError
        When there is no such section; the text lists those of the run.
    """
    arguments(finished("run", run))
    for one in run.sections:
        if one.key == section:
            shown = gate(run, threshold=smallest)
            kept = next(s for s in shown.sections if s.key == section)
            return shown_as(_section(kept, shown, language), _people(shown.synthetic), language)
    if section.startswith(f"{run.name}.") and lang.has(f"section.{section}"):
        absent: list[Block] = [
            Heading(lang.text(f"section.{section}", language), 3),
            Paragraph(lang.text("report.section_absent", language)),
        ]
        return shown_as(absent, _people(run.synthetic), language)
    raise UsageError("unknown_section", section=section, known=", ".join(s.key for s in run.sections))


def _section(kept: Section, shown: StudyRun, language: str) -> Iterator[Block]:
    results = [shown.results[name] for name in kept.results]
    yield from study_pages.section(kept, shown, language)
    listed = study_pages.alternatives(results, language)
    if listed:
        yield Paragraph(lang.text("report.others", language), "lead")
        yield from listed
    cited = dict.fromkeys(str(r.meta["citation"]).rstrip(".") for r in results if r.meta.get("citation"))
    yield from (Paragraph(lang.text("report.source", language, source=source), "small") for source in cited)


def show_checklist(run: StudyRun, name: str = "stard", language: str = lang.BASE) -> Shown:
    """A reporting guideline filled from a run: see `dvstudy.checklist`."""
    table = checklist_pages.page(name, checklist(name, run), language)
    return shown_as([table], _people(run.synthetic), language)


def show_summary(run: StudyRun, language: str = lang.BASE, *, smallest: int = LEAST) -> Shown:
    """The sentences that a policy reader needs first; `smallest` as in `show`."""
    shown = gate(run, threshold=smallest)
    return shown_as(study_pages.summary({run.name: shown}, language), _people(shown.synthetic), language)


def show_checks(run: StudyRun, language: str = lang.BASE, *, smallest: int = LEAST) -> Shown:
    """Every estimate beside the stored truth; only the notice for data without truth. `smallest` as in `show`."""
    shown = gate(run, threshold=smallest)
    return shown_as(study_pages.truth({run.name: shown}, language), _people(shown.synthetic), language)


def show_calibration(cohort: Cohort, language: str = lang.BASE) -> Shown:
    """Target, achieved and tolerance of each margin of a synthetic cohort."""
    arguments(wanted("cohort", cohort))
    margins = cohort.truth.get("calibration")
    return shown_as(methods.calibration(margins, language), _people(cohort.synthetic), language)


def show_causes(language: str = lang.BASE) -> Shown:
    """What acts on what in a synthetic cohort, as a picture and a list."""
    return shown_as(recipe_pages.diagram(language), "synthetic", language)


def show_recovery(found: Recovery, language: str = lang.BASE) -> Shown:
    """What an estimator made of many cohorts with known truth: cautions, bias, coverage, every number."""
    return shown_as(recovery_pages.pages(found, language), "synthetic", language)


def show_provenance(shown: StudyRun | Cohort, language: str = lang.BASE) -> Shown:
    """Where the numbers come from: versions, seeds, hashes."""
    if isinstance(shown, StudyRun):
        return shown_as(methods.provenance([shown], language), _people(shown.synthetic), language)
    arguments(wanted("shown", shown))
    return shown_as([_origin(shown, language)], _people(shown.synthetic), language)


def _origin(cohort: Cohort, language: str) -> Table:
    from dvstudy import provenance

    recipe = cohort.recipe or {}
    known = {
        "cohort": cohort.name,
        "recipe": recipe.get("name", ""),
        "recipe_seed": recipe.get("seed", ""),
        "parameter_hash": recipe.get("parameter_hash", ""),
        "data": provenance.fingerprint(cohort.cases),
        **provenance.environment(),
    }
    rows = [[_fact(key, language), str(value)] for key, value in known.items() if value != ""]
    columns = headings(("fact", "value"), language)
    return Table(lang.text("caption.provenance", language), columns, rows)


def _fact(key: str, language: str) -> str:
    return lang.text(f"report.fact.{key}", language) if lang.has(f"report.fact.{key}") else key


def _people(synthetic: bool) -> Literal["synthetic", "confidential"]:
    return "synthetic" if synthetic else "confidential"
