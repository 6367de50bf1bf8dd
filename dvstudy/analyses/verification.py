"""Accuracy when follow-up was completed for only some rows, and who was followed up may depend on the form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames, _hidden
from dvstudy.analyses._frames import Asked, Source
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import two_by_two, two_phase
from dvstudy.result import Note, Result, not_estimable

Floats = NDArray[np.float64]

VERIFIED, BEGG_GREENES, STRATA = "verified_only", "begg_greenes", "two_phase"
#: Odds by which the unverified differ from the verified of their kind, and the group of each.
TILTS: Final = {"tilt_half": 0.5, "tilt_double": 2.0}
LEAST, MOST = "bound_least", "bound_most"
SHOWN: Final = ("sensitivity", "specificity", "ppv", "npv", "prevalence")
_PLACES: Final = [two_by_two.TERMS.index(term) for term in SHOWN]
_ASKED: Final = Asked(
    "verification",
    "all_forms",
    "cluster_jackknife",
    "Begg and Greenes 1983, Biometrics 39, 207. Kosinski and Barnhart 2003, Biometrics 59, 163.",
    "ways",
)


def verification(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    reference: Source,
    strata: Sequence[str] = (),
    synthetic: bool,
    cluster: str | None = None,
) -> Result:
    """How right would the rule look had everyone been followed up?

    Parameters
    ----------
    test, reference
        True/false columns (or `Event`); an empty reference is an outcome that was not learned.
    strata
        Columns known of everyone (categories or true/false) on which follow-up and outcome may depend besides the
        verdict.
    frame, name, synthetic, cluster
        As in `accuracy`. Without clusters rows are dealt into 50 groups for the jackknife.

    Returns
    -------
    Result
        Terms `sensitivity`, `specificity`, `ppv`, `npv`, `prevalence` in the groups `verified_only`, `begg_greenes`
        (given the verdict), `two_phase` (given the verdict and `strata`, where there are any), `tilt_half`,
        `tilt_double` (the unverified have half, twice the odds of the verified of their kind), `bound_least`,
        `bound_most` (whatever the unverified had). Frame `follow_up`: rows, verified, share and events by verdict.

    Raises
    ------
    CheckFailed
        Every unknown column, column of the wrong kind and stratum with over 20 levels, at once.

    Notes
    -----
    `begg_greenes` and `two_phase` hold if, within verdict and strata, those followed up are like those who were not
    (missing at random); the data cannot show that they are, hence tilts and bounds. Limits: jackknife over clusters.
    Not for a reference that errs. Checked against R and on known truth: see ``docs/thresholds.md``.
    """
    roles = {"test": test, "reference": reference, "cluster": cluster}
    picked = _hidden.checked(frame, name, roles, flags=("test", "reference"), covariates=strata)
    options = _frames.options(roles, strata=list(strata))
    meta = {**_ASKED.meta(picked, synthetic=synthetic, options=options), "readings": True}
    rows, notes, place, many = prepared(picked)
    verified = rows["reference"].notna()
    unanswerable = _accuracy.cannot_answer(rows[verified])
    if unanswerable or rows[verified]["test"].nunique() < 2:
        return not_estimable(name, meta, *notes, *(unanswerable or [Note("one_verdict")]))
    counts, named = tabulated(rows, place, many)
    ways = corrected(counts, with_strata=many > 1)
    made = with_counts(rows_of(ways, len(rows), named=named), rows[verified], VERIFIED)
    table = result.table(list(made))
    notes += _frames.cluster_notes(len(counts) if named else None)
    notes += _accuracy.event_cautions(float(counts[..., two_phase.EVENT].sum()))
    if counts[..., two_phase.UNVERIFIED].sum():
        notes.append(Note("rests_on_followed"))
    notes += _hidden.gap_notes(table)
    return Result(name, table, meta, {"follow_up": _follow_up(counts)}, notes, _frames.status(notes))


def prepared(picked: pd.DataFrame) -> tuple[pd.DataFrame, list[Note], NDArray[np.intp], int]:
    """Rows with a verdict (and a cluster), notes on those lost, the number of each row's stratum and how many."""
    covariates = [c for c in picked if str(c).startswith("covariate ")]
    known = _frames.complete(picked.drop(columns=["reference", *covariates]))
    rows = picked.loc[known.frame.index]
    if not covariates or not len(rows):
        return rows, list(known.notes), np.zeros(len(rows), np.intp), 1
    keys = rows[covariates].astype("object").where(rows[covariates].notna(), "").astype("str").agg("\x1f".join, axis=1)
    place, names = pd.factorize(keys, sort=True)
    return rows, list(known.notes), place.astype(np.intp), len(names)


