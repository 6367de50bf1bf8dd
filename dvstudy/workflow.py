"""The whole study in one call: cohort, three studies, notebooks, reports. What `dvstudy study` runs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dvstudy import cohorts, intake, studies
from dvstudy import language as lang
from dvstudy.checks import arguments
from dvstudy.cohort import Cohort
from dvstudy.errors import UsageError
from dvstudy.render import notebooks, report
from dvstudy.studies.run import StudyRun

#: Called with a catalogue key (``step.<key>``) and its values; returns a context that lasts as long as the step.
Progress = Callable[..., AbstractContextManager[None]]
COHORT, RUNS, NOTEBOOKS = "cohort", "runs", "notebooks"
ORDER: Final = ("profile", "thresholds", "agreement", "unified_form")


@dataclass(frozen=True)
class Written:
    """What a whole study left: pages to read first, reporting guidelines filled in, executed notebooks, saved runs and
    the cohort."""

    pages: tuple[Path, ...]
    lists: tuple[Path, ...]
    notebooks: tuple[Path, ...]
    runs: Path
    cohort: Path


@dataclass(frozen=True)
class Plan:
    """What to study and where to put it.

    `studies` are the names of studies (`studies.STUDIES`); any others than `ORDER` are a report of their own, without
    notebooks and reporting guidelines, which belong to the whole study. `source` is a recipe name, or the folder of a
    cohort (dvstudy's own or a team's files). `notebooks` is the folder of notebooks to execute, or None. An existing
    `out` is replaced only with `force`.
    """

    source: str | Path
    out: Path
    seed: int
    languages: Sequence[str]
    cases: int | None = None
    notebooks: Path | None = None
    force: bool = False
    studies: Sequence[str] = ORDER

    @property
    def whole(self) -> bool:
        """Whether this is the whole study."""
        return tuple(self.studies) == ORDER


@contextmanager
def silent(key: str, **values: object) -> Iterator[None]:
    """Progress for callers that want none."""
    yield


def run(plan: Plan, progress: Progress = silent) -> Written:
    """Carry out `plan`: simulate or open the cohort, run its studies, execute the notebooks, write the pages.

    Everything is written beside `plan.out` first and moved into place when complete, so that a failure leaves nothing
    half-written and what was there before untouched.
    """
    arguments(*(studies.unknown(name) for name in plan.studies))
    if plan.cases is not None and isinstance(plan.source, Path):
        raise UsageError("cases_of_folder", folder=plan.source.name)
    if plan.out.exists() and not plan.force:
        raise UsageError("target_exists", target=str(plan.out))
    if plan.out.exists() and not plan.out.is_dir():
        raise UsageError("target_not_folder", target=str(plan.out))
    staging = _staging(plan.out)
    try:
        cohort = _cohort(plan, progress)
        with progress("save_cohort"):
            cohort.save(staging / COHORT)
        runs = dict(_studies(cohort, plan, staging / RUNS, progress))
        executed = _notebooks(plan, staging, progress)
        pages = _pages(runs, cohort, plan.languages, staging, progress)
        lists = _lists(runs, plan.languages, staging) if plan.whole else []
        _move(staging, plan.out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    placed = plan.out.joinpath
    return Written(
        pages=tuple(placed(p.relative_to(staging)) for p in pages),
        lists=tuple(placed(p.relative_to(staging)) for p in lists),
        notebooks=tuple(placed(p.relative_to(staging)) for p in executed),
        runs=placed(RUNS),
        cohort=placed(COHORT),
    )


def _staging(out: Path) -> Path:
    """A hidden folder beside `out`, on the same disk, so that moving it into place is one step."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError:
        raise UsageError("target_not_writable", target=str(out)) from None


def _cohort(plan: Plan, progress: Progress) -> Cohort:
    if isinstance(plan.source, Path):
        with progress("open_cohort", folder=plan.source.name):
            return intake.open_cohort(plan.source)
    with progress("simulate", recipe=plan.source):
        return cohorts.simulate(plan.source, seed=plan.seed, cases=plan.cases)


def _studies(cohort: Cohort, plan: Plan, folder: Path, progress: Progress) -> Iterator[tuple[str, StudyRun]]:
    for name in dict.fromkeys(plan.studies):
        with progress(name):
            done = studies.study(name, cohort, seed=plan.seed)
            done.save(folder / name)
        yield name, done


def _notebooks(plan: Plan, staging: Path, progress: Progress) -> list[Path]:
    if plan.notebooks is None or not plan.whole or not plan.notebooks.is_dir():
        return []
    folder = staging / NOTEBOOKS
    folder.mkdir()
    language = plan.languages[0] if len(plan.languages) == 1 else lang.BASE
    parameters = {"COHORT": f"../{COHORT}", "LANGUAGE": language, "SEED": plan.seed}
    executed = []
    for notebook in sorted(plan.notebooks.glob("*.ipynb")):
        with progress("notebook", name=notebook.stem):
            executed.append(notebooks.execute(notebook, folder / notebook.name, parameters, folder=folder))
    return executed


def _pages(
    runs: dict[str, StudyRun], cohort: Cohort, languages: Sequence[str], folder: Path, progress: Progress
) -> list[Path]:
    pages = []
    for language in languages:
        with progress("report", language=language):
            pages.append(report.write_report(runs, cohort, folder / f"report_{language}.html", language=language))
    return pages


def _lists(runs: dict[str, StudyRun], languages: Sequence[str], folder: Path) -> list[Path]:
    """The reporting guidelines, filled from the runs, one page a language."""
    return [report.write_checklists(runs, folder / f"checklists_{code}.html", language=code) for code in languages]


def _move(staging: Path, out: Path) -> None:
    if out.exists():
        shutil.rmtree(out)
    staging.chmod(0o755)
    staging.rename(out)
