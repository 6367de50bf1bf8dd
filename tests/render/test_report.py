"""The policy report: what must stand in it, in both languages, for synthetic and for other data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import nan
from pathlib import Path

import pandas as pd
import pytest

from dvstudy import language as lang
from dvstudy.errors import UsageError
from dvstudy.render import methods
from dvstudy.render.document import Document, Figure, Heading, NoteBox, Table
from dvstudy.render.explorer import explore_rules
from dvstudy.render.gate import gate
from dvstudy.render.html import to_html
from dvstudy.render.joined_tables import joined, neighbours
from dvstudy.render.report import report
from dvstudy.render.result_tables import other_methods, table
from dvstudy.render.sentences import WITHHELD, say, told
from dvstudy.render.show import show
from dvstudy.render.study_pages import section
from dvstudy.result import Note, Quantity, Result, not_estimable
from dvstudy.studies.run import Section, Statement, StudyRun

Runs = Mapping[str, StudyRun]
MARGINS = pd.DataFrame(
    {
        "margin": ["women", "urban"],
        "target": [0.67, 0.5],
        "achieved": [0.68, 0.6],
        "tolerance": 0.02,
        "source": ["SEED-VIC-WOM", "assumption"],
    }
)


@pytest.fixture(scope="module")
def pages(synthetic_runs: Runs) -> dict[str, Document]:
    return {code: report(synthetic_runs, code, calibration=MARGINS) for code in lang.languages()}


def texts(document: Document) -> list[str]:
    """Every text of a document, cell by cell."""
    out = [document.title, document.banner]
    for block in document.blocks:
        if isinstance(block, Table):
            out += [block.caption, *block.columns, *(c for row in block.rows for c in row), *block.footnotes]
        elif isinstance(block, Figure):
            out += [block.caption, block.alt]
        else:
            out += [t for t in vars(block).values() if isinstance(t, str)]
            out += list(getattr(block, "items", ()))
    return out


def headings(document: Document) -> list[str]:
    return [b.text for b in document.blocks if isinstance(b, Heading) and b.level == 2]


def test_chapters_run_from_the_summary_to_the_provenance_with_truth_last_of_the_findings(
    pages: dict[str, Document],
) -> None:
    keys = ["summary", "material", "study.thresholds", "study.agreement", "study.unified_form", "truth", "methods",
            "others", "glossary", "provenance"]  # fmt: skip
    for code, page in pages.items():
        assert headings(page) == [lang.text(f"report.{key}", code) for key in keys]


def test_both_languages_say_the_same_things(pages: dict[str, Document]) -> None:
    kinds = {code: [type(b).__name__ for b in page.blocks] for code, page in pages.items()}
    first, *others = kinds.values()
    assert all(other == first for other in others)


def test_romanian_has_decimal_commas_and_comma_below_letters(pages: dict[str, Document]) -> None:
    own = texts(pages["ro"])
    percents = [t for t in own if re.fullmatch(r"[−\d.,]+\s?%", t)]
    assert percents and all(re.fullmatch(r"−?\d+,\d\s%", t) for t in percents)
    assert not [t for t in own if re.search(r"\d\.\d+\s?%", t)]
    assert not set("şţŞŢ") & set("".join(own))
    assert any(re.search(r"42,8\s% … 63,9\s%", t) for t in own)


def test_the_notice_is_word_for_word(pages: dict[str, Document]) -> None:
    assert pages["en"].banner == (
        "Synthetic data. Research and training only. Not a tool for decisions about any person. "
        "If someone is in danger: 112."
    )
    assert "112" in pages["ro"].banner and "anes.gov.ro" in pages["ro"].banner


def test_every_figure_has_words_with_numbers_in_its_language(pages: dict[str, Document]) -> None:
    for page in pages.values():
        figures = [b for b in page.blocks if isinstance(b, Figure)]
        assert len(figures) >= 10
        assert all(f.caption and re.search(r"\d", f.alt) and "{" not in f.alt for f in figures)


def test_no_code_shows_where_words_belong(pages: dict[str, Document]) -> None:
    for page in pages.values():
        for text in texts(page):
            assert not re.search(r"\b(?:term|note|say|report|caption|alt)\.[a-z_]+", text), text


def test_small_groups_are_hidden_and_their_numbers_are_nowhere(pages: dict[str, Document]) -> None:
    for code, page in pages.items():
        caption = lang.text("caption.order146_severe_by_victim", code)
        (found,) = [b for b in page.blocks if isinstance(b, Table) and b.caption == caption]
        assert found.rows[0][3:] == [lang.text("report.hidden", code)] * 2
        assert not [t for t in texts(page) if re.search(r"\b(?:3 of 9|3 din 9|33[.,]3\s?%)", t)]


def test_placeholder_items_are_named(pages: dict[str, Document]) -> None:
    for page in pages.values():
        boxes = [b.text for b in page.blocks if isinstance(b, NoteBox) and "12" in b.text and "21" in b.text]
        assert boxes


def test_a_study_that_could_not_answer_says_why(pages: dict[str, Document]) -> None:
    for code, page in pages.items():
        question = lang.text("caption.interviews", code)
        (box,) = [b for b in page.blocks if isinstance(b, NoteBox) and b.text.startswith(question)]
        assert lang.text("note.no_rows", code) in box.text


def test_data_that_are_not_synthetic_get_another_banner_no_truth_and_rounded_counts(confidential_runs: Runs) -> None:
    page = report(confidential_runs, "en", calibration=MARGINS)
    own = texts(page)
    assert page.banner == lang.text("report.confidential_notice", "en")
    assert lang.text("report.truth", "en") not in headings(page)
    assert lang.text("caption.calibration", "en") not in own
    counts = [int(n.replace(",", "")) for t in own for n in re.findall(r"^([\d,]+) of [\d,]+$", t)]
    assert counts and all(n % 5 == 0 for n in counts)
    assert "Synthetic" not in to_html(page)


def test_one_doubtful_result_makes_the_whole_run_restricted(synthetic_runs: Runs) -> None:
    run = synthetic_runs["thresholds"]
    first = next(iter(run.results.values()))
    mixed = {**run.results, first.name: replace(first, meta={**first.meta, "synthetic": False})}
    shown = gate(replace(run, results=mixed))
    assert not shown.synthetic
    assert {r.meta["disclosure"]["mode"] for r in shown.results.values()} == {"restricted"}


def test_a_sentence_with_a_hidden_number_is_withheld(synthetic_runs: Runs) -> None:
    run = synthetic_runs["thresholds"]
    row = run.results["order146_severe_by_victim"].row("sensitivity", "minor")
    hidden = Statement("thresholds.found_high_risk", {"estimate": Quantity(float(row["estimate"]), "of_100", 50.0)})
    shown = gate(replace(run, summary=[hidden, *run.summary]))
    assert [s.key for s in shown.summary] == ["withheld", *(s.key for s in run.summary)]
    assert "few people" in say(shown.summary[0], "en")
    [first, *_] = once = told([WITHHELD, run.summary[0], WITHHELD, WITHHELD], "en")
    assert first == say(run.summary[0], "en")
    assert once[1:] == [lang.plural("report.withheld", "en", 3)]


def test_what_is_known_of_everyone_alone_stands_below_a_table_of_groups() -> None:
    """Terms that only the row of everybody holds would leave their columns empty."""
    cells = [("flagged", f"group{n}") for n in range(6)] + [("best_rules", "all")]
    rows = [
        {"term": t, "group": g, "estimate": 3.0, "conf_low": nan, "conf_high": nan, "n": 90.0, "method": "counted"}
        for t, g in cells
    ]
    meta = {"question": "rule_choice", "synthetic": True}
    shown = table(Result("choice", pd.DataFrame(rows), meta), "en")
    assert shown is not None
    assert len(shown.columns) == 2
    assert len(shown.rows) == 6
    assert shown.footnotes[0] == f"{lang.text('term.best_rules', 'en')}: 3.00"


@pytest.mark.parametrize("ask", [gate, explore_rules, lambda run: show(run, "thresholds.rule")])
def test_what_is_no_finished_study_is_named_in_each_language(ask: Callable[[object], object]) -> None:
    for given, named in ((pd.DataFrame(), "DataFrame"), ("thresholds", "'thresholds'")):
        with pytest.raises(UsageError) as caught:
            ask(given)
        for language in lang.languages():
            assert lang.text("problem.argument_run", language, found=named) in caught.value.text(language)


def test_what_could_not_be_estimated_is_said_once_and_in_sentences(synthetic_runs: Runs) -> None:
    run = synthetic_runs["thresholds"]
    asked = {"question": "auc", "synthetic": True, "disclosure": {"threshold": 10}}
    empty = {name: not_estimable(name, asked, Note("no_rows")) for name in ("one", "two", "auc_danger_severe")}
    shown = replace(run, results={**run.results, **empty})
    boxes = list(section(Section("thresholds.scores", [], list(empty)), shown, "en"))[1:]
    why = lang.text("note.no_rows", "en")
    assert [b.text.endswith(why) for b in boxes if isinstance(b, NoteBox)] == [True, True]
    assert all(b.text.removesuffix(f" The data cannot answer. {why}").endswith((".", "?")) for b in boxes)


def test_checks_of_hidden_rows_go_with_them(synthetic_runs: Runs) -> None:
    run = synthetic_runs["thresholds"]
    groups = gate(run).checks.query("result == 'order146_severe_by_victim'")["group"]
    assert set(groups) == {"all", "woman"}


def test_labels_in_sentences_come_from_catalogue_or_instrument() -> None:
    values = {"lowest": "@order146/q03", "highest": "@term.kappa", "low": Quantity(0.3, "number")}
    filled = {**values, "low_ac1": Quantity(0.5, "number"), "high": Quantity(0.8, "number")}
    english, romanian = (say(Statement("agreement.items", filled), code) for code in ("en", "ro"))
    assert "Weapon" in english and "0.30" in english
    assert "Armă" in romanian and "0,30" in romanian


def test_a_caution_with_few_people_says_fewer_than_ten(synthetic_runs: Runs) -> None:
    run = synthetic_runs["thresholds"]
    severe = run.results["order146_severe"].with_notes(Note("few_events", {"events": Quantity(4.0, "count", 4.0)}))
    told = replace(run, results={**run.results, severe.name: severe})
    for code in lang.languages():
        boxes = [b.text for b in report({run.name: told}, code).blocks if isinstance(b, NoteBox)]
        assert any(lang.text("report.few", code, threshold=10) in text for text in boxes)


def test_a_notebook_shows_a_section_behind_the_same_gate(synthetic_runs: Runs, confidential_runs: Runs) -> None:
    from dvstudy.render.show import show

    piece = show(synthetic_runs["thresholds"], "thresholds.rule").html
    assert lang.text("report.hidden") in piece and lang.text("report.synthetic_notice") in piece
    assert lang.text("report.confidential_notice") in show(confidential_runs["agreement"], "agreement.counts").html
    with pytest.raises(UsageError):
        show(synthetic_runs["thresholds"], "nowhere")


def test_tables_write_shares_with_their_counts_and_methods_side_by_side(synthetic_runs: Runs) -> None:
    shown = gate(synthetic_runs["thresholds"]).results["order146_severe"]
    main, other = table(shown, "en"), other_methods(shown, "en")
    assert main is not None and other is not None
    assert main.rows[0][1:] == ["53.3%", "42.8% to 63.9%", "48 of 90"]
    assert len(other.columns) == 3 and set(other.rows[0][1:]) == {"53.3%\n42.8% to 63.9%"}


def test_scattered_quantities_are_a_list_and_a_group_is_named_beside_its_quantity(synthetic_runs: Runs) -> None:
    found = synthetic_runs["thresholds"].results["order146_severe"]
    first = found.table.iloc[:6].assign(group=["all", "women", "men", "minor", "urban", "rural"])
    listed = table(replace(found, table=first), "en")
    assert listed is not None
    assert len(listed.columns) == 4
    assert [row[0].count(": ") for row in listed.rows] == [0, 1, 1, 1, 1, 1]
    full = pd.concat([first.assign(term=term) for term in ("sensitivity", "specificity")])
    crossed = table(replace(found, table=full), "en")
    assert crossed is not None
    assert len(crossed.rows) == 6


def test_a_result_hidden_whole_is_a_sentence_and_no_table(synthetic_runs: Runs) -> None:
    run = synthetic_runs["thresholds"]
    name = "order146_severe"
    small = run.results[name].table
    small = small.assign(n=4.0, count=2.0 if "count" in small else None)
    less = {n: r if n != name else replace(r, table=small, frames={}) for n, r in run.results.items()}
    page = report({"thresholds": replace(run, results=less)}, "en")
    told = lang.text("report.all_hidden", "en", question="").strip()
    assert any(told in text for text in texts(page))
    assert not any(told in text for text in texts(report({"thresholds": run}, "en")))


def test_results_of_one_question_share_a_table(synthetic_runs: Runs) -> None:
    found = gate(synthetic_runs["unified_form"]).results
    alike = [r for r in found.values() if r.status == "ok"]
    groups = neighbours(found.values())
    assert [r.name for group in groups for r in group] == list(found)
    assert [len(group) for group in groups] == [len(alike), 1]
    made = joined(alike, "en")
    assert [row[0] for row in made.rows] == [lang.text(f"result.{r.name}") for r in alike]
    for row, result in zip(made.rows, alike, strict=True):
        difference = result.row("difference")
        assert (
            f"{100 * difference['estimate']:.1f}".lstrip("-") in row[3]
            or f"{difference['estimate']:.2f}"[-4:] in row[3]
        )


def test_shares_of_different_things_stand_one_below_the_other(synthetic_runs: Runs) -> None:
    base = gate(synthetic_runs["thresholds"]).results["order146_severe"]
    parts = [replace(base, name=n, table=base.table.iloc[rows]) for n, rows in (("counts", [0, 1]), ("items", [2]))]
    made = joined([replace(p, meta={**p.meta, "question": "shares"}) for p in parts], "en")
    assert list(made.heads) == [0, 3]
    assert [len(row) for row in made.rows] == [1, 4, 4, 1, 4]
    html = to_html(Document("t", "en", "b", [made]))
    assert html.count('scope="rowgroup"') == 2 and html.count("<tbody>") == 2


def test_cautions_are_said_once_a_chapter(pages: dict[str, Document]) -> None:
    for code, page in pages.items():
        boxes = [
            line for b in page.blocks if isinstance(b, NoteBox) and b.role == "caution" for line in b.text.split("\n")
        ]
        assert boxes.count(lang.text("note.apparent_optimum", code)) == 1


def test_targets_say_whether_they_are_published_or_assumed() -> None:
    margins = MARGINS.assign(source=["SEED-VIC-WOM / SEED-VIC-TOT", "assumption; proxies"])
    (found,) = [b for b in methods.calibration(margins, "en") if isinstance(b, Table)]
    assert [row[-1] for row in found.rows] == ["published: SEED-VIC-WOM, SEED-VIC-TOT", "assumption"]


def test_the_page_of_a_report_is_sound(pages: dict[str, Document]) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("checker", Path(__file__).with_name("test_html.py"))
    assert spec is not None and spec.loader is not None
    checker = module_from_spec(spec)
    spec.loader.exec_module(checker)
    source = to_html(pages["ro"])
    assert checker.faults(source) == []
    assert checker.outside(source) == []
    assert source.count(lang.text("report.mark.synthetic", "ro")) >= sum(
        isinstance(b, (Table, Figure)) for b in pages["ro"].blocks
    )


def test_a_report_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError) as fault:
        report({}, "en")
    assert fault.value.code == "no_runs"
