"""Every check that the published figures allow, run on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

import pandas as pd

from dvstudy import language as lang
from dvstudy.evidence.bayes import bayes_check, false_positive_reading
from dvstudy.evidence.counts import consistent_shares, whole_counts
from dvstudy.evidence.printed import readable
from dvstudy.evidence.published import prevalence, validation
from dvstudy.evidence.tables import SHARES, Figures, consistent_tables

COLUMNS: Final = ("study_id", "study", "instrument", "outcome", "check", "verdict", "said")
_AT_CUTOFF: Final = ("sensitivity", "specificity", "ppv", "npv", "accuracy", "flagged")
_SEARCHED: Final = (*SHARES, "odds_ratio", "false_positive_rate")

Found = tuple[str, str, str]  # check, verdict, words


def audit(
    figures: pd.DataFrame | None = None, frequencies: pd.DataFrame | None = None, language: str = lang.BASE
) -> pd.DataFrame:
    """Run the consistency checks on published figures.

    Parameters
    ----------
    figures
        As `validation` gives them; None for all that ship.
    frequencies
        As `prevalence` gives them; None for all that ship.
    language
        Of the words under `said`.

    Returns
    -------
    DataFrame
        A row a check: `study_id study instrument outcome`; `check`: `tables` (2x2 tables of n people with the printed
        shares and odds ratio), `bayes` (predictive values against base rate), `interval` (fractions behind a share
        with its interval), `rate` (what a false-positive rate is a share of) or `counts` (percentages of n);
        `verdict` of that check; `said` in words. Studies that print too little for a check have no row for it.
    """
    rows = validation() if figures is None else figures
    answers = prevalence() if frequencies is None else frequencies
    found = [
        (*key, *one)
        for key, group in rows.groupby(["study_id", "study", "instrument", "outcome"], sort=False)
        for one in _of_study(group, language)
    ]
    for key, group in answers[answers["n"].notna()].groupby(["study_id", "study", "instrument", "n"], sort=False):
        found.append((*key[:3], "", *_of_percentages(group, int(float(str(key[3]))), language)))
    return pd.DataFrame(found, columns=list(COLUMNS))


def _of_study(group: pd.DataFrame, language: str) -> Iterator[Found]:
    shares = group[group["statistic"].isin(_AT_CUTOFF)]
    for cutoff in dict.fromkeys(shares["cutoff"]):
        yield from _at_cutoff(group[group["cutoff"].isin(["", cutoff])], language)
    yield from _intervals(group, language)


def _at_cutoff(group: pd.DataFrame, language: str) -> Iterator[Found]:
    printed = {
        str(row["statistic"]): str(row["printed"])
        for row in group.to_dict("records")
        if row["statistic"] in _SEARCHED and pd.notna(row["value"]) and readable(str(row["printed"]))
    }
    sizes, events = (dict.fromkeys(group[name].dropna()) for name in ("n", "n_events"))
    if len(set(printed) & set(_AT_CUTOFF)) >= 2 and len(sizes) == 1:
        figures = cast(Figures, {k: v for k, v in printed.items() if k != "false_positive_rate"})
        if len(events) == 1 and not _own_table(group):
            figures["events"] = int(next(iter(events)))
        tables = consistent_tables(int(next(iter(sizes))), **figures)
        yield "tables", tables.verdict, tables.text(language)
    rate = _base_rate(group, printed)
    values: dict[str, Any] = {name: printed[name] for name in ("ppv", "npv") if name in printed}
    if rate and values and {"sensitivity", "specificity"} <= set(printed):
        bayes = bayes_check(printed["sensitivity"], printed["specificity"], rate, **values)
        yield "bayes", bayes.verdict, bayes.text(language)
    compared: dict[str, Any] = {name: printed[name] for name in ("specificity", "ppv") if name in printed}
    if "false_positive_rate" in printed and compared:
        reading = false_positive_reading(printed["false_positive_rate"], **compared)
        yield "rate", reading.verdict, reading.text(language)


def _own_table(group: pd.DataFrame) -> bool:
    """The number of events was itself found by such a search."""
    return bool(group["cells"].isin(["reconstructed", "candidate"]).any())


def _base_rate(group: pd.DataFrame, printed: dict[str, str]) -> str:
    """The base rate as counts where the study gives them, else as printed."""
    known = group.dropna(subset=["n", "n_events"])
    if len(known) and not _own_table(group):
        return f"{int(known['n_events'].iloc[0])}/{int(known['n'].iloc[0])}"
    stated = group["base_rate"].dropna()
    return printed.get("base_rate") or (f"{stated.iloc[0]:g}" if len(stated) else "")


def _intervals(group: pd.DataFrame, language: str) -> Iterator[Found]:
    """Fractions behind sensitivities with an interval, from as many people as there can be."""
    chosen = group[(group["statistic"] == "sensitivity") & (group["interval"] == "confidence_95")]
    for row in chosen[chosen["n"].notna()].to_dict("records"):
        low, high = f"{row['low']:g}", f"{row['high']:g}"
        fractions = consistent_shares(str(row["printed"]), low, high, most=int(row["n"]))
        verdict = {0: "none", 1: "unique"}.get(len(fractions), "several")
        shown = ", ".join(f"{k}/{n}" for k, n in fractions[["count", "n"]].head(3).to_numpy())
        values = {"share": lang.percent(row["value"], language), "n": len(fractions), "fractions": shown or "—"}
        yield "interval", verdict, lang.text("evidence.interval", language, **values)


def _of_percentages(group: pd.DataFrame, n: int, language: str) -> Found:
    counts = whole_counts([f"{p:g}%" for p in group["percent"].dropna()], n)
    worst = next(v for v in ("none", "near", "fits") if v in set(counts.table["verdict"]))
    return "counts", worst, counts.text(language)
