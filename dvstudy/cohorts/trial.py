"""What targets ask of a population: shares of answers, agreement, accuracy of scores; each computed when asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from dvstudy import instruments
from dvstudy.cohorts import chain, judgement, outcomes, tally
from dvstudy.cohorts.chain import Population
from dvstudy.cohorts.forms import DANGER, POLICE_FORM, SARA, SOCIAL_SHEET, Form, filled, second_form
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.recipe import Recipe
from dvstudy.cohorts.streams import Bools, Floats, Ints, Streams
from dvstudy.cohorts.targets import AUCS, KAPPA
from dvstudy.cohorts.tuning import Solving
from dvstudy.numbers import agreement

SOCIAL: Final = "social_worker"
#: Who fills in an instrument that is scored outside the police.
RATER: Final[Mapping[str, str]] = {SOCIAL_SHEET: SOCIAL, DANGER: "advocate", SARA: "trained_assessor"}
#: The score of each instrument but SARA, whose research sum is computed here.
_SCORES: Final[Mapping[str, str]] = {POLICE_FORM: "total", SOCIAL_SHEET: "yes_count", DANGER: "total"}
#: Cases of the population in which roots are searched.
SMALL: Final = 2**14
#: Intercepts that no target of a trial needs: given, so that they are not solved.
_UNUSED: Final[Mapping[str, float]] = {"recorded_180": 0.0, "near_lethal_180": 0.0}


@dataclass(frozen=True)
class Trial:
    """A population under usual practice; `known` keeps scores that a change of the outcome leaves as they are."""

    population: Population
    known: dict[str, tuple[Ints, Bools]] = field(default_factory=dict, repr=False)

    @cached_property
    def second(self) -> Form:
        """The police form filled again by the social worker."""
        usual = self.population.usual
        return second_form(self.population.scene, usual.form, chain.social(self.population.scene))

    def value(self, name: str) -> float:
        """True value of a target: the share of yes to an item, an AUC, a kappa, the social worker's share."""
        if "." in name:
            return self._yes(*name.split("."))
        made = self.population.filled
        if name in AUCS:
            score, among = self.score(AUCS[name])
            return auc(score[among], self.population.usual.chances.severe[among])
        if name == KAPPA:
            return kappa(self.population.usual.form.positive[made], self.second.positive[made])
        return float(self.second.positive[made].mean())

    def most(self, name: str) -> tuple[float, float]:
        """AUC that the risk itself would have, which no form can exceed, and that of the number of true items."""
        instrument, scene = AUCS[name], self.population.scene
        _, among = self.score(instrument)
        event = self.population.usual.chances.severe[among]
        items = scene.settings.items[instrument].values()
        true = np.sum([np.logical_or.reduce([scene.facts.true[f] for f in facts]) for facts in items], axis=0)
        rank = np.unique(event, return_inverse=True)[1]
        return auc(rank, event), auc(true[among], event)

    def changed(self, values: Values) -> Trial:
        """The same cases and luck with other loadings of the outcome or another shift of a rater outside the police."""
        p = self.population
        scene = replace(p.scene, settings=values)
        kept = {k: v for k, v in self.known.items() if not _moved(p.scene.settings, values, k)}
        if p.scene.settings.outcomes == values.outcomes:
            return Trial(replace(p, scene=scene), kept)
        tuner, orders, services = Solving(values.size.ceiling, dict(_UNUSED)), p.usual.orders, p.usual.care.services
        hazard = outcomes.hazard(scene, tuner, orders, services)
        chances = outcomes.chances(scene, tuner, hazard, orders, services, unified=False)
        return Trial(replace(p, scene=scene, hazard=hazard, usual=replace(p.usual, chances=chances)), kept)

    def score(self, instrument: str) -> tuple[Ints, Bools]:
        """The score of every case and the cases in which the instrument is used."""
        if instrument not in self.known:
            score = self._sum() if instrument == SARA else self._form(instrument).scores[_SCORES[instrument]]
            self.known[instrument] = score, self._among(instrument)
        return self.known[instrument]

    def _among(self, instrument: str) -> Bools:
        """Cases in which an instrument is used: for couples, for women in couples, or wherever a form was made."""
        people = self.population.scene.people
        couples = {DANGER: people.couple & people.woman, SARA: people.couple}
        return couples.get(instrument, self.population.filled)

    def _sum(self) -> Ints:
        """Research sum of the structured judgement: 0, 1 or 2 an item, omitted items nought."""
        scene = self.population.scene
        ids = instruments.load(SARA).item_ids
        codes = judgement.sara(scene, chain.outside(scene, RATER[SARA]))
        graded = codes[:, [ids.index(item) for item in scene.settings.items[SARA]]]
        return np.asarray(np.where(graded > judgement.PRESENT, 0, graded).sum(axis=1))

    def _form(self, instrument: str) -> Form:
        """The form of its usual rater."""
        scene = self.population.scene
        if instrument == POLICE_FORM:
            return self.population.usual.form
        who = RATER[instrument]
        return filled(scene, instrument, chain.social(scene) if who == SOCIAL else chain.outside(scene, who))

    def _yes(self, instrument: str, item: str) -> float:
        """Share of yes among the answers of the usual rater, missing ones left out."""
        if instrument not in self._forms:
            self._forms[instrument] = self._form(instrument)
        record = self._forms[instrument].record
        column = record.items.index(item)
        answered = self._among(instrument) & ~record.missing[:, column]
        return float(record.yes[answered, column].mean())

    @cached_property
    def _forms(self) -> dict[str, Any]:
        return {}


def trial(recipe: Recipe, cases: int = SMALL) -> Trial:
    """A population of about `cases` cases with the margins of the recipe, from the seed of its reference population."""
    values = recipe.settings
    size = min(values.size.cases, cases)
    start = chain.begin(values, Streams(values.size.reference_seed), size, max(1, round(cases / size)))
    return Trial(chain.run(start, Solving(values.size.ceiling)))


def auc(score: Ints, event: Floats) -> float:
    """Chance that a case with the event scores higher than one without, ties counting half."""
    rank = score - score.min()
    return float(tally.auc(np.stack([np.bincount(rank, weight) for weight in (1 - event, event)]))[0])


def kappa(first: Bools, second: Bools) -> float:
    """Cohen's kappa of two raters who say yes or no about the same cases."""
    cells = [first & second, first & ~second, ~first & second, ~first & ~second]
    table = np.array([np.count_nonzero(cell) for cell in cells]).reshape(2, 2)
    return float(agreement.two_by_two(table)[agreement.TERMS.index("kappa")])


def _moved(before: Values, after: Values, instrument: str) -> bool:
    who = RATER.get(instrument)
    return bool(who) and getattr(before.raters, str(who)) != getattr(after.raters, str(who))
