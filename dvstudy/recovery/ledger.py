"""Finished replicates in a folder: whoever was interrupted goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path

from dvstudy import provenance, writing
from dvstudy.recovery.replicate import Job, Outcome, outcome


class Ledger:
    """One file a replicate, whole or not there, in a folder of its own for each recipe, estimator (its code too), seed,
    number of cases, and versions of Python and the libraries; ``plan.json`` names them. Nothing else in `folder` is
    read or changed."""

    def __init__(self, folder: Path, job: Job) -> None:
        plan = {
            "recipe": job.recipe.name,
            "parameter_hash": job.recipe.parameter_hash,
            "estimator": job.estimator.name,
            "code": job.estimator.code,
            "seed": job.seed,
            "cases": job.cases,
            "versions": provenance.environment(),
        }
        key = provenance.parameter_hash(plan)[:12]
        self.folder = Path(folder) / f"{job.recipe.name}-{job.estimator.name}-{key}"
        if not (self.folder / "plan.json").exists():
            writing.put(self.folder / "plan.json", json.dumps(plan, indent=1) + "\n", force=True)

    def finished(self, replicates: int) -> dict[int, Outcome]:
        """The first `replicates` as far as they are there; a file that cannot be read counts as not there."""
        found = ((number, self._read(number)) for number in range(replicates))
        return {number: one for number, one in found if one is not None}

    def add(self, one: Outcome) -> None:
        """Keep an outcome."""
        writing.put(self._path(one.replicate), json.dumps(one.plain(), ensure_ascii=False), force=True)

    def _read(self, number: int) -> Outcome | None:
        try:
            return outcome(json.loads(self._path(number).read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _path(self, number: int) -> Path:
        return self.folder / f"replicate-{number:06d}.json"
