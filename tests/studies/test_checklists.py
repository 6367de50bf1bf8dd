"""Reporting guidelines: every point has words and a place, and its state follows from the runs."""

from dataclasses import replace

import pytest

from dvstudy import language as lang
from dvstudy import studies
from dvstudy.errors import UsageError
from dvstudy.render import checklist_pages
from dvstudy.result import not_estimable
from dvstudy.studies import checklists
from dvstudy.studies.run import Section

NAMES = checklists.checklists()


@pytest.fixture(scope="module")
def runs(tutorial):
    return {name: studies.study(name, tutorial, seed=1) for name in ("profile", "thresholds", "agreement")}


@pytest.mark.parametrize("name", NAMES)
def test_every_point_has_words_and_a_place_that_exists(name, runs):
    sections = {section.key for run in runs.values() for section in run.sections}
    for place in checklists.places(name):
        assert place == "author" or place in sections or (place.startswith("report.") and lang.has(place)), place
    found = checklists.checklist(name, runs)
    for language in lang.languages():
        assert all(lang.has(f"checklist.{name}.{item}", language) for item in found["item"])
        assert all(lang.has(f"checklist.section.{section}", language) for section in found["section"])
        assert all(lang.has(f"checklist.state.{state}", language) for state in checklists.STATES)


@pytest.mark.parametrize(("name", "points"), [("stard", 34), ("tripod_ai", 52)])
def test_all_points_of_the_published_lists_are_there_once(name, points, runs):
    found = checklists.checklist(name, runs)
    assert len(found) == found["item"].nunique() == points


def test_a_point_is_missing_without_its_run_and_when_nothing_could_be_estimated(runs):
    full = checklists.checklist("stard", runs).set_index("item")["state"]
    assert full["24"] == "answered"
    assert full["28"] == "author"
    assert checklists.checklist("stard", runs["profile"]).equals(
        checklists.checklist("stard", {"profile": runs["profile"]})
    )
    alone = checklists.checklist("stard", {"profile": runs["profile"]}).set_index("item")["state"]
    assert alone["24"] == "not_run"
    assert alone["20"] == "answered"
    run = runs["thresholds"]
    empty = {name: not_estimable(name, result.meta) for name, result in run.results.items()}
    silent = [Section(s.key, (), s.results) for s in run.sections]
    blank = {"thresholds": replace(run, results=empty, sections=silent)}
    assert checklists.checklist("stard", blank).set_index("item")["state"]["24"] == "not_estimable"


def test_counts_add_up(runs):
    for name in NAMES:
        numbers = checklists.counts(checklists.checklist(name, runs))
        assert numbers["answered"] + numbers["partly"] + numbers["missing"] == numbers["total"]


@pytest.mark.parametrize("language", lang.languages())
def test_the_page_says_of_every_point_what_it_lacks(language, runs):
    found = checklists.checklist("stard", {"thresholds": runs["thresholds"]})
    table = checklist_pages.page("stard", found, language)
    assert len(table.rows) == len(found) + found["section"].nunique()
    rest = lang.text("checklist.rest.author", language)
    shown = {row[0]: row[3] for row in table.rows if len(row) == 4}
    for point in found[found["state"] == "partly"].to_dict("records"):
        assert (rest in shown[point["item"]]) == ("author" in point["missing"])


def test_an_unknown_guideline_is_refused_with_those_there_are(runs):
    with pytest.raises(UsageError, match="tripod_ai"):
        checklists.checklist("prisma", runs)
