"""A parameter in words: its name, value, range and source as a language writes them.

English names and notes stand in `recipes/base.toml`, beside their numbers. The catalogue of any other language holds
them under ``parameter.<path>`` and ``parameter_source.<path>``, and titles of recipes under ``recipe_title.<name>``.
What every kind of rater and every class of item has is named once (``parameter.raters.tick``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np

from dvstudy import language as lang
from dvstudy.cohorts.recipe import ASSUMPTION, Parameter, Recipe, load_recipe, recipes
from dvstudy.instruments.constructs import taxonomy

#: Sections whose parts all have the same parameters.
ALIKE: Final = ("raters", "classes")
_DIGITS: Final = 6
#: What `recipe` writes for a value that a recipe sets without a source.
_SET_IN: Final = re.compile(r"set in the recipe (\S+)")
_SPAN: Final = re.compile(r"(?:(\w+) )?(?:x (\S+) to (\S+)|\+-(\S+))")


def name_key(path: str) -> str:
    """The key of a parameter's name in every catalogue but the English one."""
    section, *_, last = path.split(".")
    return f"parameter.{section}.{last}" if section in ALIKE else f"parameter.{path}"


def note_key(path: str) -> str:
    """The key of the note in a parameter's source in every catalogue but the English one."""
    return f"parameter_source.{path}"


def title_key(name: str) -> str:
    """The key of a shipped recipe's title in every catalogue but the English one."""
    return f"recipe_title.{name}"


def title(recipe: Recipe, language: str) -> str:
    """The title of a shipped recipe in the language; that of a team's own as its author wrote it."""
    key = title_key(recipe.name)
    shipped = recipe.name in recipes() and load_recipe(recipe.name).title == recipe.title
    return lang.text(key, language) if shipped and lang.has(key, language) else recipe.title


def note(source: str) -> str:
    """What a source says beyond the word "assumption"; nothing when that is all."""
    return source.removeprefix(ASSUMPTION).removeprefix(";").strip()


def name(path: str, parameter: Parameter, language: str) -> str:
    """The plain name; of what every rater or class has, followed by whose it is ("share who only tick: advocate")."""
    key = name_key(path)
    said = lang.text(key, language) if lang.has(key, language) else parameter.name
    section, *owner, _ = path.split(".")
    return lang.text("recipe.of", language, what=said, who=word(owner[0], language)) if section in ALIKE else said


def value(given: Any, language: str) -> str:
    """A value: numbers with the decimal mark of the language, settings and weights by their words."""
    if isinstance(given, bool):
        return lang.text("report.yes" if given else "report.no", language)
    if isinstance(given, int | float):
        return amount(given, language)
    if isinstance(given, str):
        return f"{word(given, language)} ({given})"
    if isinstance(given, Mapping):
        return "; ".join(f"{word(key, language)} {_inner(one, language)}" for key, one in given.items())
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


def source(path: str, parameter: Parameter, language: str, *, own: bool) -> str:
    """Where a number comes from. `own`: a recipe says so itself, in the words of its author; else the base does."""
    key = note_key(path)
    said = note(parameter.source)
    if said and not own and lang.has(key, language):
        said = lang.text(key, language)
    elif (found := _SET_IN.fullmatch(said)) is not None:
        said = lang.text("recipe.set_in", language, name=found[1])
    ratio = " / ".join(parameter.ratio or ())
    assumed = lang.text("recipe.assumption", language) if parameter.source.startswith(ASSUMPTION) else ""
    return "; ".join(part for part in (ratio, assumed, said) if part)


def word(code: str, language: str) -> str:
    """The word for a code of a recipe: its own, or the label of the fact that it names; else the code."""
    key = f"recipe.term.{code.lower()}"
    if lang.has(key):
        return lang.text(key, language)
    known = taxonomy().constructs.get(code)
    label = lang.pick(known.label, language) if known else code
    return label[:1].lower() + label[1:] if known else label


def touched(path: str, changed: Collection[str]) -> bool:
    """Whether a recipe sets this parameter or an entry of it."""
    return any(one == path or one.startswith(f"{path}.") for one in changed)
