"""An instrument in the formats that other programs read, each with the list of what it loses; filled forms back."""

from dvstudy.exchange.losses import Loss, show_losses
from dvstudy.exchange.read_kobo import read_kobo
from dvstudy.exchange.read_redcap import read_redcap
from dvstudy.exchange.write import FORMATS, write

__all__ = ["FORMATS", "Loss", "read_kobo", "read_redcap", "show_losses", "write"]
