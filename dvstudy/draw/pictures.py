"""Pictures by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dvstudy.draw import by_group, rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    #: Paints one result on an Axes: (ax, table, frames, meta, language).
    Picture = Callable[[Axes, pd.DataFrame, Mapping[str, pd.DataFrame], Mapping[str, Any], str], None]
else:
    Picture = Callable[..., None]

Size = tuple[float, float]

#: Name -> module of this package whose function of the same name paints it.
_HOMES: Final = {
    "estimates": "forest",
    "trial": "forest",
    "checks": "truth",
    "margins": "truth",
    "targets": "truth",
    "roc": "curves",
    "paradox": "curves",
    "surface": "surface",
    "rule_choice": "surface",
    "rule_front": "surface",
    "agreement_items": "agreement",
    "limits": "agreement",
    "pooled_auc": "published",
    "coverage": "coverage",
    "causal": "causal",
    "recovery_bias": "recovery",
    "recovery_coverage": "recovery",
    "tetrachoric": "associations",
    "scree": "associations",
    "endorsed": "endorsed",
    "decision": "risks",
    "calibration": "risks",
    "precision": "precision",
    "ways": "ways",
    "tipping": "ways",
    "natural_frequencies": "frequencies",
    "flow": "flow",
    "by_group": "by_group",
    "precision_recall": "scores",
    "auc_by_day": "scores",
}
_WIDE: Final = 7.0


def names() -> tuple[str, ...]:
    """Names that `picture` knows."""
    return tuple(_HOMES)


def picture(name: str) -> Picture:
    """The function that paints the picture called `name`.

    ``estimates`` points with intervals, one line a row; ``trial`` differences between arms by method; ``roc`` curve or
    staircase of rules; ``surface`` rules k x m;
    ``rule_choice`` what is wanted of them and how often each is chosen; ``rule_front`` families of rules and the
    unbeaten; ``agreement_items`` three coefficients an item; ``paradox`` kappa against prevalence; ``limits``
    differences between raters; ``checks`` estimates against truth; ``margins`` calibration targets, also as a result's
    own (``targets``); ``coverage`` questions by domain and instrument; ``ways`` one quantity by several methods;
    ``tipping`` where a conclusion turns; ``recovery_bias`` and ``recovery_coverage`` an estimator over many cohorts;
    ``causal`` what acts on what; ``tetrachoric`` correlations of pairs of questions; ``scree`` eigenvalues;
    ``endorsed`` shares of yes by question; ``natural_frequencies`` a thousand cases as squares, one field a prevalence;
    ``by_group`` shares with a line a group and a field a quantity;
    ``decision`` net benefit over thresholds; ``calibration`` events against stated risk; ``precision``
    half-width against number of cases; ``precision_recall`` precision in steps;
    ``auc_by_day`` area under the curve by day.

    Raises
    ------
    KeyError
        When there is no picture of that name.
    """
    painter: Picture = getattr(import_module(f"dvstudy.draw.{_HOMES[name]}"), name)
    return painter


def size(name: str, table: pd.DataFrame) -> Size:
    """Inches that the picture needs for this table: lists of rows grow downwards, the others are fixed."""
    if name not in _GROWING:
        return _FIXED.get(name, (_WIDE, 4.2))
    base, step, lines = _GROWING[name]
    return 9.0 if name == "pooled_auc" else _WIDE, base + step * lines(table)


def _several(column: str) -> Callable[[pd.DataFrame], int]:
    return lambda table: max(table[column].nunique() if len(table) else 0, 2)


_FIXED: Final[Mapping[str, Size]] = {
    "surface": (9.6, 5.8),
    "rule_choice": (_WIDE, 6.4),
    "roc": (5.6, 5.4),
    "rule_front": (5.6, 5.4),
    "tetrachoric": (9.6, 7.4),
    "calibration": (6.2, 6.4),
    "natural_frequencies": (_WIDE, 5.0),
}
#: Picture that grows with its table -> inches around the lines, inches a line, how many lines it draws.
_GROWING: Final[Mapping[str, tuple[float, float, Callable[[pd.DataFrame], int]]]] = {
    "estimates": (1.2, 0.32, lambda table: max(len(rows.lines(table)), 2)),
    "trial": (1.2, 0.32, lambda table: max(len(table), 2)),
    "margins": (1.2, 0.32, lambda table: max(len(table), 2)),
    "pooled_auc": (1.4, 0.5, len),
    "targets": (1.2, 0.32, _several("term")),
    "endorsed": (1.3, 0.32, _several("group")),
    "checks": (1.4, 0.3, _several("result")),
    "recovery_bias": (1.4, 0.42, _several("result")),
    "recovery_coverage": (1.4, 0.42, _several("result")),
    "agreement_items": (1.5, 0.4, _several("group")),
    "coverage": (2.6, 0.21, lambda table: max(int((table.sum() > 0).sum()) if len(table) else 0, 4)),
    "causal": (1.0, 0.72, _several("row")),
    "ways": (1.3, 0.42, lambda table: max(table["group"].nunique() if len(table) else 0, 2)),
    "by_group": (1.2, 0.4, lambda table: max(by_group.shown(table)["group"].nunique() if len(table) else 0, 2)),
    "flow": (2.2, 0.9, lambda table: max(int((table["term"] == "kept").sum()) if len(table) else 0, 2)),
}
