"""Figures without orders, with everyone followed up and beyond the record, on the shipped cohort."""

from dataclasses import replace

import numpy as np
import pytest

from dvstudy.cohort import Cohort
from dvstudy.language import languages, text
from dvstudy.render import side_by_side
from dvstudy.render.document import Figure, Table
from dvstudy.result import Result
from dvstudy.studies.run import StudyRun
from dvstudy.studies.thresholds import protection
from dvstudy.studies.thresholds.view import View


def ways(cohort: Cohort) -> dict[str, Result]:
    return {r.name: r for r in protection.results(View(cohort, 1))}


def test_only_an_order_from_the_day_of_the_form_makes_a_case_treated(tutorial: Cohort) -> None:
    """A later order would credit itself with the days in which nothing happened."""
    orders = tutorial.orders
    forms = View(tutorial, 1).police
    at_once = orders["kind"] == "provisional"
    treated = ways(tutorial)[protection.WAYS].frames["overlap"]["treated"].sum()
    assert treated == forms["case_id"].isin(orders.loc[at_once, "case_id"]).sum()
    late = replace(tutorial, orders=orders.assign(start_day=orders["start_day"].mask(at_once, 10.0)))
    assert ways(late)[protection.WAYS].notes[-1].code == "none_treated"


def test_an_order_of_which_nobody_knows_when_it_began_treats_nobody(tutorial: Cohort) -> None:
    orders = tutorial.orders
    row = orders.index[(orders["kind"] == "provisional") & orders["case_id"].isin(View(tutorial, 1).police["case_id"])][
        0
    ]
    unknown = replace(tutorial, orders=orders.assign(start_day=orders["start_day"].mask(orders.index == row)))
    before, after = (ways(c)[protection.WAYS].frames["overlap"]["treated"].sum() for c in (tutorial, unknown))
    assert after == before - 1


def test_without_any_orders_the_question_is_not_answered(tutorial: Cohort) -> None:
    found = ways(replace(tutorial, orders=tutorial.orders.iloc[:0]))
    assert {found[n].status for n in (protection.WAYS, protection.ACCURACY, protection.AUC)} == {"not_estimable"}
    assert found[protection.FOLLOWED].status != "not_estimable"
    assert list(protection.sections(found))


def test_figures_without_orders_stand_beside_the_stored_truth(runs: dict[str, StudyRun]) -> None:
    checks = runs["thresholds"].checks
    for name, terms in ((protection.ACCURACY, 5), (protection.AUC, 1)):
        assert (checks["result"] == name).sum() == terms


@pytest.mark.parametrize("language", languages())
def test_naive_corrected_and_true_stand_side_by_side(runs: dict[str, StudyRun], language: str) -> None:
    run = runs["thresholds"]
    blocks = list(side_by_side.blocks(run, language))
    assert [type(b) for b in blocks] == [Figure, Table, Figure, Table]
    shown = blocks[1]
    assert isinstance(shown, Table) and isinstance(blocks[0], Figure)
    rows = dict(zip([row[0] for row in shown.rows], shown.rows, strict=True))
    words = ("group.as_observed", "group.doubly_robust", "report.column.truth")
    naive, best, true = (rows[text(word, language)] for word in words)
    assert len({naive[1], best[1], true[1]}) == 3
    stored = run.checks.set_index(["result", "term"])["truth"][protection.AUC, "auc"]
    assert text("axis.true_value", language) in blocks[0].alt
    assert np.isclose(float(true[3].replace(",", ".")), stored, atol=0.006)


def test_data_without_truth_show_none(runs: dict[str, StudyRun]) -> None:
    assert not list(side_by_side.blocks(replace(runs["thresholds"], checks=runs["thresholds"].checks.iloc[:0]), "en"))
