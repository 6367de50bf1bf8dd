"""How often limits of stated prevalences, groups, departures, other populations and missing answers hold the truth.

`python tools/further_coverage.py` writes the second half of docs/thresholds-tables.md; worlds as in
tools/accuracy_coverage.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from accuracy_coverage import MARK, PAGE, WORLDS, World, solved
from scipy.special import expit

from dvstudy.analyses import _crossed, _differences, at_prevalence, imputation, missing_bounds, transport
from dvstudy.numbers import two_by_two

REPLICATES, IMPUTED = 2000, 300
#: Prevalence stated; share of cases in the second group; what its sensitivity and specificity are.
STATED, SECOND, SECOND_SE, SECOND_SP = 0.12, 0.3, 0.35, 0.88
#: Departures upwards and downwards after an event, and without one.
UP, DOWN = (0.15, 0.03), (0.25, 0.5)
#: Shares of the two margins there; here they are SECOND.
THERE = (0.5, 0.6)
#: Share of unflagged cases whose outcome is learned, where that is partial.
LEARNED = 0.4
PARTIAL = "partial verification"
Row = dict[str, Any]


@dataclass(frozen=True)
class Stations:
    """Sizes of the stations (K,), their leniency and how common the event is, in units of a standard deviation."""

    size: np.ndarray
    mood: np.ndarray
    own: np.ndarray


def stations(world: World, rng: np.random.Generator) -> Stations:
    """One draw of stations."""
    size = np.maximum(1, rng.poisson(rng.gamma(1 / 0.36, world.size * 0.36, world.stations)))
    return Stations(size, rng.normal(size=world.stations), rng.normal(size=world.stations))


class Shares:
    """Intercepts at which logit-normal shares have the stated means, found once."""

    def __init__(self) -> None:
        self.nodes, weights = np.polynomial.hermite_e.hermegauss(60)
        self.weights, self.known = weights / weights.sum(), {}

    def __call__(self, mean: float, spread: float) -> float:
        """The intercept."""
        if (mean, spread) not in self.known:
            self.known[mean, spread] = solved(mean, spread, self.nodes, self.weights)
        return self.known[mean, spread]


at = Shares()


def counted(
    world: World, found: Stations, size: np.ndarray, means: tuple[float, float, float], rng: np.random.Generator
) -> np.ndarray:
    """(K, 4) counts of `size` cases a station with these means of prevalence, sensitivity and specificity."""
    prevalence, se, sp = means
    events = rng.binomial(size, expit(at(prevalence, world.spread) + world.spread * found.own))
    hits = rng.binomial(events, expit(at(se, world.leniency) + world.leniency * found.mood))
    alarms = rng.binomial(size - events, expit(at(1 - sp, world.leniency) + world.leniency * found.mood))
    return np.stack([hits, alarms, events - hits, size - events - alarms], axis=-1)


def whole(prevalence: float, se: float, sp: float) -> np.ndarray:
    """True shares of the four cells."""
    return np.array([prevalence * se, (1 - prevalence) * (1 - sp), prevalence * (1 - se), (1 - prevalence) * sp])


def learned(cells: np.ndarray, partial: bool, rng: np.random.Generator) -> np.ndarray:
    """The counts of those whose outcome is learned: all flagged, and some of the others."""
    if not partial:
        return cells
    return np.concatenate([cells[..., :2], rng.binomial(cells[..., 2:], LEARNED)], axis=-1)


def prevalences(world: World, rng: np.random.Generator, partial: bool) -> tuple[Iterable[Row], dict[str, float]]:
    """Figures at a stated prevalence, and the truth."""
    found = stations(world, rng)
    means = world.prevalence, world.sensitivity, world.specificity
    cells = learned(counted(world, found, found.size, means, rng), partial, rng).astype(float)
    true = two_by_two.measures(whole(STATED, *means[1:]))
    truth = dict(zip(two_by_two.TERMS, true, strict=True))
    return at_prevalence._rows(two_by_two.clustered(cells[:, None]), STATED), truth


def groups(world: World, rng: np.random.Generator, partial: bool) -> tuple[Iterable[Row], dict[str, float]]:
    """Differences between two groups that share their stations."""
    found = stations(world, rng)
    second = rng.binomial(found.size, SECOND)
    means = (world.prevalence, world.sensitivity, world.specificity), (world.prevalence, SECOND_SE, SECOND_SP)
    cells = np.stack(
        [counted(world, found, n, m, rng) for n, m in zip((found.size - second, second), means, strict=True)], axis=1
    )
    made = two_by_two.clustered(learned(cells, partial, rng).astype(float))
    truth = {
        "sensitivity_difference": SECOND_SE - world.sensitivity,
        "specificity_difference": SECOND_SP - world.specificity,
    }
    terms = ("sensitivity", "specificity")
    return _differences.rows(made, (1, 0), terms, group="b", paired=False, named=True), truth


def departures(world: World, rng: np.random.Generator, partial: bool) -> tuple[Iterable[Row], dict[str, float]]:
    """Decisions less rule on the same cases; officers of a station depart alike."""
    found, own = stations(world, rng), rng.normal(size=world.stations)
    means = world.prevalence, world.sensitivity, world.specificity
    cells = learned(counted(world, found, found.size, means, rng), partial, rng)
    lean = world.leniency / 2
    moved = [
        rng.binomial(cells[:, c], expit(at(p, lean) + lean * own))
        for c, p in zip((0, 1, 2, 3), (DOWN[0], DOWN[1], UP[0], UP[1]), strict=True)
    ]
    after = cells + np.stack(
        [moved[2] - moved[0], moved[3] - moved[1], moved[0] - moved[2], moved[1] - moved[3]], axis=-1
    )
    made = two_by_two.clustered(np.stack([cells, after], axis=1).astype(float))
    se = means[1] * (1 - DOWN[0]) + (1 - means[1]) * UP[0]
    fp = (1 - means[2]) * (1 - DOWN[1]) + means[2] * UP[1]
    gaps = two_by_two.measures(whole(means[0], se, 1 - fp)) - two_by_two.measures(whole(*means))
    truth = {f"{t}_difference": g for t, g in zip(two_by_two.TERMS, gaps, strict=True)}
    terms = ("sensitivity", "specificity", "ppv", "npv", "flagged")
    return _differences.rows(made, (1, 0), terms, group="b", paired=True, named=True), truth


def elsewhere(world: World, rng: np.random.Generator, partial: bool) -> tuple[Iterable[Row], dict[str, float]]:
    """Figures among other people; stations differ in who comes to them."""
    found = stations(world, rng)
    kinds = [(a, b) for a in (0, 1) for b in (0, 1)]
    share = [expit(at(SECOND, 0.5) + 0.5 * rng.normal(size=world.stations)) for _ in (0, 1)]
    odds = np.stack([np.prod([s if one else 1 - s for s, one in zip(share, k, strict=True)], axis=0) for k in kinds], 1)
    size = rng.multinomial(found.size, odds)
    means = [(world.prevalence * (1 + a) / 1.3, 0.5 - 0.15 * a, 0.83 + 0.05 * b) for a, b in kinds]
    cells = np.stack([counted(world, found, size[:, i], m, rng) for i, m in enumerate(means)], axis=1)
    cells = learned(cells, partial, rng).astype(float)
    codes = [np.array([k[i] for k in kinds]) for i in (0, 1)]
    crossed = _crossed.Crossed(cells, codes, [np.array([1 - p, p]) for p in THERE], True)
    total = cells.sum(axis=0)
    there, _ = _crossed.reweighted(total, crossed)
    without, _ = _crossed.reweighted(total - cells, crossed)
    wanted = [np.prod([p if one else 1 - p for p, one in zip(THERE, k, strict=True)]) for k in kinds]
    mixed = sum(w * whole(*m) for w, m in zip(wanted, means, strict=True))
    behind = (two_by_two.shares_of(cells.sum(axis=1))[1] > 0).sum(axis=0).astype(float)
    return transport._there(there, without, behind, True), dict(
        zip(two_by_two.TERMS, two_by_two.measures(mixed), strict=True)
    )


def gaps(world: World, rng: np.random.Generator, unsaid: bool) -> tuple[Iterable[Row], dict[str, float]]:
    """Imputed figures, and the interval from the least to the most, of a form with two of five questions often
    unanswered: at random given the outcome, or (`unsaid`) a yes more often than a no."""
    found, questions = stations(world, rng), 5
    code = np.repeat(np.arange(world.stations), found.size)
    trait = rng.normal(size=len(code))
    event = rng.random(len(code)) < expit(
        at(world.prevalence, np.hypot(world.spread, 1)) + trait + world.spread * found.own[code]
    )
    risk = expit(-1.2 + 1.2 * trait + world.leniency * found.mood[code])
    yes = rng.random((len(code), questions)) < risk[:, None]
    lost = np.where(event, 0.4, 0.2)[:, None] * np.ones((1, 2))
    if unsaid:
        lost = np.where(yes[:, 3:], 0.5, 0.1)
    gone = np.column_stack([np.zeros((len(code), 3), bool), rng.random((len(code), 2)) < lost])
    names = list("abcde")
    answers = pd.DataFrame(yes, columns=names).astype("boolean").mask(pd.DataFrame(gone, columns=names))
    sure, could = (answers.fillna(fill).sum(axis=1).to_numpy() >= 2 for fill in (False, True))
    frame = pd.DataFrame({
        "event": event, "station": code.astype(str), "test": sure,
        "certainty": np.where(sure, "certain", np.where(could, "could_be", "cannot_be")),
    })  # fmt: skip
    roles = {"name": "gaps", "reference": "event", "cluster": "station", "synthetic": True}
    model = imputation.Model(answers, lambda filled: filled.sum(axis=1).to_numpy() >= 2)
    filled = imputation.imputed_accuracy(frame, model=model, seed=int(rng.integers(2**31)), **roles).table
    ends = missing_bounds.missing_bounds(frame, test="test", certainty="certainty", **roles).table
    rows = filled[filled["group"] == imputation.IMPUTED].to_dict("records")
    for term in ("sensitivity", "specificity", "ppv", "npv", "flagged"):
        one = ends[ends["term"] == term].set_index("group")
        low, high = one.loc["least", "conf_low"], one.loc["most", "conf_high"]
        rows.append({"term": f"{term}_bounds", "conf_low": low, "conf_high": high})
    return rows, _gap_truth(world)


def _gap_truth(world: World) -> dict[str, float]:
    """Accuracy of the full form, by quadrature over trait, leniency and how common the event is."""
    key = ("gaps", world.prevalence, world.leniency, world.spread)
    if key not in at.known:
        x, w = np.polynomial.hermite_e.hermegauss(40)
        w = w / w.sum()
        trait, mood, own = np.meshgrid(x, x, x, indexing="ij")
        weight = w[:, None, None] * w[None, :, None] * w[None, None, :]
        p = expit(at(world.prevalence, np.hypot(world.spread, 1)) + trait + world.spread * own)
        yes = expit(-1.2 + 1.2 * trait + world.leniency * mood)
        positive = 1 - (1 - yes) ** 5 - 5 * yes * (1 - yes) ** 4
        cells = [
            (weight * a * b).sum()
            for a, b in ((p, positive), (1 - p, positive), (p, 1 - positive), (1 - p, 1 - positive))
        ]
        at.known[key] = dict(zip(two_by_two.TERMS, two_by_two.measures(np.array(cells)), strict=True))
    truth = at.known[key]
    return {**truth, **{f"{t}_bounds": v for t, v in truth.items()}}


Draw = Callable[[World, np.random.Generator, bool], tuple[Iterable[Row], dict[str, float]]]


def coverage(draw: Draw, world: World, *, replicates: int, seed: int, changed: bool = False) -> pd.DataFrame:
    """By term: share of the intervals that hold the truth, of those that are there (`held`), how many are (`there`),
    and the share that lie above it (`below`: the truth is below)."""
    rng, seen = np.random.default_rng(seed), []
    for _ in range(replicates):
        made, truth = draw(world, rng, changed)
        seen += [
            (r["term"], r["conf_low"] <= truth[r["term"]] <= r["conf_high"], truth[r["term"]] < r["conf_low"])
            for r in made
            if r["term"] in truth and np.isfinite(r["conf_low"]) and np.isfinite(r["conf_high"])
        ]
    frame = pd.DataFrame(seen, columns=["term", "held", "below"])
    by = frame.groupby("term", sort=False)
    return pd.DataFrame({"held": by["held"].mean(), "there": by.size() / replicates, "below": by["below"].mean()})


DRAWS: dict[str, Draw] = {
    "prevalences": prevalences, "groups": groups, "departures": departures, "elsewhere": elsewhere, "gaps": gaps,
}  # fmt: skip
#: Heading of each table, and the one more scenario it has: an outcome not learned of all, or a yes that goes unsaid.
HEADS = {
    "prevalences": ("Figures at a stated prevalence of 12 %", PARTIAL),
    "groups": ("Differences between two groups in the same stations", PARTIAL),
    "departures": ("Decisions less rule, on the same cases", PARTIAL),
    "elsewhere": ("Figures among other people (two margins raked)", PARTIAL),
    "gaps": ("Missing answers: imputed figures, and limits from the least to the most (bounds)", "yes goes unsaid"),
}
MODERATE = WORLDS["moderate"]


def rows_of(name: str) -> Iterable[tuple[str, pd.DataFrame, int]]:
    """Scenario, coverage by term, and number of samples of one table."""
    number = IMPUTED if name == "gaps" else REPLICATES
    scenarios = {**WORLDS, HEADS[name][1]: MODERATE}
    for place, (scenario, world) in enumerate(scenarios.items()):
        changed = scenario == HEADS[name][1]
        yield scenario, coverage(DRAWS[name], world, replicates=number, seed=1460 + place, changed=changed), number


def main() -> None:
    """Write the second half of the page."""
    lines = [
        MARK, "",
        "Made by `python tools/further_coverage.py`, scenarios as above. Per cent of samples whose limits hold the",
        f"true value: {REPLICATES:,} samples (Monte-Carlo error {_error(REPLICATES):.1f} points), missing answers",
        f"{IMPUTED} ({_error(IMPUTED):.1f}). Bold: outside 93 to 97 by more than two Monte-Carlo errors. With fewer",
        "than 20 stations, and with outcomes not learned of all, results carry a caution. Partial verification:",
        f"moderate, all flagged and {100 * LEARNED:.0f} % of the others learned. Bounds must hold the truth in",
        "at least 95 %, whatever the answers were: they are wide, never bold.", "",
    ]  # fmt: skip
    for name, (head, _) in HEADS.items():
        for place, (scenario, found, number) in enumerate(rows_of(name)):
            if not place:
                lines += [f"### {head}", "", "| scenario | " + " | ".join(map(_term, found.index)) + " |"]
                lines += ["|---|" + "---|" * len(found)]
            lines.append(f"| {scenario} | " + " | ".join(_cell(t, v, number) for t, v in found["held"].items()) + " |")
        lines.append("")
    before = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(before.rstrip("\n") + "\n\n" + "\n".join(lines), encoding="utf-8")


def _error(number: int) -> float:
    return 100 * float(np.sqrt(0.0475 / number))


def _term(term: str) -> str:
    return term.replace("_difference", "").replace("_", ", ")


def _cell(term: str, share: float, number: int) -> str:
    text, room = f"{100 * share:.1f}", 2 * _error(number) / 100
    return text if term.endswith("_bounds") or 0.93 - room <= share <= 0.97 + room else f"**{text}**"


if __name__ == "__main__":
    main()
