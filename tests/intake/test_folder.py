from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dvstudy import instruments, language, tables
from dvstudy.errors import CheckFailed, Refused
from dvstudy.intake import cohort, open_cohort

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_cohort"
ITEMS = [f"q{k:02d}" for k in range(1, 22)]


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes files of text into a folder; `forms` says how many plain police forms to add."""

    def write(forms: int = 40, **files: str) -> Path:
        made = tmp_path / "team"
        made.mkdir(exist_ok=True)
        if forms:
            rows = [",".join([f"C{k:03d}", *["nu"] * 21]) for k in range(1, forms + 1)]
            (made / "order146.csv").write_text("\n".join([",".join(["case_id", *ITEMS]), *rows]), "utf-8")
        for name, text in files.items():
            (made / name.replace("__", ".")).write_text(text, "utf-8")
        return made

    return write


def ids(n: int, *rest: str) -> str:
    return "\n".join(",".join([f"C{k:03d}", *rest]) for k in range(1, n + 1))


def test_the_example_becomes_a_whole_cohort() -> None:
    made = cohort(EXAMPLE)
    assert (made.name, made.synthetic, made.recipe, dict(made.truth)) == ("own_cohort_example", False, None, {})
    assert (len(made.cases), made.cases["station_id"].nunique(), made.cases["county_id"].nunique()) == (240, 12, 3)
    assert made.cases["arm"].value_counts().to_dict() == {"usual": 120, "unified": 120}
    assert set(made.cases["relation"].dropna()) == set(tables.RELATIONS)
    assert made.cases["person_hours"].between(2.5, 6).all()
    assert made.cases["month"].str.fullmatch(r"2095-0[1-6]").all()
    assert len(made.rated("order146", "police_officer")) == 240
    assert set(made.assessments["instrument"]) == {"order146", "social_risk_sheet"}
    for name, answers in made.answers.items():
        definition = instruments.load(name)
        assert all(answers[i].dtype == definition.dtype(i) for i in definition.item_ids)
        assert answers.index.isin(made.assessments.index).all()
    assert 0 < made.outcomes["repeat_180"].isna().sum() < 60
    assert made.orders.empty


def test_answers_stay_with_their_forms() -> None:
    made = cohort(EXAMPLE)
    raw = pd.read_csv(EXAMPLE / "fise_sociale.csv", sep=";", dtype="str", encoding="utf-8-sig").set_index("Nr. caz")
    rows = made.rated("social_risk_sheet", "social_worker")
    answers = made.answers["social_risk_sheet"].loc[rows.index, "q11"].astype("str")
    expected = raw.loc[rows["case_id"], "F11"].map({"da": "yes", "nu": "no", "ns/nr": "does_not_know"})
    assert answers.tolist() == expected.tolist()
    assert rows["days_after"].tolist() == raw["Zile"].astype(float).tolist()


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_cohort_saved_by_dvstudy_opens_as_it_was(tmp_path: Path, format) -> None:
    made = cohort(EXAMPLE)
    made.save(tmp_path / "saved", format=format)
    loaded = open_cohort(tmp_path / "saved")
    for name, table in made.tables().items():
        pd.testing.assert_frame_equal(table, loaded.tables()[name], check_categorical=False, check_dtype=False)
    for name, answers in made.answers.items():
        pd.testing.assert_frame_equal(answers, loaded.answers[name])
    assert not loaded.synthetic


def test_files_named_as_the_tables_need_no_mapping(folder) -> None:
    sheet = [f"q{k:02d}" for k in range(1, 26)]
    made = cohort(
        folder(
            cases__csv="case_id,station_id,relation\n" + ids(40, "S1", "soț"),
            outcomes__csv="case_id,repeat_180\n" + ids(40, "da"),
            orders__csv="case_id,kind,start_day,confirmed\nC001,OPP,0,da\nC001,OP,4,\n",
            services__csv="case_id,day\nC002,12\n",
            social_risk_sheet_advocate__csv=",".join(["case_id", *sheet]) + "\n" + ids(35, *["0"] * 25),
        )
    )
    assert made.assessments.groupby(["instrument", "rater_role"], observed=True).size().to_dict() == {
        ("order146", "police_officer"): 40,
        ("social_risk_sheet", "advocate"): 35,
    }
    assert made.orders["kind"].tolist() == ["provisional", "court"]
    assert made.orders["confirmed"].isna().tolist() == [False, True]
    assert made.outcomes["repeat_180"].all()
    assert made.services["day"].tolist() == [12]


def test_forms_alone_make_a_cohort_that_says_what_it_lacks(folder, tmp_path: Path) -> None:
    made = cohort(folder())
    assert made.cases.index.tolist() == [f"C{k:03d}" for k in range(1, 41)]
    assert made.cases.columns.tolist() == [c.name for c in tables.CASES.columns]
    assert made.cases.isna().all(axis=None)
    assert made.outcomes.empty
    made.save(tmp_path / "saved")
    assert open_cohort(tmp_path / "saved").cases.equals(made.cases)


def test_columns_that_are_there_and_empty_can_be_saved(folder, tmp_path: Path) -> None:
    head = "case_id,county_id,station_id,area,month,relation,arm,response_minutes,interviews,duplicate_assessment\n"
    made = cohort(folder(cases__csv=head + ids(40, *[""] * 9)))
    assert made.cases.isna().all(axis=None)
    made.save(tmp_path / "saved", format="csv")
    assert open_cohort(tmp_path / "saved").cases.isna().all(axis=None)


def test_few_cases_are_refused(folder) -> None:
    with pytest.raises(Refused) as caught:
        open_cohort(folder(29))
    assert caught.value.code == "too_few_cases"
    assert "29" in str(caught.value)


def test_a_saved_cohort_of_few_real_cases_is_refused_too(folder, tmp_path: Path) -> None:
    made = cohort(folder())
    small = made.cases.index[:5]
    kept = made.assessments[made.assessments["case_id"].isin(small)]
    few = replace(
        made,
        cases=made.cases.loc[small],
        assessments=kept,
        answers={"order146": made.answers["order146"].loc[kept.index]},
    )
    few.save(tmp_path / "few")
    with pytest.raises(Refused):
        open_cohort(tmp_path / "few")


def test_faults_of_all_files_come_together(folder, faults) -> None:
    made = folder(
        cases__csv="case_id,aria,month,interviews,person_hours,area,relation\n"
        + ids(38, "x", "2024-13", "1,5".replace(",", "."), "-2", "oras mare", "mama"),
        outcomes__csv="case_id,repeat_180\nC001,posibil\nC001,da\n",
        orders__csv="case_id,kind\nC001,\n",
    )
    text = (made / "order146.csv").read_text("utf-8")
    (made / "order146.csv").write_text(text.replace("C004,nu", "C004,2"), "utf-8")
    found = {(p.place, p.code) for p in faults(cohort, made)}
    assert found == {
        ("cases.csv", "column_unknown"),
        ("cases.csv → month", "cell_month"),
        ("cases.csv → interviews", "cell_count"),
        ("cases.csv → person_hours", "cell_number"),
        ("cases.csv → area", "cell_code"),
        ("cases.csv → relation", "cell_code"),
        ("outcomes.csv → repeat_180", "cell_code"),
        ("outcomes.csv → case_id", "case_twice"),
        ("orders.csv → kind", "cell_blank"),
        ("order146.csv → q01", "cell_code"),
    }


def test_ids_without_a_case_are_reported_with_the_likely_one(folder, faults) -> None:
    made = folder(cases__csv="case_id\n" + "\n".join(f"0{k}" for k in range(30)), forms=0)
    rows = [",".join([str(k), *["nu"] * 21]) for k in range(30)]
    (made / "order146.csv").write_text("\n".join([",".join(["case_id", *ITEMS]), *rows]), "utf-8")
    (problem,) = faults(cohort, made)
    assert (problem.code, problem.place, dict(problem.values)["n"]) == ("case_unknown", "order146.csv", 30)
    assert (problem.found, problem.nearest) in {("0", "00"), ("1", "01")}


def test_folders_that_say_nothing(folder, faults, tmp_path: Path) -> None:
    assert faults(cohort, tmp_path / "none")[0].code == "folder_missing"
    empty = folder(0, readme__txt="hello")
    assert faults(cohort, empty)[0].code == "folder_empty"
    made = folder(40, case__csv="case_id\nC001")
    (problem,) = faults(cohort, made)
    assert (problem.code, problem.found, problem.nearest) == ("file_unknown", "case.csv", "cases")
    (made / "case.csv").unlink()
    shutil.copy(made / "order146.csv", made / "order146.tsv")
    assert faults(cohort, made)[0].code == "file_twice"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[case]\nfile = "a.csv"\n', "unknown_key"),
        ('[cases]\nfile = "a.csv"\nfile = "b.csv"\n', "toml_repeated"),
        ('[[forms]]\nfile = "a.csv"\ninstrument = "order146"\n', "missing_key"),
        ('[[forms]]\nfile = "a.csv"\ninstrument = "order146"\nrater_role = "politist"\n', "not_one_of"),
        ('[cases]\nfile = "absent.csv"\n', "table_missing"),
        ('[cases]\nfile = "c.csv"\n[cases.codes.area]\n"1" = "town"\n', "mapping_code"),
        ('[cases]\nfile = "c.csv"\n[cases.codes.aria]\n"1" = "urban"\n', "mapping_target"),
    ],
)
def test_faults_of_a_folder_mapping(folder, faults, text: str, code: str) -> None:
    assert code in {p.code for p in faults(cohort, folder(mapping__toml=text, c__csv="case_id\n" + ids(30)))}


def test_one_file_may_feed_several_tables(folder) -> None:
    header = ",".join(["case_id", "Post", "Recidiva", *[f"I{k}" for k in range(1, 22)]])
    items = "\n".join(f'q{k:02d} = "I{k}"' for k in range(1, 22))
    mapping = (
        '[cases]\nfile = "tot.csv"\ncolumns.station_id = "Post"\n'
        '[outcomes]\nfile = "tot.csv"\ncolumns.repeat_180 = "Recidiva"\n'
        '[[forms]]\nfile = "tot.csv"\ninstrument = "order146"\nrater_role = "police_officer"\n'
        f"[forms.columns]\n{items}\n"
    )
    made = cohort(folder(0, tot__csv=header + "\n" + ids(30, "P1", "nu", *["da"] * 21), mapping__toml=mapping))
    assert (len(made.cases), len(made.outcomes), len(made.answers["order146"])) == (30, 30, 30)
    assert set(made.cases["station_id"]) == {"P1"}


def test_a_case_may_come_back_on_another_occasion(folder, faults) -> None:
    head = ",".join(["case_id", "occasion", *ITEMS])
    first, again = ids(30, "1", *["nu"] * 21), ids(30, "2", *["da"] * 21)
    made = cohort(folder(0, order146__csv=f"{head}\n{first}\n{again}"))
    assert made.assessments["occasion"].value_counts().to_dict() == {1: 30, 2: 30}
    (problem, *_) = faults(cohort, folder(0, order146__csv=f"{head}\n{first}\n{first}"))
    assert problem.code == "case_twice"


def test_the_same_form_in_two_files_is_reported(folder, faults) -> None:
    made = folder()
    shutil.copy(made / "order146.csv", made / "order146_police_officer.csv")
    (problem,) = faults(cohort, made)
    assert (problem.code, dict(problem.values)["n"]) == ("form_twice", 40)


def test_a_team_s_own_definition_travels_with_the_cohort(folder) -> None:
    source = Path(instruments.__file__).parent / "definitions" / "order146.toml"
    text = source.read_text("utf-8").replace('version = "', 'version = "own ', 1)
    mapping = '[[forms]]\nfile = "order146.csv"\ninstrument = "own.toml"\nrater_role = "police_officer"\n'
    made = cohort(folder(own__toml=text, mapping__toml=mapping))
    assert made.instrument("order146").version.startswith("own ")


def test_a_foreign_data_package_is_read_as_a_team_s_files(folder) -> None:
    made = folder(datapackage__json=json.dumps({"name": "x", "resources": []}))
    assert len(open_cohort(made).cases) == 40


def test_identifiers_stop_a_cohort(folder) -> None:
    made = folder(cases__csv="case_id,Nume\n" + ids(40, "Popescu Ion"))
    with pytest.raises(CheckFailed) as caught:
        cohort(made)
    assert [p.code for p in caught.value.problems] == ["identifier_name"]
    assert "Popescu" not in str(caught.value)


def test_no_fault_of_a_column_of_names_quotes_them(folder) -> None:
    mapping = '[cases]\nfile = "c.csv"\ncase_id = "Nume"\n[cases.columns]\nrelation = "Nume partener"\n'
    made = folder(0, mapping__toml=mapping, c__csv="Nume,Nume partener\nPopescu,Ionescu\nPopescu,Ionescu\n")
    with pytest.raises(CheckFailed) as caught:
        cohort(made)
    assert [p.code for p in caught.value.problems] == ["identifier_name", "identifier_name", "cell_code", "case_twice"]
    assert not any(name in caught.value.text(one) for name in ("Popescu", "Ionescu") for one in language.languages())


@pytest.mark.parametrize(
    ("written", "value"),
    [("12,5", 12.5), ("12.5", 12.5), ("1234", 1234), ("0,125", 0.125), ("", None), ("ns/nr", None), ("1.0", 1.0)],
)
def test_numbers_as_they_are_written(folder, written: str, value: float | None) -> None:
    text = "case_id;person_hours\n" + "\n".join(f"C{k:03d};{written}" for k in range(1, 41))
    hours = cohort(folder(cases__csv=text)).cases["person_hours"]
    assert hours.isna().all() if value is None else (hours == value).all()


@pytest.mark.parametrize(
    ("written", "code"),
    [("1,234", "cell_two_readings"), ("1.234,5", "cell_number"), ("2 ore", "cell_number"), ("-1", "cell_number")],
)
def test_numbers_that_are_not_guessed(folder, faults, written: str, code: str) -> None:
    text = "case_id;person_hours\n" + "\n".join(f"C{k:03d};{written}" for k in range(1, 41))
    (problem,) = faults(cohort, folder(cases__csv=text))
    assert (problem.code, problem.found) == (code, written)


def test_unknown_cases_are_told_together_with_other_faults(folder, faults) -> None:
    made = folder(cases__csv=f"case_id,area\n{ids(39, 'urban')}\n", outcomes__csv=f"case_id,repeat_180\n{ids(39, 'x')}")
    found = faults(cohort, made)
    assert {(p.code, p.place) for p in found} == {
        ("case_unknown", "order146.csv"),
        ("cell_code", "outcomes.csv → repeat_180"),
    }
