"""A vignette panel: a few cases chosen by their true risk, each rated by every member, of two or three professions.

All raters read the same story, so what the victim tells does not change from rater to rater and no days pass; each
rater's own severity, training and misreading remain. Missing answers are drawn as for a real contact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Final

import numpy as np
import pandas as pd

from dvstudy import instruments, provenance
from dvstudy.cohorts import assessments, chain, columns, estimands_pairs, truth
from dvstudy.cohorts.chain import Population
from dvstudy.cohorts.columns import categorical, flags, text
from dvstudy.cohorts.facts import Facts
from dvstudy.cohorts.forms import POLICE_FORM, Form, filled
from dvstudy.cohorts.parameters import LATENTS
from dvstudy.cohorts.people import People
from dvstudy.cohorts.process import Values
from dvstudy.cohorts.record import Contact, Scene, reasons
from dvstudy.cohorts.streams import Floats, Ints, Streams
from dvstudy.cohorts.tally import Groups, Row
from dvstudy.cohorts.tuning import Fixed
from dvstudy.tables import AREAS, ASSESSMENTS, MODES, OUTCOMES, RELATIONS, ROLES, VICTIMS

KINDS: Final = ("police_officer", "social_worker", "psychologist")
Tables = dict[str, pd.DataFrame]


def draw(values: Values, seed: int, cases: int, intercepts: dict[str, float]) -> tuple[Population, Ints]:
    """A population to choose from, and the cases chosen: the recipe's share truly high risk, in random order."""
    pool = chain.run(chain.begin(values, Streams(seed), cases * values.panel.pool), Fixed(intercepts))
    high = round(values.panel.high_risk_share * cases)
    rows = [np.flatnonzero(pool.high_risk)[:high], np.flatnonzero(~pool.high_risk)[: cases - high]]
    return pool, np.sort(np.concatenate(rows))


def tables(pool: Population, chosen: Ints, ids: pd.Index, key: str) -> tuple[Tables, pd.DataFrame]:
    """Cases, assessments and outcomes by name, and the answers to the police form."""
    scene = _scene(pool.scene, chosen)
    forms = list(_forms(scene))
    n, number = len(ids), len(forms) * len(ids)
    index = columns.ids(key, "assessment", number, ASSESSMENTS.key)
    definition = instruments.load(POLICE_FORM)
    codes = [
        assessments.yes_no_codes(f, reasons(scene, f.contact, f.instrument, f.record), np.arange(n)) for f in forms
    ]
    listed = pd.DataFrame(
        {
            "case_id": text(np.tile(np.asarray(ids), len(forms))),
            "instrument": pd.Categorical([POLICE_FORM] * number),
            "rater_id": pd.Categorical(text(np.repeat([_rater_id(scene, f, key) for f in forms], n))),
            "rater_role": pd.Categorical(np.repeat([f.contact.kind for f in forms], n), list(ROLES)),
            "occasion": pd.array(np.ones(number, dtype=np.int32), dtype="Int32"),
            "mode": categorical(np.zeros(number, dtype=np.int64), MODES),
            "days_after": np.zeros(number),
        },
        index=index,
    )
    found = {
        "cases": _cases(scene.people, ids),
        "assessments": listed,
        "outcomes": pd.DataFrame(
            {"high_risk_adjudicated": flags(pool.high_risk[chosen])}, index=ids.rename(OUTCOMES.key)
        ),
    }
    return found, assessments.answer_frame(definition, np.concatenate(codes), index)


def hidden(pool: Population, chosen: Ints, ids: pd.Index) -> Tables:
    """Latents, true risk and facts of the chosen cases."""
    people = pool.scene.people
    latents = {name: people.latent[chosen, k] for k, name in enumerate(LATENTS)}
    own = {"risk_no_order": pool.untreated[chosen], "high_risk": pool.high_risk[chosen]}
    facts = truth.facts(pool, pd.RangeIndex(people.n)).iloc[chosen].set_index(ids)
    return {"cases": truth.rounded(pd.DataFrame({**latents, **own}, index=ids)), "facts": facts}


def estimands(pool: Population, groups: Groups) -> Iterator[Row]:
    """Agreement of an officer and a social worker, and of an officer and a psychologist, drawn at random, on the cases
    of such a panel."""
    values, high = pool.scene.settings, pool.high_risk
    wanted = values.panel.high_risk_share
    weight: Floats = np.where(high, wanted / high.mean(), (1 - wanted) / (1 - high.mean()))
    officer, worker, psychologist = (filled(pool.scene, POLICE_FORM, _anyone(pool.scene, kind)) for kind in KINDS)
    yield from estimands_pairs.same_form(groups, officer, worker, weight)
    if values.panel.psychologists:
        pair = officer.positive, psychologist.positive
        yield from estimands_pairs.decision("decision_psychologist", groups, *pair, weight)


def _scene(scene: Scene, rows: Ints) -> Scene:
    """The scene with only these cases."""
    people = People(**{f.name: getattr(scene.people, f.name)[rows] for f in fields(scene.people)})
    facts = Facts(
        {name: found[rows] for name, found in scene.facts.true.items()},
        {name: found[rows] for name, found in scene.facts.propensity.items()},
    )
    return replace(scene, people=people, facts=facts)


def _forms(scene: Scene) -> Iterator[Form]:
    """Every rater's forms, officers first; the raters are drawn from the whole country."""
    panel = scene.settings.panel
    wanted = dict(zip(KINDS, (panel.officers, panel.workers, panel.psychologists), strict=True))
    for kind, number in wanted.items():
        order = scene.streams.of(f"panel/{kind}").permutation(scene.places.crews[kind].size)
        for rater in order[:number]:
            yield filled(
                scene, POLICE_FORM, _reader(scene, f"panel/{kind}/{rater}", kind, np.full(scene.people.n, rater))
            )


def _anyone(scene: Scene, kind: str) -> Contact:
    draws = scene.streams.uniform(f"panel/{kind}", scene.people.n)
    rater = np.floor(draws * scene.places.crews[kind].size).astype(np.int64)
    return _reader(scene, f"panel/{kind}/any", kind, rater)


def _reader(scene: Scene, name: str, kind: str, rater: Ints) -> Contact:
    never = np.zeros(scene.people.n)
    return Contact(name, kind, rater, never, never > 0, shared_story=True)


def _rater_id(scene: Scene, form: Form, key: str) -> str:
    kind = form.contact.kind
    return provenance.synthetic_ids(key, kind, scene.places.crews[kind].size)[int(form.contact.rater[0])]


def _cases(people: People, ids: pd.Index) -> pd.DataFrame:
    columns_of = {
        "area": categorical((~people.urban).astype(np.int64), AREAS),
        "relation": categorical(people.relation, RELATIONS),
        "victim": categorical(people.victim, VICTIMS),
    }
    return pd.DataFrame(columns_of, index=ids)
