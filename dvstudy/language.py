"""Words and numbers as each language writes them.

One catalogue per language, `locale/<code>.po`, holds every sentence a person reads, under symbolic keys
(``report.title``). Adding a language is adding one file. Babel, which JupyterLab installs anyway, reads the
catalogues and knows each language's plural forms, decimal mark and dates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

BASE: Final = "en"
DASH: Final = "–"
_ABSENT: Final = "—"


class UnknownLanguage(ValueError):
    """Raised for a language without a catalogue; the message names those that exist."""


class UnknownKey(LookupError):
    """Raised for a key that no catalogue holds: a programming error, never a reader's."""


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that have a catalogue, the base language first."""
    found = sorted(f.name.removesuffix(".po") for f in files("dvstudy.locale").iterdir() if f.name.endswith(".po"))
    return (BASE, *(code for code in found if code != BASE))


@cache
def _catalogue(language: str) -> tuple[GNUTranslations, frozenset[str]]:
    if language not in languages():
        raise UnknownLanguage(f"no catalogue for {language!r}; there are: {', '.join(languages())}")
    with files("dvstudy.locale").joinpath(f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    keys = frozenset(m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id and any(m.string or ()))
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled), keys


def has(key: str, language: str = BASE) -> bool:
    """Whether the catalogue of `language` holds `key` with a non-empty text."""
    return key in _catalogue(language)[1]


def text(key: str, language: str = BASE, /, **values: object) -> str:
    """The sentence under `key`, its ``{placeholders}`` filled.

    Whole numbers are grouped as the language does, other numbers get its decimal mark and the places they have, and the
    parts of a tuple stand side by side; anything else should arrive already formatted (see `number`, `percent`). A key
    missing in `language` falls back to English; a key missing there too raises `UnknownKey`.
    """
    chosen = language if has(key, language) else BASE
    if not has(key, chosen):
        raise UnknownKey(key)
    return _fill(_catalogue(chosen)[0].gettext(key), language, values)


def plural(key: str, language: str, n: int, /, **values: object) -> str:
    """The form of `key` that goes with the number `n` ("2 forms", "2 formulare", "20 de formulare")."""
    chosen = language if has(key, language) else BASE
    if not has(key, chosen):
        raise UnknownKey(key)
    return _fill(_catalogue(chosen)[0].ngettext(key, key, n), language, {"n": n, **values})


def _fill(sentence: str, language: str, values: Mapping[str, object]) -> str:
    return sentence.format_map({name: _shown(value, language) for name, value in values.items()})


def _shown(value: object, language: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value, language, decimals=0)
    if isinstance(value, float):
        return number(value, language, decimals=_places(value))
    if isinstance(value, tuple):
        return "; ".join(" ".join(_shown(one, language) for one in part) for part in value)
    return str(value)


def _places(value: float) -> int:
    """Decimal places of the shortest writing of a number."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def number(value: float, language: str = BASE, *, decimals: int = 2) -> str:
    """`value` with `decimals` places, the decimal mark and grouping of the language; a dash when missing."""
    if not math.isfinite(value):
        return _ABSENT if math.isnan(value) else ("∞" if value > 0 else "−∞")
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(_unsigned_zero(value, decimals), format=pattern, locale=language).replace("-", "−")


def percent(value: float, language: str = BASE, *, decimals: int = 1) -> str:
    """A share between 0 and 1 as a percentage ("12.3%", "12,3 %")."""
    if not math.isfinite(value):
        return _ABSENT
    pattern = Locale.parse(language).percent_formats[None].pattern
    wanted = pattern.replace("0", "0." + "0" * decimals if decimals else "0", 1) if "0" in pattern else pattern
    return format_percent(_unsigned_zero(value, decimals + 2), format=wanted, locale=language).replace("-", "−")


def day(on: date, language: str = BASE) -> str:
    """A day in words ("1 May 2023" in the order of the language)."""
    return format_date(on, format="d MMMM y", locale=language)


def _unsigned_zero(value: float, decimals: int) -> float:
    """What would be shown as "−0.00" becomes 0."""
    return value if round(value, decimals) else 0


def pick(label: Mapping[str, str], language: str) -> str:
    """The label written in `language`, else the English one: for texts that data files carry side by side."""
    return label.get(language) or label[BASE]
