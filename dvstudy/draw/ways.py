"""One quantity by several methods, naive and corrected, with what cannot be known as ranges; and a tipping point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.wording import Kind, label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]

#: Groups that are the two ends of one range, and what the range is called.
RANGES: Final = {"tilt": ("tilt_half", "tilt_double"), "bounds": ("bound_least", "bound_most")}
#: Groups that take what was seen as it is.
NAIVE: Final = ("as_observed", "untreated_only", "verified_only", "as_recorded")
_PANELS: Final = ("sensitivity", "specificity", "auc", "ppv")
_GAP: Final = 0.05


def panels(table: pd.DataFrame) -> list[str]:
    """The terms drawn, three at most."""
    return [term for term in _PANELS if (table["term"] == term).any()][:3]


def lines(table: pd.DataFrame) -> list[str]:
    """The lines from above: methods, then ranges."""
    ends = {end: name for name, both in RANGES.items() for end in both}
    return list(dict.fromkeys(ends.get(str(group), str(group)) for group in table["group"]))


def ways(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """One panel a term, one line a method; ranges as bars; the true value, where ``frames["truth"]`` has it, as a line.

    Reads the core columns and `kind`; ``frames["truth"]``: `term`, `truth`.
    """
    terms, named = panels(table), lines(table)
    if not terms or table["estimate"].isna().all():
        rows.empty(ax, meta, language)
        return
    ax.set_axis_off()
    width = (1 - _GAP * (len(terms) - 1)) / len(terms)
    for number, term in enumerate(terms):
        panel = ax.inset_axes((number * (width + _GAP), 0, width, 1))
        _panel(panel, table[table["term"] == term], named, language, say_hidden=number == 0)
        panel.set_xlabel(label_of("term", term, meta, language))
        words = [style.wrapped(label_of("group", name, meta, language), 30) for name in named] if number == 0 else []
        panel.set_yticks(np.arange(len(named))[::-1], words or [""] * len(named))
        known = frames["truth"] if "truth" in frames else pd.DataFrame({"term": [], "truth": []})
        for value in known.loc[known["term"] == term, "truth"]:
            panel.axvline(value, color=style.VERMILION, linewidth=1.3, linestyle="--", zorder=1)
    if "truth" in frames:
        ax.plot([], [], color=style.VERMILION, linestyle="--", label=lang.text("axis.true_value", language))
        style.legend(ax, 1)
    style.mark(ax, meta, language)


def _panel(panel: Axes, part: pd.DataFrame, named: list[str], language: str, *, say_hidden: bool) -> None:
    """The lines of one quantity; that a line has no numbers is said once, in the first panel."""
    from matplotlib.ticker import MaxNLocator

    by = {str(r["group"]): r for r in part.to_dict("records")}
    for place, name in zip(np.arange(len(named))[::-1], named, strict=True):
        ends = [by.get(end) for end in RANGES.get(name, (name, name))]
        first, last = ends
        if first is None or last is None or np.isnan([first["estimate"], last["estimate"]]).any():
            if say_hidden:
                rows.hidden_at(panel, float(place), language)
            continue
        colour = style.GREY if name in RANGES else style.ORANGE if name in NAIVE else style.BLUE
        panel.plot([first["conf_low"], last["conf_high"]], [place, place], color=colour, linewidth=1.4)
        if name in RANGES:
            panel.plot([first["estimate"], last["estimate"]], [place, place], color=colour, linewidth=6, alpha=0.5)
        else:
            panel.plot(first["estimate"], place, "o", color=colour, markersize=5)
    panel.set_ylim(-0.6, len(named) - 0.4)
    style.dress(panel)
    style.axis_numbers(panel, "x", rows.kind_of(part), language)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))


def tipping(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """The risk ratio that would be true at each ratio of recording; where it is 1 the conclusion turns.

    Reads the terms `recorded_risk_ratio`, `risk_ratio`, `recording_ratio`, `tipping_ratio` and ``frames["curve"]``.
    """
    by = {str(r["term"]): r for r in table.to_dict("records") if r["group"] == "all"}
    curve = frames.get("curve")
    if curve is None or not len(curve) or "tipping_ratio" not in by or pd.isna(by["tipping_ratio"]["estimate"]):
        rows.empty(ax, meta, language)
        return
    ax.plot(curve["recording_ratio"], curve["risk_ratio"], color=style.GREY, linewidth=1.6)
    ax.axhline(1, color=style.INK, linewidth=0.9)
    alike, seen = by["recorded_risk_ratio"], by["recording_ratio"]
    at_one = float(np.interp(1, curve["recording_ratio"], curve["risk_ratio"]))
    ax.plot(1, at_one, "s", color=style.ORANGE, label=lang.text("axis.recorded_alike", language))
    here = by["risk_ratio"]["estimate"]
    ax.plot([seen["conf_low"], seen["conf_high"]], [here, here], color=style.BLUE, linewidth=1.6)
    ax.plot(seen["estimate"], here, "o", color=style.BLUE, label=lang.text("axis.recorded_found", language))
    tip = by["tipping_ratio"]["estimate"]
    if tip <= curve["recording_ratio"].max():
        ax.plot(tip, 1, "D", color=style.VERMILION, label=lang.text("axis.tipping", language))
    ax.set_ylim(0, 1.15 * max(float(curve["risk_ratio"].max()), float(alike["estimate"])))
    ax.set_xlabel(lang.text("axis.recording_ratio", language))
    ax.set_ylabel(lang.text("axis.risk_ratio", language))
    kind: Kind = "ratio"
    for axis in ("x", "y"):
        style.axis_numbers(ax, axis, kind, language)
    style.dress(ax, grid="both")
    style.legend(ax, 3)
    style.mark(ax, meta, language)
