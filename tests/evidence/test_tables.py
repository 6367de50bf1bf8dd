"""The search for 2x2 tables: the same set as writing out every table, and the published cases."""

from __future__ import annotations

import time
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table2x2

from dvstudy import evidence
from dvstudy import language as lang
from dvstudy.errors import UsageError
from dvstudy.evidence import search
from dvstudy.evidence.tables import CELLS

Cells = tuple[int, int, int, int]
SHARES = ("sensitivity", "specificity", "ppv", "npv", "accuracy", "flagged", "base_rate")


def every_table(n: int) -> list[Cells]:
    return [(a, b, c, n - a - b - c) for a, b, c in product(range(n + 1), repeat=3) if a + b + c <= n]


def exact(name: str, cells: Cells) -> Fraction | None:
    tp, fp, fn, tn = cells
    top, bottom = {
        "sensitivity": (tp, tp + fn), "specificity": (tn, tn + fp), "ppv": (tp, tp + fp), "npv": (tn, tn + fn),
        "accuracy": (tp + tn, sum(cells)), "flagged": (tp + fp, sum(cells)), "base_rate": (tp + fn, sum(cells)),
        "odds_ratio": (tp * tn, fp * fn),
    }[name]  # fmt: skip
    return Fraction(top, bottom) if bottom and (name != "odds_ratio" or min(cells) > 0) else None


def rounded(value: Fraction, places: int, mode: str) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-places), mode)


def shown(value: Fraction, places: int, percent: bool, mode: str = ROUND_HALF_UP) -> str:
    return f"{rounded(100 * value, places - 2, mode)}%" if percent else str(rounded(value, places, mode))


def by_hand(n: int, figures: dict[str, tuple[int, bool, str]], tables: list[Cells]) -> set[Cells]:
    """Tables whose every figure, rounded half up or half to even, is the one printed."""
    return {
        cells
        for cells in tables
        if all(
            (value := exact(name, cells)) is not None
            and text in {shown(value, places, percent, mode) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
            for name, (places, percent, text) in figures.items()
        )
    }


def found(result: evidence.Consistency) -> set[Cells]:
    return {tuple(int(x) for x in row) for row in result.tables[list(CELLS)].to_numpy()}


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_the_search_finds_exactly_what_writing_out_every_table_finds(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 14))
    tables = every_table(n)
    truth = data.draw(st.sampled_from(tables))
    names = data.draw(st.lists(st.sampled_from((*SHARES, "odds_ratio")), min_size=1, max_size=4, unique=True))
    figures = {}
    for name in names:
        percent = name != "odds_ratio" and data.draw(st.booleans())
        places = data.draw(st.integers(2 if percent else 0, 3))
        source = truth if data.draw(st.integers(0, 4)) else data.draw(st.sampled_from(tables))
        value = exact(name, source)
        mode = data.draw(st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]))
        if value is not None:
            figures[name] = (places, percent, shown(value, places, percent, mode))
    if not figures:
        return
    events = data.draw(st.none() | st.just(truth[0] + truth[2]))
    wanted = by_hand(n, figures, [t for t in tables if events is None or t[0] + t[2] == events])
    given_figures = {name: text for name, (_, _, text) in figures.items()}
    result = evidence.consistent_tables(n, **given_figures, **({} if events is None else {"events": events}))
    assert found(result) == wanted and result.count == len(wanted)
    assert result.verdict == ("none" if not wanted else "unique" if len(wanted) == 1 else "several")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_contradicts_the_rest_is_named_and_its_range_is_that_of_the_tables_without_it(data: st.DataObject) -> None:
    n = data.draw(st.integers(4, 12))
    tables = every_table(n)
    names = data.draw(st.lists(st.sampled_from(SHARES), min_size=2, max_size=4, unique=True))
    figures = {}
    for name in names:
        value = exact(name, data.draw(st.sampled_from(tables)))
        if value is not None:
            figures[name] = (2, False, shown(value, 2, False))
    if len(figures) < 2 or by_hand(n, figures, tables):
        return
    result = evidence.consistent_tables(n, **{name: text for name, (_, _, text) in figures.items()})
    blamed = result.contradicts.set_index("figure")
    for name in figures:
        rest = by_hand(n, {k: v for k, v in figures.items() if k != name}, tables)
        values = [float(v) for cells in rest if (v := exact(name, cells)) is not None]
        assert (name in blamed.index) == bool(values)
        if values:
            assert blamed.loc[name, "tables"] == len(values)
            assert [blamed.loc[name, "low"], blamed.loc[name, "high"]] == pytest.approx([min(values), max(values)])


