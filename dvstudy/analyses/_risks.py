"""What the analyses of stated risks share: checks that a risk is a risk, and rows on which every tool is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _accuracy, _frames
from dvstudy.analyses._frames import Source
from dvstudy.errors import Problem, Problems
from dvstudy.result import Note, Quantity

Floats = NDArray[np.float64]

#: Independent rows are dealt into so many groups, which are then left out in turn.
GROUPS: Final = 50


def prepared(
    frame: pd.DataFrame,
    name: str,
    roles: Mapping[str, Source | None],
    *,
    risks: Sequence[str],
    rules: bool = False,
    others: Iterable[Problem] = (),
) -> pd.DataFrame:
    """The columns of `roles`; `risks` are the roles that must hold risks (or, with `rules`, true/false).

    Raises
    ------
    CheckFailed
        With every fault at once, `others` among them.
    """
    found = Problems(name)
    found.extend(others)
    picked = found.kept(lambda: _frames.pick(frame, name, roles))
    if picked is None:
        found.stop()
        raise AssertionError  # a frame that was not picked has left its faults
    columns = picked
    flagged = found.kept(lambda: _frames.flags(columns, name, "reference"))
    for role in risks:
        found.extend(_faults(columns[role], str(roles[role]), rules=rules))
    found.stop()
    return columns if flagged is None else flagged


def _faults(values: pd.Series, column: str, *, rules: bool) -> list[Problem]:
    if pd.api.types.is_bool_dtype(values.dtype):
        return [] if rules else [Problem("risk_is_rule", column)]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return [Problem("frame_not_number", column, str(values.dtype))]
    known = values.dropna().astype("float64")
    outside = known[(known < 0) | (known > 1)]
    if len(known) and (known % 1 == 0).all():
        return [Problem("risk_is_score", column, f"{known.max():g}")]
    return [Problem("risk_range", column, f"{outside.iloc[0]:g}")] if len(outside) else []


def threshold_faults(values: Iterable[float], place: str) -> list[Problem]:
    """Thresholds that are no probability strictly between 0 and 1, the first of them."""
    wrong = [v for v in values if not 0 < v < 1]
    return [Problem("threshold_range", place, f"{wrong[0]:g}")] if wrong else []


def common_rows(picked: pd.DataFrame, tools: Sequence[str]) -> tuple[_frames.Complete, pd.DataFrame]:
    """Rows on which outcome, cluster and every tool are known, and the rows left out for want of a tool only."""
    sure = _frames.complete(picked[[c for c in picked.columns if c not in tools]])
    rows = picked[picked[sure.frame.columns].notna().all(axis=1).to_numpy()]
    lacking = rows[list(tools)].isna().any(axis=1)
    n, total = int(lacking.sum()), Quantity(len(picked), "count", len(picked))
    lost = [Note("dropped_tools", {"n": Quantity(n, "count", n), "total": total})] if n else []
    return _frames.Complete(rows[~lacking], [*sure.notes, *lost]), rows[lacking]


def groups(rows: pd.DataFrame, risk: Floats) -> tuple[NDArray[np.intp], int, int | None]:
    """Codes of what is left out in turn, how many, and the clusters (None when none was named).

    Without two clusters, rows are dealt into groups at random, whatever their order.
    """
    code, clusters = _accuracy.cluster_codes(rows)
    if clusters is not None and clusters > 1:
        return code, clusters, clusters
    number = min(len(rows), GROUPS)
    order = np.lexsort((rows["reference"].to_numpy(bool), risk))
    dealt = np.empty(len(rows), np.intp)
    dealt[order] = np.random.default_rng(0).permutation(np.arange(len(rows)) % number)
    return dealt, number, clusters
