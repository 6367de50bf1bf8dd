"""The command line: parse, call one public function, say what was written."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dvstudy import language as lang
from dvstudy.cli.parser import parser
from dvstudy.errors import DvstudyError

_FAULT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did its work, 2 when the input or the call was at fault."""
    given = list(sys.argv[1:] if argv is None else argv)
    language = _language(given)
    options = parser(language).parse_args(given)
    try:
        for line in options.command(options, language):
            sys.stdout.write(f"{line}\n")
    except DvstudyError as fault:
        sys.stderr.write(f"{fault.text(language)}\n")
        return _FAULT
    except BrokenPipeError:  # the reader of the output, such as a pager, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as fault:
        sys.stderr.write(f"{lang.text('cli.fault.system', language, path=fault.filename, detail=fault.strerror)}\n")
        return _FAULT
    except KeyboardInterrupt:
        sys.stderr.write(f"{lang.text('cli.interrupted', language)}\n")
        return 130
    return 0


def _language(argv: Sequence[str]) -> str:
    """The language of help and messages: `--language`, else DVSTUDY_LANGUAGE, else English."""
    wanted = os.environ.get("DVSTUDY_LANGUAGE", lang.BASE)
    for position, word in enumerate(argv):
        if word == "--language" and position + 1 < len(argv):
            wanted = argv[position + 1]
        elif word.startswith("--language="):
            wanted = word.partition("=")[2]
    return wanted if wanted in lang.languages() else lang.BASE
