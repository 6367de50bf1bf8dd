"""A team's own files: read, checked, turned into forms, scores or a cohort. Nothing leaves the machine."""

from dvstudy.intake.folder import cohort, open_cohort
from dvstudy.intake.forms import Forms, forms
from dvstudy.intake.limits import LEAST_CASES
from dvstudy.intake.pseudonyms import pseudonymise
from dvstudy.intake.scored import NOTICE, ScoredFile, score_file
from dvstudy.intake.suggest import Draft, suggest
from dvstudy.intake.table import read_table

__all__ = [
    "LEAST_CASES",
    "NOTICE",
    "Draft",
    "Forms",
    "ScoredFile",
    "cohort",
    "forms",
    "open_cohort",
    "pseudonymise",
    "read_table",
    "score_file",
    "suggest",
]
