"""Many replicates, on one core or a cluster, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from dvstudy import language as lang
from dvstudy import provenance, storage
from dvstudy.checks import arguments, whole
from dvstudy.cohorts import Recipe, load_recipe
from dvstudy.errors import UsageError
from dvstudy.recovery.estimator import Answer, Estimator, chosen
from dvstudy.recovery.ledger import Ledger
from dvstudy.recovery.measures import cautions, measured
from dvstudy.recovery.replicate import Job, Outcome, replicate
from dvstudy.result import Note

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Progress = Callable[[int, int], None]

#: Cohorts without which nothing scatters, and what joblib calls every processor.
_FEWEST: Final = 2
_ALL: Final = -1


@dataclass(frozen=True)
class Recovery:
    """What an estimator makes of cohorts whose truth is known.

    Attributes
    ----------
    table
        One row a (`result`, `term`, `group`): `replicates`, of which `failed` (the estimator raised), `not_estimable`
        (no row, or no number) and `used`; `truth` and `truth_mcse`; `mean_estimate`; `bias`, `empirical_se`, `rmse`;
        over the `intervals` there were, `coverage` and `width`; over the `tests`, the `rejection` of the `null`, which
        `rejection_is` ``power`` or ``type_one`` error. Each measure has its Monte-Carlo standard error (`*_mcse`).
    failures
        `replicate`, `seed` (``simulate(recipe, seed=...)`` makes that cohort again), `error`.
    notes
        Cautions: failures, and where the Monte-Carlo error is too large to tell.
    about
        Recipe, hash, estimator, seed, cases, replicates, level, versions.
    """

    table: pd.DataFrame
    failures: pd.DataFrame
    notes: Sequence[Note]
    about: Mapping[str, Any]

    def row(self, result: str, term: str, group: str = "all") -> pd.Series:
        """The one row of this quantity; KeyError when there is none."""
        t = self.table
        found = t[(t["result"] == result) & (t["term"] == term) & (t["group"] == group)]
        if len(found) != 1:
            raise KeyError(f"{result}: {len(found)} rows with term={term!r}, group={group!r}")
        return found.iloc[0]

    def plot(self, ax: Axes, language: str = lang.BASE, picture: Literal["bias", "coverage"] = "bias") -> None:
        """Bias with twice its Monte-Carlo error, or coverage with the band of an estimator that is right."""
        from dvstudy import draw

        draw.picture(f"recovery_{picture}")(ax, self.table, {}, {**self.about, "synthetic": True}, language)

    def save(self, folder: Path, *, force: bool = False) -> Path:
        """Write table, failures and `about` as Parquet and one JSON descriptor."""
        tables = {"recovery": self.table, "failures": self.failures}
        return storage.write_tables(Path(folder), tables, {"recovery": dict(self.about)}, synthetic=True, force=force)


def recover(
    estimator: str | Callable[..., Answer] | Estimator,
    recipe: str | Path | Recipe,
    replicates: int,
    *,
    seed: int,
    cases: int | None = None,
    workers: int | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Recovery:
    """Run an estimator on many cohorts of a recipe and hold it against their truth.

    Parameters
    ----------
    estimator
        Name of a study, function of a cohort, or `Estimator` (own truth, nulls, level).
    recipe
        As for `simulate`.
    replicates
        Number of cohorts, at least 2.
    seed
        Replicate number r uses child r of this seed: the table is the same whatever the number of workers.
    cases
        Cases a cohort; the recipe's own number when None.
    workers
        Processes on this machine. None leaves it to joblib: one, or what ``joblib.parallel_config`` says
        (``backend="dask"`` sends the replicates to the Dask cluster whose client is open).
    folder
        Keeps finished replicates; the same call goes on where an earlier one was stopped, and may ask for more. With
        another version of Python or of a library everything is computed anew, in a folder of its own.
    progress
        Called with the number of replicates done and of all.

    Returns
    -------
    Recovery
        An estimator that raises in one replicate is counted there and leaves the others alone. Rows without a known
        truth are left out and counted in a note.

    Raises
    ------
    CheckFailed
        For a faulty recipe.
    UsageError
        Contradictory margins, or no row at all with a known truth; `WrongArguments` for an unknown study, fewer than 2
        replicates, or a number that cannot be.

    Notes
    -----
    Morris, White and Crowther (2019), Stat Med 38, 2074. It shows whether an estimator finds what this generator puts
    in; it says nothing about Romania, nor about data that arise in another way.
    """
    arguments(
        whole("replicates", replicates, _FEWEST),
        whole("seed", seed, 0),
        whole("cases", 1 if cases is None else cases, 1),
        *([] if workers == _ALL else [whole("workers", 1 if workers is None else workers, 1)]),
    )
    known = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    job = Job(chosen(estimator), known, int(seed), None if cases is None else int(cases))
    outcomes = _outcomes(job, replicates, workers, folder, progress)
    table = measured(outcomes, job.estimator)
    if not len(table) and any(not one.error for one in outcomes):
        raise UsageError("recovery_without_truth", estimator=job.estimator.name, recipe=known.name)
    broken = [{"replicate": one.replicate, "seed": one.seed, "error": one.error} for one in outcomes if one.error]
    failures = pd.DataFrame(broken, columns=["replicate", "seed", "error"])
    failures = failures.astype({"replicate": "int64", "seed": "int64", "error": "str"})
    notes = cautions(table, outcomes, job.estimator.level)
    return Recovery(table, failures, notes, _about(job, replicates))


def _outcomes(
    job: Job, replicates: int, workers: int | None, folder: Path | None, progress: Progress | None
) -> list[Outcome]:
    """All outcomes in the order of their numbers; those in the folder are not computed again."""
    from joblib import Parallel, delayed

    ledger = Ledger(folder, job) if folder is not None else None
    done = ledger.finished(replicates) if ledger else {}
    say = progress or _silent
    say(len(done), replicates)
    missing = [number for number in range(replicates) if number not in done]
    pool = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1)
    for one in pool(delayed(replicate)(job, number) for number in missing):
        if ledger:
            ledger.add(one)
        done[one.replicate] = one
        say(len(done), replicates)
    return [done[number] for number in range(replicates)]


def _about(job: Job, replicates: int) -> dict[str, Any]:
    return {
        "recipe": job.recipe.name,
        "parameter_hash": job.recipe.parameter_hash,
        "estimator": job.estimator.name,
        "seed": job.seed,
        "cases": job.cases or job.recipe.cases,
        "replicates": replicates,
        "level": job.estimator.level,
        **provenance.environment(),
    }


def _silent(done: int, replicates: int) -> None:
    """Progress for callers that want none."""
