"""From a synthetic cohort to a set of vignettes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import scoring
from dvstudy.checks import arguments, whole
from dvstudy.cohort import Cohort, wanted
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.instruments import Instrument
from dvstudy.vignettes import bank as banks
from dvstudy.vignettes import checking, compose, remarks
from dvstudy.vignettes.candidates import Candidates, candidates
from dvstudy.vignettes.compose import Scene
from dvstudy.vignettes.model import LANGUAGES, Bank
from dvstudy.vignettes.record import ANSWER, ItemKey, Line, Vignette, VignetteSet, answers, vignette_id
from dvstudy.vignettes.targets import Target, matching, targets

_INSTRUMENT: Final = "order146"
#: One stream a component, so that a change in one does not reshuffle the others.
_STREAMS: Final = {"told": 0, "targets": 1, "order": 2, "words": 3}
#: A text that comes out too long is told again in fewer words: what a word counts against a sentence, in uses.
_PRESSURES: Final = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 100.0)

#: Share of its sentences that a text may have in common with another one of its set.
_MOST_SHARED: Final = 0.5


@dataclass(frozen=True)
class _Workshop:
    """All that the vignettes of one set are made from."""

    seed: int
    cohort: Cohort
    instrument: Instrument
    bank: Bank
    found: Candidates

    @property
    def parameter_hash(self) -> str:
        return str(_recipe(self.cohort)["parameter_hash"])


def make(cohort: Cohort, *, n: int, seed: int) -> VignetteSet:
    """A balanced set of training vignettes from the simulated facts of a synthetic cohort.

    Parameters
    ----------
    cohort
        A synthetic cohort with ``truth["facts"]``. Its cases are searched, never changed.
    n
        Number of vignettes. Half of them (rounded down) reach imminent risk by the facts told, a quarter or more lie
        where one yes answer would change the decision, relations follow the shares of the bank (six in ten couples;
        from two vignettes on, at least one victim is not a partner), and both areas occur as often as cases allow.
    seed
        Whole number. The same cohort, `n` and `seed` give the same set, byte for byte.

    Returns
    -------
    VignetteSet
        Each vignette told in every language of the bank, with its key. All have passed `checking.faults`.

    Raises
    ------
    Refused
        For a cohort that is not proven synthetic.
    UsageError
        `WrongArguments` for a wrong `n` or `seed`; when the cohort holds too few cases of a kind the set needs.
    CheckFailed
        When the sentence bank has a fault.

    Notes
    -----
    What is right for an item is what the text tells, never the hidden fact: what the text does not say is "cannot
    tell". A quarter of absent facts and about one in twelve present facts are left untold.

    Not for the appraisal or selection of staff: see `docs/vignettes.md`.
    """
    arguments(wanted("cohort", cohort), whole("n", n, 1), whole("seed", seed, 0))
    bank, instrument = banks.load(), cohort.instrument(_INSTRUMENT)
    found = candidates(cohort, instrument, bank, _stream(seed, "told"))
    shop = _Workshop(seed, cohort, instrument, bank, found)
    order = pd.Index(_stream(seed, "order").permutation(found.cases.index))
    made: list[Vignette] = []
    used: Counter[str] = Counter()
    for target in targets(n, bank.rules, _stream(seed, "targets")):
        vignette, names = _fill(shop, target, order, made, used)
        made.append(vignette)
        used.update(names)
    return VignetteSet(
        seed, str(_recipe(cohort)["name"]), shop.parameter_hash, banks.version(bank), instrument, tuple(made)
    )


def _stream(seed: int, name: str, number: int = 0) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_STREAMS[name], number)))


def _recipe(cohort: Cohort) -> Mapping[str, Any]:
    return cohort.recipe or {}


def _fill(
    shop: _Workshop, target: Target, order: pd.Index, made: list[Vignette], used: Counter[str]
) -> tuple[Vignette, list[str]]:
    """The first case that a place asks for and that makes a text of the right length, unlike those before it; where all
    are like another, the first of the right length."""
    rng = _stream(shop.seed, "words", len(made))
    taken = {vignette.case_id for vignette in made}
    spare: tuple[Vignette, list[str]] | None = None
    for case in matching(target, shop.found, order, taken):
        scene = _scene(shop, case, rng)
        for pressure in _PRESSURES:
            lines, names = compose.write(shop.bank, scene, used, rng, pressure=pressure)
            if not any(checking.length_faults(lines, shop.bank, case)):
                found = _checked(shop, _vignette(shop, case, scene, lines)), names
                if not _like_another(lines, made):
                    return found
                spare = spare or found
                break
    if spare is None:
        raise UsageError("vignettes_not_enough", made=len(made), group=target.group)
    return spare


def _like_another(lines: tuple[Line, ...], made: list[Vignette]) -> bool:
    """Whether the text shares more than half of its sentences, or of the other's, with one that was made before."""
    for language in LANGUAGES:
        own = {line.text[language] for line in lines}
        for other in made:
            theirs = {line.text[language] for line in other.lines}
            if len(own & theirs) > _MOST_SHARED * min(len(own), len(theirs)):
                return True
    return False


def _checked(shop: _Workshop, vignette: Vignette) -> Vignette:
    faults = checking.faults(vignette, shop.bank, shop.instrument)
    if faults:
        raise CheckFailed(vignette.id, faults)
    return vignette


def _scene(shop: _Workshop, case: str, rng: np.random.Generator) -> Scene:
    relation, victim, area = shop.found.people(case)
    choices = banks.casts(shop.bank, relation, victim)
    weights = np.array([share for _, share in choices], dtype=float)
    cast = choices[rng.choice(len(choices), p=weights / weights.sum())][0]
    return Scene(relation, victim, area, shop.found.facts(case), cast)


def _vignette(shop: _Workshop, case: str, scene: Scene, lines: tuple[Line, ...]) -> Vignette:
    key = shop.found.key(case)
    version = banks.version(shop.bank)
    name = vignette_id(shop.parameter_hash, seed=shop.seed, case_id=case, bank=version)
    items = _items(shop.instrument, scene, lines)
    return Vignette(
        id=name,
        seed=shop.seed,
        parameter_hash=shop.parameter_hash,
        bank=version,
        case_id=case,
        instrument=shop.instrument.id,
        instrument_version=shop.instrument.version,
        relation=scene.relation,
        victim=scene.victim,
        area=scene.area,
        victim_gender=scene.cast.victim.gender,
        other_gender=scene.cast.other.gender,
        lines=lines,
        items=items,
        section_a=key.section_a,
        section_b=key.section_b,
        decision=key.decision,
        branch=key.branch,
        certainty=key.certainty,
        boundary=key.boundary,
        reason={code: _reason(shop, name, items, code) for code in LANGUAGES},
        content_notes=remarks.content_notes(shop.bank, scene),
        discussion=remarks.discussion(scene, key),
    )


def _items(instrument: Instrument, scene: Scene, lines: tuple[Line, ...]) -> tuple[ItemKey, ...]:
    deciding = {name: i for i, line in enumerate(lines) for name in line.shows}
    return tuple(
        ItemKey(
            item=item.id,
            construct=item.construct_id,
            told=scene.told[item.construct_id],
            answer=ANSWER[scene.told[item.construct_id]],
            line=deciding.get(item.construct_id),
        )
        for item in instrument.items
    )


def _reason(shop: _Workshop, name: str, items: tuple[ItemKey, ...], language: str) -> tuple[str, ...]:
    explained = scoring.explain(shop.instrument, scoring.vignette_case(name, answers(items)), language)
    return (explained.outcome, *explained.reasons, *explained.missing)
