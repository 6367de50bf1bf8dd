"""What the AUC analyses share: estimate one score, rows of the result table, cautions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dvstudy.analyses import _accuracy, _frames, _scores
from dvstudy.numbers import auc_resample, clustered_auc, delong
from dvstudy.numbers.clusters import ASSUMED_ICC, design_effect, spread
from dvstudy.numbers.proportions import logit_limits, plain_limits, wilson
from dvstudy.result import ALL, Note, Quantity

_TINY = 1e-12
#: Share of the two variances below which a variance of their difference is rounding.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Found:
    """One score's AUC: DeLong (`plain`), by clusters (None when there are not two), and what limits need.

    `clusters` is the number in the data (None when no cluster was named); `rarer` the rows of the rarer kind, divided
    by their design effect.
    """

    plain: delong.Auc
    clustered: clustered_auc.ClusteredAuc | None
    clusters: int | None
    rarer: float

    @property
    def df(self) -> float:
        return np.inf if self.clustered is None else float(self.clustered.clusters - 1)

    @property
    def std_error(self) -> float:
        return self.plain.std_error if self.clustered is None else self.clustered.std_error

    @property
    def still(self) -> bool:
        """No variance to see: the two kinds of rows do not overlap, or every cluster says exactly the same."""
        return self.std_error <= _TINY


def estimate(role: str, rows: pd.DataFrame) -> Found:
    """AUC of the score in column `role` for complete rows with a `reference` and perhaps a `cluster`."""
    score, event = rows[role].to_numpy(), rows["reference"].to_numpy(bool)
    code, clusters = _accuracy.cluster_codes(rows)
    several = clusters is not None and clusters > 1
    kinds = [code[event], code[~event]]
    rarer = min((np.bincount(kind) if several else np.ones(len(kind)) for kind in kinds), key=np.sum)
    return Found(
        plain=delong.auc(score, event),
        clustered=clustered_auc.auc(score, event, code, clusters) if clusters is not None and several else None,
        clusters=clusters,
        rarer=float(rarer.sum() / design_effect(rarer)),
    )


def row(found: Found) -> dict[str, Any]:
    """The row of the default method."""
    method = "delong_logit" if found.clustered is None else "cluster_jackknife"
    return _row(found, method, found.std_error, found.df, on_logit=True)


def other_rows(found: Found) -> list[dict[str, Any]]:
    """Rows of the other methods."""
    rows = [
        _row(found, "delong", found.plain.std_error, np.inf, on_logit=False),
        _row(found, "delong_logit", found.plain.std_error, np.inf, on_logit=True),
    ]
    if found.clustered is not None:
        rows.append(_row(found, "obuchowski", found.clustered.obuchowski, found.df, on_logit=True))
    return rows


def redrawn(rows: pd.DataFrame, *roles: str) -> list[dict[str, Any]]:
    """The AUC of one column, or of the first minus that of the second, over whole clusters drawn anew."""
    event = rows["reference"].to_numpy(bool)
    of = _scores.ready(rows.assign(score=rows[roles[0]]), event)
    scores = [rows[role].to_numpy() for role in roles]
    signs = (1.0, -1.0)[: len(roles)]
    estimate = sum(sign * delong.auc(score, event).estimate for sign, score in zip(signs, scores, strict=True))
    return _scores.bootstrap_row(
        "auc" if len(roles) == 1 else "auc_difference",
        estimate,
        of,
        lambda times: sum(  # type: ignore[arg-type,return-value]
            sign * auc_resample.replicates(score, event, of.code, times)
            for sign, score in zip(signs, scores, strict=True)
        ),
    )


def paired_delong(rows: pd.DataFrame) -> dict[str, Any]:
    """The difference `first` minus `second` by DeLong's paired method."""
    event = rows["reference"].to_numpy(bool)
    both = delong.pair(rows["first"].to_numpy(), rows["second"].to_numpy(), event)
    gap = float(both.estimates[0] - both.estimates[1])
    apart = both.covariance[0, 0] + both.covariance[1, 1]
    variance = apart - 2 * both.covariance[0, 1]
    seen = variance if np.isnan(variance) or variance > ROUNDING * apart else 0.0
    return difference(gap, float(np.sqrt(seen)), np.inf, "delong", len(rows))


def paired_jackknife(one: Found, two: Found) -> dict[str, Any] | None:
    """The difference by the jackknife over clusters; None when there are not two clusters."""
    if one.clustered is None or two.clustered is None:
        return None
    gap = one.plain.estimate - two.plain.estimate
    error = np.nan
    if one.clustered.clusters > 1:
        moved = one.clustered.replicates - two.clustered.replicates - gap
        error = float(spread(moved, len(moved)))
    rows = one.plain.events + one.plain.others
    return difference(gap, error, one.df, "cluster_jackknife", rows) | {"clusters": one.clustered.clusters}


def cautions(found: Found) -> list[Note]:
    """Notes on few clusters, few events, and limits that are missing or rest on an assumption."""
    behind = None if found.clustered is None else found.clustered.clusters
    notes = [*_frames.cluster_notes(found.clusters, behind), *_accuracy.event_cautions(found.plain.events)]
    if np.isnan(found.std_error):
        notes.append(Note("no_interval"))
    elif found.still:
        notes.append(Note("auc_at_limit", {"icc": Quantity(ASSUMED_ICC, "number")}))
    return notes


def never_varies(difference: dict[str, Any]) -> list[Note]:
    """The note on a difference that shows no spread, and so has no limits."""
    return [Note("auc_difference_still")] if difference["std_error"] <= _TINY else []


def _row(found: Found, method: str, error: float, df: float, *, on_logit: bool) -> dict[str, Any]:
    value = found.plain.estimate
    if error <= _TINY:
        low, high = wilson(value * found.rarer, found.rarer, df=df)
        method = "wilson_design_effect"
    else:
        low, high = (logit_limits if on_logit else plain_limits)(value, error, df=df)
    return {
        "term": "auc",
        "group": ALL,
        "estimate": value,
        "conf_low": float(low),
        "conf_high": float(high),
        "n": found.plain.events + found.plain.others,
        "method": method,
        "count": found.plain.events,
        "clusters": np.nan if found.clustered is None or np.isinf(df) else found.clustered.clusters,
        "kind": "number",
        "df": df if np.isfinite(df) else np.nan,
        "std_error": error,
    }


def difference(gap: float, error: float, df: float, method: str, n: int) -> dict[str, Any]:
    """A row for a difference of two areas, with a t (normal where `df` is infinite) p-value."""
    from scipy.special import ndtr, stdtr

    seen = error if error > _TINY else np.nan
    low, high = plain_limits(gap, seen, df=df)
    size = np.abs(gap) / seen
    tail = ndtr(-size) if np.isinf(df) else stdtr(df, -size)
    return {
        "term": "auc_difference",
        "group": ALL,
        "estimate": gap,
        "conf_low": float(low),
        "conf_high": float(high),
        "n": n,
        "method": method,
        "clusters": np.nan,
        "kind": "number",
        "p_value": float(2 * tail),
        "df": df if np.isfinite(df) else np.nan,
        "std_error": error,
    }
