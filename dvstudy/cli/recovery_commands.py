"""`dvstudy cohorts recover`: a study on many cohorts of a recipe, against their truth."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from typing import Final

from dvstudy import language as lang
from dvstudy.cli.words import WholeNumber, add_cases, add_out, add_seed, helped, meta

#: Studies whose results have stored true values.
_STUDIES: Final = ("thresholds", "agreement", "unified_form")


def recover(options: Namespace, language: str) -> Iterator[str]:
    """`recover`: the table on the terminal and as CSV; finished replicates stay, so that a stopped run goes on."""
    from dvstudy import recovery, writing
    from dvstudy.render import plain, recovery_pages

    target = options.out / f"{options.study}.csv"
    writing.check(target, force=options.force)
    found = recovery.recover(
        options.study,
        options.recipe,
        options.replicates,
        seed=options.seed,
        cases=options.cases,
        workers=options.workers,
        folder=options.out / "replicates",
        progress=_counter(language),
    )
    yield from plain.lines(recovery_pages.pages(found, language), language)
    yield lang.text("cli.written", language, path=writing.put(target, writing.csv_text(found.table), force=True))


def add_options(one: ArgumentParser, language: str) -> None:
    """Options of `recover`."""
    one.add_argument("recipe", metavar=meta("recipe", language), help=helped("recipe", language))
    one.add_argument("--study", choices=_STUDIES, required=True, help=helped("study", language))
    one.add_argument(
        "--replicates", metavar="N", type=WholeNumber(2, language), default=200, help=helped("replicates", language)
    )
    add_out(one, language, "folder")
    add_seed(one, language)
    add_cases(one, language)
    one.add_argument(
        "--workers", metavar="N", type=WholeNumber(1, language), default=1, help=helped("workers", language)
    )


def _counter(language: str) -> Callable[[int, int], None]:
    """Says on standard error how many replicates are done, on one line."""

    def say(done: int, of: int) -> None:
        end = "\n" if done == of else ""
        sys.stderr.write("\r" + lang.text("step.replicates", language, done=done, of=of) + end)
        sys.stderr.flush()

    return say
