"""Pictures: they draw what the table says, hide what it hides, and say what the data are."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dvstudy import draw, evidence
from dvstudy import language as lang
from dvstudy.analyses.associations import associations
from dvstudy.analyses.at_prevalence import at_prevalence
from dvstudy.analyses.calibration import calibration
from dvstudy.analyses.decision_curves import decision_curves
from dvstudy.analyses.discrimination import auc
from dvstudy.analyses.flow import flow
from dvstudy.analyses.planning import plan_accuracy
from dvstudy.analyses.pooled_auc import pooled_auc
from dvstudy.analyses.precision_recall import precision_recall
from dvstudy.analyses.protected import Orders, protected
from dvstudy.analyses.structure import structure
from dvstudy.analyses.survival import Times, auc_by_day
from dvstudy.analyses.under_reporting import tipping_point
from dvstudy.disclosure import protect
from dvstudy.draw import frequencies, style
from dvstudy.draw.truth import placed
from dvstudy.errors import UsageError
from dvstudy.instruments import coverage
from dvstudy.render.alt import alt
from dvstudy.result import Result, table


def _made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("made", Path(__file__).parent / "render" / "conftest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made = _made()
MARGINS = pd.DataFrame(
    {"margin": ["women", "men"], "target": [0.5, 0.2], "achieved": [0.51, 0.3], "tolerance": [0.02, 0.02]}
)

RECOVERED = Result(
    "v",
    pd.DataFrame(
        {
            "result": ["order146_severe", "order146_severe", "decision"],
            "term": ["sensitivity", "specificity", "kappa"],
            "group": "all",
            "bias": [0.01, -0.09, 0.0],
            "bias_mcse": 0.02,
            "empirical_se": 0.2,
            "intervals": 100,
            "coverage": [0.95, 0.60, 0.97],
        }
    ),
    {"synthetic": True, "level": 0.95},
)

BOXES = pd.DataFrame(
    {"label": ["One", "Other"], "column": [0, 1], "row": [0, 1], "hidden": [False, True]}, index=["a", "b"]
)


def published() -> Result:
    """Published areas, drawn as if they were synthetic or a team's own."""
    found = pooled_auc(evidence.validation("da"), name="p")
    return replace(found, meta={**found.meta, "synthetic": True, "published": False})


def prevalences() -> Result:
    """What a rule right about seven events in ten and nine others in ten does at two prevalences."""
    rng = np.random.default_rng(4)
    event = rng.random(3000) < 0.1
    frame = pd.DataFrame({"event": event, "test": rng.random(3000) < np.where(event, 0.7, 0.1)})
    return at_prevalence(frame, name="n", test="test", reference="event", prevalences=[0.05, 0.2], synthetic=True)


def stated() -> dict[str, Result]:
    """Risks that come true, and a rule, on two thousand rows."""
    rng = np.random.default_rng(5)
    risk = rng.beta(2, 18, 2000)
    frame = pd.DataFrame({"event": rng.random(2000) < risk, "risk": risk, "legal_rule": risk > 0.15})
    asked = {"reference": "event", "synthetic": True}
    planned = plan_accuracy(prevalence=0.1, sensitivity=0.5, auc=0.7, available=500, synthetic=True)
    return {
        "decision": decision_curves(frame, name="d", tools=["legal_rule", "risk"], **asked),
        "calibration": calibration(frame, name="c", risk="risk", **asked),
        "precision": replace(planned, meta={**planned.meta, "planned": False}),
    }


def steps() -> Result:
    """Two steps and the four ends."""
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(rng.random((900, 4)) < [0.7, 0.8, 0.3, 0.2], columns=["form", "outcome", "positive", "event"])
    roles = {"test": "positive", "reference": "event", "synthetic": True}
    return flow(frame, name="f", steps={"form": "form", "outcome": "outcome"}, **roles)


