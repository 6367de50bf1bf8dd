"""Differences between two accuracies, of two tests on the same rows or of one test on two kinds of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _accuracy
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import two_by_two
from dvstudy.numbers.proportions import difference_limits, plain_limits

Floats = NDArray[np.float64]
_TINY: Final = 1e-12
#: Differences of a term are called so.
SUFFIX: Final = "_difference"


def units(rows: pd.DataFrame) -> tuple[NDArray[np.intp], int]:
    """Codes of the clusters, or of the rows themselves where no two clusters are there, and how many."""
    code, clusters = _accuracy.cluster_codes(rows)
    if clusters is None or clusters < 2:
        return np.arange(len(rows)), len(rows)
    return code, clusters


def rows(
    found: two_by_two.Accuracy,
    pair: tuple[int, int],
    terms: Sequence[str],
    *,
    group: str,
    paired: bool,
    named: bool,
) -> Iterator[dict[str, Any]]:
    """Rows ``<term>_difference``: place `pair[0]` less place `pair[1]` of the last axis before the terms.

    `found` comes from `two_by_two.clustered`, with a row as its own cluster where none was named (`named` false).
    Jackknife t limits, cut at -1 and 1, and p-value; degrees of freedom those of the side with fewer clusters. Where
    nothing varies: for different rows (`paired` false), also on one side only (all events found, say), limits from
    those of the two sides (Zou and Donner 2008) without a p-value; for the same rows none.
    """
    for term in terms:
        place = two_by_two.TERMS.index(term)
        (one, two), kind = (found.estimate[list(pair), place]), "points"
        moved = found.deviation[:, pair[0], place] - found.deviation[:, pair[1], place]
        behind = float(np.min(found.clusters[list(pair), place]))
        error = float(by_cluster.spread(moved, float(len(moved)))) if behind >= 2 else float("nan")
        low, high = plain_limits(one - two, error if error > _TINY else np.nan, df=behind - 1)
        method = "cluster_jackknife" if named else "row_jackknife"
        if not paired and behind >= 2 and (found.still[list(pair), place].any() or not error > _TINY):
            sides = [tuple(getattr(found, part)[p, place] for part in ("estimate", "low", "high")) for p in pair]
            _, low, high = difference_limits(*sides)
            method, error = "from_shares", float("nan")
        low, high = np.maximum(low, -1.0), np.minimum(high, 1.0)
        yield {
            "term": term + SUFFIX, "group": group, "estimate": float(one - two), "conf_low": float(low),
            "conf_high": float(high), "n": float(found.n[list(pair), place].min()), "method": method,
            "clusters": behind if named else np.nan, "kind": kind, "df": behind - 1, "std_error": error,
            "p_value": _p_value(float(one - two), error, behind - 1),
        }  # fmt: skip


def _p_value(gap: float, error: float, df: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(gap) / error)) if error > _TINY and df >= 1 else float("nan")


def holm(made: Sequence[dict[str, Any]], *, by_term: bool = False) -> list[dict[str, Any]]:
    """The rows with p-values adjusted by Holm's method, all of them one family, or those of each term."""
    from statsmodels.stats.multitest import multipletests

    frame = pd.DataFrame(list(made))
    if "p_value" not in frame:
        return list(made)
    adjusted, family = frame["p_value"].copy(), frame["term"] if by_term else np.zeros(len(frame))
    for _, values in frame["p_value"].dropna().groupby(family):
        adjusted[values.index] = multipletests(values.to_numpy(), method="holm")[1]
    return [{**row, "p_value": float(p)} if "p_value" in row else row for row, p in zip(made, adjusted, strict=True)]
