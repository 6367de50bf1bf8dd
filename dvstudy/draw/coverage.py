"""What instruments ask about: one square an instrument and domain, darker with more questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.draw import rows, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]
#: Questions from which a square is at its darkest: one instrument with many must not pale all others.
_MOST: Final = 6
_DARK: Final = 3


def coverage(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Questions by domain (down) and instrument (across), the number in each square; empty where nothing is asked.

    Reads `table` as `instruments.coverage` gives it: one row an instrument, one column a domain.
    """
    asked = table.loc[:, table.sum() > 0] if len(table) else table
    if not len(table) or not asked.shape[1]:
        rows.empty(ax, meta, language)
        return
    cells = asked.T.to_numpy()[::-1]
    edges = [np.arange(n + 1) - 0.5 for n in (cells.shape[1], cells.shape[0])]
    shades = np.ma.masked_equal(np.minimum(cells, _MOST), 0)
    ax.pcolormesh(*edges, shades, cmap="Blues", vmin=-1, vmax=_MOST, edgecolors="white", linewidth=0.8)
    for row, column in zip(*np.nonzero(cells), strict=True):
        count = int(cells[row, column])
        colour = "white" if count > _DARK else style.INK
        words = lang.number(count, language, decimals=0)
        ax.text(column, row, words, ha="center", va="center", fontsize=style.SMALL, color=colour)
    domains = [domain_label(d, language) for d in asked.columns[::-1]]
    names = [instrument_label(str(i), language) for i in asked.index]
    ax.set_yticks(range(len(domains)), domains)
    ax.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor")
    ax.tick_params(length=0)
    ax.set_facecolor("#f4f5f7")
    for side in ax.spines.values():
        side.set_visible(False)
    style.mark(ax, meta, language)


def domain_label(code: str, language: str) -> str:
    """The words for a domain of the taxonomy."""
    known = instruments.taxonomy().domains
    return lang.pick(known[code].label, language) if code in known else code


def instrument_label(code: str, language: str) -> str:
    """The short title of a shipped instrument; the id of any other."""
    if code not in instruments.available():
        return code
    return lang.pick(instruments.load(code).short_title, language)