def hidden() -> dict[str, Result]:
    """Orders that follow the form and lower the risk, and events of which only some are recorded."""
    rng = np.random.default_rng(9)
    score = rng.integers(0, 8, 1500)
    frame = pd.DataFrame(
        {"score": score, "test": score > 4, "order": rng.random(1500) < np.where(score > 4, 0.5, 0.02)}
    )
    event = rng.random(1500) < 0.03 + 0.04 * score * np.where(frame["order"], 0.5, 1.0)
    seen = pd.array(event, dtype="boolean")
    seen[::5] = pd.NA
    frame = frame.assign(event=event, seen=seen, record=event & (rng.random(1500) < 0.6))
    orders = Orders("order", ["score"])
    return {
        "ways": protected(
            frame, name="w", test="test", score="score", reference="event", orders=orders, synthetic=True
        ),
        "tipping": tipping_point(frame, name="t", test="test", record="record", reference="seen", synthetic=True),
    }


def fidelity() -> dict[str, Result]:
    """Six questions behind which stand two traits, held against a second sample, and shares of yes of both."""
    rng = np.random.default_rng(1)

    def answers(n: int) -> pd.DataFrame:
        traits = rng.normal(size=(n, 2))[:, [0, 0, 0, 1, 1, 1]] + rng.normal(size=(n, 6))
        return pd.DataFrame(traits < -0.4, columns=[f"q{i:02d}" for i in range(1, 7)]).astype("boolean")

    def shares(found: pd.DataFrame) -> pd.DataFrame:
        return table([made.share("police_officer", found[q].sum(), len(found), group=q) for q in found])

    own, other = answers(600), answers(900)
    options = {"cluster": None, "synthetic": True, "instrument": "order146", "reference": (other, None)}
    return {
        "tetrachoric": associations(own, name="t", **options),
        "scree": structure(own, name="s", seed=1, **options),
        "endorsed": Result("e", shares(own), made.meta("item_rates", "endorsed"), {"reference": shares(other)}),
    }


def scores() -> dict[str, Result]:
    """A whole-number score of 900 cases followed for a while, in 20 stations."""
    rng = np.random.default_rng(8)
    score, followed = rng.binomial(12, 0.3, 900), np.minimum(rng.uniform(60, 260, 900), 180).round(1)
    day = rng.exponential(3000 / (1 + score)).round(1)
    frame = pd.DataFrame({"score": score, "followed": followed, "day": np.where(day <= followed, day, np.nan)})
    frame = frame.assign(station=rng.integers(0, 20, 900), event=frame["day"].notna())
    asked = {"score": "score", "cluster": "station", "synthetic": True}
    times = Times("followed", "day")
    return {
        "precision_recall": precision_recall(frame, name="p", reference="event", **asked),
        "auc_by_day": auc_by_day(frame, name="d", times=times, days=(60, 120, 180), **asked),
        "banded": auc(frame, name="b", reference="event", **asked),
    }


def chosen() -> Result:
    """A choice among rules, half of which do not keep what was set."""
    base = made.surface_result("surface")
    rules = base.frames["surface"]
    rules = rules.assign(value=rules["specificity"], allowed=rules["sensitivity"] > 0.5, best=rules["within_one_se"])
    meta = {**base.meta, "picture": "rule_choice", "options": {"wanted": "LeastSensitivity"}}
    return Result("c", base.table, meta, {"surface": rules.assign(chosen=1 / len(rules))})


def front() -> Result:
    """One family of rules."""
    rules = made.surface_result("surface").frames["surface"].assign(family="or_rules", pareto=True)
    return Result("f", made.surface_result("surface").table, {"synthetic": True}, {"front": rules})


