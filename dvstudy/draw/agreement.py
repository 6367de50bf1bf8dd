"""Two raters: coefficients item by item, and differences of counts."""

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
TERMS: Final = ("percent_agreement", "kappa", "ac1")
_STEP: Final = 0.24
#: A point of real people stands for this many at least, whoever draws it.
_LEAST_BIN: Final = 10


def agreement_items(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Percent agreement, kappa and AC1 of every item with their intervals, in the order of the form.

    Reads the rows with these terms; `group` is the item. The three share an axis from the lowest limit to 1.
    """
    chosen = table[table["term"].isin(TERMS)]
    groups = list(dict.fromkeys(chosen["group"]))
    if not groups or chosen["estimate"].isna().all():
        rows.empty(ax, meta, language)
        return
    for number, term in enumerate(TERMS):
        part = chosen[chosen["term"] == term].drop_duplicates("group").set_index("group").reindex(groups)
        _series(ax, part, number, label_of("term", term, meta, language))
    hidden = chosen.groupby("group")["estimate"].apply(lambda e: e.isna().all())
    for place, group in enumerate(reversed(groups)):
        if hidden[group]:
            rows.hidden_at(ax, place, language)
    ax.set_yticks(range(len(groups)), [_item(g, meta, language) for g in reversed(groups)])
    ax.set_ylim(-0.6, len(groups) - 0.4)
    ax.set_xlim(right=1.02)
    ax.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    style.dress(ax)
    ax.set_xlabel(lang.text("axis.agreement", language))
    style.axis_numbers(ax, "x", "number", language)
    style.legend(ax, 3)
    style.mark(ax, meta, language)


def limits(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Differences between two raters against their mean, in bins: the area of a point is a number of cases.

    Reads ``frames["limits"]`` (`mean, difference, n`, one row a bin, optional `group`: the last is drawn) and the
    rows `mean_difference`, `limit_low`, `limit_high` of the table.
    """
    bins = frames.get("limits")
    if bins is None or not len(bins) or bins["n"].isna().all():
        rows.empty(ax, meta, language)
        return
    subject = ""
    if "group" in bins:
        group = str(bins["group"].iloc[-1])
        bins, table = bins[bins["group"] == group], table[table["group"] == group]
        subject = f": {label_of('group', group, meta, language)}"
    shown = bins.dropna(subset=["n"])
    if meta.get("synthetic") is not True:
        shown = shown[shown["n"] >= _LEAST_BIN]
    area = 260 * shown["n"].astype("float64") / float(shown["n"].max())
    ax.scatter(shown["mean"], shown["difference"], s=area, color=style.BLUE, alpha=0.55, linewidths=0)
    for term, dash in (("mean_difference", "-"), ("limit_low", "--"), ("limit_high", "--")):
        for value in table.loc[table["term"] == term, "estimate"].dropna().tail(1):
            ax.axhline(float(value), color=style.VERMILION, linewidth=1.2, linestyle=dash)
    ax.set_xlabel(lang.text("axis.mean_of_two", language) + subject)
    ax.set_ylabel(lang.text("axis.difference_of_two", language))
    style.dress(ax, grid="both")
    for axis in ("x", "y"):
        style.axis_numbers(ax, axis, "number", language)
    style.mark(ax, meta, language)


def _series(ax: Axes, part: pd.DataFrame, number: int, label: str) -> None:
    places = np.arange(len(part))[::-1] + _STEP * (1 - number)
    numbers = part[["estimate", "conf_low", "conf_high"]].astype("float64").to_numpy()
    colour = style.SERIES[number]
    ax.hlines(places, numbers[:, 1], numbers[:, 2], color=colour, linewidth=1.3)
    ax.plot(numbers[:, 0], places, style.MARKERS[number], color=colour, markersize=4.2, label=label)


def _item(group: str, meta: Mapping[str, Any], language: str) -> str:
    """Number and short label of an item: "3. Weapon or object used"."""
    label = label_of("group", group, meta, language)
    digits = "".join(c for c in group if c.isdigit()).lstrip("0")
    return style.wrapped(f"{digits}. {label}" if digits and label != group else label, 40)
