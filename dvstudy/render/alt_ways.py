"""Text alternatives of the pictures of naive and corrected figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw.ways import panels
from dvstudy.result import Kind, label_of, written

Frames = Mapping[str, pd.DataFrame]
Meta = Mapping[str, Any]


def ways(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Every panel in words, and the true values where they are drawn."""
    known = table[table["estimate"].notna()]
    said = []
    for term in panels(known):
        kind = _kind(term)
        parts = ", ".join(
            f"{label_of('group', str(r['group']), meta, language)} {written(float(r['estimate']), kind, language)}"
            for r in known[known["term"] == term].to_dict("records")
        )
        said.append(f"{label_of('term', term, meta, language)}: {parts}")
    if not said:
        return None
    true = frames["truth"].to_dict("records") if "truth" in frames else []
    values = "; ".join(
        f"{label_of('term', str(r['term']), meta, language)} "
        f"{written(float(r['truth']), _kind(str(r['term'])), language)}"
        for r in true
        if r["term"] in panels(known)
    )
    added = f" {lang.text('axis.true_value', language)}: {values}." if values else ""
    return {"lines": "; ".join(said), "truth": added}


def tipping(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Where the curve is met, and where the conclusion turns."""
    by = {str(r["term"]): float(r["estimate"]) for r in table.to_dict("records") if r["group"] == "all"}
    names = {"alike": "recorded_risk_ratio", "found": "risk_ratio", "ratio": "recording_ratio", "tip": "tipping_ratio"}
    if any(pd.isna(by.get(term, float("nan"))) for term in names.values()):
        return None
    return {name: written(by[term], "ratio", language) for name, term in names.items()}


def _kind(term: str) -> Kind:
    return "number" if term == "auc" else "percent"


#: Picture -> the values of its text alternative, ``alt.<picture>``.
WORDS: Final[Mapping[str, Callable[[pd.DataFrame, Frames, Meta, str], dict[str, str] | None]]] = {
    "ways": ways,
    "tipping": tipping,
}
