"""The taxonomy of topics: every shipped item has its place, and a team may bring a topic of its own."""

from __future__ import annotations

import copy
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from dvstudy import instruments, language
from dvstudy.errors import CheckFailed, Problem
from dvstudy.instruments.constructs import construct, taxonomy, wheel
from dvstudy.instruments.load import define

EVERY = pytest.mark.parametrize("name", instruments.available())


def raw() -> dict[str, Any]:
    return tomllib.loads(files("dvstudy.instruments.definitions").joinpath("order146.toml").read_text("utf-8"))


def faults(definition: dict[str, Any]) -> list[Problem]:
    with pytest.raises(CheckFailed) as caught:
        define(definition, "form.toml")
    for code in language.languages():
        assert all("{" not in p.text(code) for p in caught.value.problems)
    return list(caught.value.problems)


@EVERY
def test_every_shipped_item_asks_about_a_topic_of_the_taxonomy(name: str) -> None:
    instrument = instruments.load(name)
    assert not instrument.constructs, "a topic that ships belongs in constructs.toml"
    assert {i.construct_id for i in instrument.items} <= set(taxonomy().constructs)


def test_no_topic_and_no_domain_is_there_without_an_item() -> None:
    used = {i.construct_id for name in instruments.available() for i in instruments.load(name).items}
    assert not set(taxonomy().constructs) - used
    assert not set(taxonomy().domains) - {taxonomy().constructs[c].domain for c in used}


def test_every_label_is_short_and_written_in_every_language() -> None:
    known = taxonomy()
    named = [*known.domains.values(), *known.power_and_control.values(), *known.equality.values()]
    for label in [one.label for one in named] + [c.label for c in known.constructs.values()]:
        assert set(label) == set(language.languages()), label
        assert all(text.strip() == text and 0 < len(text) <= 60 for text in label.values()), label
        assert not set("şţŞŢ") & set(label["ro"])


def test_labels_of_topics_tell_them_apart() -> None:
    for code in language.languages():
        texts = [c.label[code] for c in taxonomy().constructs.values()]
        assert len(texts) == len(set(texts))


def test_each_segment_of_control_faces_one_of_equality() -> None:
    known = taxonomy()
    faced = [s.equality for s in known.power_and_control.values()]
    assert set(faced) == set(known.equality)
    assert len(known.power_and_control) == 8 + 2
    used = {segment for one in known.constructs.values() for segment in one.wheel}
    assert used == set(known.power_and_control)


def test_a_misspelt_topic_is_refused_with_the_nearest() -> None:
    definition = raw()
    definition["items"][0]["construct_id"] = "strangulaton"
    (fault,) = faults(definition)
    assert (fault.code, fault.found, fault.nearest) == ("unknown_construct", "strangulaton", "strangulation")
    assert "items.q01.construct_id" in fault.place


def test_a_team_may_bring_its_own_topic() -> None:
    definition = raw()
    own = {"domain": "stalking", "wheel": ["intimidation"], "label": {"en": "Tracked by phone", "ro": "Urmărire"}}
    definition["constructs"] = {"tracked_by_phone": own}
    definition["items"][0]["construct_id"] = "tracked_by_phone"
    form = define(definition, "form.toml")
    assert construct(form, "q01").domain == "stalking"
    assert construct(form, "q02").domain == "physical"
    assert instruments.Instrument.model_validate_json(form.model_dump_json()) == form


def test_faults_of_a_topic_of_ones_own_are_named_together() -> None:
    definition = raw()
    label = {"en": "x", "ro": "x"}
    definition["constructs"] = {
        "stalking": {"domain": "stalking", "label": label},
        "first": {"domain": "stalkin", "wheel": ["isolatio"], "label": label},
        "second": {"domain": "stalking", "label": label, "colour": "red"},
    }
    for item, own in zip(definition["items"], ("first", "second"), strict=False):
        item["construct_id"] = own
    found = {(p.code, p.found.strip("'")): p.nearest for p in faults(copy.deepcopy(definition))}
    assert found == {
        ("construct_redefined", "stalking"): "",
        ("not_one_of", "stalkin"): "stalking",
        ("not_one_of", "isolatio"): "isolation",
        ("unknown_key", "colour"): "",
    }


@pytest.mark.parametrize("code", language.languages())
def test_the_wheel_lists_every_segment_and_scores_nothing(code: str) -> None:
    found = wheel(instruments.load("social_risk_sheet"), code)
    segments = [language.pick(s.label, code) for s in taxonomy().power_and_control.values()]
    assert list(dict.fromkeys(found["segment"])) == segments
    assert list(found.columns) == ["segment", "faces", "item", "number", "question"]
    children = language.pick(taxonomy().power_and_control["using_children"].label, code)
    assert set(found.loc[found["segment"] == children, "item"]) == {"q02", "q20", "q21"}
    empty = language.pick(taxonomy().power_and_control["economic_abuse"].label, code)
    assert list(found.loc[found["segment"] == empty, "item"]) == [""]
