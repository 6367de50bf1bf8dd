"""What the number of forms buys: precision reached and forms needed, from rounded expectations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.analyses.planning import plan_accuracy, plan_comparison
from dvstudy.numbers import delong
from dvstudy.numbers.clusters import ASSUMED_ICC
from dvstudy.numbers.sizes import Clusters
from dvstudy.result import Quantity, Result
from dvstudy.studies.parts import estimate, say
from dvstudy.studies.run import Section
from dvstudy.studies.thresholds.view import SEVERE, View

#: Of the events, those that only the better and only the other of two rules finds.
_APART: Final = (0.15, 0.05)
#: Correlation within stations of what happens afterwards; that of what officers do is `ASSUMED_ICC`.
_ICC_EVENT: Final = 0.01
#: Expectations are rounded to this: a plan is no estimate, and must not look like one.
_STEP: Final = 0.05


def results(view: View) -> Iterator[Result]:
    """Plans around what the cohort looks like; none where it has no forms with the outcome or only one kind."""
    options = view.options(view.police)
    known = view.police.dropna(subset=[SEVERE, "positive", "total"])
    event = known[SEVERE].to_numpy(bool)
    if not 0 < event.sum() < len(event):
        return
    flagged = known["positive"].to_numpy(bool)
    shared: dict[str, Any] = {
        "prevalence": max(round(float(event.mean()), 2), 0.01),
        "clusters": _clusters(known, options["cluster"]),
        "available": len(known),
        "synthetic": options["synthetic"],
    }
    expected: dict[str, Any] = {
        "sensitivity": _rounded(flagged[event].mean()),
        "specificity": _rounded((~flagged[~event]).mean()),
        "auc": max(_rounded(delong.auc(known["total"].to_numpy(), event).estimate), 0.5 + _STEP),
    }
    yield _named("sizes_severe", plan_accuracy(**expected, **shared))
    yield _named("sizes_comparison", plan_comparison(first_only=_APART[0], second_only=_APART[1], **shared))


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """Forms needed for the sensitivity and what those at hand are enough for, then every measure."""
    made = found.get("sizes_severe")
    if made is None:
        return
    wanted: dict[str, Any] = {"needed": "rows_needed", "stations": "clusters_needed", "events": "events_needed"}
    said = {name: estimate(made, term, "count", "sensitivity") for name, term in wanted.items()}
    widths = {n: estimate(made, f"half_width_{n}", "points", "sensitivity") for n in ("aimed", "reached")}
    forms = float(made.meta["options"]["available"])
    available = Quantity(forms, "count", forms)
    yield Section(
        "thresholds.sizes",
        [say("thresholds.sizes", available=available, **said, **widths)],
        ["sizes_severe", "sizes_comparison"],
    )


def _clusters(rows: pd.DataFrame, cluster: str | None) -> Clusters:
    """Sizes of the stations as they are, and the correlations that studies of police practice are planned with."""
    if cluster is None:
        return Clusters()
    sizes = rows[cluster].value_counts().to_numpy(float)
    spread = float(sizes.std() / sizes.mean())
    return Clusters(size=float(sizes.mean()), icc=ASSUMED_ICC, variation=spread, icc_event=_ICC_EVENT)


def _rounded(share: float) -> float:
    return float(np.clip(round(float(share) / _STEP) * _STEP, _STEP, 1 - _STEP))


def _named(name: str, plan: Result) -> Result:
    """The plan under its name here; its expectations come from the cohort, so it is marked as the cohort is."""
    return replace(plan, name=name, meta={**plan.meta, "planned": False})