def test_a_figure_without_which_very_many_tables_fit_is_named_without_a_range() -> None:
    result = evidence.consistent_tables(3000, sensitivity="0.8", specificity="0.6", accuracy="0.9")
    assert set(result.contradicts["figure"]) == {"sensitivity", "specificity", "accuracy"}
    assert result.contradicts["low"].isna().all() and (result.contradicts["tables"] > 1_000_000).all()
    assert "—" not in result.text("en") and "0,9" in result.text("ro")


@settings(max_examples=80, deadline=None)
@given(
    cells=st.lists(st.integers(1, 5000), min_size=4, max_size=4),
    places=st.integers(2, 4),
    order=st.permutations((*SHARES, "odds_ratio", "limits")),
    few=st.integers(4, 9),
)
def test_the_true_table_is_always_among_those_found(cells: list[int], places: int, order: list[str], few: int) -> None:
    tp, fp, fn, tn = cells
    chosen = {name for name in order[:few] if name != "limits"} | {"sensitivity", "npv", "odds_ratio"}
    figures = {name: shown(exact(name, (tp, fp, fn, tn)) or Fraction(0), places, False) for name in chosen}
    if "limits" in order[:few]:
        low, high = Table2x2(np.array([[tp, fp], [fn, tn]])).oddsratio_confint()
        figures |= {"or_low": f"{low:.{places}f}", "or_high": f"{high:.{places}f}"}
    assume(all(len(figure.replace(".", "")) <= 9 for figure in figures.values()))  # longer ones are not read
    result = evidence.consistent_tables(sum(cells), **figures)
    assert result.count >= 1
    if result.count <= 10_000:
        assert (tp, fp, fn, tn) in found(result)


def test_limits_of_the_odds_ratio_are_those_of_woolf() -> None:
    tables = every_table(22)
    cells = (5, 4, 3, 10)
    low, high = Table2x2(np.array([[5, 4], [3, 10]])).oddsratio_confint()
    result = evidence.consistent_tables(22, or_low=f"{low:.3f}", or_high=f"{high:.2f}")
    wanted = set()
    for t in (t for t in tables if min(t) > 0):
        ends = Table2x2(np.array([[t[0], t[1]], [t[2], t[3]]])).oddsratio_confint()
        if f"{ends[0]:.3f}" == f"{low:.3f}" and f"{ends[1]:.2f}" == f"{high:.2f}":
            wanted.add(t)
    assert cells in wanted and found(result) == wanted


def test_more_tables_than_are_written_out_are_counted_exactly() -> None:
    result = evidence.consistent_tables(60, accuracy="0.5")
    wanted = sum(1 for t in every_table(60) if 27 <= t[0] + t[3] <= 33 and "0.5" in _tenths(t))
    assert result.count == wanted > 2000
    big = evidence.consistent_tables(2000, sensitivity="0.84", specificity="0.60")
    assert big.count > len(big.tables) == 10_000


def _tenths(cells: Cells) -> set[str]:
    value = exact("accuracy", cells) or Fraction(0)
    return {shown(value, 1, False, mode) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN)}


def test_twenty_thousand_people_are_searched_within_seconds() -> None:
    start = time.perf_counter()
    result = evidence.consistent_tables(20_000, sensitivity="0.84", specificity="0.60", ppv="0.19", odds_ratio="7.9")
    assert result.verdict == "several"
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize("view", ["transposed", "swapped"])
def test_every_view_finds_the_same_tables(view: str) -> None:
    from dvstudy.evidence.printed import printed

    shares = {"sensitivity": "0.7", "ppv": "0.64", "npv": "0.84", "flagged": "37%"}  # 7, 4, 3, 16
    figures = {name: printed(text, name) for name, text in shares.items()}
    own = search.view_of(30, figures | {"odds_ratio": printed("9.3", "or", "ratio")})
    turned = getattr(own, view)()
    assert turned != own and getattr(turned, view)() == own
    results = [set(map(tuple, np.concatenate([np.empty((0, 4), int), *_tables(v)]).tolist())) for v in (own, turned)]
    assert results[0] == results[1] != set()


