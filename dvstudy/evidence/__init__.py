"""Published figures with their sources, and checks on what a paper prints."""

from dvstudy.evidence.audit import audit
from dvstudy.evidence.bayes import BayesCheck, RateReading, bayes_check, false_positive_reading
from dvstudy.evidence.catalogue import COLUMNS, STATUSES, figures, ratio, read, value
from dvstudy.evidence.counts import Counts, consistent_shares, whole_counts
from dvstudy.evidence.nation import nation
from dvstudy.evidence.published import prevalence, read_prevalence, read_validation, validation
from dvstudy.evidence.tables import Consistency, consistent_tables

__all__ = [
    "COLUMNS", "STATUSES", "BayesCheck", "Consistency", "Counts", "RateReading", "audit", "bayes_check",
    "consistent_shares", "consistent_tables", "false_positive_reading", "figures", "nation", "prevalence", "ratio",
    "read", "read_prevalence", "read_validation", "validation", "value", "whole_counts",
]  # fmt: skip
