"""What acts on what: boxes in rows, arrows from cause to effect, dashed where nobody could look."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dvstudy.draw import rows, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]
_WIDE, _HIGH = 0.43, 0.25
_LINE: Final = 21


def causal(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Boxes of `table` (index node; `label`, `column`, `row`, `hidden`) joined by ``frames["arrows"]`` (`cause`,
    `effect`). Hidden things are dashed and stand on white."""
    if not len(table):
        rows.empty(ax, meta, language)
        return
    ax.set_axis_off()
    ax.set_xlim(-0.72, table["column"].max() + 0.5)
    ax.set_ylim(table["row"].max() + 0.45, -0.45)
    boxes = {str(name): _box(ax, node) for name, node in zip(table.index, table.to_dict("records"), strict=True)}
    for arrow in frames["arrows"].to_dict("records"):
        _arrow(ax, boxes[arrow["cause"]], boxes[arrow["effect"]])
    style.mark(ax, meta, language)


def _box(ax: Axes, node: Mapping[Any, Any]) -> Any:
    from matplotlib.patches import FancyBboxPatch

    x, y, hidden = float(node["column"]), float(node["row"]), bool(node["hidden"])
    box = FancyBboxPatch(
        (x - _WIDE, y - _HIGH), 2 * _WIDE, 2 * _HIGH, boxstyle="round,pad=0,rounding_size=0.05", zorder=3,
        facecolor="white" if hidden else "#e8f1f8", edgecolor=style.GREY if hidden else style.BLUE,
        linewidth=0.9, linestyle=(0, (3, 2)) if hidden else "-",
    )  # fmt: skip
    ax.add_patch(box)
    words = textwrap.fill(str(node["label"]), _LINE, break_long_words=False)
    ax.text(x, y, words, ha="center", va="center", fontsize=style.SMALL, color=style.INK, zorder=4, linespacing=1.15)
    return box


def _arrow(ax: Axes, cause: Any, effect: Any) -> None:
    from matplotlib.patches import FancyArrowPatch

    ends = [(b.get_x() + _WIDE, b.get_y() + _HIGH) for b in (cause, effect)]
    straight = ends[0][0] == ends[1][0] and abs(ends[0][1] - ends[1][1]) > 1.5
    ax.add_patch(
        FancyArrowPatch(
            ends[0], ends[1], patchA=cause, patchB=effect, arrowstyle="-|>", mutation_scale=7, linewidth=0.7,
            color=style.GREY, alpha=0.75, zorder=2, shrinkA=1, shrinkB=1,
            connectionstyle=f"arc3,rad={0.32 if straight else 0.04}",
        )
    )  # fmt: skip
