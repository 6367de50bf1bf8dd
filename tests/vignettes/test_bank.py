"""The bank that ships is sound, and a broken one is refused with the fault named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest

from dvstudy import instruments, tables
from dvstudy.errors import CheckFailed
from dvstudy.vignettes import bank as banks
from dvstudy.vignettes.model import FEWEST_ABSENT, FEWEST_PRESENT, LANGUAGES

SHIPPED = Path(str(files("dvstudy.vignettes") / "bank"))


def test_every_item_of_the_form_can_be_told() -> None:
    bank = banks.load()
    asked = {item.construct_id for item in instruments.load("order146").items}
    assert asked == {*bank.constructs, bank.relation.construct_id}


def test_every_construct_has_as_many_ways_in_each_language() -> None:
    for construct in banks.load().constructs.values():
        for kind, fewest in (("present", FEWEST_PRESENT), ("absent", FEWEST_ABSENT)):
            sentences = getattr(construct, kind)
            told = {code: {s.text[code] for s in sentences} for code in LANGUAGES}
            assert len(told["en"]) == len(told["ro"]) == len(sentences) >= fewest
            assert not told["en"] & told["ro"]


def test_the_shared_constructs_of_the_social_sheet_have_the_same_names() -> None:
    asked = {item.construct_id for item in instruments.load("social_risk_sheet").items}
    told = set(banks.load().constructs)
    assert {"weapon_used", "threat_to_kill", "fear_of_further_violence", "strangulation", "stalking"} <= asked & told


def test_a_minor_is_never_told_of_sexual_violence_or_separation() -> None:
    bank = banks.load()
    minors = [relation for relation, victim in banks.told_people(bank) if victim == "minor"]
    for name, kind, relation in product(("sexual_coercion", "separation"), ("present", "absent"), minors):
        assert not bank.tellable(name, kind, relation, "minor")


@pytest.mark.parametrize(("relation", "victim"), banks.told_people(banks.load()))
def test_every_pair_of_people_has_a_sentence_for_each_tellable_fact(relation: str, victim: str) -> None:
    bank = banks.load()
    untold = {n for n in bank.constructs if not bank.tellable(n, "present", relation, victim)}
    assert untold <= {"sexual_coercion", "separation"}
    assert not untold or relation not in tables.PARTNERS


def _swap(name: str, old: str, new: str, times: int = 1) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, times), "utf-8")

    return change


def _add(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text("utf-8") + text, "utf-8")

    return change


BRUISE = "{Victim} has a bruise on the arm from today."
BRUISE_RO = "{Victim} are pe braț o vânătaie de azi."
BROKEN = {
    "graphic word": (_swap("incident.toml", BRUISE, "{Victim} has a bruise and there is blood."), "vignette_word"),
    "blaming word": (
        _swap("past.toml", "{Other} owns a hunting rifle.", "{Other}, provoked, got a rifle."),
        "vignette_word",
    ),
    "graphic word in Romanian": (
        _swap("incident.toml", BRUISE_RO, "{Victim} are o vânătaie și sânge."),
        "vignette_word",
    ),
    "a group": (_swap("frames.toml", "Two officers arrive.", "Two religious officers arrive."), "vignette_word"),
    "a number": (_swap("past.toml", "two years ago", "2 years ago"), "vignette_number"),
    "a name": (_swap("incident.toml", BRUISE, "{Victim} met Maria and has a bruise."), "vignette_capital"),
    "a place": (_swap("frames.toml", "dintr-un sat și", "dintr-un sat de lângă Turda și"), "vignette_capital"),
    "a cedilla": (_swap("incident.toml", BRUISE_RO, "{Victim} are pe braţ o vânătaie."), "vignette_letter"),
    "two spaces": (_swap("incident.toml", BRUISE, "{Victim} has a  bruise."), "vignette_spacing"),
    "a sentence too long": (
        _swap("incident.toml", BRUISE, "{Victim} has a bruise " + "and looks at the door " * 6 + "again."),
        "vignette_long",
    ),
    "another construct touched": (
        _swap("incident.toml", BRUISE, "{Victim} has a bruise, and {other} drinks a lot."),
        "vignette_cue_stray",
    ),
    "a frame that tells a fact": (
        _swap("frames.toml", "Two officers arrive.", "Two officers arrive and see a belt."),
        "vignette_cue_stray",
    ),
    "the construct missed": (_swap("incident.toml", BRUISE, "{Victim} rests on a chair."), "vignette_cue_missing"),
    "the construct missed in one language": (
        _swap("incident.toml", BRUISE_RO, "{Victim} stă pe un scaun."),
        "vignette_cue_missing",
    ),
    "nothing denied": (
        _swap("incident.toml", "The officers see no injury.", "The officers see an injury."),
        "vignette_denial",
    ),
    "a placeholder that means nothing": (
        _swap("incident.toml", BRUISE, "{Victm} has a bruise."),
        "vignette_placeholder",
    ),
    "a brace left open": (_swap("incident.toml", BRUISE, "{Victim has a bruise."), "vignette_placeholder"),
    "a form that lacks one gender": (_swap("incident.toml", "{v:rănită|rănit}", "{v:rănită}"), "vignette_placeholder"),
    "one language only": (_swap("incident.toml", f'ro = "{BRUISE_RO}"\n', ""), "missing_key"),
    "an unknown key": (_swap("incident.toml", f'en = "{BRUISE}"', f'fr = "x"\nen = "{BRUISE}"'), "unknown_key"),
    "a pattern that is none": (_swap("incident.toml", "'bruise'", "'bruise('"), "bad_value"),
    "too few ways to say it": (
        _swap("home.toml", "[[stalking.present]]\nen", '[[stalking.present]]\nvictims = ["woman"]\nen'),
        "bad_value",
    ),
    "the same construct in two files": (
        _add("past.toml", "\n[stalking]\nstage = 'past'\n"),
        "vignette_construct_twice",
    ),
    "a pair of two stages": (
        _swap("together.toml", '["attempt_to_kill", "strangulation"]', '["attempt_to_kill", "stalking"]'),
        "vignette_pair",
    ),
    "a pair of an unknown construct": (
        _swap("together.toml", '["attempt_to_kill", "strangulation"]', '["attempt_to_kill", "strangling"]'),
        "vignette_construct",
    ),
    "no call for minors in towns": (
        _swap("frames.toml", 'areas = ["urban"]\nvictims = ["minor"]', 'areas = ["rural"]\nvictims = ["minor"]', -1),
        "vignette_frame",
    ),
    "a stage that is none": (_swap("frames.toml", "[[close]]", "[[closing]]"), "vignette_stage"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_bank_is_refused(fault: str, tmp_path: Path) -> None:
    change, code = BROKEN[fault]
    folder = tmp_path / "bank"
    shutil.copytree(SHIPPED, folder)
    change(folder)
    with pytest.raises(CheckFailed) as caught:
        banks.read(folder)
    assert code in {p.code for p in caught.value.problems}
    for language in LANGUAGES:
        assert caught.value.text(language)


def test_a_changed_bank_has_another_version(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    shutil.copytree(SHIPPED, folder)
    assert banks.version(banks.read(folder)) == banks.version(banks.load())
    _swap("incident.toml", BRUISE, "{Victim} has a bruise from today.")(folder)
    assert banks.version(banks.read(folder)) != banks.version(banks.load())
