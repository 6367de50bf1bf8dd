"""Words for the pictures of stated risks, and of what a number of cases buys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dvstudy import language as lang
from dvstudy.result import label_of, written

Frames = Mapping[str, pd.DataFrame]
Meta = Mapping[str, Any]
_PLAIN = ("flag_all", "flag_none")


def decision(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Each tool with the thresholds at which its net benefit is the largest."""
    found = frames.get("decision")
    if found is None or found["net_benefit"].isna().all():
        return None
    wide = found.pivot_table(index="threshold", columns="curve", values="net_benefit", aggfunc="first")
    best = wide.idxmax(axis=1)
    lines = []
    for name in [c for c in found["curve"].unique() if c not in _PLAIN]:
        won = best.index[best == name]
        where = "nowhere" if not len(won) else "somewhere"
        ends = {
            side: written(float(v), "percent", language)
            for side, v in (("low", won.min()), ("high", won.max()))
            if len(won)
        }
        said = lang.text(f"alt.decision_{where}", language, **ends)
        lines.append(f"{label_of('group', str(name), meta, language)}: {said}")
    ends = {
        end: written(float(v), "percent", language)
        for end, v in (("low", wide.index.min()), ("high", wide.index.max()))
    }
    return {"n": str(len(lines)), "lines": "; ".join(lines), **ends}


def precision(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Forms that each measure needs."""
    needed = table[table["term"] == "rows_needed"] if len(table) else table
    if not len(needed):
        return None
    lines = [
        f"{label_of('group', str(row['group']), meta, language)} {written(float(row['estimate']), 'count', language)}"
        for row in needed.to_dict("records")
    ]
    return {"lines": "; ".join(lines)}


def calibration(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Observed shares at the least, the middle and the largest risk drawn."""
    curve = frames.get("calibration_curve")
    if curve is None or curve["observed"].isna().all():
        return None
    values: dict[str, str] = {}
    for end, place in (("low", 0), ("middle", len(curve) // 2), ("high", len(curve) - 1)):
        row = curve.iloc[place]
        values |= {f"{end}_risk": written(float(row["risk"]), "percent", language)}
        values |= {f"{end}_observed": written(float(row["observed"]), "percent", language)}
    return values
