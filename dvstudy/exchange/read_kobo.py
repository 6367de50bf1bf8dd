"""Forms collected with the exported XLSForm, in KoboToolbox or ODK."""

from __future__ import annotations

from pathlib import Path

from dvstudy.exchange import xlsform
from dvstudy.exchange.read import Exported, read
from dvstudy.instruments import Instrument
from dvstudy.intake.forms import Forms


def read_kobo(path: str | Path, instrument: Instrument) -> Forms:
    """The forms of a KoboToolbox export (XLSX or CSV; values as XML names or as labels) or an ODK Central export (CSV).

    Parameters
    ----------
    path
        The export of a project made with `write(instrument, ..., "xlsform")`, with or without groups in the headings.
    instrument
        The definition that the form was made from; forms filled in with another version are refused.

    Returns
    -------
    `intake.Forms`, whose `answers` go to `scoring.score` as they are. A question that a yes elsewhere hid reads as no.

    Raises
    ------
    CheckFailed, Refused
        As `read` says; a file of fewer than 30 forms is refused.
    """
    names = xlsform.field_names(instrument)
    return read(
        Path(path), instrument, Exported(names.case, names.items, swaps=xlsform.SWAPS, version=names.version)
    )  # fmt: skip
