"""Curves, surfaces and tables of counts behind a result, as they may be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from dvstudy.disclosure.policy import Policy

#: Columns that hold numbers of people, wherever they stand.
PEOPLE: Final = (
    "n", "count", "true_positive", "false_positive", "false_negative", "true_negative", "events", "others",
    "both", "first_only", "second_only", "neither",
)  # fmt: skip
#: Frames of cells, one a row; a frame of another name passes only if it is a result table or the data are synthetic.
_CELLS: Final = ("counts", "limits", "paradox")
#: Illustrations without data behind them, and figures that others have published.
_FREE: Final = ("paradox_curve", "precision", "power", "published")
#: A smooth curve of few coefficients, and bars that each hold enough people of both kinds.
_SMOOTH: Final = ("calibration_curve", "risk_histogram")
#: Columns that name a cell and never tell about people.
_KEYS: Final = ("group", "term", "curve", "method", "level", "threshold", "k", "m")
_STEPS: Final = ("true_positive", "false_positive")
Frame = pd.DataFrame
ProtectTable = Callable[[Frame, set[str], Policy], Frame]


def is_table(frame: Frame) -> bool:
    """Whether a frame has the rows of a result table (other methods, another way to count missing answers)."""
    return {"term", "group", "estimate", "n"} <= set(frame.columns)


def sensitive_groups(frames: Mapping[str, Frame], limits: Policy) -> set[str]:
    """Groups whose table of counts has a small cell."""
    counts = frames.get("counts")
    if counts is None or not len(counts):
        return set()
    return set(_groups(counts)[_small_rows(counts, limits)])


def with_level_gaps(frames: Mapping[str, Frame], hidden: set[str], limits: Policy) -> set[str]:
    """`hidden` and the cut points that differ from the one below by a small cell.

    Groups "at or above this level" contain each other: the difference of two of them is one level.
    """
    counts = frames.get("counts")
    if counts is None or "strata" not in frames:
        return hidden
    out, before = set(hidden), None
    for group, cells in zip(_groups(counts), counts[list(_STEPS)].to_numpy(dtype=float), strict=True):
        if group in out:
            continue
        if before is not None and bool(limits.small(before - cells).any()):
            out.add(group)
        else:
            before = cells
    return out


def protect_frames(
    frames: Mapping[str, Frame], table: Frame, hidden: set[str], limits: Policy, protect_table: ProtectTable
) -> dict[str, Frame]:
    """Every frame the gate knows, without small cells. A frame it does not know passes only if synthetic.

    `table` is the unprotected table of the result; it says how many events stand behind a curve.
    """
    out = {}
    for name, frame in frames.items():
        if name in _FREE:
            out[name] = frame
        elif is_table(frame):
            out[name] = protect_table(frame, hidden, limits)
        elif name == "roc":
            out[name] = _curve(frame, table, hidden, limits)
        elif name == "strata":
            out[name] = frame if not _small_rows(_levels(frame), limits).any() else frame.iloc[:0]
        elif name == "surface":
            out[name] = _cells(_with_rest(frame), hidden, limits)
        elif name == "decision" and limits.restricted:
            out[name] = _worth(frame, table, hidden, limits)
        elif name in _SMOOTH and limits.restricted:
            out[name] = frame.iloc[:0] if hidden else _coarse(frame, limits)
        elif name in _CELLS or not limits.restricted:
            out[name] = _cells(frame, hidden, limits)
    return out


def _cells(frame: Frame, hidden: set[str], limits: Policy) -> Frame:
    """One cell a row: numbers of small cells and of hidden groups go, counts are rounded, shares coarsened."""
    gone = _small_rows(frame, limits) | _groups(frame).isin(hidden)
    out = frame.copy()
    for column in out.columns.difference(list(_KEYS)):
        if pd.api.types.is_numeric_dtype(out[column]) and not pd.api.types.is_bool_dtype(out[column]):
            values = out[column].astype("float64").mask(gone)
            if limits.restricted:
                values = pd.Series(limits.rounded(values), values.index) if column in PEOPLE else values.round(2)
            out[column] = values
    return out


def _coarse(frame: Frame, limits: Policy) -> Frame:
    """Numbers of people rounded and, where small, gone; everything else to the thousandth."""
    people = [c for c in frame if c in PEOPLE]
    known = frame[people].astype("float64").mask(_small_rows(frame, limits))
    return frame.round(3).assign(**{c: limits.rounded(known[c]) for c in people})


def _with_rest(surface: Frame) -> Frame:
    """A surface with all four cells of every rule; the two it lacks follow from its shares."""
    events = (surface["true_positive"] / surface["sensitivity"]).max()
    others = (surface["false_positive"] / (1 - surface["specificity"])).max()
    return surface.assign(
        false_negative=(events - surface["true_positive"]).round(6),
        true_negative=(others - surface["false_positive"]).round(6),
    )


def _curve(frame: Frame, table: Frame, hidden: set[str], limits: Policy) -> Frame:
    """Cut points whose cells are all large enough; in restricted mode also far enough from the one before."""
    behind = table[table["term"] == "auc"]
    if "all" in hidden or len(behind) != 1 or "count" not in behind or behind["count"].isna().any():
        return frame.iloc[:0]
    events, everybody = float(behind["count"].iloc[0]), float(behind["n"].iloc[0])
    cells = pd.DataFrame(
        {
            "true_positive": frame["sensitivity"] * events,
            "false_positive": (1 - frame["specificity"]) * (everybody - events),
            "false_negative": (1 - frame["sensitivity"]) * events,
            "true_negative": frame["specificity"] * (everybody - events),
        }
    ).round(6)
    large = ~_small_rows(cells, limits).to_numpy()
    if not limits.restricted:
        return frame[large]
    kept = frame[large].iloc[_spaced(cells[large], limits)]
    return _cells(kept, hidden, limits)


def _worth(frame: Frame, table: Frame, hidden: set[str], limits: Policy) -> Frame:
    """Decision curves of real people, made again from rounded counts, at thresholds whose cells are all large enough
    and far enough from the one before; how wide the limits are, to the thousandth."""
    kept = ["curve", "threshold", "net_benefit", "net_benefit_low", "net_benefit_high"]
    if hidden or not len(table) or "count" not in table or not {"flagged_events", "flagged_others"} <= set(frame):
        return frame.iloc[:0]
    events, everybody = float(table["count"].max()), float(table["n"].max())
    hit, false = frame["flagged_events"], frame["flagged_others"]
    columns = ("true_positive", "false_positive", "false_negative", "true_negative")
    values = (hit, false, events - hit, everybody - events - false)
    cells = pd.DataFrame(dict(zip(columns, values, strict=True)), index=frame.index)
    shown = frame["curve"].isin(["flag_all", "flag_none"])
    for _, own in cells[~shown].groupby(frame["curve"]):
        steps = own[~_small_rows(own, limits)].drop_duplicates()
        large = steps.iloc[_spaced(steps, limits)]
        shown |= own.apply(tuple, axis=1).isin(large.apply(tuple, axis=1)).reindex(shown.index, fill_value=False)
    counts = [pd.Series(limits.rounded(v), frame.index) for v in (hit, false)]
    odds = frame["threshold"] / (1 - frame["threshold"])
    made = (counts[0] - odds * counts[1]) / float(limits.rounded(everybody))
    half = (frame["net_benefit_high"] - frame["net_benefit"]).round(3)
    out = frame.assign(net_benefit=made, net_benefit_low=made - half, net_benefit_high=made + half)
    return out.loc[shown, kept]


def _spaced(cells: Frame, limits: Policy) -> list[int]:
    """Places of cut points between which both kinds of cases differ by the threshold, from the strictest on."""
    counts = cells[list(_STEPS)].to_numpy(dtype=float)
    places: list[int] = []
    for place in np.lexsort([counts[:, 1], counts[:, 0]]):
        if not places or bool((counts[place] - counts[places[-1]] >= limits.threshold).all()):
            places.append(int(place))
    return places


def _levels(strata: Frame) -> Frame:
    return strata.assign(others=strata["n"] - strata["events"])


def _small_rows(frame: Frame, limits: Policy) -> pd.Series:
    people = [c for c in PEOPLE if c in frame]
    if not people:
        return pd.Series(False, index=frame.index)
    small = np.column_stack([limits.small(frame[c].astype("float64")) for c in people]).any(axis=1)
    return pd.Series(small, index=frame.index)


def _groups(frame: Frame) -> pd.Series:
    return frame["group"].astype("str") if "group" in frame else pd.Series("all", index=frame.index)
