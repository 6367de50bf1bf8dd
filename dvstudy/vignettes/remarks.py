"""What stands around a text: what it speaks of, before reading, and what to talk about, after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dvstudy.tables import PARTNERS
from dvstudy.vignettes.candidates import Key
from dvstudy.vignettes.compose import Scene
from dvstudy.vignettes.model import CONTENTS, Bank

_CONTROL: Final = ("control_and_isolation", "extreme_jealousy", "stalking")
_MOST: Final = 3

#: Discussion points in the order in which they are chosen: code, and whether it applies. The last two fit any text.
_POINTS: Final[Mapping[str, Callable[[Scene, Key], bool]]] = {
    "control_without_injury": lambda s, k: (
        any(s.told.get(c) == "present" for c in _CONTROL) and s.told.get("injury_now") == "absent"
    ),
    "strangulation": lambda s, k: s.told.get("strangulation") == "present",
    "child": lambda s, k: s.victim == "minor",
    "no_fear": lambda s, k: s.told.get("fear_of_further_violence") == "absent" and k.positive,
    "relatives": lambda s, k: s.relation not in PARTNERS,
    "boundary": lambda s, k: k.boundary,
    "missing_could_change": lambda s, k: k.certainty == "could_be",
    "injury_without_decision": lambda s, k: s.told.get("injury_now") == "present" and not k.positive,
    "not_a_sum": lambda s, k: True,
    "calm_presentation": lambda s, k: True,
}


def content_notes(bank: Bank, scene: Scene) -> tuple[str, ...]:
    """Codes of what the text speaks of, in the order of `model.CONTENTS`."""
    found = {"child_harmed"} if scene.victim == "minor" else set()
    for name, construct in bank.constructs.items():
        told = scene.told.get(name, "untold")
        if construct.content and (told == "present" or (told == "absent" and construct.content_when_denied)):
            found.add(construct.content)
    return tuple(code for code in CONTENTS if code in found)


def discussion(scene: Scene, key: Key) -> tuple[str, ...]:
    """Codes of two or three points to talk about, by pattern of the case."""
    applies = [code for code, rule in _POINTS.items() if rule(scene, key)]
    return tuple(applies[:_MOST])
