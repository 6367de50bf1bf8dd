"""A team's own folder of files to a Cohort without truth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from dvstudy import cohort as cohorts
from dvstudy import instruments, storage, tables
from dvstudy.cohort import Cohort
from dvstudy.errors import Problem, Problems, Refused
from dvstudy.instruments import Instrument
from dvstudy.intake import assemble, layout, privacy
from dvstudy.intake.assemble import Filled
from dvstudy.intake.columns import CASE_ID
from dvstudy.intake.forms import Forms, read_forms
from dvstudy.intake.limits import LEAST_CASES
from dvstudy.intake.mapping import FolderMapping, FormsFile
from dvstudy.intake.records import read_records
from dvstudy.intake.text import rows_shown


def open_cohort(folder: str | Path) -> Cohort:
    """The cohort in `folder`: dvstudy's own (it has a datapackage.json with a recipe entry), or a team's files.

    Raises
    ------
    CheckFailed
        Listing every fault of the files.
    Refused
        `too_few_cases`: not synthetic and fewer than 30 cases.
    """
    folder = Path(folder)
    if not _is_own(folder):
        return cohort(folder)
    loaded = cohorts.load(folder)
    loaded.check()
    if not loaded.synthetic:
        _refuse_few(loaded.name, len(loaded.cases))
    return loaded


def cohort(folder: str | Path) -> Cohort:
    """A team's own files as a Cohort: real data, never synthetic, without truth.

    Which file feeds what stands in its mapping.toml, or follows from the file names (`layout.plan`). Whatever is
    absent (social workers' forms, arms, outcomes, orders, even the file of cases) stays empty: the studies that need
    it say that they cannot answer. Without a file of cases, the cases are those of the forms.

    Raises
    ------
    CheckFailed
        Every fault of every file at once.
    Refused
        `too_few_cases` below 30.
    """
    folder = Path(folder)
    plan = layout.plan(folder)
    found = Problems(folder.name)
    read = {name: _table(folder, plan, name, found) for name in plan.tables()}
    filled = [Filled(part, one) for part in plan.forms if (one := _forms(folder, plan, part, found)) is not None]
    found.extend(_definition_problems(filled))
    given = {name: frame for name, frame in read.items() if frame is not None}
    assessments = assemble.assessments(filled)
    found.extend(_repeated_forms(folder.name, assessments))
    if "cases" not in given:  # then the cases are those of the forms, all of which must have been read
        found.stop()
    cases = assemble.cases(given.get("cases"), assessments)
    found.extend(_unknown_cases(plan, given, filled, cases.index))
    found.stop()
    _refuse_few(folder.name, len(cases))
    made = Cohort(
        name=plan.name or folder.resolve().name,
        cases=cases,
        assessments=assessments,
        answers=assemble.answers(filled, assessments.index),
        outcomes=assemble.outcomes(given.get("outcomes")),
        definitions={f.forms.instrument.id: f.forms.instrument for f in filled if f.part.instrument.endswith(".toml")},
        orders=assemble.numbered(tables.ORDERS_TABLE, given.get("orders")),
        services=assemble.numbered(tables.SERVICES, given.get("services")),
    )
    made.check()
    return made


def _is_own(folder: Path) -> bool:
    try:
        return "recipe" in json.loads((folder / storage.DESCRIPTOR).read_text("utf-8"))
    except (OSError, ValueError):
        return False


def _refuse_few(name: str, n: int) -> None:
    if n < LEAST_CASES:
        raise Refused("too_few_cases", n=n, least=LEAST_CASES, subject=name)


def _table(folder: Path, plan: FolderMapping, name: str, found: Problems) -> pd.DataFrame | None:
    part = plan.tables()[name]
    others = layout.elsewhere(plan, part)
    return found.kept(lambda: read_records(folder / part.file, tables.TABLES[name], part, others))


def _forms(folder: Path, plan: FolderMapping, part: FormsFile, found: Problems) -> Forms | None:
    name = folder / part.instrument if part.instrument.endswith(".toml") else part.instrument
    others = layout.elsewhere(plan, part)
    return found.kept(
        lambda: read_forms(folder / part.file, instruments.load(name), part, elsewhere=others, several=True)
    )


def _definition_problems(filled: Sequence[Filled]) -> Iterator[Problem]:
    """Two parts that read one instrument with two definitions: their answers could not stand in one table."""
    first: dict[str, Instrument] = {}
    for one in filled:
        known = first.setdefault(one.forms.instrument.id, one.forms.instrument)
        if known != one.forms.instrument:
            yield Problem("two_definitions", one.part.file, one.forms.instrument.id)


def _unknown_cases(
    plan: FolderMapping, given: Mapping[str, pd.DataFrame], filled: Sequence[Filled], cases: pd.Index
) -> Iterator[Problem]:
    """Ids in any file that the file of cases does not have; the likeliest one where only zeros or capitals differ."""
    alike = {_loose(case): case for case in cases}
    named = [(plan.tables()[name].file, frame[CASE_ID]) for name, frame in given.items() if name != "cases"]
    named += [(one.part.file, pd.Series(one.forms.case_ids, index=list(one.forms.rows))) for one in filled]
    for place, ids in named:
        lost = ids[~ids.isin(cases)]
        if len(lost):
            first = str(lost.iloc[0])
            values = (("rows", rows_shown(list(lost.index))), ("n", len(lost)))
            yield Problem("case_unknown", place, privacy.shown(first), (), alike.get(_loose(first), ""), values)


def _loose(case: str) -> str:
    return case.casefold().lstrip("0")


def _repeated_forms(name: str, assessments: pd.DataFrame) -> Iterator[Problem]:
    """The same form in two files of one kind."""
    repeated = assessments.index[assessments.index.duplicated()].unique()
    if len(repeated):
        yield Problem("form_twice", name, str(repeated[0]), values=(("n", len(repeated)),))
