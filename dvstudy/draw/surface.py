"""The family of two-count rules as a map: one panel a measure, one square a rule."""

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
#: Measure -> how it is written in its squares.
MEASURES: Final[dict[str, Kind]] = {
    "sensitivity": "percent",
    "specificity": "percent",
    "flagged": "percent",
    "net_benefit_10": "of_1000",
}
#: What was wanted of a rule -> the figure that is then made as large as possible.
_WANTED: Final[dict[str, tuple[str, Kind]]] = {
    "LargestYouden": ("youden", "number"),
    "CostRatio": ("net_benefit", "of_1000"),
    "LeastSensitivity": ("specificity", "percent"),
    "Capacity": ("sensitivity", "percent"),
}
_DARK: Final = 0.55


def surface(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Sensitivity, specificity, share flagged and net benefit of every rule "k of the first count or m of the second".

    Reads ``frames["surface"]``: `k, m`, the measures, `legal` and `within_one_se` (booleans). The legal rule has a
    thick frame; a dot marks the rules within one standard error of the best. `ax` itself is only the space.
    """
    rules = frames.get("surface")
    measures = [m for m in MEASURES if rules is not None and m in rules]
    if rules is None or not measures or rules[measures].isna().all(axis=None):
        rows.empty(ax, meta, language)
        return
    ax.set_axis_off()
    for number, measure in enumerate(measures):
        panel = ax.inset_axes((0.53 * (number % 2), 0.54 * (1 - number // 2), 0.47, 0.4))
        _panel(panel, rules, measure, (measure, MEASURES[measure]), language)
        if number >= len(measures) - 2:
            panel.set_xlabel(lang.text("axis.rule_m", language))
        if number % 2:
            panel.set_ylabel("")
    style.mark(ax, meta, language)


def rule_choice(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """The figure wanted for every rule, and how often each is chosen in samples of whole stations.

    Reads ``frames["surface"]`` of a choice: `k, m, value, chosen` (shares), `allowed`, `legal`, `within_one_se`. Rules
    that do not keep what was set are pale.
    """
    rules = frames.get("surface")
    if rules is None or "chosen" not in rules or rules["chosen"].isna().all():
        rows.empty(ax, meta, language)
        return
    ax.set_axis_off()
    term, kind = _WANTED[meta["options"]["wanted"]]
    shown: list[tuple[str, str, Kind]] = [("value", term, kind), ("chosen", "chosen", "percent")]
    for number, (column, title, how) in enumerate(shown):
        panel = ax.inset_axes((0, 0.54 * (1 - number), 1, 0.4))
        _panel(panel, rules, column, (title, how), language)
        if number:
            panel.set_xlabel(lang.text("axis.rule_m", language))
    style.mark(ax, meta, language)


def _panel(ax: Axes, rules: pd.DataFrame, column: str, measure: tuple[str, Kind], language: str) -> None:
    title, kind = measure
    grid = rules.pivot_table(index="k", columns="m", values=column, aggfunc="first", dropna=False).astype("float64")
    cells = grid.to_numpy()
    values = np.ma.masked_invalid(cells)
    low = 0.0 if kind == "percent" else float(min(values.min(), 0))
    whole = kind == "percent" and column != "chosen"
    span = (1.0 if whole else float(values.max())) - low or 1.0
    edges = [np.arange(grid.shape[i] + 1) - 0.5 for i in (1, 0)]
    ax.pcolormesh(*edges, (values - low) / span, cmap="cividis", vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    for row, place in np.ndindex(grid.shape):
        value = float(cells[row, place])
        colour = "white" if np.isfinite(value) and (value - low) / span < _DARK else style.INK
        words = _short(value, kind, language)
        ax.text(place, row, words, ha="center", va="center", fontsize=style.SMALL, color=colour)
    if column == "value":
        _pale(ax, rules, grid)
    _frames(ax, rules, grid)
    ax.set_xticks(range(grid.shape[1]), [str(m) for m in grid.columns])
    ax.set_yticks(range(grid.shape[0]), [str(k) for k in grid.index])
    ax.tick_params(length=0)
    ax.set_facecolor(style.PALE)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.set_ylabel(lang.text("axis.rule_k", language))
    ax.set_title(lang.text(f"axis.surface_{title}", language), loc="left", fontsize=9, pad=4)


def _short(value: float, kind: Kind, language: str) -> str:
    """The number without sign or unit, as it fits a square; an asterisk where it is hidden."""
    if not np.isfinite(value):
        return "*"
    if kind in ("percent", "of_1000"):
        return lang.number((100 if kind == "percent" else 1000) * value, language, decimals=0)
    return lang.number(value, language)


def _pale(ax: Axes, rules: pd.DataFrame, grid: pd.DataFrame) -> None:
    """A veil over the rules that do not keep what was set."""
    from matplotlib.patches import Rectangle

    across, down = ({code: place for place, code in enumerate(axis)} for axis in (grid.columns, grid.index))
    kept = set(_where(rules, "allowed")) if "allowed" in rules else {(k, m) for k in down for m in across}
    for k, m in ((k, m) for k in down for m in across if (k, m) not in kept):
        corner = (across[m] - 0.5, down[k] - 0.5)
        ax.add_patch(Rectangle(corner, 1, 1, facecolor="white", alpha=0.8, linewidth=0, zorder=3))


def _frames(ax: Axes, rules: pd.DataFrame, grid: pd.DataFrame) -> None:
    """A thick double frame round the legal rule; a dot in the corner of every rule within one standard error."""
    from matplotlib.patches import Rectangle

    across, down = ({code: place for place, code in enumerate(axis)} for axis in (grid.columns, grid.index))
    for k, m in _where(rules, "within_one_se"):
        ax.plot(
            across[m] + 0.36,
            down[k] + 0.33,
            "o",
            color=style.ORANGE,
            markeredgecolor="white",
            markeredgewidth=0.7,
            markersize=5,
        )
    for k, m in _where(rules, "legal"):
        corner = (across[m] - 0.5, down[k] - 0.5)
        for colour, width in (("white", 4.5), (style.VERMILION, 2.4)):
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=colour, linewidth=width, zorder=4))


def _where(rules: pd.DataFrame, flag: str) -> list[tuple[Any, Any]]:
    if flag not in rules:
        return []
    chosen = rules[rules[flag].fillna(False).astype(bool)]
    return list(zip(chosen["k"], chosen["m"], strict=True))


def rule_front(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Every rule of several families: sensitivity against false alarms, with the line of the rules that none beats.

    Reads ``frames["front"]``: `family, sensitivity, specificity, pareto, legal`.
    """
    rules = frames.get("front")
    if rules is None or not len(rules) or rules["sensitivity"].isna().all():
        rows.empty(ax, meta, language)
        return
    ax.plot([0, 1], [0, 1], color=style.GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    for number, (family, part) in enumerate(rules.groupby("family", sort=False)):
        (dots,) = ax.plot(1 - part["specificity"], part["sensitivity"], style.MARKERS[number], zorder=2 + number)
        dots.set(color=style.SERIES[2 * number % 5], markersize=4, alpha=0.6, markeredgewidth=0)
        dots.set_label(label_of("group", str(family), meta, language))
    best = rules[rules["pareto"]].sort_values("specificity", ascending=False)
    ax.step(1 - best["specificity"], best["sensitivity"], where="post", color=style.INK, linewidth=1.1, zorder=6)
    legal = rules[rules["legal"].fillna(False).astype(bool)]
    (ring,) = ax.plot(1 - legal["specificity"], legal["sensitivity"], "o", color="none", markersize=11, zorder=7)
    ring.set(markeredgecolor=style.VERMILION, markeredgewidth=2.2, label=lang.text("group.legal_rule", language))
    ax.set_xlabel(lang.text("axis.false_alarms", language))
    ax.set_ylabel(lang.text("axis.sensitivity", language))
    style.dress(ax, grid="both")
    ax.set_xlim(-0.01, 1.01)
    ax.set_ylim(-0.01, 1.01)
    for axis in ("x", "y"):
        style.axis_numbers(ax, axis, "percent", language)
    ax.legend(frameon=False, loc="lower right")
    style.mark(ax, meta, language)
