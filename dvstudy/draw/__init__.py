"""Pictures of results: each paints on one Axes that the caller gives. The only door to matplotlib.

Every picture reads a tidy table and the frames of a result, and leaves out what is missing: a hidden row shows as
hidden, an absent frame as an empty picture that says so. Labels come from the catalogues, numbers are written as the
language writes them, and the synthetic mark stands inside each picture.
"""

from dvstudy.draw.files import png, save, svg
from dvstudy.draw.pictures import Picture, names, picture, size

__all__ = ["Picture", "names", "picture", "png", "save", "size", "svg"]
