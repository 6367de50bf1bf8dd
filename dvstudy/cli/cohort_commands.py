"""`dvstudy cohorts`: what recipes there are and what stands in them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from dvstudy import language as lang
from dvstudy.cli import fidelity_commands, recovery_commands
from dvstudy.cli.words import Commands, WholeNumber, add_command, add_group, add_out, add_seed, helped, meta


def add(added: Commands, language: str) -> None:
    """Add `cohorts` and its commands."""
    inner = add_group(added, "cohorts", language)
    for name, command, options in (
        ("list", listed, _nothing),
        ("describe", describe, _recipe),
        ("calibrate", calibrate, _targets),
        ("years", years, _years),
        ("fidelity", fidelity_commands.fidelity, fidelity_commands.add_options),
        ("recover", recovery_commands.recover, recovery_commands.add_options),
    ):
        add_command(inner, name, command, options, language, within="cohorts.")


def listed(options: Namespace, language: str) -> Iterator[str]:
    """`list`: every shipped recipe with its title."""
    from dvstudy import cohorts
    from dvstudy.cohorts import parameter_words

    names = cohorts.recipes()
    width = max(map(len, names))
    titles = (parameter_words.title(cohorts.load_recipe(name), language) for name in names)
    yield from (f"{name.ljust(width)}  {title}" for name, title in zip(names, titles, strict=True))
    yield lang.text("report.synthetic_notice", language)


def describe(options: Namespace, language: str) -> Iterator[str]:
    """`describe`: what acts on what, and every parameter with its range and source."""
    from dvstudy import cohorts
    from dvstudy.render import plain, recipe_pages

    yield from plain.lines(recipe_pages.pages(cohorts.load_recipe(options.recipe), language), language)


def calibrate(options: Namespace, language: str) -> Iterator[str]:
    """`calibrate`: a recipe moved to a team's own margins, as a file of its own."""
    from dvstudy import cohorts, writing
    from dvstudy.render import plain, recipe_pages

    def say(step: str, number: int) -> None:
        """One line of standard error a step."""
        sys.stderr.write(lang.text(f"step.calibrate.{step}", language, round=number + 1) + "\n")
        sys.stderr.flush()

    for target in (options.out, options.report):
        if target:
            writing.check(target, force=options.force)
    made = cohorts.calibrate(options.recipe, options.targets, name=options.name, progress=say)
    yield from plain.lines(recipe_pages.calibrated(made, language), language)
    if options.report:
        path = writing.put(options.report, writing.csv_text(made.table), force=options.force)
        yield lang.text("cli.written", language, path=path)
    yield lang.text("cli.written", language, path=cohorts.write_recipe(made.recipe, options.out, force=options.force))


def years(options: Namespace, language: str) -> Iterator[str]:
    """`years`: a series of cohorts, one folder a year."""
    from dvstudy import cohorts

    def say(done: int, of: int) -> None:
        """The number of years done, on one line of standard error."""
        words = lang.text("step.years", language, done=done, of=of)
        sys.stderr.write(f"\r{words}" + ("\n" if done == of else ""))
        sys.stderr.flush()

    folder = cohorts.write_years(
        options.recipe,
        options.out,
        years=options.years,
        seed=options.seed,
        format=options.format,
        force=options.force,
        workers=options.workers,
        progress=say,
    )
    yield lang.plural("cli.cohorts.years.done", language, options.years, path=folder)
    yield lang.text("report.synthetic_notice", language)


def _years(one: ArgumentParser, language: str) -> None:
    _recipe(one, language)
    at_least_1 = WholeNumber(1, language)
    one.add_argument("--years", metavar="N", type=at_least_1, required=True, help=helped("years", language))
    add_out(one, language, "folder")
    add_seed(one, language)
    one.add_argument("--format", choices=("parquet", "csv"), default="parquet", help=helped("format", language))
    one.add_argument("--workers", metavar="N", type=at_least_1, default=1, help=helped("years_workers", language))


def _targets(one: ArgumentParser, language: str) -> None:
    _recipe(one, language)
    one.add_argument(
        "--targets", type=Path, required=True, metavar=meta("file", language), help=helped("targets", language)
    )
    one.add_argument("--name", required=True, metavar=meta("name", language), help=helped("recipe_name", language))
    one.add_argument("--report", type=Path, metavar=meta("file", language), help=helped("targets_report", language))
    add_out(one, language, "file")


def _nothing(one: ArgumentParser, language: str) -> None:
    """No option of its own."""


def _recipe(one: ArgumentParser, language: str) -> None:
    one.add_argument("recipe", metavar=meta("recipe", language), help=helped("recipe", language))
