"""True values of what the legal rule is worth, and of what the police record makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dvstudy.cohorts.chain import Population
from dvstudy.cohorts.estimands import accuracy, cells
from dvstudy.cohorts.streams import Bools, Floats
from dvstudy.cohorts.tally import Groups, Row, estimate, rows
from dvstudy.numbers import two_by_two
from dvstudy.tables import EXCHANGE

_RECORDED = ("sensitivity", "specificity", "ppv", "npv", "prevalence")


def values(p: Population, groups: Groups) -> Iterator[Row]:
    """Net benefit against severe violence; the form against any repeat, as it is and as it is recorded; `groups` of
    every case."""
    made = np.flatnonzero(p.filled)
    flagged, own, chances = p.usual.imminent[made], groups.only(made), p.usual.chances
    yield from _worth(own, flagged, chances.severe[made])
    happened, recorded = chances.any[made], chances.recorded[made]
    for group, event in (("two_phase", happened), ("as_recorded", recorded)):
        found = accuracy("recorded_repeat", own, flagged, event, group)
        yield from (row for row in found if row["term"] in _RECORDED)
    yield from _tipping(own, flagged, happened, recorded)


def _worth(groups: Groups, flagged: Bools, event: Floats) -> Iterator[Row]:
    """Net benefit of the legal rule and of flagging everybody at the exchange rate that sentences speak of."""
    pieces, odds = groups.sums(cells(flagged, event)), EXCHANGE / (1 - EXCHANGE)

    def worth(sums: Floats) -> Floats:
        common = (sums[..., 0] + sums[..., 2]) / sums.sum(axis=-1)
        rule = two_by_two.net_benefit(sums, EXCHANGE)
        everybody = common - (1 - common) * odds
        return np.stack([rule, everybody, rule / common, (rule - everybody) / odds], axis=-1)

    value, error = estimate(pieces, worth)
    named = (
        ("net_benefit", "legal_rule"), ("net_benefit", "flag_all"), ("standardised_net_benefit", "legal_rule"),
        ("interventions_avoided", "legal_rule"),
    )  # fmt: skip
    for place, (term, group) in enumerate(named):
        yield from rows("decision_severe", (term,), (value[[place]], error[[place]]), group)


def _tipping(groups: Groups, flagged: Bools, happened: Floats, recorded: Floats) -> Iterator[Row]:
    """How fully repeats are recorded after a positive and after a negative form, and what that does to their ratio."""
    one, yes, no = np.ones(len(flagged)), flagged.astype(float), (~flagged).astype(float)
    pieces = groups.sums([part * what for what in (one, happened, recorded) for part in (yes, no)])

    def shares(sums: Floats) -> Floats:
        n, any_, seen = (sums[..., 2 * k : 2 * k + 2] for k in range(3))
        full, risk, apparent = seen / any_, any_ / n, seen / n
        ratios = [r[..., :1] / r[..., 1:] for r in (full, risk, apparent, apparent)]
        return np.concatenate([full, *ratios], axis=-1)

    value, error = estimate(pieces, shares)
    named = (
        ("recording", "flagged"), ("recording", "not_flagged"), ("recording_ratio", "all"), ("risk_ratio", "all"),
        ("recorded_risk_ratio", "all"), ("tipping_ratio", "all"),
    )  # fmt: skip
    for place, (term, group) in enumerate(named):
        yield from rows("recording_tipping", (term,), (value[[place]], error[[place]]), group)
