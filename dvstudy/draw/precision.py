"""Precision against the number of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.wording import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]


def precision(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Half-width of the interval against the number of forms, both on log scales, a line a measure; a dot where the
    precision aimed at is reached, and a line at the forms available.

    Reads ``frames["precision"]`` (`curve, n, half_width`) and the rows `rows_needed` and `half_width_aimed`.
    """
    found = frames.get("precision")
    if found is None or not len(found):
        rows.empty(ax, meta, language)
        return
    known = {(str(r["term"]), str(r["group"])): float(r["estimate"]) for r in table.to_dict("records")}
    for number, name in enumerate(found["curve"].unique()):
        part = found[(found["curve"] == name) & (found["half_width"] < 1)]
        colour = style.SERIES[number % len(style.SERIES)]
        label = label_of("group", str(name), meta, language)
        ax.plot(part["n"], part["half_width"], color=colour, linewidth=1.8, label=label)
        needed, aim = (known.get((term, str(name)), float("nan")) for term in ("rows_needed", "half_width_aimed"))
        ax.plot(needed, aim, style.MARKERS[number % len(style.MARKERS)], color=colour, markersize=6.5)
    ax.set(xscale="log", yscale="log")
    available = meta["options"].get("available")
    if available:
        ax.axvline(available, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)))
        words = lang.text("axis.available", language, n=lang.number(float(available), language, decimals=0))
        ax.annotate(words, (available, 0.98), xycoords=("data", "axes fraction"), xytext=(4, 0),
                    textcoords="offset points", va="top", fontsize=style.SMALL, color=style.INK)  # fmt: skip
    _ticks(ax, language)
    style.dress(ax, grid="both")
    ax.set_xlabel(lang.text("axis.forms", language))
    ax.set_ylabel(lang.text("axis.half_width", language))
    style.legend(ax, 3)
    style.mark(ax, meta, language)


def _ticks(ax: Axes, language: str) -> None:
    """One, two and five of every power of ten, as the language writes them."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    for axis, places in ((ax.xaxis, 0), (ax.yaxis, 2)):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda v, _, d=places: lang.number(v, language, decimals=d)))
