"""How often a yes/no form is right: sensitivity, specificity, predictive values, likelihood ratios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _accuracy, _frames
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import CheckFailed, Problem
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import two_by_two
from dvstudy.result import ALL, Note, Result, not_estimable

Floats = NDArray[np.float64]

_CITATION: Final = (
    "Jackknife over clusters: MacKinnon, Nielsen and Webb 2023, J Appl Econom 38, 671. Wilson 1927, J Am Stat Assoc "
    "22, 209. Newcombe 1998, Stat Med 17, 873. STARD 2015, BMJ 351, h5527."
)
_ASKED: Final = Asked("accuracy", "accuracy", "cluster_jackknife", _CITATION, "estimates")
_ASKED_LEVELS: Final = Asked("accuracy_at_levels", "accuracy", "cluster_jackknife", _CITATION, "estimates")


def accuracy(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    group: str | None = None,
    instrument: str | None = None,
) -> Result:
    """How often is the form positive when the event happens, and negative when it does not?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name of the result.
    test, reference
        True/false columns: the form is positive; the event happened. Or ``Event("column", "value")``.
    synthetic
        Whether the rows are synthetic; stated, never guessed.
    cluster
        Column of station (or rater) ids. None treats rows as independent and says so in a note.
    group
        Column to report by; the rows of all groups together come first, as group ``all``.
    instrument
        Id of the instrument, for labels.

    Returns
    -------
    Result
        Terms `sensitivity`, `specificity`, `ppv`, `npv`, `flagged`, `prevalence`, `accuracy`, `lr_positive`,
        `lr_negative`, `youden`, `diagnostic_odds_ratio` a group; extra columns `count`, `clusters`, `kind`, `df`,
        `std_error`. Frames: `alternatives` (the shares by Wilson, Clopper-Pearson, and with clusters linearised
        variance and cluster bootstrap), `counts` (2x2 a group). Rows with a missing cell are left out and counted in
        notes. What cannot be estimated is NaN with a note, never 0.

    Raises
    ------
    CheckFailed
        For columns that are not there or do not hold true/false.

    Notes
    -----
    Default limits: leave-one-cluster-out jackknife, t on (clusters with such cases - 1), logit scale for shares. With
    20 stations they cover about 95 % where binomial limits cover 65 to 85 %. Bootstrap: 2,000 draws of whole clusters
    (seed 0), percentiles. Checked against R (epiR, prop.test,
    binom.test, clubSandwich) and in simulation. Not for verified subsamples (partial verification biases every term),
    nor for a rule chosen on the same rows: see `rule_surface`.
    """
    roles = {"test": test, "reference": reference, "cluster": cluster, "group": group}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "test", "reference")
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked)
    rows = kept.frame
    if not len(rows):
        return not_estimable(name, meta, *kept.notes, Note("no_rows"))
    groups, group_code = _groups(rows)
    code, clusters = _accuracy.cluster_codes(rows)
    cell = _accuracy.cell_codes(rows)
    cells = by_cluster.tabulate(
        code, group_code * 4 + cell, clusters=clusters or 1, cells=4 * max(len(groups), 1)
    ).reshape(clusters or 1, -1, 4)
    every = cells.sum(axis=1, keepdims=True)
    stacked = np.concatenate([every, cells], axis=1) if groups else every
    return _build(name, meta, kept, stacked, [ALL, *groups])


def accuracy_at_levels(
    frame: pd.DataFrame,
    *,
    name: str,
    level: str,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """What would each risk level do as a cut point, and what does each level say about the risk?

    Parameters
    ----------
    level
        Column of an ordered categorical, lowest level first.
    frame, name, reference, synthetic, cluster, instrument
        As in `accuracy`.

    Returns
    -------
    Result
        As `accuracy`; the group is the level at or above which a form counts as positive (every level but the
        lowest). Frame `strata`: `level`, `n`, `events`, `risk` with limits (share of events at that level),
        `likelihood_ratio` with limits (share of that level among events over its share among the others); and
        `alternatives`, `counts`.

    Raises
    ------
    CheckFailed
        For columns that are not there, a level that is not an ordered categorical, a reference that is not true/false.

    Notes
    -----
    Limits as in `accuracy`. Stratum-specific likelihood ratios: Peirce and Cornell 1993, Med Decis Making 13, 141.
    """
    roles = {"level": level, "reference": reference, "cluster": cluster}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "reference")
    levels = _levels(picked, name)
    meta = _ASKED_LEVELS.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked)
    rows = kept.frame
    if not len(rows):
        return not_estimable(name, meta, *kept.notes, Note("no_rows"))
    code, clusters = _accuracy.cluster_codes(rows)
    place = rows["level"].cat.codes.to_numpy().astype(np.intp) * 2 + rows["reference"].to_numpy(bool)
    strata = by_cluster.tabulate(code, place, clusters=clusters or 1, cells=2 * len(levels))
    strata = strata.reshape(clusters or 1, len(levels), 2)
    reached = strata[:, ::-1].cumsum(axis=1)[:, ::-1]
    built = _build(name, meta, kept, _against_rest(reached, strata.sum(axis=1))[:, 1:], levels[1:])
    frames = {**built.frames, "strata": _strata(_against_rest(strata, strata.sum(axis=1)), levels, clusters)}
    return Result(name, built.table, meta, frames, built.notes, built.status)


def _build(name: str, meta: dict[str, object], kept: _frames.Complete, cells: Floats, groups: Sequence[str]) -> Result:
    """The result from (K, groups, 4) counts."""
    clusters = _accuracy.cluster_codes(kept.frame)[1]
    found = _accuracy.estimate(cells, clusters)
    unanswerable = _accuracy.cannot_answer(kept.frame)
    notes = [*kept.notes, *unanswerable, *_accuracy.cautions(found, clusters)]
    frames = {
        "alternatives": _accuracy.alternatives(cells, found, groups),
        "counts": _accuracy.counts(cells.sum(axis=0), groups),
    }
    status = "not_estimable" if unanswerable else _frames.status(notes)
    return Result(name, _accuracy.table(found, groups), meta, frames, notes, status)


def _strata(cells: Floats, levels: Sequence[str], clusters: int | None) -> pd.DataFrame:
    """Risk and likelihood ratio of each level, from (K, levels, 4) counts of "at this level" against the rest."""
    found = _accuracy.estimate(cells, clusters)
    risk, ratio = two_by_two.TERMS.index("ppv"), two_by_two.TERMS.index("lr_positive")
    return pd.DataFrame(
        {
            "level": list(levels),
            "n": found.n[:, risk],
            "events": found.count[:, risk],
            "risk": found.estimate[:, risk],
            "risk_low": found.low[:, risk],
            "risk_high": found.high[:, risk],
            "likelihood_ratio": found.estimate[:, ratio],
            "likelihood_ratio_low": found.low[:, ratio],
            "likelihood_ratio_high": found.high[:, ratio],
        }
    )


def _against_rest(inside: Floats, total: Floats) -> Floats:
    """(K, levels, 4) 2x2 counts from rows without and with the event: (K, levels, 2) inside, (K, 2) in all."""
    rest = total[:, None, :] - inside
    return np.stack([inside[..., 1], inside[..., 0], rest[..., 1], rest[..., 0]], axis=-1)


def _groups(rows: pd.DataFrame) -> tuple[list[str], NDArray[np.intp]]:
    """Names of the groups, declared ones without rows too, and each row's place among them."""
    if "group" not in rows:
        return [], np.zeros(len(rows), np.intp)
    named = rows["group"].astype("category")
    return [str(c) for c in named.cat.categories], named.cat.codes.to_numpy().astype(np.intp)


def _levels(picked: pd.DataFrame, name: str) -> list[str]:
    kind = picked["level"].dtype
    if not isinstance(kind, pd.CategoricalDtype) or not kind.ordered or len(kind.categories) < 2:
        raise CheckFailed(name, [Problem("frame_not_ordered", "level", str(kind))])
    return [str(c) for c in kind.categories]
