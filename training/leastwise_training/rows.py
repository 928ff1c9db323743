"""Puts pieces into rows of one length, so that the compiled network meets one shape."""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from collections.abc import Iterator

import numpy as np

ROW_TOKENS = 512
"""The tokens of a row. No piece is longer."""

WINDOW = 8192
"""Pieces among which those are sought that fill a row."""


def filled(pieces: list[int], lengths: np.ndarray) -> list[list[int]]:
    """Rows of at most `ROW_TOKENS`: each piece, the longest first, goes where it leaves least room."""
    rows: list[list[int]] = []
    room: list[tuple[int, int]] = []
    for piece in sorted(pieces, key=lambda piece: -int(lengths[piece])):
        length = int(lengths[piece])
        place = bisect_left(room, (length, 0))
        if place < len(room):
            left, row = room.pop(place)
        else:
            left, row = ROW_TOKENS, len(rows)
            rows.append([])
        rows[row].append(piece)
        insort(room, (left - length, row))
    return rows


def grouped(pieces: list[int], lengths: np.ndarray, size: int, chance: random.Random) -> Iterator[list[list[int]]]:
    """The rows of one batch after the other. What does not fill a last one is left out: it would be a shape of its own."""
    waiting: list[list[int]] = []
    for at in range(0, len(pieces), WINDOW):
        rows = filled(pieces[at : at + WINDOW], lengths)
        chance.shuffle(rows)
        waiting += rows
        while len(waiting) >= size:
            yield waiting[:size]
            waiting = waiting[size:]
