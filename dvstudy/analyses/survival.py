"""How well a score orders cases by time to the event, where follow-up is incomplete: concordance, and AUC by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import result
from dvstudy.analyses import _frames, _scores, _times
from dvstudy.analyses._frames import Asked
from dvstudy.analyses._scores import Floats
from dvstudy.analyses._times import Times
from dvstudy.errors import Problem
from dvstudy.numbers import auc_by_day as by_day
from dvstudy.numbers import concordance as pairs_of
from dvstudy.numbers.clusters import Jackknife
from dvstudy.result import Note, Quantity, Result, not_estimable

__all__ = ["Times", "auc_by_day", "concordance"]

_CITATION: Final = (
    "Harrell, Lee and Mark 1996, Stat Med 15, 361. Wolbers et al. 2009, Epidemiology 20, 555 (competing exits)."
)
_CITATION_DAYS: Final = (
    "Blanche, Dartigues and Jacqmin-Gadda 2013, Stat Med 32, 5381. Uno, Cai, Tian and Wei 2007, JASA 102, 527."
)
_ASKED: Final = Asked("concordance", "concordance", "cluster_jackknife", _CITATION)
_ASKED_DAYS: Final = Asked("auc_by_day", "auc_by_day", "cluster_jackknife", _CITATION_DAYS, "auc_by_day")
#: Share of rows lost to follow-up above which the weights rest on few rows.
_MOSTLY_LOST: Final = 0.5


def concordance(
    frame: pd.DataFrame,
    *,
    name: str,
    score: str,
    times: Times,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """Of two cases, does the one with the higher score have the event first?

    Parameters
    ----------
    score
        Column of numbers; a higher score means sooner.
    times
        Columns of days. A case without an event is censored on its last day of follow-up, never "free of the event".
    frame, name, synthetic, cluster, instrument
        As in `discrimination.auc`.

    Returns
    -------
    Result
        Term `harrell_c`: cases that leave by an exit are censored then. Where there are exits also `c_exits_free`: they
        stay in as cases that never have the event. Frame `alternatives`: whole clusters drawn anew. `not_estimable`
        without any event, without any pair of which it is known who came first, or with a constant score.

    Raises
    ------
    CheckFailed
        For columns that are not there or not numbers; negative days; an event or exit after the end of follow-up.

    Notes
    -----
    Limits as in `partial_auc`, with the clusters of events and of all others. Checked against R
    ``survival::concordance``. C depends on who was followed how long: where follow-up is short it is mostly about early
    events, and two studies' C compare only with equal follow-up. For the chance within so many days see `auc_by_day`.
    """
    roles = _times.roles_of(score, times, cluster)
    columns = _times.columns_of(frame, name, roles)
    meta = _ASKED.meta(columns, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    made = _times.prepared(columns)
    if made.unanswerable:
        return not_estimable(name, meta, *made.notes, *made.unanswerable)
    ready = _scores.ready(made.rows, made.seen)
    ways = {"harrell_c": made.when}
    if (made.kinds == by_day.EXIT).any():
        ways["c_exits_free"] = np.where(made.kinds == by_day.EXIT, np.inf, made.when)
    rows, others = [], []
    for term, time in ways.items():
        found = pairs_of.pairs(ready.score, time, made.seen, ready.code, ready.groups)
        if not found.usable.sum():
            return not_estimable(name, meta, *made.notes, Note("no_pairs"))
        rows.append(_scores.row(term, found.without_each(), ready))
        others += _scores.bootstrap_row(term, rows[-1]["estimate"], ready, found.redrawn)
    notes = [*made.notes, *_scores.cautions(ready, rows)]
    frames = {"alternatives": result.table(others)} if others else {}
    return Result(name, result.table(rows), meta, frames, notes, _frames.status(notes))


def auc_by_day(
    frame: pd.DataFrame,
    *,
    name: str,
    score: str,
    times: Times,
    days: Sequence[float],
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """How well does the score tell those who have the event within so many days from those who do not?

    Parameters
    ----------
    days
        Days after the case, above 0, stated by the caller.
    frame, name, score, times, synthetic, cluster, instrument
        As in `concordance`.

    Returns
    -------
    Result
        Term `auc` for each day (group: the day). Controls are cases followed to that day without the event and cases
        that left before by an exit. Frame `followed`: `day`, `events` seen by then, `others` known to be free,
        `unknown` whose follow-up ended before. A day before the first event, or beyond all follow-up, has no number.

    Raises
    ------
    CheckFailed
        As `concordance`; for days that are not above 0.

    Notes
    -----
    Inverse probability of censoring weights (Kaplan-Meier, all rows alike), estimated anew without each cluster: right
    if loss of follow-up has nothing to do with score or risk, which data cannot show. Jackknife t limits on the logit
    scale. Checked against R riskRegression, a formula with ``survival::survfit``, and in simulation.
    """
    wrong = [Problem("day_range", "days", f"{day:g}") for day in days if not 0 < float(day) < np.inf]
    roles = _times.roles_of(score, times, cluster)
    columns = _times.columns_of(frame, name, roles, wrong or ([] if len(days) else [Problem("day_none", "days")]))
    options = _frames.options(roles, days=[float(day) for day in days])
    meta = _ASKED_DAYS.meta(columns, synthetic=synthetic, instrument=instrument, options=options)
    meta |= {"group_kind": "count", "rows": "day"}
    made = _times.prepared(columns)
    if made.unanswerable:
        return not_estimable(name, meta, *made.notes, *made.unanswerable)
    ready = _scores.ready(made.rows, made.seen)
    at = np.unique(np.asarray(days, float))
    found = by_day.auc(by_day.Followed(ready.score, made.when, made.kinds, ready.code, ready.groups), at)
    rows = list(_day_rows(found, at, ready))
    notes = [*made.notes, *_scores.cautions(ready, rows), *_loss(made, at)]
    if not np.isfinite(found.estimate).all():
        notes.append(Note("some_not_estimable"))
    table = result.table(rows)
    return Result(name, table, meta, {"followed": _followed(found, at, len(made.when))}, notes, _frames.status(notes))


def _day_rows(found: by_day.DayAuc, days: Floats, ready: _scores.Ready) -> Iterator[dict[str, Any]]:
    for d, day in enumerate(days):
        one = Jackknife(found.estimate[d : d + 1], found.replicates[:, d], found.std_error[d : d + 1])
        behind = int(found.behind[d])
        known = {"n": int(found.cases[d] + found.controls[d]), "count": int(found.cases[d])}
        yield _scores.row("auc", one, ready, group=f"{day:g}", behind=behind) | known


def _followed(found: by_day.DayAuc, days: Floats, rows: int) -> pd.DataFrame:
    known = found.cases + found.controls
    return pd.DataFrame({"day": days, "events": found.cases, "others": found.controls, "unknown": rows - known})


def _loss(made: _times.Prepared, days: Floats) -> list[Note]:
    """What was not followed up to the last day, and the caution where that is most."""
    lost = (made.kinds == by_day.CENSORED) & (made.when < days.max())
    if not lost.any():
        return []
    values = {"share": Quantity(float(lost.mean()), "percent", int(lost.sum())), "day": Quantity(days.max(), "count")}
    return [Note("follow_up_mostly_lost" if lost.mean() > _MOSTLY_LOST else "follow_up_weighted", values)]
