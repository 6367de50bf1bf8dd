"""The form to print: one HTML page with boxes to tick, or the same as an accessible PDF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dvstudy import language as lang
from dvstudy import provenance
from dvstudy.errors import UsageError
from dvstudy.exchange.safe import Texts
from dvstudy.exchange.sheet import sheet
from dvstudy.instruments import Instrument
from dvstudy.render.html import css_string

if TYPE_CHECKING:
    from jinja2 import Template


def html(instrument: Instrument, languages: Sequence[str], texts: Texts) -> bytes:
    """One page that needs nothing else, laid out for A4; prints from any browser."""
    page = _template().render(
        form=sheet(instrument, languages), instrument=instrument, version=provenance.package_version()
    )
    return page.encode("utf-8")


def pdf(instrument: Instrument, languages: Sequence[str], texts: Texts) -> bytes:
    """The same as PDF, built to PDF/UA-1 for screen readers, with its own fonts; equal forms give equal bytes.

    Raises
    ------
    UsageError
        `needs_package` when typst is not installed (``pip install "dvstudy[reports]"``).
    """
    try:
        import typst
    except ImportError:
        raise UsageError("needs_package", package="typst", extra="reports") from None
    said = json.dumps(sheet(instrument, languages), ensure_ascii=False)
    template = files("dvstudy.exchange").joinpath("templates/form.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[_fonts()])
    return typst.compile(
        template, format="pdf", font_paths=fonts, sys_inputs={"form": said}, pdf_standards="ua-1", timestamp=0
    )


def _fonts() -> Path:
    """The fonts that come with matplotlib: the same on every machine, and with all letters of Romanian."""
    found = find_spec("matplotlib")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("dvstudy.exchange", "templates"), autoescape=True, undefined=StrictUndefined
    )
    made.filters["css_string"] = css_string
    made.globals["dash"] = lang.DASH
    return made.get_template("form.html.j2")
