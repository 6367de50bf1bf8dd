"""Estimates against what is known: the stored truth, the calibration targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.wording import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]
_EDGE: Final = 2.5


def checks(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Where the truth lies in each interval, one line a result: 0 is the estimate, -1 and 1 are the limits.

    Reads the checks of a run (`result, estimate, conf_low, conf_high, truth, covered`). Quantities of every kind share
    the axis because each is measured in halves of its own interval. Points beyond the edge are drawn on it.
    """
    known = table[table["covered"].notna()] if len(table) else table
    if not len(known):
        rows.empty(ax, meta, language)
        return
    names = list(dict.fromkeys(known["result"]))
    ax.axvspan(-1, 1, color=style.PALE, alpha=0.6, linewidth=0)
    ax.axvline(0, color=style.GREY, linewidth=0.9)
    position = placed(known).clip(-_EDGE, _EDGE)
    for number, (inside, label) in enumerate(((True, "axis.covered"), (False, "axis.not_covered"))):
        part = known["covered"].astype(bool) == inside
        height = heights(known, names)[part]
        colour = (style.BLUE, style.VERMILION)[number]
        words = f"{lang.text(label, language)}: {int(part.sum())}"
        ax.plot(position[part], height, style.MARKERS[number], color=colour, markersize=4.5, alpha=0.8, label=words)
    ax.set_yticks(range(len(names)), [style.wrapped(label_of("result", n, meta, language)) for n in reversed(names)])
    ax.set_ylim(-0.7, len(names) - 0.3)
    ax.set_xlim(-_EDGE - 0.15, _EDGE + 0.15)
    ax.set_xlabel(lang.text("axis.truth_position", language))
    style.dress(ax)
    style.axis_numbers(ax, "x", "number", language)
    style.legend(ax, 2)
    style.mark(ax, meta, language)


def placed(table: pd.DataFrame) -> pd.Series:
    """The truth in units of the interval: (truth - estimate) over the distance to the limit on its side."""
    gap = (table["truth"] - table["estimate"]).astype("float64")
    arm = np.where(gap < 0, table["estimate"] - table["conf_low"], table["conf_high"] - table["estimate"])
    arm = np.asarray(arm, dtype=float)
    return (gap / pd.Series(arm, index=table.index).where(arm > 0)).fillna(0.0)


def margins(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """How far each calibrated margin is from its target, in tolerances: inside -1 to 1 the target is met.

    Reads `margin` (its code), `target, achieved, tolerance`.
    """
    known = table.dropna(subset=["target", "achieved", "tolerance"]) if len(table) else table
    if not len(known):
        rows.empty(ax, meta, language)
        return
    off = (known["achieved"] - known["target"]).astype("float64") / known["tolerance"].astype("float64")
    places = np.arange(len(known))[::-1]
    ax.axvspan(-1, 1, color=style.PALE, alpha=0.6, linewidth=0)
    ax.axvline(0, color=style.GREY, linewidth=0.9)
    ax.plot(off.clip(-_EDGE, _EDGE), places, "o", color=style.BLUE, markersize=5)
    ax.set_yticks(places, [style.wrapped(label_of("margin", str(m), meta, language), 44) for m in known["margin"]])
    ax.set_ylim(-0.6, len(known) - 0.4)
    ax.set_xlim(-_EDGE - 0.15, _EDGE + 0.15)
    ax.set_xlabel(lang.text("axis.tolerances", language))
    style.dress(ax)
    style.axis_numbers(ax, "x", "number", language)
    style.mark(ax, meta, language)


def targets(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """The same picture for a result whose calibration table stands in ``frames["targets"]``."""
    margins(ax, frames.get("targets", pd.DataFrame()), {}, meta, language)


def heights(known: pd.DataFrame, names: list[str]) -> pd.Series:
    """The line of each check's result, spread a little so that many points on one line stay apart."""
    lines = known["result"].map({name: len(names) - 1 - place for place, name in enumerate(names)}).astype("float64")
    number, mates = known.groupby("result").cumcount(), known.groupby("result")["result"].transform("size")
    return lines - 0.5 * (number / (mates - 1).clip(lower=1) - 0.5).where(mates > 1, 0.0)
