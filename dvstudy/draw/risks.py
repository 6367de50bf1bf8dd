"""Pictures of stated risks: decision curves, calibration curve with the risks themselves underneath."""

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
_PER: Final = 1000
_BELOW: Final = 0.45
#: What a decision curve is held against: always the same two, in grey.
_PLAIN: Final = {"flag_all": (0, (5, 3)), "flag_none": "solid"}


def decision(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Net benefit per 1,000 forms over threshold probabilities, a line a tool with its limits, beside flagging
    everybody and nobody.

    Reads ``frames["decision"]``: `curve, threshold, net_benefit`, its ``_low`` and ``_high``. The limits hold at one
    threshold each.
    """
    found = frames.get("decision")
    if found is None or found["net_benefit"].isna().all():
        rows.empty(ax, meta, language)
        return
    for name, look in _PLAIN.items():
        part = found[found["curve"] == name]
        label = label_of("group", name, meta, language)
        ax.plot(
            part["threshold"], _PER * part["net_benefit"], color=style.GREY, linestyle=look, linewidth=1, label=label
        )
    tools = [name for name in found["curve"].unique() if name not in _PLAIN]
    for number, name in enumerate(tools):
        part, colour = found[found["curve"] == name], style.SERIES[number % len(style.SERIES)]
        ends = (_PER * part[f"net_benefit_{side}"].to_numpy(float) for side in ("low", "high"))
        ax.fill_between(part["threshold"], *ends, color=colour, alpha=0.13, linewidth=0)
        label = label_of("group", str(name), meta, language)
        ax.plot(part["threshold"], _PER * part["net_benefit"], color=colour, linewidth=1.9, label=label)
    top = _PER * float(found["net_benefit"].max())
    ax.set_ylim(-_BELOW * top, 1.06 * top)
    ax.set_xlim(float(found["threshold"].min()), float(found["threshold"].max()))
    style.dress(ax, grid="both")
    style.axis_numbers(ax, "x", "percent", language)
    style.axis_numbers(ax, "y", "number", language)
    ax.set_xlabel(lang.text("axis.threshold", language))
    ax.set_ylabel(lang.text("axis.net_benefit", language))
    style.legend(ax, 2)
    style.mark(ax, meta, language)


def calibration(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Share of events against stated risk, with limits and the line where both are the same; underneath, how the risks
    of forms with and without the event lie.

    Reads ``frames["calibration_curve"]`` (`risk, observed, low, high, band_low, band_high`) and
    ``frames["risk_histogram"]``.
    """
    curve = frames.get("calibration_curve")
    if curve is None or curve["observed"].isna().all():
        rows.empty(ax, meta, language)
        return
    ax.set_axis_off()
    most = float(
        max(curve["risk"].max(), curve["observed"].max(), curve["high"].clip(upper=1.4 * curve["risk"].max()).max())
    )
    main, under = ax.inset_axes((0, 0.33, 1, 0.67)), ax.inset_axes((0, 0, 1, 0.2))
    main.plot(
        [0, most],
        [0, most],
        color=style.GREY,
        linestyle=(0, (4, 3)),
        linewidth=1,
        label=lang.text("axis.as_stated", language),
    )
    for ends, shade in (("band_low band_high", 0.1), ("low high", 0.18)):
        low, high = ends.split()
        label = lang.text("axis.band" if shade < 0.15 else "axis.limits", language)
        main.fill_between(
            curve["risk"], curve[low], curve[high], color=style.BLUE, alpha=shade, linewidth=0, label=label
        )
    main.plot(
        curve["risk"], curve["observed"], color=style.BLUE, linewidth=1.9, label=lang.text("axis.observed", language)
    )
    main.set_ylim(0, most)
    main.set_ylabel(lang.text("axis.observed_share", language))
    style.axis_numbers(main, "y", "percent", language)
    _histogram(under, frames.get("risk_histogram"), language)
    for panel in (main, under):
        panel.set_xlim(0, most)
        style.dress(panel, grid="both")
        style.axis_numbers(panel, "x", "percent", language)
    main.tick_params(labelbottom=False)
    under.set_xlabel(lang.text("axis.stated_risk", language))
    style.legend(main, 2)
    style.mark(ax, meta, language)


def _histogram(ax: Axes, counts: pd.DataFrame | None, language: str) -> None:
    """Events upwards, the others downwards, each as density of their own, since the event is rare."""
    if counts is None or not len(counts):
        return
    width = (counts["high"] - counts["low"]).to_numpy(float)
    for kind, side, colour in (("events", 1, style.VERMILION), ("others", -1, style.GREY)):
        share = counts[kind].to_numpy(float) / max(float(np.nansum(counts[kind])), 1.0) / width
        ax.bar(counts["low"], side * share, width, align="edge", color=colour, alpha=0.75, linewidth=0)
        words = lang.text(f"axis.{kind}_below" if side < 0 else f"axis.{kind}_above", language)
        ax.text(
            0.99,
            0.75 if side > 0 else 0.08,
            words,
            transform=ax.transAxes,
            ha="right",
            fontsize=style.SMALL,
            color=colour,
        )
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.set_yticks([])
