"""One set of answers, read by several rules: the scores, levels and worked examples of old forms over the questions of
a united one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dvstudy.checks import nearest
from dvstudy.errors import CheckFailed, Problem
from dvstudy.instruments.parts import Example, Level, Score
from dvstudy.instruments.union import Union, words

if TYPE_CHECKING:
    from dvstudy.instruments.model import Instrument


def reading(whole: Instrument, name: str) -> Instrument:
    """A united form read by the rule of one of its old forms.

    Parameters
    ----------
    whole
        A definition with readings (`unified_ro`).
    name
        Id of the old form.

    Returns
    -------
    Instrument with the questions of `whole` and the scores, levels and decision of the old form: `scoring.score` then
    gives, from the answers to the united form, exactly what the old form would have given.

    Raises
    ------
    CheckFailed
        When `whole` has no such reading; the text lists those it has.
    """
    known = {one.id: one for one in whole.readings}
    if name not in known:
        problem = Problem("unknown_reference", f"{whole.id} → readings", name, tuple(known), nearest(name, known))
        raise CheckFailed(whole.id, [problem])
    chosen = known[name]
    made: dict[str, Any] = whole.model_dump()
    made |= {part: chosen.model_dump()[part] for part in ("levels", "decision", "examples", "applicability")}
    made |= {"id": f"{whole.id}_as_{name}", "readings": ()}
    made["scores"] = [s for s in made["scores"] if s["id"] in chosen.scores]
    read = {item for s in chosen.scores for item in whole.score[s].item_ids}
    made["excludes"] = [pair for pair in whole.excludes if read & set(pair)]
    return type(whole).model_validate(made)


def score_id(form: Instrument, score: str) -> str:
    """The name of a score of an old form on the united one."""
    return f"{form.id}_{score}"


def scores(found: Union, form: Instrument) -> Iterator[dict[str, Any]]:
    """The scores of an old form over the questions of the united one: what counted there counts here."""
    for score in form.scores:
        items = {found.place[form.id, i].id: _counted(found, form, score, i) for i in score.item_ids}
        made: dict[str, Any] = {
            **score.model_dump(exclude={"items", "answers", "counted", "weights"}),
            "id": score_id(form, score.id),
            "label": words("unified.score", form=form.short_title, score=score.label),
            "source": form.id,
        }
        if score.kind != "value_sum":
            usual = next(iter(items.values()))
            made["answers"] = list(usual)
            made["counted"] = {i: list(codes) for i, codes in items.items() if codes != usual}
        if score.kind == "weighted_sum":
            yield {**made, "weights": {found.place[form.id, i].id: w for i, w in score.weights.items()}}
        else:
            yield {**made, "items": list(items)}


def _counted(found: Union, form: Instrument, score: Score, item: str) -> tuple[str, ...]:
    """Answers to a question that count where the old form counts."""
    question = found.place[form.id, item]
    counted = score.counted.get(item, score.answers)
    return tuple(c for c in found.offered(question) if question.legacy(form.item[item], c) in counted)


def levels(form: Instrument) -> Iterator[dict[str, Any]]:
    """The levels of an old form, on the names that its scores have on the united one."""
    for level in form.levels:
        yield {**level.model_dump(exclude={"when"}), "when": conditions(form, level)}


def conditions(form: Instrument, level: Level) -> list[dict[str, Any]]:
    """Conditions of a level on the names of the united form; a parameter stands at the value it was given."""
    return [{"branch": c.branch, "score": score_id(form, c.score), "at_least": c.at_least} for c in level.when]


def examples(found: Union, form: Instrument, neutral: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The worked examples of an old form, answered on the united one; `neutral` fills what the old form never asks."""
    for example in form.examples:
        answers = {}
        for item in form.items:
            question = found.place[form.id, item.id]
            given = example.answers.get(item.id, example.others[item.answers])
            code = translated(found, form, item.id, given)
            if code != neutral[question.answers]:
                answers[question.id] = code
        yield {"name": example.name, "others": dict(neutral), "answers": answers, "expect": _expected(form, example)}


def translated(found: Union, form: Instrument, item: str, given: str) -> str:
    """An answer to the united form that stands for `given` on the old one: the least alarming, if that one does, else
    the latest in time."""
    question = found.place[form.id, item]
    offered = found.offered(question)
    same = [c for c in (*offered, *found.reasons) if question.legacy(form.item[item], c) == given]
    return given if given in same else same[0] if same[:1] == list(offered[:1]) else same[-1]


def _expected(form: Instrument, example: Example) -> dict[str, int | str]:
    columns = {f"{s}{end}": f"{score_id(form, s)}{end}" for s in form.score for end in ("", "_low", "_high")}
    return {columns.get(column, column): value for column, value in example.expect.items()}
