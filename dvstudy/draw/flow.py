"""The flow diagram: boxes downwards, who was left out beside them, form and event at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HIGH = 0.48, 0.62
#: The boxes at the end: what the form says, and below each what happened.
_ENDS: Final = {"positive": ("positive_event", "positive_none"), "negative": ("negative_event", "negative_none")}


def flow(
    ax: Axes, table: pd.DataFrame, frames: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], language: str
) -> None:
    """Every step as a box, an arrow to those left out, and the four ends.

    Reads the rows `kept`, `left_out` and `ended`; a hidden count shows as hidden.
    """
    kept = table[table["term"] == "kept"]
    if not len(kept):
        rows.empty(ax, meta, language)
        return
    out = table[table["term"] == "left_out"].set_index("group")["estimate"]
    axis = 0.02 + _WIDTH / 2
    for place, row in enumerate(kept.to_dict("records")):
        code = str(row["group"])
        _box(ax, (0.02, -place), _WIDTH, [lang.text(f"flow.{code}", language), _number(row["estimate"], language)])
        if code in out.index:
            _arrow(ax, (axis, 1 - place), (axis, -place + _HIGH))
            middle = -place + (1 + _HIGH) / 2
            _arrow(ax, (axis, middle), (0.56, middle))
            said = lang.text(f"flow.without_{code}", language, n=_number(out[code], language))
            _box(ax, (0.56, middle - 0.15), 0.42, [said], high=0.3)
    _last(ax, table, len(kept), language)
    ax.set_xlim(0, 1)
    ax.set_ylim(-len(kept) - 1.05, _HIGH + 0.1)
    ax.set_axis_off()
    style.mark(ax, meta, language)


def _last(ax: Axes, table: pd.DataFrame, steps: int, language: str) -> None:
    """What the form says, and below it what happened."""
    ends = table[table["term"] == "ended"].set_index("group")["estimate"]
    for side, (said, parts) in enumerate(_ENDS.items()):
        if not set(parts) <= set(ends.index):
            continue
        left, top = 0.02 + side * 0.5, -float(steps)
        _arrow(ax, (0.02 + _WIDTH / 2, top + 1), (left + 0.23, top + _HIGH))
        total = _number(float(ends[list(parts)].sum(skipna=False)), language)
        _box(ax, (left, top), 0.46, [lang.text(f"flow.{said}", language), total])
        for place, part in enumerate(parts):
            x = left + place * 0.24
            _arrow(ax, (left + 0.23, top), (x + 0.11, top - 1 + _HIGH))
            word = lang.text(f"flow.{part.removeprefix(f'{said}_')}", language)
            _box(ax, (x, top - 1), 0.22, [word, _number(ends[part], language)])


def _number(value: float, language: str) -> str:
    return lang.text("report.hidden", language) if pd.isna(value) else lang.number(value, language, decimals=0)


def _box(ax: Axes, corner: tuple[float, float], width: float, words: list[str], *, high: float = _HIGH) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle(corner, width, high, facecolor="white", edgecolor=style.GREY, linewidth=0.9, zorder=2))
    text = "\n".join([words[0], *words[1:]])
    x, y = corner[0] + width / 2, corner[1] + high / 2
    ax.text(x, y, text, ha="center", va="center", color=style.INK, zorder=3, linespacing=1.3)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": style.GREY, "linewidth": 0.9}, zorder=1)
