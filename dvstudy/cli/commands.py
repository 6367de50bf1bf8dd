"""One function a command: it calls one public function and yields the lines that say what was written."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from dvstudy import language as lang
from dvstudy.cli.chosen import chosen


def study(options: Namespace, language: str) -> Iterator[str]:
    """`dvstudy study`: the whole study, from a recipe or a cohort folder to the reports."""
    from dvstudy import workflow
    from dvstudy.cli.progress import Steps

    plan = workflow.Plan(
        source=options.cohort or options.recipe,
        out=options.out,
        seed=options.seed,
        languages=lang.languages() if options.report == "both" else (options.report,),
        cases=options.cases,
        notebooks=options.notebooks,
        force=options.force,
        studies=tuple(options.studies or workflow.ORDER),
    )
    steps = Steps(language)
    written = workflow.run(plan, steps.step)
    yield lang.plural("cli.study.done", language, round(steps.elapsed()))
    for page in written.pages:
        yield lang.text("cli.study.page", language, path=page)
    for page in written.lists:
        yield lang.text("cli.study.lists", language, path=page)
    if written.notebooks:
        yield lang.text("cli.study.notebooks", language, path=written.notebooks[0].parent)
    elif plan.whole:
        yield lang.text("cli.study.no_notebooks", language, path=options.notebooks)
    yield lang.text("cli.study.runs", language, path=written.runs)
    yield lang.text("cli.study.cohort", language, path=written.cohort)


def simulate(options: Namespace, language: str) -> Iterator[str]:
    """`dvstudy simulate`: one synthetic cohort into a folder."""
    from dvstudy import cohorts
    from dvstudy.errors import UsageError

    if options.out.exists() and not options.force:
        raise UsageError("target_exists", target=str(options.out))
    cohort = cohorts.simulate(options.recipe, seed=options.seed, cases=options.cases)
    folder = cohort.save(options.out, format=options.format, force=options.force)
    yield lang.plural("cli.simulate.done", language, len(cohort.cases), path=folder)
    yield lang.text("report.synthetic_notice", language)


def score(options: Namespace, language: str) -> Iterator[str]:
    """`dvstudy score`: a file of forms into a file of scores."""
    from dvstudy import intake

    instrument = chosen(options) if options.overlay or options.parameter else options.instrument
    scored = intake.score_file(options.forms, instrument, options.out, mapping=options.mapping, force=options.force)
    yield from scored.lines(language)


def vignettes(options: Namespace, language: str) -> Iterator[str]:
    """`dvstudy vignettes`: a printable set of training cases with its key."""
    from dvstudy import cohorts, vignettes

    cohort = cohorts.simulate("tutorial", seed=options.seed)
    made = vignettes.make(cohort, n=options.n, seed=options.seed)
    for path in vignettes.write(made, options.out, language=language, force=options.force):
        yield lang.text("cli.written", language, path=path)
