from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvstudy import language
from dvstudy.errors import CheckFailed
from dvstudy.intake import forms, privacy

ITEMS = [f"q{k:02d}" for k in range(1, 22)]


def _check_digit(twelve: str) -> str:
    total = sum(int(a) * int(b) for a, b in zip(twelve, "279146358279", strict=True)) % 11
    return "1" if total == 10 else str(total)


#: Made up: there is no 30 February and no county 99.
CODE = "185023099001" + _check_digit("185023099001")


@given(st.from_regex(r"[1-9]\d{11}", fullmatch=True), st.integers(1, 9))
def test_personal_codes_are_told_by_their_check_digit(twelve: str, off: int) -> None:
    code = twelve + _check_digit(twelve)
    wrong = twelve + str((int(code[-1]) + off) % 10)
    assert privacy.identifies(code) == "personal_code"
    assert privacy.identifies(f"CNP {code[0]} {code[1:7]} {code[7:]}") == "personal_code"
    assert privacy.identifies(wrong) != "personal_code"
    assert privacy.identifies("7" + code) != "personal_code"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("ion.popescu@exemplu.ro", "email"),
        ("0722 123 456", "phone"),
        ("+40 722-123-456", "phone"),
        ("0040264123456", "phone"),
        ("CJ 12 ABC", "plate"),
        ("b-123-xyz", "plate"),
        ("46.7712, 23.6236", "coordinates"),
        ("46° 46' N", "coordinates"),
        ("03.05.2024", "date"),
        ("3/5/24", "date"),
        ("2024-05-03", "date"),
        ("2024-05-03T10:00:00", "date"),
        ("3 mai 2024", "date"),
        ("str. Florilor 3", "address"),
        ("Bd. Eroilor", "address"),
        ("a" * 41, "free_text"),
    ],
)
def test_identifiers_are_seen(written: str, kind: str) -> None:
    assert privacy.identifies(written) == kind


@pytest.mark.parametrize(
    "written",
    ["da", "SYN-0a1b2c3d4e", "2024-05", "05.2024", "12,5", "1234567890123", "CJ-2024-0312", "nu s-a întrebat", "7",
     "P12", "2024/117", "0000123456", "b3c1f0aa-12ab-4cde-8f01-23456789abcd", "a" * 40],
)  # fmt: skip
def test_codes_months_and_numbers_pass(written: str) -> None:
    assert privacy.identifies(written) == ""


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Nume", "name"),
        ("nume_victima", "name"),
        ("PrenumeAgresor", "name"),
        ("Adresă", "address"),
        ("Nr. telefon", "phone"),
        ("E-mail", "email"),
        ("Nr. înmatriculare", "plate"),
        ("GPS lat", "coordinates"),
        ("CNP", "personal_code"),
        ("Data nașterii", "date"),
        ("Nr. fișă", ""),
        ("Numărul fișei", ""),
        ("station_id", ""),
        ("Latura", ""),
    ],
)
def test_headings_are_seen(title: str, kind: str) -> None:
    assert privacy.heading_names(title) == kind


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("case_id", CODE, "personal_code"),
        ("q05", CODE, "personal_code"),
        ("rater_id", "ag.popescu@exemplu.ro", "email"),
        ("rater_id", "03.05.2024", "date"),
        ("q03", "L-a lovit de mai multe ori, apoi a plecat de acasă", "free_text"),
        ("Telefon", "secret", "phone"),
        ("altceva", "CJ 12 ABC", "plate"),
    ],
)
def test_a_file_with_an_identifier_is_stopped_and_never_quoted(forms_file, faults, column, value, kind) -> None:
    columns = ["case_id", *ITEMS, *({column} - {"case_id", *ITEMS})]
    path = forms_file({(4, column): value, (5, column): value}, columns=columns)
    found = faults(forms, path, "order146")
    (problem,) = [p for p in found if p.code.startswith("identifier")]
    assert (problem.code, problem.found, problem.place) == (f"identifier_{kind}", column, "forms.csv")
    with pytest.raises(CheckFailed) as caught:
        forms(path, "order146")
    for one in language.languages():
        assert value not in caught.value.text(one)


def test_names_in_place_of_ids_are_stopped(forms_file, faults) -> None:
    cells = {(row, "rater_id"): name for row, name in enumerate(["Popescu Ion", "Ag. Ionescu Ana", "A7"] * 13, start=2)}
    path = forms_file(cells, n=39, columns=["case_id", *ITEMS, "rater_id"])
    assert [p.code for p in faults(forms, path, "order146")] == ["identifier_name"]


def test_days_written_as_eight_digits_are_stopped_only_when_all_are(forms_file, faults) -> None:
    columns = ["case_id", *ITEMS, "rater_id"]
    days = {(row, "rater_id"): f"202405{row:02d}" for row in range(2, 31)}
    assert [p.code for p in faults(forms, forms_file(days, n=29, columns=columns), "order146")] == ["identifier_date"]
    ids = forms_file({(row, "rater_id"): f"2024{row}999" for row in range(2, 41)} | {(2, "rater_id"): "20240503"},
                     n=39, columns=columns)  # fmt: skip
    assert len(forms(ids, "order146")) == 39


def test_a_question_about_a_telephone_is_no_telephone(forms_file, tmp_path) -> None:
    titles = ["case_id", "Agresorul controlează telefonul, adresa de e-mail?", *ITEMS[1:]]
    mapping = tmp_path / "m.toml"
    mapping.write_text(f'[columns]\nq01 = "{titles[1]}"\n', "utf-8")
    assert len(forms(forms_file(columns=titles), "order146", mapping)) == 40


def test_every_kind_of_identifier_can_be_said_in_every_language() -> None:
    kinds = {*privacy._PATTERNS, *privacy._headings(), "personal_code", "free_text"}
    for one in language.languages():
        for kind in kinds:
            assert language.has(f"problem.identifier_{kind}", one)
            assert language.has(f"remedy.identifier_{kind}", one)


@pytest.mark.parametrize("name", ["Popescu Ana", "POPESCU ANA-MARIA", "Ana M. Popescu"])
@pytest.mark.parametrize("column", ["q03", "case_id"])
def test_what_may_be_a_name_is_not_repeated(name: str, column: str, forms_file) -> None:
    with pytest.raises(CheckFailed) as caught:
        forms(forms_file({(4, column): name, (9, column): name}), "order146")
    for one in language.languages():
        said = caught.value.text(one)
        assert name not in said
        assert column in said and "4, 9" in said and privacy.HIDDEN in said


def test_a_misspelt_answer_is_repeated_whatever_its_capitals(forms_file) -> None:
    with pytest.raises(CheckFailed) as caught:
        forms(forms_file({(4, "q03"): "Nu Stiue"}), "order146")
    (problem,) = caught.value.problems
    assert (problem.found, problem.nearest) == ("Nu Stiue", "nu știu")


@pytest.mark.parametrize("first", [CODE, "0722 123 456", "ana@exemplu.ro"])
def test_a_file_without_a_header_does_not_have_its_first_row_repeated(first: str, forms_file, faults) -> None:
    path = forms_file()
    lines = path.read_text("utf-8").splitlines()[1:]
    path.write_text("\n".join([f"{first};Popescu Ana;{lines[0]}", *lines]), "utf-8")
    (problem,) = faults(forms, path, "order146")
    assert problem.code == "table_no_header"
    assert not [word for one in language.languages() for word in (first, "Popescu") if word in problem.text(one)]
