from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dvstudy import cohorts
from dvstudy.cohorts.reference import reference
from dvstudy.cohorts.simulate import draw
from dvstudy.cohorts.streams import Streams


def test_a_stream_depends_on_seed_and_name_only() -> None:
    assert np.array_equal(Streams(1).uniform("a", 5), Streams(1).uniform("a", 5))
    assert not np.array_equal(Streams(1).uniform("a", 5), Streams(1).uniform("b", 5))
    assert not np.array_equal(Streams(1).uniform("a", 5), Streams(2).uniform("a", 5))


def test_streams_of_different_names_are_uncorrelated() -> None:
    a, b = Streams(3).normal("facts/alcohol_problem", 20_000), Streams(3).normal("facts/drug_use", 20_000)
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(20_000)


def test_more_draws_of_a_stream_begin_with_the_same_numbers() -> None:
    assert np.array_equal(Streams(1).uniform("a", 9)[:5], Streams(1).uniform("a", 5))


def test_changing_one_step_leaves_the_luck_of_the_others(variant: Any) -> None:
    """With the same intercepts, another recording of the social worker and other services change nothing upstream."""
    base = cohorts.load_recipe("tutorial")
    changed = variant({"raters.social_worker.shift": 2.0, "forms.sara": 0.9, "outcomes.hazard_services": 0.7})
    solved = reference(base).intercepts
    one, two = (draw(r.settings, 5, 3000, solved) for r in (base, changed))
    assert np.array_equal(one.population.usual.form.record.yes, two.population.usual.form.record.yes)
    assert np.array_equal(one.population.usual.orders.court_end, two.population.usual.orders.court_end)
    assert np.array_equal(one.events.day, two.events.day)
    assert not np.array_equal(one.happened[0].repeat, two.happened[0].repeat)


def test_a_new_fact_leaves_every_other_column(variant: Any) -> None:
    """Facts are drawn by name: adding one to the bank moves no other."""
    base = cohorts.load_recipe("tutorial")
    extra = base.settings.facts["alcohol_problem"].model_copy(update={"prevalence": 0.3})
    more = base.settings.model_copy(update={"facts": {"new_fact": extra, **base.settings.facts}})
    solved = reference(base).intercepts
    one, two = (draw(values, 5, 3000, solved) for values in (base.settings, more))
    before, after = one.population.scene.facts.true, two.population.scene.facts.true
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert 0 < after["new_fact"].mean() < 1
    assert np.array_equal(one.happened[1].severe, two.happened[1].severe)


def test_same_seed_same_tables_other_seed_other_tables(tutorial: Any) -> None:
    again = cohorts.simulate("tutorial", seed=cohorts.SHIPPED["tutorial"])
    other = cohorts.simulate("tutorial", seed=1)
    pd.testing.assert_frame_equal(tutorial.outcomes, again.outcomes, check_exact=True)
    pd.testing.assert_frame_equal(tutorial.answers["order146"], again.answers["order146"])
    assert not tutorial.outcomes["recorded_180"].equals(other.outcomes["recorded_180"])
    pd.testing.assert_frame_equal(tutorial.truth["estimands"], other.truth["estimands"], check_exact=True)
