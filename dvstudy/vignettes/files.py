"""Writing a set: two pages and its record, all or nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dvstudy.errors import CheckFailed, Problem, UsageError
from dvstudy.render.html import to_html
from dvstudy.vignettes import bank as banks
from dvstudy.vignettes import checking
from dvstudy.vignettes.key_page import key
from dvstudy.vignettes.model import LANGUAGES
from dvstudy.vignettes.participants_page import participants
from dvstudy.vignettes.record import VignetteSet


def write(made: VignetteSet, folder: Path, *, language: str, force: bool = False) -> list[Path]:
    """Write the printable pages of a set in one language.

    Parameters
    ----------
    made
        A set from `make`.
    folder
        Made if it is not there. Pages of another language in it stay as they are.
    language
        Code of a language of the sentence bank.
    force
        Replace pages of this language that are already there.

    Returns
    -------
    list of Path
        ``participants_<language>.html`` (cover; for each case a content note, the text, a blank form),
        ``key_<language>.html`` (for the trainer: right answers with the deciding sentence, the rule's outcome with its
        reason, points to talk about) and ``vignettes_<language>.json`` (the whole record).

    Raises
    ------
    UsageError
        For a language the bank does not speak, or a page that is already there (without `force`).
    CheckFailed
        When any vignette fails a check, or the set was made with another sentence bank. Nothing is written then.
    """
    if language not in LANGUAGES:
        raise UsageError("vignettes_language", language=language, known=", ".join(LANGUAGES))
    _check(made)
    folder = Path(folder)
    texts = {
        f"participants_{language}.html": to_html(participants(made, language)),
        f"key_{language}.html": to_html(key(made, language)),
        f"vignettes_{language}.json": made.to_json(),
    }
    for name in texts:
        if (folder / name).exists() and not force:
            raise UsageError("target_exists", target=name)
    if folder.exists() and not folder.is_dir():
        raise UsageError("target_not_folder", target=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".vignettes-", dir=folder) as staging:
        for name, text in texts.items():
            (Path(staging) / name).write_text(text, encoding="utf-8", newline="\n")
        return [(Path(staging) / name).replace(folder / name) for name in texts]


def _check(made: VignetteSet) -> None:
    bank = banks.load()
    found = [fault for v in made.vignettes for fault in checking.faults(v, bank, made.instrument)]
    if made.bank != banks.version(bank):
        found.insert(0, Problem("vignette_bank", found=made.bank, allowed=(banks.version(bank),)))
    if found:
        raise CheckFailed("vignettes", found)
