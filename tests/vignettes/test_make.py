"""A set is balanced, reproducible, and its key is what the rule says of what the text tells."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import jsonschema
import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from dvstudy import provenance, vignettes
from dvstudy.cohort import Cohort
from dvstudy.errors import Refused, UsageError
from dvstudy.language import languages
from dvstudy.tables import PARTNERS
from dvstudy.vignettes import Vignette, VignetteSet
from dvstudy.vignettes import bank as banks
from dvstudy.vignettes.candidates import candidates
from dvstudy.vignettes.model import CONTENTS, LANGUAGES
from dvstudy.vignettes.record import vignette_id
from dvstudy.vignettes.targets import targets


@pytest.fixture(scope="module")
def larger(tutorial: Cohort) -> VignetteSet:
    return vignettes.make(tutorial, n=20, seed=5)


def _rule(yes: set[str]) -> tuple[int, int, bool]:
    """The legal rule by hand: two of questions 1 to 7, or six of 8 to 21."""
    a = sum(f"q{i:02}" in yes for i in range(1, 8))
    b = sum(f"q{i:02}" in yes for i in range(8, 22))
    return a, b, a >= 2 or b >= 6


def _yes(vignette: Vignette) -> set[str]:
    """Items whose construct a line tells to be present: read from the lines, not from the key."""
    shown = {name for line in vignette.lines if line.told == "present" for name in line.shows}
    return {key.item for key in vignette.items if key.construct in shown}


def test_the_key_is_the_rule_applied_to_what_is_told(larger: VignetteSet) -> None:
    for vignette in larger.vignettes:
        a, b, imminent = _rule(_yes(vignette))
        assert (vignette.section_a, vignette.section_b) == (a, b)
        assert (vignette.decision == "imminent") == imminent
        unknown = {key.item for key in vignette.items if key.answer == "does_not_know"}
        at_most = _rule(_yes(vignette) | unknown)[2]
        assert vignette.certainty == ("certain" if imminent else "could_be" if at_most else "cannot_be")


def test_boundary_means_that_one_yes_more_or_less_turns_the_decision(larger: VignetteSet) -> None:
    items = [f"q{i:02}" for i in range(1, 22)]
    for vignette in larger.vignettes:
        yes = _yes(vignette)
        turned = any(_rule(yes ^ {item})[2] != _rule(yes)[2] for item in items)
        assert vignette.boundary == turned
        if vignette.boundary:
            assert vignette.section_a in (1, 2) or vignette.section_b in (5, 6)


def test_every_answer_rests_on_exactly_one_sentence_or_on_none(larger: VignetteSet) -> None:
    for vignette in larger.vignettes:
        assert [key.item for key in vignette.items] == [f"q{i:02}" for i in range(1, 22)]
        for key in vignette.items:
            showing = [i for i, line in enumerate(vignette.lines) if key.construct in line.shows]
            assert showing == ([] if key.answer == "does_not_know" else [key.line])


@pytest.mark.parametrize("n", [1, 2, 3, 6, 8, 13])
def test_a_set_is_balanced(tutorial: Cohort, n: int) -> None:
    made = vignettes.make(tutorial, n=n, seed=2)
    assert len(made.vignettes) == n
    assert sum(v.decision == "imminent" for v in made.vignettes) == n // 2
    assert sum(v.boundary for v in made.vignettes) >= math.ceil(n / 4)
    assert abs(sum(v.area == "urban" for v in made.vignettes) - n / 2) <= 1
    couples = sum(v.relation in PARTNERS for v in made.vignettes)
    assert abs(couples - 0.6 * n) < 1
    assert n == 1 or couples < n
    assert len({v.case_id for v in made.vignettes}) == len({v.id for v in made.vignettes}) == n


def test_the_boundary_is_asked_for_on_both_sides() -> None:
    asked = targets(12, banks.load().rules, np.random.default_rng(0))
    assert {t.positive for t in asked if t.boundary} == {True, False}
    assert len({t.group for t in asked}) == 4


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tutorial: Cohort, made: VignetteSet) -> None:
    assert vignettes.make(tutorial, n=6, seed=146).to_json() == made.to_json()
    assert {v.case_id for v in vignettes.make(tutorial, n=6, seed=147).vignettes} != {v.case_id for v in made.vignettes}


def test_what_is_told_is_true_in_the_simulated_case(tutorial: Cohort, larger: VignetteSet) -> None:
    facts = tutorial.truth["facts"]
    for vignette in larger.vignettes:
        for key in vignette.items:
            if key.told != "untold":
                assert bool(facts.loc[vignette.case_id, key.construct]) == (key.told == "present"), key


def test_people_are_those_of_the_case(tutorial: Cohort, larger: VignetteSet) -> None:
    for vignette in larger.vignettes:
        case = tutorial.cases.loc[vignette.case_id]
        assert (vignette.relation, vignette.victim, vignette.area) == (case["relation"], case["victim"], case["area"])
        assert vignette.victim == "minor" or vignette.victim_gender == {"woman": "f", "man": "m"}[vignette.victim]


def test_about_a_quarter_of_absent_and_few_present_facts_are_left_untold(tutorial: Cohort) -> None:
    bank, form = banks.load(), tutorial.instrument("order146")
    found = candidates(tutorial, form, bank, np.random.default_rng(1))
    couples = found.cases["group"] == "couple"
    told = found.told[couples].drop(columns=bank.relation.construct_id)
    true = tutorial.truth["facts"].loc[told.index, told.columns].astype(bool)
    untold = told == "untold"
    assert untold.to_numpy()[~true.to_numpy()].mean() == pytest.approx(bank.rules.absent_untold, abs=0.02)
    assert untold.to_numpy()[true.to_numpy()].mean() == pytest.approx(bank.rules.present_untold, abs=0.02)


def test_cases_that_the_bank_cannot_tell_are_left_out(tutorial: Cohort) -> None:
    bank, form = banks.load(), tutorial.instrument("order146")
    found = candidates(tutorial, form, bank, np.random.default_rng(1))
    people = set(zip(found.cases["relation"], found.cases["victim"], strict=True))
    assert people <= set(banks.told_people(bank))
    apart = found.cases["group"] != "couple"
    assert not tutorial.truth["facts"].loc[found.cases.index[apart], "sexual_coercion"].astype(bool).any()
    for pair in bank.rules.unlikely:
        stated = (found.told[list(pair.present)] == "present").any(axis=1)
        assert not (stated & (found.told[list(pair.absent)] == "absent").any(axis=1)).any()
        assert not (stated & (found.told[list(pair.untold)] == "untold").any(axis=1)).any()
    assert (found.told["fear_of_further_violence"] == "present").any()


def test_ids_can_be_recomputed(made: VignetteSet) -> None:
    for v in made.vignettes:
        assert v.id == vignette_id(made.parameter_hash, seed=146, case_id=v.case_id, bank=made.bank)
        assert v.id.startswith("SYN-V-")


def test_reasons_content_notes_and_points_are_there_in_every_language(larger: VignetteSet) -> None:
    assert set(LANGUAGES) == set(languages())
    for vignette in larger.vignettes:
        assert set(vignette.reason) == set(LANGUAGES)
        assert all(vignette.reason[code] and all(vignette.reason[code]) for code in LANGUAGES)
        assert vignette.reason["en"] != vignette.reason["ro"]
        assert set(vignette.content_notes) <= set(CONTENTS)
        assert 2 <= len(vignette.discussion) <= 3
        told = {key.construct: key.told for key in vignette.items}
        assert ("sexual_violence" in vignette.content_notes) == (told["sexual_coercion"] != "untold")
        assert ("child_harmed" in vignette.content_notes) == (vignette.victim == "minor")
        assert ("relatives" in vignette.discussion) <= (vignette.relation not in PARTNERS)


def test_a_set_does_not_repeat_its_sentences_more_than_it_must(larger: VignetteSet) -> None:
    said = [line.text["en"] for v in larger.vignettes for line in v.lines if line.told == "present" and len(line.shows)]
    assert max(pd.Series(said).value_counts()) <= 8


def test_the_record_comes_back_as_it_was(made: VignetteSet) -> None:
    assert vignettes.from_json(made.to_json()) == made


def test_the_record_follows_its_schema(made: VignetteSet) -> None:
    schema, record = vignettes.json_schema(), json.loads(made.to_json())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(record, schema)
    for field, wrong in (("decision", 3), ("relation", "neighbour"), ("synthetic", False), ("extra", 1)):
        spoiled = json.loads(made.to_json())
        spoiled["vignettes"][0][field] = wrong
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spoiled, schema)
        with pytest.raises(ValidationError):
            vignettes.from_json(json.dumps(spoiled))


def test_real_or_unproven_data_are_refused(tutorial: Cohort) -> None:
    renamed = tutorial.cases.rename(index={tutorial.cases.index[0]: "SYN-0000000000000000"})
    for cohort in (
        replace(tutorial, recipe=None),
        replace(tutorial, cases=renamed),
        replace(tutorial, truth={}),
        replace(tutorial, recipe={**(tutorial.recipe or {}), "parameter_hash": provenance.parameter_hash({"x": 1})}),
    ):
        with pytest.raises(Refused) as caught:
            vignettes.make(cohort, n=2, seed=1)
        assert caught.value.code == "vignettes_synthetic_only"
        assert "tutorial" in caught.value.text("ro")


@pytest.mark.parametrize("n", [0, -1])
def test_an_empty_set_is_a_wrong_call(tutorial: Cohort, n: int) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        vignettes.make(tutorial, n=n, seed=1)


def test_too_small_a_cohort_says_so(tutorial: Cohort) -> None:
    few = replace(tutorial, cases=tutorial.cases.head(12))
    with pytest.raises(UsageError) as caught:
        vignettes.make(few, n=6, seed=1)
    assert caught.value.code == "vignettes_not_enough"
    assert caught.value.text("en") != caught.value.text("ro")