def _tables(view: search.View) -> list[np.ndarray]:
    return [cells for runs in search._runs(view) for cells in search._expanded(view, runs)]


# published cases


def test_the_printed_figures_of_vpr5_h_fit_no_table_with_159_events_but_one_near_ten_percent() -> None:
    rows = evidence.validation("vpr5_h").set_index("statistic")["printed"]
    figures = {k: rows[k] for k in ("sensitivity", "specificity", "ppv", "npv", "odds_ratio")}
    result = evidence.consistent_tables(
        2159, **{k.replace("odds_ratio", "odds_ratio"): v for k, v in figures.items()}, events=159
    )
    assert result.verdict == "none"
    assert list(result.contradicts["figure"]) == ["events"]
    assert 0.09 < result.contradicts["low"].iloc[0] / 2159 < result.contradicts["high"].iloc[0] / 2159 < 0.105
    for language in lang.languages():
        assert "159" in result.text(language)


def test_wast_has_one_table_and_crat_v_two() -> None:
    rows = evidence.validation("wast")
    rows = rows[rows["cells"] != ""].set_index("statistic")
    result = evidence.consistent_tables(400, **rows["printed"].to_dict())
    assert result.verdict == "unique"
    assert found(result) == {tuple(rows.iloc[0][list(CELLS)].astype(int))} == {(353, 5, 15, 27)}
    figures = evidence.validation("crat_v")
    figures = figures[figures["cells"] == "candidate"].set_index("statistic")
    two = evidence.consistent_tables(1354, **figures["printed"].to_dict())
    assert found(two) == {(71, 399, 25, 859), (74, 398, 26, 856)}
    assert tuple(figures.iloc[0][list(CELLS)].astype(int)) in found(two)


def test_the_audit_runs_every_check_that_the_published_figures_allow() -> None:
    table = evidence.audit().set_index(["study_id", "check"])["verdict"].to_dict()
    assert table[("S47", "tables")] == "none" and table[("S47", "bayes")] == "contradicts"
    assert table[("S81", "tables")] == "unique" and table[("S79", "tables")] == "several"
    assert table[("S05", "interval")] == "unique" and table[("S19", "counts")] == "near"
    assert table[("S49", "counts")] == "fits"
    romanian = evidence.audit(language="ro")["said"]
    assert not romanian.isin(evidence.audit()["said"]).any() and not romanian.str.contains("{", regex=False).any()


# wrong calls


@pytest.mark.parametrize(
    ("n", "figures", "code"),
    [
        (0, {"ppv": "0.5"}, "printed_people"),
        (True, {"events": 5, "ppv": "0.5"}, "printed_events"),
        (2_000_000, {"ppv": "0.5"}, "printed_people"),
        (100, {"ppv": 0.5}, "printed_as_text"),
        (100, {"ppv": "high"}, "printed_unreadable"),
        (100, {"ppv": ""}, "printed_unreadable"),
        (100, {"ppv": "-0.1"}, "printed_unreadable"),
        (100, {"odds_ratio": "8%"}, "printed_unreadable"),
        (100, {"ppv": "101%"}, "printed_not_share"),
        (100, {"ppv": "5/4"}, "printed_not_share"),
        (100, {"ppv": "5/0"}, "printed_not_share"),
        (100, {"pvp": "0.5"}, "printed_unknown"),
        (100, {"ppv": "0.5", "events": 101}, "printed_events"),
        (100, {}, "printed_nothing"),
        (100, {"events": 10}, "printed_nothing"),
        (1_000_000, {"accuracy": "0.5"}, "printed_too_little"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(n: int, figures: dict, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        evidence.consistent_tables(n, **figures)
    assert caught.value.code == code
    for language in lang.languages():
        assert "{" not in caught.value.text(language)


def test_percent_signs_commas_and_bare_percentages_mean_the_same() -> None:
    written = ("0.84", ".84", "0,84", "84%", "84 %", "84")
    results = [found(evidence.consistent_tables(50, sensitivity=text, specificity="0.60")) for text in written]
    assert all(one == results[0] for one in results) and results[0]
    assert found(evidence.consistent_tables(25, sensitivity="21/25")) == {(21, 0, 4, 0)}
