"""A parser that speaks the reader's language: headings, help and faults from the catalogues."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

from dvstudy import language as lang
from dvstudy.checks import nearest

DEFAULT_SEED: Final = 146
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

#: What the standard parser says of a fault -> sentence of the catalogue; the first that fits is used.
_FAULTS: Final = (
    (r"argument (?P<name>.+?): invalid choice: '?(?P<found>.*?)'? \(choose from (?P<allowed>.+)\)", "choice"),
    (r"argument (?P<name>.+?): expected (?:one|at least one) argument", "no_value"),
    (r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)", "both"),
    (r"argument (?P<name>.+?): (?P<fault>.+)", "value"),
    (r"the following arguments are required: (?P<names>.+)", "required"),
    (r"unrecognized arguments: (?P<names>.+)", "unknown"),
)


class Parser(argparse.ArgumentParser):
    """An argument parser with words from the catalogue of `language`; options are never abbreviated."""

    def __init__(self, *, language: str, **options: Any) -> None:
        def formatter(prog: str) -> argparse.HelpFormatter:
            return _Formatter(prog, language)

        super().__init__(**options, add_help=False, allow_abbrev=False, formatter_class=formatter)
        self.language = language
        self._positionals.title = lang.text("cli.heading.arguments", language)
        self._optionals.title = lang.text("cli.heading.options", language)
        self.add_argument("-h", "--help", action="help", help=lang.text("cli.option.help", language))

    def error(self, message: str) -> NoReturn:
        """Say the fault under the usage and end with status 2."""
        self.print_usage()
        self.exit(2, f"{self.prog}: {self._said(message)}\n")

    def print_usage(self, file: Any = None) -> None:
        """The usage, on standard error unless a file is given."""
        import sys

        super().print_usage(sys.stderr if file is None else file)

    def _said(self, message: str) -> str:
        for pattern, key in _FAULTS:
            if found := re.fullmatch(pattern, message, re.DOTALL):
                said = {name: words.replace("'", "") for name, words in found.groupdict().items()}
                near = nearest(said["found"], said["allowed"].split(", ")) if key == "choice" else ""
                hint = f" {lang.text('problem.nearest', self.language, nearest=near)}" if near else ""
                return lang.text(f"cli.fault.{key}", self.language, **said) + hint
        return message


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str, language: str) -> None:
        super().__init__(prog)
        self._lead = lang.text("cli.heading.usage", language)

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, f"{self._lead}: " if prefix is None else prefix)


class WholeNumber:
    """The type of an option that takes a whole number of at least `least`."""

    def __init__(self, least: int, language: str) -> None:
        self.least, self.language = least, language

    def __call__(self, written: str) -> int:
        try:
            number = int(written)
        except ValueError:
            number = self.least - 1
        if number < self.least:
            said = lang.text("cli.fault.whole_number", self.language, found=written, least=self.least)
            raise argparse.ArgumentTypeError(said)
        return number


def add_commands(parser: argparse.ArgumentParser, language: str) -> Commands:
    """The place of a parser where its commands are added."""
    kind: Any = partial(Parser, language=language)
    return parser.add_subparsers(metavar=lang.text("cli.command", language), required=True, parser_class=kind)


def add_group(added: Commands, name: str, language: str) -> Commands:
    """A command that has commands of its own (``dvstudy instruments list``)."""
    return add_commands(_named(added, name, f"cli.{name}", language), language)


def add_command(
    added: Commands,
    name: str,
    command: Callable[[argparse.Namespace, str], Iterable[str]],
    options: Callable[[argparse.ArgumentParser, str], None],
    language: str,
    *,
    within: str = "",
) -> None:
    """A command with its own options, the language and, last, leave to replace what is there."""
    one = _named(added, name, f"cli.{within}{name}", language)
    one.set_defaults(command=command)
    options(one, language)
    one.add_argument("--language", choices=lang.languages(), default=language, help=helped("language", language))
    one.add_argument("--force", action="store_true", help=helped("force", language))


def add_out(one: argparse.ArgumentParser, language: str, kind: str, default: Path | None = None) -> None:
    """Where to write: a ``file`` or a ``folder``, which has to be named unless there is a usual place."""
    described = helped("out_file" if kind == "file" else "out", language)
    one.add_argument(
        "--out", type=Path, required=default is None, default=default, metavar=meta(kind, language), help=described
    )


def add_seed(one: argparse.ArgumentParser, language: str) -> None:
    """The seed of the random numbers."""
    at_least_0 = WholeNumber(0, language)
    one.add_argument("--seed", metavar="N", type=at_least_0, default=DEFAULT_SEED, help=helped("seed", language))


def add_cases(one: argparse.ArgumentParser, language: str) -> None:
    """How many cases to simulate, instead of the recipe's own number."""
    one.add_argument("--cases", metavar="N", type=WholeNumber(1, language), help=helped("cases", language))


def _named(added: Commands, name: str, key: str, language: str) -> argparse.ArgumentParser:
    short, long = (lang.text(f"{key}.{part}", language) for part in ("help", "description"))
    return added.add_parser(name, help=short, description=long)


def meta(name: str, language: str) -> str:
    """What stands for a value in the usage: FILE, FOLDER ..."""
    return lang.text(f"cli.metavar.{name}", language)


def helped(name: str, language: str, **values: object) -> str:
    """What an option is for."""
    return lang.text(f"cli.option.{name}", language, **values).replace("%", "%%")
