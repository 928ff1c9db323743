"""Attention for processors without a flash kernel that learns quickly.

PyTorch's attention on a CPU spends four fifths of its time on its gradient. Here both ways are plain products, tile by tile:
some tokens of a row, against only those columns that one of them sees. Pieces that share a row and causality leave about half
of all, and a tile stays in a core's cache.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

TILE_TOKENS = 128
COLUMNS_ALIGNED = 64
"""Columns begin and end at a multiple of this, so that few shapes of products are met: each is prepared once."""

HIDDEN = -32768.0
"""The score of what is not seen: its exponential is zero."""

BITS = {torch.bfloat16: torch.int16, torch.float32: torch.int32}
"""Integers as wide as a score."""


@dataclass(frozen=True)
class Span:
    """Tokens of a row, and the columns that any of them sees."""

    row: int
    tokens: slice
    columns: slice


@dataclass(frozen=True)
class Tiles:
    """Which tokens see each other, for all layers of one batch.

    Two operations on bits hide a score, five times as quickly as an addition in 16 bits, which is made in 32.
    """

    spans: list[Span]
    kept: Tensor
    """For each row, token and column all bits where the column is seen, else none."""
    hidden: Tensor
    """The bits of `HIDDEN` where the column is not seen, else none."""

    @classmethod
    def of(cls, seen: Tensor, numbers: torch.dtype) -> Tiles:
        """From rows of tokens and columns, true where the token sees the column, for scores of such numbers."""
        length = seen.shape[1]
        spans = []
        for begin in range(0, length, TILE_TOKENS):
            tokens = slice(begin, min(begin + TILE_TOKENS, length))
            columns = seen[:, tokens].any(dim=1).int()
            firsts, lasts = columns.argmax(dim=1), length - 1 - columns.flip(1).argmax(dim=1)
            for row, (first, last) in enumerate(zip(firsts.tolist(), lasts.tolist(), strict=True)):
                ends = min((last // COLUMNS_ALIGNED + 1) * COLUMNS_ALIGNED, length)
                spans.append(Span(row, tokens, slice(first // COLUMNS_ALIGNED * COLUMNS_ALIGNED, ends)))
        fill = torch.tensor(HIDDEN, dtype=numbers).view(BITS[numbers])
        return cls(spans, -seen.to(fill.dtype), (~seen).to(fill.dtype) * fill)


@torch.compiler.disable
def attended(query: Tensor, key: Tensor, value: Tensor, tiles: Tiles) -> Tensor:
    """What `scaled_dot_product_attention` gives for `query / sqrt(width)`, up to rounding; several query heads may look at one key head.

    All are batch, heads, tokens and width. A token must see at least one column.
    """
    return _Attention.apply(query, key, value, tiles)


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(context, query: Tensor, key: Tensor, value: Tensor, tiles: Tiles) -> Tensor:  # noqa: ANN001
        key_turned = key.transpose(2, 3).contiguous()
        grouped = _by_key_head(query, key)
        mixed = torch.empty_like(query)
        mixed_grouped = _by_key_head(mixed, key)
        weights = []
        for span in tiles.spans:
            row, tokens, columns = span.row, span.tokens, span.columns
            scores = torch.bmm(_gathered(grouped, span), key_turned[row, :, :, columns])
            bits = scores.view(BITS[scores.dtype]).view(query.shape[1], -1, scores.shape[2])
            bits.bitwise_and_(tiles.kept[row, tokens, columns]).bitwise_or_(tiles.hidden[row, tokens, columns])
            weights.append(torch.softmax(scores, dim=-1))
            _put(mixed_grouped, span, torch.bmm(weights[-1], value[row, :, columns]))
        context.save_for_backward(query, key, value, *weights)
        context.tiles = tiles
        return mixed

    @staticmethod
    def backward(context, learned: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:  # noqa: ANN001
        query, key, value, *weights = context.saved_tensors
        value_turned = value.transpose(2, 3).contiguous()
        grouped, learned = _by_key_head(query, key), _by_key_head(learned, key)
        of_query, of_key, of_value = torch.empty_like(query), torch.zeros_like(key), torch.zeros_like(value)
        of_query_grouped = _by_key_head(of_query, key)
        for span, weight in zip(context.tiles.spans, weights, strict=True):
            row, columns = span.row, span.columns
            out = _gathered(learned, span)
            of_value[row, :, columns].baddbmm_(weight.transpose(1, 2), out)
            of_weight = torch.bmm(out, value_turned[row, :, :, columns])
            of_scores = torch._softmax_backward_data(of_weight, weight, -1, weight.dtype)
            _put(of_query_grouped, span, torch.bmm(of_scores, key[row, :, columns]))
            of_key[row, :, columns].baddbmm_(of_scores.transpose(1, 2), _gathered(grouped, span))
        return of_query, of_key, of_value, None


def _by_key_head(queries: Tensor, key: Tensor) -> Tensor:
    """The query heads of each key head together: batch, key heads, query heads of one, tokens and width."""
    return queries.unflatten(1, (key.shape[1], -1))


def _gathered(grouped: Tensor, span: Span) -> Tensor:
    """A tile, the query heads of one key head below each other."""
    return grouped[span.row, :, :, span.tokens].flatten(1, 2)


def _put(grouped: Tensor, span: Span, values: Tensor) -> None:
    tile = grouped[span.row, :, :, span.tokens]
    tile.copy_(values.view(tile.shape))
