"""Why a form came out as it did, in words: for synthetic cases and training vignettes only."""

from __future__ import annotations

from dataclasses import dataclass

from dvstudy import language as lang
from dvstudy.errors import Refused
from dvstudy.instruments import Instrument
from dvstudy.scoring import sentences
from dvstudy.scoring.answers import as_answers
from dvstudy.scoring.case import Case
from dvstudy.scoring.forms import score


@dataclass(frozen=True)
class Explanation:
    """Sentences in reading order; `str()` gives them all, one a line.

    Attributes
    ----------
    outcome
        The decision or level, as it stands on the answers given.
    reasons
        Which conditions hold, how far the others are, and which answers counted.
    missing
        Which answers are missing, why, and whether they could change the outcome.
    notices
        What is not verified about the instrument, and what the text may be used for.
    """

    outcome: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    notices: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((self.outcome, *self.reasons, *self.missing, *self.notices))


def explain(instrument: Instrument, case: Case, language: str = lang.BASE) -> Explanation:
    """Say in words why the form of a made-up case came out as it did.

    Parameters
    ----------
    instrument
        The definition that the case's answers follow.
    case
        A training vignette, a worked example, or a form of a cohort whose ids prove it synthetic.
    language
        Code of a language that has a catalogue.

    Raises
    ------
    Refused
        For a case that is not marked synthetic. The package never explains a form about a real person: a sentence
        that reads like advice would be taken for advice.
    CheckFailed
        When the answers are not the instrument's.
    """
    if not case.synthetic:
        raise Refused("explain_real_case", id=case.id)
    table = as_answers(case.answers.to_frame().T, instrument)
    form = sentences.Form(instrument, table.iloc[0].to_dict(), score(table, instrument).iloc[0].to_dict(), language)
    return Explanation(
        outcome=sentences.outcome(form),
        reasons=tuple(sentences.reasons(form)),
        missing=tuple(sentences.missing(form)),
        notices=tuple(sentences.notices(form)),
    )
