"""What the analyses of time to the event share: columns of days, checked, and what came first in each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _frames, _scores
from dvstudy.errors import Problem, Problems
from dvstudy.numbers import auc_by_day as by_day
from dvstudy.result import Note

Floats = NDArray[np.float64]

_DAYS: Final = ["followed", "event_day", "exit_day"]


@dataclass(frozen=True)
class Times:
    """Columns of days since the case: `followed` until when it was followed; `event` on which the event was seen, empty
    where it was not; `exit` on which a competing exit came (moved away, detained, died), empty where none did."""

    followed: str
    event: str
    exit: str | None = None


@dataclass(frozen=True)
class Prepared:
    """Rows that count, the day of what came first and its kind, notes, and why they cannot answer if they cannot."""

    rows: pd.DataFrame
    when: Floats
    kinds: NDArray[np.int_]
    notes: list[Note]
    unanswerable: list[Note]

    @property
    def seen(self) -> NDArray[np.bool_]:
        return np.asarray(self.kinds == by_day.EVENT)


def roles_of(score: str, times: Times, cluster: str | None) -> dict[str, _frames.Source | None]:
    days = {"followed": times.followed, "event_day": times.event, "exit_day": times.exit}
    return {"score": score, **days, "cluster": cluster}


def columns_of(
    frame: pd.DataFrame, name: str, roles: dict[str, _frames.Source | None], problems: Sequence[Problem] = ()
) -> pd.DataFrame:
    """Columns by role, checked all at once: numbers, no negative days, nothing after the end of follow-up."""
    picked = _frames.pick(frame, name, roles)
    days = [role for role in _DAYS if role in picked]
    found = Problems(name)
    found.extend(problems)
    if found.kept(lambda: _frames.numbers(picked, name, "score", *days)) is not None:
        for role in days:
            for code, wrong in (
                ("day_negative", picked[role] < 0),
                ("day_after_follow_up", picked[role] > picked["followed"]),
            ):
                where = picked.index[wrong.fillna(False).to_numpy(bool)]
                if len(where):
                    found.add(Problem(code, role, str(where[0]), values=(("rows", len(where)),)))
    found.stop()
    return picked


def prepared(columns: pd.DataFrame) -> Prepared:
    """Rows with a score, an end of follow-up and a cluster; what came first, and when: the event before an exit of the
    same day, both before the end of follow-up."""
    columns = columns.reset_index(drop=True)
    kept = _frames.complete(columns.drop(columns=[role for role in _DAYS[1:] if role in columns]))
    days = columns.loc[kept.frame.index].reindex(columns=_DAYS).astype("float64")
    followed, event, left = days.fillna(np.inf).to_numpy().T
    kinds = np.where(
        np.isfinite(event) & (event <= left), by_day.EVENT, np.where(np.isfinite(left), by_day.EXIT, by_day.CENSORED)
    )
    when = np.minimum(np.minimum(event, left), followed)
    unanswerable = _scores.cannot_rank(kept.frame.assign(reference=kinds == by_day.EVENT))
    return Prepared(kept.frame, when, kinds, kept.notes, unanswerable)
