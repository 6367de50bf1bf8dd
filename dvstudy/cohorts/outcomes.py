"""Violence afterwards: a marked point process whose hazard orders and services lower.

Events form a Poisson process with cumulative intensity ``w exp(l + lp) h H(t)``, w a gamma frailty with mean 1 and
variance nu, H(t) the integral of the order's hazard ratio over d(t^k). Each event is severe with probability p2(z)
and, if severe, near-lethal with probability p3; z is normal. So P(no severe event by t) is closed:
``E_z (1 + nu G p2(z))^(-1/nu)`` with ``G = exp(l + lp) h H(t)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dvstudy.cohorts.numeric import expit, hermite, linear
from dvstudy.cohorts.pathway import Orders
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.record import Scene
from dvstudy.cohorts.streams import Bools, Floats
from dvstudy.cohorts.tuning import Tuner


@dataclass(frozen=True)
class Hazard:
    """Baseline of each case, without any protection; `severe` and `near_lethal` are linear predictors of the marks."""

    baseline: Floats
    severe: Floats
    near_lethal: Floats
    severity: Floats


@dataclass(frozen=True)
class Chances:
    """Probability of at least one such event by the day of follow-up, given the orders and services of an arm."""

    any: Floats
    severe: Floats
    recorded: Floats


def exposure(values: Values, orders: Orders | None, severity: Floats, day: float) -> Floats:
    """H(day): the integral over d(t^k) of the hazard ratio of the orders in force, and of what an exit leaves of it."""
    if orders is None:
        return np.full(len(severity), day**values.outcomes.shape)
    whole = _held(values, orders, severity, np.full(len(severity), day))
    if not orders.exits.some:
        return whole
    before = _held(values, orders, severity, np.minimum(orders.exits.day, day))
    return before + orders.exits.kept(values) * (whole - before)


def _held(values: Values, orders: Orders, severity: Floats, day: Floats) -> Floats:
    """The integral of the orders' hazard ratio up to a day of each case."""
    o = values.outcomes

    def power(t: Floats) -> Floats:
        return np.asarray(np.minimum(t, day) ** o.shape, dtype=np.float64)

    whole = day**o.shape
    provisional, court = ratios(values, severity)
    whole -= (1 - provisional) * power(orders.provisional_end)
    whole -= (1 - court) * (power(orders.court_end) - power(orders.court_start))
    return whole


def ratios(values: Values, severity: Floats) -> tuple[Floats, Floats]:
    """Hazard ratios of a provisional and of a court order, which depend on severity."""
    o = values.outcomes
    bend = np.exp(o.hazard_severity * severity)
    return o.hazard_provisional * bend, o.hazard_court * bend


def service_ratio(values: Values, services: Bools) -> Floats:
    """Hazard ratio of services, 1 without."""
    return np.where(services, values.outcomes.hazard_services, 1)


def hazard(scene: Scene, tuner: Tuner, orders: Orders, services: Bools) -> Hazard:
    """The baseline, its intercepts solved to the margins under usual practice."""
    values, o, m = scene.settings, scene.settings.outcomes, scene.settings.margins
    known = {**scene.people.covariates, "separation": scene.facts.true["separation"].astype(np.float64)}
    severity = known["S"]
    held = exposure(values, orders, severity, o.day) * service_ratio(values, services)
    load = np.exp(linear(o.risk, known)) * held

    def repeat(a: float) -> float:
        return float(np.mean(at_least_one(o.frailty, np.exp(a) * load)))

    level = tuner.find("any_180", repeat, m.any_180)
    severe, near = linear(o.severe, known), linear(o.near_lethal, known)
    risk = np.exp(level) * load
    m2 = tuner.find("severe_180", lambda a: float(np.mean(_marked(values, risk, a + severe))), m.severe_180)
    m3 = tuner.find(
        "near_lethal_180", lambda a: float(np.mean(_marked(values, risk, m2 + severe, a + near))), m.near_lethal_180
    )
    return Hazard(np.exp(level + linear(o.risk, known)), m2 + severe, m3 + near, severity)


