"""A study run as chapters of a report: findings, and how far they agree with what is known to be true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import pandas as pd

from dvstudy import language as lang
from dvstudy.render import side_by_side
from dvstudy.render.document import Block, Bullets, Heading, NoteBox, Paragraph, Table
from dvstudy.render.figures import figure, figures
from dvstudy.render.joined_tables import joined, neighbours
from dvstudy.render.result_tables import caption, interval, kind_of, short_name, shown, table
from dvstudy.render.result_tables import other_methods as others
from dvstudy.render.sentences import caution, told
from dvstudy.result import ALL, Note, Result, label_of
from dvstudy.studies.run import Section, StudyRun
from dvstudy.wording import headings

#: A result with more checks than this is summed up in one line of the table.
_MOST_LINES: Final = 12
#: Questions whose other methods only the saved run holds.
_DESCRIPTIVE: Final = ("shares", "compare_applies", "compare_decisions", "compare_levels", "compare_settled")


def summary(runs: Mapping[str, StudyRun], language: str) -> Iterator[Block]:
    """What a policy reader needs first, study by study, in natural frequencies."""
    if any(run.summary for run in runs.values()):
        yield Heading(lang.text("report.summary", language))
    for name, run in runs.items():
        if run.summary:
            yield Heading(lang.text(f"report.study.{name}", language), 3)
            yield Bullets(told(run.summary, language))


def chapter(run: StudyRun, language: str) -> Iterator[Block]:
    """One study: its sections with sentences, cautions (each once), tables and pictures."""
    yield Heading(lang.text(f"report.study.{run.name}", language))
    yield Paragraph(lang.text(f"report.study.{run.name}.lead", language), "lead")
    said: set[str] = set()
    for one in run.sections:
        yield from section(one, run, language, said)


def section(found: Section, run: StudyRun, language: str, said: set[str] | None = None) -> Iterator[Block]:
    """One section of a study: heading, sentences, then results with their cautions (but those `said`, to which they
    are added), tables and pictures. Results of the same question share a table."""
    yield Heading(lang.text(f"section.{found.key}", language), 3)
    yield from (Paragraph(sentence) for sentence in told(found.statements, language))
    already = set() if said is None else said
    for group in neighbours(run.results[name] for name in found.results):
        yield from _results(group, language, already)


def other_methods(runs: Mapping[str, StudyRun], language: str) -> Iterator[Block]:
    """Every quantity that was also estimated by other methods, study by study; nothing where there is none."""
    found = {name: alternatives(run.results.values(), language) for name, run in runs.items()}
    if not any(found.values()):
        return
    yield Heading(lang.text("report.others", language))
    yield Paragraph(lang.text("report.others.text", language))
    for name, listed in found.items():
        if listed:
            yield Heading(lang.text(f"report.study.{name}", language), 3)
        yield from listed


def alternatives(results: Iterable[Result], language: str) -> list[Table]:
    """The tables of other methods that results have; shares have theirs in the saved run alone."""
    return [t for r in results if r.meta["question"] not in _DESCRIPTIVE and (t := others(r, language))]


def _results(group: Sequence[Result], language: str, said: set[str]) -> Iterator[Block]:
    """Cautions first; then numbers; then pictures. Where every number is hidden, or none could be estimated, a sentence
    says so in place of all three, the same one once."""
    first = group[0]
    if first.status == "not_estimable":
        reasons = " ".join(_said(note, first, language) for note in first.notes)
        why = lang.text("report.not_estimable", language, question=_asked(first, language), reasons=reasons)
        yield from [NoteBox(why, "caution")] if why not in said else []
        said.add(why)
        return
    if all(len(r.table) and "suppressed" in r.table and r.table["suppressed"].eq(True).all() for r in group):
        yield Paragraph(lang.text("report.all_hidden", language, question=_asked(first, language)))
        return
    yield from _notes(group, language, said)
    shown = joined(group, language) if len(group) > 1 else table(first, language)
    yield from [shown] if shown else []
    yield from figures(group, language)


def _asked(result: Result, language: str) -> str:
    """What the result answers, as a sentence of its own."""
    asked = caption(result, language)
    return asked if asked.endswith((".", "?")) else f"{asked}."


def _notes(group: Sequence[Result], language: str, said: set[str]) -> Iterator[Block]:
    """One box of cautions; what the gate hid is a remark, in a box of its own; rounding stands under the tables.

    Of several results, a caution that not all of them carry begins with the name of its result.
    """
    fresh: dict[Literal["caution", "info"], list[str]] = {"caution": [], "info": []}
    texts = [(r, n.code, _said(n, r, language)) for r in group for n in r.notes if n.code != "rounded"]
    for result, code, text in texts:
        if text in said:
            continue
        everyone = sum(text == other for _, _, other in texts) == len(group)
        said.add(text)
        named = text if everyone else f"{short_name(result, language)}: {text}"
        fresh["info" if code == "suppressed" else "caution"].append(named)
    yield from (NoteBox("\n".join(lines), role) for role, lines in fresh.items() if lines)


def _said(note: Note, result: Result, language: str) -> str:
    return caution(note, result.meta["disclosure"]["threshold"], language)


def truth(runs: Mapping[str, StudyRun], language: str) -> Iterator[Block]:
    """How far every estimate agrees with the stored truth; nothing for data without truth."""
    known = {name: run for name, run in runs.items() if len(run.checks)}
    if not known:
        return
    yield Heading(lang.text("report.truth", language))
    yield Paragraph(lang.text("report.truth.lead", language), "lead")
    for name, run in known.items():
        subject = lang.text(f"report.study.{name}", language)
        yield Heading(subject, 3)
        yield Paragraph(_coverage(run.checks, language))
        yield figure("checks", _named(run, language), {}, {"synthetic": run.synthetic}, language, subject)
        yield _check_table(run, language, subject)
        yield from side_by_side.blocks(run, language)


def _coverage(checks: pd.DataFrame, language: str) -> str:
    known = checks["covered"].dropna().astype(bool)
    values = {"covered": int(known.sum()), "n": len(known)}
    return lang.text("report.truth.coverage", language, **values)


def _named(run: StudyRun, language: str) -> pd.DataFrame:
    """Checks with each result under the name readers know it by."""
    names = {name: short_name(result, language) for name, result in run.results.items()}
    return run.checks.assign(result=run.checks["result"].astype("str").map(lambda n: names.get(n, n)))


def _check_table(run: StudyRun, language: str, subject: str) -> Table:
    """Estimate and truth row by row under the name of each result; a long result in one line."""
    rows: list[Sequence[str]] = []
    heads = []
    for name, part in run.checks.groupby("result", sort=False):
        result = run.results[str(name)]
        if len(part) > _MOST_LINES:
            rows.append([short_name(result, language), "", "", "", _coverage_short(part, language)])
        else:
            heads.append(len(rows))
            rows += [
                [short_name(result, language)],
                *(_check_row(result, r, language) for r in part.to_dict("records")),
            ]
    columns = headings(("term", "estimate", "interval", "truth", "held"), language)
    return Table(lang.text("caption.checks", language, subject=subject), columns, rows, (1, 2, 3), (), heads)


def _check_row(result: Result, row: Mapping[object, object], language: str) -> list[str]:
    group = "" if row["group"] == ALL else f", {label_of('group', str(row['group']), result.meta, language)}"
    label = f"{label_of('term', str(row['term']), result.meta, language)}{group}"
    kind, covered = kind_of(row), row["covered"]
    held = "" if pd.isna(covered) else lang.text("report.yes" if covered else "report.no", language)  # type: ignore[call-overload]
    numbers = [shown(float(str(row[c])), kind, language) for c in ("estimate", "truth")]
    return [label, numbers[0], interval(row, language), numbers[1], held]


def _coverage_short(part: pd.DataFrame, language: str) -> str:
    known = part["covered"].dropna().astype(bool)
    return lang.text("report.of", language, count=int(known.sum()), n=len(known))
