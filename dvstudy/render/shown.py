"""A piece of a report as the value of a notebook cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dvstudy import language as lang
from dvstudy.render.document import Block, Document
from dvstudy.render.html import to_fragment


@dataclass(frozen=True)
class Shown:
    """A piece of a report that a notebook displays as the value of a cell."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def shown_as(
    blocks: Iterable[Block], data: Literal["synthetic", "confidential", "forms", "published"], language: str
) -> Shown:
    """`blocks` under the notice that says what stands behind their numbers: people, forms or published figures."""
    document = Document(
        title="",
        language=language,
        banner=lang.text(f"report.{data}_notice", language),
        mark=lang.text(f"report.mark.{data}", language),
        blocks=tuple(blocks),
    )
    return Shown(to_fragment(document))
