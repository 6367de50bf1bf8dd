"""Every rule k x m to look at one by one: a notebook cell without script, a picture where styles are taken out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from dvstudy import draw, provenance
from dvstudy import language as lang
from dvstudy.disclosure import LEAST
from dvstudy.errors import UsageError
from dvstudy.render.figures import figures
from dvstudy.render.gate import gate
from dvstudy.render.html import environment
from dvstudy.render.shown import Shown
from dvstudy.result import Kind, Result, written
from dvstudy.studies.run import StudyRun

#: What the squares may show, in the order of the tabs.
MEASURES: Final[dict[str, Kind]] = {
    "sensitivity": "percent", "flagged": "percent", "specificity": "percent", "ppv": "percent", "youden": "number",
}  # fmt: skip
#: From the colour of the smallest value to that of the largest.
_PALE, _FULL = (233, 240, 246), (0, 82, 136)
_DARK: Final = 0.55


def explore_rules(
    run: StudyRun, result: str = "surface_severe", language: str = lang.BASE, *, smallest: int = LEAST
) -> Shown:
    """Every rule of the family as a square that can be chosen, and what the chosen one would do beside the legal one.

    Parameters
    ----------
    run
        A finished study of thresholds; it passes the disclosure gate here.
    result
        Name of the rule surface.
    language
        Code of a catalogue.
    smallest
        Counts below it are hidden. Of made-up people 1 shows everything; of anybody else it cannot be less than 10.

    Raises
    ------
    UsageError
        When the run has no such surface, or it could not be estimated.

    Notes
    -----
    Plain HTML with radio buttons: it works in a notebook, in its export and without a network, from the keyboard too.
    Where a viewer takes styles out, the picture of the surface stands in its place. What is hidden for privacy is not
    in it.
    """
    shown = gate(run, threshold=smallest)
    surface = shown.results.get(result)
    rules = pd.DataFrame() if surface is None else surface.frames.get("surface", pd.DataFrame())
    if surface is None or not len(rules) or not rules["legal"].any():
        raise UsageError("no_surface", name=result)
    data = "synthetic" if shown.synthetic else "confidential"
    legal = rules[rules["legal"].astype(bool)].iloc[0]
    name = f"x{provenance.digest(f'{result} {language}'.encode())[:8]}"
    fields = {
        "name": name,
        "title": lang.text("explorer.title", language),
        "help": lang.text("explorer.help", language),
        "key": lang.text("explorer.key", language),
        "axis": lang.text("explorer.axis", language),
        "mark": lang.text(f"report.mark.{data}", language),
        "columns": sorted(rules["m"].unique()),
        "measures": list(_measures(rules, language)),
        "rules": [_rule(row, legal, language) for _, row in rules.iterrows()],
        "pictures": list(_pictures(surface, language)),
    }
    return Shown(environment().get_template("squares.html.j2").render(fields))


def _pictures(surface: Result, language: str) -> Iterator[tuple[str, str]]:
    """The pictures of the surface, as PNG in text form, with their words: what a viewer without styles shows."""
    for made in figures([surface], language):
        yield b64encode(draw.png(made.draw, made.size, dpi=90)).decode(), made.alt


def _measures(rules: pd.DataFrame, language: str) -> Iterator[dict[str, Any]]:
    for code, kind in MEASURES.items():
        least, most = rules[code].min(), rules[code].max()
        rows = [
            (k, [_cell(row, code, kind, (least, most), language) for _, row in part.sort_values("m").iterrows()])
            for k, part in rules.groupby("k")
        ]
        yield {"code": code, "words": lang.text(f"term.{code}", language), "rows": rows}


def _cell(row: pd.Series, code: str, kind: Kind, ends: tuple[float, float], language: str) -> dict[str, Any]:
    value = float(row[code])
    deep = 0.0 if pd.isna(value) or ends[1] <= ends[0] else (value - ends[0]) / (ends[1] - ends[0])
    colour = tuple(round(a + deep * (b - a)) for a, b in zip(_PALE, _FULL, strict=True))
    text = lang.percent(value, language, decimals=0) if kind == "percent" else written(value, kind, language)
    return {
        "k": int(row["k"]), "m": int(row["m"]), "text": text, "back": f"rgb{colour}",
        "ink": "#ffffff" if deep > _DARK else "#1b1f24", "legal": bool(row["legal"]),
        "near": bool(row["within_one_se"]),
    }  # fmt: skip


def _rule(row: pd.Series, legal: pd.Series, language: str) -> dict[str, Any]:
    """Words of one rule: what it would do, beside the legal one."""
    words = lang.text("explorer.rule", language, k=int(row["k"]), m=int(row["m"]))
    values = {code: written(float(row[code]), kind, language) for code, kind in MEASURES.items()}
    values |= {
        f"{code}_{end}": written(float(row[f"{code}_{end}"]), MEASURES[code], language)
        for code in ("sensitivity", "specificity")
        for end in ("low", "high")
    }
    said = [lang.text("explorer.does", language, **values)]
    if not row["legal"]:
        gaps = {c: _signed(100 * (row[c] - legal[c]), language) for c in ("sensitivity", "specificity", "flagged")}
        said.append(lang.text("explorer.less_legal", language, **gaps))
    if row["within_one_se"]:
        said.append(lang.text("explorer.near", language))
    return {"k": int(row["k"]), "m": int(row["m"]), "words": words, "said": " ".join(said), "legal": bool(row["legal"])}


def _signed(points: float, language: str) -> str:
    """A difference with its sign."""
    text = lang.number(points, language, decimals=1)
    return f"+{text}" if points > 0 else text
