"""Associations of questions as a map, and eigenvalues as a scree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.wording import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

Frames = Mapping[str, pd.DataFrame]
#: Lower triangle, upper triangle.
TRIANGLES: Final = ("tetrachoric", "reference")
_CELL: Final = 5.8
#: From here on the ground is dark and the number white.
_DARK: Final = 0.62
_SCREE: Final = ("eigenvalue", "reference_eigenvalue", "parallel")


def tetrachoric(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Tetrachoric correlations of all pairs of questions: those of the cohort below the diagonal, those of the
    reference above it.

    Reads ``frames["pairs"]``: the rows `tetrachoric` and `reference`, `group` two items joined by "+". An asterisk
    stands for a hidden number, a ring beside the number for a pair with an empty cell. `table` is not read.
    """
    pairs = frames.get("pairs")
    items = [] if pairs is None else item_codes(pairs)
    if pairs is None or len(items) < 2 or pairs["estimate"].isna().all():
        rows.empty(ax, meta, language)
        return
    grid, marks = _grid(pairs, items)
    edges = np.arange(len(items) + 1) - 0.5
    ax.pcolormesh(edges, edges, np.ma.masked_invalid(grid), cmap=_colours(), vmin=-1, vmax=1, edgecolors="white")
    for row, column in np.argwhere(marks != ""):
        value = grid[row, column]
        words = "*" if np.isnan(value) else lang.number(float(value), language) + marks[row, column].strip()
        colour = "white" if abs(value) > _DARK else style.INK
        ax.text(column, row, words, ha="center", va="center", fontsize=_CELL, color=colour)
    ax.set_yticks(range(len(items)), [named(i, meta, language) for i in items])
    ax.set_xticks(range(len(items)), [_number(i, meta) for i in items])
    ax.set_ylim(len(items) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.set_facecolor("#f4f5f7")
    for side in ax.spines.values():
        side.set_visible(False)
    above = (pairs["term"] == "reference").any()
    ax.set_xlabel(lang.text("axis.triangles" if above else "axis.lower_triangle", language))
    style.mark(ax, meta, language)


def scree(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Eigenvalues from the largest to the smallest with their intervals, those of the reference, and what chance
    alone would give.

    Reads the rows `eigenvalue`, `reference_eigenvalue` and `parallel` of ``frames["scree"]``; `group` is the number.
    """
    every = frames.get("scree", pd.DataFrame())
    known = every[every["term"].isin(_SCREE) & every["estimate"].notna()] if len(every) else every
    if not len(known):
        rows.empty(ax, meta, language)
        return
    for number, term in enumerate(t for t in _SCREE if (known["term"] == t).any()):
        part = known[known["term"] == term]
        places = part["group"].astype(int).to_numpy()
        values = part[["estimate", "conf_low", "conf_high"]].astype("float64").to_numpy()
        chance = term == "parallel"
        colour = style.GREY if chance else style.SERIES[number]
        ax.vlines(places, values[:, 1], values[:, 2], color=colour, linewidth=1.2)
        marker, dash = ("", "--") if chance else (style.MARKERS[number], "-")
        label = label_of("term", term, meta, language)
        ax.plot(places, values[:, 0], dash, marker=marker, color=colour, markersize=4.5, linewidth=1.1, label=label)
    ax.axhline(0, color=style.PALE, linewidth=0.8, zorder=0)
    ax.set_xlabel(lang.text("axis.eigenvalue_number", language))
    ax.set_ylabel(lang.text("axis.eigenvalue", language))
    style.dress(ax, grid="y")
    for axis in ("x", "y"):
        style.axis_numbers(ax, axis, "number", language)
    style.legend(ax, 3)
    style.mark(ax, meta, language)


def item_codes(pairs: pd.DataFrame) -> list[str]:
    """Items in the order of the form."""
    return list(dict.fromkeys(code for group in pairs["group"] for code in str(group).split("+")))


def _grid(pairs: pd.DataFrame, items: list[str]) -> tuple[Any, Any]:
    """Correlations by place, and what is written beside each: a ring, or a space; nothing where there is no pair."""
    place = {item: number for number, item in enumerate(items)}
    grid = np.full((len(items), len(items)), np.nan)
    marks = np.full(grid.shape, "", dtype="<U2")
    for row in pairs[pairs["term"].isin(TRIANGLES)].to_dict("records"):
        first, second = sorted(place[code] for code in str(row["group"]).split("+"))
        at = (second, first) if row["term"] == TRIANGLES[0] else (first, second)
        grid[at] = float(row["estimate"])
        marks[at] = "°" if str(row["method"]).endswith("_empty_cell") else " "
    return grid, marks


def _colours() -> Colormap:
    """White at nought, orange below, blue above: told apart by every kind of colour vision."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("associations", [style.VERMILION, "#ffffff", style.BLUE])


def _number(item: str, meta: Mapping[str, Any]) -> str:
    known = instruments.load(meta["instrument"]).item if meta.get("instrument") else {}
    return known[item].number if item in known else item


def named(item: str, meta: Mapping[str, Any], language: str) -> str:
    """Number and short label of a question: "3. Weapon or object used"."""
    number, label = _number(item, meta), label_of("group", item, meta, language)
    return label if number == item else style.wrapped(f"{number}. {label}", 40)
