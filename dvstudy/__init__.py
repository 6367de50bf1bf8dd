"""dvstudy: research and instrument validation for domestic-violence risk assessment.

Research and training only. Not a tool for decisions about any person.

>>> import dvstudy
>>> cohort = dvstudy.open_cohort("data/synthetic/tutorial")  # doctest: +SKIP
>>> run = dvstudy.study("thresholds", cohort, seed=146)  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dvstudy.analyses.planning import Precision, plan_accuracy, plan_comparison
    from dvstudy.analyses.pooled_auc import pooled_auc
    from dvstudy.cohort import Cohort
    from dvstudy.cohorts.simulate import simulate
    from dvstudy.errors import CheckFailed, DvstudyError, Refused, UsageError
    from dvstudy.instruments import Instrument
    from dvstudy.instruments.crosswalk import crosswalk
    from dvstudy.instruments.load import available as available_instruments
    from dvstudy.instruments.load import load as load_instrument
    from dvstudy.instruments.unify import unify
    from dvstudy.intake import open_cohort, score_file
    from dvstudy.numbers.sizes import Clusters
    from dvstudy.recovery import Estimator, Recovery, recover
    from dvstudy.render.explorer import explore_rules
    from dvstudy.render.show import (
        show,
        show_calibration,
        show_causes,
        show_checklist,
        show_checks,
        show_provenance,
        show_recovery,
        show_summary,
    )
    from dvstudy.render.show_library import (
        show_audit,
        show_case_comparison,
        show_coverage,
        show_crosswalk,
        show_instrument,
        show_law,
        show_library,
        show_published,
        show_united,
        show_wheel,
    )
    from dvstudy.result import Result
    from dvstudy.scoring import explain, score
    from dvstudy.studies import compare, compare_case, fidelity, plausibility, study
    from dvstudy.studies.checklists import checklist
    from dvstudy.studies.run import StudyRun

__all__ = [
    "CheckFailed",
    "Clusters",
    "Cohort",
    "DvstudyError",
    "Estimator",
    "Instrument",
    "Precision",
    "Recovery",
    "Refused",
    "Result",
    "StudyRun",
    "UsageError",
    "available_instruments",
    "checklist",
    "compare",
    "compare_case",
    "crosswalk",
    "explain",
    "explore_rules",
    "fidelity",
    "load_instrument",
    "open_cohort",
    "plan_accuracy",
    "plan_comparison",
    "plausibility",
    "pooled_auc",
    "recover",
    "score",
    "score_file",
    "show",
    "show_audit",
    "show_calibration",
    "show_case_comparison",
    "show_causes",
    "show_checklist",
    "show_checks",
    "show_coverage",
    "show_crosswalk",
    "show_instrument",
    "show_law",
    "show_library",
    "show_provenance",
    "show_published",
    "show_recovery",
    "show_summary",
    "show_united",
    "show_wheel",
    "simulate",
    "study",
    "unify",
]

# Public name -> where it lives. Names are looked up when first used, so that `import dvstudy` stays fast.
_HOMES = {
    "CheckFailed": "errors",
    "Clusters": "numbers.sizes",
    "Cohort": "cohort",
    "DvstudyError": "errors",
    "Estimator": "recovery",
    "Instrument": "instruments",
    "Precision": "analyses.planning",
    "Recovery": "recovery",
    "Refused": "errors",
    "Result": "result",
    "StudyRun": "studies.run",
    "UsageError": "errors",
    "available_instruments": "instruments:available",
    "checklist": "studies.checklists",
    "compare": "studies",
    "compare_case": "studies",
    "crosswalk": "instruments",
    "explain": "scoring",
    "explore_rules": "render.explorer",
    "fidelity": "studies",
    "load_instrument": "instruments:load",
    "open_cohort": "intake",
    "plan_accuracy": "analyses.planning",
    "plan_comparison": "analyses.planning",
    "plausibility": "studies",
    "pooled_auc": "analyses.pooled_auc",
    "recover": "recovery",
    "score": "scoring",
    "score_file": "intake",
    "show": "render.show",
    "show_audit": "render.show_library",
    "show_calibration": "render.show",
    "show_case_comparison": "render.show_library",
    "show_causes": "render.show",
    "show_checklist": "render.show",
    "show_checks": "render.show",
    "show_coverage": "render.show_library",
    "show_crosswalk": "render.show_library",
    "show_instrument": "render.show_library",
    "show_law": "render.show_library",
    "show_library": "render.show_library",
    "show_provenance": "render.show",
    "show_published": "render.show_library",
    "show_recovery": "render.show",
    "show_summary": "render.show",
    "show_united": "render.show_library",
    "show_wheel": "render.show_library",
    "simulate": "cohorts",
    "study": "studies",
    "unify": "instruments",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dvstudy' has no attribute {name!r}")
    home, _, original = _HOMES[name].partition(":")
    return getattr(import_module(f"dvstudy.{home}"), original or name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
