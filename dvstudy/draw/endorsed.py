"""How often each question is answered yes, beside a reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.draw.associations import named

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEP: Final = 0.16


def endorsed(
    ax: Axes, table: pd.DataFrame, frames: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], language: str
) -> None:
    """Share of yes by question with its interval, and the same in ``frames["reference"]`` where there is one.

    Reads the core columns of both; `group` is the question. One line a question, hidden ones named.
    """
    if not len(table) or table["estimate"].isna().all():
        rows.empty(ax, meta, language)
        return
    items = list(dict.fromkeys(table["group"].astype("str")))
    reference = frames.get("reference")
    sides = {"own": table} | ({"reference": reference} if reference is not None and len(reference) else {})
    for number, (side, part) in enumerate(sides.items()):
        found = part.drop_duplicates("group").set_index("group").reindex(items)
        values = found[["estimate", "conf_low", "conf_high"]].astype("float64").to_numpy()
        places = np.arange(len(items))[::-1] + _STEP * (1 - 2 * number) * (len(sides) - 1)
        colour, label = style.SERIES[number], lang.text(f"axis.side_{side}", language)
        ax.hlines(places, values[:, 1], values[:, 2], color=colour, linewidth=1.4)
        ax.plot(values[:, 0], places, style.MARKERS[number], color=colour, markersize=4.5, label=label)
    for place, item in enumerate(reversed(items)):
        if table.loc[table["group"] == item, "estimate"].isna().all():
            rows.hidden_at(ax, place, language)
    ax.set_yticks(range(len(items)), [named(i, meta, language) for i in reversed(items)])
    ax.set_ylim(-0.6, len(items) - 0.4)
    ax.set_xlim(
        0, min(1.0, 1.1 * max(float(np.nanmax(part["conf_high"].astype("float64"))) for part in sides.values()))
    )
    ax.set_xlabel(lang.text("axis.percent", language))
    style.dress(ax)
    style.axis_numbers(ax, "x", "percent", language)
    if len(sides) > 1:
        style.legend(ax, 2)
    style.mark(ax, meta, language)
