"""Two-parameter logistic item response model: marginal maximum likelihood, and scores of answer patterns.

Kept small: yes/no answers, one trait, complete patterns. For anything beyond (graded answers, several traits, groups)
use a library made for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logsumexp

Floats = NDArray[np.float64]

_STEPS: Final = 500
_ENOUGH: Final = 1e-4
#: Spread of the weak normal prior on slopes around 1 and on intercepts around 0: an item that (almost) nobody affirms
#: would otherwise have no estimate.
_PRIOR_SD: Final = 2.0


@dataclass(frozen=True)
class TwoParameter:
    """``logit P(yes | trait) = slope * trait + intercept``, trait standard normal; arrays (items,)."""

    slope: Floats
    intercept: Floats
    log_likelihood: float

    def eap(self, yes: ArrayLike) -> Floats:
        """(n,) expected trait given the answers (n, items), 0 and 1 (expected a posteriori)."""
        nodes, weights = _nodes()
        posterior, _ = _posterior(np.asarray(yes, float), self.slope, self.intercept, nodes, weights)
        return np.asarray(posterior @ nodes)


def fit(yes: ArrayLike, *, start: TwoParameter | None = None, prior_sd: float = _PRIOR_SD) -> TwoParameter:
    """Marginal maximum likelihood (with a weak prior) by the EM algorithm of Bock and Aitkin 1981, Psychometrika 46,
    443.

    Parameters
    ----------
    yes
        (n, items) answers, 0 and 1, none missing.
    start
        Where to begin; default slopes of 1.
    prior_sd
        Spread of normal priors on slopes (around 1) and intercepts (around 0); infinite for plain maximum likelihood.

    Notes
    -----
    41 equally spaced nodes from -6 to 6. Equal patterns are counted once. Slopes may be negative: an item that fewer
    people affirm the higher the trait is shown as it is. Checked against an own R program that maximises the marginal
    likelihood directly, and against the published fit of the LSAT, section 6.
    """
    patterns, counts = np.unique(np.asarray(yes, np.int8), axis=0, return_counts=True)
    x, n = patterns.astype(float), counts.astype(float)
    nodes, weights = _nodes()
    design = np.column_stack([nodes, np.ones_like(nodes)])
    share = np.clip((n @ x) / n.sum(), 0.5 / n.sum(), 1 - 0.5 / n.sum())
    b = np.stack([np.ones_like(share), np.log(share / (1 - share))]) if start is None else _stacked(start)
    likelihood = -np.inf
    for _ in range(_STEPS):
        posterior, marginal = _posterior(x, b[0], b[1], nodes, weights)
        likelihood = float(n @ marginal)
        people = n @ posterior
        affirmed = (posterior * n[:, None]).T @ x
        new = _maximise(b, design, people, affirmed, prior_sd)
        moved, b = float(np.abs(new - b).max()), new
        if moved < _ENOUGH:
            break
    return TwoParameter(b[0], b[1], likelihood)


def _stacked(model: TwoParameter) -> Floats:
    return np.stack([model.slope, model.intercept])


def _nodes() -> tuple[Floats, Floats]:
    nodes = np.linspace(-6.0, 6.0, 41)
    weights = np.exp(-(nodes**2) / 2)
    return nodes, weights / weights.sum()


def _posterior(x: Floats, slope: Floats, intercept: Floats, nodes: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """(n, nodes) probabilities of the nodes given each pattern, and (n,) log marginal probability of the pattern."""
    eta = np.outer(slope, nodes) + intercept[:, None]
    joint = x @ eta - np.logaddexp(0.0, eta).sum(axis=0) + np.log(weights)
    marginal = logsumexp(joint, axis=1)
    return np.exp(joint - marginal[:, None]), marginal


def _maximise(b: Floats, design: Floats, people: Floats, affirmed: Floats, prior_sd: float) -> Floats:
    """(2, items) one logistic regression an item on the nodes, by Newton's method, all items at once."""
    prior, centre = 1 / prior_sd**2, np.array([[1.0], [0.0]])
    for _ in range(20):
        p = expit(design @ b)
        slope = design.T @ (affirmed - people[:, None] * p) - prior * (b - centre)
        w = people[:, None] * p * (1 - p)
        aa, ab, bb = (design[:, 0] ** 2) @ w + prior, design[:, 0] @ w, w.sum(axis=0) + prior
        det = aa * bb - ab**2
        step = np.stack([bb * slope[0] - ab * slope[1], aa * slope[1] - ab * slope[0]]) / det
        b = b + step * np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(axis=0), 1e-12))
        if float(np.abs(step).max()) < 1e-8:
            break
    return b