def results() -> dict[str, Result]:
    severe = made.accuracy_result("order146_severe", {"all": (48, 250, 42, 1160)})
    trial = made.trial_result("missed_high_risk", "percent", 0.34, 0.27)
    items = made.items_result()
    return {
        "estimates": severe, "trial": trial, "roc": made.auc_result("auc"), "surface": made.surface_result("surface"),
        "agreement_items": items, "paradox": items, "limits": made.counts_result(),
        "natural_frequencies": prevalences(),
        "flow": steps(),
        "by_group": made.accuracy_result("g", {"a": (48, 250, 42, 1160), "b": (20, 90, 12, 400)}),
        "checks": Result("c", made.checks_of([severe, trial], 3), {"synthetic": True}),
        "margins": Result("m", MARGINS, {"synthetic": True}),
        "pooled_auc": published(),
        "coverage": Result("c", coverage(["order146", "da5", "lap"]), {"synthetic": True}),
        "targets": Result("t", MARGINS.rename(columns={"margin": "term"}), {"synthetic": True}, {"targets": MARGINS}),
        "rule_choice": chosen(),
        "rule_front": front(),
        **fidelity(),
        **hidden(),
        **stated(),
        **{name: result for name, result in scores().items() if name != "banded"},
        **dict.fromkeys(("recovery_bias", "recovery_coverage"), RECOVERED),
        "causal": Result("g", BOXES, {"synthetic": True}, {"arrows": pd.DataFrame({"cause": ["a"], "effect": ["b"]})}),
    }  # fmt: skip


RESULTS = results()


def painted(name: str, result: Result, language: str = "en") -> Axes:
    ax = Figure().subplots()
    draw.picture(name)(ax, result.table, result.frames, result.meta, language)
    return ax


def words(ax: Axes) -> str:
    """Every word on a picture, labels of ticks and panels included."""
    axes = [ax, *ax.child_axes]
    found = [t.get_text() for a in axes for t in a.texts]
    found += [t.get_text() for a in axes for t in [*a.get_xticklabels(), *a.get_yticklabels()]]
    return " | ".join([*found, *(a.get_xlabel() for a in axes), *(a.get_ylabel() for a in axes)])


@pytest.mark.parametrize("language", lang.languages())
@pytest.mark.parametrize("name", draw.names())
def test_every_picture_says_what_the_data_are(name: str, language: str) -> None:
    ax = painted(name, RESULTS[name], language)
    assert lang.text("report.mark.synthetic", language) in words(ax)
    real = {**RESULTS[name].meta, "synthetic": False}
    other = Figure().subplots()
    draw.picture(name)(other, RESULTS[name].table, RESULTS[name].frames, real, language)
    assert lang.text("report.mark.confidential", language) in words(other)


@pytest.mark.parametrize("name", draw.names())
def test_a_picture_of_nothing_says_so(name: str) -> None:
    empty = RESULTS[name].table.iloc[:0]
    ax = Figure().subplots()
    draw.picture(name)(ax, empty, {}, {"synthetic": True}, "en")
    assert lang.text("axis.nothing", "en") in words(ax)
    assert all(s > 0 for s in draw.size(name, empty))


def test_estimates_stand_where_the_table_says_with_their_numbers() -> None:
    ax = painted("estimates", RESULTS["estimates"], "ro")
    points = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    percent = RESULTS["estimates"].table.query("kind == 'percent'")
    assert points == pytest.approx(percent["estimate"].tolist())
    assert ax.get_xlim() == (0, 1)
    assert "53,3" in words(ax) and "53.3" not in words(ax)


def test_hidden_rows_are_named_and_not_drawn() -> None:
    small = protect(made.accuracy_result("x", {"all": (48, 250, 42, 1160)}), threshold=45)
    assert lang.text("axis.nothing", "en") in words(painted("estimates", small))
    items = protect(RESULTS["agreement_items"])
    gone = items.table.loc[items.table["suppressed"], "group"].nunique()
    assert gone and words(painted("agreement_items", items)).count(lang.text("axis.hidden", "en")) == gone


def test_shares_by_group_stand_in_the_field_of_their_quantity_and_small_groups_are_hidden() -> None:
    found = made.accuracy_result("g", {"a": (48, 250, 42, 1160), "b": (20, 90, 12, 400)})
    ax = painted("by_group", found)
    points = sorted(float(line.get_xdata()[0]) % 1.25 for line in ax.lines if line.get_marker() == "o")
    assert points == pytest.approx(sorted(found.table.query("kind == 'percent'")["estimate"]))
    out = found.table["n"] == 32
    gone = replace(found, table=found.table.assign(estimate=found.table["estimate"].mask(out), suppressed=out))
    hidden = gone.table.query("kind == 'percent'")["estimate"].isna().sum()
    assert hidden and words(painted("by_group", gone)).count(lang.text("report.hidden", "en")) == hidden
    absent = replace(gone, table=gone.table.assign(suppressed=False))
    assert words(painted("by_group", absent)).count("—") == hidden
    assert "48" not in alt("by_group", gone.table.assign(estimate=np.nan), {}, gone.meta, "en")


