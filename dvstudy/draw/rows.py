"""Rows of a table as lines of a picture: which are drawn, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import style
from dvstudy.wording import Kind, label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ALL = "all"


def kind_of(table: pd.DataFrame) -> Kind:
    """The kind most rows have; a picture shows one kind, its axis can carry no more."""
    kinds = table["kind"].dropna() if "kind" in table else pd.Series(dtype="str")
    kind: Kind = kinds.mode().iloc[0] if len(kinds) else "number"
    return kind


def of_kind(table: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """The rows written as `kind`."""
    if "kind" not in table:
        return table
    return table[table["kind"].fillna("number") == kind]


def lines(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that a list of estimates draws: those of the most frequent kind. With several terms and groups the
    groups of one term stand together, and hidden rows are left to the table."""
    chosen = of_kind(table, kind_of(table))
    if any(len(chosen[column].unique()) < 2 for column in ("term", "group")):
        return chosen
    order = {term: place for place, term in enumerate(dict.fromkeys(chosen["term"]))}
    return chosen.dropna(subset=["estimate"]).sort_values("term", key=lambda t: t.map(order), kind="stable")


def labels(table: pd.DataFrame, meta: Mapping[str, Any], language: str) -> list[str]:
    """One label a row: the term, the group, or both, whichever tell the rows apart."""
    terms, groups = (len(table[column].unique()) > 1 for column in ("term", "group"))
    return [_label(str(t), str(g), terms, groups, meta, language) for t, g in table[["term", "group"]].to_numpy()]


def _label(term: str, group: str, terms: bool, groups: bool, meta: Mapping[str, Any], language: str) -> str:
    named = label_of("term", term, meta, language)
    if not groups:
        return style.wrapped(named)
    within = lang.text("report.whole", language) if group == _ALL else label_of("group", group, meta, language)
    return style.wrapped(f"{named}: {within}" if terms else within)


def empty(ax: Axes, meta: Mapping[str, Any], language: str) -> None:
    """A picture of nothing: says that there is nothing that may be shown."""
    ax.set_axis_off()
    ax.text(0.5, 0.5, lang.text("axis.nothing", language), ha="center", va="center", color=style.GREY)
    style.mark(ax, meta, language)


def hidden_at(ax: Axes, position: float, language: str) -> None:
    """The word "hidden" at the left end of a line whose numbers are suppressed or missing."""
    ax.text(
        0.01,
        position,
        lang.text("axis.hidden", language),
        transform=ax.get_yaxis_transform(),
        va="center",
        fontsize=style.SMALL,
        color=style.GREY,
        style="italic",
    )
