"""Published areas under the curve, one line a row, with what is pooled and what is only shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    Frames = Mapping[str, pd.DataFrame]

_COLOURS: Final = {"followed": style.BLUE, "case_control": style.VERMILION, "cross_sectional": style.GREEN}
_BETWEEN: Final = " · "
_SUMMARIES: Final = ("auc_pooled", "auc_predicted")


def pooled_auc(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """A forest plot: filled squares are pooled (larger for more weight), hollow ones only shown, bars without a point
    are ranges over outcomes or samples; below them the pooled value as a diamond and the prediction interval as a bar.
    Colours tell designs apart; a dagger marks limits computed from numbers of people.

    Reads ``frames["studies"]`` and the rows `auc_pooled` and `auc_predicted`.
    """
    studies = frames.get("studies")
    if studies is None or not len(studies):
        rows.empty(ax, meta, language)
        return
    summary = table[table["term"].isin(_SUMMARIES)]
    places = list(range(len(studies) + len(summary) - 1, -1, -1))
    for place, study in zip(places, studies.to_dict("records"), strict=False):
        _study(ax, place, study, language)
    named = [label(study, language, several_tools(studies)) for study in studies.to_dict("records")]
    labels = [_folded(name) for name in named]
    numbers = [beside(study, language) for study in studies.to_dict("records")]
    for place, row in zip(places[len(studies) :], summary.to_dict("records"), strict=True):
        numbers.append(_summary(ax, place, row, language))
        labels.append(style.wrapped(lang.text(f"term.{row['term']}", language)))
    _right(ax, places, numbers)
    if len(summary):
        ax.axhline(len(summary) - 0.5, color=style.PALE, linewidth=1)
        ax.axvline(float(summary["estimate"].iloc[0]), color=style.GREY, linewidth=0.8, linestyle=":", zorder=1)
    _dress(ax, places, labels, meta, language)


def label(study: Mapping[Any, Any], language: str, tools: bool) -> str:
    """The study, and below it its people, design, rater and administration."""
    people = "" if pd.isna(study["n"]) else f"n = {lang.number(study['n'], language, decimals=0)}"
    if people and pd.notna(study["n_events"]):
        events = lang.number(study["n_events"], language, decimals=0)
        people = lang.text("evidence.people", language, n=people, events=events)
    told = [lang.text(f"evidence.{kind}.{study[kind]}", language) for kind in ("design", "rater", "administration")]
    tool = [tool_name(str(study["instrument"]), language)] if tools else []
    return f"{study['label']}\n{_BETWEEN.join(part for part in [*tool, people, *told] if part)}"


def several_tools(studies: pd.DataFrame) -> bool:
    """Whether the rows are about more than one form, so that each has to be named."""
    return len(set(studies["instrument"])) > 1


def tool_name(code: str, language: str) -> str:
    """The short title of a shipped instrument, else its code in capitals."""
    from dvstudy import instruments

    if code in instruments.available():
        return lang.pick(instruments.load(code).short_title, language)
    return code.upper().replace("_", "-")


def beside(study: Mapping[Any, Any], language: str) -> str:
    """The numbers of a line, with a dagger where the limits are computed, and why it is not pooled."""
    if study["error_source"] == "published_range":
        ends = {side: lang.number(float(study[side]), language) for side in ("low", "high")}
        shown = lang.text("report.interval", language, **ends)
    else:
        estimate, low, high = (float(study[name]) for name in ("estimate", "conf_low", "conf_high"))
        shown = style.interval(estimate, low, high, "number", language)
        shown += "†" if study["error_source"] == "hanley_mcneil" else ""
    if study["left_out"]:
        return f"{shown}\n{lang.text('evidence.left_out.' + study['left_out'], language)}"
    weight = study["weight"]
    return shown if math.isnan(weight) else f"{shown}  {lang.percent(weight, language, decimals=0)}"


def _folded(name: str, width: int = 54) -> str:
    """A label with its second line broken between its parts, never inside one."""
    first, _, second = name.partition("\n")
    lines = [""]
    for part in second.split(_BETWEEN):
        joined = f"{lines[-1]}{_BETWEEN}{part}" if lines[-1] else part
        lines = [*lines[:-1], joined] if len(joined) <= width else [*lines, part]
    return "\n".join([first, *(line for line in lines if line)])


def _study(ax: Axes, place: int, study: Mapping[Any, Any], language: str) -> None:
    colour = _COLOURS.get(str(study["design"]), style.PURPLE)
    if study["error_source"] == "published_range":
        ax.plot(
            [study["low"], study["high"]], [place, place], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt"
        )
    else:
        ax.plot([study["conf_low"], study["conf_high"]], [place, place], color=colour, linewidth=1.6)
        share = 0.0 if math.isnan(study["weight"]) else float(study["weight"])
        filled = colour if not study["left_out"] else "white"
        size = 6 + 8 * math.sqrt(share)
        ax.plot(study["estimate"], place, "s", markersize=size, markerfacecolor=filled, markeredgecolor=colour)


def _summary(ax: Axes, place: int, row: Mapping[Any, Any], language: str) -> str:
    """The diamond or the bar; its numbers in words."""
    estimate, low, high = (float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    if row["term"] == "auc_pooled":
        ax.fill([low, estimate, high, estimate], [place, place + 0.22, place, place - 0.22], color=style.INK)
        return style.interval(estimate, low, high, "number", language)
    ax.plot([low, high], [place, place], color=style.INK, linewidth=3, solid_capstyle="butt")
    ends = {"low": lang.number(low, language), "high": lang.number(high, language)}
    return lang.text("report.interval", language, **ends)


def _right(ax: Axes, places: list[int], numbers: list[str]) -> None:
    """Words to the right of each line, which the layout leaves room for."""
    side = ax.secondary_yaxis("right")
    side.set_yticks(places, numbers, fontsize=style.SMALL + 0.5, color=style.INK, linespacing=1.3)
    side.tick_params(length=0)
    side.spines["right"].set_visible(False)


def _dress(ax: Axes, places: list[int], labels: list[str], meta: Mapping[str, Any], language: str) -> None:
    ax.set_yticks(places, labels, fontsize=style.SMALL + 0.5, linespacing=1.35)
    ax.set_ylim(-0.7, len(places) - 0.3)
    ax.axvline(0.5, color=style.INK, linewidth=0.9, zorder=1)
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, 0.48), min(max(high, 0.8), 1.0))
    ax.set_xlabel(lang.text("axis.pooled_auc", language))
    style.axis_numbers(ax, "x", "number", language)
    style.dress(ax)
    style.mark(ax, meta, language)
