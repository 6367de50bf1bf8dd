"""A recipe for readers: what acts on what, and every parameter with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dvstudy import cohorts
from dvstudy import language as lang
from dvstudy.cohorts import Calibrated, Recipe
from dvstudy.cohorts import parameter_words as words
from dvstudy.cohorts.describe import BANK
from dvstudy.cohorts.graph import Node
from dvstudy.render import bank_tables
from dvstudy.render.document import Block, Bullets, Heading, NoteBox, Paragraph, Table
from dvstudy.render.figures import figure
from dvstudy.wording import headings, label_of


def pages(recipe: Recipe, language: str) -> Iterator[Block]:
    """Title, diagram, then one table a part of the recipe, the facts and what the questions ask about."""
    described = cohorts.describe(recipe, language)
    part = described.index.str.rpartition(".").get_level_values(0)
    banked = described.index.str.partition(".").get_level_values(0).isin(BANK)
    own = described[~banked]
    yield Heading(recipe.name, 3)
    yield Paragraph(words.title(recipe, language), "lead")
    counts = {"n": len(own), "assumed": int(own["assumption"].sum()), "changed": len(recipe.changed)}
    yield Paragraph(lang.text("recipe.summary", language, **counts))
    yield NoteBox(lang.text("recipe.caution", language), "caution")
    yield from diagram(language)
    yield Paragraph(lang.text("recipe.letters", language), "small")
    for name, rows in own.groupby(part[~banked], sort=False):
        yield _table(recipe, str(name), rows, language)
    yield from bank_tables.tables(recipe, described[banked], language)


def diagram(language: str) -> Iterator[Block]:
    """The causal diagram as a picture, and the same as a list for whoever cannot see it."""
    graph = cohorts.causal_graph()
    nodes = pd.DataFrame(
        {
            "label": {name: lang.pick(node.label, language) for name, node in graph.nodes.items()},
            "column": {name: node.place[0] for name, node in graph.nodes.items()},
            "row": {name: node.place[1] for name, node in graph.nodes.items()},
            "hidden": {name: node.hidden for name, node in graph.nodes.items()},
        }
    )
    arrows = pd.DataFrame(list(graph.arrows()), columns=["cause", "effect"])
    yield figure("causal", nodes, {"arrows": arrows}, {"synthetic": True}, language, "")
    said = [
        f"{_name(graph.nodes[str(cause)], language)} → {'; '.join(nodes['label'][list(found['effect'])])}"
        for cause, found in arrows.groupby("cause", sort=False)
    ]
    yield Bullets(said)


def calibrated(made: Calibrated, language: str) -> Iterator[Block]:
    """Every target with what was wanted, what came out, how near is near enough and the range that is possible; what
    stands in the way of those that were not met; and what each target means and where it was counted."""
    found = made.table.to_dict("records")
    rows = []
    for row in found:
        numbers = [_three(row[c], language) for c in ("wanted", "achieved", "gap", "tolerance")]
        met = lang.text("report.yes" if row["within"] else "report.no", language)
        ends = {side: _three(row[side], language) for side in ("low", "high")}
        reach = "" if pd.isna(row["low"]) else lang.text("report.interval", language, **ends)
        rows.append([str(row["target"]), *numbers, met, reach])
    names = ("target", "wanted", "achieved", "gap", "tolerance", "target_met", "possible")
    yield Table(lang.text("caption.calibrated", language), headings(names, language), rows, (1, 2, 3, 4))
    for row in found:
        if not row["within"]:
            said = {"target": row["target"], "against": row["against"]}
            yield Paragraph(lang.text(f"recipe.{'against' if row['against'] else 'missed'}", language, **said))
    yield Bullets([f"{row['target']}: {_target(str(row['target']), language)} ({row['source']})" for row in found])


def _three(value: object, language: str) -> str:
    return lang.number(float(str(value)), language, decimals=3)


def _target(code: str, language: str) -> str:
    """A target in words: a margin, a measure, or an item by its instrument and label."""
    instrument, _, item = code.rpartition(".")
    if not instrument:
        return label_of("target", code, {"words": "margin"}, language)
    about = {"instrument": instrument, "own_words": True}
    return f"{label_of('group', instrument, {}, language)}: {label_of('item', item, about, language)}"


def _name(node: Node, language: str) -> str:
    label = lang.pick(node.label, language)
    return lang.text("recipe.hidden", language, name=label) if node.hidden else label


def _table(recipe: Recipe, part: str, rows: pd.DataFrame, language: str) -> Table:
    """One section of the recipe, or one kind of rater or class of it: the caption says whose the parameters are."""
    section, _, owner = part.partition(".")
    heading = lang.text(f"recipe.part.{section}", language)
    if owner:
        heading = lang.text("recipe.of", language, what=heading, who=words.word(owner, language))
    cells = [
        [
            f"{str(path).rpartition('.')[2]}\n{row['symbol']}",
            words.what(str(path), recipe.parameters[str(path)], language),
            *(str(row[column]) for column in ("value", "range", "source")),
        ]
        for path, row in zip(rows.index, rows.to_dict("records"), strict=True)
    ]
    columns = headings(("parameter_symbol", "meaning", "value", "range", "origin"), language)
    return Table(lang.text("caption.recipe", language, part=heading, code=part), columns, cells)
