"""The library of instruments as a notebook shows it: forms, law, published figures; in every language, no people."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import dvstudy
from dvstudy import evidence, exchange, instruments, language
from dvstudy.render import library_pages
from dvstudy.render.document import Table

LANGUAGES = pytest.mark.parametrize("code", language.languages())


def table(blocks: object) -> Table:
    (found,) = [b for b in blocks if isinstance(b, Table)]  # type: ignore[attr-defined]
    return found


@LANGUAGES
def test_the_library_has_one_row_an_instrument_and_says_that_nobody_stands_behind_it(code: str) -> None:
    assert [row[0] for row in library_pages.library(code).rows] == list(instruments.available())
    shown = dvstudy.show_library(code).html
    assert language.text("report.forms_notice", code) in shown and f'lang="{code}"' in shown


@LANGUAGES
def test_the_law_of_a_day_has_each_topic_once_and_all_of_it_every_state(code: str) -> None:
    one = table(library_pages.law("2023-05-01", code))
    assert len({row[0] for row in one.rows}) == len(one.rows) == len(instruments.regimes("2023-05-01"))
    assert len(table(library_pages.law(None, code)).rows) == len(instruments.regimes())
    assert language.day(dt.date(2023, 5, 1), code) in dvstudy.show_law("2023-05-01", code).html
    assert language.day(dt.date(2023, 7, 20), code) in dvstudy.show_law(language=code).html


@pytest.mark.parametrize(("code", "said"), [("en", "1 May 2023"), ("ro", "1 mai 2023")])
def test_days_are_written_in_words(code: str, said: str) -> None:
    assert language.day(dt.date(2023, 5, 1), code) == said


@LANGUAGES
def test_the_united_form_names_every_old_question_once(code: str) -> None:
    forms = [instruments.load(name) for name in ("order146", "social_risk_sheet")]
    one = instruments.unify(*forms)
    found = table(library_pages.united(one, code))
    assert len(found.rows) == len(one.instrument.items)
    for column, form in enumerate(forms, start=3):
        numbers = [number for row in found.rows for number in row[column].split(", ") if number]
        assert sorted(numbers) == sorted(item.number for item in form.items)
    shown = dvstudy.show_united(one, code).html
    assert all(str(n) in shown for n in (46, 33, one.saved))


@LANGUAGES
def test_published_figures_are_called_published(code: str) -> None:
    shown = dvstudy.show_published(dvstudy.pooled_auc(evidence.validation("odara", "auc"), name="odara"), code).html
    assert "<svg" in shown and language.text("report.published_notice", code) in shown
    assert language.text("report.synthetic_notice", code) not in shown


@LANGUAGES
def test_the_audit_says_what_was_found_for_each_study(code: str) -> None:
    found = pd.DataFrame({"study": ["A 2001"], "instrument": ["odara"], "said": ["words <of> it"]})
    shown = dvstudy.show_audit(found, code).html
    assert "A 2001" in shown and "ODARA" in shown and "words &lt;of&gt; it" in shown


@LANGUAGES
def test_losses_are_listed_format_by_format(code: str, tmp_path) -> None:
    form = instruments.load("order146")
    lost = {n: exchange.write(form, tmp_path / f"{n}{exchange.FORMATS[n]}", n, code) for n in ("fhir", "codebook_csv")}
    shown = exchange.show_losses(lost, code).html
    assert all(loss.text(code) in shown for found in lost.values() for loss in found)
    assert all(language.has(f"exchange.format.{name}", code) for name in exchange.FORMATS)
