"""True values of what the study of thresholds asks beyond the rule: groups, departures, elsewhere, prevalences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from dvstudy import evidence
from dvstudy.cohorts import logistics
from dvstudy.cohorts.estimands import accuracy, cells
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tally import Groups, Row, estimate, rows
from dvstudy.numbers import raking, two_by_two
from dvstudy.tables import AGES, AREAS, PREVALENCES, RELATIONS, VICTIMS

#: Terms of the analysis of groups.
_BY_GROUP: Final = ("sensitivity", "specificity", "ppv", "flagged", "prevalence")
_JUDGED: Final = ("sensitivity", "specificity", "ppv", "npv", "flagged")
_SHARES: Final = two_by_two.SHARES


def values(seen: Observation, groups: Groups, events: Mapping[str, Floats]) -> Iterator[Row]:
    """All of them, of the cases with a form; `events` (severe, high_risk) and `groups` are of every case."""
    made = np.flatnonzero(seen.population.filled)
    flagged, own = seen.population.usual.imminent[made], groups.only(made)
    known = {name: codes[made] for name, codes in _codes(seen).items()}
    high = events["high_risk"][made]
    for column, levels in (("relation", RELATIONS), ("victim", VICTIMS), ("area", AREAS), ("age_band", AGES)):
        yield from _by_group(f"fairness_{column}", own, flagged, high, (known[column], levels))
    orders = seen.population.usual.orders
    yield from _departures(own, flagged, orders.provisional[made], high)
    against = (flagged & ~orders.provisional[made] & orders.objected[made]).astype(float)
    departed = (flagged != orders.provisional[made]).astype(float)
    for reason, part in (("victim_objected", against), ("other_reason", departed - against)):
        yield from _share("overrides", "reason", reason, own, (part, departed))
    yield from _elsewhere(own, flagged, high, known)
    yield from at_prevalence("order146_severe_at_prevalence", own, flagged, events["severe"][made])
    yield from accuracy("order146_high_risk_gaps", own, flagged, high, "as_scored")


def _codes(seen: Observation) -> dict[str, Ints]:
    scene = seen.population.scene
    people = scene.people
    return {
        "relation": people.relation, "victim": people.victim, "area": (~people.urban).astype(np.int64),
        "age_band": logistics.ages(scene),
    }  # fmt: skip


def _by_group(
    name: str, groups: Groups, flagged: Bools, event: Floats, split: tuple[Ints, Sequence[str]]
) -> Iterator[Row]:
    code, levels = split
    for number, level in enumerate(levels):
        inside = np.flatnonzero(code == number)
        found = accuracy(name, groups.only(inside), flagged[inside], event[inside], level)
        yield from (row for row in found if row["term"] in _BY_GROUP and np.isfinite(row["value"]))


def _departures(groups: Groups, rule: Bools, decision: Bools, event: Floats) -> Iterator[Row]:
    """Shares that depart, events by kind of departure, accuracy by rule, as decided, and the difference."""
    up, down = decision & ~rule, rule & ~decision
    one = np.ones(len(rule))
    for term, top, bottom in (
        ("departed", up | down, one), ("departed_up", up, ~rule), ("departed_down", down, rule)
    ):  # fmt: skip
        yield from _share("overrides", term, "all", groups, (top.astype(float), bottom.astype(float)))
    kinds = {"up": up, "down": down, "kept_positive": rule & decision, "kept_negative": ~rule & ~decision}
    for kind, inside in kinds.items():
        weight = inside.astype(float)
        yield from _share("overrides", "event_share", kind, groups, (weight * event, weight))
    for group, test in (("by_rule", rule), ("as_decided", decision)):
        yield from (r for r in accuracy("overrides", groups, test, event, group) if r["term"] in _JUDGED)
    both = groups.sums([*cells(rule, event), *cells(decision, event)])
    places = [_SHARES.index(term) for term in _JUDGED]

    def gap(sums: Floats) -> Floats:
        first, second = (two_by_two.measures(sums[..., part])[..., places] for part in (slice(0, 4), slice(4, 8)))
        return np.asarray(second - first)

    yield from rows("overrides", [f"{t}_difference" for t in _JUDGED], estimate(both, gap), "decided_less_rule")


def _share(name: str, term: str, group: str, groups: Groups, parts: tuple[Floats, Floats]) -> Iterator[Row]:
    pieces = groups.sums(list(parts))
    if pieces[:, 1].sum() > 0:
        yield from rows(name, [term], estimate(pieces, lambda s: s[..., :1] / s[..., 1:]), group)


def _elsewhere(groups: Groups, flagged: Bools, event: Floats, known: Mapping[str, Ints]) -> Iterator[Row]:
    """Accuracy here, and with the margins of the nation."""
    margins = evidence.nation()
    levels = {"relation": RELATIONS, "victim": VICTIMS, "area": AREAS}
    size = [len(found) for found in levels.values()]
    cell = np.ravel_multi_index([known[column] for column in levels], size)
    number = int(np.prod(size))
    split = [groups.table(cell, number, column) for column in cells(flagged, event)]
    codes = [c.astype(np.int64) for c in np.unravel_index(np.arange(number), size)]
    wanted = [np.array([margins[c][level] for level in found]) for c, found in levels.items()]
    wanted = [shares / shares.sum() for shares in wanted]
    terms = [t for t in _SHARES if t != "accuracy"]
    places = [_SHARES.index(term) for term in terms]

    def there(tables: Floats) -> Floats:
        rows_here = tables.sum(axis=-1)
        shares = raking.rake(rows_here, codes, wanted)
        weight = np.divide(shares, rows_here, out=np.zeros_like(shares), where=rows_here > 0)
        return two_by_two.measures(np.einsum("...c,...cj->...j", weight, tables))[..., places]

    pieces = np.stack(split, axis=-1)
    found = estimate(pieces, there)
    if np.isfinite(found[0]).all():
        yield from rows("transport_nation", terms, found, "there")
        plain = estimate(pieces, lambda t: two_by_two.measures(t.sum(axis=-2))[..., places])
        yield from rows("transport_nation", terms, plain, "here")


def at_prevalence(name: str, groups: Groups, flagged: Bools, event: Floats) -> Iterator[Row]:
    """Predictive values and natural frequencies at the stated prevalences."""
    pieces = groups.sums(cells(flagged, event))
    terms = ("ppv", "npv", "flagged", "found", "missed", "false_alarms", "rightly_passed")
    for p in PREVALENCES:

        def stated(sums: Floats, p: float = p) -> Floats:
            shares = two_by_two.measures(sums)
            se, sp = shares[..., _SHARES.index("sensitivity")], shares[..., _SHARES.index("specificity")]
            hit, missed, false, passed = p * se, p * (1 - se), (1 - p) * (1 - sp), (1 - p) * sp
            return np.stack(
                [hit / (hit + false), passed / (passed + missed), hit + false, hit, missed, false, passed], axis=-1
            )

        yield from rows(name, terms, estimate(pieces, stated), f"{p:g}")
