"""Agreement of two raters, from tables of counts: the first rater in rows, the second in columns.

Any axes before the last two are handled at once (items, clusters, replicates). In a 2 by 2 table the positive answer
comes first. All variances come from one place: the gradient of a coefficient in the cell shares.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Order of the last axis of `chance_corrected`, for tables of any size.
CORRECTED: Final = ("percent_agreement", "kappa", "ac1", "pabak")
#: Order of the last axis of `two_by_two`.
TERMS: Final = (*CORRECTED, "positive_agreement", "negative_agreement", "prevalence_index", "bias_index")
_TINY: Final = 1e-12


def tabulate(first: ArrayLike, second: ArrayLike, cluster: ArrayLike, *, clusters: int, categories: int = 2) -> Floats:
    """Tables of counts by cluster and item.

    Parameters
    ----------
    first, second
        (rows, items) answers as whole numbers from 0; anything below 0 is missing, and its pair is left out.
    cluster
        (rows,) codes from 0.

    Returns
    -------
    Floats
        (clusters, items, categories, categories).
    """
    one, two = np.asarray(first, int), np.asarray(second, int)
    items = one.shape[1]
    place = np.asarray(cluster, int)[:, None] * items + np.arange(items)
    cell = (place * categories + one) * categories + two
    counts = np.bincount(cell[(one >= 0) & (two >= 0)], minlength=clusters * items * categories**2)
    return counts.reshape(clusters, items, categories, categories).astype(float)


def chance_corrected(tables: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """(..., 4) values of `CORRECTED` from (..., k, k) counts.

    Observed agreement ``po``; Cohen's kappa with ``pe = sum r_i c_i``; Gwet's AC1 with ``pe = sum m_i (1 - m_i) /
    (k - 1)``, m the mean of the two raters' shares; and PABAK (Brennan and Prediger's coefficient) with ``pe = 1 / k``;
    each ``(po - pe) / (1 - pe)``. `weights` (k, k), 1 on the diagonal, give partial credit: weighted kappa and AC2.

    NaN for an empty table, and kappa is NaN where both raters used one category only: 0 divided by 0, neither perfect
    agreement nor none. Cohen (1960, 1968); Gwet (2008), Br J Math Stat Psychol 61, 29. Checked against R
    ``psych::cohen.kappa`` and ``vcd::Kappa`` and against tables published by Gwet.
    """
    return _corrected(_shares(tables), weights)[0]


def specific(tables: ArrayLike) -> Floats:
    """(..., k) specific agreement: of the answers that were category i, the share the other rater matched.

    ``2 n_ii / (n_i. + n_.i)``; NaN where nobody used the category. Cicchetti and Feinstein (1990), J Clin Epidemiol
    43, 551.
    """
    return _specific(_shares(tables))[0]


def two_by_two(tables: ArrayLike) -> Floats:
    """(..., 8) values of `TERMS` from (..., 2, 2) counts, the positive answer first.

    Prevalence index ``(a - d) / n``: above 0 where yes is the common answer. Bias index ``(b - c) / n``, the first
    rater's share of yes minus the second's. Byrt, Bishop and Carlin (1993), J Clin Epidemiol 46, 423.
    """
    return _two_by_two(_shares(tables))[0]


def chance_corrected_errors(tables: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """(..., 4) large-sample standard errors of `CORRECTED`, for cases that do not come in clusters.

    Delta method on the multinomial of cells, ``var = (sum p g^2 - (sum p g)^2) / n`` with g the gradient. For kappa
    this is the variance of Fleiss, Cohen and Everitt (1969), Psychol Bull 72, 323; for AC1 that of Gwet (2008,
    equation 32, raters fixed). Gwet's general linearised variance of one row a case is n / (n - 1) times as large.
    """
    shares = _shares(tables)
    return _errors(shares, _corrected(shares, weights)[1], np.asarray(tables, float).sum(axis=(-2, -1)))


def two_by_two_errors(tables: ArrayLike) -> Floats:
    """(..., 8) large-sample standard errors of `TERMS`; see `chance_corrected_errors`."""
    shares = _shares(tables)
    return _errors(shares, _two_by_two(shares)[1], np.asarray(tables, float).sum(axis=(-2, -1)))


def largest_kappa(tables: ArrayLike) -> Floats:
    """(...) the largest kappa that these two raters' shares allow: ``po`` is at most ``sum min(r_i, c_i)``."""
    row, column = _margins(_shares(tables))
    expected = (row * column).sum(axis=-1)
    return beyond(np.minimum(row, column).sum(axis=-1), expected)


def expected_agreement(tables: ArrayLike) -> Floats:
    """(..., 4) agreement by chance that each of `CORRECTED` removes; 0 for percent agreement itself."""
    shares = _shares(tables)
    row, column = _margins(shares)
    mean, k = (row + column) / 2, shares.shape[-1]
    by_chance = [(row * column).sum(axis=-1), (mean * (1 - mean)).sum(axis=-1) / (k - 1)]
    none = np.zeros(shares.shape[:-2])
    return np.stack([none, *by_chance, np.full_like(none, 1 / k)], axis=-1)


