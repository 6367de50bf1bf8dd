"""Do printed predictive values go with the printed sensitivity, specificity and base rate?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from dvstudy import language as lang
from dvstudy.errors import UsageError
from dvstudy.evidence.printed import Printed, printed

Span = tuple[float, float]
Reading = Literal["one_minus_specificity", "one_minus_ppv", "share_of_all"]

READINGS: Final[tuple[Reading, ...]] = ("one_minus_specificity", "one_minus_ppv", "share_of_all")


@dataclass(frozen=True)
class BayesCheck:
    """Predictive values beside what Bayes' rule gives.

    Attributes
    ----------
    table
        A row for `ppv` and for `npv` where printed: `figure`, `printed`, `implied` by the figures as printed,
        `implied_low` and `implied_high` by all they may have been before rounding, `fits`, and the base rates
        `base_rate_low` to `base_rate_high` that would fit it.
    base_rate
        Base rates that fit every predictive value printed; NaN when none does.
    verdict
        `fits` or `contradicts`.
    """

    table: pd.DataFrame
    base_rate: Span
    verdict: Literal["fits", "contradicts"]
    figures: Mapping[str, Printed]

    def text(self, language: str = lang.BASE) -> str:
        """What fits, what does not, and the base rate that would."""
        said = [self._line(row, language) for row in self.table.to_dict("records")]
        low, high = self.base_rate
        if self.verdict == "contradicts":
            ends = {"low": lang.percent(low, language), "high": lang.percent(high, language)}
            stated = self.figures["base_rate"].written(language)
            key = "evidence.bayes.base_rate" if low <= high else "evidence.bayes.no_base_rate"
            said.append(lang.text(key, language, printed=stated, **ends))
        return " ".join(said)

    def _line(self, row: Mapping[Hashable, Any], language: str) -> str:
        figure = self.figures[str(row["figure"])]
        ends = {side: figure.like(float(row[f"implied_{side}"]), language, more=1) for side in ("low", "high")}
        return lang.text(
            "evidence.bayes.fits" if row["fits"] else "evidence.bayes.contradicts",
            language,
            figure=lang.text(f"evidence.figure.{row['figure']}", language),
            printed=figure.written(language),
            **ends,
        )


def bayes_check(
    sensitivity: str, specificity: str, base_rate: str, *, ppv: str | None = None, npv: str | None = None
) -> BayesCheck:
    """Check predictive values against sensitivity, specificity and base rate, all as printed.

    Parameters
    ----------
    sensitivity, specificity, base_rate, ppv, npv
        Text with all decimals: ``"0.60"``, ``"60%"``; the base rate also as ``"159/2159"``. At least one predictive
        value is needed.

    Raises
    ------
    UsageError
        For a figure that cannot be read, or no predictive value.

    Notes
    -----
    Rounding is taken in full: the bounds are those of every value that rounds to what is printed. A case-control
    study chooses its base rate, so its predictive values describe the sample and no service.
    """
    given = {"sensitivity": sensitivity, "specificity": specificity, "base_rate": base_rate, "ppv": ppv, "npv": npv}
    figures = {name: printed(text, name) for name, text in given.items() if text is not None}
    checked = [name for name in ("ppv", "npv") if name in figures]
    if not checked:
        raise UsageError("printed_no_predictive_value")
    table = pd.DataFrame([_row(name, figures) for name in checked])
    low, high = float(table["base_rate_low"].max()), float(table["base_rate_high"].min())
    span = (low, high) if low <= high else (float("nan"), float("nan"))
    return BayesCheck(table, span, "fits" if table["fits"].all() else "contradicts", figures)


def _row(name: str, figures: Mapping[str, Printed]) -> dict[str, object]:
    (s0, s1), (p0, p1), (b0, b1) = (figures[f].bounds for f in ("sensitivity", "specificity", "base_rate"))
    s, p, b = (figures[f].value for f in ("sensitivity", "specificity", "base_rate"))
    v0, v1 = figures[name].bounds
    s1, p1, v1 = min(s1, 1.0), min(p1, 1.0), min(v1, 1.0)
    if name == "ppv":  # true among positives: rises with all three
        centre, low, high = (_share(x * z, (1 - y) * (1 - z)) for x, y, z in ((s, p, b), (s0, p0, b0), (s1, p1, b1)))
        rate = _share(v0 * (1 - p1), (1 - v0) * s1), _share(v1 * (1 - p0), (1 - v1) * s0)
    else:  # true among negatives: falls with the base rate
        centre, low, high = (_share(y * (1 - z), (1 - x) * z) for x, y, z in ((s, p, b), (s0, p0, b1), (s1, p1, b0)))
        rate = _share((1 - v1) * p0, v1 * (1 - s0)), _share((1 - v0) * p1, v0 * (1 - s1))
    return {
        "figure": name, "printed": figures[name].text, "implied": centre, "implied_low": low, "implied_high": high,
        "fits": low <= v1 and v0 <= high, "base_rate_low": rate[0], "base_rate_high": rate[1],
    }  # fmt: skip


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest > 0 else float("nan")


@dataclass(frozen=True)
class RateReading:
    """What a printed "false-positive rate" can be: `table` has a row a reading with its bounds and `fits`; `verdict`
    is the only reading that fits, `ambiguous` or `none`."""

    table: pd.DataFrame
    verdict: str
    figure: Printed

    def text(self, language: str = lang.BASE) -> str:
        return lang.text(f"evidence.rate.{self.verdict}", language, printed=self.figure.written(language))


def false_positive_reading(
    rate: str, *, specificity: str | None = None, ppv: str | None = None, cells: Mapping[str, int] | None = None
) -> RateReading:
    """Is a printed false-positive rate the share of false alarms among people without the event, among alarms
    (1 - PPV), or among everybody?

    Parameters
    ----------
    rate
        The rate as printed.
    specificity, ppv
        As printed, where they are.
    cells
        Counts by name (`tp fp fn tn`), as many as are known.

    Raises
    ------
    UsageError
        For figures that cannot be read, or when nothing is given to compare with.
    """
    figure = printed(rate, "false_positive_rate")
    known = dict(cells or {})
    spans: dict[str, Span] = {}
    others = (("tn",), ("tp",), ("tp", "fn", "tn"))
    for reading, parts, text in zip(READINGS, others, (specificity, ppv, None), strict=True):
        if {"fp", *parts} <= set(known) and known["fp"] + sum(known[p] for p in parts):
            exact = known["fp"] / (known["fp"] + sum(known[p] for p in parts))
            spans[reading] = exact, exact
        elif text is not None:
            low, high = printed(text, reading).bounds
            spans[reading] = 1 - min(high, 1.0), 1 - low
    if not spans:
        raise UsageError("printed_nothing")
    low, high = figure.bounds
    rows = [(name, *span, span[0] <= high + 1e-12 and low - 1e-12 <= span[1]) for name, span in spans.items()]
    table = pd.DataFrame(rows, columns=["reading", "low", "high", "fits"])
    fitting = list(table.loc[table["fits"], "reading"])
    return RateReading(table, fitting[0] if len(fitting) == 1 else "ambiguous" if fitting else "none", figure)
