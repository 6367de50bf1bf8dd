"""From told facts to a text: which sentence, in which order, in which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from dvstudy.vignettes import wording
from dvstudy.vignettes.model import Area, Bank, Relation, Sentence, Told, Victim
from dvstudy.vignettes.record import Line

#: Paragraphs of a text: the stages that each one tells.
PARAGRAPHS: Final = (("call", "arrival", "seen"), ("told",), ("home",), ("past",), ("other", "close"))
#: Stages whose opening sentence is left out when no fact follows it.
_ONLY_WITH_FACTS: Final = frozenset({"home", "past"})


@dataclass(frozen=True)
class Scene:
    """Who, where and what is told (construct to how): all that a text is made from."""

    relation: Relation
    victim: Victim
    area: Area
    told: Mapping[str, Told]
    cast: wording.Cast


@dataclass(frozen=True)
class _Piece:
    """A sentence chosen for the text: its name in the bank, and what it tells."""

    name: str
    sentence: Sentence
    shows: tuple[str, ...] = ()
    told: Literal["present", "absent"] | None = None


def write(
    bank: Bank, scene: Scene, used: Mapping[str, int], rng: np.random.Generator, *, pressure: float = 0.0
) -> tuple[tuple[Line, ...], list[str]]:
    """The text of a scene, and the names of the bank's sentences in it.

    Of the sentences that would do, the one with the least use in the set is taken, so that a set does not repeat
    itself; each word counts as `pressure` uses, so that a long text can be told in fewer words.
    """
    teller = _Chooser(bank, scene, used, rng, pressure)
    lines: list[Line] = []
    names: list[str] = []
    for number, stages in enumerate(PARAGRAPHS, start=1):
        pieces = [piece for stage in stages for piece in teller.stage(stage)]
        told = wording.paragraph([p.sentence.text for p in pieces], scene.cast)
        lines += [Line(number, p.shows, p.told, text) for p, text in zip(pieces, told, strict=True)]
        names += [p.name for p in pieces]
    return tuple(lines), names


@dataclass(frozen=True)
class _Chooser:
    """Chooses the sentences of one text, stage by stage."""

    bank: Bank
    scene: Scene
    used: Mapping[str, int]
    rng: np.random.Generator
    pressure: float

    def stage(self, stage: str) -> list[_Piece]:
        """What opens the stage, then what is there, then what is said not to be, then what the bank keeps for last."""
        constructs = [name for name, c in self.bank.constructs.items() if c.stage == stage]
        last = [name for name in constructs if self.bank.constructs[name].last]
        first = [name for name in constructs if name not in last]
        facts = [
            *(self._single(name, "present") for name in first if self._told(name) == "present"),
            *self._denials([name for name in first if self._told(name) == "absent"]),
            *(self._single(name, kind) for name in last if (kind := self._told(name)) != "untold"),
        ]
        if stage not in self.bank.frames or (not facts and stage in _ONLY_WITH_FACTS):
            return facts
        return [self._frame(stage), *facts]

    def _told(self, construct: str) -> Told:
        """How a fact is told; one that the form does not ask about is not told."""
        return self.scene.told.get(construct, "untold")

    def _frame(self, stage: str) -> _Piece:
        scene = self.scene
        relation = self.bank.relation
        tells = ((relation.construct_id,), relation.told(scene.relation)) if stage == "call" else ((), None)
        fits = [
            _Piece(f"frames.{stage}.{i}", frame, *tells)
            for i, frame in enumerate(self.bank.frames[stage])
            if frame.fits(scene.relation, scene.victim, scene.area)
        ]
        return self._least_used(fits)

    def _single(self, name: str, kind: Literal["present", "absent"]) -> _Piece:
        found = self.bank.constructs[name].told(kind, self.scene.relation, self.scene.victim)
        return self._least_used([_Piece(f"{name}.{kind}.{i}", s, (name,), kind) for i, s in found])

    def _denials(self, names: Sequence[str]) -> Iterator[_Piece]:
        """Two facts in one sentence as long as the bank has such sentences, the rest one by one."""
        left = list(names)
        while pairs := list(self._pairs(left)):
            chosen = self._least_used(pairs)
            left = [name for name in left if name not in chosen.shows]
            yield chosen
        yield from (self._single(name, "absent") for name in left)

    def _pairs(self, names: Sequence[str]) -> Iterator[_Piece]:
        for i, pair in enumerate(self.bank.together):
            if set(pair.absent) <= set(names) and pair.fits(self.scene.relation, self.scene.victim):
                yield _Piece(f"together.{i}", pair, pair.absent, "absent")

    def _least_used(self, pieces: Sequence[_Piece]) -> _Piece:
        shuffled: list[_Piece] = [pieces[i] for i in self.rng.permutation(len(pieces))]
        return min(shuffled, key=self._cost)

    def _cost(self, piece: _Piece) -> float:
        """What counts against a sentence: its earlier uses and its words."""
        length = max(len(text.split()) for text in piece.sentence.text.values())
        return self.used.get(piece.name, 0) + self.pressure * length