def at_least_one(frailty: float, intensity: Floats) -> Floats:
    """1 - E exp(-w Lambda) for a gamma w with mean 1 and this variance."""
    return np.asarray(-np.expm1(-np.log1p(frailty * intensity) / frailty), dtype=np.float64)


def _marked(values: Values, risk: Floats, severe: Floats, near: Floats | None = None) -> Floats:
    """P(at least one severe, or near-lethal, event), the mark's normal part integrated."""
    o, total = values.outcomes, np.zeros(len(risk))
    narrow = 1 if near is None else expit(near)
    for z, weight in zip(*hermite(values.size.mark_nodes), strict=True):
        total += weight * at_least_one(o.frailty, risk * expit(severe + o.severe_sd * z) * narrow)
    return total


def untreated(values: Values, hazard: Hazard) -> Floats:
    """R0: probability of a severe event by the day of follow-up had there been neither order nor service."""
    return _marked(values, hazard.baseline * values.outcomes.day**values.outcomes.shape, hazard.severe)


def protected(values: Values, hazard: Hazard) -> Floats:
    """R1: the same probability had every case had a provisional order at once and a court order from its end to the
    day of follow-up, and no service."""
    o = values.outcomes
    first = min(values.pathway.provisional_days, o.day) ** o.shape
    provisional, court = ratios(values, hazard.severity)
    held = provisional * first + court * (o.day**o.shape - first)
    return _marked(values, hazard.baseline * held, hazard.severe)


def chances(scene: Scene, tuner: Tuner, hazard: Hazard, orders: Orders, services: Bools, *, unified: bool) -> Chances:
    """Closed-form probabilities under the orders and services of one arm."""
    values, o = scene.settings, scene.settings.outcomes
    risk = hazard.baseline * exposure(values, orders, hazard.severity, o.day) * service_ratio(values, services)
    base = record_predictor(scene, services, unified)

    def recorded(a: float) -> Floats:
        total = np.zeros(len(risk))
        for z, weight in zip(*hermite(values.size.mark_nodes), strict=True):
            kept = _recorded_share(values, hazard, a + base, z)
            total += weight * at_least_one(o.frailty, risk * kept)
        return total

    a = tuner.find("recorded_180", lambda a: float(np.mean(recorded(a))), values.margins.recorded_180)
    return Chances(at_least_one(o.frailty, risk), _marked(values, risk, hazard.severe), recorded(a))


def severe_by(values: Values, hazard: Hazard, orders: Orders, services: Bools, day: float) -> Floats:
    """Probability of a severe event by a day of follow-up, given orders, services and exits."""
    risk = hazard.baseline * exposure(values, orders, hazard.severity, day) * service_ratio(values, services)
    return _marked(values, risk, hazard.severe)


def record_predictor(scene: Scene, services: Bools, unified: bool) -> Floats:
    """Linear predictor of an event being recorded, before its marks and its intercept."""
    weights = {k: w for k, w in scene.settings.outcomes.recording.items() if k not in ("severe", "near_lethal")}
    known = {**scene.people.covariates, "services": services.astype(np.float64)}
    raised: float = np.log(scene.settings.unified.recording_odds) * unified
    return linear(weights, known) + raised


def _recorded_share(values: Values, hazard: Hazard, base: Floats, z: float) -> Floats:
    """Share of a case's events that are recorded, over the marks they can carry."""
    weights = values.outcomes.recording
    p2, p3 = expit(hazard.severe + values.outcomes.severe_sd * z), expit(hazard.near_lethal)
    plain, severe, lethal = (
        expit(base + extra) for extra in (0, weights["severe"], weights["severe"] + weights["near_lethal"])
    )
    return np.asarray((1 - p2) * plain + p2 * (1 - p3) * severe + p2 * p3 * lethal, dtype=np.float64)
