"""`dvstudy cohorts fidelity`: whether a cohort is what it should be, as a report."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from dvstudy import language as lang
from dvstudy.cli.words import add_out, add_seed, helped, meta
from dvstudy.errors import UsageError


def fidelity(options: Namespace, language: str) -> Iterator[str]:
    """`fidelity`: one page a language and the saved run; the findings in short on the terminal."""
    from dvstudy import intake, studies
    from dvstudy.render import plain, report, sentences
    from dvstudy.render.document import Bullets
    from dvstudy.render.gate import gate

    if options.out.exists() and not options.force:
        raise UsageError("target_exists", target=str(options.out))
    cohort = intake.open_cohort(options.cohort)
    beside = None if options.beside is None else intake.open_cohort(options.beside)
    run = studies.fidelity(cohort, beside, seed=options.seed)
    runs = {run.name: run}
    pages = [
        report.write_report(runs, cohort, options.out / f"fidelity_{one}.html", language=one, force=options.force)
        for one in (lang.languages() if options.report == "both" else (options.report,))
    ]
    saved = run.save(options.out / "run", force=options.force)
    yield from plain.lines([Bullets([sentences.say(one, language) for one in gate(run).summary])], language)
    for page in (*pages, saved):
        yield lang.text("cli.written", language, path=page)


def add_options(one: ArgumentParser, language: str) -> None:
    """Options of `fidelity`."""
    one.add_argument("cohort", type=Path, metavar=meta("folder", language), help=helped("cohort", language))
    one.add_argument("--beside", type=Path, metavar=meta("folder", language), help=helped("beside", language))
    one.add_argument("--report", choices=(*lang.languages(), "both"), default="both", help=helped("report", language))
    add_out(one, language, "folder", Path("reports/fidelity"))
    add_seed(one, language)
