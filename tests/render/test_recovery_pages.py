"""An estimator on many cohorts as a page: every number with its error, cautions first, in every language."""

import pandas as pd
import pytest

import dvstudy
from dvstudy import language as lang
from dvstudy.recovery import Estimator, Recovery
from dvstudy.recovery.measures import cautions, measured
from dvstudy.recovery.replicate import COLUMNS, Outcome
from dvstudy.render import recovery_pages
from dvstudy.render.document import Figure, NoteBox, Table

ABOUT = {"recipe": "null", "estimator": "mine", "seed": 1, "cases": 1500, "replicates": 3, "level": 0.95}


@pytest.fixture
def found() -> Recovery:
    values = [(0.25, 0.15, 0.35), (0.20, 0.10, 0.28), (-0.15, -0.20, -0.10)]
    outcomes = [
        Outcome(k, k, pd.DataFrame([("r", "difference", "all", "points", *v, 0.04, 0.0, 0.0)], columns=COLUMNS))
        for k, v in enumerate(values)
    ]
    outcomes.append(Outcome(3, 77, outcomes[0].rows.iloc[:0], error="ValueError: <none>"))
    estimator = Estimator(lambda cohort: pd.DataFrame(), "mine")
    table = measured(outcomes, estimator)
    failures = pd.DataFrame({"replicate": [3], "seed": [77], "error": ["ValueError: <none>"]})
    return Recovery(table, failures, cautions(table, outcomes, 0.95), ABOUT)


def test_numbers_stand_with_their_errors(found: Recovery) -> None:
    tables = [b for b in recovery_pages.pages(found, "en") if isinstance(b, Table)]
    row = dict(zip(tables[0].columns, tables[0].rows[0], strict=True))
    assert row["Cohorts used"] == "3 of 4"
    assert row["Bias"] == "10.00 (12.58)"
    assert row["Coverage, %"] == "0.00 (0.00)"
    assert row["Rejected, %"] == "100.00 (0.00)\ntype-I error"
    assert tables[1].rows == [["3", "77", "ValueError: <none>"]]


@pytest.mark.parametrize("language", lang.languages())
def test_cautions_come_before_pictures_and_numbers(found: Recovery, language: str) -> None:
    kinds = [type(b) for b in recovery_pages.pages(found, language)]
    assert kinds.index(NoteBox) < kinds.index(Figure) < kinds.index(Table)
    html = dvstudy.show_recovery(found, language).html
    assert lang.text("report.synthetic_notice", language)[:20] in html
    assert "&lt;none&gt;" in html


def test_nothing_but_failures_is_still_a_page(found: Recovery) -> None:
    empty = Recovery(found.table.iloc[:0], found.failures, found.notes, ABOUT)
    assert [b.rows[0][1] for b in recovery_pages.pages(empty, "en") if isinstance(b, Table)] == ["77"]
