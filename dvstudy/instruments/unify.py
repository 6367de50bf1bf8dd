"""One form in place of several: each topic asked once, placed in time, and every old decision still to be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from dvstudy.checks import nearest
from dvstudy.errors import Problem, Problems, UsageError
from dvstudy.instruments import readings
from dvstudy.instruments.model import Instrument
from dvstudy.instruments.unified import definition, positive_levels
from dvstudy.instruments.union import Union, plain, union


@dataclass(frozen=True)
class Unified:
    """A united form and the forms it stands for.

    Attributes
    ----------
    instrument
        The definition of the united form; its `readings` hold the rules of the old ones.
    forms
        The old forms, in the order given.
    """

    instrument: Instrument
    forms: tuple[Instrument, ...]
    questions: Union

    @property
    def saved(self) -> int:
        """Questions asked by the old forms together, less those of the united one."""
        return sum(len(form.items) for form in self.forms) - len(self.instrument.items)

    def reading(self, name: str) -> Instrument:
        """The united form read by the rule of one old form (see `readings.reading`)."""
        return readings.reading(self.instrument, name)

    def split(self, answers: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """The answers that each old form would hold.

        Parameters
        ----------
        answers
            One row a case, one column a question of the united form, cells holding its codes.

        Returns
        -------
        Instrument id -> table of answers of that form, ready for `scoring.score`. An answer placed in time is a yes
        on a form whose question reaches that far back; a reason for missing stays that reason.

        Raises
        ------
        CheckFailed
            Listing every question that has no column and every code that a question does not offer.
        """
        found = Problems(self.instrument.id)
        found.extend(_faults(answers, self.instrument))
        found.stop()
        return {form.id: self._answers(answers, form) for form in self.forms}

    def _answers(self, answers: pd.DataFrame, form: Instrument) -> pd.DataFrame:
        columns = {}
        for item in form.items:
            question = self.questions.place[form.id, item.id]
            given = self.instrument.dtype(question.id).categories
            stands_for = {code: question.legacy(item, code) for code in given}
            column = answers[question.id].astype("str").map(stands_for)
            columns[item.id] = column.astype(form.dtype(item.id))
        return pd.DataFrame(columns, index=answers.index)


def unify(*forms: Instrument, name: str = "unified") -> Unified:
    """Build one form that asks every topic of several forms once and still yields each of their decisions.

    Parameters
    ----------
    forms
        Two or more checklists with a known rule, of which at least one has a yes/no decision. Their parameters stand
        at the values they were loaded with.
    name
        Id of the united form.

    Returns
    -------
    Unified. A topic that each form asks about once, with a plain yes or no, becomes one question; other items stay
    as they are. An act that some form leaves without a time, and any topic for which two forms name different
    times, is answered with *no, earlier, in the last year, in this incident*. The relation of the persons is asked
    once for all kinds of relatives, former partners and minors included. The united form has levels of its own: the
    highest for the decision of the first form, the next for that of the second, and so on.

    Raises
    ------
    UsageError
        For fewer than two forms, a form given twice, a structured judgement, a form whose rule is not known or which
        adds up the values of plain yes/no answers, or forms none of which has a decision that stands on single
        conditions.
    """
    _check(forms)
    found = union(forms)
    return Unified(Instrument.model_validate(definition(found, name)), tuple(forms), found)


def _check(forms: Sequence[Instrument]) -> None:
    if len(forms) < 2 or len({f.id for f in forms}) < len(forms):
        raise UsageError("unify_two")
    for form in forms:
        summed = [form.item[i] for s in form.scores if s.kind == "value_sum" for i in s.item_ids]
        joined = any(level.join == "all" and len(level.when) > 1 for level in positive_levels(form))
        if form.judgement or not form.rule.known or joined or any(plain(form, i) for i in summed):
            raise UsageError("unify_kind", instrument=form.id)
    if not any(form.decision for form in forms):
        raise UsageError("unify_no_decision")


def _faults(answers: pd.DataFrame, whole: Instrument) -> Iterator[Problem]:
    known = [str(c) for c in answers.columns]
    for item in whole.item_ids:
        if item not in known:
            yield Problem("column_missing", whole.id, item, (), nearest(item, known))
            continue
        allowed = tuple(whole.dtype(item).categories)
        given = answers[item].astype("object").where(answers[item].notna(), "")
        for code in dict.fromkeys(str(c) for c in given):
            if code not in allowed:
                yield Problem("bad_code", item, code, allowed, nearest(code, allowed))
