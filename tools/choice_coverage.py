"""What choosing a rule on the data seems to be worth and is worth, and limits of a fixed rule; `python
tools/choice_coverage.py`.

Prints two tables for docs/thresholds.md. Forms come from stations whose officers lean alike on both sections; the true
value of every rule is summed over the trait and the leniency, not simulated.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import binom

from dvstudy.analyses import rule_choice as analysis
from dvstudy.numbers import rule_choice, surface, two_by_two
from dvstudy.numbers.proportions import plain_limits
from dvstudy.numbers.rule_choice import Criterion

LARGEST, LEGAL = (7, 14), (2 - 1) * 14 + 6 - 1
YOUDEN, NET_BENEFIT = Criterion("youden"), Criterion("net_benefit", 0.10)
_YOUDEN = two_by_two.TERMS.index("youden")


@dataclass(frozen=True)
class World:
    """`lean`: SD between stations of the logit of a yes; `event`: log odds of the event at an average trait."""

    rows: int
    stations: int
    lean: float
    event: float = -3.33


#: Forms of a study -> the world of the trap: 5.6 % events.
STUDIES = {n: World(n, 20 if n < 1000 else 40, 0.25) for n in (200, 500, 1000, 2000)}
#: Scenarios of the coverage of a fixed rule.
SCENARIOS = {
    "no clustering": World(2000, 40, 0.0, -2.7),
    "moderate": World(2000, 40, 0.3, -2.7),
    "strong leniency": World(2000, 40, 0.9, -2.7),
    "12 clusters": World(1000, 12, 0.3, -2.7),
    "rare outcome (2 %)": World(4000, 40, 0.3, -4.55),
}


def truth(world: World) -> np.ndarray:
    """(rules, 4) probabilities of the cells of every rule."""
    nodes = np.linspace(-6, 6, 121)
    weight = np.exp(-(nodes**2) / 2)
    weight /= weight.sum()
    table = np.zeros((2, LARGEST[0] + 1, LARGEST[1] + 1))
    for u, w in zip(world.lean * nodes[::4], weight[::4] / weight[::4].sum(), strict=True):
        first = binom.pmf(np.arange(LARGEST[0] + 1), LARGEST[0], expit(-2.9 + nodes + u)[:, None])
        second = binom.pmf(np.arange(LARGEST[1] + 1), LARGEST[1], expit(-2.1 + nodes + u)[:, None])
        happens = expit(world.event + 1.1 * nodes)
        for kind, p in enumerate((1 - happens, happens)):
            table[kind] += w * np.einsum("z,za,zb->ab", weight * p, first, second)
    return surface.rule_cells(table).reshape(-1, 4)


def drawn(world: World, rng: np.random.Generator) -> np.ndarray:
    """(stations, rules, 4) counts of one study; sizes of stations vary (CV 0.6)."""
    share = rng.gamma(1 / 0.36, size=world.stations)
    station = rng.choice(world.stations, size=world.rows, p=share / share.sum())
    trait, lean = rng.normal(size=world.rows), world.lean * rng.normal(size=world.stations)[station]
    counts = tuple(rng.binomial(m, expit(c + trait + lean)) for m, c in zip(LARGEST, (-2.9, -2.1), strict=True))
    event = rng.random(world.rows) < expit(world.event + 1.1 * trait)
    table = surface.histogram(counts, event, station, largest=LARGEST, clusters=world.stations)
    return surface.rule_cells(table).reshape(world.stations, -1, 4)


def choices(world: World, replicates: int, seed: int) -> dict[str, np.ndarray]:
    """(replicates,) errors of each figure of the chosen rule's Youden index, whether limits hold its true worth, and
    whether the truly best rule was found."""
    rng, true = np.random.default_rng(seed), two_by_two.measures(truth(world))[:, _YOUDEN]
    found: dict[str, list[float]] = {}
    for _ in range(replicates):
        cells = drawn(world, rng)
        if min(cells[:, 0, [0, 2]].sum(axis=1).astype(bool).sum(), 1) == 0:
            continue
        share = rule_choice.chosen(cells.sum(axis=0), YOUDEN)
        worth = float(share @ true)
        boot = rule_choice.bootstrapped(cells, YOUDEN, replicates=200, seed=int(rng.integers(1 << 30)))
        outside = rule_choice.cross_validated(cells, YOUDEN).cells
        validated = two_by_two.clustered(outside[:, None])
        naive = two_by_two.clustered(cells[:, [share.argmax()]])
        row = {
            "apparent": boot.apparent - worth,
            "optimism": boot.corrected - worth,
            "plus_632": boot.plus_632 - worth,
            "out_of_bag": float(rule_choice.figure(boot.out_of_bag.sum(axis=0), YOUDEN)) - worth,
            "validated": float(validated.estimate[0, _YOUDEN]) - worth,
            "naive_holds": float(naive.low[0, _YOUDEN] <= worth <= naive.high[0, _YOUDEN]),
            "validated_holds": float(validated.low[0, _YOUDEN] <= worth <= validated.high[0, _YOUDEN]),
            "best_found": float(share[true.argmax()]),
            "lost": float(true.max()) - worth,
        }
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in found.items()}


def coverage(world: World, replicates: int, seed: int) -> dict[str, float]:
    """Share of studies in which 95 % limits of the legal rule hold the truth."""
    rng, cells = np.random.default_rng(seed), truth(world)[LEGAL]
    true = two_by_two.measures(cells)
    worth = float(two_by_two.net_benefit(cells, NET_BENEFIT.value))
    held = {"sensitivity": 0, "youden": 0, "net_benefit": 0}
    for _ in range(replicates):
        own = drawn(world, rng)[:, [LEGAL]]
        found = two_by_two.clustered(own)
        for term in ("sensitivity", "youden"):
            i = two_by_two.TERMS.index(term)
            held[term] += bool(found.low[0, i] <= true[i] <= found.high[0, i])
        value, error = analysis._figures(own, NET_BENEFIT)
        low, high = plain_limits(value, error, df=float((own[:, 0].sum(axis=-1) > 0).sum() - 1))
        held["net_benefit"] += bool(low[0] <= worth <= high[0])
    return {term: count / replicates for term, count in held.items()}


def main() -> None:
    """Both tables, as Markdown."""
    write = sys.stdout.write
    for n, world in STUDIES.items():
        made = choices(world, 400, n)
        biases = [made[k] for k in ("apparent", "optimism", "plus_632", "out_of_bag", "validated")]
        told = [f"{b.mean():+.3f} ({b.std() / np.sqrt(len(b)):.3f})" for b in biases]
        shares = [f"{100 * made[k].mean():.0f} %" for k in ("naive_holds", "validated_holds", "best_found")]
        write("| " + " | ".join([f"{n:,}", *told, *shares, f"{made['lost'].mean():.3f}"]) + " |\n")
        sys.stdout.flush()
    for name, world in SCENARIOS.items():
        held = coverage(world, 2000, 11)
        write("| " + " | ".join([name, *(f"{100 * v:.1f}" for v in held.values())]) + " |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
