"""How well an instrument is known at a glance."""

from __future__ import annotations

import pytest

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.exchange import about, codebook
from dvstudy.exchange.sheet import sheet
from dvstudy.instruments import known, load
from dvstudy.instruments.parts import STATUSES, least_known
from dvstudy.render import instrument_pages, plain
from dvstudy.render.document import Paragraph


def test_a_verified_rule_does_not_hide_unverified_weights_or_questions() -> None:
    danger, dash, ontario = (known(load(name)) for name in ("danger_assessment", "dash_24", "odara"))
    assert load("danger_assessment").rule.status == "verified" and danger.rule == "unverified"
    assert (dash.questions, dash.rule) == ("unverified", "verified")
    assert (ontario.questions, ontario.rule) == ("verified", "unverified")


def test_placeholders_are_counted_and_stubs_have_no_rule() -> None:
    police = known(load("order146"))
    assert (police.questions, police.with_it, police.asked, police.rule) == ("placeholder", 12, 21, "verified")
    empty = known(load("order138"))
    assert (empty.questions, empty.with_it, empty.asked, empty.rule) == ("no_questions", 0, 0, "no_rule")
    assert [n for n in instruments.available() if known(load(n)).rule == "no_rule"] == [
        n for n in instruments.available() if n not in instruments.scorable()
    ]


def test_a_threshold_of_local_practice_counts_once_it_is_set() -> None:
    assert known(load("dash_24")).rule == "verified"
    assert known(load("dash_24", parameters={"escalation": 3})).rule == "unverified"


def test_scores_that_only_describe_do_not_count() -> None:
    third = load("sara_v3")
    assert {score.status for score in third.scores} == {"unverified"} and known(third).rule == "verified"


@pytest.mark.parametrize("name", instruments.available())
def test_nothing_is_called_better_known_than_one_of_its_parts(name: str) -> None:
    one = load(name)
    found = known(one)
    for item in one.items:
        assert STATUSES.index(found.questions) >= STATUSES.index(item.status)
    if one.rule.known:
        deciding = [s.status for s in one.scores if any(c.score == s.id for level in one.levels for c in level.when)]
        assert found.rule == least_known([one.rule.status, *deciding])


@pytest.mark.parametrize("language", lang.languages())
@pytest.mark.parametrize("name", ["order146", "danger_assessment", "order138"])
def test_every_page_about_an_instrument_says_both(name: str, language: str) -> None:
    one = load(name)
    said = known(one).text(language)
    assert all(word in said for word in known(one).words(language))
    assert Paragraph(said) in list(instrument_pages.pages(one, language))
    assert Paragraph(said) in codebook.document(one, language).blocks
    assert said in list(about.paragraphs(one, language))
    assert said.split()[0] in "\n".join(plain.lines(instrument_pages.pages(one, language), language))
    if one.items:
        assert said in sheet(one, [language])["foot"][0]
