"""How many cases a validation needs: precision of sensitivity, specificity, AUC, O:E and calibration slope, and the
power to tell two rules apart.

Every precision is a variance of one case divided by the number of cases; cases from clusters count for fewer by the
design effect, and few clusters widen the limits further by the t quantile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr, ndtri, owens_t

from dvstudy.numbers.proportions import quantile

Floats = NDArray[np.float64]

_NODES: Final = 60
_LARGEST: Final = 10**9


@dataclass(frozen=True)
class Clusters:
    """Cases from clusters: `size` mean number in one, `icc` correlation of two cases of one cluster in what its raters
    do, `icc_event` in whether the event happens (the same if not given), `variation` coefficient of variation of the
    sizes. Independent cases are clusters of size 1."""

    size: float = 1.0
    icc: float = 0.0
    variation: float = 0.0
    icc_event: float | None = None

    def of_events(self) -> Clusters:
        """The same clusters for what depends on the event alone."""
        return self if self.icc_event is None else replace(self, icc=self.icc_event)

    def design_effect(self, share: float = 1.0) -> float:
        """Factor by which the variance grows when only `share` of the cases of each cluster count; at least 1.

        ``1 + ((CV^2 + 1) m - 1) share ICC`` with m the mean size (Eldridge, Ashby and Kerry 2006, Int J Epidemiol 35,
        1292): beside a case that counts its cluster holds on average ``(CV^2 + 1) m - 1`` others, of which `share`
        count. Their number varies by chance too, so the mean number that counts must not take the place of m.
        """
        return max(1 + ((self.variation**2 + 1) * self.size - 1) * share * self.icc, 1.0)

    def df(self, cases: ArrayLike) -> Floats:
        """Degrees of freedom of the t quantile: clusters - 1; infinite for independent cases."""
        n = np.asarray(cases, float)
        return np.full(n.shape, np.inf) if self.size <= 1 else np.asarray(n / self.size - 1)


#: Cases that have nothing to do with each other.
INDEPENDENT: Final = Clusters()


def share_variance(share: float) -> float:
    """Variance of one case behind a share."""
    return share * (1 - share)


def auc_variance(auc: float, prevalence: float) -> float:
    """Variance of an AUC from one case, scores normal in cases with and without the event.

    Pavlou et al. (2021), Stat Methods Med Res 30, 2187: ``(C - 2 T(z, 1 / sqrt(3)) - C^2) / (p (1 - p))``, z the normal
    quantile of C and T Owen's function. Checked in simulation. Newcombe's formula of 2006, which other programs use,
    is near it up to an AUC of 0.8 and asks for more above (one seventh at 0.9).
    """
    spread = auc - 2 * float(owens_t(ndtri(auc), 1 / np.sqrt(3))) - auc**2
    return spread / (prevalence * (1 - prevalence))


def o_e_variance(prevalence: float) -> float:
    """Variance of the logarithm of observed over expected from one case (Riley et al. 2021, Stat Med 40, 4230)."""
    return (1 - prevalence) / prevalence


def slope_variance(auc: float, prevalence: float) -> float:
    """Variance of the calibration slope from one case, for risks that come true.

    From the information of a logistic model of the event on the logit of the risk (Riley et al. 2021), which is normal
    with one variance in cases with and without the event: ``sqrt(2) z`` apart in spread for the z of the AUC, centred
    so that the risks come true. Gauss-Hermite quadrature takes the place of simulated cases.
    """
    variance = 2 * float(ndtri(auc)) ** 2
    centre = float(logit(prevalence)) - variance / 2
    x, w = np.polynomial.hermite.hermgauss(_NODES)
    nodes = np.sqrt(2 * variance) * x
    line = np.concatenate([centre + nodes, centre + variance + nodes])
    weight = np.concatenate([(1 - prevalence) * w, prevalence * w]) / np.sqrt(np.pi)
    p = expit(line)
    level, both, slope = (float((weight * p * (1 - p) * line**k).sum()) for k in (0, 1, 2))
    return level / (level * slope - both**2)


def half_width(
    variance: float, cases: ArrayLike, clusters: Clusters, *, share: float = 1.0, level: float = 0.95
) -> Floats:
    """Half the width of the limits with `cases` cases in all, of which `share` count; infinite with one cluster."""
    n = np.asarray(cases, float)
    t = quantile(clusters.df(n), level=level)
    wide = t * np.sqrt(variance * clusters.design_effect(share) / (n * share))
    return np.where(np.isnan(t), np.inf, wide)


def cases_for(variance: float, half: float, clusters: Clusters, *, share: float = 1.0, level: float = 0.95) -> float:
    """Fewest cases in all whose limits are at most `half` wide on either side; infinite above a thousand millions."""
    few, enough = 0, _LARGEST
    while enough - few > 1:
        middle = (few + enough) // 2
        reached = float(half_width(variance, middle, clusters, share=share, level=level)) <= half
        few, enough = (few, middle) if reached else (middle, enough)
    return float(enough) if enough < _LARGEST else np.inf


def paired_power(
    first_only: float, second_only: float, events: ArrayLike, *, effect: float = 1.0, level: float = 0.95
) -> Floats:
    """Chance that McNemar's test on `events` pairs tells two rules apart.

    `first_only`, `second_only`: share of pairs that only one of them flags; `effect`: design effect (Connor 1987,
    Biometrics 43, 207). Checked in simulation.
    """
    apart, gap = first_only + second_only, abs(first_only - second_only)
    n = np.asarray(events, float) / effect
    with np.errstate(divide="ignore"):  # nothing varies where every pair differs in one direction
        reach = (gap * np.sqrt(n) - ndtri(0.5 + level / 2) * np.sqrt(apart)) / np.sqrt(apart - gap**2)
    return np.asarray(ndtr(reach))


def paired_events(
    first_only: float, second_only: float, power: float, *, effect: float = 1.0, level: float = 0.95
) -> float:
    """Pairs with which McNemar's test tells two rules apart with chance `power`; the inverse of `paired_power`."""
    apart, gap = first_only + second_only, abs(first_only - second_only)
    both = ndtri(0.5 + level / 2) * np.sqrt(apart) + ndtri(power) * np.sqrt(apart - gap**2)
    return float(np.ceil(effect * (both / gap) ** 2))
