"""From the form to orders, visits and services. Every step has one intercept, solved to its margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts import exits
from dvstudy.cohorts.exits import Exits
from dvstudy.cohorts.forms import Form
from dvstudy.cohorts.law import terms
from dvstudy.cohorts.numeric import expit, linear, logit
from dvstudy.cohorts.record import Scene
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tuning import Tuner, share


@dataclass(frozen=True)
class Orders:
    """What was decided in each case, and when orders were in force (days; 0 to 0 when there was none)."""

    objected: Bools
    provisional: Bools
    reconciled: Bools
    confirmed: Bools
    converted: Bools
    direct: Bools
    offered: Bools
    monitored: Bools
    contested: Bools
    ended_early: Bools
    provisional_end: Floats
    court_start: Floats
    court_end: Floats
    exits: Exits

    @property
    def court(self) -> Bools:
        return self.converted | self.direct


def covariates(scene: Scene, form: Form, filled: Bools, unified: bool) -> dict[str, Floats]:
    """What the steps may depend on, by the names that the recipes' weights use."""
    p, people = scene.settings.pathway, scene.people
    facts = {
        name: scene.facts.true[name].astype(np.float64)
        for name in ("injury_now", "separation", "earlier_assault", "contact_with_children")
    }
    return {
        **people.covariates,
        **facts,
        "unconfirmed": np.minimum(people.unconfirmed, p.unconfirmed_cap).astype(np.float64),
        "county_issue": scene.places.issuing[people.county],
        "section_a": form.scores["section_a"] - p.section_a_centre,
        "section_b": form.scores["section_b"] - p.section_b_centre,
        "imminent": (form.positive & filled).astype(np.float64),
        "unified": np.full(people.n, float(unified)),
    }


def decide(scene: Scene, tuner: Tuner, known: dict[str, Floats]) -> Orders:
    """Objection, provisional order, reconciliation, prosecutor, court, and the days each order holds."""
    p, m, n = scene.settings.pathway, scene.settings.margins, scene.people.n

    def luck(name: str) -> Floats:
        return scene.streams.uniform(f"pathway/{name}", n)

    imminent = known["imminent"] > 0
    objected = imminent & (
        luck("objection") < share(tuner, "objection", linear(p.objection, known), imminent, m.objection)
    )
    provisional = luck("issue") < _issuing(scene, tuner, known, imminent & ~objected)
    reconciled = luck("reconcile") < share(tuner, "reconciled", linear(p.reconcile, known), provisional, m.reconciled)
    held = terms(scene)
    known = {**known, "reconciled": reconciled.astype(np.float64)}
    accepts = share(tuner, "confirmed", linear(p.prosecutor, known), provisional, m.confirmed)
    confirmed = provisional & (luck("prosecutor") < accepts)
    contested = _contested(scene, known)
    dropped = {**known, "reconciled": known["reconciled"] * np.where(held.may_end, 1, p.withdrawal_kept)}
    pull = linear(p.court, dropped) + p.contest_court * contested + _retold(scene, known, provisional)
    converted = confirmed & (luck("court") < _part(tuner, "converted", pull, provisional, confirmed, m.converted))
    alone = ~provisional
    rate = m.direct / max(float(alone.mean()), np.finfo(np.float64).tiny)
    direct = alone & (luck("direct") < share(tuner, "direct", linear(p.direct, known), alone, rate))
    decision, start = _decision_days(scene, direct, contested)
    early = luck("ended_early") < m.ended_early
    lapsed = ~confirmed | (held.may_end & (luck("lapse") < p.lapse))
    length = held.court_days * np.where(early, luck("ended_when"), 1)
    begins, ends = (np.where(converted | direct, day, 0) for day in (start, start + length))
    offered = provisional & held.monitoring & (luck("device_offered") < p.device_offered)
    accepts = _part(tuner, "device", linear(p.device_accept, known), provisional, offered, m.device)
    return Orders(
        objected=objected,
        provisional=provisional,
        reconciled=reconciled & provisional,
        confirmed=confirmed,
        converted=converted,
        direct=direct,
        offered=offered,
        monitored=offered & (luck("device") < accepts),
        contested=contested & (confirmed | direct),
        ended_early=early,
        provisional_end=np.where(provisional, np.where(lapsed, p.provisional_days, decision), 0),
        court_start=begins,
        court_end=ends,
        exits=exits.draw(scene, begins, ends),
    )


def _contested(scene: Scene, known: dict[str, Floats]) -> Bools:
    """Applications contested in a dispute over separation or children."""
    p, n = scene.settings.pathway, scene.people.n
    if not p.contest_share:
        return np.zeros(n, dtype=bool)
    chance = expit(logit(p.contest_share) + linear(p.contest, known))
    return np.asarray(scene.streams.uniform("pathway/contest", n) < chance)


def _retold(scene: Scene, known: dict[str, Floats], provisional: Bools) -> Floats:
    """What a repeated interview before the hearing takes from the willingness to go to court (logit)."""
    _, _, repeated = _visits(scene, {**known, "order": provisional.astype(np.float64)})
    return np.where(repeated, scene.settings.switches.retelling_court, 0.0)


def _decision_days(scene: Scene, direct: Bools, contested: Bools) -> tuple[Floats, Floats]:
    """Day on which the court decides about a provisional order, and on which a court order would begin."""
    p, n = scene.settings.pathway, scene.people.n
    later = p.contest_days * contested
    decision = p.provisional_days + p.decision_scale * scene.streams.gamma("pathway/decision", p.decision_shape, n)
    alone = p.direct_scale * scene.streams.gamma("pathway/decision_direct", p.decision_shape, n)
    return decision + later, np.where(direct, alone, decision) + later


