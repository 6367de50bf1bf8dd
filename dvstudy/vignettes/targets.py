"""What a balanced set holds: how many of each decision, at the boundary, of each relation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dvstudy.tables import AREAS
from dvstudy.vignettes.candidates import Candidates
from dvstudy.vignettes.limits import Rules


@dataclass(frozen=True)
class Target:
    """What one place of the set asks for. `boundary` False means either; `area` is preferred, not required."""

    group: str
    positive: bool
    boundary: bool
    area: str


def targets(n: int, rules: Rules, rng: np.random.Generator) -> list[Target]:
    """The places of a set of `n`: half positive (rounded down), `boundary_share` or more at the boundary and spread
    over both decisions, relations by largest remainder of `relation_shares`, both areas as often; dealt at random."""
    positive = np.arange(n) % 2 == 1
    boundary = np.zeros(n, dtype=bool)
    boundary[: math.ceil(rules.boundary_share * n)] = True
    groups = rng.permutation(
        [g for g, count in _counts(n, rules.relation_shares.model_dump()).items() for _ in range(count)]
    )
    areas = rng.permutation([AREAS[i % 2] for i in range(n)])
    dealt = zip(groups, positive, boundary, areas, strict=True)
    found = [Target(str(group), bool(p), bool(b), str(area)) for group, p, b, area in dealt]
    return [found[i] for i in rng.permutation(n)]


def _counts(n: int, shares: Mapping[str, float]) -> dict[str, int]:
    """`n` shared out by largest remainder; of equal remainders the first listed wins."""
    exact = {group: n * share for group, share in shares.items()}
    counts = {group: math.floor(value + 1e-9) for group, value in exact.items()}
    order = sorted(shares, key=lambda group: round(counts[group] - exact[group], 9))
    for group in order[: n - sum(counts.values())]:
        counts[group] += 1
    return counts


def matching(target: Target, found: Candidates, order: pd.Index, taken: set[str]) -> Iterator[str]:
    """Cases that a place asks for and no other place has taken, in `order`, those of its area first."""
    fits = (found.cases["group"] == target.group) & (found.keys["positive"] == target.positive)
    if target.boundary:
        fits &= found.keys["boundary"]
    there = found.cases["area"] == target.area
    for wanted in (fits & there, fits & ~there):
        yield from (case for case in order[wanted.loc[order].to_numpy()] if case not in taken)
