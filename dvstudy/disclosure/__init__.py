"""The one gate between a result and anything that is shown: small counts do not pass it.

`protect` hides every group of a result that rests on few people, then as many further groups as it takes for the
hidden ones not to come back by subtraction. Data that are not proven synthetic are treated in `restricted` mode:
nothing switches the rules off, counts are rounded, and a table that the gate does not know does not pass.
"""

from dvstudy.disclosure.policy import LEAST, Policy, policy
from dvstudy.disclosure.protect import hidden_cells, protect
from dvstudy.disclosure.sentences import protect_values, withheld

__all__ = ["LEAST", "Policy", "hidden_cells", "policy", "protect", "protect_values", "withheld"]
