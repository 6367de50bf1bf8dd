"""Text alternatives of the pictures of scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw.style import interval
from dvstudy.result import written

Frames = Mapping[str, pd.DataFrame]
Meta = Mapping[str, Any]


def roc(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Number of thresholds, area, and the band where a fifth is flagged wrongly."""
    curve = frames.get("roc")
    known = _known(table, "auc")
    if curve is None or not len(curve) or not len(known):
        return None
    return {"points": str(len(curve)), "auc": _interval(known, language), "band": _band(frames, language)}


def precision_recall(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Average precision, the share of events, and the precision where half of the events are found."""
    curve = frames.get("curve")
    found, common = _known(table, "average_precision"), _known(table, "prevalence")
    known = pd.DataFrame() if curve is None else curve.dropna(subset=["recall", "precision"])
    if not len(known) or not len(found) or not len(common):
        return None
    half = float(known["precision"].iloc[int((known["recall"] - 0.5).abs().to_numpy().argmin())])
    chance = float(common["estimate"].iloc[0])
    return {
        "points": str(len(known)),
        "value": _interval(found, language),
        "chance": written(chance, "number", language),
        "half": written(half, "percent", language),
    }


def auc_by_day(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """The area at every day."""
    known = _known(table, "auc")
    lines = [
        lang.text(
            "alt.auc_by_day_value",
            language,
            day=written(float(known["group"].iloc[place]), "count", language),
            value=_interval(known.iloc[place:], language),
        )
        for place in range(len(known))
    ]
    return {"lines": "; ".join(lines)} if lines else None


def _known(table: pd.DataFrame, term: str) -> pd.DataFrame:
    return table[(table["term"] == term) & table["estimate"].notna()]


def _interval(rows: pd.DataFrame, language: str) -> str:
    """Estimate and limits of the first row."""
    estimate, low, high = (float(rows[c].iloc[0]) for c in ("estimate", "conf_low", "conf_high"))
    return interval(estimate, low, high, "number", language)


def _band(frames: Frames, language: str) -> str:
    band = frames.get("roc_band")
    if band is None or band.isna().any(axis=None):
        return ""
    place = int((band["false_alarms"] - 0.2).abs().to_numpy().argmin())
    ends = {end: written(float(band[end].iloc[place]), "percent", language) for end in ("low", "high")}
    return lang.text("alt.roc_band", language, **ends)


#: Picture -> the values of its text alternative, ``alt.<picture>``.
WORDS: Final[Mapping[str, Callable[[pd.DataFrame, Frames, Meta, str], dict[str, str] | None]]] = {
    "roc": roc,
    "precision_recall": precision_recall,
    "auc_by_day": auc_by_day,
}
