"""Forms collected with the exported REDCap dictionary."""

from __future__ import annotations

from pathlib import Path

from dvstudy.exchange import redcap
from dvstudy.exchange.read import Exported, read
from dvstudy.instruments import Instrument
from dvstudy.intake.forms import Forms


def read_redcap(path: str | Path, instrument: Instrument) -> Forms:
    """The forms of a REDCap data export (CSV, raw or with labels).

    Parameters
    ----------
    path
        The export of a project made with `write(instrument, ..., "redcap")`; other fields may stand beside.
    instrument
        The definition that the dictionary was made from.

    Returns
    -------
    `intake.Forms`, whose `answers` go to `scoring.score` as they are. A question that a yes elsewhere hid reads as no.

    Raises
    ------
    CheckFailed, Refused
        As `read` says; a file of fewer than 30 forms is refused.
    """
    codes = {
        item: {number: code for code, number in redcap.answer_codes(instrument, item).items()}
        for item in instrument.item_ids
    }
    names = redcap.field_names(instrument).items
    return read(Path(path), instrument, Exported(redcap.RECORD, names, codes, redcap.SWAPS))