def test_a_trial_draws_every_method_and_the_line_of_no_difference() -> None:
    ax = painted("trial", RESULTS["trial"])
    assert len([line for line in ax.lines if line.get_marker() == "o"]) == 3
    assert any(list(line.get_xdata()) == [0, 0] for line in ax.lines)


def test_a_roc_curve_runs_from_corner_to_corner_and_never_down() -> None:
    ax = painted("roc", RESULTS["roc"])
    curve = max(ax.lines, key=lambda line: len(line.get_xdata()))
    x, y = np.asarray(curve.get_xdata(), dtype=float), np.asarray(curve.get_ydata(), dtype=float)
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert (np.diff(x) >= 0).all() and (np.diff(y) >= 0).all()


def test_a_band_lies_round_the_curve_and_is_told() -> None:
    banded = protect(scores()["banded"])
    ax = painted("roc", banded)
    shade = ax.collections[0].get_paths()[0].vertices
    curve = max(ax.lines, key=lambda line: len(line.get_xdata()))
    for x, y in zip(curve.get_xdata(), curve.get_ydata(), strict=True):  # type: ignore[arg-type]
        column = shade[np.abs(shade[:, 0] - x) < 0.006, 1]
        assert column.min() - 0.02 <= y <= column.max() + 0.02
    low = banded.frames["roc_band"].set_index("false_alarms").loc[0.2, "low"]
    assert f"{100 * low:.1f}%" in alt("roc", banded.table, banded.frames, banded.meta, "en")


def test_precision_is_drawn_in_steps_without_thresholds_of_few_cases() -> None:
    shown = protect(RESULTS["precision_recall"])
    curve = shown.frames["curve"]
    assert curve["precision"].isna().any() and curve["precision"].notna().sum() > 3
    line = painted("precision_recall", shown).lines[0]
    assert line.get_drawstyle() == "steps-pre"
    assert list(line.get_ydata()) == curve["precision"].dropna().tolist()
    assert line.get_xdata()[0] > 0  # type: ignore[index]
    whole = painted("precision_recall", RESULTS["precision_recall"]).lines[0]
    assert whole.get_xdata()[0] == 0 and len(whole.get_xdata()) == len(curve) + 1  # type: ignore[arg-type,index]


def test_the_area_by_day_has_a_point_and_limits_for_every_day() -> None:
    ax = painted("auc_by_day", RESULTS["auc_by_day"])
    line = next(line for line in ax.lines if line.get_marker() == "o")
    assert list(line.get_xdata()) == [60, 120, 180]
    assert len(ax.collections[0].get_segments()) == 3  # type: ignore[attr-defined]


def test_the_surface_shows_each_rule_and_frames_the_legal_one() -> None:
    ax = painted("surface", protect(RESULTS["surface"]))
    panels = ax.child_axes
    assert len(panels) == 3
    rules = protect(RESULTS["surface"]).frames["surface"]
    texts = {t.get_position(): t.get_text() for t in panels[0].texts}
    legal = rules[rules["legal"]].iloc[0]
    assert texts[(legal["m"] - 1, legal["k"] - 1)] == f"{100 * legal['sensitivity']:.0f}"
    assert list(texts.values()).count("*") == int(rules["sensitivity"].isna().sum()) > 0
    corner = panels[0].patches[0].get_xy()  # type: ignore[attr-defined]
    assert corner == (legal["m"] - 1.5, legal["k"] - 1.5)


