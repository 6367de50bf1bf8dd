"""What must hold inside a definition beyond its shape: names that resolve, rules that can be applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from dvstudy.checks import nearest
from dvstudy.errors import Problem
from dvstudy.instruments import bounds, constructs, examples, reach

if TYPE_CHECKING:
    from dvstudy.instruments.model import Definition
    from dvstudy.instruments.parts import Condition, Score, Sourced

Names = Mapping[str, Collection[str]]


def problems(whole: Definition, unread: Names | None = None) -> list[Problem]:
    """Every broken rule, each naming the part at fault.

    `unread` holds the names (by kind: ``items``, ``scores`` ...) of parts that are in the file but could not be read,
    and under ``unread`` those of single parts: a reference to one of them is no second fault.
    """
    known = _names(whole, unread or {})
    return [
        *_too_few(whole, known),
        *_repeats(whole),
        *_answer_sets(whole),
        *_items(whole, known),
        *constructs.problems(whole, known["constructs"]),
        *_sources(whole, known),
        *_scores(whole, known),
        *_levels(whole, known),
        *_outcome(whole, known),
        *_judgement(whole, known),
        *_readings(whole, known),
        *bounds.problems(whole),
        *reach.problems(whole),
        *examples.problems(whole, known),
    ]


def _names(whole: Definition, unread: Names) -> dict[str, list[str]]:
    found = {
        "items": [i.id for i in whole.items],
        "constructs": list(whole.constructs),
        "sections": [s.id for s in whole.sections],
        "parameters": [p.id for p in whole.parameters],
        "scores": [s.id for s in whole.scores],
        "levels": [level.code for level in whole.levels],
        "answer_sets": list(whole.answer_sets),
        "sources": list(whole.sources),
        "examples": [e.name for e in whole.examples],
    }
    return {kind: [*names, *unread.get(kind, ())] for kind, names in found.items()} | {
        "unread": list(unread.get("unread", ()))
    }


def unknown(place: str, names: Iterable[str], known: Collection[str]) -> Iterator[Problem]:
    """A problem for each name that is not known, with those that are."""
    for name in dict.fromkeys(names):
        if name not in known:
            yield Problem("unknown_reference", place, name, tuple(known), nearest(name, known))


def _too_few(whole: Definition, known: Names) -> Iterator[Problem]:
    """Lists that are too short. (Left to the shapes, one faulty element would also make its list too short.) Where
    the rule is not known, nothing can be asked for."""
    rule_known = whole.rule is None or whole.rule.known
    for kind, least in (("items", 1), ("sections", 1), ("scores", 1), ("levels", 2), ("examples", 1)):
        if rule_known and len(known[kind]) < least:
            yield Problem("too_few", kind, str(len(known[kind])), values=(("least", least),))
    for name, chosen in whole.answer_sets.items():
        if len(chosen.answers) < 2:
            place = f"answer_sets.{name}.answers"
            yield Problem("too_few", place, str(len(chosen.answers)), values=(("least", 2),))


def _repeats(whole: Definition) -> Iterator[Problem]:
    parts = {
        "sections": [s.id for s in whole.sections],
        "items": [i.id for i in whole.items],
        "parameters": [p.id for p in whole.parameters],
        "scores": [s.id for s in whole.scores],
        "levels": [level.code for level in whole.levels],
        "readings": [r.id for r in whole.readings],
        "examples": [e.name for e in whole.examples],
    }
    parts |= {f"levels.{level.code}.when": [c.branch for c in level.when] for level in whole.levels}
    parts |= {f"answer_sets.{name}": [*s.codes, *s.missing] for name, s in whole.answer_sets.items()}
    for place, names in parts.items():
        for name, n in Counter(names).items():
            if n > 1:
                yield Problem("repeated_name", f"{place}.{name}", name, values=(("n", n),))


def _answer_sets(whole: Definition) -> Iterator[Problem]:
    for name, chosen in whole.answer_sets.items():
        if "blank" not in chosen.missing:
            yield Problem("no_blank_reason", f"answer_sets.{name}")


def _items(whole: Definition, known: Names) -> Iterator[Problem]:
    for item in whole.items:
        yield from unknown(f"items.{item.id}.section", [item.section], known["sections"])
        yield from unknown(f"items.{item.id}.answers", [item.answers], known["answer_sets"])
    for pair in whole.excludes:
        yield from unknown("excludes", pair, known["items"])


def _sources(whole: Definition, known: Names) -> Iterator[Problem]:
    parts: dict[str, Sourced] = {f"items.{i.id}": i for i in whole.items}
    parts |= {f"scores.{s.id}": s for s in whole.scores}
    parts |= {f"parameters.{p.id}": p for p in whole.parameters}
    parts |= {n: p for n in ("rule", "rights", "legal") if (p := getattr(whole, n, None)) is not None}
    for place, part in parts.items():
        yield from unknown(f"{place}.source", [part.source], known["sources"])


def _scores(whole: Definition, known: Names) -> Iterator[Problem]:
    for score in whole.scores:
        place = f"scores.{score.id}"
        yield from unknown(place, score.item_ids, known["items"])
        taken = score.id in examples.RESULTS or score.id in known["items"]
        if taken or score.id.endswith(("_low", "_high", "_prorated")):
            yield Problem("reserved_name", place, score.id)
        if bool(score.weights) != (score.kind == "weighted_sum") or (score.weights and score.items):
            yield Problem("weights_misplaced", place)
        elif not score.item_ids:
            yield Problem("score_without_items", place)
        yield from unknown(f"{place}.counted", score.counted, score.item_ids)
        if (score.counted and score.kind == "value_sum") or (score.prorate_up_to is not None and score.kind != "count"):
            yield Problem("counts_only", place, score.kind)
        yield from _read_items(whole, score)


def _read_items(whole: Definition, score: Score) -> Iterator[Problem]:
    place = f"scores.{score.id}"
    read = [i for i in whole.items if i.id in score.item_ids]
    for item in read:
        chosen = whole.answer_sets.get(item.answers)
        if item.role == "summary_rating":
            yield Problem("rating_scored", place, item.id)
        if item.role == "flag" and (score.decides or score.kind != "count"):
            yield Problem("flag_scored", place, item.id)
        counted = set(score.counted.get(item.id, score.answers))
        if score.kind != "value_sum" and chosen is not None and not counted & set(chosen.codes):
            yield Problem("answer_not_offered", place, item.id, chosen.codes)
    offered = {c for i in read if i.answers in whole.answer_sets for c in whole.answer_sets[i.answers].codes}
    if score.kind != "value_sum" and offered:
        yield from unknown(f"{place}.answers", score.answers, sorted(offered))


def _levels(whole: Definition, known: Names) -> Iterator[Problem]:
    judged = whole.kind == "structured_judgement"
    research = {s.id for s in whole.scores if not s.decides}
    complete = len(known["levels"]) == len(whole.levels)
    bars: dict[str, int] = {}
    for position, level in enumerate(whole.levels, start=1):
        place = f"levels.{level.code}"
        lowest = position == len(whole.levels)
        if judged and level.when:
            yield Problem("judged_level_condition", place)
        if not judged and whole.kind and complete and lowest == bool(level.when):
            yield Problem("lowest_level_condition" if lowest else "level_without_condition", place)
        for condition in level.when:
            yield from unknown(f"{place}.when", [condition.score], known["scores"])
            if condition.parameter is not None:
                yield from unknown(f"{place}.when", [condition.parameter], known["parameters"])
                yield from _default(whole, condition, place)
            if condition.score in research:
                yield Problem("research_score_decides", place, condition.score)
            if level.join == "any" and condition.at_least >= bars.get(condition.score, condition.at_least + 1):
                yield Problem("level_unreachable", place, f"{condition.score} >= {condition.at_least}")
        if level.join == "any" or len(level.when) == 1:
            bars |= {c.score: min(c.at_least, bars.get(c.score, c.at_least)) for c in level.when}


def _default(whole: Definition, condition: Condition, place: str) -> Iterator[Problem]:
    """A threshold outside the range of its own parameter."""
    for parameter in whole.parameters:
        if parameter.id == condition.parameter and not parameter.least <= condition.at_least <= parameter.most:
            limits = (("least", parameter.least), ("most", parameter.most))
            yield Problem("parameter_out_of_range", f"{place}.when", str(condition.at_least), values=limits)


def _outcome(whole: Definition, known: Names) -> Iterator[Problem]:
    chosen = whole.decision
    if chosen is None:
        return
    yield from unknown("decision.positive_from", [chosen.positive_from], known["levels"])
    complete = len(known["levels"]) == len(whole.levels)
    if whole.levels and complete and chosen.positive_from == whole.levels[-1].code:
        yield Problem("decision_always_positive", "decision.positive_from", chosen.positive_from)
    if chosen.positive == chosen.negative:
        yield Problem("repeated_name", "decision", chosen.positive, values=(("n", 2),))


def _judgement(whole: Definition, known: Names) -> Iterator[Problem]:
    if not whole.kind or "judgement" in known["unread"]:
        return
    if (whole.judgement is not None) != (whole.kind == "structured_judgement"):
        yield Problem("judgement_misplaced", "judgement", whole.kind)
    if whole.judgement is None:
        return
    rated = {i.id: i for i in whole.items if i.role == "summary_rating"}
    unclear = [i for i in known["items"] if i not in {item.id for item in whole.items}]
    yield from unknown("judgement.ratings", whole.judgement.ratings, [*rated, *unclear])
    yield from unknown("judgement.level_from", [whole.judgement.level_from], whole.judgement.ratings)
    source = rated.get(whole.judgement.level_from)
    chosen = whole.answer_sets.get(source.answers) if source else None
    if chosen is not None:
        yield from unknown(f"answer_sets.{source.answers if source else ''}", chosen.codes, known["levels"])


def _readings(whole: Definition, known: Names) -> Iterator[Problem]:
    for reading in whole.readings:
        named = [*reading.scores, *(c.score for level in reading.levels for c in level.when)]
        yield from unknown(f"readings.{reading.id}", named, known["scores"])
