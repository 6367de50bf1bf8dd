"""Pictures of a result as figures of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from dvstudy import draw
from dvstudy import language as lang
from dvstudy.draw import by_group
from dvstudy.render.alt import alt
from dvstudy.render.document import Figure
from dvstudy.render.result_tables import caption
from dvstudy.result import Result

#: A picture that comes with another one.
_COMPANION: Final = {"agreement_items": "paradox"}
#: Pictures that give way to the table that several results share.
_LISTED: Final = ("estimates", "trial")


def figures(results: Sequence[Result], language: str) -> list[Figure]:
    """The pictures of results that share a table; none where the table says the same in less room, unless published
    figures stand in the picture."""
    if len(results) > 1 and results[0].meta.get("picture") in _LISTED and "published" not in results[0].frames:
        return []
    return [made for result in results for made in _own(result, language)]


def _own(result: Result, language: str) -> list[Figure]:
    """The result's own picture and, for agreement by item, kappa against prevalence."""
    name = result.meta.get("picture")
    if name is None or not len(result.table) or (name == "estimates" and result.table["group"].nunique() < 2):
        return []
    if name == "by_group" and by_group.shown(result.table)["group"].nunique() < 2:
        return []
    names = [name, *([_COMPANION[name]] if name in _COMPANION else [])]
    return [figure(n, result.table, result.frames, result.meta, language, caption(result, language)) for n in names]


def figure(
    name: str,
    table: pd.DataFrame,
    frames: Mapping[str, pd.DataFrame],
    meta: Mapping[str, Any],
    language: str,
    subject: str,
) -> Figure:
    """The picture called `name` of this table, with its caption and its text alternative."""
    paint = draw.picture(name)
    said = subject if subject.endswith((".", "?")) or not subject else f"{subject}."
    return Figure(
        caption=lang.text(f"caption.picture.{name}", language, subject=said),
        alt=alt(name, table, frames, meta, language),
        draw=lambda ax: paint(ax, table, frames, meta, language),
        size=draw.size(name, table),
    )