def _issuing(scene: Scene, tuner: Tuner, known: dict[str, Floats], open_cases: Bools) -> Floats:
    """Chance of a provisional order: one intercept an area, so that the rate and its urban share hold together."""
    p, m, urban = scene.settings.pathway, scene.settings.margins, scene.people.urban
    predictor = linear(p.issue, known)
    chance = np.full(scene.people.n, p.override)
    areas = (("urban", urban, m.urban_provisional), ("rural", ~urban, 1 - m.urban_provisional))
    for name, here, part in areas:
        if not here.any():
            continue
        inside = predictor[here & open_cases]
        others = p.override * np.sum(here & ~open_cases)

        def orders(a: float, inside: Floats = inside, others: float = others) -> float:
            return (float(np.sum(expit(a + inside))) + others) / scene.people.n

        a = tuner.find(f"provisional_{name}", orders, m.provisional * part, ends=(0,))
        chance = np.where(here & open_cases, expit(a + predictor), chance)
    return chance


def _part(tuner: Tuner, name: str, predictor: Floats, whole: Bools, inside: Bools, target: float) -> Floats:
    """Chance of a step that is open to the cases `inside` and whose margin is a share of all in `whole`; a margin of
    nought needs no intercept."""
    if not target:
        return np.zeros(len(predictor))
    among, total = predictor[inside], max(int(whole.sum()), 1)
    a = tuner.find(name, lambda a: float(np.sum(expit(a + among))) / total, target)
    return expit(a + predictor)


@dataclass(frozen=True)
class Care:
    """The social worker's visit and the services that followed."""

    visit: Bools
    visit_chance: Floats
    days: Floats
    joint: Bools
    duplicate: Bools
    duplicate_chance: Floats
    services: Bools
    service_chance: Floats
    service_day: Floats


def care(scene: Scene, tuner: Tuner, known: dict[str, Floats], orders: Orders, unified: bool) -> Care:
    """Who is visited, whether this repeats the assessment, and who takes up a service.

    In usual practice every visit is a second, separate assessment; with the unified form most visits are joint.
    """
    p, m, u, n = scene.settings.pathway, scene.settings.margins, scene.settings.unified, scene.people.n
    issued = orders.provisional.astype(np.float64)
    known = {**known, "order": issued}
    visit_chance, visit, separate = _visits(scene, known)
    joint = visit & ~separate
    known = {**known, "visit": visit.astype(np.float64)}
    boost = u.service_logit if unified else 0
    chance = share(tuner, "service", linear(p.services, known) + boost, np.ones(n, bool), m.service)
    day = np.minimum(-p.service_mean_days * np.log1p(-scene.streams.uniform("care/service_day", n)), p.service_most)
    return Care(
        visit=visit,
        visit_chance=visit_chance,
        days=np.where(joint, 0, visit_days(scene)),
        joint=joint,
        duplicate=visit & ~joint,
        duplicate_chance=visit_chance * (u.duplicate if unified else 1),
        services=scene.streams.uniform("care/service", n) < chance,
        service_chance=chance,
        service_day=np.floor(day),
    )


def service_kinds(scene: Scene, case: Ints) -> tuple[Ints, Ints, Floats]:
    """Kinds of service of the cases that use any: place in `case`, number of the kind, days after the first contact.

    Each kind is used with its own share; who would use none used the first, which is the most common. The kinds come in
    an order drawn by lot, each some days after the one before.
    """
    p = scene.settings.pathway
    shares = list(p.service_kinds.model_dump().values())
    names, n = list(type(p.service_kinds).model_fields), scene.people.n
    used = np.column_stack([scene.streams.uniform(f"care/kind/{name}", n)[case] for name in names]) < shares
    used[~used.any(axis=1), 0] = True
    lot = np.column_stack([scene.streams.uniform(f"care/kind_order/{name}", n)[case] for name in names])
    wait = np.column_stack([scene.streams.uniform(f"care/kind_wait/{name}", n)[case] for name in names])
    order = np.where(used, lot, np.inf).argsort(axis=1)
    gaps = -p.service_next_days * np.log1p(-np.take_along_axis(wait, order, axis=1))
    gaps[:, 0] = 0
    later = np.empty_like(gaps)
    np.put_along_axis(later, order, np.floor(np.cumsum(gaps, axis=1)), axis=1)
    row, kind = np.nonzero(used)
    return row, kind, later[row, kind]


def _visits(scene: Scene, known: dict[str, Floats]) -> tuple[Floats, Bools, Bools]:
    """Chance of a visit, whether there is one, and whether it is a separate one that repeats the assessment."""
    p, n = scene.settings.pathway, scene.people.n
    chance = expit(p.visit_intercept + linear(p.visit, known))
    visit = scene.streams.uniform("care/visit", n) < chance
    again = scene.streams.uniform("care/duplicate", n) < scene.settings.unified.duplicate
    return chance, visit, visit & (again | (known["unified"] == 0))


def visit_days(scene: Scene) -> Floats:
    """Days from the episode to a separate visit; the mobile team comes at once."""
    p, n = scene.settings.pathway, scene.people.n
    days = p.visit_median * np.exp(p.visit_sd * scene.streams.normal("care/days", n))
    mobile = scene.streams.uniform("care/mobile", n) < p.mobile
    return np.where(mobile, 0, np.minimum(days, p.visit_most))
