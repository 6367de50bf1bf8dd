"""True values of what a register shows when every episode is linked; names are those of the study of linkage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dvstudy.cohorts.episodes import Round
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tally import Groups, Row, estimate, rows
from dvstudy.tables import RETURN_MONTHS

_NAME: Final = "linkage"
_EARLIER: Final = "earlier_report"


def linkage(rounds: Sequence[Round], group_of_station: Ints, number: int) -> list[Row]:
    """Pairs that return, interventions followed by another, verdicts and knowledge at first and later interventions."""
    months = rounds[0].seen.population.scene.settings.places.months
    found: dict[str, list[tuple[Ints, Bools, Bools]]] = {}
    for k, one in enumerate(rounds):
        scene, following = one.seen.population.scene, rounds[k + 1] if k + 1 < len(rounds) else None
        month, filled = scene.people.month, one.seen.population.filled
        again, gap = _following(one, following)
        whole = month <= months - 1 - RETURN_MONTHS
        verdict = one.seen.whether(lambda arm: arm.form.positive)
        pieces = {"intervention_again": (again & (gap <= RETURN_MONTHS), whole)}
        if k == 0:
            pieces |= {"pair_returns": (again, np.ones_like(again)), "first_imminent": (verdict, filled)}
        else:
            known, answered = _known(one)
            pieces |= {"repeat_imminent": (verdict, filled), "repeat_known_on_form": (known, filled & answered)}
        group = group_of_station[scene.people.station]
        for name, (held, among) in pieces.items():
            found.setdefault(name, []).append((group, held & among, among))
    return [row for name, parts in found.items() for row in _share(name, parts, number)]


def _following(one: Round, following: Round | None) -> tuple[Bools, Ints]:
    """Whether another intervention follows, and after how many months."""
    month = one.seen.population.scene.people.month
    again, gap = np.zeros(len(month), dtype=bool), np.zeros(len(month), dtype=np.int64)
    if following is not None:
        place = np.searchsorted(one.pair, following.pair)
        again[place] = True
        gap[place] = following.seen.population.scene.people.month - month[place]
    return again, gap


def _known(one: Round) -> tuple[Bools, Bools]:
    """Whether the form says that there were earlier reports, and whether this was answered."""
    asked = one.seen.population.scene.settings.items[one.seen.population.usual.form.instrument]
    item = next(item for item, facts in asked.items() if _EARLIER in facts)
    column = one.seen.population.usual.form.record.items.index(item)
    yes = one.seen.whether(lambda arm: arm.form.record.yes[:, column])
    missing = one.seen.whether(lambda arm: arm.form.record.missing[:, column])
    return yes, ~missing


def _share(name: str, parts: Sequence[tuple[Ints, Bools, Bools]], number: int) -> list[Row]:
    group, held, among = (np.concatenate([part[k] for part in parts]) for k in range(3))
    pieces = Groups(group, number).sums([held.astype(np.float64), among.astype(np.float64)])

    def share(total: Floats) -> Floats:
        return total[..., :1] / total[..., 1:]

    return rows(_NAME, [_NAME], estimate(pieces, share), name)
