"""The house style of every picture: sizes, colours that survive colour blindness, numbers in the reader's language."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from dvstudy import language as lang
from dvstudy.wording import Kind, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Colours after Okabe and Ito (jfly.uni-koeln.de/color), the yellow left out; all read on white.
BLUE, VERMILION, GREEN, ORANGE, PURPLE = "#0072B2", "#C04F00", "#00795B", "#B87400", "#A0527F"
INK, GREY, PALE = "#1b1f24", "#5f6771", "#d7dbe0"
SERIES: Final = (BLUE, VERMILION, GREEN, PURPLE, ORANGE)
MARKERS: Final = ("o", "s", "D", "^", "v")
SMALL: Final = 7.5

#: matplotlib settings in force while a page's pictures are drawn.
RC: Final[Mapping[str, Any]] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "dvstudy",
    "axes.unicode_minus": True,
    "figure.dpi": 100,
    "path.simplify": False,
}


def dress(ax: Axes, *, grid: str = "x") -> None:
    """Quiet frame, light grid along `grid` ("x", "y", "both" or "" for none)."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(GREY)
    ax.tick_params(colors=INK, length=3)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(visible=True, axis=grid, color=PALE, linewidth=0.7)  # type: ignore[arg-type]


def mark(ax: Axes, meta: Mapping[str, Any], language: str) -> None:
    """The words that say what the data are, inside the picture, above its right corner."""
    others = [kind for kind in ("published", "forms", "planned") if meta.get(kind) is True]
    data = "synthetic" if meta.get("synthetic") is True else others[0] if others else "confidential"
    ax.annotate(
        lang.text(f"report.mark.{data}", language),
        xy=(1, 1),
        xycoords="axes fraction",
        xytext=(0, 5),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=SMALL,
        color=GREY,
        annotation_clip=False,
    )


def legend(ax: Axes, columns: int) -> None:
    """The key in one line above the picture, above the mark."""
    from matplotlib.transforms import ScaledTranslation

    lifted = ax.transAxes + ScaledTranslation(0, 15 / 72, ax.get_figure(root=True).dpi_scale_trans)  # type: ignore[union-attr]
    ax.legend(
        frameon=False,
        ncols=columns,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        bbox_transform=lifted,
        borderaxespad=0.1,
        handletextpad=0.3,
        columnspacing=1.4,
    )


def axis_numbers(ax: Axes, axis: str, kind: Kind, language: str) -> None:
    """A few ticks of one axis at round numbers, as `kind` is written, with only the places that they need."""
    from matplotlib.ticker import MaxNLocator

    target = ax.xaxis if axis == "x" else ax.yaxis
    target.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    target.set_major_formatter(tick_writer(target.get_majorticklocs, kind, language))


def tick_writer(ticks: Callable[[], Any], kind: Kind, language: str) -> Callable[[float, Any], str]:
    """A tick formatter: percentages and points without places unless the ticks stand closer than one."""

    def write(value: float, _position: Any = None) -> str:
        places = _places(list(ticks()), 100 if kind in ("percent", "points", "of_100") else 1)
        value = 0.0 if abs(value) < 1e-12 else value
        if kind == "percent":
            return lang.percent(value, language, decimals=places)
        return lang.number(100 * value if kind in ("points", "of_100") else value, language, decimals=places)

    return write


def _places(ticks: list[float], scale: float) -> int:
    """The fewest places, three at most, with which every tick is written exactly."""
    scaled = [tick * scale for tick in ticks]
    return next((d for d in range(3) if all(abs(round(t, d) - t) < 1e-6 for t in scaled)), 3)


def wrapped(label: str, width: int = 34) -> str:
    """A label broken into lines of at most `width` characters, without splitting words."""
    return "\n".join(textwrap.wrap(label, width, break_long_words=False)) or label


def interval(estimate: float, low: float, high: float, kind: Kind, language: str) -> str:
    """Estimate and limits as written beside a point: "48.3% (41.0% to 55.7%)"."""
    shown = written(estimate, kind, language)
    if not (math.isfinite(low) and math.isfinite(high)):
        return shown
    limits = {"low": written(low, kind, language), "high": written(high, kind, language)}
    return f"{shown} ({lang.text('report.interval', language, **limits)})"
