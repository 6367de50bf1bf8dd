"""What a rule would do in another population, if people of the same kind are alike there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _crossed, _frames
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import Problem, Problems
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import two_by_two
from dvstudy.numbers.proportions import logit_limits
from dvstudy.result import Note, Quantity, Result, not_estimable

Floats = NDArray[np.float64]

HERE, THERE = "here", "there"
_SHOWN: Final = ("sensitivity", "specificity", "ppv", "npv", "flagged", "prevalence")
_PLACES: Final = [two_by_two.SHARES.index(term) for term in _SHOWN]
#: Shares of a margin must sum to one within this; published percentages are rounded.
ROUNDED: Final = 0.006
#: Less than this share of the rows' information left, and few people stand for many.
LEAST_LEFT: Final = 0.5

_ASKED: Final = Asked(
    "transport",
    "transport",
    "cluster_jackknife",
    "Deming and Stephan 1940, Ann Math Stat 11, 427. Steingrimsson, Gatsonis, Li and Dahabreh 2023, Am J Epidemiol "
    "192, 296. Kish 1965, Survey Sampling.",
    "estimates",
)


def transport(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    reference: Source,
    target: _crossed.Margins,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """How right would the rule be in a population with other people in it?

    Parameters
    ----------
    target
        Margins of the other population by column of the frame: shares of its levels, each margin summing to one.
    frame, name, test, reference, synthetic, cluster, instrument
        As in `accuracy`.

    Returns
    -------
    Result
        `sensitivity`, `specificity`, `ppv`, `npv`, `flagged`, `prevalence` in the groups ``here`` and ``there``
        (reweighted). Frames: `balance` (`column`, `level`, `here`, `there`), `counts` (2x2 of the rows as they are).
        Notes say what share of the rows' information is left (Kish), and what is assumed. Not estimable when a level of
        the target has no rows here.

    Raises
    ------
    CheckFailed
        Listing columns that are not there, levels that no row could have, shares outside 0 to 1 or off one.

    Notes
    -----
    Raking on the counts of the cross-classification; limits by leaving out one cluster at a time and raking anew, the
    target taken as exact, t on (clusters that hold such cases - 1). Valid if, among people alike in these columns, rule
    and event go together there as here: what officers, law and services do elsewhere is in no weight, and with rows
    from one county its practice cannot be told from its people. Checked against R survey (weights), weighted counts by
    brute force, and known truth in simulation.
    """
    roles: dict[str, Source | None] = {"test": test, "reference": reference}
    roles |= {f"by_{column}": column for column in target} | {"cluster": cluster}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "test", "reference")
    _check_target(picked, target, name)
    meta = _ASKED.meta(
        picked, synthetic=synthetic, instrument=instrument,
        options=_frames.options(roles, target={c: dict(shares) for c, shares in target.items()}),
    )  # fmt: skip
    kept = _frames.complete(picked)
    absent = sum(_absent(kept.frame[f"by_{column}"], shares) for column, shares in target.items())
    unanswerable = _accuracy.cannot_answer(kept.frame)
    if not unanswerable and absent:
        unanswerable = [Note("target_without_rows", {"levels": Quantity(float(absent), "count")})]
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    crossed = _crossed.crossed(kept.frame, target)
    here, clusters = _accuracy.cells(kept.frame)
    rows, notes, balance = _answer(crossed, here, clusters, target)
    frames = {"balance": balance, "counts": _accuracy.counts(here.sum(axis=0)[None], [HERE])}
    behind = min((int(row["clusters"]) for row in rows if row["clusters"] > 0), default=None)
    notes = [*kept.notes, *_frames.cluster_notes(clusters, behind), *notes, Note("alike_there")]
    return Result(name, result.table(rows), meta, frames, notes, "caution")


def _answer(
    crossed: _crossed.Crossed, here: Floats, clusters: int | None, target: _crossed.Margins
) -> tuple[list[dict[str, Any]], list[Note], pd.DataFrame]:
    total = crossed.counts.sum(axis=0)
    there, weight = _crossed.reweighted(total, crossed)
    left_out, _ = _crossed.reweighted(total - crossed.counts, crossed)
    plain = _accuracy.estimate(here[:, None], clusters)
    rows = [row for row in _accuracy.rows(plain, [HERE]) if row["term"] in _SHOWN]
    behind = two_by_two.shares_of(crossed.counts.sum(axis=1))[1] > 0
    rows += list(_there(there, left_out, behind.sum(axis=0).astype(float), crossed.named))
    size = total.sum(axis=-1)
    left = float((weight * size).sum() ** 2 / (weight**2 * size).sum() / size.sum())
    notes = [Note("information_left", {"left": Quantity(left, "percent")})]
    if any(np.isfinite(row["estimate"]) and not np.isfinite(row["conf_low"]) for row in rows):
        notes.append(Note("no_interval"))
    if left < LEAST_LEFT:
        notes.append(Note("few_stand_for_many"))
    if np.isnan(left_out).any():
        notes.append(Note("raking_rests_on_one"))
    balance = [
        {"column": column, "level": level, "here": float(size[code == place].sum() / size.sum()), "there": share}
        for (column, shares), code, wanted in zip(target.items(), crossed.codes, crossed.wanted, strict=True)
        for place, (level, share) in enumerate(zip(shares, wanted, strict=True))
    ]
    return rows, notes, pd.DataFrame(balance)


def _there(there: Floats, left_out: Floats, behind: Floats, named: bool) -> Iterator[dict[str, Any]]:
    """Rows of the reweighted figures; `behind` (shares) are the clusters that hold something to divide by. All of them
    move the weights, so all count for the error; the degrees of freedom are those of the few."""
    estimate, units = two_by_two.measures(there)[_PLACES], behind[_PLACES]
    error = by_cluster.spread(two_by_two.measures(left_out)[:, _PLACES] - estimate, float(len(left_out)))
    low, high = logit_limits(estimate, error, df=units - 1)
    top, bottom = (part[_PLACES] for part in two_by_two.shares_of(there))
    for place, term in enumerate(_SHOWN):
        yield {
            "term": term, "group": THERE, "estimate": estimate[place], "conf_low": low[place],
            "conf_high": high[place], "n": bottom[place], "method": "cluster_jackknife" if named else "row_jackknife",
            "count": top[place], "clusters": units[place] if named else np.nan, "kind": "percent",
            "df": units[place] - 1, "std_error": error[place],
        }  # fmt: skip


def _absent(values: pd.Series, shares: Mapping[str, float]) -> int:
    there = set(values.astype(str))
    return sum(share > 0 and level not in there for level, share in shares.items())


def _check_target(picked: pd.DataFrame, target: _crossed.Margins, name: str) -> None:
    found = Problems(name)
    if not target:
        found.add(Problem("target_none", "target", ""))
    for column, shares in target.items():
        values = picked[f"by_{column}"].dropna()
        known = {str(v) for v in (values.cat.categories if hasattr(values, "cat") else values.unique())}
        for level, share in shares.items():
            if level not in known:
                found.add(Problem("frame_no_value", f"target → {column}", level, tuple(sorted(known))))
            if not 0 <= share <= 1:
                found.add(Problem("target_share", f"target → {column} → {level}", str(share)))
        for level in sorted(set(values.astype(str)) - set(shares)):
            found.add(Problem("target_level_missing", f"target → {column}", level, tuple(shares)))
        if abs(sum(shares.values()) - 1) > ROUNDED:
            found.add(Problem("target_sum", f"target → {column}", str(round(sum(shares.values()), 3))))
    found.stop()
