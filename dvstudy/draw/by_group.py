"""Shares by group side by side: a narrow field a quantity, a line a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.wording import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Width of a field is 1 (0 to 100 %); the next begins here. Letters in a line of all heads together.
_NEXT: Final = 1.25
_LETTERS: Final = 70


def by_group(
    ax: Axes, table: pd.DataFrame, frames: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], language: str
) -> None:
    """Shares with limits, groups down and quantities across; "hidden" where a number is, a dash where there is none."""
    chosen = shown(table)
    if not len(chosen):
        rows.empty(ax, meta, language)
        return
    terms, groups = (list(dict.fromkeys(chosen[column])) for column in ("term", "group"))
    for place, term in enumerate(terms):
        left = place * _NEXT
        for tick in (0, 0.5, 1):
            ax.plot([left + tick] * 2, [-0.5, len(groups) - 0.5], color=style.PALE, linewidth=0.7, zorder=0)
        for tick, side in ((0, "left"), (1, "right")):
            ax.text(left + tick, len(groups) - 0.45, _percent(tick, language), ha=side, va="top", fontsize=style.SMALL)
        head = style.wrapped(label_of("term", term, meta, language), max(14, _LETTERS // len(terms)))
        ax.text(left, -0.65, head, va="bottom", fontweight="bold", fontsize=8.5)
        for row in chosen[chosen["term"] == term].to_dict("records"):
            _line(ax, row, left, groups.index(row["group"]), language)
    names = [rows.labels(pd.DataFrame({"term": ["", ""], "group": [g, ""]}), meta, language)[0] for g in groups]
    ax.set_yticks(range(len(groups)), names)
    ax.set_xticks([])
    ax.set_xlim(-0.06, (len(terms) - 1) * _NEXT + 1.06)
    ax.set_ylim(len(groups) - 0.5, -0.5)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0)
    _mark(ax, meta, language)


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are drawn: shares, of groups and of quantities that have at least one number."""
    chosen = rows.of_kind(table, "percent")
    known = chosen.dropna(subset=["estimate"])
    return chosen[chosen["term"].isin(known["term"]) & chosen["group"].isin(known["group"])]


def _line(ax: Axes, row: Mapping[str, Any], left: float, at: int, language: str) -> None:
    if pd.isna(row["estimate"]):
        said = lang.text("report.hidden", language) if row.get("suppressed") is True else "—"
        ax.text(left + 0.02, at, said, va="center", fontsize=style.SMALL, color=style.GREY)
        return
    if pd.notna(row["conf_low"]) and pd.notna(row["conf_high"]):
        ax.plot([left + row["conf_low"], left + row["conf_high"]], [at, at], color=style.BLUE, linewidth=1.8)
    ax.plot(left + row["estimate"], at, "o", color=style.BLUE, markersize=4.5)
    where = min(max(row["estimate"], 0.12), 0.88)
    ax.text(
        left + where, at - 0.14, _percent(row["estimate"], language), ha="center", va="bottom", fontsize=style.SMALL
    )


def _percent(share: float, language: str) -> str:
    return lang.percent(share, language, decimals=0)


def _mark(ax: Axes, meta: Mapping[str, Any], language: str) -> None:
    """The words that say what the data are, lifted above the quantities."""
    style.mark(ax, meta, language)
    ax.texts[-1].set_position((0, 48))
