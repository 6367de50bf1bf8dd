"""An estimator against known truth over many cohorts: bias and coverage with their Monte-Carlo error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import rows, style
from dvstudy.draw.truth import heights
from dvstudy.numbers import performance as perf
from dvstudy.wording import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Mapping[str, pd.DataFrame]
_LEAST: Final = 0.6


def recovery_bias(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Bias of every quantity in units of its empirical standard error, with twice its Monte-Carlo error, one line a
    result. Reads `result, bias, bias_mcse, empirical_se`."""
    known = table[(table["empirical_se"] > 0) & table["bias_mcse"].notna()] if len(table) else table
    if not len(known):
        rows.empty(ax, meta, language)
        return
    bias, arm = known["bias"] / known["empirical_se"], perf.reach(known["bias_mcse"]) / known["empirical_se"]
    beyond = pd.Series(perf.beyond(known["bias"], known["bias_mcse"]), known.index)
    words = ("axis.bias_within", "axis.bias_beyond")
    _points(ax, known, bias, beyond, words, language, arm)
    edge = max(_LEAST, float((bias.abs() + arm).quantile(0.98)))
    ax.axvline(0, color=style.GREY, linewidth=0.9)
    ax.set_xlim(-1.05 * edge, 1.05 * edge)
    _finish(ax, known, "axis.bias_in_se", meta, language)
    style.axis_numbers(ax, "x", "number", language)


def recovery_coverage(ax: Axes, table: pd.DataFrame, frames: Frames, meta: Mapping[str, Any], language: str) -> None:
    """Coverage of every quantity's intervals, one line a result; the band is where an estimator with the stated level
    would lie, twice the Monte-Carlo error to each side. Reads `result, coverage, intervals`; `meta["level"]`."""
    known = table[table["intervals"] > 0] if len(table) else table
    if not len(known):
        rows.empty(ax, meta, language)
        return
    level = float(meta["level"])
    error = perf.level_error(level, known["intervals"])
    half = float(perf.reach(error).min())
    ax.axvspan(level - half, min(level + half, 1.0), color=style.PALE, alpha=0.6, linewidth=0)
    ax.axvline(level, color=style.GREY, linewidth=0.9)
    off = pd.Series(perf.beyond(known["coverage"] - level, error), known.index)
    _points(ax, known, known["coverage"], off, ("axis.coverage_within", "axis.coverage_beyond"), language)
    ax.set_xlim(min(0.85, float(known["coverage"].min()) - 0.02), 1.005)
    _finish(ax, known, "axis.coverage", meta, language)
    style.axis_numbers(ax, "x", "percent", language)


def _points(
    ax: Axes, known: pd.DataFrame, at: pd.Series, beyond: pd.Series, words: tuple[str, str], language: str,
    arm: pd.Series | None = None,
) -> None:  # fmt: skip
    """Points in two colours and shapes, those beyond apart."""
    height = heights(known, _names(known))
    for number, (part, word) in enumerate(zip((~beyond, beyond), words, strict=True)):
        colour, label = (style.BLUE, style.VERMILION)[number], f"{lang.text(word, language)}: {int(part.sum())}"
        if arm is not None:
            ax.hlines(height[part], (at - arm)[part], (at + arm)[part], color=colour, linewidth=0.6, alpha=0.5)
        ax.plot(at[part], height[part], style.MARKERS[number], color=colour, markersize=3.5, alpha=0.85, label=label)


def _finish(ax: Axes, known: pd.DataFrame, axis: str, meta: Mapping[str, Any], language: str) -> None:
    names = _names(known)
    ax.set_yticks(range(len(names)), [style.wrapped(label_of("result", n, meta, language)) for n in reversed(names)])
    ax.set_ylim(-0.7, len(names) - 0.3)
    ax.set_xlabel(lang.text(axis, language))
    style.dress(ax)
    style.legend(ax, 2)
    style.mark(ax, meta, language)


def _names(known: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(known["result"]))
