"""A series of years: one whole cohort a year, written one after the other, so that memory does not grow with them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from dvstudy import cohort, provenance, storage, writing
from dvstudy.checks import arguments, whole
from dvstudy.cohort import Cohort
from dvstudy.cohorts.chunk import Year, file_hash
from dvstudy.cohorts.law import CALENDAR_OFFSET
from dvstudy.cohorts.recipe import Recipe, load_recipe
from dvstudy.errors import CheckFailed, Problem, UsageError

#: The file that lists the years; written last, so that a series without it is not complete.
INDEX: Final = "series.json"
#: A year in the index: nothing outside the folder of the series is ever read or replaced.
_PATH: Final = re.compile(rf"\d{{4}}(_\d+)?/{re.escape(storage.DESCRIPTOR)}")

Progress = Callable[[int, int], None]


def write_years(
    recipe: str | Path | Recipe,
    folder: str | Path,
    *,
    years: int,
    seed: int,
    format: storage.Format = "parquet",
    force: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Simulate and write `years` cohorts of a recipe, each in a folder of its own.

    Parameters
    ----------
    recipe
        As for `simulate`. A recipe of more than twelve months moves on by as many whole years as it needs.
    folder
        Gets one folder a year, named by the calendar year, each what ``simulate(...).save(...)`` writes, and last
        ``series.json``: of every year its name, folder, seed, parameter hash, rows of each table and the hash of its
        description.
    years
        How many. A recipe begins in 2099 at the latest, so further years are independent repeats of that year, named
        ``2099_2``, ``2099_3`` ...
    seed
        Year k (from 0) has the first 32 bits of ``numpy.random.SeedSequence(seed, spawn_key=(k,))`` as its seed: a
        longer series begins with the same years.
    force
        Replace a series, or years, that are there.
    workers
        Processes; the files are the same whatever their number, memory is that of so many years.
    progress
        Called with the number of years done and of all.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    CheckFailed
        For a faulty recipe.
    UsageError
        Contradictory margins; `WrongArguments` for fewer than one year or worker, or a wrong seed; `target_exists` when
        `folder` holds a complete series or a year of another one, and `force` is not given.

    Notes
    -----
    A year is whole or not there. A series that was stopped goes on when the same call is made again: years that are
    there, unaltered, from the same recipe, seed and version, stay. No id stands in two years: the name and the year
    belong to the parameters, so each year has a parameter hash, and with it ids, of its own, and proves itself.
    Years share nothing but the recipe: no person, station effect or rater goes on from one to the next, and there is
    no trend between years but that of the law (``pathway.law = "by_date"``). Not for panels over time.
    """
    arguments(whole("years", years, 1), whole("workers", workers, 1), whole("seed", seed, 0))
    seed = int(seed)
    target, base = Path(folder), recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    old = _begun(target, force=force)
    planned = [Year(base, seed, number, target, format) for number in range(years)]
    for one in planned if not force else ():
        one.check()
    entries = list[dict[str, Any]]()
    for entry in _made(planned, workers, force):
        (target / INDEX).unlink(missing_ok=True)  # of a series that is being replaced
        entries.append(entry)
        if progress is not None:
            progress(len(entries), years)
    for name in sorted(old - {one.place for one in planned}):
        shutil.rmtree(target / name)
    about = {
        "name": base.name,
        "title": base.title,
        "version": provenance.package_version(),
        "synthetic": True,
        "seed": seed,
        "parameter_hash": base.parameter_hash,
        "calendar_offset_years": CALENDAR_OFFSET,
        "resources": entries,
    }
    writing.put(target / INDEX, json.dumps(about, indent=1, ensure_ascii=False) + "\n", force=True)
    return target


def read_years(folder: str | Path) -> Iterator[Cohort]:
    """The cohorts of a series, one at a time, in order; only one is in memory unless the caller keeps more.

    Raises
    ------
    CheckFailed
        When the folder holds no complete series, or a year is absent or was altered.
    """
    target = Path(folder)
    for entry in _listed(target):
        path = target / entry["path"]
        if not path.is_file() or entry["hash"] != file_hash(path):
            raise CheckFailed(target.name, [Problem("file_altered", place=entry["path"])])
        yield cohort.load(path.parent)


def _made(planned: list[Year], workers: int, force: bool) -> Iterator[dict[str, Any]]:
    """Entries in order, as they are ready."""
    if workers == 1:
        yield from (one.make(force) for one in planned)
        return
    from joblib import Parallel, delayed

    yield from Parallel(n_jobs=workers, return_as="generator")(delayed(one.make)(force) for one in planned)


def _begun(target: Path, *, force: bool) -> set[str]:
    """Folders of the years of a complete series, which only `force` may replace."""
    if target.exists() and not target.is_dir():
        raise UsageError("target_not_folder", target=target.name)
    if not (target / INDEX).exists():
        return set()
    if not force:
        raise UsageError("target_exists", target=target.name)
    try:
        old = {Path(entry["path"]).parts[0] for entry in _listed(target)}
    except CheckFailed:
        old = set()
    return {name for name in old if (target / name / storage.DESCRIPTOR).is_file()}


def _listed(target: Path) -> list[Mapping[str, Any]]:
    """Entries of the index, each with a path inside the folder."""
    try:
        entries: list[Mapping[str, Any]] = json.loads((target / INDEX).read_text("utf-8"))["resources"]
        sound = all(_PATH.fullmatch(entry["path"]) and entry["hash"] for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        raise CheckFailed(target.name, [Problem("no_descriptor", place=target.name, found=INDEX)]) from None
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise CheckFailed(target.name, [Problem("bad_descriptor", place=INDEX, found="resources")])
    return entries
