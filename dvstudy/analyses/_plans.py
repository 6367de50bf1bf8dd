"""What the plans of validations share: checks of expectations, rows, the result without data behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import provenance, result
from dvstudy.analyses import _frames
from dvstudy.errors import Problem
from dvstudy.numbers.sizes import Clusters
from dvstudy.result import Kind, Note, Quantity, Result

_CITATION: Final = (
    "Buderer 1996, Acad Emerg Med 3, 895. Riley et al. 2021, Stat Med 40, 4230. Pavlou et al. 2021, Stat Methods Med "
    "Res 30, 2187. Connor 1987, Biometrics 43, 207. Clusters: Eldridge, Ashby and Kerry 2006, Int J Epidemiol 35, 1292."
)


def row(term: str, group: str, estimate: float, kind: Kind) -> dict[str, Any]:
    """A row of a plan: a number without an interval."""
    nothing = {"conf_low": np.nan, "conf_high": np.nan, "n": np.nan}
    return {"term": term, "group": group, "estimate": float(estimate), "method": "planned", "kind": kind, **nothing}


def planned(
    question: str,
    rows: list[dict[str, Any]],
    frames: Mapping[str, pd.DataFrame],
    options: Mapping[str, Any],
    notes: list[Note],
    *,
    synthetic: bool,
) -> Result:
    """The result of a plan; its fingerprint is that of the expectations."""
    meta = {
        "question": question, "estimand": "planning", "method": "planned", "citation": _CITATION,
        "options": {"level": 0.95, **options}, "data": provenance.fingerprint(pd.DataFrame([options])),
        "synthetic": synthetic, "planned": True, "instrument": None,
        "picture": "precision" if question == "plan_accuracy" else None,
    }  # fmt: skip
    return Result(question, result.table(rows), meta, dict(frames), notes, _frames.status(notes))


def cautions(clusters: Clusters, available: int | None) -> list[Note]:
    """Forms taken as independent, or from too few stations."""
    if clusters.size <= 1:
        return [Note("no_cluster_planned")]
    stations = (available or 0) / clusters.size
    few = available is not None and stations < _frames.FEW_CLUSTERS
    return [Note("few_clusters", {"clusters": Quantity(stations, "count")})] if few else []


def cluster_faults(clusters: Clusters) -> list[Problem]:
    """What no clusters can be."""
    given = {"icc": clusters.icc, "icc_event": clusters.of_events().icc}
    found = [Problem("plan_icc", f"clusters.{k}", f"{v:g}") for k, v in given.items() if not 0 <= v < 1]
    if not 1 <= clusters.size < np.inf:
        found.append(Problem("plan_size", "clusters.size", f"{clusters.size:g}"))
    if not 0 <= clusters.variation < np.inf:
        found.append(Problem("plan_variation", "clusters.variation", f"{clusters.variation:g}"))
    return found


def range_faults(place: str, value: float, *, least: float = 0.0, closed: bool = False) -> list[Problem]:
    """A share outside its range; the ends belong to it if `closed`."""
    inside = 0 <= value <= 1 if closed else least < value < 1
    if inside:
        return []
    if place == "prevalence":
        return [Problem("prevalence_range", place, f"{value:g}")]
    return [Problem("plan_range", place, f"{value:g}", values=(("least", f"{least:g}"),))]


def number_faults(place: str, value: int | None) -> list[Problem]:
    """A number of forms below one."""
    return [] if value is None or value >= 1 else [Problem("plan_number", place, f"{value:g}")]
