"""The bank behind a recipe for readers: what can be true in a case, and which facts each question asks about."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.cohorts import Recipe
from dvstudy.cohorts import parameter_words as words
from dvstudy.cohorts.parameters import LATENTS
from dvstudy.render.document import Block, NoteBox, Table
from dvstudy.wording import headings


def tables(recipe: Recipe, described: pd.DataFrame, language: str) -> Iterator[Block]:
    """One table of the facts, then one table a form. `described`: the rows of `cohorts.describe` for the bank."""
    yield NoteBox(_origin(described, "facts", language))
    yield _facts(recipe, language)
    yield NoteBox(_origin(described, "items", language))
    for form, asked in recipe.settings.items.items():
        title = lang.pick(instruments.load(form).short_title, language)
        cells = described.loc[[f"items.{form}.{item}" for item in asked], "value"]
        rows = [[item, _label(form, item, language), str(said)] for item, said in zip(asked, cells, strict=True)]
        columns = headings(("item", "question", "facts"), language)
        yield Table(lang.text("caption.bank_items", language, form=title), columns, rows)


def _facts(recipe: Recipe, language: str) -> Table:
    rows = []
    for code, fact in recipe.settings.facts.items():
        numbers = [words.amount(one, language) for one in (fact.prevalence, *fact.loadings)]
        rows.append([*_named(code, fact.class_, fact.applies, language), *numbers, _fit(fact.fit, language)])
    for code, derived in recipe.settings.derived.items():
        blank = [""] * (1 + len(LATENTS))
        rows.append([*_named(code, derived.class_, "follows", language), *blank, _fit(derived.fit, language)])
    first = headings(("fact", "class"), language)
    columns = [*first, *headings(("prevalence",), language), *LATENTS, *headings(("fit",), language)]
    return Table(lang.text("caption.bank_facts", language), columns, rows, range(len(first), len(columns)))


def _named(code: str, class_: str, applies: str, language: str) -> list[str]:
    """A fact with the cases to which it applies, unless that is all of them; its code; its class."""
    said = words.word(code, language)
    if applies != "all":
        said = f"{said} ({lang.text(f'recipe.applies.{applies}', language)})"
    return [f"{said}\n{code}", words.word(class_, language)]


def _fit(shares: list[float], language: str) -> str:
    return "/".join(words.amount(share, language) for share in shares)


def _label(form: str, item: str, language: str) -> str:
    return lang.pick(instruments.load(form).item[item].label, language)


def _origin(described: pd.DataFrame, part: str, language: str) -> str:
    row = described[described.index.str.startswith(f"{part}.")].iloc[0]
    ends = {"source": row["source"], "range": row["range"]}
    return lang.text(f"recipe.bank.{part}", language, **ends)
