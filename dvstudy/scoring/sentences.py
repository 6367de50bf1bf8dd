"""The sentences of an explanation, each from the instrument's labels and the row that scoring gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.instruments import REASONS, Instrument
from dvstudy.instruments.parts import Condition, Decision, Item, Level, Score

#: Items that rest on no source: what they ask is not known.
_UNKNOWN_TOPIC: Final = ("placeholder",)


@dataclass(frozen=True)
class Form:
    """One form: its answers by item id, and its row of the scored table."""

    instrument: Instrument
    answers: Mapping[Any, Any]
    row: Mapping[Any, Any]
    language: str

    def say(self, key: str, **values: object) -> str:
        return lang.text(f"explain.{key}", self.language, **values)

    def count(self, key: str, n: int, **values: object) -> str:
        return lang.plural(f"explain.{key}", self.language, n, **values)

    def label(self, code: str) -> str:
        return lang.pick(self.instrument.labels[code], self.language)

    def number(self, column: str) -> int:
        return int(self.row[column])


def outcome(form: Form) -> str:
    """The decision, the level, or that there is no rating."""
    level = form.row["level"]
    if form.instrument.judgement:
        return form.say("unrated") if pd.isna(level) else form.say("rated", level=form.label(level))
    if form.instrument.decision:
        return form.say("decision", decision=form.label(form.row["decision"]))
    return form.say("level", level=form.label(level))


def reasons(form: Form) -> Iterator[str]:
    """Conditions met and not met, then the answers that counted."""
    if form.instrument.judgement:
        yield from _judged(form)
        return
    if form.instrument.decision and form.label(form.row["level"]) != form.label(form.row["decision"]):
        yield form.say("level", level=form.label(form.row["level"]))
    for level in _levels_shown(form):
        yield from _conditions(form, level)
    for score in _deciding(form.instrument):
        yield from _counted(form, score)
    if form.number("n_contradictions"):
        yield form.count("contradictions", form.number("n_contradictions"), pairs=_contradicted(form))


def missing(form: Form) -> Iterator[str]:
    """Which answers are missing and why, and whether they could change the outcome."""
    if form.number("n_missing"):
        yield form.count("missing", form.number("n_missing"), listed=_listed_missing(form))
    else:
        yield form.say("complete")
        return
    if form.instrument.decision and not pd.isna(form.row["decision"]):
        yield _effect(form, form.instrument.decision)
    if len(form.instrument.levels) > 2 and not form.instrument.judgement:
        yield _level_range(form)


def notices(form: Form) -> Iterator[str]:
    """What is not verified, then what the text may be used for."""
    instrument = form.instrument
    unknown = [i for i in _counted_items(form) if i.status in _UNKNOWN_TOPIC]
    if unknown:
        yield form.count("unknown_topics", len(unknown), items=", ".join(i.number for i in unknown))
    if instrument.notice:
        yield lang.pick(instrument.notice, form.language)
    elif any(s.status == "unverified" for s in _deciding(instrument)) or instrument.rule.status == "unverified":
        yield form.say("unverified_rule")
    yield form.say("purpose")


def _judged(form: Form) -> Iterator[str]:
    judgement = form.instrument.judgement
    for item in judgement.ratings if judgement else ():
        if judgement and item != judgement.level_from:
            yield form.say("rating", rating=form.label(item), answer=_answer(form, item))
    for score in form.instrument.scores:
        low, high = form.number(f"{score.id}_low"), form.number(f"{score.id}_high")
        key = "research_score" if low == high else "research_score_range"
        yield form.say(key, score=form.label(score.id), value=form.number(score.id), low=low, high=high)
        if score.kind == "count":
            yield from _counted(form, score)


def _answer(form: Form, item: str) -> str:
    given = [a for a in form.instrument.answer_set(item).answers if a.code == form.answers[item]]
    return lang.pick(given[0].label, form.language) if given else form.say("not_rated")


def _levels_shown(form: Form) -> list[Level]:
    """The level reached, the next one up, and the one that decides; from the lowest, each once."""
    rising = list(reversed(form.instrument.levels))
    at = form.instrument.level_codes.index(form.row["level"])
    wanted = {at, min(at + 1, len(rising) - 1)}
    if form.instrument.decision:
        wanted.add(form.instrument.level_codes.index(form.instrument.decision.positive_from))
    return [rising[k] for k in sorted(wanted) if rising[k].when]


def _conditions(form: Form, level: Level) -> Iterator[str]:
    if len(level.when) > 1:
        yield form.say(f"join_{level.join}", level=form.label(level.code))
    for condition in level.when:
        yield _condition(form, condition, level)


def _condition(form: Form, condition: Condition, level: Level) -> str:
    value = form.number(condition.score)
    short = condition.at_least - value
    parts = {"score": form.label(condition.score), "value": value, "bar": condition.at_least}
    parts["level"] = form.label(level.code)
    if short <= 0:
        return form.say("met", **parts)
    kind = "short_answers" if form.instrument.score[condition.score].kind == "count" else "short_points"
    return form.count(kind, short, **parts)


def _counted(form: Form, score: Score) -> Iterator[str]:
    added = [(item, worth) for item in form.instrument.items if (worth := _worth(form, score, item))]
    if added and score.kind == "count":
        yield form.say("counted", score=form.label(score.id), items="; ".join(_named(form, i) for i, _ in added))
    elif added:
        named = [f"{_named(form, item)} {_signed(form, worth)}" for item, worth in added]
        yield form.say("added", score=form.label(score.id), items="; ".join(named))


def _worth(form: Form, score: Score, item: Item) -> int:
    codes = form.instrument.answer_set(item.id).codes
    answer = form.answers.get(item.id)
    return form.instrument.worth(score.id, item.id)[codes.index(answer)] if answer in codes else 0


def _counted_items(form: Form) -> list[Item]:
    scores = _deciding(form.instrument)
    return [i for i in form.instrument.items if any(_worth(form, s, i) for s in scores)]


def _deciding(instrument: Instrument) -> list[Score]:
    used = {c.score for level in instrument.levels for c in level.when}
    return [s for s in instrument.scores if s.id in used]


def _effect(form: Form, decision: Decision) -> str:
    if form.row["certainty"] != "could_be":
        return form.say("settled", decision=form.label(form.row["decision"]))
    if form.row["decision"] == decision.negative:
        return form.say("could_turn", positive=form.label(decision.positive))
    return form.say("could_fall", negative=form.label(decision.negative))


def _level_range(form: Form) -> str:
    low, high = form.row["level_low"], form.row["level_high"]
    if low == high:
        return form.say("level_settled", level=form.label(low))
    return form.say("level_range", low=form.label(low), high=form.label(high))


def _listed_missing(form: Form) -> str:
    scored = [form.instrument.item[i] for i in form.instrument.scored_items]
    questions = [i for i in scored if i.role == "item"]
    by_reason = {reason: [k for k, i in enumerate(questions) if form.answers[i.id] == reason] for reason in REASONS}
    return "; ".join(
        f"{form.say(f'reason.{reason}')}: {_runs(places, questions)}" for reason, places in by_reason.items() if places
    )


def _runs(places: Sequence[int], questions: Sequence[Item]) -> str:
    """Numbers of questions, neighbours joined: 1–3, 7."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return ", ".join(lang.DASH.join(questions[k].number for k in dict.fromkeys((r[0], r[-1]))) for r in runs)


def _contradicted(form: Form) -> str:
    item = form.instrument.item
    both = [p for p in form.instrument.excludes if all(form.answers.get(i) == "yes" for i in p)]
    return "; ".join(f"{_named(form, item[a])} / {_named(form, item[b])}" for a, b in both)


def _named(form: Form, item: Item) -> str:
    return f"({item.number}) {lang.pick(item.label, form.language)}"


def _signed(form: Form, worth: int) -> str:
    return ("+" if worth > 0 else "") + lang.number(worth, form.language, decimals=0)
