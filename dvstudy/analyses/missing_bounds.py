"""How far missing answers could move the accuracy of a rule, whatever they would have been."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import CheckFailed, Problem
from dvstudy.numbers import two_by_two
from dvstudy.result import Note, Quantity, Result, not_estimable

CERTAINTIES: Final = ("cannot_be", "could_be", "certain")
#: Groups of the result: as scored, forms that nothing could change, and the two ends.
AS_SCORED, SETTLED, LEAST, MOST = "as_scored", "settled", "least", "most"
#: The open forms in the frame of counts: settled, least or most, less the form as scored, they come back.
OPEN: Final = "open"

_ASKED: Final = Asked(
    "missing_bounds",
    "missing_bounds",
    "cluster_jackknife",
    "Horowitz and Manski 2000, J Am Stat Assoc 95, 77. Manski 2003, Partial Identification of Probability "
    "Distributions.",
    "by_group",
)
_SHOWN: Final = ("sensitivity", "specificity", "ppv", "npv", "flagged")


def missing_bounds(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    certainty: str,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """Between which values does each accuracy figure lie, whatever the missing answers would have been?

    Parameters
    ----------
    certainty
        Column that says of every form whether it is positive however the missing answers are filled (``certain``),
        depends on them (``could_be``), or is negative however they are (``cannot_be``); see `dvstudy.scoring.score`.
    frame, name, test, reference, synthetic, cluster, instrument
        As in `accuracy`; `test` is the form as it was scored.

    Returns
    -------
    Result
        `sensitivity`, `specificity`, `ppv`, `npv`, `flagged` in the groups ``as_scored``; ``settled`` (forms that no
        missing answer could change, a selection); ``least`` and ``most``, the ends of what filling the others could
        give, each with its own limits: from the lower limit of ``least`` to the upper limit of ``most`` the interval
        allows for both chance and missing answers. Frame `counts`: 2x2 of each way,
        and of the ``open`` forms as they were scored. A note says how many forms are open.

    Raises
    ------
    CheckFailed
        As `accuracy`; for a certainty that is not one of the three words; for a form scored against its certainty.

    Notes
    -----
    Every figure is monotone in whether the open forms with, and those without, the event are called positive, so its
    ends lie at one of four corners. Nothing is assumed about why answers are missing, so the ends may be far apart:
    `imputation` narrows them by assuming that answers are missing at random. A missing *outcome* is another matter:
    see `verification`. Checked against all fillings by brute force.
    """
    roles = {"test": test, "certainty": certainty, "reference": reference, "cluster": cluster}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "test", "reference")
    _check_certainty(picked, name)
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=_frames.options(roles))
    kept = _frames.complete(picked)
    unanswerable = _accuracy.cannot_answer(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    rows, answered = kept.frame, kept.frame[kept.frame["certainty"] != "could_be"]
    cells, clusters = zip(*(_accuracy.cells(filled) for filled in (rows, *_corners(rows))), strict=True)
    found = _accuracy.estimate(np.stack(cells, axis=1), clusters[0])
    shut, behind = _accuracy.cells(answered)
    settled = _accuracy.estimate(shut[:, None], behind)
    listed = [*_rows(found, AS_SCORED), *_rows(settled, SETTLED), *_ends(found)]
    left = Quantity(float(len(rows) - len(answered)), "count", float(len(rows) - len(answered)))
    notes = [
        *kept.notes,
        *_accuracy.cautions(two_by_two.at(found, 0), clusters[0]),
        Note("open_forms", {"n": left, "total": Quantity(float(len(rows)), "count", float(len(rows)))}),
    ]
    meta["together"] = [OPEN, SETTLED, LEAST, MOST]
    still_open = cells[0].sum(axis=0) - shut.sum(axis=0)
    groups = [AS_SCORED, *(f"{a}_{b}" for a in (LEAST, MOST) for b in (LEAST, MOST)), SETTLED, OPEN]
    counts = _accuracy.counts(np.stack([*(c.sum(axis=0) for c in (*cells, shut)), still_open]), groups)
    if not still_open[:2].any():  # an open form is scored as not met: empty by construction, which says nothing
        counts = counts.astype(dict.fromkeys(two_by_two.CELLS[:2], "float64"))
        counts.loc[counts["group"] == OPEN, list(two_by_two.CELLS[:2])] = np.nan
    return Result(name, result.table(listed), meta, {"counts": counts}, notes, _frames.status(notes))


def _check_certainty(picked: pd.DataFrame, name: str) -> None:
    said = picked["certainty"].astype("object")
    unknown = sorted(set(said.dropna().astype(str)) - set(CERTAINTIES))
    problems = [Problem("certainty_word", "certainty", word, CERTAINTIES) for word in unknown]
    against = (picked["test"].fillna(True) & (said == "cannot_be")) | (
        ~picked["test"].fillna(False) & (said == "certain")
    )
    against &= picked["test"].notna()
    if against.any():
        problems.append(Problem("certainty_against", "certainty", str(picked.index[against][0])))
    if problems:
        raise CheckFailed(name, problems)


def _corners(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows with the open forms of those with and those without the event filled to no and to yes."""
    left_open, event = rows["certainty"] == "could_be", rows["reference"].astype(bool)
    for with_event in (False, True):
        for without in (False, True):
            filled = rows["test"].mask(left_open & event, with_event).mask(left_open & ~event, without)
            yield rows.assign(test=filled)


def _rows(found: two_by_two.Accuracy, group: str, place: int = 0) -> list[dict[str, Any]]:
    return [row for row in _accuracy.rows(two_by_two.at(found, place), [group]) if row["term"] in _SHOWN]


def _ends(found: two_by_two.Accuracy) -> Iterator[dict[str, Any]]:
    """Every term at the corner where it is least, then where it is most."""
    for group, end in ((LEAST, np.nanargmin), (MOST, np.nanargmax)):
        for term in _SHOWN:
            values = found.estimate[1:, two_by_two.TERMS.index(term)]
            place = 1 + int(end(values)) if np.isfinite(values).any() else 1
            yield next(row for row in _rows(found, group, place) if row["term"] == term)
