"""Agreement, pronouns and dropped subjects, in both languages, for every kind of people."""

from __future__ import annotations

import pytest

from dvstudy.vignettes import bank as banks
from dvstudy.vignettes import wording
from dvstudy.vignettes.wording import Cast

TEMPLATES = [
    {"en": "{A_victim} calls: {whose_other} is here.", "ro": "{A_victim} sună: {whose_other} este aici."},
    {
        "en": "This time {victim} was not hurt, and {v:her|his} friend told {o:her|him}.",
        "ro": "De data aceasta {victim} nu a fost {v:rănită|rănit}, iar {other} este {o:calmă|calm}.",
    },
    {"en": "{Other} took {victim's} phone.", "ro": "{Other} {v:a împins-o|l-a împins} și a luat telefonul {victim's}."},
]


def _cast(relation: str, victim: str, genders: str) -> Cast:
    chosen = (cast for cast, _ in banks.casts(banks.load(), relation, victim))
    return next(c for c in chosen if c.victim.gender + c.other.gender == genders)


def _told(relation: str, victim: str, genders: str, language: str) -> str:
    told = wording.paragraph(TEMPLATES, _cast(relation, victim, genders))
    return " ".join(sentence[language] for sentence in told)


EXPECTED = {
    ("spouse", "woman", "fm", "en"): "A woman calls: her husband is here. "
    "This time the woman was not hurt, and her friend told him. Her husband took her phone.",
    ("spouse", "woman", "fm", "ro"): "O femeie sună: soțul ei este aici. "
    "De data aceasta femeia nu a fost rănită, iar soțul este calm. Soțul a împins-o și a luat telefonul ei.",
    ("spouse", "man", "mf", "en"): "A man calls: his wife is here. "
    "This time the man was not hurt, and his friend told her. His wife took his phone.",
    ("spouse", "man", "mf", "ro"): "Un bărbat sună: soția lui este aici. "
    "De data aceasta bărbatul nu a fost rănit, iar soția este calmă. Soția l-a împins și a luat telefonul lui.",
    ("parent", "woman", "ff", "en"): "A woman calls: her daughter is here. "
    "This time the woman was not hurt, and her friend told her. Her daughter took the woman's phone.",
    ("parent", "woman", "ff", "ro"): "O femeie sună: fiica ei este aici. "
    "De data aceasta femeia nu a fost rănită, iar fiica este calmă. Fiica a împins-o și a luat telefonul femeii.",
    ("child", "minor", "mm", "en"): "A boy calls: his father is here. "
    "This time the boy was not hurt, and his friend told him. His father took the boy's phone.",
    ("child", "minor", "mm", "ro"): "Un băiat sună: tatăl lui este aici. "
    "De data aceasta băiatul nu a fost rănit, iar tatăl este calm. Tatăl l-a împins și a luat telefonul băiatului.",
    ("other_kin", "minor", "fm", "ro"): "O fată sună: fratele ei este aici. "
    "De data aceasta fata nu a fost rănită, iar fratele este calm. Fratele a împins-o și a luat telefonul ei.",
}


@pytest.mark.parametrize("people", EXPECTED)
def test_forms_agree_with_the_people(people: tuple[str, str, str, str]) -> None:
    assert _told(*people) == EXPECTED[people]


def test_a_sentence_about_the_same_person_drops_the_subject_in_romanian() -> None:
    templates = [
        {"en": "{Other} shouted.", "ro": "{Other} a țipat."},
        {"en": "{Other} left.", "ro": "{Other} a plecat."},
    ]
    told = wording.paragraph(templates, _cast("parent", "man", "mm"))
    assert [t["ro"] for t in told] == ["Fiul a țipat.", "A plecat."]
    assert [t["en"] for t in told] == ["His son shouted.", "He left."]


def test_the_subject_is_named_again_when_two_people_could_be_meant() -> None:
    templates = [
        {"en": "{Other} shouted and {victim} left.", "ro": "{Other} a țipat, iar {victim} a plecat."},
        {"en": "{Other} stayed.", "ro": "{Other} a rămas."},
    ]
    told = wording.paragraph(templates, _cast("parent", "man", "mm"))
    assert told[1] == {"en": "His son stayed.", "ro": "Fiul a rămas."}
    told = wording.paragraph(templates, _cast("parent", "man", "mf"))
    assert told[1] == {"en": "She stayed.", "ro": "Fiica a rămas."}


def test_inside_a_sentence_romanian_says_the_pronoun() -> None:
    templates = [
        {"en": "{Other} shouted at {victim}.", "ro": "{Other} a țipat, iar {victim} a plecat."},
        {"en": "Since then {victim} is away.", "ro": "De atunci, {victim} este departe."},
        {"en": "{Victim} is well.", "ro": "{Victim} este bine."},
    ]
    told = wording.paragraph(templates, _cast("spouse", "woman", "fm"))
    assert [t["ro"] for t in told[1:]] == ["De atunci, ea este departe.", "Este bine."]
    assert [t["en"] for t in told[1:]] == ["Since then she is away.", "She is well."]


def test_a_clause_with_and_sets_the_topic() -> None:
    templates = [
        {"en": "The officer listens, and {victim} speaks.", "ro": "Polițistul ascultă, iar {victim} vorbește."},
        {"en": "{Victim} is well.", "ro": "{Victim} este bine."},
    ]
    assert wording.paragraph(templates, _cast("parent", "man", "mm"))[1] == {"en": "He is well.", "ro": "Este bine."}


def test_someone_else_between_ends_the_topic() -> None:
    templates = [
        {"en": "{Other} left; a neighbour came.", "ro": "{Other} a plecat; a venit un vecin."},
        {"en": "{Other} is calm.", "ro": "{Other} este {o:calmă|calm}."},
    ]
    assert wording.paragraph(templates, _cast("parent", "man", "mm"))[1] == {
        "en": "His son is calm.",
        "ro": "Fiul este calm.",
    }


@pytest.mark.parametrize("template", ["{victims}", "{v:her}", "{v:her|him", "her}", "{x:her|him}", "{}"])
def test_placeholders_that_mean_nothing_are_found(template: str) -> None:
    assert wording.unknown_tokens(template)


@pytest.mark.parametrize(
    "template", ["{Victim} {other} {victim's} {Other's} {A_victim} {whose_other}", "{v:ea|el} {o:|l-}"]
)
def test_known_placeholders_pass(template: str) -> None:
    assert wording.unknown_tokens(template) == []
