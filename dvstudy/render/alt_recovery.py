"""The pictures of bias and coverage over many cohorts, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dvstudy import language as lang
from dvstudy.numbers import performance as perf
from dvstudy.result import ALL, label_of, written

Frames = Mapping[str, pd.DataFrame]
Meta = Mapping[str, Any]


def bias(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """How many quantities lie beyond their error, and the one farthest off."""
    known = table[(table["empirical_se"] > 0) & table["bias_mcse"].notna()] if len(table) else table
    if not len(known):
        return None
    size = known["bias"] / known["empirical_se"]
    place = int(size.abs().to_numpy().argmax())
    first = known.iloc[place]
    return {
        "n": str(len(known)),
        "beyond": str(int(perf.beyond(known["bias"], known["bias_mcse"]).sum())),
        "farthest": _named(first, language),
        "size": written(float(size.iloc[place]), "number", language),
    }


def coverage(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """How many quantities lie outside the band, and the range."""
    known = table[table["intervals"] > 0] if len(table) else table
    if not len(known):
        return None
    level = float(meta["level"])
    off = perf.beyond(known["coverage"] - level, perf.level_error(level, known["intervals"]))
    ends = known["coverage"].agg(["min", "max"])
    return {
        "n": str(len(known)),
        "beyond": str(int(off.sum())),
        "low": lang.percent(float(ends["min"]), language),
        "high": lang.percent(float(ends["max"]), language),
        "lowest": _named(known.iloc[int(known["coverage"].to_numpy().argmin())], language),
    }


def _named(row: pd.Series, language: str) -> str:
    families = ("result", "term") if row["group"] == ALL else ("result", "term", "group")
    return ", ".join(label_of(family, str(row[family]), {}, language) for family in families)
