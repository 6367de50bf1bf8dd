"""The same rules for sentences: a number hidden in a table must not come back in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import isclose, isfinite, nan

from dvstudy.disclosure.policy import Policy
from dvstudy.result import Note, Quantity

Values = Mapping[str, Quantity | str]


def protect_values(values: Values, limits: Policy, hidden: Collection[float] = ()) -> dict[str, Quantity | str] | None:
    """The numbers of a sentence, rounded where the policy says so; None when the sentence must not be said.

    One number that must not be said withholds the whole sentence: its other numbers could give the missing one away.

    Parameters
    ----------
    values
        Numbers and label keys that fill the sentence.
    limits
        The policy in force.
    hidden
        Raw numbers hidden in the tables of the same run (`hidden_cells`): neither they nor one minus them may be said.
    """
    if any(isinstance(v, Quantity) and withheld(v, limits, hidden) for v in values.values()):
        return None
    return {name: v if isinstance(v, str) else _rounded(v, limits) for name, v in values.items()}


def withheld(quantity: Quantity, limits: Policy, hidden: Collection[float] = ()) -> bool:
    """Whether a number must not be said: few people behind it, a small count, or hidden in a table.

    A count without a number behind it (`n` missing) counts things (stations, rules), not people. Any other quantity
    without one is not said in restricted mode: nobody knows what it rests on.
    """
    if not isfinite(quantity.value) or _of_things(quantity):
        return False
    if quantity.kind == "count":
        return bool(limits.small(quantity.value)) or _among(quantity.value, hidden)
    unproven = limits.restricted and not isfinite(quantity.n)
    return unproven or bool(limits.small(quantity.n)) or _among(quantity.value, hidden)


def protect_notes(notes: Sequence[Note], limits: Policy) -> tuple[Note, ...]:
    """Cautions stay, whatever they count; a number in them that must not be said is left out."""
    return tuple(
        replace(note, values={k: _kept(v, limits) for k, v in note.values.items()}) if note.values else note
        for note in notes
    )


def _kept(value: Quantity | str, limits: Policy) -> Quantity | str:
    if isinstance(value, str):
        return value
    return replace(value, value=nan) if withheld(value, limits) else _rounded(value, limits)


def _rounded(quantity: Quantity, limits: Policy) -> Quantity:
    if not limits.restricted or _of_things(quantity):
        return quantity
    value = float(limits.rounded(quantity.value)) if quantity.kind == "count" else round(quantity.value, 2)
    return replace(quantity, value=value)


def _of_things(quantity: Quantity) -> bool:
    return quantity.kind == "count" and not isfinite(quantity.n)


def _among(value: float, hidden: Collection[float]) -> bool:
    return any(isclose(value, h, abs_tol=1e-12) or isclose(1 - value, h, abs_tol=1e-12) for h in hidden)
