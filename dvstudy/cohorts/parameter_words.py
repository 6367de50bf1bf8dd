"""A parameter in words: its name, value, range and source as a language writes them.

English stands in the recipe files: names and notes beside their numbers, titles at the head. The catalogue of any other
language holds names by path (``parameter.margins.form``; what every kind of rater and every class of item has, once:
``parameter.raters.tick``), notes and titles by their English words (``parameter_source.one_county_…``), so that a text
that changes asks for a new translation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np

from dvstudy import language as lang
from dvstudy import provenance
from dvstudy.cohorts.recipe import ASSUMPTION, Parameter, Recipe
from dvstudy.instruments.constructs import taxonomy

#: Sections whose parts all have the same parameters.
ALIKE: Final = ("raters", "classes")
_DIGITS: Final = 6
_LONGEST: Final = 40
_MARK: Final = 6
#: What `recipe` writes for a value that a recipe sets without a source.
_SET_IN: Final = re.compile(r"set in the recipe (\S+)")
_SPAN: Final = re.compile(r"(?:(\w+) )?(?:x (\S+) to (\S+)|\+-(\S+))")


def name_key(path: str) -> str:
    """The key of a parameter's name in every catalogue but the English one."""
    section, *_, last = path.split(".")
    return f"parameter.{section}.{last}" if section in ALIKE else f"parameter.{path}"


def note_key(said: str) -> str:
    """The key of a note in a source, in every catalogue but the English one."""
    return f"parameter_source.{_short(said)}"


def title_key(said: str) -> str:
    """The key of a recipe's title in every catalogue but the English one."""
    return f"recipe_title.{_short(said)}"


def _short(said: str) -> str:
    """A readable piece of a key for a text, and a few digits that no other text has."""
    return f"{'_'.join(re.findall('[a-z0-9]+', said.lower()))[:_LONGEST]}_{provenance.digest(said.encode())[:_MARK]}"


def title(recipe: Recipe, language: str) -> str:
    """The title of a shipped recipe in the language; that of a team's own as its author wrote it."""
    return _said(title_key(recipe.title), recipe.title, language)


def _said(key: str, english: str, language: str) -> str:
    return lang.text(key, language) if lang.has(key, language) else english


def note(source: str) -> str:
    """What a source says beyond the word "assumption"; nothing when that is all."""
    return source.removeprefix(ASSUMPTION).removeprefix(";").strip()


def name(path: str, parameter: Parameter, language: str) -> str:
    """The plain name; of what every rater or class has, followed by whose it is ("share who only tick: advocate")."""
    said = what(path, parameter, language)
    section, *owner, _ = path.split(".")
    return lang.text("recipe.of", language, what=said, who=word(owner[0], language)) if section in ALIKE else said


def what(path: str, parameter: Parameter, language: str) -> str:
    """The plain name where the reader knows whose it is."""
    return _said(name_key(path), parameter.name, language)


def value(given: Any, language: str) -> str:
    """A value: numbers with the decimal mark of the language, settings and weights by their words."""
    if isinstance(given, bool):
        return lang.text("report.yes" if given else "report.no", language)
    if isinstance(given, int | float):
        return amount(given, language)
    if isinstance(given, str):
        return f"{word(given, language)} ({given})"
    if isinstance(given, Mapping):
        return "; ".join(f"{word(key, language)} = {_inner(one, language)}" for key, one in given.items())
    return " ".join(_inner(one, language) for one in given)


def _inner(given: Any, language: str) -> str:
    said = value(given, language)
    return f"({said})" if isinstance(given, list) else said


def amount(number: float, language: str) -> str:
    """A number as short as it can be: whole ones without grouping (years, seeds), others to six digits that count."""
    if float(number).is_integer():
        return f"{number:.0f}".replace("-", "−")
    short = np.format_float_positional(number, precision=_DIGITS, fractional=False, trim="-")
    return lang.number(float(short), language, decimals=len(short.partition(".")[2]))


def limits(given: list[float] | str, language: str) -> str:
    """A range: from one number to another, a factor, a distance either way, or the settings that there are."""
    if not isinstance(given, str):
        return _between(given[0], given[-1], language)
    if ", " in given:
        return ", ".join(value({"true": True, "false": False}.get(one, one), language) for one in given.split(", "))
    return "; ".join(_limit(part, language) for part in given.split("; "))


def _limit(part: str, language: str) -> str:
    span = _SPAN.fullmatch(part)
    if span is None:
        return word(part, language)
    what, low, high, distance = span.groups()
    reach = f"± {amount(float(distance), language)}" if distance else f"× {_between(float(low), float(high), language)}"
    return f"{word(what, language)} {reach}" if what else reach


def _between(low: float, high: float, language: str) -> str:
    return lang.text("recipe.between", language, low=amount(low, language), high=amount(high, language))


def source(parameter: Parameter, language: str) -> str:
    """Where a number comes from; a note that a team wrote stays in its author's words."""
    said = note(parameter.source)
    if (found := _SET_IN.fullmatch(said)) is not None:
        said = lang.text("recipe.set_in", language, name=found[1])
    elif said:
        said = _said(note_key(said), said, language)
    ratio = " / ".join(parameter.ratio or ())
    assumed = lang.text("recipe.assumption", language) if parameter.source.startswith(ASSUMPTION) else ""
    return "; ".join(part for part in (ratio, assumed, said) if part)


def word(code: str, language: str) -> str:
    """The word for a code of a recipe: its own, that of a kind of rater, or the label of a fact; else the code."""
    for key in (f"recipe.term.{code.lower()}", f"group.{code}"):
        if lang.has(key):
            return lang.text(key, language)
    known = taxonomy().constructs.get(code)
    label = lang.pick(known.label, language) if known else code
    return label[:1].lower() + label[1:] if known else label


def touched(path: str, changed: Collection[str]) -> bool:
    """Whether a recipe sets this parameter or an entry of it."""
    return any(one == path or one.startswith(f"{path}.") for one in changed)
