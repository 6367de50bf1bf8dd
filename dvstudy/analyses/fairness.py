"""Whether a rule is as right about one kind of people as about another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import language as lang
from dvstudy import result
from dvstudy.analyses import _accuracy, _differences, _frames
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import CheckFailed, Problem
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import two_by_two
from dvstudy.result import Note, Result, not_estimable

Floats = NDArray[np.float64]

_SHOWN: Final = ("sensitivity", "specificity", "ppv", "flagged", "prevalence")
#: Terms whose difference from the group of comparison is given.
COMPARED: Final = ("sensitivity", "specificity")

_ASKED: Final = Asked(
    "fairness",
    "fairness",
    "cluster_jackknife",
    "Chouldechova 2017, Big Data 5, 153. Holm 1979, Scand J Stat 6, 65. MacKinnon, Nielsen and Webb 2023, J Appl "
    "Econom 38, 671.",
    "by_group",
)


@dataclass(frozen=True)
class Split:
    """`column` (categorical) holds the groups; the others are compared with `against`, by default the group with most
    events."""

    column: str
    against: str | None = None


def fairness(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    reference: Source,
    split: Split,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """Is the rule as right about each group as about the largest one?

    Parameters
    ----------
    split
        The groups, and the one that the others are compared with.
    frame, name, test, reference, synthetic, cluster, instrument
        As in `accuracy`.

    Returns
    -------
    Result
        By group `sensitivity`, `specificity`, `ppv`, `flagged`, `prevalence`, and `sensitivity_difference`,
        `specificity_difference` from the group of comparison with limits and p-values adjusted by Holm's method over
        the groups. Frame `counts`: 2x2 a group. A group without events has no sensitivity (empty, never 0), and notes
        name how many groups have fewer than ten events and how many have none.

    Raises
    ------
    CheckFailed
        As `accuracy`; for a group of comparison that is not there.

    Notes
    -----
    Limits as in `accuracy`; differences by leaving out a station from both groups at once, cut at -100 and 100
    points, t on (stations behind the group with fewer of them - 1), so differences within stations are counted once.
    Whether a minor was present is in no table of a cohort: a team passes a column of its own. Sensitivity, specificity
    and predictive value cannot all be equal while groups differ in how common the event is, unless the rule is without
    error: say which of them ought to be before looking. A difference of sensitivity may come from the form, from who
    tells what to whom, or from the outcome that was recorded. Checked against a loop over rows without each cluster, R
    (`tests/reference/fairness_make.R`) and in simulation.
    """
    roles: dict[str, Source | None] = {"test": test, "reference": reference, "group": split.column, "cluster": cluster}
    picked = _frames.flags(_frames.pick(frame, name, roles), name, "test", "reference")
    named = picked["group"].astype("category")
    _check_against(named, split.against, name)
    options = _frames.options(roles, **({"against": split.against} if split.against else {}))
    meta = _ASKED.meta(picked, synthetic=synthetic, instrument=instrument, options=options)
    kept = _frames.complete(picked.assign(group=named))
    unanswerable = _accuracy.cannot_answer(kept.frame)
    if unanswerable:
        return not_estimable(name, meta, *kept.notes, *unanswerable)
    groups = [str(c) for c in named.cat.categories]
    unit, units = _differences.units(kept.frame)
    cells = _cells(kept.frame, len(groups), unit, units)
    clusters = _accuracy.cluster_codes(kept.frame)[1]
    by_row = clusters is None or clusters < 2
    shown = _accuracy.estimate(cells.sum(axis=0, keepdims=True) if by_row else cells, clusters)
    base = groups.index(split.against) if split.against else int(_events(cells).argmax())
    gaps = _differences.holm(list(_gaps(cells, groups, base, named_cluster=not by_row)), by_term=True)
    rows = [*(row for row in _accuracy.rows(shown, groups) if row["term"] in _SHOWN), *gaps]
    behind = min((int(row["clusters"]) for row in rows if row["clusters"] > 0), default=None)
    notes = [*kept.notes, *_frames.cluster_notes(clusters, behind), *_notes(_events(cells), groups[base])]
    frames = {"counts": _accuracy.counts(cells.sum(axis=0), groups)}
    return Result(name, result.table(rows), {**meta, "compared_with": groups[base]}, frames, notes, "caution")


def _check_against(named: pd.Series, against: str | None, name: str) -> None:
    known = tuple(str(c) for c in named.cat.categories)
    if against is not None and against not in known:
        raise CheckFailed(name, [Problem("frame_no_value", "against", against, known)])


def _cells(rows: pd.DataFrame, groups: int, unit: NDArray[np.intp], units: int) -> Floats:
    """(units, groups, 4) counts."""
    place = rows["group"].cat.codes.to_numpy().astype(np.intp) * 4 + _accuracy.cell_codes(rows)
    return by_cluster.tabulate(unit, place, clusters=units, cells=4 * groups).reshape(units, groups, 4)


def _events(cells: Floats) -> Floats:
    total = cells.sum(axis=0)
    return np.asarray(total[:, 0] + total[:, 2])


def _gaps(cells: Floats, groups: list[str], base: int, *, named_cluster: bool) -> Iterator[dict[str, Any]]:
    found = two_by_two.clustered(cells)
    for place, group in enumerate(groups):
        if place != base:
            yield from _differences.rows(found, (place, base), COMPARED, group=group, paired=False, named=named_cluster)


def _notes(events: Floats, base: str) -> Iterator[Note]:
    yield Note("compared_with", {"group": f"@group.{base}" if lang.has(f"group.{base}") else base})
    yield from _frames.group_notes(events, few="groups_few_events", none="groups_no_events")
    yield Note("holm")
