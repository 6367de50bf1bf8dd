"""A user's own licensed copy: official wording, or a rule that is not public, laid over a shipped definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field

from dvstudy import provenance
from dvstudy.checks import nearest, read_toml_file, validated
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.instruments.known import check_questions
from dvstudy.instruments.load import load
from dvstudy.instruments.model import Instrument
from dvstudy.instruments.parts import Code, Decision, Example, Level, Part, Rule, Score

#: Parts of a definition that an overlay may replace; a part that it gives replaces the whole part.
_REPLACED = ("rule", "scores", "levels", "decision", "examples")


class Overlay(Part):
    """The content of an overlay file; see `docs/instruments.md`."""

    instrument: Code
    version: str
    entitlement: str = Field(min_length=1)
    wording: dict[Code, dict[str, str]] = Field(default_factory=dict)
    sources: dict[Code, str] = Field(default_factory=dict)
    rule: Rule | None = None
    scores: tuple[Score, ...] = Field(default=(), strict=False)
    levels: tuple[Level, ...] = Field(default=(), strict=False)
    decision: Decision | None = None
    examples: tuple[Example, ...] = Field(default=(), strict=False)


def overlay(instrument: Instrument | str, path: Path | str) -> Instrument:
    """`instrument` with what the file at `path` brings.

    Parameters
    ----------
    instrument
        A definition, or the id of a shipped one.
    path
        A TOML file: `instrument` and `version` that it is for, `entitlement` (who holds which licence),
        ``[wording.<item>]`` with a text in each language, and, for a rule that is not public or was corrected from
        the licensed sheet, `rule`, `scores`, `levels`, `decision`, `examples` and their `sources`.

    Returns
    -------
    Instrument whose version ends in the hash of the file, so that every saved run records it. Its `labels` stay the
    paraphrases; `words` gives the official text where the rights allow it.

    Raises
    ------
    CheckFailed
        Listing every fault at once: another instrument or version, unknown items (with the nearest), items left out,
        languages that only some items have, empty texts, and whatever breaks the rules of a definition.
    Refused
        For a definition without questions, over which nothing can be laid.
    """
    base = load(instrument) if isinstance(instrument, str) else instrument
    check_questions(base)
    path = Path(path)
    raw = read_toml_file(path)
    laid = validated(Overlay, raw, path.name)
    found = Problems(path.name)
    found.extend(_problems(laid, base, path.name))
    found.stop()
    stamp = provenance.digest(path.read_bytes())[:12]
    whole: dict[str, Any] = base.model_dump()
    whole |= {part: raw[part] for part in _REPLACED if part in raw}
    whole |= {"sources": {**base.sources, **laid.sources}, "wording": laid.wording, "overlay": stamp}
    whole["version"] = f"{base.version}+overlay.{stamp}"
    try:
        return Instrument.model_validate(whole)
    except CheckFailed as fault:
        placed = [replace(p, place=f"{path.name} → {p.place}") for p in fault.problems]
        raise CheckFailed(path.name, placed) from None


def _problems(laid: Overlay, base: Instrument, subject: str) -> Iterator[Problem]:
    for key, wanted in (("instrument", base.id), ("version", base.version)):
        if getattr(laid, key) != wanted:
            yield Problem("overlay_for_another", f"{subject} → {key}", getattr(laid, key), (wanted,))
    known = list(base.item)
    for item in laid.wording:
        if item not in base.item:
            yield Problem("unknown_reference", f"{subject} → wording", item, tuple(known), nearest(item, known))
    if laid.wording:
        yield from (Problem("overlay_item_left_out", f"{subject} → wording", i) for i in known if i not in laid.wording)
    languages = {language for texts in laid.wording.values() for language in texts}
    for item, texts in laid.wording.items():
        for language in sorted(languages):
            if not texts.get(language, "").strip():
                yield Problem("overlay_text_missing", f"{subject} → wording.{item}", language)
