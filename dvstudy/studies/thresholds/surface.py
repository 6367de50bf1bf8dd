"""Every rule of the legal rule's family, and what the data can say about the best of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dvstudy.analyses import rule_surface
from dvstudy.analyses._rules import CountRules
from dvstudy.cohort import Cohort
from dvstudy.numbers.surface import BRANCHES
from dvstudy.result import Note, Quantity, Result, not_estimable
from dvstudy.studies import frames
from dvstudy.studies.parts import estimate, say
from dvstudy.studies.run import Section, Statement
from dvstudy.studies.thresholds.view import SEVERE, View, protected


def results(view: View) -> Iterator[Result]:
    """The surface against severe violence."""
    rules, options = family(view.cohort), view.options(view.police)
    if rules is None:
        meta = {**options, "question": "rule_surface", "picture": None}
        yield not_estimable("surface_severe", meta, Note("not_two_counts"))
    else:
        made = rule_surface.rule_surface(view.police, name="surface_severe", rules=rules, reference=SEVERE, **options)
        yield protected(made)


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """How many rules cannot be told from the best, and the surface."""
    surface = found["surface_severe"]
    yield Section("thresholds.surface", [*near_best(surface), *_workload(surface)], ["surface_severe"])


def family(cohort: Cohort) -> CountRules | None:
    """The family of rules around the legal one, read from the definition of the form; None when the form in use has
    another kind of rule."""
    definition = cohort.instrument(frames.POLICE_FORM)
    conditions = [c for level in definition.levels for c in level.when]
    if len(conditions) != 2 or definition.levels[0].join != "any" or len(definition.levels) != 2:
        return None
    first, second = conditions
    most = {c.score: len(definition.score[c.score].item_ids) for c in (first, second)}
    return CountRules(
        count_a=first.score,
        count_b=second.score,
        max_a=most[first.score],
        max_b=most[second.score],
        legal=(first.at_least, second.at_least),
    )


def _workload(surface: Result) -> list[Statement]:
    """Orders per 1,000 forms under the legal rule, and by which of its conditions."""
    if "branches" not in surface.frames or not surface.frames["surface"]["legal"].any():
        return []
    fired = surface.frames["branches"][surface.frames["surface"]["legal"].to_numpy(bool)].iloc[0]
    n = float(surface.row("flagged")["n"])
    parts = {name: Quantity(fired[name] / n, "of_1000", float(fired[name])) for name in BRANCHES}
    return [say("thresholds.workload", flagged=estimate(surface, "flagged", "of_1000"), **parts)]


def number_of(found: Result, term: str) -> Quantity:
    """How many rules: a number of things, with no people behind it."""
    return Quantity(estimate(found, term, "count").value, "count")


def near_best(surface: Result) -> list[Statement]:
    """How many rules lie near the best one, and whether the legal rule is among them."""
    if "surface" not in surface.frames:
        return []
    rules = surface.frames["surface"]
    near = rules["within_one_se"].astype(bool)
    inside = bool((near & rules["legal"].astype(bool)).any())
    return [
        say(
            "thresholds.legal_within" if inside else "thresholds.legal_outside",
            near=number_of(surface, "near_best"),
            rules=Quantity(float(len(rules)), "count"),
        )
    ]
