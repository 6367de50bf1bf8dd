"""Indicators of the services' work: what registry-like tables can tell beside published figures, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pandas as pd

from dvstudy import evidence, tables
from dvstudy.analyses import rates
from dvstudy.cohort import Cohort
from dvstudy.result import Quantity, Result, table
from dvstudy.studies import frames, parts
from dvstudy.studies._indicator_rows import INDICATORS
from dvstudy.studies.parts import say
from dvstudy.studies.run import Section, Statement, StudyRun

__all__ = ["INDICATORS", "UNRECORDED", "run"]

#: What the tables of a cohort cannot hold, as things stand; each has a sentence that says so.
UNRECORDED: Final = (
    "training", "conferences", "sharing", "repeat_callers", "helpline", "referrals", "offences", "withdrawals",
    "satisfaction", "perpetrator_services",
)  # fmt: skip


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Every indicator as a share with limits by station, and published figures beside it.

    Use of forms, verdicts, orders and what became of them, devices, breaches, services, second assessments, response
    within ten minutes, recorded repeats. An indicator whose tables are empty has no number, never nought.
    """
    stations = frames.complete(cohort.cases, tables.CASES)["station_id"]
    happened, found = dict(frames.happened(cohort)), []
    for code, one in INDICATORS.items():
        held = happened.get(one.held, _NOTHING) if isinstance(one.held, str) else one.held(cohort)
        held = held.astype("Float64")
        station = stations.reindex(held.index)
        rows = {"indicator": code, "held": held.to_numpy(), "of": 1.0, "station_id": station.to_numpy()}
        found.append(pd.DataFrame(rows) if len(held) else _nothing(code))
    frame = pd.concat(found, ignore_index=True)
    frame["indicator"] = pd.Categorical(frame["indicator"], list(INDICATORS))
    cluster = "station_id" if frame["station_id"].notna().any() else None
    made = rates.rates(
        frame, name="indicators", term="indicator", group="indicator", cluster=cluster, synthetic=cohort.synthetic
    )
    made = replace(made, meta={**made.meta, "beside": "indicators"})
    published = _published(made)
    made = replace(made, frames={**made.frames, "published": published.table[["group", "estimate"]]})
    sources = "; ".join(" / ".join(one.figures) for one in INDICATORS.values() if one.figures)
    sections = [
        Section(
            "indicators.measured",
            [say("indicators.scope"), say("indicators.published", figures=sources)],
            [made.name, published.name],
        ),
        Section("indicators.unrecorded", list(_unrecorded(cohort)), []),
    ]
    return parts.finish("indicators", cohort, [made, published], seed=seed, summary=[], sections=sections)


_NOTHING: Final = pd.Series(dtype="boolean")


def _nothing(code: str) -> pd.DataFrame:
    """A row that says nothing, so that the indicator is named all the same."""
    return pd.DataFrame({"indicator": [code], "held": [float("nan")], "of": [1.0], "station_id": [None]})


def _unrecorded(cohort: Cohort) -> Iterator[Statement]:
    totals = ("SEED-PERP-BEN", "SEED-PERP-CENTRES")
    beneficiaries, centres = (Quantity(evidence.value(figure), "count") for figure in totals)
    known: dict[str, Quantity | str] = {
        "beneficiaries": beneficiaries,
        "centres": centres,
        "figures": ", ".join(totals),
    }
    linked = frames.complete(cohort.cases, tables.CASES)["earlier_reports"].notna().any()
    for code in UNRECORDED:
        if code == "repeat_callers" and linked:
            continue
        yield say(f"indicators.{code}", **(known if code == "perpetrator_services" else {}))


def _published(made: Result) -> Result:
    """The published figures as a column beside the shares of the cohort; they have no limits of their own."""
    rows = [
        {"term": "published", "group": code, "estimate": _share(one.figures), "kind": "percent", "method": "published"}
        for code, one in INDICATORS.items()
        if one.figures
    ]
    # nothing here is of the cohort's people, so nothing is hidden or rounded: it counts as passed
    passed = {"mode": "published", "threshold": 0}
    meta = {**made.meta, "method": "published", "picture": None, "disclosure": passed}
    return Result("indicators_published", table(rows), meta)


def _share(figures: tuple[str, ...]) -> float:
    """The published share: two counts, or one percentage."""
    return evidence.ratio(*figures) if len(figures) > 1 else evidence.value(figures[0]) / 100
