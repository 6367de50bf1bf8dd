"""From answers to scores, levels and decisions, with what the missing answers could change.

Research and training only: `score` describes forms, `explain` serves synthetic cases and training vignettes, and no
function says what to do about a person.
"""

from dvstudy.scoring.answers import as_answers
from dvstudy.scoring.case import Case, example_case, synthetic_case, vignette_case
from dvstudy.scoring.decide import decide
from dvstudy.scoring.forms import score
from dvstudy.scoring.reasons import Explanation, explain
from dvstudy.scoring.versions import changed_decisions

__all__ = [
    "Case", "Explanation", "as_answers", "changed_decisions", "decide", "example_case", "explain", "score",
    "synthetic_case", "vignette_case",
]  # fmt: skip
