from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dvstudy import instruments, tables
from dvstudy.instruments import REASONS
from dvstudy.intake import mapping, vocabulary
from dvstudy.intake.forms import forms, read_forms
from dvstudy.intake.mapping import FormsPart
from dvstudy.intake.text import fold

WORDS = tomllib.loads(files("dvstudy.intake").joinpath("vocabulary.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("da", "yes"),
        (" DA ", "yes"),
        ("D", "yes"),
        ("Yes", "yes"),
        ("y", "yes"),
        ("1", "yes"),
        ("1.0", "yes"),
        ("1,0", "yes"),
        ("TRUE", "yes"),
        ("adevărat", "yes"),
        ("adevarat", "yes"),
        ("\u00a0da\u200b", "yes"),
        ("nu", "no"),
        ("N", "no"),
        ("0", "no"),
        ("0.0", "no"),
        ("Fals", "no"),
        ("", "blank"),
        ("   ", "blank"),
        (".", "blank"),
        ("nr", "refused"),
        ("N.R.", "refused"),
        ("refuz", "refused"),
        ("A refuzat", "refused"),
        ("ns", "does_not_know"),
        ("NS/NR", "does_not_know"),
        ("ns - nr", "does_not_know"),
        ("nu știe", "does_not_know"),
        ("nu ştie", "does_not_know"),
        ("NU STIE", "does_not_know"),
        ("don’t know", "does_not_know"),
        ("does_not_know", "does_not_know"),
        ("nu s-a întrebat", "not_asked"),
        ("N/A", "not_applicable"),
        ("n.a.", "not_applicable"),
        ("nu este cazul", "not_applicable"),
    ],
)
def test_a_police_form_understands(written: str, code: str) -> None:
    assert vocabulary.of_answers(instruments.load("order146").answer_set("q01"), {}).code(written) == code


@pytest.mark.parametrize("written", ["2", "x", "X", "-", "+", "?", "v", "da/nu", "nu da", "poate", "11", "omis", "0.5"])
def test_what_has_two_readings_or_none_is_not_guessed(written: str) -> None:
    assert vocabulary.of_answers(instruments.load("order146").answer_set("q01"), {}).code(written) is None


@pytest.mark.parametrize(
    ("item", "written", "code"),
    [
        ("q01", "0", "absent"),
        ("q01", "1", "partial"),
        ("q01", "2.0", "present"),
        ("q01", "Parțial", "partial"),
        ("q01", "prezentă", "present"),
        ("q01", "omis", "omitted"),
        ("q01", "da", None),
        ("q01", "p", None),
        ("rating_partner", "Scăzut", "low"),
        ("rating_partner", "MODERATĂ", "moderate"),
        ("rating_partner", "high", "high"),
        ("rating_partner", "2", None),
    ],
)
def test_sara_answers_follow_their_own_set(item: str, written: str, code: str | None) -> None:
    assert vocabulary.of_answers(instruments.load("sara_v2").answer_set(item), {}).code(written) == code


@pytest.mark.parametrize("name", instruments.available())
def test_no_spelling_has_two_meanings_in_any_instrument(name: str) -> None:
    definition = instruments.load(name)
    for item in definition.item_ids:
        chosen = definition.answer_set(item)
        words = vocabulary.of_answers(chosen, {})
        shared = {**WORDS["codes"], **WORDS["reasons"]}
        for code in (*chosen.codes, *chosen.missing):
            labels = [label for a in chosen.answers if a.code == code for label in a.label.values()]
            for spelling in (code, *labels, *shared.get(code, ())):
                assert words.code(spelling) == code


def test_the_words_of_tables_are_those_of_the_tables() -> None:
    allowed = {c.name: c.allowed for t in tables.TABLES.values() for c in t.columns if c.allowed}
    for column, words in WORDS["words"].items():
        assert set(words) == set(allowed[column])
        folded = [fold(s) for spellings in words.values() for s in spellings]
        assert len(folded) == len(set(folded))
    assert set(WORDS["reasons"]) == set(REASONS)
    assert set(mapping.Role.__args__) == set(tables.ROLES)


def test_a_team_s_own_codes_win() -> None:
    order146 = instruments.load("order146")
    words = vocabulary.of_answers(order146.answer_set("q01"), {"X": "yes", "1": "no", "2": "yes", "3": "omitted"})
    assert [words.code(w) for w in ("x", "1", "2", "0", "da")] == ["yes", "no", "yes", "no", "yes"]
    assert words.code("3") is None
    assert words.shown[:2] == ("nu/no/0/1", "da/yes/d/X/2")


def test_columns_and_case_ids_keep_the_order_of_the_file(forms_file) -> None:
    path = forms_file(
        {(3, "q05"): "Da", (4, "q21"): " refuz "}, columns=("q21", *[f"Q{k}" for k in range(1, 21)], "Case ID")
    )
    text = path.read_text("utf-8").splitlines()
    path.write_text(
        "\n".join([text[0], *(re.sub("nu$", f" 00{k} ", line) for k, line in enumerate(text[1:]))]), "utf-8"
    )
    read = forms(path, "order146")
    assert read.case_ids[:2] == ("000", "001")
    assert read.written[:2] == (" 000 ", " 001 ")
    assert read.answers.columns.tolist() == list(instruments.load("order146").item_ids)
    assert read.answers.loc["002", "q21"] == "refused"
    assert read.rows == tuple(range(2, 42))


@st.composite
def _dirty(draw: st.DrawFn) -> tuple[list[list[str]], list[list[str]], str]:
    """Canonical answers of a few forms, and one of the ways in which somebody may have typed them."""
    name = draw(st.sampled_from(instruments.scorable()))
    definition = instruments.load(name)
    shared = {**WORDS["codes"], **WORDS["reasons"]}
    rows = draw(st.integers(1, 4))
    meant, typed = [], []
    for _ in range(rows):
        codes = [draw(st.sampled_from(list(definition.dtype(item).categories))) for item in definition.item_ids]
        meant.append(codes)
        typed.append([_typed(draw, code, shared) for code in codes])
    return meant, typed, name


def _typed(draw: st.DrawFn, code: str, shared: dict[str, list[str]]) -> str:
    spelling = draw(st.sampled_from([*shared.get(code, ()), code]))
    for change in draw(st.lists(st.sampled_from([str.upper, str.title, _bare, _cedilla, _padded]), max_size=3)):
        spelling = change(spelling)
    return spelling


def _bare(text: str) -> str:
    return text.translate(str.maketrans("ăâîșțĂÂÎȘȚ", "aaistAAIST"))


def _cedilla(text: str) -> str:
    return text.translate(str.maketrans("șțȘȚ", "şţŞŢ"))


def _padded(text: str) -> str:
    return f" \u00a0{text}  "


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_dirty())
def test_forms_typed_in_any_way_read_back_the_same(tmp_path: Path, made: tuple) -> None:
    meant, typed, name = made
    definition = instruments.load(name)
    frame = pd.DataFrame(typed, columns=list(definition.item_ids))
    frame.insert(0, "case_id", [f"C{k}" for k in range(len(typed))])
    path = tmp_path / "typed.csv"
    frame.to_csv(path, index=False, sep=";", encoding="utf-8-sig")
    read = read_forms(path, definition, FormsPart())
    assert read.answers.astype("str").to_numpy().tolist() == meant
    assert all(read.answers[item].dtype == definition.dtype(item) for item in definition.item_ids)
