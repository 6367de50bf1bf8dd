"""What a format cannot carry: said each time something is written, never left for the reader to find out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dvstudy import language as lang
from dvstudy.instruments import Instrument
from dvstudy.render.document import Table
from dvstudy.render.shown import Shown, shown_as
from dvstudy.wording import headings


@dataclass(frozen=True)
class Loss:
    """Something of the instrument that the written file lacks; `code` names the sentence ``loss.<code>``."""

    code: str
    values: tuple[tuple[str, object], ...] = ()

    def text(self, language: str = lang.BASE) -> str:
        """The loss as one sentence."""
        return lang.text(f"loss.{self.code}", language, **dict(self.values))


#: When a loss can occur at all; codes that are not here always occur in a format that names them.
_OCCURS: Final[Mapping[str, Callable[[Instrument], bool]]] = {
    "rule_not_known": lambda i: not i.rule.known,
    "not_calculated": lambda i: i.rule.known,
    "by_hand": lambda i: i.rule.known,
    "branch": lambda i: i.rule.known and i.judgement is None,
    "prorating": lambda i: any(s.prorate_up_to is not None for s in i.scores),
    "readings": lambda i: bool(i.readings),
    "parameters": lambda i: bool(i.parameters),
    "pairs_hidden": lambda i: bool(i.excludes),
    "pairs_not_enforced": lambda i: bool(i.excludes),
    "no_period": lambda i: i.legal is None or i.legal.valid_from is None,
    "wording_withheld": lambda i: bool(i.wording) and not i.rights.wording_may_be_shown,
    "overlay_rule": lambda i: bool(i.overlay) and i.rule.known,
    "examples": lambda i: bool(i.examples),
}
_OVERLAY: Final = ("wording_withheld", "overlay_rule")
_CALCULATED: Final = ("rule_not_known", "branch", "prorating", "readings", "parameters", "pairs_hidden")
_MEANING: Final = ("topics", "sources", "examples")
_LOST: Final[Mapping[str, Sequence[str]]] = {
    "redcap": (*_OVERLAY, *_CALCULATED, *_MEANING, "version_not_carried"),
    "xlsform": (*_OVERLAY, *_CALCULATED, *_MEANING, "title_in_one_language"),
    "fhir": (
        *_OVERLAY,
        "rule_not_known",
        "not_calculated",
        "readings",
        "pairs_hidden",
        *_MEANING,
        "no_period",
    ),
    "form_html": (*_OVERLAY, "rule_not_known", "by_hand", "readings", "pairs_not_enforced", *_MEANING),
    "form_pdf": (*_OVERLAY, "rule_not_known", "by_hand", "readings", "pairs_not_enforced", *_MEANING),
    "codebook_html": (*_OVERLAY, "readings", "examples"),
    "codebook_csv": (*_OVERLAY, "readings", "examples"),
}


def losses(instrument: Instrument, format: str, *, left_out: Sequence[str], altered: int) -> Iterator[Loss]:
    """What `format` loses of `instrument`: `left_out` are languages asked for that it cannot hold, `altered` the number
    of texts that had to be changed so that no program takes them for a formula or a command."""
    if left_out:
        yield Loss("languages", (("languages", ", ".join(left_out)),))
    for code in _LOST[format]:
        if code not in _OCCURS or _OCCURS[code](instrument):
            yield Loss(code)
    if altered:
        yield Loss("texts_altered", (("count", altered),))


def show_losses(lost: Mapping[str, Sequence[Loss]], language: str = lang.BASE) -> Shown:
    """What each of several formats loses, as a table for a notebook; `lost` maps a format to what `write` gave."""
    rows = [
        [lang.text(f"exchange.format.{name}", language), "\n".join(loss.text(language) for loss in found)]
        for name, found in lost.items()
    ]
    columns = headings(("format", "lost"), language)
    return shown_as([Table(lang.text("caption.losses", language), columns, rows)], "forms", language)
