"""A figure as a paper prints it, and the exact bounds of what it may stand for before rounding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from dvstudy import language as lang
from dvstudy.errors import UsageError

_FORM: Final = re.compile(r"(\d{0,7})(?:[.,](\d{1,6}))?\s*(%?)")
_FRACTION: Final = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})")

Scale = Literal["share", "ratio"]


@dataclass(frozen=True)
class Printed:
    """What `text` may have been before rounding: from ``low / unit`` to ``high / unit``, whole numbers throughout.

    A half rounded up and a half rounded to even both count, so the upper bound belongs to the figure only when its
    last digit is even (`closed`).
    """

    text: str
    low: int
    high: int
    unit: int
    closed: bool
    percent: bool = False

    @property
    def value(self) -> float:
        return (self.low + self.high) / (2 * self.unit)

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value, as floats, not below 0."""
        return max(self.low / self.unit, 0.0), self.high / self.unit

    def holds(self, share: Fraction) -> bool:
        """Whether the exact number rounds to what is printed."""
        above = share * self.unit >= self.low
        return above and (share * self.unit <= self.high if self.closed else share * self.unit < self.high)

    def like(self, value: float, language: str, more: int = 0) -> str:
        """Another value written as this one is, percent or not: the same places or some more."""
        exact = _FRACTION.fullmatch(self.text)
        places = more + (3 if exact else len(str(self.unit // 2)) - 1 - (2 if self.percent else 0))
        if self.percent:
            return lang.percent(value, language, decimals=places)
        return lang.number(value, language, decimals=places)

    def written(self, language: str) -> str:
        """The figure itself with the decimal mark of the language."""
        return self.text if _FRACTION.fullmatch(self.text) else self.like(self.value, language)


def printed(figure: str, name: str, scale: Scale = "share") -> Printed:
    """Read a figure with the decimals it is printed with: ``"0.60"``, ``".6"``, ``"60%"``, ``"60,0 %"``, ``"6/10"``.

    Parameters
    ----------
    figure
        Text, because a number would lose its closing zeros.
    name
        What the figure is, for the message.
    scale
        A `share` lies between 0 and 1 and may be printed as a percentage, with or without the sign (``"84.0"``); a
        `ratio` is any number from 0 upwards.

    Raises
    ------
    UsageError
        When it is not text, not a number, or not a share.
    """
    if not isinstance(figure, str):
        raise UsageError("printed_as_text", name=name, found=repr(figure))
    fraction = _FRACTION.fullmatch(figure.strip())
    if fraction:
        return _of_fraction(figure, name, int(fraction[1]), int(fraction[2]), scale)
    form = _FORM.fullmatch(figure.strip())
    whole, places = (form[1] or "0", form[2] or "") if form else ("", "")
    if form is None or not (form[1] or form[2]) or (scale == "ratio" and (form[3] or len(whole + places) > 9)):
        raise UsageError("printed_unreadable", name=name, found=figure)
    percent = bool(form[3]) or (scale == "share" and Decimal(f"{whole}.{places or 0}") > 1)
    digits = int(whole + places)
    tenth = 10 ** (len(places) + (2 if percent else 0))
    if scale == "share" and digits > tenth:
        raise UsageError("printed_not_share", name=name, found=figure)
    return Printed(figure.strip(), 2 * digits - 1, 2 * digits + 1, 2 * tenth, digits % 2 == 0, percent)


def _of_fraction(figure: str, name: str, top: int, bottom: int, scale: Scale) -> Printed:
    if bottom == 0 or (scale == "share" and top > bottom):
        raise UsageError("printed_not_share", name=name, found=figure)
    return Printed(figure.strip(), top, top, bottom, True)


def readable(figure: str) -> bool:
    """Whether `printed` can read the text as a ratio or a share."""
    try:
        printed(figure, "", "ratio" if "%" not in figure else "share")
    except UsageError:
        return False
    return True
