"""Multiple imputation of yes/no answers by chained equations, and Rubin's rules.

One long chain: every item with gaps is drawn anew from a logistic model on the other items and covariates with a random
intercept for each station, item after item; every few rounds the completed table is one imputation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from dvstudy.numbers import random_intercept

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Penalty of a coefficient, the one of a normal prior with a spread of 2.5: keeps rare answers from running away.
RIDGE: Final = 1 / 2.5**2
_FIRST_VARIANCE: Final = 0.1
_LEAST_VARIANCE: Final = 1e-4
#: Share of the variance within imputations below which that between them is rounding.
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Chain:
    """How long the chain is: rounds before the first imputation, and rounds from one to the next."""

    imputations: int = 20
    before: int = 10
    between: int = 3


def impute(
    yes: Flags,
    missing: Flags,
    covariates: Floats,
    cluster: NDArray[np.integer],
    *,
    chain: Chain = Chain(),
    seed: int | np.random.SeedSequence = 0,
) -> Iterator[Flags]:
    """Completed tables (n, items), as many as the chain says.

    Parameters
    ----------
    yes, missing
        (n, items): the answer is yes; there is none (`yes` is then not read).
    covariates
        (n, q) numbers that are known of every row, the outcome among them; no constant.
    cluster
        (n,) station of each row, coded from 0.

    Notes
    -----
    Valid when answers are missing at random given the other answers, the covariates and the station. van Buuren 2018,
    Flexible Imputation of Missing Data; the random intercept's variance is updated by one EM step a round. Items that
    nobody answered stay no, and are for the caller to report.
    """
    generator = np.random.default_rng(seed)
    clusters = int(cluster.max()) + 1 if len(cluster) else 0
    known = ~missing
    share = (yes & known).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    filled = np.where(missing, generator.random(yes.shape) < share, yes)
    gaps = [item for item in range(yes.shape[1]) if missing[:, item].any() and known[:, item].any()]
    constant = 1 + covariates.shape[1]
    design = np.column_stack([np.ones(len(yes)), covariates, filled]).astype(float)
    penalty = np.append([0.0], np.full(covariates.shape[1] + yes.shape[1] - 1, RIDGE))
    at: dict[int, random_intercept.Mode] = {}
    rounds = chain.before + 1 + chain.between * (chain.imputations - 1)
    for turn in range(rounds):
        for item in gaps:
            x = np.delete(design, constant + item, axis=1)
            rows, open_ = known[:, item], missing[:, item]
            variance = max(at[item].variance, _LEAST_VARIANCE) if item in at else _FIRST_VARIANCE
            at[item] = random_intercept.mode(
                x[rows], yes[rows, item].astype(float), cluster[rows], clusters,
                variance=variance, ridge=penalty, start=at.get(item),
            )  # fmt: skip
            slopes, own = at[item].draw(generator)
            drawn = generator.random(int(open_.sum())) < expit(x[open_] @ slopes + own[cluster[open_]])
            filled[open_, item] = design[open_, constant + item] = drawn
        if turn >= chain.before and (turn - chain.before) % chain.between == 0:
            yield filled.copy()


@dataclass(frozen=True)
class Pooled:
    """`estimate`, `std_error`, degrees of freedom `df` and fraction of missing information `lost`, each (s,)."""

    estimate: Floats
    std_error: Floats
    df: Floats
    lost: Floats


def pool(estimates: ArrayLike, errors: ArrayLike, *, df: ArrayLike = np.inf) -> Pooled:
    """Rubin's rules over imputations (m, s), with the degrees of freedom of Barnard and Rubin (1999), Biometrika 86,
    948, for a complete-data `df`. Checked against R ``mice::pool.scalar``."""
    found, squared = np.asarray(estimates, float), np.asarray(errors, float) ** 2
    m = len(found)
    within, between = squared.mean(axis=0), found.var(axis=0, ddof=1)
    between = np.where(between > _ROUNDING * within, between, 0.0)
    total = within + (1 + 1 / m) * between
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (1 + 1 / m) * between / total
        drawn = (m - 1) / share**2
        complete = np.broadcast_to(np.asarray(df, float), within.shape)
        observed = np.where(np.isinf(complete), np.inf, (complete + 1) / (complete + 3) * complete * (1 - share))
        both = 1 / (1 / drawn + 1 / observed)
        ratio = share / (1 - share)
        lost = (ratio + 2 / (both + 3)) / (ratio + 1)
    return Pooled(found.mean(axis=0), np.sqrt(total), both, np.where(between > 0, lost, 0.0))
