"""A recipe for readers: what acts on what, and every parameter with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dvstudy import cohorts
from dvstudy import language as lang
from dvstudy.cohorts import Calibrated, Recipe
from dvstudy.cohorts.graph import Node
from dvstudy.render.document import Block, Bullets, Heading, NoteBox, Paragraph, Table
from dvstudy.render.figures import figure
from dvstudy.wording import headings


def pages(recipe: Recipe, language: str) -> Iterator[Block]:
    """Title, diagram, then one table a part of the recipe."""
    described = cohorts.describe(recipe)
    yield Heading(f"{recipe.name}: {recipe.title}", 3)
    counts = {"n": len(described), "assumed": int(described["assumption"].sum()), "changed": len(recipe.changed)}
    yield Paragraph(lang.text("recipe.summary", language, **counts), "lead")
    yield NoteBox(lang.text("recipe.caution", language), "caution")
    yield from diagram(language)
    for part, rows in described.groupby(described.index.str.partition(".").get_level_values(0), sort=False):
        yield _table(str(part), rows, language)


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


def calibrated(made: Calibrated, language: str) -> Table:
    """Every target with what was wanted, what came out, how near is near enough, and the range that is possible."""
    rows = []
    for row in made.table.to_dict("records"):
        numbers = [lang.number(float(row[c]), language, decimals=3) for c in ("wanted", "achieved", "tolerance")]
        ends = {side: lang.number(float(row[side]), language, decimals=3) for side in ("low", "high")}
        reach = "" if pd.isna(row["low"]) else lang.text("report.interval", language, **ends)
        met = lang.text("report.yes" if row["within"] else "report.no", language)
        rows.append([str(row["target"]), *numbers, met, reach, str(row["source"])])
    names = ("target", "wanted", "achieved", "tolerance", "met", "range", "origin")
    columns = headings(names, language)
    return Table(lang.text("caption.calibrated", language), columns, rows, (1, 2, 3))


def _name(node: Node, language: str) -> str:
    label = lang.pick(node.label, language)
    return lang.text("recipe.hidden", language, name=label) if node.hidden else label


def _table(part: str, rows: pd.DataFrame, language: str) -> Table:
    cells = [
        [
            str(path).partition(".")[2] or str(path),
            row["name"] + (f" ({row['symbol']})" if row["symbol"] != "-" else ""),
            row["value"],
            row["range"],
            row["source"],
        ]
        for path, row in zip(rows.index, rows.to_dict("records"), strict=True)
    ]
    columns = headings(("parameter", "meaning", "value", "range", "origin"), language)
    return Table(lang.text("caption.recipe", language, part=part), columns, cells)
