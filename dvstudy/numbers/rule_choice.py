"""What choosing a rule on the data is worth: cross-validation over whole clusters, and bootstrap corrections.

Everything starts from the 2x2 counts of every rule in every cluster, (K, rules, 4), so that a choice repeated in
thousands of resamples is one matrix product. Where several rules are equally good each has its share of the choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dvstudy.numbers import resample
from dvstudy.numbers.two_by_two import SHARES, measures, net_benefit

Floats = NDArray[np.float64]

_TIE: Final = 1e-12
#: Chance that a given row is in a bootstrap sample, for many rows.
_IN: Final = 0.632


@dataclass(frozen=True)
class Criterion:
    """What is wanted of a rule.

    ``youden`` largest Youden index; ``net_benefit`` largest net benefit at the threshold probability `value`;
    ``least_sensitivity`` largest specificity among rules with sensitivity of at least `value`; ``most_flagged`` largest
    sensitivity among rules that flag a share of at most `value`.
    """

    kind: Literal["youden", "net_benefit", "least_sensitivity", "most_flagged"]
    value: float = float("nan")

    @property
    def term(self) -> str:
        """The figure that is made as large as possible."""
        return {"least_sensitivity": "specificity", "most_flagged": "sensitivity"}.get(self.kind, self.kind)


def figure(cells: ArrayLike, criterion: Criterion) -> Floats:
    """(...) the figure that is made as large as possible, from (..., 4) counts."""
    if criterion.kind == "net_benefit":
        return net_benefit(cells, criterion.value)
    shares = {"sensitivity": (0, 2), "specificity": (3, 1)}
    wanted = [shares[criterion.term]] if criterion.term in shares else list(shares.values())
    counts = np.asarray(cells, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [counts[..., one] / (counts[..., one] + counts[..., other]) for one, other in wanted]
    return np.asarray(parts[0] if len(parts) == 1 else parts[0] + parts[1] - 1)


def allowed(cells: ArrayLike, criterion: Criterion) -> NDArray[np.bool_]:
    """(...) whether the rule keeps what the criterion sets: the least sensitivity, or the largest share flagged."""
    counts = np.asarray(cells, float)
    if criterion.kind == "least_sensitivity":
        return np.asarray(_share(counts, "sensitivity") >= criterion.value - _TIE)
    if criterion.kind == "most_flagged":
        return np.asarray(_share(counts, "flagged") <= criterion.value + _TIE)
    return np.ones(counts.shape[:-1], bool)


def chosen(cells: ArrayLike, criterion: Criterion) -> Floats:
    """(..., rules) share of each rule in the choice, from (..., rules, 4) counts: 1 for the best, parts of it for ties.

    Where no rule keeps what is set, the one that comes nearest is taken: in a small resample something must be chosen.
    """
    counts = np.asarray(cells, float)
    value = np.nan_to_num(figure(counts, criterion), nan=-np.inf)
    kept = allowed(counts, criterion)
    if criterion.kind == "least_sensitivity":
        value = np.where(kept, value, np.nan_to_num(_share(counts, "sensitivity")) - 2)
    elif criterion.kind == "most_flagged":
        value = np.where(kept, value, -np.nan_to_num(_share(counts, "flagged")) - 1)
    best = value >= value.max(axis=-1, keepdims=True) - _TIE
    return np.asarray(best / best.sum(axis=-1, keepdims=True))


@dataclass(frozen=True)
class CrossValidated:
    """`cells` (K, 4): counts in each cluster of the rules chosen without it, averaged over repeats; `share` (rules,):
    how often each rule was chosen."""

    cells: Floats
    share: Floats


def cross_validated(
    cells: ArrayLike, criterion: Criterion, *, folds: int = 10, repeats: int = 20, seed: int = 0
) -> CrossValidated:
    """The choice made anew without each part of the clusters, and applied there.

    Clusters are dealt into `folds` parts (no more than clusters) `repeats` times. A figure of the summed counts is what
    choosing is worth on clusters that took no part in the choice.

    Parameters
    ----------
    cells
        (K, rules, 4) counts of every rule by cluster.
    """
    counts = np.asarray(cells, float)
    clusters, rules, _ = counts.shape
    parts = min(folds, clusters)
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    part = generator.permuted(np.tile(np.arange(clusters) % parts, (repeats, 1)), axis=1)
    inside = (part[:, None, :] == np.arange(parts)[:, None]).astype(float)
    left_out = (inside.reshape(-1, clusters) @ counts.reshape(clusters, -1)).reshape(repeats, parts, rules, 4)
    share = chosen(counts.sum(axis=0) - left_out, criterion)
    by_cluster = np.take_along_axis(share, part[:, :, None], axis=1).mean(axis=0)
    return CrossValidated(_applied(by_cluster, counts), share.mean(axis=(0, 1)))


@dataclass(frozen=True)
class Bootstrapped:
    """The choice over clusters drawn anew.

    Attributes
    ----------
    share
        (rules,) how often each rule is chosen.
    apparent
        The figure of the rule chosen on all rows.
    corrected
        `apparent` less the mean optimism: figure of each chosen rule in its own sample less that on all rows.
    out_of_bag
        (K, 4) counts in each cluster of the rules chosen in samples without it.
    plus_632
        The .632+ estimate of the figure.
    """

    share: Floats
    apparent: float
    corrected: float
    out_of_bag: Floats
    plus_632: float


def bootstrapped(cells: ArrayLike, criterion: Criterion, *, replicates: int = 1000, seed: int = 0) -> Bootstrapped:
    """The choice repeated in samples of whole clusters, from (K, rules, 4) counts by cluster.

    Optimism: Harrell, Lee and Mark 1996, Stat Med 15, 361. Leave-one-out bootstrap and .632+: Efron and Tibshirani
    1997, J Am Stat Assoc 92, 548, with the loss written as a gain (sign turned) and clusters in the place of rows; its
    no-information value is the figure of the chosen rule when flags and events have nothing to do with each other.
    Samples without events, or without other rows, are left out. Checked against an own R program.
    """
    counts = np.asarray(cells, float)
    clusters, rules, _ = counts.shape
    drawn = resample.drawn(clusters, replicates=replicates, seed=seed)
    resampled = (drawn @ counts.reshape(clusters, -1)).reshape(-1, rules, 4)
    usable = (resampled[:, 0, [0, 2]].sum(axis=-1) > 0) & (resampled[:, 0, [1, 3]].sum(axis=-1) > 0)
    drawn, resampled = drawn[usable], resampled[usable]
    share, whole = chosen(resampled, criterion), counts.sum(axis=0)
    own = chosen(whole, criterion)
    apparent = float(figure(own @ whole, criterion))
    optimism = figure((share[:, None, :] @ resampled)[:, 0], criterion) - figure(share @ whole, criterion)
    absent = (drawn == 0).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        without = np.nan_to_num((absent.T @ share) / absent.sum(axis=0)[:, None])
    outside = _applied(without, counts)
    return Bootstrapped(
        share=share.mean(axis=0),
        apparent=apparent,
        corrected=apparent - float(optimism.mean()),
        out_of_bag=outside,
        plus_632=_plus(
            apparent, float(figure(outside.sum(axis=0), criterion)), float(figure(_by_chance(own @ whole), criterion))
        ),
    )


def _plus(apparent: float, outside: float, chance: float) -> float:
    """Efron and Tibshirani 1997, formulas 28 to 32, for a figure that is better the larger it is."""
    bounded = max(outside, chance)
    over = (apparent - bounded) / (apparent - chance) if apparent > bounded and apparent > chance else 0.0
    weight = _IN / (1 - (1 - _IN) * over)
    return (1 - weight) * apparent + weight * bounded


def _by_chance(cells: Floats) -> Floats:
    """(4,) expected counts with the same margins when flags and events have nothing to do with each other."""
    tp, fp, fn, tn = cells
    n = cells.sum()
    return np.array([f * e / n for f in (tp + fp, fn + tn) for e in (tp + fn, fp + tn)])


def _applied(share: Floats, cells: Floats) -> Floats:
    """(K, 4) counts of a mixture of rules in each cluster, from (K, rules) shares and (K, rules, 4) counts."""
    return np.asarray((share[:, None, :] @ cells)[:, 0])


def _share(counts: Floats, term: str) -> Floats:
    return np.asarray(measures(counts)[..., SHARES.index(term)])
