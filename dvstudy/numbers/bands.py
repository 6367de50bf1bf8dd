"""Bands that hold a whole curve at once, from what leaving out each cluster does to it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DRAWS: Final = 2000
_TINY: Final = 1e-12


def simultaneous(deviation: Floats, error: Floats, *, df: float, level: float = 0.95, seed: int = 0) -> float:
    """How many standard errors on either side of a curve hold all of it with probability `level`.

    Parameters
    ----------
    deviation
        (K, T) change of the curve at T places without each cluster.
    error
        (T,) jackknife standard errors.
    df
        Degrees of freedom, clusters - 1.
    seed
        Of the draws.

    Notes
    -----
    The largest of T studentised values with the correlation that the deviations show: normal multipliers over clusters
    (Montiel Olea and Plagborg-Moller 2019, J Appl Econom 34, 1), divided by one chi to allow for few clusters. NaN
    where nothing varies or fewer than two clusters are there.
    """
    moving = error > _TINY
    if not moving.any() or not df >= 1:
        return float("nan")
    generator = np.random.default_rng(seed)
    k = len(deviation)
    scaled = deviation[:, moving] * np.sqrt((k - 1) / k) / error[moving]
    process = generator.standard_normal((_DRAWS, k)) @ scaled
    worst = np.abs(process).max(axis=1) / np.sqrt(generator.chisquare(df, _DRAWS) / df)
    return float(np.quantile(worst, level))
