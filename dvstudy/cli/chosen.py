"""The instrument that a command works on, with the thresholds and the licensed copy that its user brings."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dvstudy import language as lang
from dvstudy.cli.words import helped, meta

if TYPE_CHECKING:
    from dvstudy.instruments import Instrument


class Setting:
    """The type of ``--parameter NAME=NUMBER``."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, written: str) -> tuple[str, int]:
        name, _, number = written.partition("=")
        try:
            return name.strip(), int(number)
        except ValueError:
            said = lang.text("cli.fault.setting", self.language, found=written)
            raise argparse.ArgumentTypeError(said) from None


def add_instrument(one: argparse.ArgumentParser, language: str, *flags: str) -> None:
    """The instrument, as an option when `flags` name one, and what may be laid over it."""
    from dvstudy import instruments

    described = helped("instrument", language, known=", ".join(instruments.available()))
    named: dict[str, Any] = {"dest": "instrument", "required": True} if flags else {}
    one.add_argument(*(flags or ("instrument",)), metavar=meta("instrument", language), help=described, **named)
    one.add_argument("--overlay", type=Path, metavar=meta("file", language), help=helped("overlay", language))
    one.add_argument(
        "--parameter",
        action="append",
        default=[],
        type=Setting(language),
        metavar=meta("setting", language),
        help=helped("parameter", language),
    )


def chosen(options: argparse.Namespace) -> Instrument:
    """The instrument that the options name, with its parameters set and its overlay laid over it."""
    from dvstudy import instruments

    one = instruments.load(options.instrument, parameters=dict(options.parameter))
    return instruments.overlay(one, options.overlay) if options.overlay is not None else one
