"""Outcomes that police record only in part: the record against follow-up, and what could turn a conclusion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames, _hidden
from dvstudy.analyses import verification as by_follow_up
from dvstudy.analyses._frames import Asked, Source
from dvstudy.numbers import two_by_two, two_phase
from dvstudy.result import ALL, Note, Result, not_estimable

Floats = NDArray[np.float64]

RECORDED, FOLLOWED, CORRECTED = "as_recorded", "verified_only", "two_phase"
_GROUPS: Final = (ALL, "flagged", "not_flagged")
_PLACES: Final = [two_by_two.TERMS.index(term) for term in by_follow_up.SHOWN]
_CITATION: Final = (
    "Rogan and Gladen 1978, Am J Epidemiol 107, 71. Begg and Greenes 1983, Biometrics 39, 207. Fox, MacLehose and Lash "
    "2021, Applying Quantitative Bias Analysis to Epidemiologic Data, chapter 6."
)
_ASKED: Final = Asked("under_reporting", "all_forms", "cluster_jackknife", _CITATION, "ways")
_ASKED_TIPPING: Final = Asked("tipping_point", "recording_ratio", "cluster_jackknife", _CITATION, "tipping")


def under_reporting(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    record: Source,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
) -> Result:
    """How right is the rule about what happened, when the record shows only part of it?

    Parameters
    ----------
    test, record, reference
        True/false columns (or `Event`): the form is positive; the event was recorded, known of everyone; the event
        happened, known of those followed up and empty for the others.
    frame, name, synthetic, cluster
        As in `accuracy`. Without clusters rows are dealt into 50 groups for the jackknife.

    Returns
    -------
    Result
        Terms `sensitivity`, `specificity`, `ppv`, `npv`, `prevalence` of the rule in the groups `as_recorded` (the
        record taken for the truth), `verified_only` (those followed up) and `two_phase` (everyone: the record, and
        within verdict and record what follow-up found). Frame `recording`: sensitivity and specificity of the record,
        `term`, `group` (all, flagged, not_flagged), estimate and limits.

    Raises
    ------
    CheckFailed
        Every unknown column and column of the wrong kind, at once.

    Notes
    -----
    `two_phase` lets the record err differently for flagged and other forms. It holds if, within verdict and record,
    those followed up are like those who were not. Jackknife over clusters. Checked against R and on known truth.
    """
    asked = _asked(frame, name, _ASKED, {"test": test, "record": record, "reference": reference, "cluster": cluster})
    picked, meta = asked[0], {**asked[1], "synthetic": synthetic, "readings": True}
    rows, notes, counts, named = _counted(picked)
    unanswerable = _unanswerable(rows)
    if unanswerable:
        return not_estimable(name, meta, *notes, *unanswerable)
    ways = by_follow_up.corrected(counts, with_strata=True)
    shown = {
        RECORDED: _as_recorded(counts),
        FOLLOWED: ways[by_follow_up.VERIFIED],
        CORRECTED: ways[by_follow_up.STRATA],
    }
    made = by_follow_up.rows_of(shown, len(rows), named=named)
    made = by_follow_up.with_counts(made, rows[rows["reference"].notna()], FOLLOWED)
    table = result.table(list(by_follow_up.with_counts(made, rows, RECORDED, "record")))
    notes += [*_cautions(counts, named=named), *_hidden.gap_notes(table)]
    frames = {"recording": result.table(list(_recording(counts, named=named)))}
    return Result(name, table, meta, frames, notes, _frames.status(notes))


def tipping_point(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    record: Source,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
) -> Result:
    """How much more readily would violence after a positive form have to be recorded for the higher recorded risk of
    these cases to be nothing but recording?

    Parameters
    ----------
    frame, name, test, record, reference, synthetic, cluster
        As in `under_reporting`.

    Returns
    -------
    Result
        Terms (kind ratio; flagged over not flagged): `recorded_risk_ratio`, `risk_ratio` (two-phase), `recording_ratio`
        (sensitivity of the record) and `tipping_ratio`, the recording ratio at which both would have the same risk; and
        `recording` (share of events recorded) in the groups flagged and not_flagged. Frame `curve`: `recording_ratio`,
        `risk_ratio` that would be true at it. The caution `beyond_certainty` says that even recording every event after
        a positive form would not turn the conclusion, `tipped` that the limits of the recording ratio reach it.

    Raises
    ------
    CheckFailed
        As `under_reporting`.

    Notes
    -----
    Takes the risk of the others, their share recorded and both specificities as estimated, and moves the share
    recorded after a positive form. Jackknife on the log scale.
    """
    asked = _asked(
        frame, name, _ASKED_TIPPING, {"test": test, "record": record, "reference": reference, "cluster": cluster}
    )
    picked, meta = asked[0], {**asked[1], "synthetic": synthetic}
    rows, notes, counts, named = _counted(picked)
    unanswerable = _unanswerable(rows)
    if unanswerable:
        return not_estimable(name, meta, *notes, *unanswerable)
    every = _replicates(counts)
    found = two_phase.events(every)
    se, sp = two_phase.recording(found, [False, True])
    with np.errstate(divide="ignore", invalid="ignore"):
        risk = found.sum(axis=1)[..., 0] / found.sum(axis=(1, 3))
        recorded = every[:, 1].sum(axis=-1) / every.sum(axis=(1, 3))
    tip = two_phase.tipping(recorded[:, 1], sp[:, 1], risk[:, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = {
            "recorded_risk_ratio": recorded[:, 1] / recorded[:, 0],
            "risk_ratio": risk[:, 1] / risk[:, 0],
            "recording_ratio": se[:, 1] / se[:, 2],
            "tipping_ratio": tip / se[:, 2],
        }
    ratios = {term: np.where(np.isfinite(values), values, np.nan) for term, values in ratios.items()}
    n = float(len(rows))
    made = [_hidden.row((t, ALL), float(v[0]), v[1:], n, kind="ratio", named=named) for t, v in ratios.items()]
    for group, place in (("flagged", 1), ("not_flagged", 2)):
        made.append(_hidden.row(("recording", group), float(se[0, place]), se[1:, place], n, named=named))
    notes += _cautions(counts, named=named)
    if tip[0] > 1:
        notes.append(Note("beyond_certainty"))
    by_term = {row["term"]: row for row in made}
    if by_term["recording_ratio"]["conf_high"] >= by_term["tipping_ratio"]["estimate"] > 1:
        notes.append(Note("tipped"))
    table = result.table(made)
    notes += _hidden.gap_notes(table)
    frames = (
        {"curve": _curve(recorded[0, 1], sp[0, 1], se[0, 2], risk[0, 0])} if se[0, 2] > 0 and risk[0, 0] > 0 else {}
    )
    return Result(name, table, meta, frames, notes, _frames.status(notes))


def _asked(
    frame: pd.DataFrame, name: str, asked: Asked, roles: dict[str, Source | None]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    picked = _hidden.checked(frame, name, roles, flags=("test", "record", "reference"))
    return picked, asked.meta(picked, synthetic=False, options=_frames.options(roles))


def _counted(picked: pd.DataFrame) -> tuple[pd.DataFrame, list[Note], Floats, bool]:
    """Rows with verdict and record, notes on the others, (K, 2, 2, 3) counts with the record as stratum."""
    known = _frames.complete(picked.drop(columns="reference"))
    rows = picked.loc[known.frame.index]
    if not len(rows):
        return rows, list(known.notes), np.zeros((0, 2, 2, 3)), False
    counts, named = by_follow_up.tabulated(rows, rows["record"].to_numpy(bool).astype(np.intp), 2)
    return rows, list(known.notes), counts, named


def _unanswerable(rows: pd.DataFrame) -> list[Note]:
    verified = rows[rows["reference"].notna()]
    found = _accuracy.cannot_answer(verified)
    return found or ([Note("one_verdict")] if verified["test"].nunique() < 2 else [])


def _replicates(counts: Floats) -> Floats:
    """(1 + K, strata, 2, 3): the whole, and without each cluster."""
    total = counts.sum(axis=0)
    return np.concatenate([total[None], total - counts])


def _as_recorded(counts: Floats) -> Floats:
    """(1 + K, terms) with the record taken for the truth."""
    by = _replicates(counts).sum(axis=-1)
    cells = np.stack([by[:, 1, 1], by[:, 0, 1], by[:, 1, 0], by[:, 0, 0]], axis=-1)
    return two_by_two.measures(cells)[:, _PLACES]


def _recording(counts: Floats, *, named: bool) -> Iterator[dict[str, Any]]:
    found = two_phase.recording(two_phase.events(_replicates(counts)), [False, True])
    for term, values in zip(("record_sensitivity", "record_specificity"), found, strict=True):
        for place, group in enumerate(_GROUPS):
            one = values[:, place]
            yield _hidden.row((term, group), float(one[0]), one[1:], float(counts.sum()), named=named)


def _cautions(counts: Floats, *, named: bool) -> list[Note]:
    notes = _frames.cluster_notes(len(counts) if named else None)
    notes += _accuracy.event_cautions(float(counts[..., two_phase.EVENT].sum()))
    return [*notes, Note("rests_on_followed")]


def _curve(risk: float, specificity: float, base_recording: float, base: float) -> pd.DataFrame:
    """The risk ratio that would be true at each ratio of recording."""
    ratio = np.linspace(0.5, 1 / base_recording, 101)
    with np.errstate(divide="ignore", invalid="ignore"):
        true = (risk - (1 - specificity)) / (ratio * base_recording + specificity - 1)
    return pd.DataFrame({"recording_ratio": ratio, "risk_ratio": np.minimum(true, 1.0) / base})
