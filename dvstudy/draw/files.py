"""A picture as SVG text or a PNG file; the same picture gives the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from dvstudy.draw.style import RC
from dvstudy.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Paint = Callable[["Axes"], None]
#: Screen pixels an inch: a page shows pictures a little larger than print does.
_SCREEN: Final = 110
#: What matplotlib says in a style sheet, which inside a page would apply to everything on it.
_STROKES: Final = "stroke-linejoin: round; stroke-linecap: butt"
_SUFFIXES: Final = (".png", ".svg")


def svg(paint: Paint, size: tuple[float, float], *, name: str, title: str, description: str) -> str:
    """An ``<svg>`` element for a page.

    Parameters
    ----------
    paint
        Paints on the one Axes it is given.
    size
        Width and height in inches.
    name
        Prefix of every id inside, so that several pictures can stand on one page.
    title, description
        Its name and what it shows, in words; read out in place of the picture.
    """
    drawn = _bytes(paint, size, "svg").decode("utf-8")
    element = drawn[drawn.index("<svg") :].strip()
    inline = f'style="max-width: {size[0] * _SCREEN:.0f}px; {_STROKES}" '
    return _described(_own_ids(element, name).replace("<svg ", f"<svg {inline}", 1), name, title, description)


def png(paint: Paint, size: tuple[float, float], *, dpi: int = 150) -> bytes:
    """The picture as PNG bytes."""
    return _bytes(paint, size, "png", dpi=dpi)


def save(paint: Paint, path: Path, size: tuple[float, float] = (7.0, 4.2), *, force: bool = False) -> Path:
    """Write the picture to `path`, ending in .png or .svg; an existing file needs `force`."""
    path = Path(path)
    if path.suffix not in _SUFFIXES:
        raise UsageError("picture_format", name=path.name, allowed=", ".join(_SUFFIXES))
    if path.exists() and not force:
        raise UsageError("target_exists", target=path.name)
    path.write_bytes(_bytes(paint, size, path.suffix.removeprefix(".")))
    return path


@contextmanager
def _figure(size: tuple[float, float]) -> Iterator[Figure]:
    """A figure in the house style, outside pyplot's global list."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(cast(Any, dict(RC))):
        yield Figure(figsize=size, layout="constrained")


def _bytes(paint: Paint, size: tuple[float, float], kind: str, dpi: int = 150) -> bytes:
    out = BytesIO()
    with _figure(size) as figure:
        paint(figure.subplots())
        facts: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, metadata=facts, dpi=dpi)
    return out.getvalue()


def _own_ids(element: str, name: str) -> str:
    """Every id and every reference to one, prefixed by the picture's own name."""
    element = re.sub(r'\bid="', f'id="{name}-', element)
    element = re.sub(r'(xlink:href|href)="#', rf'\1="#{name}-', element)
    return re.sub(r"url\(#", f"url(#{name}-", element)


def _described(element: str, name: str, title: str, description: str) -> str:
    element = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", element, flags=re.DOTALL)
    opening, _, rest = element.partition(">")
    named = f'{opening} role="img" aria-labelledby="{name}-title {name}-desc">'
    words = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    return f"{named}{words}{rest}"
