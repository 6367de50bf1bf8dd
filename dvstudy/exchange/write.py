"""Writing an instrument in one of the formats of other programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dvstudy import language as lang
from dvstudy import writing
from dvstudy.checks import nearest
from dvstudy.errors import Refused, UsageError
from dvstudy.exchange import codebook, codebook_table, fhir, printed, redcap, xlsform
from dvstudy.exchange.losses import Loss, losses
from dvstudy.exchange.safe import Texts
from dvstudy.instruments import Instrument

_Make = Callable[[Instrument, Sequence[str], Texts], bytes]


@dataclass(frozen=True)
class _Kind:
    """`suffix` of the file, what makes it, whether it holds several languages, the signs it obeys inside a text, and
    whether it is of use without questions."""

    suffix: str
    make: _Make
    several: bool = True
    swaps: Sequence[tuple[str, str]] = field(default=())
    empty: bool = False


_KINDS: Final[Mapping[str, _Kind]] = {
    "redcap": _Kind(".csv", lambda i, c, t: redcap.dictionary(i, c[0], t), several=False, swaps=redcap.SWAPS),
    "xlsform": _Kind(".xlsx", xlsform.workbook, swaps=xlsform.SWAPS),
    "fhir": _Kind(".json", fhir.questionnaire),
    "form_html": _Kind(".html", printed.html),
    "form_pdf": _Kind(".pdf", printed.pdf),
    "codebook_html": _Kind(".html", codebook.page, several=False, empty=True),
    "codebook_csv": _Kind(".csv", codebook_table.table, empty=True),
}
#: Names of the formats with the ending of their files.
FORMATS: Final[Mapping[str, str]] = {name: kind.suffix for name, kind in _KINDS.items()}


def write(
    instrument: Instrument,
    path: str | Path,
    format: str,
    languages: str | Sequence[str] | None = None,
    *,
    force: bool = False,
) -> tuple[Loss, ...]:
    """Write `instrument` to `path` and say what the format loses.

    Parameters
    ----------
    instrument
        A definition, also one with an overlay: official wording leaves only where its rights allow it.
    path
        The file to write; its ending is that of the format (`FORMATS`).
    format
        One of `FORMATS`.
    languages
        Codes of one or more languages, the main one first; None takes all that the package speaks. A format that
        holds one language takes the first.
    force
        Replace a file that is there.

    Returns
    -------
    What the written file lacks of the definition, each loss with its words in every language.

    Raises
    ------
    UsageError
        Unknown format or language, a wrong ending, a file that is there without `force`.
    Refused
        `nothing_to_ask`: a form whose questions are not known.
    """
    path = Path(path)
    kind = _kind(format, path)
    asked = _asked(languages)
    if not instrument.items and not kind.empty:
        raise Refused("nothing_to_ask", instrument=instrument.id)
    kept = asked if kind.several else asked[:1]
    texts = Texts(kind.swaps)
    writing.check(path, force=force)
    writing.put(path, kind.make(instrument, kept, texts), force=force)
    return tuple(losses(instrument, format, left_out=asked[len(kept) :], altered=texts.altered))


def _kind(format: str, path: Path) -> _Kind:
    if format not in _KINDS:
        near = nearest(format, list(_KINDS))
        raise UsageError("unknown_format", found=format, known=", ".join(_KINDS), nearest=near or lang.DASH)
    kind = _KINDS[format]
    if path.suffix.lower() != kind.suffix:
        raise UsageError("wrong_suffix", target=path.name, format=format, suffix=kind.suffix)
    return kind


def _asked(languages: str | Sequence[str] | None) -> tuple[str, ...]:
    asked = (languages,) if isinstance(languages, str) else tuple(dict.fromkeys(languages or lang.languages()))
    for code in asked:
        if code not in lang.languages():
            raise UsageError("unknown_language", found=code, known=", ".join(lang.languages()))
    return asked
