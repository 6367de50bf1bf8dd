"""Options of every command, with help in the reader's language."""

from __future__ import annotations

import argparse
from pathlib import Path

from dvstudy import language as lang
from dvstudy import provenance
from dvstudy.cli import cohort_commands, commands, instrument_commands, intake_commands
from dvstudy.cli.chosen import add_instrument
from dvstudy.cli.words import (
    Parser,
    WholeNumber,
    add_cases,
    add_command,
    add_commands,
    add_out,
    add_seed,
    helped,
    meta,
)


def parser(language: str) -> argparse.ArgumentParser:
    """The whole parser. Each command stores the function that runs it as `command`."""
    top = Parser(
        language=language,
        prog="dvstudy",
        description=lang.text("cli.description", language),
        epilog=lang.text("cli.epilog", language),
    )
    version = f"dvstudy {provenance.package_version()}"
    top.add_argument("--version", action="version", version=version, help=helped("version", language))
    added = add_commands(top, language)
    for name, command, options in (
        ("study", commands.study, _study),
        ("simulate", commands.simulate, _simulate),
        ("score", commands.score, _score),
        ("vignettes", commands.vignettes, _vignettes),
    ):
        add_command(added, name, command, options, language)
    instrument_commands.add(added, language)
    intake_commands.add(added, language)
    cohort_commands.add(added, language)
    return top


def _study(one: argparse.ArgumentParser, language: str) -> None:
    source = one.add_mutually_exclusive_group()
    source.add_argument("--cohort", type=Path, metavar=meta("folder", language), help=helped("cohort", language))
    source.add_argument(
        "--recipe", default="unified_parallel", metavar=meta("recipe", language), help=helped("recipe", language)
    )
    one.add_argument("--studies", nargs="+", metavar=meta("name", language), help=helped("studies", language))
    add_seed(one, language)
    add_cases(one, language)
    one.add_argument("--report", choices=(*lang.languages(), "both"), default="both", help=helped("report", language))
    add_out(one, language, "folder", Path("reports/study"))
    one.add_argument(
        "--notebooks",
        type=Path,
        default=Path("notebooks"),
        metavar=meta("folder", language),
        help=helped("notebooks", language),
    )


def _simulate(one: argparse.ArgumentParser, language: str) -> None:
    one.add_argument("recipe", metavar=meta("recipe", language), help=helped("recipe", language))
    add_out(one, language, "folder")
    add_seed(one, language)
    add_cases(one, language)
    one.add_argument("--format", choices=("parquet", "csv"), default="parquet", help=helped("format", language))


def _score(one: argparse.ArgumentParser, language: str) -> None:
    one.add_argument("forms", type=Path, metavar=meta("forms", language), help=helped("forms", language))
    add_instrument(one, language, "--instrument")
    add_out(one, language, "file")
    one.add_argument("--mapping", type=Path, metavar=meta("file", language), help=helped("mapping", language))


def _vignettes(one: argparse.ArgumentParser, language: str) -> None:
    one.add_argument("--n", metavar="N", type=WholeNumber(1, language), default=6, help=helped("n", language))
    add_seed(one, language)
    add_out(one, language, "folder", Path("reports/vignettes"))