def tabulated(rows: pd.DataFrame, place: NDArray[np.intp], many: int) -> tuple[Floats, bool]:
    """(K, strata, 2, 3) counts by cluster as `two_phase` takes them, and whether the clusters are real ones."""
    code, units, named = _hidden.units(rows)
    seen = rows["reference"]
    state = np.where(seen.isna(), two_phase.UNVERIFIED, np.where(seen.fillna(value=False), 0, 1)).astype(np.intp)
    cell = (place * 2 + rows["test"].to_numpy(bool)) * 3 + state
    counts = by_cluster.tabulate(code, cell, clusters=units, cells=many * 6)
    return counts.reshape(units, many, 2, 3), named


def corrected(counts: Floats, *, with_strata: bool) -> dict[str, Floats]:
    """Group -> (1 + K, terms) figures, whole and without each cluster; corners under ``corner 0`` to ``corner 3``."""
    total = counts.sum(axis=0)
    every = np.concatenate([total[None], total - counts])
    whole = every.sum(axis=1, keepdims=True)
    best = every if with_strata else whole
    cells = {
        VERIFIED: two_phase.cells(every[..., [two_phase.EVENT, two_phase.NONE]]),
        BEGG_GREENES: two_phase.cells(two_phase.events(whole)),
        **({STRATA: two_phase.cells(two_phase.events(every))} if with_strata else {}),
        **{way: two_phase.cells(two_phase.events(best, odds)) for way, odds in TILTS.items()},
    }
    for number, (flagged, others) in enumerate(two_phase.CORNERS):
        cells[f"corner {number}"] = two_phase.cells(two_phase.corner(every, flagged=flagged, others=others))
    return {way: two_by_two.measures(found)[:, _PLACES] for way, found in cells.items()}


def rows_of(ways: Mapping[str, Floats], n: int, *, named: bool) -> Iterator[dict[str, Any]]:
    """One row a way and term; of the corners the least and the most."""
    corners = [way for way in ways if way.startswith("corner")]
    for t, term in enumerate(SHOWN):
        shown = {way: way for way in ways if way not in corners}
        if corners:
            values = [ways[way][0, t] for way in corners]
            shown |= {LEAST: corners[int(np.nanargmin(values))], MOST: corners[int(np.nanargmax(values))]}
        for group, way in shown.items():
            found = ways[way][:, t]
            yield _hidden.row((term, group), float(found[0]), found[1:], n, named=named)


def with_counts(
    made: Iterable[dict[str, Any]], rows: pd.DataFrame, group: str, reference: str = "reference"
) -> Iterator[dict[str, Any]]:
    """The rows `made`; those of `group`, which counts `rows`, with numerator and denominator."""
    test, event = (rows[role].to_numpy(bool) for role in ("test", reference))
    yield from (_hidden.counted(row, test, event) if row["group"] == group else row for row in made)


def _follow_up(counts: Floats) -> pd.DataFrame:
    """How many were followed up, by verdict."""
    total = counts.sum(axis=(0, 1))
    n, verified = total.sum(axis=1), total[:, :2].sum(axis=1)
    frame = pd.DataFrame({"stratum": ["not_flagged", "flagged"], "n": n, "verified": verified})
    return frame.assign(share=verified / np.where(n > 0, n, np.nan), events=total[:, 0])[::-1].reset_index(drop=True)