def beyond(observed: Floats, expected: Floats) -> Floats:
    """``(po - pe) / (1 - pe)``, elementwise; NaN where chance alone gives full agreement."""
    room = 1 - expected
    values: Floats = np.divide(observed - expected, room, out=np.full_like(room, np.nan), where=room > _TINY)
    return values


def expected_table(prevalence: ArrayLike, sensitivity: float, specificity: float) -> Floats:
    """(..., 2, 2) shares for two raters who err independently, each with this sensitivity and specificity.

    With P the share of cases where the fact is there: ``a = P s^2 + (1 - P) (1 - t)^2``, ``b = c = P s (1 - s) +
    (1 - P) t (1 - t)``, ``d`` the rest. Kappa of this table against P is the curve of the prevalence paradox: it goes
    to 0 at both ends though the raters are equally good everywhere. Feinstein and Cicchetti (1990), J Clin Epidemiol
    43, 543.
    """
    there = np.asarray(prevalence, float)
    both = there * sensitivity**2 + (1 - there) * (1 - specificity) ** 2
    one = there * sensitivity * (1 - sensitivity) + (1 - there) * specificity * (1 - specificity)
    cells: Floats = np.stack([both, one, one, 1 - both - 2 * one], axis=-1).reshape(*there.shape, 2, 2)
    return cells


def _shares(tables: ArrayLike) -> Floats:
    counts = np.asarray(tables, float)
    total = counts.sum(axis=(-2, -1), keepdims=True)
    shares: Floats = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
    return shares


def _margins(shares: Floats) -> tuple[Floats, Floats]:
    return shares.sum(axis=-1), shares.sum(axis=-2)


def _corrected(shares: Floats, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """Values (..., 4) and gradients (..., 4, k, k) of `CORRECTED`."""
    k = shares.shape[-1]
    credit = np.eye(k) if weights is None else np.asarray(weights, float)
    row, column = _margins(shares)
    mean = (row + column) / 2
    observed = (credit * shares).sum(axis=(-2, -1))
    share_of_credit = credit.sum() / (k * (k - 1))
    kappa_slope = (column @ credit.T)[..., :, None] + (row @ credit)[..., None, :]
    chance = (
        (np.zeros_like(observed), np.zeros_like(shares)),
        (((row @ credit) * column).sum(axis=-1), kappa_slope),
        (share_of_credit * (mean * (1 - mean)).sum(axis=-1), share_of_credit * _ac1_slope(mean)),
        (np.full_like(observed, credit.sum() / k**2), np.zeros_like(shares)),
    )
    values = np.stack([beyond(observed, pe) for pe, _ in chance], axis=-1)
    room = np.stack([1 - pe for pe, _ in chance], axis=-1)[..., None, None]
    slopes = np.stack([slope for _, slope in chance], axis=-3)
    with np.errstate(divide="ignore", invalid="ignore"):
        return values, (credit - (1 - values)[..., None, None] * slopes) / room


def _ac1_slope(mean: Floats) -> Floats:
    return 1 - mean[..., :, None] - mean[..., None, :]


def _specific(shares: Floats) -> tuple[Floats, Floats]:
    """Values (..., k) and gradients (..., k, k, k) of specific agreement."""
    row, column = _margins(shares)
    used = row + column
    matched = 2 * np.diagonal(shares, axis1=-2, axis2=-1)
    values = np.divide(matched, used, out=np.full_like(used, np.nan), where=used > 0)
    same = np.eye(shares.shape[-1])
    in_row, in_column = same[:, :, None], same[:, None, :]
    slope = 2 * in_row * in_column - values[..., None, None] * (in_row + in_column)
    with np.errstate(divide="ignore", invalid="ignore"):
        return values, slope / used[..., None, None]


def _two_by_two(shares: Floats) -> tuple[Floats, Floats]:
    corrected, matched = _corrected(shares, None), _specific(shares)
    linear = np.array([[[1.0, 0.0], [0.0, -1.0]], [[0.0, 1.0], [-1.0, 0.0]]])
    indices = np.einsum("...ij,tij->...t", shares, linear)
    slopes = np.broadcast_to(linear, (*shares.shape[:-2], 2, 2, 2))
    return (
        np.concatenate([corrected[0], matched[0], indices], axis=-1),
        np.concatenate([corrected[1], matched[1], slopes], axis=-3),
    )


def _errors(shares: Floats, slopes: Floats, n: Floats) -> Floats:
    """Delta-method standard errors (..., t) from gradients (..., t, k, k)."""
    cells = shares[..., None, :, :]
    mean = (cells * slopes).sum(axis=(-2, -1), keepdims=True)
    spread = (cells * (slopes - mean) ** 2).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(spread / n[..., None]))
