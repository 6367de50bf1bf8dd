"""Which decisions of the past would differ under another version of the same instrument."""

from __future__ import annotations

import pandas as pd

from dvstudy.errors import UsageError
from dvstudy.instruments import Instrument
from dvstudy.scoring.forms import score


def changed_decisions(answers: pd.DataFrame, before: Instrument, after: Instrument) -> pd.DataFrame:
    """Score the same answers by two versions of an instrument and put the outcomes side by side.

    Parameters
    ----------
    answers
        One row a form, coded for `before` (see `as_answers`).
    before, after
        The two versions. Items are matched by id. An item that `after` does not have is left aside; one that only
        `after` has counts as not asked, so `certainty_after` says what it could have changed.

    Returns
    -------
    DataFrame with the index of `answers`: `level_before`, `level_after`, `decision_before`, `decision_after`,
    `certainty_before`, `certainty_after`, and `changed`, true where the decision differs (the level, where an
    instrument has no decision); a level that is empty on both sides, as of a judgement nobody gave, has not changed.

    Raises
    ------
    CheckFailed
        When the answers are not those of `before`, or an item they share no longer offers an answer that was given.
    Refused
        When one of the two has no known rule.
    UsageError
        When the two are no versions of one instrument: neither the same id, nor one family in which items with the
        same id ask about the same topic.
    """
    if not _versions(before, after):
        raise UsageError("not_versions", before=before.id, after=after.id)
    first, second = score(answers, before), score(_recoded(answers, after), after)
    outcomes = ("level", "decision", "certainty")
    sides = {
        f"{name}_{when}": table[name] for name in outcomes for when, table in (("before", first), ("after", second))
    }
    frame = pd.DataFrame(sides, index=answers.index)
    outcome = "decision" if before.decision and after.decision else "level"
    found = [frame[f"{outcome}_{when}"].astype("object") for when in ("before", "after")]
    old, new = (side.where(side.notna(), "") for side in found)
    return frame.assign(changed=(old != new).to_numpy())


def _versions(before: Instrument, after: Instrument) -> bool:
    """Whether items with the same id may be taken for the same question; a copy of a form may fill in its topics."""
    shared = [i for i in before.item_ids if i in after.item]
    related = before.family is not None and before.family == after.family
    alike = all(before.item[i].construct_id == after.item[i].construct_id for i in shared)
    return before.id == after.id or (related and alike)


def _recoded(answers: pd.DataFrame, after: Instrument) -> pd.DataFrame:
    """`answers` in the columns of `after`; what it does not offer any more is left for the check of scoring to name."""
    columns = {}
    for item in after.item_ids:
        offered = after.dtype(item)
        if item not in answers:
            reason = "not_asked" if "not_asked" in offered.categories else "blank"
            columns[item] = pd.Series(pd.Categorical([reason] * len(answers), dtype=offered), index=answers.index)
        elif set(answers[item].dropna().unique()) <= set(offered.categories):
            columns[item] = answers[item].astype("str").astype(offered)
        else:
            columns[item] = answers[item]
    return pd.DataFrame(columns, index=answers.index)
