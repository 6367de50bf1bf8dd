"""Of those flagged, how many have the event: precision at every recall, and average precision."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dvstudy import result
from dvstudy.analyses import _frames, _scores
from dvstudy.analyses._frames import Asked, Source
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import score_counts
from dvstudy.numbers.precision_recall import average_precision, prevalence
from dvstudy.numbers.proportions import wilson
from dvstudy.result import Result, not_estimable

_ASKED: Final = Asked(
    "precision_recall",
    "average_precision",
    "cluster_jackknife",
    "Davis and Goadrich 2006, Proc 23rd ICML, 233. Saito and Rehmsmeier 2015, PLoS ONE 10, e0118432. Jackknife over "
    "clusters: MacKinnon, Nielsen and Webb 2023, J Appl Econom 38, 671.",
    "precision_recall",
)
#: Thresholds that a curve of many keeps.
_SHOWN: Final = 200


def precision_recall(
    frame: pd.DataFrame,
    *,
    name: str,
    score: str,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """Of the forms flagged, what share is followed by the event, at every share of the events that is found?

    Parameters
    ----------
    frame, name, score, reference, synthetic, cluster, instrument
        As in `discrimination.auc`.

    Returns
    -------
    Result
        Terms `average_precision` and `prevalence` (the average precision of a score that says nothing). Frames: `curve`
        (`threshold`, `recall`, `precision`, `precision_low`, `precision_high`, limits of one threshold at a time;
        `flagged`, `true_positive`, `false_positive`), `alternatives` (whole clusters drawn anew). `not_estimable` as
        `auc`.

    Raises
    ------
    CheckFailed
        As `auc`.

    Notes
    -----
    ``sum over thresholds of (recall gained) x precision``; rows of equal score are flagged together and precision is
    held, not joined by straight lines. Limits as in `partial_auc`; those of the curve as of any share. Checked against
    scikit-learn, R and in simulation. Average precision rises and falls with the prevalence: never
    compare it across groups or places of different prevalence; the AUC can be.
    """
    roles: dict[str, Source | None] = {"score": score, "reference": reference, "cluster": cluster}
    picked = _scores.picked(frame, name, roles)
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked)
    unanswerable = _scores.cannot_rank(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    ready = _scores.ready(kept.frame, kept.frame["reference"].to_numpy(bool))
    counts = ready.counts
    found = _scores.row("average_precision", score_counts.without_each(counts, average_precision), ready)
    common = _scores.row("prevalence", score_counts.without_each(counts, prevalence), ready) | {"kind": "percent"}
    others = _scores.redrawn_row("average_precision", found["estimate"], ready, counts, average_precision)
    frames = {"curve": _curve(counts, clustered=ready.by_cluster)}
    if others:
        frames["alternatives"] = result.table(others)
    notes = [*kept.notes, *_scores.cautions(ready, [found, common])]
    return Result(name, result.table([found, common]), meta, frames, notes, _frames.status(notes))


def _curve(counts: score_counts.ScoreCounts, *, clustered: bool) -> pd.DataFrame:
    """Every threshold (a couple of hundred of a score with more), from the highest down."""
    values = len(counts.scores)
    watched = np.unique(np.linspace(0, values - 1, min(values, _SHOWN)).astype(int))
    found, false = (score_counts.at_or_above(table, watched) for table in (counts.events, counts.others))
    shares = by_cluster.ratios(found, found + false)
    low, high, _ = by_cluster.share_limits(shares) if clustered else (*wilson(shares.numerator, shares.denominator), 0)
    return pd.DataFrame(
        {
            "threshold": counts.scores[watched],
            "recall": shares.numerator / found[:, -1].sum(),
            "precision": shares.estimate,
            "precision_low": low,
            "precision_high": high,
            "flagged": shares.denominator / shares.denominator[-1],
            "true_positive": shares.numerator,
            "false_positive": shares.denominator - shares.numerator,
        }
    )
