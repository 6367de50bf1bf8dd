"""`dvstudy cohorts fidelity`: whether a cohort is what it should be, as a report."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from dvstudy import language as lang
from dvstudy import writing
from dvstudy.cli.progress import Steps
from dvstudy.cli.words import add_out, add_seed, helped, meta

#: What `--beside` says for a larger cohort of the same recipe; a folder of that name is ``./recipe``.
_RECIPE: Final = "recipe"


def fidelity(options: Namespace, language: str) -> Iterator[str]:
    """`fidelity`: one page a language and the saved run; the findings in short on the terminal."""
    from dvstudy import intake, studies
    from dvstudy.render import plain, report, sentences
    from dvstudy.render.document import Bullets
    from dvstudy.render.gate import gate

    writing.check_folder(options.out, force=options.force)
    cohort = intake.open_cohort(options.cohort)
    beside: Any = options.beside
    if beside not in (None, _RECIPE):
        beside = intake.open_cohort(beside)
    with Steps(language).step("fidelity"):
        run = studies.fidelity(cohort, beside, seed=options.seed)
    wanted = lang.languages() if options.report == "both" else (options.report,)
    with writing.filled(options.out, force=options.force) as folder:
        for one in wanted:
            report.write_report({run.name: run}, cohort, folder / f"fidelity_{one}.html", language=one)
        run.save(folder / "run")
    yield from plain.lines([Bullets(sentences.told(gate(run).summary, language))], language)
    for name in (*(f"fidelity_{one}.html" for one in wanted), "run"):
        yield lang.text("cli.written", language, path=options.out / name)


def add_options(one: ArgumentParser, language: str) -> None:
    """Options of `fidelity`."""
    one.add_argument("cohort", type=Path, metavar=meta("folder", language), help=helped("cohort", language))
    one.add_argument("--beside", metavar=meta("beside", language), help=helped("beside", language))
    one.add_argument("--report", choices=(*lang.languages(), "both"), default="both", help=helped("report", language))
    add_out(one, language, "folder", Path("reports/fidelity"))
    add_seed(one, language)
