"""Results of a comparison: shares for one instrument, and the agreement of pairs as one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from dvstudy.analyses import shares
from dvstudy.cohort import Cohort
from dvstudy.result import Note, Result, not_estimable
from dvstudy.studies import parts

#: Notes that count the rows of one instrument.
_COUNTED: Final = ("dropped_", "pairs_incomplete")


def meta(cohort: Cohort, question: str) -> dict[str, Any]:
    """What a result says of itself when it only counts."""
    plain: dict[str, Any] = {"estimand": "shares", "method": "counted", "citation": "", "options": {}, "data": ""}
    return {"question": question, "instrument": None, "synthetic": cohort.synthetic, "picture": None, **plain}


def absent(cohort: Cohort, name: str, note: Note | None = None, *, question: str | None = None) -> Result:
    """A result that says that there is nothing to compare, or what `note` says instead."""
    return not_estimable(name, meta(cohort, question or name), note or Note("no_rows"))


def shared(cohort: Cohort, question: str, instrument: str, frame: pd.DataFrame) -> Result:
    """Shares of the column `share` for one instrument; its own words name the levels, the catalogue the rest."""
    name = f"{question}_{instrument}"
    made = shares.shares(frame, name=name, column="share", instrument=instrument, **parts.common(cohort, frame))
    own = {"own_words": True} if question == "compare_levels" else {}
    return replace(made, meta={**made.meta, "question": question, **own})


def together(cohort: Cohort, name: str, made: Mapping[str, Result]) -> Result:
    """Results by group code as one result, each under its code; notes that count rows of one group are left out."""
    if not made:
        return absent(cohort, name)
    first = next(iter(made.values()))
    kept = {"alternatives", "counts", "missing"} & set(first.frames)
    joined = {
        frame: pd.concat([r.frames[frame].assign(group=key) for key, r in made.items() if frame in r.frames])
        for frame in sorted(kept)
    }
    said = {n.text(): n for r in made.values() for n in r.notes if not n.code.startswith(_COUNTED)}
    return Result(
        name,
        pd.concat([r.table.assign(group=key) for key, r in made.items()], ignore_index=True),
        {**first.meta, "question": name, "instrument": None, "picture": None},
        frames={key: frame.reset_index(drop=True) for key, frame in joined.items()},
        notes=list(said.values()),
        status="caution" if any(r.status == "caution" for r in made.values()) else "ok",
    )
