"""Measures how the feed-forward weights are best rounded to four bits: what is lost at one is made up for in those that follow it.

How much in which hangs on how the layer's inputs go together. The triangles that say so travel in the adapter, and
`server/model/src/gguf/rounding.rs` rounds by them.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from torch import Tensor

from .network import Block, Detector
from .rows import filled
from .train import Batches

SPAN = 192
"""Inputs that make up for each other. In spans of 32 less is made up for; one span of all inputs would be ten times as large a file."""
PIECES = 2000
"""So many are looked at: half a million tokens."""
ROWS_AT_ONCE = 8
DAMPED = 0.01
"""The share of the mean second moment that is added to each input's, so that none is taken for free."""

Roundings = dict[tuple[int, str], np.ndarray]
"""The triangles of a layer's spans, by the layer and the name of the matrix, `ffn_gate` being rounded as `ffn_up`."""


def triangles(moments: np.ndarray, span: int = SPAN) -> np.ndarray:
    """For each span of inputs the upper triangle, row by row, whose square is the inverse of their second moments."""
    moments = moments / np.diag(moments).mean()
    found = []
    for start in range(0, len(moments), span):
        within = moments[start : start + span, start : start + span] + DAMPED * np.eye(span)
        upper = np.linalg.cholesky(np.linalg.inv(within)).T
        found.append(upper[np.triu_indices(span)])
    return np.stack(found)


@torch.no_grad()
def measure(detector: Detector, batches: Batches) -> Roundings:
    """How the weights of all layers are rounded, by what they are multiplied with in pieces drawn by chance."""
    pieces = batches.pieces
    chosen = np.random.default_rng(1).choice(len(pieces), min(PIECES, len(pieces)), replace=False)
    rows = filled(sorted(chosen.tolist()), pieces.lengths)
    moments: dict[tuple[int, str], Tensor] = {}

    def look(layer: int, normal: Tensor, inner: Tensor) -> None:
        for part, inputs in (("ffn_up", normal), ("ffn_down", inner)):
            # The last layer is shown nothing but the places that are judged, the others whole rows with what fills them up.
            flat = (inputs[batch.rows.segments >= 0] if inputs.dim() == 3 else inputs).float()
            seen = (flat.t() @ flat).double().cpu()
            moments[layer, part] = moments.get((layer, part), 0) + seen

    blocks: list[Block] = list(detector.blocks)
    for layer, block in enumerate(blocks):
        block.look = partial(look, layer)
    for at in range(0, len(rows), ROWS_AT_ONCE):
        batch = batches.of(rows[at : at + ROWS_AT_ONCE])
        detector(batch.rows, batch.places)
    for block in blocks:
        block.look = None
    return {place: triangles(seen.numpy()) for place, seen in moments.items()}