def test_limits_draw_bins_and_never_a_bin_of_few_people() -> None:
    shown = protect(RESULTS["limits"])
    bins = shown.frames["limits"]
    drawn = painted("limits", shown).collections[0].get_offsets()
    assert len(np.asarray(drawn)) == int(
        (bins["group"] == "total").sum() - bins.loc[bins["group"] == "total", "n"].isna().sum()
    )
    assert bins["n"].dropna().min() >= 10


def test_limits_of_real_people_never_draw_a_small_bin_even_without_the_gate() -> None:
    ax = Figure().subplots()
    raw = RESULTS["limits"]
    draw.picture("limits")(ax, raw.table, raw.frames, {**raw.meta, "synthetic": False}, "en")
    bins = raw.frames["limits"].query("group == 'total'")["n"]
    assert (bins < 10).any() and len(np.asarray(ax.collections[0].get_offsets())) == int((bins >= 10).sum())


def test_a_diagram_has_a_box_for_each_thing_and_an_arrow_for_each_effect() -> None:
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    ax = painted("causal", RESULTS["causal"])
    kinds = [type(patch) for patch in ax.patches]
    assert (kinds.count(FancyBboxPatch), kinds.count(FancyArrowPatch)) == (2, 1)
    assert {"One", "Other"} <= {t.get_text() for t in ax.texts}
    solid, dashed = (p.get_linestyle() for p in ax.patches if isinstance(p, FancyBboxPatch))
    assert solid != dashed


def test_coverage_writes_every_count_in_its_square() -> None:
    found = RESULTS["coverage"].table
    drawn = painted("coverage", RESULTS["coverage"])
    asked = found.loc[:, found.sum() > 0]
    places = {t.get_position(): t.get_text() for t in drawn.texts if t.get_text().isdigit()}
    counts = asked.T.to_numpy()[::-1]
    assert places == {(c, r): str(counts[r, c]) for r, c in zip(*np.nonzero(counts), strict=True)}


def test_correlations_of_the_cohort_stand_below_the_diagonal_and_those_of_the_reference_above() -> None:
    found = RESULTS["tetrachoric"]
    places = {
        t.get_position(): t.get_text() for t in painted("tetrachoric", found).texts if t.get_text()[-1:].isdigit()
    }
    pairs = found.frames["pairs"].set_index(["term", "group"])["estimate"]
    assert len(places) == 30
    assert places[(0, 3)] == lang.number(pairs["tetrachoric", "q01+q04"])
    assert places[(3, 0)] == lang.number(pairs["reference", "q01+q04"])
    hidden = protect(found, threshold=100)
    gone = hidden.frames["pairs"].query("term in ['tetrachoric', 'reference']")["estimate"].isna().sum()
    assert gone and words(painted("tetrachoric", hidden)).count("*") == gone


def test_a_scree_draws_every_eigenvalue_and_what_chance_gives() -> None:
    ax = painted("scree", RESULTS["scree"])
    assert [len(line.get_xdata()) for line in ax.lines[:3]] == [6, 6, 6]


def test_shares_of_yes_stand_beside_those_of_the_reference() -> None:
    ax = painted("endorsed", RESULTS["endorsed"], "ro")
    own = [line for line in ax.lines if line.get_marker() in style.MARKERS[:2]]
    assert own[0].get_xdata().tolist() == pytest.approx(RESULTS["endorsed"].table["estimate"].tolist())
    assert len(own) == 2 and ax.get_xlim()[1] < 1


def test_truth_is_placed_in_units_of_its_interval() -> None:
    row = {
        "estimate": [0.5, 0.5, 0.5, 0.5],
        "conf_low": [0.4] * 4,
        "conf_high": [0.7] * 4,
        "truth": [0.5, 0.4, 0.7, 0.9],
    }
    assert placed(pd.DataFrame(row)).tolist() == pytest.approx([0, -1, 1, 2])


