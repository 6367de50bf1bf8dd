"""`dvstudy intake`: make a team's own file ready to be read."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dvstudy import language as lang
from dvstudy.cli.words import Commands, add_command, add_group, add_out, helped, meta

if TYPE_CHECKING:
    from pandas import DataFrame

    from dvstudy.instruments import Instrument


def add(added: Commands, language: str) -> None:
    """Add `intake` and its commands."""
    inner = add_group(added, "intake", language)
    for name, command, options in (
        ("suggest", suggest, _suggest),
        ("check", check, _check),
        ("pseudonymise", pseudonymise, _pseudonymise),
    ):
        add_command(inner, name, command, options, language, within="intake.")


def suggest(options: Namespace, language: str) -> Iterator[str]:
    """`suggest`: a first draft of a mapping file."""
    from dvstudy import intake, writing

    if options.out is not None:
        writing.check(options.out, force=options.force)
    text = intake.suggest(options.forms, options.instrument, sheet=options.sheet).text(language)
    if options.out is None:
        yield text.rstrip()
        return
    yield lang.text("cli.written", language, path=writing.put(options.out, text, force=options.force))


def check(options: Namespace, language: str) -> Iterator[str]:
    """`check`: what is understood of a file of forms and what is missing, before any score."""
    from dvstudy import intake
    from dvstudy.analyses.missing import missing_answers
    from dvstudy.disclosure import protect
    from dvstudy.instruments import REASONS
    from dvstudy.render import plain, result_tables

    read = intake.forms(options.forms, options.instrument, options.mapping)
    yield lang.text("cli.intake.read", language, path=options.forms, n=lang.number(len(read), language, decimals=0))
    found = missing_answers(
        read.answers,
        name="profile_missing",
        reasons=REASONS,
        cluster=None,
        synthetic=False,
        instrument=read.instrument.id,
    )
    yield from _pooled(read.answers, read.instrument, language)
    shown = protect(found)
    table = None if shown.table["suppressed"].all() else result_tables.table(shown, language)
    yield from plain.lines([table], language) if table else [lang.text("cli.intake.too_few", language)]


def _pooled(answers: DataFrame, instrument: Instrument, language: str) -> Iterator[str]:
    """How many cells of all items together hold an answer, and each reason for missing; small counts are not said."""
    import pandas as pd

    from dvstudy.disclosure import LEAST

    cells = pd.Series(answers.astype("str").to_numpy().ravel()).value_counts()
    answered = {code for chosen in instrument.answer_sets.values() for code in chosen.codes}
    counts = {"answered": int(cells[[c for c in cells.index if c in answered]].sum())}
    counts |= {str(code): int(cells[code]) for code in cells.index if code not in answered}
    for code, count in counts.items():
        least = lang.number(LEAST, language, decimals=0)
        said = lang.number(count, language, decimals=0)
        label = lang.text(f"cli.intake.{code}" if code == "answered" else f"term.{code}", language)
        yield f"  {label}: {said if count >= LEAST else lang.text('report.few', language, threshold=least)}"


def pseudonymise(options: Namespace, language: str) -> Iterator[str]:
    """`pseudonymise`: a copy of a file with codes in place of what identifies somebody."""
    from dvstudy import intake

    written = intake.pseudonymise(
        options.forms,
        options.out,
        columns=options.column,
        key=options.key,
        drop=options.drop,
        sheet=options.sheet,
        force=options.force,
    )
    yield lang.text("cli.written", language, path=written)
    yield lang.text("cli.intake.key", language, key=options.key)


def _suggest(one: ArgumentParser, language: str) -> None:
    from dvstudy import instruments

    _file(one, language)
    described = helped("instrument", language, known=", ".join(instruments.available()))
    one.add_argument("--instrument", required=True, metavar=meta("instrument", language), help=described)
    one.add_argument("--out", type=Path, metavar=meta("file", language), help=helped("out_mapping", language))


def _check(one: ArgumentParser, language: str) -> None:
    from dvstudy import instruments

    one.add_argument("forms", type=Path, metavar=meta("forms", language), help=helped("any_file", language))
    described = helped("instrument", language, known=", ".join(instruments.available()))
    one.add_argument("--instrument", required=True, metavar=meta("instrument", language), help=described)
    one.add_argument("--mapping", type=Path, metavar=meta("file", language), help=helped("mapping", language))


def _pseudonymise(one: ArgumentParser, language: str) -> None:
    _file(one, language)
    column = meta("column", language)
    one.add_argument("--column", action="append", required=True, metavar=column, help=helped("column", language))
    one.add_argument("--drop", action="append", default=[], metavar=column, help=helped("drop", language))
    one.add_argument("--key", type=Path, required=True, metavar=meta("file", language), help=helped("key", language))
    add_out(one, language, "file")


def _file(one: ArgumentParser, language: str) -> None:
    one.add_argument("forms", type=Path, metavar=meta("forms", language), help=helped("any_file", language))
    one.add_argument("--sheet", metavar=meta("name", language), help=helped("sheet", language))
