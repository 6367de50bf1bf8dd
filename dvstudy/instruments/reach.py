"""Thresholds that the answers can never reach, or that every form reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dvstudy.errors import Problem

if TYPE_CHECKING:
    from dvstudy.instruments.model import Definition
    from dvstudy.instruments.parts import Score


def problems(whole: Definition) -> Iterator[Problem]:
    """Conditions that never hold, and those that hold whatever is answered."""
    scores = {s.id: s for s in whole.scores}
    for level in whole.levels:
        for condition in level.when:
            limits = _limits(whole, scores[condition.score]) if condition.score in scores else None
            if limits is None:
                continue
            low, high = limits
            place = f"levels.{level.code}.when"
            said = f"{condition.score} >= {condition.at_least}"
            if condition.at_least > high:
                yield Problem("condition_never_holds", place, said, values=(("limit", high),))
            elif condition.at_least <= low:
                yield Problem("condition_always_holds", place, said, values=(("limit", low),))


def _limits(whole: Definition, score: Score) -> tuple[int, int] | None:
    """The smallest and the largest value of a score; None when a part of it could not be read."""
    items = {i.id: i for i in whole.items}
    low = high = 0
    for item in score.item_ids:
        chosen = whole.answer_sets.get(items[item].answers) if item in items else None
        if chosen is None or not chosen.answers:
            return None
        worth = score.worth(item, chosen)
        low, high = low + min(worth), high + max(worth)
    return low, high
