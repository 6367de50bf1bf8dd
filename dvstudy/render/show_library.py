"""What a notebook shows of the library of instruments: forms, law and published figures, no people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.instruments import Instrument, Unified
from dvstudy.render import crosswalk_pages, instrument_pages, library_pages
from dvstudy.render.shown import Shown, shown_as
from dvstudy.result import Result


def show_library(language: str = lang.BASE) -> Shown:
    """Every shipped instrument with who answers it, its number of questions and how well it is known."""
    return shown_as([library_pages.library(language)], "forms", language)


def show_instrument(instrument: Instrument, language: str = lang.BASE) -> Shown:
    """The items of an instrument with their section and verification status, and how its levels are reached."""
    return shown_as(instrument_pages.pages(instrument, language), "forms", language)


def show_coverage(chosen: Iterable[Instrument | str] | None = None, language: str = lang.BASE) -> Shown:
    """How many questions each instrument asks in each domain, as a picture and a table; all shipped ones by default."""
    found = instruments.coverage(chosen)
    return shown_as(crosswalk_pages.coverage(found, language), "forms", language)


def show_crosswalk(a: Instrument | str, b: Instrument | str, language: str = lang.BASE) -> Shown:
    """Topics that two instruments share, those that only one asks about, and those asked about another time."""
    return shown_as(crosswalk_pages.crosswalk(a, b, language), "forms", language)


def show_wheel(instrument: Instrument, language: str = lang.BASE) -> Shown:
    """Questions of an instrument beside the segments of both wheels: an aid to discussion, without a score."""
    return shown_as(crosswalk_pages.wheel(instrument, language), "forms", language)


def show_case_comparison(found: pd.DataFrame, language: str = lang.BASE) -> Shown:
    """One made-up case by every instrument, as `studies.compare_case` gives it."""
    return shown_as(crosswalk_pages.case(found, language), "synthetic", language)


def show_law(on: date | str | None = None, language: str = lang.BASE) -> Shown:
    """What the law on protection orders said on a day; every state of it, by topic, for None."""
    return shown_as(library_pages.law(on, language), "forms", language)


def show_united(one: Unified, language: str = lang.BASE) -> Shown:
    """A form built by `unify`: questions saved, and each question beside those it stands for."""
    return shown_as(library_pages.united(one, language), "forms", language)


def show_published(result: Result, language: str = lang.BASE) -> Shown:
    """The forest of published areas under the curve, as `analyses.pooled_auc` gives it, and what was not pooled."""
    return shown_as(library_pages.published(result, language), "published", language)


def show_audit(found: pd.DataFrame, language: str = lang.BASE) -> Shown:
    """What `evidence.audit` found: published figures checked against each other, in words."""
    return shown_as(library_pages.audit(found, language), "published", language)
