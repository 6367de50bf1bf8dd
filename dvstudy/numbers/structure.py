"""The structure of a correlation matrix: eigenvalues, smoothing to a proper matrix, and what chance would give."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dvstudy.numbers import tetrachoric

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Eigenvalues below this are lifted to it: a correlation matrix has none below nought.
FLOOR: Final = 1e-10


def square(pairs: ArrayLike, size: int) -> Floats:
    """(..., size, size) symmetric matrices with ones on the diagonal from (..., pairs), in the order of
    ``numpy.triu_indices(size, 1)``."""
    values = np.asarray(pairs, float)
    matrix = np.broadcast_to(np.eye(size), (*values.shape[:-1], size, size)).copy()
    row, column = np.triu_indices(size, 1)
    matrix[..., row, column] = values
    matrix[..., column, row] = values
    return matrix


def known(matrix: Floats) -> NDArray[np.intp]:
    """Places of the items among which every correlation is known: those with the most gaps are left out first."""
    kept = np.arange(len(matrix))
    while len(kept):
        gaps = np.asarray(np.isnan(matrix[np.ix_(kept, kept)]).sum(axis=0))
        if not gaps.any():
            break
        kept = np.delete(kept, gaps.argmax())
    return kept


def eigenvalues(matrix: Floats) -> Floats:
    """Eigenvalues (..., size) of symmetric matrices, largest first; NaN for a matrix with an unknown entry."""
    unknown = np.asarray(np.isnan(matrix).any(axis=(-2, -1)))
    found = np.linalg.eigvalsh(np.where(unknown[..., None, None], np.eye(matrix.shape[-1]), matrix))[..., ::-1]
    return np.where(unknown[..., None], np.nan, found)


def smooth(matrix: Floats) -> tuple[Floats, bool]:
    """The matrix, made proper if it is not, and whether that was needed.

    Tetrachoric correlations estimated pair by pair need not fit together. Eigenvalues below `FLOOR` are lifted to it
    and the result is scaled back to ones on the diagonal (Knol and ten Berge 1989, Psychometrika 54, 53, for other
    ways). Checked against R psych ``cor.smooth``.
    """
    values, vectors = np.linalg.eigh(matrix)
    if values.min(initial=1.0) >= FLOOR:
        return matrix, False
    lifted = (vectors * np.maximum(values, FLOOR)) @ vectors.T
    scale = np.sqrt(np.diag(lifted))
    return lifted / np.outer(scale, scale), True


def parallel(yes: Flags, answered: Flags, rng: np.random.Generator, *, draws: int) -> Floats:
    """(draws, items) eigenvalues that items of these margins would have if nothing joined them.

    Each item's answers are put in a random order of their own among the rows that answered it (Buja and Eyuboglu 1992,
    Multivariate Behav Res 27, 509): margins stay, and so do gaps, which often come together, and with them the number
    of rows behind each pair. Matrices are smoothed as those of the data are. Rows are exchanged across clusters:
    eigenvalues owed to stations alone do not count as chance here.
    """
    items = yes.shape[1]
    given = [(np.flatnonzero(answered[:, k]), yes[answered[:, k], k]) for k in range(items)]
    mixed = np.zeros(answered.shape, bool)
    row, column = np.triu_indices(items, 1)
    cells = np.empty((draws, len(row), 2, 2))
    for draw in range(draws):
        for k, (rows, values) in enumerate(given):
            mixed[rows, k] = rng.permutation(values)
        cells[draw] = tetrachoric.tables(mixed, answered)[row, column]
    matrices = square(tetrachoric.tetrachoric(cells).rho, items)
    return eigenvalues(np.stack([m if np.isnan(m).any() else smooth(m)[0] for m in matrices]))
