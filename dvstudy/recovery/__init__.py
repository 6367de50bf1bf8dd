"""Does an estimator find what was put in? One estimator on many synthetic cohorts, against their stored truth.

See ``docs/recovery.md``.
"""

from dvstudy.recovery.estimator import Estimator
from dvstudy.recovery.run import Recovery, recover

__all__ = ["Estimator", "Recovery", "recover"]
