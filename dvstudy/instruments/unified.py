"""The definition of a united form, from its questions and the forms that they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from dvstudy import language as lang
from dvstudy.instruments import readings
from dvstudy.instruments.constructs import taxonomy
from dvstudy.instruments.model import Instrument
from dvstudy.instruments.parts import Level, least_known
from dvstudy.instruments.union import RELATION, Question, Union, answer_sets, words

_PROPOSAL: Final = "proposal"
_LOWEST: Final = "no_positive"


def definition(found: Union, name: str) -> dict[str, Any]:
    """The content of a definition file for the united form called `name`."""
    forms = found.forms
    asked = sum(len(f.items) for f in forms)
    n = len(found.questions)
    values: dict[str, Mapping[str, str] | int] = {"n": n, "asked": asked, "saved": asked - n, "forms": _listed(forms)}
    sets = answer_sets(found)
    neutral = {set_name: _least(sets[set_name]) for set_name in sets}
    return {
        "schema_version": 1,
        "id": name,
        "version": "proposal-1",
        "kind": "weighted_checklist" if any(f.kind == "weighted_checklist" for f in forms) else "checklist",
        "informant": forms[0].informant,
        "title": words("unified.title", **values),
        "short_title": words("unified.short_title"),
        "notice": words("unified.notice", **values),
        "sources": _sources(forms),
        "rights": _rights(),
        "applicability": {"note": words("unified.applicability")},
        "sections": [{"id": d, "label": taxonomy().domains[d].label} for d in found.sections],
        "answer_sets": sets,
        "constructs": {k: c.model_dump() for f in forms for k, c in f.constructs.items()},
        "items": [_item(q, place) for place, q in enumerate(found.questions, start=1)],
        "excludes": [[found.place[f.id, i].id for i in pair] for f in forms for pair in f.excludes],
        "scores": [s for f in forms for s in readings.scores(found, f)],
        "rule": {"status": "unverified", "source": _PROPOSAL, "note": words("unified.rule")},
        "levels": list(_levels(forms)),
        "decision": _decision(forms),
        "readings": [_reading(found, f, neutral) for f in forms],
        "examples": list(_examples(found, neutral)),
    }


def positive_levels(form: Instrument) -> list[Level]:
    """The levels at which the decision of a form is positive; none where it has no decision."""
    if form.decision is None:
        return []
    codes = [level.code for level in form.levels]
    return list(form.levels[: codes.index(form.decision.positive_from) + 1])


def _listed(forms: Sequence[Instrument]) -> dict[str, str]:
    """The short titles of the forms, in every language."""
    return {code: " + ".join(lang.pick(f.short_title, code) for f in forms) for code in lang.languages()}


def _sources(forms: Sequence[Instrument]) -> dict[str, str]:
    own = {f.id: f"Definition {f.id}, version {f.version}; see there for its sources" for f in forms}
    return {**own, _PROPOSAL: "Research proposal, built from the definitions named here; no act prescribes it"}


def _rights() -> dict[str, Any]:
    return {
        "holder": "dvstudy",
        "licence": words("unified.licence"),
        "wording_may_be_shown": False,
        "training": words("unified.training"),
        "status": "unverified",
        "source": _PROPOSAL,
    }


def _least(offered: Mapping[str, Any]) -> str:
    return str(offered["answers"][0]["code"])


def _item(question: Question, number: int) -> dict[str, Any]:
    items = [item for _, item in question.asked]
    alone = len(items) == 1 and question.answers != RELATION
    made: dict[str, Any] = {
        "id": question.id,
        "number": str(number),
        "section": question.about.domain,
        "construct_id": question.topic,
        "label": items[0].label if alone else question.about.label,
        "answers": question.answers,
        "role": items[0].role if items else "item",
        "time": question.time,
        "status": least_known(i.status for i in items) if items else "unverified",
        "source": question.asked[0][0].id if len(items) == 1 else _PROPOSAL,
    }
    note = _note(question)
    return {**made, "note": note} if note else made


def _note(question: Question) -> dict[str, str] | None:
    """Which items a question stands for, and how a relation counts."""
    listed = {
        code: "; ".join(
            f"{lang.pick(form.short_title, code)}, {item.number}: {lang.pick(item.label, code)}"
            for form, item in question.asked
        )
        for code in lang.languages()
    }
    if question.answers == RELATION and question.asked:
        return words("unified.relation_counts", items=listed)
    return words("unified.stands_for", items=listed) if len(question.asked) > 1 else None


def _levels(forms: Sequence[Instrument]) -> Iterator[dict[str, Any]]:
    """One level for the decision of each form, the first form highest, and one where none is positive."""
    for form in forms:
        if form.decision is None:
            continue
        met = {c["score"]: c for level in positive_levels(form) for c in readings.conditions(form, level)}
        label = words("unified.level", outcome=form.decision.positive_label, form=form.short_title)
        yield {"code": f"{form.id}_positive", "label": label, "join": "any", "when": _named(list(met.values()))}
    yield {"code": _LOWEST, "label": words("unified.none_positive")}


def _named(met: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Conditions, one a score (a lower level has the lower bar), whose branches are told apart."""
    repeated = len({one["branch"] for one in met}) < len(met)
    return [{**one, "branch": one["score"]} if repeated else one for one in met]


def _decision(forms: Sequence[Instrument]) -> dict[str, Any]:
    last = [f for f in forms if f.decision][-1]
    return {
        "label": words("unified.decision"),
        "positive_from": f"{last.id}_positive",
        "positive": "positive",
        "positive_label": words("unified.some_positive"),
        "negative": "negative",
        "negative_label": words("unified.none_positive"),
    }


def _reading(found: Union, form: Instrument, neutral: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": form.id,
        "version": form.version,
        "label": form.title,
        "applicability": form.applicability.model_dump(),
        "scores": [readings.score_id(form, s) for s in form.score],
        "levels": list(readings.levels(form)),
        "decision": form.decision.model_dump() if form.decision else None,
        "examples": list(readings.examples(found, form, neutral)),
    }


def _examples(found: Union, neutral: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Nobody says yes, everything is left blank, and for each form a case that its own rule finds positive."""
    blank = dict.fromkeys(neutral, "blank")
    top = next(f"{f.id}_positive" for f in found.forms if f.decision)
    none = {"level": _LOWEST, "decision": "negative"}
    yield {"name": "the least alarming answer everywhere", "others": dict(neutral), "answers": {},
           "expect": {**none, "n_missing": 0, "certainty": "cannot_be"}}  # fmt: skip
    yield {"name": "a blank form", "others": blank, "answers": {},
           "expect": {**none, "level_high": top, "certainty": "could_be"}}  # fmt: skip
    for form in (f for f in found.forms if f.decision):
        positive = form.decision.positive if form.decision else ""
        for made in readings.examples(found, form, neutral):
            if made["expect"].get("decision") == positive:
                scores = {k: v for k, v in made["expect"].items() if k.startswith(f"{form.id}_")}
                expect = {**scores, "decision": "positive"}
                yield {**made, "name": f"{form.id}: {made['name']}", "expect": expect}
                break
