"""How well an instrument is known at a glance: its questions on one side, the rule that decides on the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dvstudy import language as lang
from dvstudy.errors import Refused
from dvstudy.instruments.model import Instrument
from dvstudy.instruments.parts import least_known

#: In place of a status where there is nothing that could have one: no question is known, or no rule.
NO_QUESTIONS: Final = "no_questions"
NO_RULE: Final = "no_rule"


@dataclass(frozen=True)
class Known:
    """The least known status among the questions with the number of questions that have it, and that of the rule."""

    questions: str
    with_it: int
    asked: int
    rule: str

    def words(self, language: str) -> tuple[str, str]:
        """For two cells of a table: whether the questions are verified, and whether the rule is."""
        status = lang.text(f"known.{self.questions}", language)
        if self.with_it < self.asked:
            status = lang.text("known.of", language, status=status, n=self.with_it, total=self.asked)
        return status, lang.text(f"known.{self.rule}", language)

    def text(self, language: str) -> str:
        """One line that says both."""
        questions, rule = self.words(language)
        return lang.text("known.line", language, questions=questions, rule=rule)


def known(instrument: Instrument) -> Known:
    """How well is an instrument known, at its weakest point?

    Returns
    -------
    `questions`: the least known status of all questions (``verified``, ``topic_verified``, ``unverified``,
    ``placeholder``; ``no_questions`` when the definition holds none), `with_it` of them have it, out of `asked`.
    `rule`: the least known status of the rule, of the scores that its levels rest on as the parameters are set, and of
    those parameters; ``no_rule`` when the rule is not known. Scores that only describe are left out.
    """
    statuses: list[str] = [item.status for item in instrument.items]
    weakest = least_known(statuses) if statuses else NO_QUESTIONS
    rule = least_known(_deciding(instrument)) if instrument.rule.known else NO_RULE
    return Known(weakest, statuses.count(weakest), len(statuses), rule)


def check_questions(instrument: Instrument) -> None:
    """Raise `Refused` (`questions_not_known`) for a definition without questions: no form of it can be read."""
    if not instrument.items:
        raise Refused("questions_not_known", instrument=instrument.id)


def check_rule(instrument: Instrument) -> None:
    """Raise `Refused` for an instrument that cannot be scored: without questions, or with a rule that is not known."""
    check_questions(instrument)
    if not instrument.rule.known:
        raise Refused("rule_not_known", instrument=instrument.id)


def _deciding(instrument: Instrument) -> Iterator[str]:
    """Statuses of everything that a level rests on."""
    parameters = {one.id: one for one in instrument.parameters}
    yield instrument.rule.status
    for condition in (c for level in instrument.levels for c in level.when):
        yield instrument.score[condition.score].status
        if condition.parameter is not None:
            yield parameters[condition.parameter].status
