"""One made-up case by every instrument: for training vignettes and simulated cases only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dvstudy import instruments, scoring
from dvstudy.errors import Refused
from dvstudy.instruments import Instrument
from dvstudy.scoring import Case
from dvstudy.studies.borrowed import Filled, borrow, covered, questions
from dvstudy.studies.comparison import applies_to

COLUMNS: Final = ("covered", "answered", "applies", "level", "level_low", "level_high", "decision", "certainty")
_SCORED: Final = ("level", "level_low", "level_high", "decision", "certainty")


def compare_case(case: Case, instrument: Instrument, *, about: Mapping[str, str] | None = None) -> pd.DataFrame:
    """What every instrument makes of one made-up case.

    Parameters
    ----------
    case
        A training vignette, a worked example, or a form of a cohort whose ids prove it synthetic.
    instrument
        The form that the case's answers follow; the other instruments take from it what it settles.
    about
        What is known of the case: `relation` and `victim`, as in a cohort's table of cases.

    Returns
    -------
    DataFrame, one row an instrument (index `instrument`): `covered` share of its questions whose topic the case's
    form asks about; `answered` share that this form's answers settle; `applies` whether it may be applied
    (``applies``, ``cannot_be_checked``, ``does_not_apply``); `level` and `decision` on the answers settled,
    `level_low` and `level_high` what the others allow, `certainty` of a positive decision; empty text where the rule
    is not known, the assessor would have to rate, or the instrument does not apply. `level` and `decision` of another
    form are empty too while the answers leave them open: nobody filled it in.

    Raises
    ------
    Refused
        For a case that is not marked synthetic: no instrument is compared on a real person.
    CheckFailed
        When the answers are not the instrument's.
    """
    if not case.synthetic:
        raise Refused("explain_real_case", id=case.id)
    answers = scoring.as_answers(case.answers.to_frame().T.set_axis([case.id]), instrument)
    filled = {instrument.id: Filled(instrument, answers.astype("str"))}
    chosen = {instrument.id: instrument} | {n: instruments.load(n) for n in instruments.available() if n not in filled}
    facts = pd.DataFrame([dict(about or {})], index=[case.id])
    rows = {
        name: _row(one, answers if name in filled else borrow(one, filled, answers.index), filled, facts)
        for name, one in chosen.items()
        if questions(one)
    }
    index = pd.Index(list(rows), name="instrument", dtype="str")
    return pd.DataFrame(list(rows.values()), index=index, columns=list(COLUMNS))


def _row(one: Instrument, answers: pd.DataFrame, filled: Mapping[str, Filled], facts: pd.DataFrame) -> dict[str, Any]:
    asked = [i.id for i in questions(one)]
    given = [answers[i].iloc[0] in one.answer_set(i).codes if i in answers else False for i in asked]
    applies = str(applies_to(one, facts).iloc[0])
    row = {"covered": covered(one, filled), "answered": sum(given) / len(given), "applies": applies}
    rated = one.judgement is not None and one.id not in filled
    if not one.rule.known or rated or applies == "does_not_apply":
        return {**row, **dict.fromkeys(_SCORED, "")}
    scored = scoring.score(answers, one).iloc[0]
    found = {c: "" if pd.isna(scored[c]) else str(scored[c]) for c in _SCORED}
    open_ = {"decision": found["certainty"] == "could_be", "level": found["level_low"] != found["level_high"]}
    if one.id not in filled:
        found |= {column: "" for column, left in open_.items() if left}
    return {**row, **found}
