"""What analyses of hidden outcomes share: the check of all columns at once, covariates as a design, jackknife rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _frames
from dvstudy.analyses._frames import Source
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.numbers import two_by_two
from dvstudy.numbers.clusters import spread
from dvstudy.numbers.proportions import logit_limits, plain_limits
from dvstudy.result import Kind, Note

Floats = NDArray[np.float64]
#: Groups into which rows without a cluster are dealt for the jackknife.
GROUPS: Final = 50
#: A covariate with more categories than this is no group of people but an id.
_MOST_LEVELS: Final = 20
_TINY: Final = 1e-12


def checked(
    frame: pd.DataFrame,
    name: str,
    roles: Mapping[str, Source | None],
    *,
    flags: Sequence[str] = (),
    numbers: Sequence[str] = (),
    covariates: Sequence[str] = (),
    problems: Sequence[Problem] = (),
) -> pd.DataFrame:
    """The columns by role, and each covariate under ``covariate <column>``, rows numbered from 0.

    Raises
    ------
    CheckFailed
        Listing every fault of all of them at once.
    """
    found = Problems(name)
    found.extend(problems)
    parts = []
    for role, source in [*roles.items(), *((f"covariate {c}", c) for c in covariates)]:
        if source is None:
            continue
        try:
            part = _frames.pick(frame, name, {role: source})
            part = _frames.flags(part, name, role) if role in flags else part
            part = _frames.numbers(part, name, role) if role in numbers else part
            parts.append(part)
        except CheckFailed as faulty:
            found.extend(faulty.problems)
            continue
        if role.startswith("covariate") and _text(part[role]) and part[role].nunique() > _MOST_LEVELS:
            found.add(Problem("covariate_levels", role, str(part[role].nunique())))
    found.stop()
    return pd.concat(parts, axis=1).reset_index(drop=True)


def design(columns: pd.DataFrame) -> Floats:
    """(n, p) covariates as numbers: true/false as 1 and 0, numbers with their square, categories one column a level but
    the first. A missing category is a level of its own; a missing number stays missing."""
    parts: list[NDArray[Any]] = []
    for name in columns:
        values = columns[name]
        if pd.api.types.is_bool_dtype(values.dtype):
            parts.append(values.astype("float64").to_numpy()[:, None])
        elif _text(values):
            filled = values.astype("object").where(values.notna(), "")
            parts.append(pd.get_dummies(filled.astype("str"), drop_first=True).to_numpy(float))
        else:
            number = values.astype("float64").to_numpy()
            parts.append(np.column_stack([number, number**2]) if values.nunique() > 2 else number[:, None])
    return np.column_stack(parts) if parts else np.empty((len(columns), 0))


def units(rows: pd.DataFrame) -> tuple[NDArray[np.intp], int, bool]:
    """Codes of the clusters and how many; without clusters rows are dealt into groups. Last: whether there are two."""
    if "cluster" in rows:
        code, clusters = _frames.codes(rows["cluster"])
        if clusters > 1:
            return code.astype(np.intp), clusters, True
    groups = min(GROUPS, len(rows))
    return (np.arange(len(rows)) % groups).astype(np.intp), groups, False


def row(
    label: tuple[str, str], estimate: float, replicates: Floats, n: float, *, kind: Kind = "percent", named: bool = True
) -> dict[str, Any]:
    """A row of a result table with leave-one-out limits: t on (K - 1), logit scale for numbers between 0 and 1, log
    scale for ratios, else plain. No limits where nothing varies, a replicate does not exist or (of a ratio) is 0."""
    k = float(len(replicates))
    ratio = kind == "ratio"
    with np.errstate(divide="ignore", invalid="ignore"):
        value, moved = (np.log(estimate), np.log(replicates)) if ratio else (estimate, replicates)
        error = float(spread(np.asarray(moved) - value, k))
    error = error if _TINY < error < np.inf else np.nan
    inside = kind == "percent" or (kind == "number" and 0 <= estimate <= 1)
    low, high = (logit_limits if inside and not ratio else plain_limits)(value, error, df=k - 1)
    low, high = (np.exp(low), np.exp(high)) if ratio else (low, high)
    return {
        "term": label[0], "group": label[1], "estimate": float(estimate), "conf_low": float(low),
        "conf_high": float(high), "n": n, "method": "cluster_jackknife" if named else "grouped_jackknife",
        "clusters": k if named else np.nan, "kind": kind, "df": k - 1, "std_error": np.nan if ratio else error,
    }  # fmt: skip


def gap_notes(table: pd.DataFrame) -> list[Note]:
    """The cautions on figures that are missing, and on those without limits."""
    lacking = table["estimate"].isna()
    bare = ~lacking & table["conf_low"].isna()
    found = {"some_not_estimable": lacking, "no_interval": bare}
    return [Note(code) for code, rows in found.items() if rows.any()]


def counted(row: dict[str, Any], test: NDArray[np.bool_], event: NDArray[np.bool_]) -> dict[str, Any]:
    """`row` of a share that was counted, with numerator and denominator: a gate on small cells must see them."""
    cells = np.array(
        [(t & e).sum() for t, e in ((test, event), (test, ~event), (~test, event), (~test, ~event))], float
    )
    if row["term"] not in two_by_two.SHARES:
        return row
    place = two_by_two.SHARES.index(row["term"])
    top, bottom = two_by_two.shares_of(cells)
    return {**row, "count": float(top[place]), "n": float(bottom[place])}


def _text(values: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)
