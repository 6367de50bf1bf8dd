"""Other scores beside the legal rule, on the same cases and with the same workload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _differences, _frames, _risks
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import Problem, Problems
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import matched_share, score_counts, two_by_two
from dvstudy.numbers.proportions import logit_limits
from dvstudy.result import Note, Result, not_estimable

Floats = NDArray[np.float64]

_ASKED: Final = Asked(
    "contenders",
    "contenders",
    "cluster_jackknife",
    "Same workload: Pepe 2003, The statistical evaluation of medical tests, section 4.3. Jackknife: MacKinnon, Nielsen "
    "and Webb 2023, J Appl Econom 38, 671. Holm 1979, Scand J Stat 6, 65.",
    "estimates",
)
_TERMS: Final = ("sensitivity", "specificity", "flagged")
_SHARES: Final = len(two_by_two.SHARES)
_TINY: Final = 1e-12


def contenders(
    frame: pd.DataFrame,
    *,
    name: str,
    rule: str,
    scores: Sequence[str],
    verdicts: Sequence[str] = (),
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
) -> Result:
    """Would another score find more of the cases than the rule, with as many forms flagged?

    Parameters
    ----------
    frame
        One row a form. Only rows on which the rule, every score and every verdict are known are compared.
    name
        Name of the result.
    rule
        True/false column: the rule in force flags the form. Its share flagged is the workload that scores are held to.
    scores
        Columns of numbers, higher for more risk. Fitted ones must be out of fold (see `fitted_scores`).
    verdicts
        True/false columns that are compared as they stand, with the workload that they make.
    reference
        True/false column, or ``Event("column", "value")``: the event happened.
    synthetic
        Whether the rows are synthetic; stated, never guessed.
    cluster
        Column of station ids. None deals rows into groups and says so in a note.

    Returns
    -------
    Result
        Groups are the columns. `sensitivity_difference` and `specificity_difference` against the rule, for verdicts
        also `flagged_difference` (paired, p-values by Holm within a term). Frame `alternatives`: `sensitivity`,
        `specificity` and `flagged` of each; frame `counts`: 2x2 counts.

    Raises
    ------
    CheckFailed
        For columns that are not there or hold the wrong kind of value, and scores that are missing throughout.

    Notes
    -----
    A score flags the share that the rule flags; where the cut falls inside a group of equal scores, the part that is
    still wanted of them is flagged (the straight line between two points of the ROC curve). Without each station both
    the share and the cut are set anew. Checked against a loop in R. Not for choosing a score: with
    several contenders the best of them looks better than it is.
    """
    roles: dict[str, Source | None] = {"reference": reference, "cluster": cluster, "test": rule}
    roles |= {f"score {s}": s for s in scores} | {f"verdict {v}": v for v in verdicts}
    picked = _checked(frame, name, roles)
    meta = _ASKED.meta(picked, synthetic=synthetic, options=_frames.options(roles))
    kept, _ = _risks.common_rows(picked, [r for r in roles if r.startswith(("score ", "verdict "))])
    unanswerable = _accuracy.cannot_answer(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    code, clusters = _accuracy.cluster_codes(kept.frame)
    units = clusters or 0
    if units < 2:
        code, units = score_counts.dealt(len(kept.frame))
    found, total = _found(kept.frame, code, units, scores, verdicts)
    tests = [rule, *scores, *verdicts]
    rows: list[dict[str, Any]] = []
    for place in range(1, len(tests)):
        terms = _TERMS if place > len(scores) else _TERMS[:2]
        asked: dict[str, Any] = {"group": tests[place], "paired": True, "named": (clusters or 0) > 1}
        rows += _differences.rows(found, (place, 0), terms, **asked)
    frames = {
        "alternatives": result.table([r for r in _accuracy.rows(found, tests) if r["term"] in _TERMS]),
        "counts": _accuracy.counts(total.round(), tests),
    }
    notes = [*kept.notes, *_accuracy.cautions(two_by_two.at(found, 0), clusters)]
    table = result.table(_differences.holm(rows, by_term=True))
    if (table["std_error"] <= _TINY).any():
        notes.append(Note("difference_still"))
    return Result(name, table, meta, frames, notes, _frames.status(notes))


def _checked(frame: pd.DataFrame, name: str, roles: dict[str, Source | None]) -> pd.DataFrame:
    found = Problems(name)
    picked = _frames.pick(frame, name, roles)
    columns = [str(r) for r in picked]
    numbers = [r for r in columns if r.startswith("score ")]
    flags = ["reference", "test", *(r for r in columns if r.startswith("verdict "))]
    made = found.kept(lambda: _frames.flags(picked, name, *flags))
    found.kept(lambda: _frames.numbers(picked, name, *numbers))
    found.extend(Problem("score_missing", r) for r in numbers if len(picked) and picked[r].isna().all())
    found.stop()
    return picked if made is None else made


def _found(
    rows: pd.DataFrame, code: NDArray[np.intp], units: int, scores: Sequence[str], verdicts: Sequence[str]
) -> tuple[two_by_two.Accuracy, Floats]:
    """Accuracy and counts of the rule, the scores, the verdicts, in this order; cuts set anew without each cluster."""
    event, rule = rows["reference"].to_numpy(bool), rows["test"].to_numpy(bool)
    cells, without = [], []
    for column in ["test", *(f"score {s}" for s in scores), *(f"verdict {v}" for v in verdicts)]:
        score = rows[column].to_numpy(float)
        if column.startswith("score "):
            made = matched_share.matched(score, rule, event, code, units)
        else:
            flag = np.where(score > 0, np.where(event, 0, 1), np.where(event, 2, 3)).astype(np.intp)
            own = by_cluster.tabulate(code, flag, clusters=units, cells=4)
            made = matched_share.Matched(own, own.sum(axis=0) - own)
        cells.append(made.cells)
        without.append(made.without)
    counts = np.stack(cells, axis=1)
    fixed = two_by_two.clustered(counts)
    with np.errstate(invalid="ignore"):  # a likelihood ratio may be infinite
        moved = np.nan_to_num(two_by_two.measures(np.stack(without, axis=1)) - fixed.estimate)
    behind = fixed.clusters[..., :_SHARES]
    error = by_cluster.spread(moved[..., :_SHARES], behind)
    low, high = logit_limits(fixed.estimate[..., :_SHARES], error, df=behind - 1)
    keep = fixed.still[..., :_SHARES] | (error <= _TINY)
    return replace(
        fixed,
        low=_with(fixed.low, low, keep),
        high=_with(fixed.high, high, keep),
        std_error=_with(fixed.std_error, error, keep),
        deviation=moved,
    ), counts.sum(axis=0)


def _with(values: Floats, shares: Floats, keep: NDArray[np.bool_]) -> Floats:
    """`values` (..., 11) with those of the shares replaced, except where `keep`."""
    made = values.copy()
    made[..., :_SHARES] = np.where(keep, made[..., :_SHARES], shares)
    return made
