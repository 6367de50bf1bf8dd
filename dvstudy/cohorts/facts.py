"""The facts of each case: what is true, whatever any form says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts.numeric import HIGH, LOW, expit, hermite, root
from dvstudy.cohorts.parameters import CLASSES
from dvstudy.cohorts.people import Mix, People
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.streams import Bools, Floats, Streams
from dvstudy.tables import RELATIONS


@dataclass(frozen=True)
class Facts:
    """`true[name]` and `propensity[name]` for each fact, one entry a case."""

    true: Mapping[str, Bools]
    propensity: Mapping[str, Floats]


def fact_class(values: Values, name: str) -> int:
    """Number of the class of a fact."""
    fact = values.facts.get(name) or values.derived[name]
    return CLASSES.index(fact.class_)


def fact_fit(values: Values, name: str) -> Floats:
    """Share of wording that works: for couples (1), a parent, a child, other kin."""
    fact = values.facts.get(name) or values.derived[name]
    return np.array([1, *fact.fit], dtype=np.float64)


def intercepts(values: Values, groups: Mix) -> dict[str, float]:
    """Intercept of each fact such that its expected prevalence, over the groups to which it applies, is the target.

    P(fact) = expit(slope a'theta - b); within a group a'theta is normal, so its mean is a Gauss-Hermite sum.
    """
    z, weight = hermite(values.size.nodes)
    correlations = np.array(values.people.correlations)
    solved = {}
    for name, fact in values.facts.items():
        loading = values.record.slope * np.array(fact.loadings)
        share = groups.share * _applies(fact.applies, groups.couple, groups.woman)
        share = share / share.sum()
        centre = (groups.mean @ loading)[:, None] + np.sqrt(loading @ correlations @ loading) * z

        def gap(b: float, centre: Floats = centre, share: Floats = share, goal: float = fact.prevalence) -> float:
            return float(share @ (expit(centre - b) @ weight)) - goal

        solved[name] = root(gap, LOW, HIGH)
    return solved


def draw(
    values: Values,
    streams: Streams,
    people: People,
    solved: Mapping[str, float],
    shift: float,
    held: Mapping[str, Bools] | None = None,
) -> Facts:
    """Facts of every case, with all intercepts lowered by `shift` (a higher shift makes every fact more common); those
    in `held` are as they stand there."""
    propensity: dict[str, Floats] = {}
    true: dict[str, Bools] = {}
    for name, fact in values.facts.items():
        loading = values.record.slope * np.array(fact.loadings)
        chance = expit(people.latent @ loading - solved[name] + shift)
        if fact.applies != "all":
            chance = chance * _applies(fact.applies, people.couple, people.woman)
        propensity[name] = chance
        true[name] = streams.uniform(f"facts/{name}", people.n) < chance
    true |= held or {}
    for name, found in _derived(people, true).items():
        true[name], propensity[name] = found, found.astype(np.float64)
    return Facts(true, propensity)


def _derived(people: People, true: Mapping[str, Bools]) -> dict[str, Bools]:
    partner: Bools = np.equal(people.relation, RELATIONS.index("partner"))
    return {
        "earlier_report": people.prior > 0,
        "couple": people.couple,
        "firearm_used": true["weapon_used"] & true["firearm_owned"],
        "never_lived_together": partner & ~true["lives_together"] & ~true["separation"],
    }


def _applies(rule: str, couple: Bools, woman: Bools) -> Bools:
    return {"all": np.ones_like(couple), "couple": couple, "couple_woman": couple & woman}[rule]
