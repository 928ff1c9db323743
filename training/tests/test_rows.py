"""Pieces fill rows, and none is lost or read twice."""

from __future__ import annotations

import random
import unittest

import numpy as np

from leastwise_training.rows import ROW_TOKENS, filled, grouped


class Rows(unittest.TestCase):
    def setUp(self) -> None:
        self.lengths = np.random.default_rng(1).integers(1, ROW_TOKENS + 1, 3000).astype(np.uint16)

    def test_every_piece_is_in_one_row_and_no_row_is_too_long(self) -> None:
        rows = filled(list(range(3000)), self.lengths)
        self.assertEqual(sorted(piece for row in rows for piece in row), list(range(3000)))
        self.assertLessEqual(max(sum(int(self.lengths[piece]) for piece in row) for row in rows), ROW_TOKENS)

    def test_short_pieces_fill_what_long_ones_leave(self) -> None:
        lengths = np.array([300, 212, 500, 12, 512])
        self.assertEqual([sorted(row) for row in filled([0, 1, 2, 3, 4], lengths)], [[4], [2, 3], [0, 1]])

    def test_batches_have_one_size(self) -> None:
        groups = list(grouped(list(range(3000)), self.lengths, 16, random.Random(1)))
        self.assertTrue(groups)
        self.assertEqual({len(group) for group in groups}, {16})


if __name__ == "__main__":
    unittest.main()