def test_ticks_carry_only_the_places_they_need() -> None:
    write = style.tick_writer(lambda: [0.0, 0.5, 1.0], "number", "ro")
    assert write(0.5) == "0,5"
    quarters = style.tick_writer(lambda: [-0.25, 0.0, 0.25], "number", "en")
    assert (quarters(-0.25), quarters(0.0)) == ("−0.25", "0.00")
    assert style.tick_writer(lambda: [0.0, 0.05, 0.1], "percent", "en")(0.05) == "5%"
    assert style.tick_writer(lambda: [0.0, 0.005], "percent", "en")(0.005) == "0.5%"
    assert style.tick_writer(lambda: [-0.02, 0.0], "points", "en")(-0.02) == "−2"


# Files -------------------------------------------------------------------------------------------------------------


def _paint(ax: Any) -> None:
    r = RESULTS["agreement_items"]
    draw.picture("agreement_items")(ax, r.table, r.frames, r.meta, "ro")


def test_svg_is_the_same_every_time_and_needs_nothing_from_outside() -> None:
    args = {"name": "f1", "title": "Titlu <1>", "description": "Descriere & cifre"}
    one, two = (draw.svg(_paint, (7, 9), **args) for _ in range(2))
    assert one == two
    assert one.startswith("<svg ") and 'role="img"' in one
    assert 'aria-labelledby="f1-title f1-desc"' in one
    assert "Titlu &lt;1&gt;" in one and "Descriere &amp; cifre" in one
    assert "<metadata" not in one and "<style" not in one and "<text" in one
    assert 'id="figure_1"' not in one and "url(#f1-" in one


def test_png_is_the_same_every_time() -> None:
    assert draw.png(_paint, (7, 9), dpi=40) == draw.png(_paint, (7, 9), dpi=40)


def test_save_refuses_to_replace_and_unknown_formats(tmp_path: Path) -> None:
    path = draw.save(_paint, tmp_path / "items.svg", (7, 9))
    before = path.read_bytes()
    with pytest.raises(UsageError) as fault:
        draw.save(_paint, path)
    assert fault.value.code == "target_exists" and path.read_bytes() == before
    with pytest.raises(UsageError):
        draw.save(_paint, tmp_path / "items.bmp")
    draw.save(_paint, path, force=True)


def test_drawing_leaves_no_trace_in_the_callers_settings() -> None:
    import matplotlib as mpl

    mpl.get_backend()
    before = mpl.rcParams.copy()
    draw.png(_paint, (7, 9), dpi=40)
    assert mpl.rcParams == before


def test_squares_are_whole_cases_and_a_thousand_in_each_field() -> None:
    found = RESULTS["natural_frequencies"]
    numbers = frequencies.whole_numbers(found.table)
    assert (numbers.sum(axis=1) == 1000).all()
    assert (
        abs(
            numbers.to_numpy()
            - 1000
            * found.table.pivot_table(index="group", columns="term", values="estimate", sort=False)[
                list(frequencies.PARTS)
            ].to_numpy()
        ).max()
        < 1
    )
    fields = [mesh.get_array() for mesh in painted("natural_frequencies", found).collections]
    drawn = [[int((field == part).sum()) for part in range(4)] for field in fields]
    assert drawn == numbers.to_numpy().tolist()


def test_the_flow_diagram_shows_every_count_and_says_what_is_hidden() -> None:
    found = RESULTS["flow"]
    shown = words(painted("flow", found))
    for row in found.table.to_dict("records"):
        assert lang.number(row["estimate"], "en", decimals=0) in shown
    gone = protect(found, threshold=200)
    assert gone.table["suppressed"].any()
    assert lang.text("report.hidden", "en") in words(painted("flow", gone))


def test_an_unknown_picture_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw.picture("pie")


def test_recovery_tells_what_chance_explains_from_what_it_does_not() -> None:
    """One of three quantities is biased beyond its error, and one covers too rarely."""
    for name, place in (("recovery_bias", -0.45), ("recovery_coverage", 0.60)):
        ax = painted(name, RECOVERED)
        within, beyond = [line for line in ax.lines if line.get_label().endswith((": 2", ": 1"))]
        assert (len(within.get_xdata()), list(beyond.get_xdata())) == (2, pytest.approx([place]))
