"""What each code of each item adds to each sum: the rules of an instrument as one table of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from dvstudy.instruments import REASONS, Instrument

#: Three readings of a score: over the answers given, and with every missing answer filled as low or as high as it goes.
VIEWS: Final = ("given", "low", "high")
Field = tuple[str, str]


def field_names(instrument: Instrument) -> list[Field]:
    """The sums that `weights` describes, in order: (score, view) pairs, then counts with an empty view."""
    counts = ["n_missing", *(f"n_{reason}" for reason in REASONS), "n_contradictions"]
    return [*((s.id, view) for s in instrument.scores for view in VIEWS), *((name, "") for name in counts)]


def weights(instrument: Instrument, *, extra: int = 0) -> npt.NDArray[np.int64]:
    """Shape (scored items + `extra`, codes, fields), for `numbers.linear_scores`.

    The codes of an item are its answers, its reasons for missing, and, where another item excludes it, its reasons
    again for a cell that may not be filled with yes because that other was answered yes. Each of the `extra` rows
    stands for a contradicted pair: its code 1 adds one to ``n_contradictions``.
    """
    names = field_names(instrument)
    items = [_item_table(instrument, item) for item in instrument.scored_items]
    table = np.zeros((len(items) + extra, max(len(own) for own in items), len(names)), dtype=np.int64)
    for row, own in enumerate(items):
        table[row, : len(own)] = own
    table[len(items) :, 1, names.index(("n_contradictions", ""))] = 1
    return table


def _item_table(instrument: Instrument, item: str) -> npt.NDArray[np.int64]:
    chosen = instrument.answer_set(item)
    answers = len(chosen.codes)
    times = 2 if any(item in pair for pair in instrument.excludes) else 1
    names = field_names(instrument)
    table = np.zeros((answers + times * len(chosen.missing), len(names)), dtype=np.int64)
    missing, ruled_out = slice(answers, answers + len(chosen.missing)), slice(answers + len(chosen.missing), None)
    for score in instrument.scores:
        worth = instrument.worth(score.id, item)
        without_yes = [w for code, w in zip(chosen.codes, worth, strict=True) if code != "yes"]
        for view, fill in (("given", _nothing), ("low", min), ("high", max)):
            field = names.index((score.id, view))
            table[:answers, field] = worth
            table[missing, field] = fill(worth)
            table[ruled_out, field] = fill(without_yes)
    if instrument.item[item].role == "item":
        for start in (answers, answers + len(chosen.missing))[:times]:
            for offset, reason in enumerate(chosen.missing):
                table[start + offset, [names.index(("n_missing", "")), names.index((f"n_{reason}", ""))]] = 1
    return table


def _nothing(_worth: Sequence[int]) -> int:
    return 0
