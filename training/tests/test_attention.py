"""Attention by tiles learns what PyTorch's own attention learns."""

from __future__ import annotations

import importlib.util
import unittest

if importlib.util.find_spec("torch") is None:
    raise unittest.SkipTest("needs PyTorch, which only a training run installs")

import torch
import torch.nn.functional as functional

from leastwise_training.attention import BITS, Tiles, attended

ROWS, HEADS, KEY_HEADS, WIDTH = 2, 4, 2, 16


def seen_of(lengths: list[list[int]], causal: bool) -> torch.Tensor:
    """Which tokens see each other in rows of pieces of these lengths."""
    pieces = torch.stack([torch.repeat_interleave(torch.tensor(row)) for row in lengths])
    seen = pieces[:, :, None] == pieces[:, None, :]
    return seen & torch.ones(seen.shape[1:], dtype=torch.bool).tril() if causal else seen


class Attention(unittest.TestCase):
    def compare(self, lengths: list[list[int]], causal: bool) -> None:
        for numbers in BITS:
            with self.subTest(numbers=numbers):
                self.compare_in(numbers, seen_of(lengths, causal))

    def compare_in(self, numbers: torch.dtype, seen: torch.Tensor) -> None:
        torch.manual_seed(1)
        random = lambda heads: torch.randn(ROWS, heads, seen.shape[1], WIDTH).to(numbers)  # noqa: E731
        given = [random(HEADS), random(KEY_HEADS), random(KEY_HEADS)]
        learned = random(HEADS)

        def outcome(values: list[torch.Tensor], mix) -> list[torch.Tensor]:  # noqa: ANN001
            values = [value.clone().requires_grad_() for value in values]
            mixed = mix(*values)
            mixed.backward(learned.to(mixed.dtype))
            return [mixed.detach()] + [value.grad for value in values]

        tiled = outcome(given, lambda q, k, v: attended(q / WIDTH**0.5, k, v, Tiles.of(seen, numbers)))
        exact = outcome(
            [value.double() for value in given],
            lambda q, k, v: functional.scaled_dot_product_attention(q, k, v, seen[:, None], enable_gqa=True),
        )
        for name, found, wanted in zip(("mixed", "query", "key", "value"), tiled, exact, strict=True):
            self.assertLess(float((found - wanted).norm() / wanted.norm()), 0.01, name)

    def test_pieces_in_rows(self) -> None:
        self.compare([[150, 70, 164], [384]], causal=True)

    def test_a_row_that_no_tile_divides(self) -> None:
        self.compare([[5, 128, 68], [201]], causal=True)

    def test_tokens_that_see_those_after_them(self) -> None:
        self.compare([[150, 106], [3, 253]], causal=False)

    def test_no_tile_has_more_columns_than_it_sees(self) -> None:
        spans = Tiles.of(seen_of([[200, 184]], causal=True), torch.float32).spans
        # The second tile holds the end of the first piece; the third only tokens of the second, which begins at 200.
        self.assertEqual([(span.columns.start, span.columns.stop) for span in spans], [(0, 128), (0, 256), (192, 384)])


if __name__ == "__main__":
    unittest.main()
