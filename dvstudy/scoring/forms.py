"""The scorer: a table of answers and an instrument in, one row of scores, level and decision a form out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dvstudy.instruments import Instrument
from dvstudy.instruments.known import check_rule
from dvstudy.numbers.linear_scores import linear_scores
from dvstudy.scoring import answers as tables
from dvstudy.scoring.levels import CERTAINTIES, Levels, Views, branches, decided, rated_levels, scored_levels
from dvstudy.scoring.weights import VIEWS, field_names, weights

__all__ = ["CERTAINTIES", "score"]

_Codes = dict[str, npt.NDArray[np.int8]]


def score(answers: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Score every form: counts, level, decision, and what the missing answers could still change.

    Parameters
    ----------
    answers
        One row a form, one column an item, each categorical as `instrument.dtype(item)` says (see `as_answers`).
        Items that nothing is computed from may be absent.
    instrument
        The definition to score by.

    Returns
    -------
    DataFrame with the index of `answers` and these columns:

    ``<score>``
        For each score of the instrument: the sum over the answers given. A missing answer adds nothing.
    ``<score>_low``, ``<score>_high``
        The smallest and the largest value that any filling of the missing answers can give. Every reason for missing
        (also ``not_applicable``, ``omitted``) is filled; pairs of items that exclude each other stay exclusive.
    ``<score>_prorated``
        Where the definition allows it: the count raised in proportion to the items answered, unrounded; empty with
        more missing items than allowed. It never leaves the range from ``_low`` to ``_high``, and no level rests on it.
    ``level``, ``level_low``, ``level_high``
        Ordered categorical: the level on the answers given, and the range that filling allows. In a structured
        judgement the assessor's rating; empty, with the full range, where there is no rating.
    ``decision``
        Positive or negative on the answers given, as the rule counts them; empty where the instrument has none.
    ``branch``
        Which condition of the level reached holds (``both`` of two, ``a+b`` of more); ``none`` at the lowest level;
        empty in a structured judgement.
    ``certainty``
        Of a positive decision: ``certain`` however the missing answers are filled, ``could_be``, or ``cannot_be``.
        Empty where the instrument has no decision.
    ``n_missing``, ``n_blank``, ``n_refused``, ``n_does_not_know``, ``n_not_asked``, ``n_not_applicable``, ``n_omitted``
        Missing answers among the questions that a score reads (not flags, ratings or questions asked only).
    ``n_contradictions``
        Pairs of items both answered yes that exclude each other. Such a form is scored as given.

    Raises
    ------
    CheckFailed
        Listing every column that is unknown, absent, repeated, or not of the instrument's answers.
    Refused
        When the rule of the instrument is not public or not known (an overlay may bring it), or its questions are not.

    Notes
    -----
    The rules are monotone in the answers (the definition is refused otherwise), so the bounds are exact: they equal
    the smallest and largest result over all fillings. Checked against an independent loop on 10,000 random forms an
    instrument and against brute force over fillings.

    Not for deciding about any person: research and training only.
    """
    check_rule(instrument)
    codes = tables.codes(answers, instrument)
    fields = _fields(codes, instrument, len(answers))
    views = Views(*(({s.id: fields[s.id, view] for s in instrument.scores}) for view in VIEWS))
    levels = rated_levels(codes, instrument) if instrument.judgement else scored_levels(views, instrument)
    columns: dict[str, object] = {s: fields[s, "given"] for s in instrument.score}
    columns |= {f"{s}_{view}": fields[s, view] for s in instrument.score for view in ("low", "high")}
    columns |= _prorated(codes, fields, instrument)
    columns |= _level_columns(levels, instrument)
    columns |= _decision_columns(levels, views, instrument)
    columns |= {name: fields[name, ""] for name, view in field_names(instrument) if not view}
    return pd.DataFrame(columns, index=answers.index, copy=False)


def _fields(codes: _Codes, instrument: Instrument, n: int) -> dict[tuple[str, str], npt.NDArray[np.int32]]:
    """Every sum over answers, by name and view."""
    coded, pairs = _exclusive(codes, instrument)
    table = weights(instrument, extra=len(pairs))
    rows = [*(coded[i] for i in instrument.scored_items), *pairs]
    return dict(zip(field_names(instrument), linear_scores(rows, table), strict=True))


def _prorated(
    codes: _Codes, fields: dict[tuple[str, str], npt.NDArray[np.int32]], instrument: Instrument
) -> dict[str, npt.NDArray[np.float64]]:
    """``given * items / answered`` for scores that may be prorated."""
    made = {}
    for score in (s for s in instrument.scores if s.prorate_up_to is not None):
        n = len(score.item_ids)
        counts = np.int8 if n <= np.iinfo(np.int8).max else np.int32
        answered: npt.NDArray[np.signedinteger] = np.zeros(len(fields[score.id, "given"]), dtype=counts)
        for item in score.item_ids:
            answered += (codes[item] < len(instrument.answer_set(item).codes)).view(np.int8)
        allowed = answered >= max(n - (score.prorate_up_to or 0), 1)
        whole = fields[score.id, "given"] * n / np.maximum(answered, 1)
        made[f"{score.id}_prorated"] = np.where(allowed, whole, np.nan)
    return made


def _exclusive(codes: _Codes, instrument: Instrument) -> tuple[_Codes, list[npt.NDArray[np.int8]]]:
    """Codes in which an item ruled out by a yes elsewhere stands apart, and a 0/1 row for each contradicted pair.

    A missing answer that may no longer be filled with yes gets its code plus the number of reasons for missing: the
    reasons stand twice in the table of `weights`.
    """
    yes = {i: codes[i] == instrument.answer_set(i).codes.index("yes") for pair in instrument.excludes for i in pair}
    pairs = [(yes[a] & yes[b]).view(np.int8) for a, b in instrument.excludes]
    ruled_out: dict[str, npt.NDArray[np.bool_]] = {}
    for a, b in instrument.excludes:
        for item, other in ((a, b), (b, a)):
            ruled_out[item] = ruled_out.get(item, np.zeros_like(yes[item])) | yes[other]
    shifted = {i: _shift(codes[i], out, instrument, i) for i, out in ruled_out.items() if i in instrument.scored_items}
    return codes | shifted, pairs


def _shift(
    codes: npt.NDArray[np.int8], ruled_out: npt.NDArray[np.bool_], instrument: Instrument, item: str
) -> npt.NDArray[np.int8]:
    chosen = instrument.answer_set(item)
    shifted = codes + np.int8(len(chosen.missing))
    return np.where(ruled_out & (codes >= len(chosen.codes)), shifted, codes).astype(np.int8)


def _level_columns(levels: Levels, instrument: Instrument) -> dict[str, object]:
    kind = instrument.levels_dtype()
    named = {"level": levels.given, "level_low": levels.low, "level_high": levels.high}
    return {name: pd.Categorical.from_codes(codes, dtype=kind) for name, codes in named.items()}


def _decision_columns(levels: Levels, views: Views, instrument: Instrument) -> dict[str, object]:
    decision, certainty = decided(levels, instrument)
    outcomes = [instrument.decision.negative, instrument.decision.positive] if instrument.decision else []
    branch, names = branches(levels, views, instrument)
    named = {"decision": (decision, outcomes), "branch": (branch, names), "certainty": (certainty, list(CERTAINTIES))}
    return {
        name: pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(categories))
        for name, (codes, categories) in named.items()
    }
