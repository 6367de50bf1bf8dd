"""`dvstudy instruments`: look up, compare, check and begin definitions."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from dvstudy import language as lang
from dvstudy.cli.chosen import add_instrument, chosen
from dvstudy.cli.words import Commands, add_command, add_group, add_out, helped, meta

#: The names of `exchange.FORMATS`, which is not imported for the help of every other command.
FORMATS: Final = ("redcap", "xlsform", "fhir", "form_html", "form_pdf", "codebook_html", "codebook_csv")


def add(added: Commands, language: str) -> None:
    """Add `instruments` and its commands."""
    inner = add_group(added, "instruments", language)
    for name, command, options in (
        ("list", listed, _nothing),
        ("show", show, _one_instrument),
        ("diff", diff, _two_instruments),
        ("crosswalk", crosswalk, _two_instruments),
        ("check", check, _definition),
        ("export", export, _export),
        ("new", new, _new),
    ):
        add_command(inner, name, command, options, language, within="instruments.")


def listed(options: Namespace, language: str) -> Iterator[str]:
    """`list`: every shipped instrument, and how well its questions and its rule are known."""
    from dvstudy.render import library_pages

    table = library_pages.library(language)
    yield from _columns([table.columns, *table.rows])
    yield from ("", *table.footnotes)


def show(options: Namespace, language: str) -> Iterator[str]:
    """`show`: one instrument on the screen."""
    from dvstudy.render import instrument_pages, plain

    yield from plain.lines(instrument_pages.pages(chosen(options), language), language)


def crosswalk(options: Namespace, language: str) -> Iterator[str]:
    """`crosswalk`: topics that two instruments share, and those that only one asks about."""
    from dvstudy.render import crosswalk_pages, plain

    yield from plain.lines(crosswalk_pages.crosswalk(options.before, options.after, language), language)


def check(options: Namespace, language: str) -> Iterator[str]:
    """`check`: every fault of a definition file, or the word that it passes."""
    from dvstudy.errors import CheckFailed
    from dvstudy.scoring import checker

    found = checker.problems(options.file)
    if found:
        raise CheckFailed(options.file.name, found)
    yield lang.text("cli.instruments.passes", language, path=options.file)


def new(options: Namespace, language: str) -> Iterator[str]:
    """`new`: a commented definition to start from."""
    from dvstudy.instruments import template

    yield lang.text("cli.written", language, path=template.new(options.name, options.out, force=options.force))


def export(options: Namespace, language: str) -> Iterator[str]:
    """`export`: an instrument in a format of other programs, and what that format loses."""
    from dvstudy import exchange

    texts = options.texts or [language, *(code for code in lang.languages() if code != language)]
    lost = exchange.write(chosen(options), options.out, options.format, texts, force=options.force)
    yield lang.text("cli.written", language, path=options.out)
    if lost:
        yield lang.text("cli.instruments.lost", language)
    for loss in lost:
        yield f"- {loss.text(language)}"


def diff(options: Namespace, language: str) -> Iterator[str]:
    """`diff`: what two definitions ask, count or decide differently."""
    from dvstudy import instruments

    found = instruments.diff(instruments.load(options.before), instruments.load(options.after))
    if found.empty:
        yield lang.text("cli.instruments.same", language)
        return
    from dvstudy.wording import headings

    head = headings(("part", "code", "field", "before", "after"), language)
    yield from _columns([head, *found.to_numpy().tolist()])


def _columns(rows: Sequence[Sequence[str]], widest: int = 60) -> Iterator[str]:
    """Rows as aligned columns; long cells are cut, the saved files hold them whole."""
    cut = [[cell if len(cell) <= widest else f"{cell[: widest - 1]}…" for cell in row] for row in rows]
    widths = [max(len(row[k]) for row in cut) for k in range(len(cut[0]))]
    for row in cut:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _nothing(one: ArgumentParser, language: str) -> None:
    """No option of its own."""


def _one_instrument(one: ArgumentParser, language: str) -> None:
    add_instrument(one, language)


def _two_instruments(one: ArgumentParser, language: str) -> None:
    for name in ("before", "after"):
        one.add_argument(name, metavar=meta("instrument", language), help=helped(name, language))


def _export(one: ArgumentParser, language: str) -> None:
    add_instrument(one, language)
    one.add_argument("--format", required=True, choices=FORMATS, help=helped("exchange", language))
    one.add_argument(
        "--texts",
        nargs="+",
        choices=lang.languages(),
        metavar=meta("language", language),
        help=helped("texts", language),
    )
    add_out(one, language, "file")


def _definition(one: ArgumentParser, language: str) -> None:
    one.add_argument("file", type=Path, metavar=meta("file", language), help=helped("definition", language))


def _new(one: ArgumentParser, language: str) -> None:
    one.add_argument("name", metavar=meta("name", language), help=helped("name", language))
    add_out(one, language, "file")
