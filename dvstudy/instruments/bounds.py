"""Conditions under which filling the blanks with the most and least alarming answers gives exact bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from dvstudy.errors import Problem

if TYPE_CHECKING:
    from dvstudy.instruments.model import Definition
    from dvstudy.instruments.parts import AnswerSet, Item, Score

_Pick = Callable[[Sequence[int]], int]


def problems(whole: Definition) -> Iterator[Problem]:
    """Items and pairs for which no single filling is at once the lowest, or the highest, for all that decides."""
    used = {c.score for level in whole.levels for c in level.when}
    deciding = [s for s in whole.scores if s.id in used]
    for item in whole.items:
        chosen = whole.answer_sets.get(item.answers)
        if chosen is None:
            continue
        for score in deciding:
            if item.id in score.item_ids and 0 not in score.worth(item.id, chosen):
                yield Problem("no_harmless_answer", f"scores.{score.id}", item.id)
        if not all(_fillings(deciding, item, chosen, pick) for pick in (min, max)):
            yield Problem("bounds_unsound", f"items.{item.id}", item.id)
    yield from _excluded_pairs(whole, deciding)


def _fillings(scores: Sequence[Score], item: Item, chosen: AnswerSet, pick: _Pick, *, without: str = "") -> set[str]:
    """The answers (other than `without`) that take every one of `scores` to its lowest or highest."""
    kept = [k for k, code in enumerate(chosen.codes) if code != without]
    worths = [s.worth(item.id, chosen) for s in scores]
    return {chosen.codes[k] for k in kept if all(w[k] == pick([w[j] for j in kept]) for w in worths)}


def _excluded_pairs(whole: Definition, deciding: Sequence[Score]) -> Iterator[Problem]:
    """Two items that exclude each other must never both need yes, and must stay fillable when yes is ruled out."""
    items = {i.id: i for i in whole.items if i.answers in whole.answer_sets}
    groups = [list(deciding), *([s] for s in whole.scores)]
    for pair in whole.excludes:
        known = [(items[i], whole.answer_sets[items[i].answers]) for i in pair if i in items]
        if len(known) < len(pair):
            continue
        lacking = [i.id for i, chosen in known if not {"yes", "no"} <= set(chosen.codes)]
        if lacking or pair[0] == pair[1]:
            yield Problem("excludes_not_yes_no", "excludes", ", ".join(lacking or pair))
            continue
        both = any(
            all(_fillings(group, i, chosen, pick) == {"yes"} for i, chosen in known)
            for group in groups
            for pick in (min, max)
        )
        stuck = any(
            not _fillings(list(deciding), i, chosen, pick, without="yes") for i, chosen in known for pick in (min, max)
        )
        if both or stuck:
            yield Problem("excludes_unsound", "excludes", ", ".join(pair))
