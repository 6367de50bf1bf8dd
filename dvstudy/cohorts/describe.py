"""Every parameter of a recipe as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.checks import validated
from dvstudy.cohorts import parameter_words as words
from dvstudy.cohorts.layers import at
from dvstudy.cohorts.recipe import Parameter, Recipe, bank_file, load_recipe

#: Sections of the table that come from the bank and not from the base recipe.
BANK: Final = ("facts", "derived", "items")


def describe(recipe: str | Path | Recipe, language: str = lang.BASE) -> pd.DataFrame:
    """Every parameter of a recipe, every fact and every question with the facts it asks about, one row each.

    Parameters
    ----------
    recipe
        A name, a file of a team's own, or a recipe.
    language
        Code of a catalogue. What a team writes in its own recipe stays as it was written.

    Returns
    -------
    DataFrame indexed by `parameter` (``margins.form``, ``facts.stalking``, ``items.order146.q02``) with symbol, name,
    value, range and source in the language, assumption (whether nothing published stands behind it), changed (whether
    the recipe departs from the base), outside (whether a single number lies outside its range). For numbers to compute
    with, ask the recipe: ``recipe.at("margins.form")``.

    Raises
    ------
    CheckFailed
        For a recipe that cannot be read.
    UnknownLanguage
        For a language without a catalogue.
    """
    chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    plain = chosen.settings.model_dump(mode="json", by_alias=True)
    rows = [
        _row(path, p, words.name(path, p, language), at(plain, path), chosen.changed, language)
        for path, p in chosen.parameters.items()
    ]
    return pd.DataFrame([*rows, *_bank(plain, chosen.changed, language)]).set_index("parameter")


def _row(
    path: str, parameter: Parameter, name: str, value: Any, changed: tuple[str, ...], language: str
) -> dict[str, Any]:
    limits = parameter.range
    bounded = isinstance(limits, list) and isinstance(value, int | float)
    return {
        "parameter": path,
        "symbol": parameter.symbol,
        "name": name,
        "value": words.value(value, language),
        "range": words.limits(limits, language),
        "source": words.source(parameter, language),
        "assumption": parameter.assumed,
        "changed": words.touched(path, changed),
        "outside": bool(bounded and not limits[0] <= value <= limits[1]),
    }


def _bank(plain: dict[str, Any], changed: tuple[str, ...], language: str) -> Iterator[dict[str, Any]]:
    facts, items = (validated(Parameter, bank_file(part)["about"], part) for part in ("facts", "items"))
    for part in ("facts", "derived"):
        for code, fact in plain[part].items():
            about = facts.model_copy(update={"symbol": f"X[{code}]"})
            shown = {key: one for key, one in fact.items() if key in ("prevalence", "loadings", "fit")}
            yield _row(f"{part}.{code}", about, words.word(code, language), shown, changed, language)
    for form, asked in plain["items"].items():
        definition = instruments.load(form)
        title = lang.pick(definition.short_title, language)
        for item, codes in asked.items():
            about = items.model_copy(update={"symbol": f"Y[{form},{item}]"})
            label = lang.pick(definition.item[item].label, language)
            said = lang.text("recipe.of", language, what=title, who=label)
            row = _row(f"items.{form}.{item}", about, said, "", changed, language)
            yield row | {"value": "; ".join(words.word(code, language) for code in codes)}
