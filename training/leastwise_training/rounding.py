"""How the feed-forward weights are best rounded to four bits: what is lost at one is made up for in those that follow it.

How much in which hangs on how the layer's inputs go together. The triangles that say so travel in the adapter, and
`server/model/src/gguf/rounding.rs` rounds by them.
"""

from __future__ import annotations

import numpy as np

SPAN = 192
"""Inputs that make up for each other. In spans of 32 less is made up for; one span of all inputs would be ten times as large a file."""
DAMPED = 0.01
"""The share of the mean second moment that is added to each input's, so that none is taken for free."""


def triangles(moments: np.ndarray, span: int = SPAN) -> np.ndarray:
    """For each span of inputs the upper triangle, row by row, whose square is the inverse of their second moments."""
    moments = moments / np.diag(moments).mean()
    found = []
    for start in range(0, len(moments), span):
        within = moments[start : start + span, start : start + span] + DAMPED * np.eye(span)
        upper = np.linalg.cholesky(np.linalg.inv(within)).T
        found.append(upper[np.triu_indices(span)])
    return np.stack(found)
