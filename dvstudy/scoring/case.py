"""One case that may be explained: made up for training, or simulated, and marked so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from dvstudy import provenance
from dvstudy.errors import Refused, UsageError
from dvstudy.instruments import Instrument
from dvstudy.instruments.parts import Example

VIGNETTE_PREFIX: Final = "SYN-V-"


@dataclass(frozen=True)
class Case:
    """Answers of one form, by item id, and whether nobody real stands behind them.

    Make one with `vignette_case`, `example_case` or `synthetic_case`, or take it from a cohort, which sets
    `synthetic` from the proof that its ids carry. A case that is not synthetic is refused by `explain`.
    """

    id: str
    answers: pd.Series
    synthetic: bool = False


def vignette_case(case_id: str, answers: Mapping[str, str] | pd.Series) -> Case:
    """The form of a training vignette; its id begins with ``SYN-V-``, else it is refused."""
    if not case_id.startswith(VIGNETTE_PREFIX):
        raise Refused("not_a_vignette", id=case_id, prefix=VIGNETTE_PREFIX)
    return Case(case_id, pd.Series(dict(answers), dtype="str"), synthetic=True)


def example_case(instrument: Instrument, name: str) -> Case:
    """A worked example of the definition file, by its name."""
    for example in instrument.examples:
        if example.name == name:
            return Case(name, pd.Series(filled(example, instrument), dtype="str"), synthetic=True)
    raise UsageError("unknown_example", name=name, instrument=instrument.id)


def synthetic_case(
    case_id: str, answers: Mapping[str, str] | pd.Series, *, parameter_hash: str, count: int, kind: str = "assessment"
) -> Case:
    """A form of a simulated cohort, marked synthetic only if its id proves it.

    Parameters
    ----------
    case_id
        Id of the form, as simulated.
    answers
        Item id -> code.
    parameter_hash, count, kind
        The cohort's parameter hash, how many ids of this kind it made, and the kind: what `provenance` made ids from.
    """
    proven = case_id in set(provenance.synthetic_ids(parameter_hash, kind, count))
    return Case(case_id, pd.Series(dict(answers), dtype="str"), synthetic=proven)


def filled(example: Example, instrument: Instrument) -> dict[str, str]:
    """The whole form of a worked example: item id -> code."""
    return {i.id: example.answers.get(i.id, example.others[i.answers]) for i in instrument.items}
