"""Fidelity of a cohort: margins, associations, structure, rates and rules, on its own or against another cohort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from dvstudy.analyses import associations, structure
from dvstudy.cohort import Cohort
from dvstudy.result import Note, Quantity, Result, not_estimable, table
from dvstudy.studies import parts
from dvstudy.studies._fidelity_rates import case_rates, item_rates, missing_rates, subgroup_rates
from dvstudy.studies._fidelity_reference import RECIPE, Reference, described, recorded, resolved
from dvstudy.studies._fidelity_tables import QUANTITIES, Forms, Side, Sides, may_be_drawn, strongest
from dvstudy.studies.cohort_rules import plausibility
from dvstudy.studies.parts import say
from dvstudy.studies.run import Section, Statement, StudyRun

#: Margins that are not shares: numbers an order, areas under a curve, coefficients.
_NUMBERS: Final = ("breach", "auc", "kappa")


def run(cohort: Cohort, *, seed: int, reference: Reference = None) -> StudyRun:
    """How far a cohort is what it should be: its calibration targets, the margins of its tables and forms, how its
    answers go together, how many dimensions they have, rates in its parts, and rules that every cohort must keep.

    With `reference`, a cohort that shares no case with this one, every margin, rate and association is compared with
    it; ``"recipe"`` stands for a larger cohort of the same recipe. A run that touches data not proven synthetic is
    treated as real by the disclosure gate.
    """
    other = resolved(cohort, reference, seed)
    sides = Sides(Side(cohort), None if other is None else Side(other))
    found = {
        "targets": [_targets(cohort)] if cohort.synthetic else [],
        "margins": [*case_rates(sides), *item_rates(sides), *missing_rates(sides)],
        "pairs": list(_pairs(sides)),
        "structure": list(_dimensions(list(_structures(sides, seed)), sides.synthetic)),
        "rates": list(subgroup_rates(sides)),
        "rules": [plausibility(cohort)],
    }
    results = [replace(r, meta={**r.meta, "synthetic": sides.synthetic}) for made in found.values() for r in made]
    made = parts.finish(
        "fidelity",
        cohort,
        results,
        seed=seed,
        summary=[
            *([] if other is None else [described(other, reference == RECIPE)]),
            *_targets_said(found["targets"]),
            *_pairs_said(found["pairs"]),
            *_rules_said(found["rules"][0]),
        ],
        sections=[
            Section(f"fidelity.{key}", _absent(sides.own) if key == "rates" else [], [r.name for r in listed])
            for key, listed in found.items()
            if listed
        ],
    )
    known = {} if other is None else recorded(other)
    return replace(made, provenance={**made.provenance, "synthetic": sides.synthetic, **known})


def _targets(cohort: Cohort) -> Result:
    """Calibration targets with what the cohort, or for a panel of vignettes its reference population, achieved."""
    margins = cohort.truth.get("calibration")
    meta = {
        "question": "targets", "estimand": "shares", "method": "counted", "citation": "", "options": {}, "data": "",
        "synthetic": cohort.synthetic, "instrument": None, "picture": "targets", "words": "margin",
    }  # fmt: skip
    if margins is None or not len(margins) or not cohort.synthetic:
        return not_estimable("fidelity_targets", meta, Note("no_targets"))
    rows = [
        {"term": row["margin"], "group": what, "estimate": row[what], "method": "counted", "kind": _kind(row["margin"])}
        for row in margins.to_dict("records")
        for what in ("target", "achieved", "tolerance")
    ]
    return Result("fidelity_targets", table(rows), meta, frames={"targets": margins.reset_index(drop=True)})


def _kind(margin: str) -> str:
    return "ratio" if margin.startswith(_NUMBERS) else "percent"


def _targets_said(targets: Sequence[Result]) -> Iterator[Statement]:
    for margins in (r.frames["targets"] for r in targets if "targets" in r.frames):
        met = int(((margins["achieved"] - margins["target"]).abs() <= margins["tolerance"]).sum())
        yield say("fidelity.targets", met=Quantity(met, "count"), n=Quantity(len(margins), "count"))


def _rules_said(rules: Result) -> Iterator[Statement]:
    broken = rules.table.loc[rules.table["term"] == "rows_broken", "estimate"]
    counts = {"n": broken.notna().sum(), "broken": (broken > 0).sum(), "unchecked": broken.isna().sum()}
    yield say("fidelity.rules", **{key: Quantity(int(value), "count") for key, value in counts.items()})


def _pairs_said(pairs: Sequence[Result]) -> Iterator[Statement]:
    """How far the tetrachoric structures of all forms are from the reference, and how far chance would set them."""
    held = [r for r in pairs if parts.has_row(r, "rms_difference")]
    found = [r.table.set_index("term")["estimate"] for r in held]
    if not found:
        return
    behind = min(float(r.row("rms_difference")["n"]) for r in held)
    weights = [one["pairs_compared"] for one in found]
    rms = {
        name: Quantity(float(np.sqrt(np.average([one[term] ** 2 for one in found], weights=weights))), "number", behind)
        for name, term in (("found", "rms_difference"), ("chance", "rms_by_chance"))
    }
    apart = Quantity(float(sum(one["pairs_apart_in_all"] for one in found)), "count")
    yield say("fidelity.apart", **rms, apart=apart, n=Quantity(float(sum(weights)), "count"))


def _absent(own: Side) -> list[Statement]:
    """Quantities that nobody recorded: there is no rate of them, not a rate of nought."""
    return [say("fidelity.not_recorded", what=f"@term.{q}") for q in QUANTITIES if q not in own.quantities]


def _pairs(sides: Sides) -> Iterator[Result]:
    """Associations of every form filled in by every role, and the pairs that stand out."""
    for one, other in sides.matched():
        options = _options(sides, one, other)
        made = associations.associations(one.asked, name=f"pairs_{one.name}", **options)
        alone = (Note("no_like_in_reference"),) if sides.reference is not None and other is None else ()
        made = replace(made, notes=(*made.notes, *one.notes, *alone), meta={**made.meta, "about": one.about})
        yield made if may_be_drawn(made) else replace(made, meta={**made.meta, "picture": None})
        yield from strongest(made, other is not None)


def _structures(sides: Sides, seed: int) -> Iterator[Result]:
    for one, other in sides.matched():
        options = _options(sides, one, other)
        made = structure.structure(one.asked, name=f"structure_{one.name}", seed=seed, **options)
        yield replace(made, meta={**made.meta, "about": one.about})


def _dimensions(structures: Sequence[Result], synthetic: bool) -> Iterator[Result]:
    """How many dimensions each form has, in one table; then each form's eigenvalues."""
    found = [r for r in structures if r.status != "not_estimable"]
    if found:
        rows = [{**r.row("dimensions"), "group": r.meta["about"]} for r in found]
        meta = {
            **found[0].meta,
            "question": "dimensions",
            "about": None,
            "picture": None,
            "instrument": None,
            "rows": "form",
        }
        yield Result("fidelity_dimensions", table(rows), {**meta, "synthetic": synthetic})
    yield from (replace(r, table=r.table[r.table["term"] != "dimensions"].reset_index(drop=True)) for r in structures)


def _options(sides: Sides, one: Forms, other: Forms | None) -> dict[str, Any]:
    reference = None if other is None else (other.asked, other.cluster)
    return {
        "cluster": one.cluster, "synthetic": sides.synthetic, "instrument": one.instrument, "reference": reference,
    }  # fmt: skip
