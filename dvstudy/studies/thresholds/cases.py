"""Which cases stand behind the figures: the flow diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from dvstudy.analyses import flow
from dvstudy.result import Result
from dvstudy.studies import frames
from dvstudy.studies.run import Section
from dvstudy.studies.thresholds.view import SEVERE, View
from dvstudy.tables import CASES, OUTCOMES


def results(view: View) -> Iterator[Result]:
    """From all interventions to forms with a known outcome."""
    cases = frames.complete(view.cohort.cases, CASES).join(frames.complete(view.cohort.outcomes, OUTCOMES))
    forms = view.police.drop_duplicates("case_id").set_index("case_id")
    arms = cases["arm"].notna().any()
    frame = pd.DataFrame(
        {
            "separate": (cases["arm"] == "usual") if arms else True,
            "form": cases.index.isin(forms.index[forms["positive"].notna()]),
            "outcome": cases[SEVERE].notna(),
            "positive": forms["positive"].reindex(cases.index),
            "event": cases[SEVERE],
        },
        index=cases.index,
    ).astype("boolean")
    steps = {step: step for step in ("separate", "form", "outcome") if step != "separate" or arms}
    yield flow.flow(
        frame, name="flow_severe", steps=steps, test="positive", reference="event",
        synthetic=view.cohort.synthetic, instrument=frames.POLICE_FORM,
    )  # fmt: skip


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """The diagram."""
    yield Section("thresholds.flow", [], ["flow_severe"])
