"""What a positive and a negative form would mean where the event is more, or less, common than in these data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import Problem, Problems
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import two_by_two
from dvstudy.numbers.proportions import logit_limits
from dvstudy.result import Note, Result, not_estimable

Floats = NDArray[np.float64]
#: An estimate and its limits.
Limited = tuple[float, float, float]

_ASKED: Final = Asked(
    "at_prevalence",
    "at_prevalence",
    "cluster_jackknife",
    "Bayes's theorem. Likelihood ratios: Simel, Samsa and Matchar 1991, J Clin Epidemiol 44, 763. Natural frequencies: "
    "Gigerenzer and Hoffrage 1995, Psychol Rev 102, 684.",
    "natural_frequencies",
)
_SE, _SP = (two_by_two.SHARES.index(term) for term in ("sensitivity", "specificity"))


def at_prevalence(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    reference: Source,
    prevalences: Sequence[float],
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """Of 1,000 cases, how many would the form flag rightly, wrongly and not at all, were the event this common?

    Parameters
    ----------
    prevalences
        Shares of cases with the event, above 0 and below 1, stated by the caller; taken as exact.
    frame, name, test, reference, synthetic, cluster, instrument
        As in `accuracy`.

    Returns
    -------
    Result
        For every prevalence (group: the share) `ppv`, `npv`, `flagged`, and of 1,000 cases `found` (flagged, with the
        event), `missed` (not flagged, with it), `false_alarms` (flagged, without it) and `rightly_passed` (neither).

    Raises
    ------
    CheckFailed
        For columns that are not there or not true/false, and for every prevalence outside 0 to 1.

    Notes
    -----
    ``logit PPV = logit(prevalence) + log LR+``, ``logit(1 - NPV) = logit(prevalence) + log LR-``: the limits are those
    of the likelihood ratios, carried over. Flagged: jackknife t limits of ``prevalence * Se + (1 - prevalence) * (1 -
    Sp)``. Valid only where sensitivity and specificity stay what they are when the event is more common, which seldom
    holds for people of another kind (spectrum effect). Checked against R (epiR) and by recomputing from tables.
    """
    _check_prevalences(prevalences, name)
    roles = {"test": test, "reference": reference, "cluster": cluster}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "test", "reference")
    options = _frames.options(roles, prevalences=[float(p) for p in prevalences])
    meta = {
        **_ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=options),
        "group_kind": "percent",
    }
    kept = _frames.complete(picked)
    unanswerable = _accuracy.cannot_answer(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    cells, clusters = _accuracy.cells(kept.frame)
    found = _accuracy.estimate(cells[:, None, :], clusters)
    notes = [*kept.notes, *_accuracy.cautions(found, clusters), Note("same_accuracy_elsewhere")]
    rows = [row for p in prevalences for row in _rows(found, float(p))]
    behind = _accuracy.counts(np.tile(cells.sum(axis=0), (len(prevalences), 1)), [f"{p:g}" for p in prevalences])
    return Result(name, result.table(rows), meta, {"counts": behind}, notes, _frames.status(notes))


def _check_prevalences(prevalences: Sequence[float], name: str) -> None:
    problems = Problems(name)
    problems.extend(Problem("prevalence_range", "prevalences", str(p)) for p in prevalences if not 0 < float(p) < 1)
    if not len(prevalences):
        problems.add(Problem("prevalence_none", "prevalences", ""))
    problems.stop()


def _rows(found: two_by_two.Accuracy, p: float) -> Iterator[dict[str, Any]]:
    by_row = not len(found.deviation)
    method = "log_ratio" if by_row else "cluster_jackknife"
    shared = {"group": f"{p:g}", "n": float(found.n[0, two_by_two.SHARES.index("flagged")])}
    se, sp = _share(found, _SE), _share(found, _SP)
    clusters = float(found.clusters[0, two_by_two.TERMS.index("youden")])
    for term, (value, low, high), kind in (
        ("ppv", _after(found, "lr_positive", p), "percent"),
        ("npv", _opposite(_after(found, "lr_negative", p), 1.0), "percent"),
        ("flagged", _flagged(found, p), "percent"),
        ("found", _scaled(se, p), "of_1000"),
        ("missed", _opposite(_scaled(se, p), p), "of_1000"),
        ("false_alarms", _opposite(_scaled(sp, 1 - p), 1 - p), "of_1000"),
        ("rightly_passed", _scaled(sp, 1 - p), "of_1000"),
    ):
        ends = {"estimate": value, "conf_low": low, "conf_high": high}
        yield {"term": term, **shared, **ends, "method": method, "clusters": clusters, "kind": kind}


def _share(found: two_by_two.Accuracy, place: int) -> Limited:
    return float(found.estimate[0, place]), float(found.low[0, place]), float(found.high[0, place])


def _after(found: two_by_two.Accuracy, ratio: str, p: float) -> Limited:
    """Probability of the event after a form with this likelihood ratio."""
    place = two_by_two.TERMS.index(ratio)
    with np.errstate(divide="ignore"):
        value, low, high = (float(expit(logit(p) + np.log(v))) for v in _share(found, place))
    return value, low, high


def _flagged(found: two_by_two.Accuracy, p: float) -> Limited:
    (se, se_low, se_high), (sp, sp_low, sp_high) = _share(found, _SE), _share(found, _SP)
    value = p * se + (1 - p) * (1 - sp)
    if not len(found.deviation) or found.still[0, [_SE, _SP]].any():
        half = [np.hypot(p * (se - a), (1 - p) * (b - sp)) for a, b in ((se_low, sp_high), (se_high, sp_low))]
        return value, value - half[0], value + half[1]
    moved = p * found.deviation[:, 0, _SE] - (1 - p) * found.deviation[:, 0, _SP]
    behind = found.clusters[0, two_by_two.TERMS.index("youden")]
    error = by_cluster.spread(moved, float(len(moved)))
    low, high = logit_limits(value, error, df=behind - 1)
    return value, float(low), float(high)


def _scaled(share: Limited, size: float) -> Limited:
    value, low, high = share
    return size * value, size * low, size * high


def _opposite(share: Limited, whole: float) -> Limited:
    value, low, high = share
    return whole - value, whole - high, whole - low
