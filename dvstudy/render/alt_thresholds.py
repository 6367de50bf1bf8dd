"""Text alternatives of the pictures of the study of thresholds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw import by_group as fields
from dvstudy.draw import frequencies, style
from dvstudy.result import label_of

Frames = Mapping[str, pd.DataFrame]
Meta = Mapping[str, Any]


def natural_frequencies(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Every field in words."""
    fields = frequencies.whole_numbers(table)
    said = []
    for group, numbers in fields.iterrows():
        share = label_of("group", str(group), meta, language)
        parts = ", ".join(
            f"{lang.number(numbers[part], language, decimals=0)} {lang.text(f'frequency.{part}', language)}"
            for part in frequencies.PARTS
        )
        said.append(f"{lang.text('axis.event_in', language, share=share)}: {parts}")
    return {"fields": "; ".join(said)} if said else None


def flow(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Steps, those left out, and the four ends."""
    said = []
    for row in table.to_dict("records"):
        hidden = pd.isna(row["estimate"])
        n = lang.text("report.hidden", language) if hidden else lang.number(row["estimate"], language, decimals=0)
        code = str(row["group"])
        if row["term"] == "left_out":
            said.append(lang.text(f"flow.without_{code}", language, n=n))
        else:
            words = (
                label_of("group", code, meta, language)
                if row["term"] == "ended"
                else lang.text(f"flow.{code}", language)
            )
            said.append(f"{words}: {n}")
    return {"steps": "; ".join(said)} if said else None


def by_group(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    """Every share of every group, with its limits."""
    chosen = fields.shown(table).dropna(subset=["estimate"])
    if not len(chosen):
        return None
    said = []
    for term, rows in chosen.groupby("term", sort=False):
        each = ", ".join(
            f"{label_of('group', str(r['group']), meta, language)} "
            f"{style.interval(r['estimate'], r['conf_low'], r['conf_high'], 'percent', language)}"
            for r in rows.to_dict("records")
        )
        said.append(f"{label_of('term', str(term), meta, language)}: {each}")
    return {"n": str(len(chosen)), "lines": "; ".join(said)}


#: Picture -> the values of its text alternative, ``alt.<picture>``.
WORDS: Final[Mapping[str, Callable[[pd.DataFrame, Frames, Meta, str], dict[str, str] | None]]] = {
    "natural_frequencies": natural_frequencies,
    "flow": flow,
    "by_group": by_group,
}
