"""Curves: ROC with its staircase of rules, kappa against prevalence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.wording import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]


def roc(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Sensitivity against false alarms for every threshold, with the chance line.

    Reads ``frames["roc"]`` (`threshold, sensitivity, specificity`, optional `curve`, `band_low`, `band_high`) and, if
    there, ``frames["roc_band"]`` (`false_alarms, low, high`: the same band in finer steps) and ``frames["surface"]`` of
    the two-count rules (`sensitivity, specificity, legal`): its points and the legal rule.
    """
    curve = frames.get("roc")
    if curve is None or not len(curve):
        rows.empty(ax, meta, language)
        return
    ax.plot([0, 1], [0, 1], color=style.GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    ax.annotate(
        lang.text("axis.chance", language),
        (0.72, 0.7),
        rotation=45,
        rotation_mode="anchor",
        transform_rotates_text=True,
        va="top",
        fontsize=style.SMALL,
        color=style.GREY,
    )
    _band(ax, curve, frames.get("roc_band"))
    parts = curve.groupby("curve", sort=False) if "curve" in curve else [("", curve)]
    for number, (name, part) in enumerate(parts):
        _curve(ax, part, label_of("curve", str(name), meta, language), number)
    _auc(ax, table, language)
    _square(ax, language)
    if "curve" in curve and len(curve["curve"].unique()) > 1:
        ax.legend(frameon=False, loc="lower right")
    style.mark(ax, meta, language)


def paradox(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Kappa and AC1 of every item against how common a yes is, over what two equally good raters would show.

    Reads ``frames["paradox"]`` (`prevalence, kappa, ac1`, one row an item) and, if there,
    ``frames["paradox_curve"]`` (the same columns along the whole range).
    """
    points = frames.get("paradox")
    if points is None or points[["kappa", "ac1"]].isna().all(axis=None):
        rows.empty(ax, meta, language)
        return
    curve = frames.get("paradox_curve")
    for number, term in enumerate(("kappa", "ac1")):
        (line,) = ax.plot(points["prevalence"], points[term], style.MARKERS[number], color=style.SERIES[number])
        line.set(markersize=5.5, label=label_of("term", term, meta, language))
        if curve is not None:
            ax.plot(curve["prevalence"], curve[term], color=style.SERIES[number], linewidth=1, alpha=0.55)
    ax.axhline(0, color=style.INK, linewidth=0.9, zorder=1)
    ax.set_xlabel(lang.text("axis.prevalence", language))
    ax.set_ylabel(lang.text("axis.agreement_value", language))
    style.dress(ax, grid="both")
    ax.set_xlim(0, 1)
    ax.set_ylim(min(-0.1, float(np.nanmin(points["kappa"])) - 0.05), 1.02)
    style.axis_numbers(ax, "x", "percent", language)
    style.axis_numbers(ax, "y", "number", language)
    style.legend(ax, 2)
    style.mark(ax, meta, language)


def _curve(ax: Axes, part: pd.DataFrame, label: str, number: int) -> None:
    """One staircase through (0, 0) and (1, 1); thresholds are its corners."""
    points = part[["specificity", "sensitivity"]].astype("float64").dropna()
    x = np.r_[0.0, np.sort(1 - points["specificity"].to_numpy()), 1.0]
    y = np.r_[0.0, np.sort(points["sensitivity"].to_numpy()), 1.0]
    colour = style.SERIES[number % len(style.SERIES)]
    ax.plot(x, y, color=colour, linewidth=1.8, label=label or None)
    ax.plot(x[1:-1], y[1:-1], style.MARKERS[number % len(style.MARKERS)], color=colour, markersize=3.8)


def _band(ax: Axes, curve: pd.DataFrame, fine: pd.DataFrame | None) -> None:
    """The band that holds the whole curve, where the result has one."""
    if fine is None and "band_low" in curve:
        made = {"false_alarms": 1 - curve["specificity"], "low": curve["band_low"], "high": curve["band_high"]}
        fine = pd.DataFrame(made)
    if fine is not None:
        known = fine.astype("float64").dropna().sort_values("false_alarms", kind="stable")
        ax.fill_between(known["false_alarms"], known["low"], known["high"], color=style.BLUE, alpha=0.14, linewidth=0)


def _auc(ax: Axes, table: pd.DataFrame, language: str) -> None:
    found = table[(table["term"] == "auc") & table["estimate"].notna()]
    if len(found) == 1:
        row = found.iloc[0]
        estimate, low, high = (float(row[c]) for c in ("estimate", "conf_low", "conf_high"))
        words = f"{lang.text('axis.auc', language)} {style.interval(estimate, low, high, 'number', language)}"
        ax.text(0.98, 0.04, words, ha="right", va="bottom", color=style.INK)


def _square(ax: Axes, language: str) -> None:
    style.dress(ax, grid="both")
    ax.set_xlim(-0.01, 1.01)
    ax.set_ylim(-0.01, 1.01)
    ax.set_aspect("equal")
    ax.set_xlabel(lang.text("axis.false_alarms", language))
    ax.set_ylabel(lang.text("axis.sensitivity", language))
    for axis in ("x", "y"):
        style.axis_numbers(ax, axis, "percent", language)
