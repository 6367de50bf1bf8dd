"""The explorer of rules: every rule once, the legal one chosen, nothing hidden shown, a picture without styles."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from dvstudy import language as lang
from dvstudy.analyses._rules import CountRules
from dvstudy.analyses.rule_surface import rule_surface
from dvstudy.errors import UsageError
from dvstudy.render.explorer import MEASURES, explore_rules
from dvstudy.studies.run import StudyRun


def made(synthetic: bool = True) -> StudyRun:
    """A run with one rule surface of 3,000 forms."""
    rng = np.random.default_rng(8)
    trait, station = rng.normal(size=3000), rng.integers(0, 40, 3000)
    frame = pd.DataFrame(
        {
            "a": rng.binomial(7, expit(trait - 2)),
            "b": rng.binomial(14, expit(trait - 1.5)),
            "event": rng.random(3000) < expit(trait - 2.5),
            "station": station,
        }
    )
    found = rule_surface(
        frame, name="surface_severe", rules=CountRules("a", 7, "b", 14, (2, 6)), reference="event", cluster="station",
        synthetic=synthetic,
    )  # fmt: skip
    known = {"synthetic": synthetic}
    return StudyRun("thresholds", [], [], pd.DataFrame(), {"surface_severe": found}, known)


@pytest.fixture(scope="module")
def run():
    return made()


@pytest.mark.parametrize("language", lang.languages())
def test_every_rule_can_be_chosen_and_the_legal_one_is(run, language):
    html = explore_rules(run, language=language).html
    rules = run.results["surface_severe"].frames["surface"]
    names = re.findall(r'<input type="radio" name="\w+-rule" id="(\w+-r\d+-\d+)"', html)
    assert len(names) == len(set(names)) == len(rules)
    for name in names:
        assert html.count(f'for="{name}"') == len(MEASURES)
        assert f"#{name}:checked ~ .details" in html
    legal = rules[rules["legal"]].iloc[0]
    (chosen,) = re.findall(r'id="\w+-r(\d+-\d+)"[^>]* checked', html)
    assert chosen == f"{legal['k']}-{legal['m']}"
    assert html.count("hidden>") == len(rules) + len(MEASURES)
    assert "<script" not in html
    assert lang.text("report.mark.synthetic", language) in html
    assert "data:image/png" in html


def test_numbers_are_those_of_the_surface_in_the_readers_language(run):
    rules = run.results["surface_severe"].frames["surface"]
    row = rules[rules["legal"]].iloc[0]
    html = explore_rules(run, language="ro").html
    assert lang.percent(row["sensitivity"], "ro") in html
    assert lang.percent(row["ppv"], "ro") in html


def test_hidden_rules_have_no_numbers():
    html, real = explore_rules(made(synthetic=False)).html, made(synthetic=False)
    rules = real.results["surface_severe"].frames["surface"]
    small = rules[(rules["true_positive"] > 0) & (rules["true_positive"] < 10)]
    assert len(small)
    for row in small.to_dict("records"):
        told = re.search(rf'class="r{row["k"]}-{row["m"]}" hidden>(.*?)</div>', html, re.DOTALL).group(1)
        assert lang.percent(row["sensitivity"], "en") not in told
    assert lang.text("report.mark.confidential", "en") in html


def test_a_run_without_a_surface_says_so(run):
    with pytest.raises(UsageError, match="surface_other"):
        explore_rules(run, "surface_other")


def test_everything_of_made_up_people_can_be_shown_and_never_of_real_ones(run):
    rules = run.results["surface_severe"].frames["surface"]
    row = rules[(rules["true_positive"] > 0) & (rules["true_positive"] < 10)].iloc[0]
    place = rf'class="r{row["k"]}-{row["m"]}" hidden>(.*?)</div>'
    all_shown, real = explore_rules(run, smallest=1).html, explore_rules(made(synthetic=False), smallest=1).html
    assert lang.percent(row["sensitivity"], "en") in re.search(place, all_shown, re.DOTALL).group(1)
    assert lang.percent(row["sensitivity"], "en") not in re.search(place, real, re.DOTALL).group(1)
