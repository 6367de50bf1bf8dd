"""How often limits of accuracy hold the truth; `python tools/accuracy_coverage.py` writes docs/thresholds-tables.md.

Stations differ in how readily their officers say yes (leniency) and in how common the event is, both normal on the
logit scale; the true values are those stated. Replicates share nothing but the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import expit

from dvstudy.numbers import clusters, resample, two_by_two
from dvstudy.numbers.proportions import logit_limits, wilson

PAGE = Path(__file__).resolve().parents[1] / "docs" / "thresholds-tables.md"
#: Where the half of the page begins that `further_coverage.py` writes.
MARK = "## Prevalences, groups, departures, elsewhere, missing answers"
REPLICATES, REDRAWN = 4000, 400
TERMS = ("sensitivity", "specificity", "ppv", "npv", "accuracy", "youden", "lr_positive", "diagnostic_odds_ratio")
SHOWN = {
    "sensitivity": "Se", "specificity": "Sp", "ppv": "PPV", "npv": "NPV", "accuracy": "accuracy", "youden": "J",
    "lr_positive": "LR+", "diagnostic_odds_ratio": "DOR",
}  # fmt: skip
SHARES = len(two_by_two.SHARES)


@dataclass(frozen=True)
class World:
    """`leniency` and `spread`: SD between stations of the logit of a yes and of the event; mean `size` of a station."""

    stations: int
    size: float
    prevalence: float
    leniency: float
    spread: float
    sensitivity: float = 0.5
    specificity: float = 0.83


WORLDS = {
    "no clustering": World(40, 50, 0.10, 0.0, 0.0),
    "moderate": World(40, 50, 0.10, 0.3, 0.3),
    "strong leniency": World(40, 50, 0.10, 0.9, 0.3),
    "12 clusters": World(12, 80, 0.15, 0.3, 0.3),
    "rare outcome (2%)": World(40, 100, 0.02, 0.3, 0.3),
}


def solved(target: float, spread: float, nodes: np.ndarray, weights: np.ndarray) -> float:
    """The intercept at which a logit-normal share has this mean."""
    low, high = -12.0, 12.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if weights @ expit(middle + spread * nodes) < target else (low, middle)
    return middle


def drawn(world: World, replicates: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(K, replicates, 4) counts, and the true value of every term."""
    rng = np.random.default_rng(seed)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    yes = [solved(p, world.leniency, nodes, weights) for p in (world.sensitivity, 1 - world.specificity)]
    common = solved(world.prevalence, world.spread, nodes, weights)
    shape = (world.stations, replicates)
    size = np.maximum(1, rng.poisson(rng.gamma(1 / 0.36, world.size * 0.36, shape)))
    own, mood = rng.normal(size=shape), rng.normal(size=shape)
    events = rng.binomial(size, expit(common + world.spread * own))
    hits = rng.binomial(events, expit(yes[0] + world.leniency * mood))
    alarms = rng.binomial(size - events, expit(yes[1] + world.leniency * mood))
    cells = np.stack([hits, alarms, events - hits, size - events - alarms], axis=-1).astype(float)
    p, se, sp = world.prevalence, world.sensitivity, world.specificity
    whole = np.array([p * se, (1 - p) * (1 - sp), p * (1 - se), (1 - p) * sp])
    return cells, two_by_two.measures(whole)


def held(low: np.ndarray, high: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Share of the intervals that are there and hold the truth, by term."""
    there = np.isfinite(low) & ~np.isnan(high)
    inside = (low <= truth) & (truth <= high) & there
    return inside.sum(axis=0) / np.maximum(there.sum(axis=0), 1)


def coverage(world: World, seed: int) -> dict[str, np.ndarray]:
    """Method -> coverage by term (NaN where the method has none)."""
    cells, truth = drawn(world, REPLICATES, seed)
    found = two_by_two.clustered(cells)
    top, bottom = two_by_two.shares_of(cells)
    blank = np.full(len(two_by_two.TERMS) - SHARES, np.nan)
    of = truth[:SHARES]
    by_row = wilson(top.sum(axis=0), bottom.sum(axis=0))
    error = clusters.linearised_ratio_error(top, bottom)
    behind = (bottom > 0).sum(axis=0) - 1
    linearised = logit_limits(found.estimate[..., :SHARES], error, df=behind)
    again = [redrawn_limits(cells[:, r], seed=r) for r in range(REDRAWN)]
    low, high = (np.stack([one[end] for one in again]) for end in (0, 1))
    return {
        "jackknife": held(found.low, found.high, truth),
        "linearised": np.append(held(*linearised, of), blank),
        "bootstrap": held(low, high, truth),
        "Wilson, rows": np.append(held(*by_row, of), blank),
    }


def redrawn_limits(cells: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Percentile limits of every term over whole stations drawn anew, from (K, 4) counts."""
    return resample.percentile_limits(
        two_by_two.measures(resample.drawn(len(cells), replicates=1000, seed=seed) @ cells)
    )


def main() -> None:
    """Write the page."""
    errors = [100 * np.sqrt(0.0475 / n) for n in (REPLICATES, REDRAWN)]
    lines = [
        "# Coverage of limits in the study of thresholds", "",
        f"Made by `python tools/accuracy_coverage.py`. Nominal 95 % limits: per cent of {REPLICATES:,} samples",
        f"(bootstrap: {REDRAWN}, each with 1,000 redraws) whose limits hold the true value. Monte-Carlo error at",
        f"95 %: {errors[0]:.1f} points, {errors[1]:.1f} for the bootstrap. The jackknife is the default; bold lies",
        "outside 93 to 97 by more than two Monte-Carlo errors.", "",
        "| scenario | method | " + " | ".join(SHOWN[t] for t in TERMS) + " |",
        "|---|---|" + "---|" * len(TERMS),
    ]  # fmt: skip
    places = [two_by_two.TERMS.index(term) for term in TERMS]
    for number, (name, world) in enumerate(WORLDS.items()):
        for method, shares in coverage(world, 146 + number).items():
            error = np.sqrt(0.0475 / (REDRAWN if method == "bootstrap" else REPLICATES))
            cells = [_cell(shares[i], error) for i in places]
            lines.append(f"| {name} | {method} | " + " | ".join(cells) + " |")
    lines += ["", "| scenario | stations | cases a station, mean (CV 0.6) | event | SD of leniency | SD of the event |",
              "|---|---|---|---|---|---|"]  # fmt: skip
    lines += [
        f"| {name} | {w.stations} | {w.size:g} | {100 * w.prevalence:g} % | {w.leniency:g} | {w.spread:g} |"
        for name, w in WORLDS.items()
    ]
    lines += ["", "SDs between stations on the logit scale; sensitivity .50, specificity .83."]
    further = PAGE.read_text(encoding="utf-8").partition(MARK) if PAGE.exists() else ("", "", "")
    PAGE.write_text("\n".join(lines) + "\n" + "".join(["\n" if further[1] else "", *further[1:]]), encoding="utf-8")


def _cell(share: float, error: float) -> str:
    if np.isnan(share):
        return ""
    text = f"{100 * share:.1f}"
    return text if 0.93 - 2 * error <= share <= 0.97 + 2 * error else f"**{text}**"


if __name__ == "__main__":
    main()
