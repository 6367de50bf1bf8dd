"""Figures that no recipe is solved for, beside what was published: read by `tools/calibration.py`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from dvstudy import evidence
from dvstudy.cohorts import Recipe, chain
from dvstudy.cohorts.forms import SOCIAL_SHEET, filled
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.reference import population
from dvstudy.cohorts.targets import AUCS, KAPPA, SOCIAL_SHARE
from dvstudy.cohorts.trial import Trial, auc, kappa

#: A figure this near to a published one agrees with it (the design's tolerance of an AUC).
NEAR: Final = 0.03
INTRODUCTION: Final = """`{recipe}` as it is, usual practice, its reference population; nothing was solved for these.
Published: as printed in rows of `dvstudy.evidence.validation()`. Gap: how far the figure lies outside the span of those
rows, 0 inside it. Nearly all were found elsewhere, about other forms and outcomes: nearness to them is plausibility and
no evidence about Romania. AUCs of any and of severe repeats are expected within 180 days, those of near-lethal ones are
of drawn events. How often violence is severe or near-lethal, and what that depends on, is assumption throughout.

"""
#: Quantity -> rows of `evidence.validation()` that come nearest to it, and what keeps them from being the same.
PUBLISHED: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "Danger Assessment, any repeat: AUC": (("V074",), "versions and times mixed there"),
    "Danger Assessment, severe repeat: AUC": ((), ""),
    "Danger Assessment, near-lethal repeat: AUC": (("V037",), "another form of it, near-fatal violence, 7 to 8 months"),
    "SARA sum, any repeat: AUC": (("V073", "V057"), ""),
    "SARA sum, severe repeat: AUC": (("V059",), "violent repeat there, total or rating"),
    "police form count, any repeat: AUC": (("V051", "V078"), "other police forms; all tools pooled"),
    "police form count, severe repeat: AUC": ((), ""),
    "police form count, near-lethal repeat: AUC": (("V154",), "homicide, case-control, chosen items"),
    "social services' sheet, any repeat: AUC": (("V078",), "all tools pooled"),
    "social services' sheet, severe repeat: AUC": ((), ""),
    "ODARA, any repeat: AUC": (("V072", "V116"), "not simulated: a recipe asks none of its questions as a form"),
    "officer and social worker, verdict, same form: kappa": ((), "two officers, same form: words only"),
    "officer and social worker, verdict, each their own form: kappa": ((), ""),
    "officer and social worker, items of the same form: lowest kappa": ((), ""),
    "officer and social worker, items of the same form: highest kappa": ((), ""),
    "officer and social worker, counts of the same form: correlation": (("V167",), "two judges of another form"),
    "social worker's share of imminent risk on the police form": ((), "health staff rate higher than police: V220"),
    "police form: KR-20": (("V166",), "alpha of 20 items of another police form"),
    "forms with imminent risk, couples": (("V210",), "another form and rule"),
    "forms with imminent risk, other relations": (("V211",), "another form and rule"),
    "recorded repeat within 320 days": (("V149",), "cases under police protection"),
    "recorded repeat within 365 days": (("V188", "V084"), "recorded abuse, violent or not; repeat victimisation"),
    "of recorded repeats within 320 days, those within 3 months": (("V150",), ""),
    "severe repeat within 180 days": (("V017",), "severe or potentially lethal, 9 months, women in services"),
    "of severe repeats within 180 days, those near-lethal": ((), ""),
}


def measures(recipe: Recipe) -> dict[str, float]:
    """Every quantity of `PUBLISHED` that the reference population of a recipe has, under usual practice."""
    seen = population(recipe)[0]
    trial = Trial(seen.population)
    named = {
        "auc_danger_severe": "Danger Assessment",
        "auc_sara_severe": "SARA sum",
        "auc_order146_severe": "police form count",
        "auc_social_severe": "social services' sheet",
    }
    found = {f"{named[name]}, severe repeat: AUC": trial.value(name) for name in AUCS}
    happened = seen.happened[0]
    events = {"any": seen.population.usual.chances.any, "near-lethal": happened.near_lethal.astype(np.float64)}
    for name, instrument in AUCS.items():
        score, among = trial.score(instrument)
        for event, chance in events.items():
            found[f"{named[name]}, {event} repeat: AUC"] = auc(score[among], chance[among])
    return found | _of_raters(seen, trial) | _of_repeats(seen)


def _of_raters(seen: Observation, trial: Trial) -> dict[str, float]:
    """Agreement, internal consistency and how often the rule is met, where a form was made."""
    import pingouin

    scene, usual, made = seen.population.scene, seen.population.usual, seen.population.filled
    first, second, couple = usual.form, trial.second, scene.people.couple
    sheet = filled(scene, SOCIAL_SHEET, chain.social(scene))
    items = [kappa(a[made], b[made]) for a, b in zip(first.record.yes.T, second.record.yes.T, strict=True)]
    answers = pd.DataFrame(first.record.yes[made].astype(np.float64))
    counts = np.corrcoef(first.scores["total"][made], second.scores["total"][made])
    both = "officer and social worker"
    return {
        f"{both}, verdict, same form: kappa": trial.value(KAPPA),
        f"{both}, verdict, each their own form: kappa": kappa(first.positive[made], sheet.positive[made]),
        f"{both}, items of the same form: lowest kappa": float(np.nanmin(items)),
        f"{both}, items of the same form: highest kappa": float(np.nanmax(items)),
        f"{both}, counts of the same form: correlation": float(counts[0, 1]),
        "social worker's share of imminent risk on the police form": trial.value(SOCIAL_SHARE),
        "police form: KR-20": float(pingouin.cronbach_alpha(answers)[0]),
        "forms with imminent risk, couples": float(first.positive[made & couple].mean()),
        "forms with imminent risk, other relations": float(first.positive[made & ~couple].mean()),
    }


def _of_repeats(seen: Observation) -> dict[str, float]:
    """How often violence was repeated, and how soon."""
    happened = seen.happened[0]
    day, severe = happened.first_recorded, happened.severe
    within = {days: float((day <= days).mean()) for days in (365 / 4, 320, 365)}
    return {
        "recorded repeat within 320 days": within[320],
        "recorded repeat within 365 days": within[365],
        "of recorded repeats within 320 days, those within 3 months": within[365 / 4] / within[320],
        "severe repeat within 180 days": float(severe.mean()),
        "of severe repeats within 180 days, those near-lethal": float(happened.near_lethal.sum() / severe.sum()),
    }


def page(recipe: Recipe) -> Iterator[str]:
    """The section of the page: a table, then what the defaults miss."""
    rows, here, missed = evidence.validation().set_index("row_id"), measures(recipe), list[str]()
    yield from ("", "## Soft targets", "")
    yield from INTRODUCTION.format(recipe=recipe.name).splitlines()
    yield from ("| quantity | here | published | gap | differs in |", "|---|---|---|---|---|")
    for name, (ids, differs) in PUBLISHED.items():
        value, published = here.get(name, math.nan), rows.loc[list(ids)]
        gap = _gap(value, published)
        if abs(gap) > NEAR:
            missed.append(f"{name}: {abs(gap):.2f} {'higher' if gap > 0 else 'lower'}")
        said = "; ".join(_said(row_id, row) for row_id, row in published.iterrows()) or "none found"
        numbers = ["—" if math.isnan(x) else f"{x:{sign}.3f}" for x, sign in ((value, ""), (gap, "+"))]
        yield f"| {name} | {numbers[0]} | {said} | {numbers[1]} | {differs} |"
    yield from ("", f"Further than {NEAR} from every published figure named beside it:", "")
    yield from (f"- {one} than published" for one in missed)


def _gap(value: float, published: pd.DataFrame) -> float:
    """How far a number lies outside the span of the published ones; 0 inside; NaN without both."""
    low, high = (published[end].fillna(published["value"]) for end in ("low", "high"))
    if published.empty or math.isnan(value):
        return math.nan
    return min(0.0, value - low.min()) + max(0.0, value - high.max())


def _said(row_id: object, row: pd.Series) -> str:
    printed = str(row["printed"]).replace("|", "/")
    return f"{printed} ([{row['study']}, {row['form']}]({row['source']}), {row_id})"
