"""Scores beyond the ROC curve: precision against recall, and the area under the curve over days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]
#: Below this share of events found, limits are so wide that they would set the scale of the whole picture.
_START: Final = 0.05
#: More thresholds than this are not marked one by one.
_CORNERS: Final = 40


def precision_recall(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Precision against recall in steps, limits of each threshold shaded, the share of events as a dashed line.

    Reads ``frames["curve"]`` (`recall, precision, precision_low, precision_high`); hidden thresholds are left out.
    """
    curve = frames.get("curve", pd.DataFrame(columns=["recall", "precision"]))
    known = curve.dropna(subset=["recall", "precision"])
    if not len(known):
        rows.empty(ax, meta, language)
        return
    columns = known[["recall", "precision", "precision_low", "precision_high"]].astype("float64")
    if len(known) == len(
        curve
    ):  # the first step begins at 0; where thresholds are hidden the line begins at a shown one
        columns = pd.concat([columns.iloc[:1].assign(recall=0.0), columns])
    x, middle, low, high = columns.to_numpy().T
    ax.fill_between(x, low, high, step="pre", color=style.BLUE, alpha=0.16, linewidth=0)
    ax.step(x, middle, where="pre", color=style.BLUE, linewidth=1.8)
    if len(known) <= _CORNERS:
        ax.plot(known["recall"], known["precision"], "o", color=style.BLUE, markersize=3.8)
    common = table[(table["term"] == "prevalence") & table["estimate"].notna()]
    if len(common):
        level = float(common["estimate"].iloc[0])
        ax.axhline(level, color=style.GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        ax.annotate(
            lang.text("axis.chance", language), (0, level), xytext=(2, -2), textcoords="offset points", ha="left",
            va="top", fontsize=style.SMALL, color=style.GREY,
        )  # fmt: skip
    _estimate(ax, table, language)
    style.dress(ax, grid="both")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, _top(known))
    ax.set_xlabel(lang.text("axis.recall", language))
    ax.set_ylabel(lang.text("axis.precision", language))
    for axis in ("x", "y"):
        style.axis_numbers(ax, axis, "percent", language)
    style.mark(ax, meta, language)


def auc_by_day(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Area under the curve with limits at every day asked about, one half as a dashed line."""
    known = table[(table["term"] == "auc") & table["estimate"].notna()]
    if not len(known):
        rows.empty(ax, meta, language)
        return
    days = known["group"].astype("float64").to_numpy()
    value, low, high = (known[c].astype("float64").to_numpy() for c in ("estimate", "conf_low", "conf_high"))
    ax.axhline(0.5, color=style.GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    ax.annotate(
        lang.text("axis.chance", language), (1, 0.5), xycoords=("axes fraction", "data"), xytext=(-2, 2),
        textcoords="offset points", ha="right", va="bottom", fontsize=style.SMALL, color=style.GREY,
    )  # fmt: skip
    ax.vlines(days, low, high, color=style.BLUE, linewidth=1.6)
    ax.plot(days, value, "o-", color=style.BLUE, markersize=5.5, linewidth=1)
    style.dress(ax, grid="y")
    seen = np.concatenate([value, low[np.isfinite(low)], high[np.isfinite(high)]])
    ax.set_ylim(min(0.45, float(seen.min()) - 0.03), min(1.0, max(0.8, float(seen.max()) + 0.03)))
    ax.set_xlim(0, float(days.max()) * 1.04)
    ax.set_xticks(days)
    ax.set_xlabel(lang.text("axis.days", language))
    ax.set_ylabel(lang.text("axis.auc", language))
    ax.xaxis.set_major_formatter(style.tick_writer(lambda: days, "number", language))
    ax.yaxis.set_major_formatter(style.tick_writer(ax.get_yticks, "number", language))
    style.mark(ax, meta, language)


def _estimate(ax: Axes, table: pd.DataFrame, language: str) -> None:
    found = table[(table["term"] == "average_precision") & table["estimate"].notna()]
    if len(found) == 1:
        estimate, low, high = (float(found[c].iloc[0]) for c in ("estimate", "conf_low", "conf_high"))
        words = style.interval(estimate, low, high, "number", language)
        said = f"{lang.text('term.average_precision', language)} {words}"
        ax.text(0.98, 0.97, said, ha="right", va="top", color=style.INK, transform=ax.transAxes)


def _top(curve: pd.DataFrame) -> float:
    """The upper end of the scale, in tenths."""
    shown = curve[curve["recall"] >= _START]
    highest = float(np.nanmax(shown[["precision", "precision_high"]].to_numpy(float))) if len(shown) else 1.0
    return min(1.0, max(0.2, float(np.ceil(10 * highest + 0.5)) / 10))
