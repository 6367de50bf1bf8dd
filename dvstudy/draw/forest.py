"""Points with intervals, one line a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.wording import Kind, label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]
#: Letters in a line of a label where many long lines stand below each other.
_WIDE = 42
#: So many lines of a label fit between two rows.
_LINES = 2


def estimates(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Every estimate of the most frequent kind with its interval, and the numbers beside it; others stay in the table.

    Reads the core columns and `kind`, and of ``frames["published"]`` (`group`, `estimate`) figures of others, drawn as
    open diamonds in the lines of their groups.
    """
    kind = rows.kind_of(table)
    chosen = rows.lines(table)
    if chosen["estimate"].isna().all():
        rows.empty(ax, meta, language)
        return
    labels = rows.labels(chosen, meta, language)
    if "published" in frames:
        _published(ax, chosen, frames["published"], language)
    if "published" in frames or any(label.count("\n") >= _LINES for label in labels):
        labels = [style.wrapped(label.replace("\n", " "), _WIDE) for label in labels]
    _lines(ax, chosen, labels, kind, language)
    ax.set_xlabel(lang.text(f"axis.{kind}", language))
    _range(ax, chosen, kind)
    style.axis_numbers(ax, "x", kind, language)
    style.mark(ax, meta, language)


def trial(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """The difference between the arms by every method, with the line of no difference.

    Reads the rows with term `difference` of the table and of ``frames["alternatives"]``.
    """
    both = [f for f in (table, frames.get("alternatives")) if f is not None and len(f)]
    everything = pd.concat(both, ignore_index=True) if both else table
    chosen = everything[everything["term"] == "difference"]
    if not len(chosen) or chosen["estimate"].isna().all():
        rows.empty(ax, meta, language)
        return
    kind = rows.kind_of(chosen)
    ways = [style.wrapped(label_of("method", str(m), meta, language)) for m in chosen["method"]]
    _lines(ax, chosen, ways, kind, language)
    ax.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    ax.set_xlabel(lang.text("axis.difference" if kind != "points" else "axis.difference_points", language))
    style.axis_numbers(ax, "x", kind, language)
    style.mark(ax, meta, language)


def _lines(ax: Axes, chosen: pd.DataFrame, labels: Sequence[str], kind: Kind, language: str) -> None:
    places = np.arange(len(chosen))[::-1]
    for place, (estimate, low, high) in zip(places, _triples(chosen), strict=True):
        if np.isnan(estimate):
            rows.hidden_at(ax, float(place), language)
            continue
        ax.plot([low, high], [place, place], color=style.BLUE, linewidth=1.8, solid_capstyle="butt")
        ax.plot(estimate, place, "o", color=style.BLUE, markersize=5.5)
        _beside(ax, place, style.interval(estimate, low, high, kind, language))
    ax.set_yticks(places, labels)
    ax.set_ylim(-0.6, len(chosen) - 0.4)
    style.dress(ax)


def _published(ax: Axes, chosen: pd.DataFrame, figures: pd.DataFrame, language: str) -> None:
    """Figures of others in the lines of their groups, named in a legend."""
    known = figures.set_index("group")["estimate"].astype("float64")
    here = zip(chosen["group"][::-1], chosen["estimate"][::-1], strict=True)
    spots = [(known[g], place) for place, (g, own) in enumerate(here) if g in known.index and pd.notna(own)]
    if spots:
        open_: dict[str, Any] = {
            "markerfacecolor": "none",
            "markeredgecolor": style.VERMILION,
            "markersize": 7.5,
            "zorder": 4,
        }
        ax.plot(*zip(*spots, strict=True), "D", label=lang.text("term.published", language), **open_)
        style.legend(ax, 1)


def _triples(table: pd.DataFrame) -> list[tuple[float, float, float]]:
    numbers = table[["estimate", "conf_low", "conf_high"]].astype("float64")
    return [(float(e), float(low), float(high)) for e, low, high in numbers.to_numpy()]


def _beside(ax: Axes, place: float, words: str) -> None:
    ax.annotate(
        words,
        xy=(1, place),
        xycoords=ax.get_yaxis_transform(),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=style.SMALL + 0.5,
        color=style.INK,
        annotation_clip=False,
    )


def _range(ax: Axes, chosen: pd.DataFrame, kind: Kind) -> None:
    """Shares from none to all; coefficients with their zero line when one is near it; other quantities from zero."""
    shown = chosen[["estimate", "conf_low", "conf_high"]].astype("float64")
    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    if kind == "percent" or (kind == "number" and low >= 0 and high <= 1):
        ax.set_xlim(0, 1)
    elif low < 0 < high:
        ax.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    elif kind in ("count", "hours", "days") and low >= 0:
        ax.set_xlim(left=0)
