"""Natural frequencies: a thousand cases as squares, one field a prevalence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.wording import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What the squares mean, in the order in which they fill the field.
PARTS: Final = ("found", "missed", "false_alarms", "rightly_passed")
_COLOURS: Final = (style.BLUE, style.VERMILION, style.GREY, style.PALE)
_ACROSS, _DOWN, _GAP = 25, 40, 7
CASES: Final = _ACROSS * _DOWN


def natural_frequencies(
    ax: Axes, table: pd.DataFrame, frames: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], language: str
) -> None:
    """Of 1,000 cases, how many are found, missed, flagged without an event, and rightly passed over.

    Reads the rows `PARTS` of the table, one field for each group; a hidden group is left out.
    """
    fields = whole_numbers(table)
    if not len(fields):
        rows.empty(ax, meta, language)
        return
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    for place, (group, numbers) in enumerate(fields.iterrows()):
        left = place * (_ACROSS + _GAP)
        squares = np.repeat(np.arange(len(PARTS)), numbers).reshape(_DOWN, _ACROSS)
        ax.pcolormesh(
            np.arange(_ACROSS + 1) + left, np.arange(_DOWN + 1), squares, cmap=ListedColormap(_COLOURS),
            vmin=0, vmax=len(PARTS) - 1, edgecolors="white", linewidth=0.5,
        )  # fmt: skip
        share = label_of("group", str(group), meta, language)
        head = style.wrapped(lang.text("axis.event_in", language, share=share), 20)
        ax.text(left, _DOWN + 1, head, va="top", fontweight="bold")
        said = "\n".join(
            f"{lang.number(numbers[part], language, decimals=0)} {lang.text(f'frequency.{part}', language)}"
            for part in PARTS
        )
        ax.text(left, _DOWN + 6, said, va="top", linespacing=1.35)
    ax.set_xlim(0, len(fields) * (_ACROSS + _GAP) - _GAP)
    ax.set_ylim(_DOWN, 0)
    ax.set_axis_off()
    key = [Patch(color=c, label=lang.text(f"frequency.{p}", language)) for c, p in zip(_COLOURS, PARTS, strict=True)]
    ax.legend(
        handles=key, frameon=False, ncols=len(PARTS), loc="lower left", bbox_to_anchor=(0, 1.06), borderaxespad=0,
        handlelength=0.9, handletextpad=0.4, columnspacing=1.2,
    )  # fmt: skip
    style.mark(ax, meta, language)


def whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Groups x `PARTS`, whole numbers that add up to a thousand (largest remainders); groups without all are absent."""
    known = table[table["term"].isin(PARTS) & table["estimate"].notna()]
    wide = known.pivot_table(index="group", columns="term", values="estimate", sort=False)
    if not set(PARTS) <= set(wide.columns):
        return pd.DataFrame(columns=list(PARTS))
    wide = wide.reindex(columns=list(PARTS)).dropna()
    return wide.apply(lambda row: pd.Series(_rounded(row.to_numpy(float)), PARTS), axis=1).reindex(columns=list(PARTS))


def _rounded(shares: NDArray[np.float64]) -> NDArray[np.int_]:
    exact = CASES * shares / shares.sum()
    found: NDArray[np.int_] = np.floor(exact).astype(int)
    found[np.argsort(found - exact, kind="stable")[: CASES - found.sum()]] += 1
    return found
