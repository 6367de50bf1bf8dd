"""The rule of an instrument as formulas of a form program.

REDCap and XLSForm calculate with nearly the same words: ``if(a, b, c)``, ``and``, ``or``, ``=``, ``+``. What differs,
how a field is named and how an answer or a level is written, is a `Dialect`. The formulas are made from the same
definition as the scorer's tables and give its columns ``<score>``, ``<score>_low``, ``<score>_high``, ``n_missing``,
``level``, ``level_low``, ``level_high``, ``decision`` and ``certainty``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from dvstudy.instruments import Instrument
from dvstudy.instruments.parts import Level
from dvstudy.scoring.levels import CERTAINTIES
from dvstudy.scoring.weights import VIEWS

_SUFFIX: Final = dict(zip(VIEWS, ("", "_low", "_high"), strict=True))
_FILL: Final[Mapping[str, Callable[[Sequence[int]], int]]] = {"given": lambda _: 0, "low": min, "high": max}


@dataclass(frozen=True)
class Dialect:
    """How one program writes things: `item` and `column` a reference to a question and to a calculated column,
    `answer` the code of an answer to a question, `outcome` the code of a level, decision or certainty."""

    item: Callable[[str], str]
    column: Callable[[str], str]
    answer: Callable[[str, str], str]
    outcome: Callable[[str, str], str]


@dataclass(frozen=True)
class Calculated:
    """A calculated column: `kind` is score, bound, missing, level, level_bound, decision or certainty; `part` the score
    that it belongs to."""

    name: str
    kind: str
    formula: str
    part: str = ""


def calculated(instrument: Instrument, dialect: Dialect) -> list[Calculated]:
    """Every column that the form can calculate, each after those it refers to; none where the rule is not known."""
    return list(_calculated(instrument, dialect)) if instrument.rule.known else []


def hidden_by(instrument: Instrument, item: str) -> list[str]:
    """Items whose yes hides `item`: it could then only be answered no, since the two exclude each other."""
    if len(instrument.answer_set(item).codes) != 2:
        return []
    return [first for first, second in instrument.excludes if second == item]


def is_yes(instrument: Instrument, items: Sequence[str], dialect: Dialect) -> str:
    """That one of `items` was answered yes."""
    return _either(f"{dialect.item(i)}={dialect.answer(i, 'yes')}" for i in items)


def _calculated(instrument: Instrument, dialect: Dialect) -> Iterator[Calculated]:
    deciding = {c.score for level in instrument.levels for c in level.when}
    for score in instrument.scores:
        for view in VIEWS if score.id in deciding else VIEWS[:1]:
            terms = [_worth(instrument, score.id, i, view, dialect) for i in score.item_ids]
            kind = "score" if view == "given" else "bound"
            yield Calculated(f"{score.id}{_SUFFIX[view]}", kind, _sum(terms), score.id)
    yield Calculated("n_missing", "missing", _missing(instrument, dialect))
    for view in VIEWS:
        kind = "level" if view == "given" else "level_bound"
        yield Calculated(f"level{_SUFFIX[view]}", kind, _level(instrument, view, dialect))
    if instrument.decision is not None:
        yield Calculated("decision", "decision", _decision(instrument, dialect))
        yield Calculated("certainty", "certainty", _certainty(instrument, dialect))


def _worth(instrument: Instrument, score: str, item: str, view: str, dialect: Dialect) -> str:
    """What one answer adds: its worth, or what a missing answer may be filled with."""
    codes, worth = instrument.answer_set(item).codes, instrument.worth(score, item)
    fill = _FILL[view]
    rest = str(fill(worth))
    without_yes = [w for code, w in zip(codes, worth, strict=True) if code != "yes"]
    others = _others(instrument, item) if view != "given" and fill(without_yes) != fill(worth) else []
    if others:
        rest = f"if({is_yes(instrument, others, dialect)}, {fill(without_yes)}, {rest})"
    for value in sorted(set(worth)):
        if str(value) != rest:
            given = _either(
                f"{dialect.item(item)}={dialect.answer(item, code)}"
                for code, own in zip(codes, worth, strict=True)
                if own == value
            )
            rest = f"if({given}, {value}, {rest})"
    return rest


def _others(instrument: Instrument, item: str) -> list[str]:
    """Items that exclude `item`, whichever way round the pair stands."""
    return [other for pair in instrument.excludes if item in pair for other in pair if other != item]


def _missing(instrument: Instrument, dialect: Dialect) -> str:
    """How many questions that a score reads have no answer; a hidden one is answered by the one that hides it."""
    terms = []
    for item in instrument.scored_items:
        if instrument.item[item].role == "item":
            codes = instrument.answer_set(item).codes
            answered = (f"{dialect.item(item)}={dialect.answer(item, code)}" for code in codes)
            hiding = (is_yes(instrument, [other], dialect) for other in hidden_by(instrument, item))
            terms.append(f"if({_either(chain(answered, hiding))}, 0, 1)")
    return _sum(terms)


def _level(instrument: Instrument, view: str, dialect: Dialect) -> str:
    if instrument.judgement is not None:
        return _rated(instrument, view, dialect)
    *upper, lowest = instrument.levels
    found = dialect.outcome("level", lowest.code)
    for level in reversed([one for one in upper if one.when]):
        found = f"if({_reached(level, view, dialect)}, {dialect.outcome('level', level.code)}, {found})"
    return found


def _reached(level: Level, view: str, dialect: Dialect) -> str:
    conditions = [f"{dialect.column(c.score + _SUFFIX[view])} >= {c.at_least}" for c in level.when]
    return {"any": " or ", "all": " and "}[level.join].join(conditions)


def _rated(instrument: Instrument, view: str, dialect: Dialect) -> str:
    """The assessor's rating; where there is none, no level, or the lowest and the highest."""
    assert instrument.judgement is not None
    item, codes = instrument.judgement.level_from, instrument.level_codes
    without = {"low": dialect.outcome("level", codes[0]), "high": dialect.outcome("level", codes[-1])}
    found = without.get(view, "''")
    for code in instrument.answer_set(item).codes:
        given = f"{dialect.item(item)}={dialect.answer(item, code)}"
        found = f"if({given}, {dialect.outcome('level', code)}, {found})"
    return found


def _decision(instrument: Instrument, dialect: Dialect) -> str:
    assert instrument.decision is not None
    outcomes = [dialect.outcome("decision", c) for c in (instrument.decision.positive, instrument.decision.negative)]
    decided = f"if({_positive(instrument, '', dialect)}, {outcomes[0]}, {outcomes[1]})"
    return f"if({dialect.column('level')}='', '', {decided})" if instrument.judgement else decided


def _certainty(instrument: Instrument, dialect: Dialect) -> str:
    certain, could_be, cannot_be = (dialect.outcome("certainty", code) for code in CERTAINTIES)
    otherwise = f"if({_positive(instrument, '_high', dialect)}, {could_be}, {cannot_be})"
    return f"if({_positive(instrument, '_low', dialect)}, {certain}, {otherwise})"


def _positive(instrument: Instrument, suffix: str, dialect: Dialect) -> str:
    """That the level is one of those from which the decision is positive."""
    assert instrument.decision is not None
    codes = instrument.level_codes
    above = codes[codes.index(instrument.decision.positive_from) :]
    return _either(f"{dialect.column(f'level{suffix}')}={dialect.outcome('level', code)}" for code in above)


def _either(conditions: Iterable[str]) -> str:
    return " or ".join(conditions)


def _sum(terms: Sequence[str]) -> str:
    return " + ".join(terms) if terms else "0"
