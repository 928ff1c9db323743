"""The detector's network: the first layers of a Llama with low-rank adapters, and label rows on its states.

Only what llama.cpp computes as well: a trained network leaves as weights of the same architecture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from .attention import Tiles, attended

PROJECTIONS = {
    "attn_q": "query",
    "attn_k": "key",
    "attn_v": "value",
    "attn_output": "output",
    "ffn_gate": "gate",
    "ffn_up": "up",
    "ffn_down": "down",
}
"""The linear layers of a block: the name in a GGUF file, and ours."""


def number_type() -> torch.dtype:
    """What the network counts in: 16 bits where the processor multiplies them by itself, else 32, of which it multiplies nearly
    twice as many."""
    by_itself = torch.cuda.is_available() or torch.cpu.get_capabilities().get("amx_bf16", False)
    return torch.bfloat16 if by_itself else torch.float32


@dataclass(frozen=True)
class Shape:
    """The sizes of a Llama."""

    width: int
    heads: int
    key_heads: int
    epsilon: float
    rope_base: float

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class Base:
    """The untrained model, from its GGUF file."""

    def __init__(self, path: Path) -> None:
        reader = gguf.GGUFReader(path)
        field = lambda name: reader.fields[f"llama.{name}"].contents()  # noqa: E731
        self.reader = reader
        self.shape = Shape(
            width=field("embedding_length"),
            heads=field("attention.head_count"),
            key_heads=field("attention.head_count_kv"),
            epsilon=field("attention.layer_norm_rms_epsilon"),
            rope_base=field("rope.freq_base"),
        )
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}

    def tensor(self, name: str) -> Tensor:
        """The weights of this name as 32-bit numbers, the rows of queries and keys in the order that `rotated` expects."""
        stored = self._tensors[name]
        weights = gguf.quants.dequantize(stored.data, stored.tensor_type).astype(np.float32)
        heads = {"attn_q": self.shape.heads, "attn_k": self.shape.key_heads}.get(name.split(".")[-2])
        if heads:
            # GGUF keeps the two numbers of a rotation side by side; here the first of all stand before the second of all.
            weights = weights.reshape(heads, -1, 2, weights.shape[1]).swapaxes(1, 2).reshape(weights.shape)
        return torch.from_numpy(np.ascontiguousarray(weights))


class Adapted(nn.Module):
    """A frozen linear layer with a trained correction of low rank."""

    def __init__(self, weights: Tensor, rank: int) -> None:
        super().__init__()
        outputs, inputs = weights.shape
        self.register_buffer("weights", weights.to(number_type()), persistent=False)
        self.down = nn.Parameter(torch.randn(rank, inputs) / math.sqrt(inputs))
        self.up = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, states: Tensor) -> Tensor:
        if states.device.type == "cpu":
            return _Merged.apply(states, self.weights, self.down, self.up)
        corrected = functional.linear(functional.linear(states, self.down.to(states.dtype)), self.up.to(states.dtype))
        return functional.linear(states, self.weights) + corrected


class _Merged(torch.autograd.Function):
    """An adapted layer for a CPU, where thin products cost nearly as much as thick ones: the correction is added to the weights,
    once in a step, and only what the two thin matrices learn needs products of its own."""

    @staticmethod
    def forward(context, states: Tensor, weights: Tensor, down: Tensor, up: Tensor) -> Tensor:  # noqa: ANN001
        down, up = down.to(states.dtype), up.to(states.dtype)
        merged = torch.addmm(weights, up, down)
        context.save_for_backward(states, merged, down, up)
        return functional.linear(states, merged)

    @staticmethod
    def backward(context, learned: Tensor) -> tuple[Tensor, None, Tensor, Tensor]:  # noqa: ANN001
        states, merged, down, up = context.saved_tensors
        flat, learned_flat = states.flatten(0, -2), learned.flatten(0, -2)
        of_down = (learned_flat @ up).t() @ flat
        of_up = learned_flat.t() @ (flat @ down.t())
        return learned @ merged, None, of_down.float(), of_up.float()


def rotated(heads: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary positions."""
    first, second = heads.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)


class Block(nn.Module):
    """A transformer layer."""

    def __init__(self, base: Base, layer: int, rank: int) -> None:
        super().__init__()
        self.shape = base.shape
        for stored, name in PROJECTIONS.items():
            setattr(self, name, Adapted(base.tensor(f"blk.{layer}.{stored}.weight"), rank))
        for name in ("attn_norm", "ffn_norm"):
            self.register_buffer(name, base.tensor(f"blk.{layer}.{name}.weight").to(number_type()), persistent=False)

    def forward(self, states: Tensor, cosine: Tensor, sine: Tensor, seen: Tensor | Tiles) -> Tensor:
        shape, (batch, length, _) = self.shape, states.shape
        normal = functional.rms_norm(states, (shape.width,), self.attn_norm, shape.epsilon)
        split = lambda values, heads: values.view(batch, length, heads, -1).transpose(1, 2)  # noqa: E731
        query = rotated(split(self.query(normal), shape.heads), cosine, sine)
        key = rotated(split(self.key(normal), shape.key_heads), cosine, sine)
        value = split(self.value(normal), shape.key_heads)
        if isinstance(seen, Tiles):
            mixed = attended(query / math.sqrt(shape.head_width), key, value, seen)
        else:
            # Several query heads look at one key head.
            group = shape.heads // shape.key_heads
            key, value = key.repeat_interleave(group, dim=1), value.repeat_interleave(group, dim=1)
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        mixed = mixed.transpose(1, 2).reshape(batch, length, -1)
        states = states + self.output(mixed)
        normal = functional.rms_norm(states, (shape.width,), self.ffn_norm, shape.epsilon)
        return states + self.down(functional.silu(self.gate(normal)) * self.up(normal))


class Exit(nn.Module):
    """Where a variant of the detector ends: its norm, and a row and a bias for each label."""

    def __init__(self, norm: Tensor, labels: int, epsilon: float) -> None:
        super().__init__()
        self.norm = nn.Parameter(norm.clone())
        self.rows = nn.Parameter(torch.zeros(labels, norm.shape[0]))
        self.bias = nn.Parameter(torch.zeros(labels))
        self.epsilon = epsilon

    def settle(self, states: Tensor, targets: Tensor) -> None:
        """Begins where the states lie: within a network, few of their numbers outweigh all others, and would drown them."""
        normal = functional.rms_norm(states.float(), self.norm.shape, None, self.epsilon)
        with torch.no_grad():
            self.norm.copy_(1 / normal.std(dim=0).clamp(min=1e-4))
            held = (targets == 1).float().sum(dim=0) + 0.5
            self.bias.copy_((held / (len(targets) - held).clamp(min=1)).log())

    def states(self, states: Tensor) -> Tensor:
        return functional.rms_norm(states.float(), self.norm.shape, self.norm, self.epsilon)

    def forward(self, states: Tensor) -> Tensor:
        return functional.linear(self.states(states), self.rows, self.bias)


@dataclass(frozen=True)
class Rows:
    """Pieces side by side: of each token its number, its place in its piece, and which piece of the row it belongs to."""

    tokens: Tensor
    positions: Tensor
    segments: Tensor

    @classmethod
    def of_one(cls, tokens: np.ndarray) -> Rows:
        """A piece alone."""
        one = torch.from_numpy(tokens.astype(np.int64))[None]
        return cls(one, torch.arange(len(tokens))[None], torch.zeros_like(one))


class Detector(nn.Module):
    """The first layers of the base, with an exit for each variant: the small one ends earlier in the same network."""

    def __init__(self, base: Base, variants: dict[str, int], labels: int, rank: int, causal: bool = True) -> None:
        super().__init__()
        self.shape, self.variants, self.causal = base.shape, dict(variants), causal
        self.register_buffer("embedding", base.tensor("token_embd.weight").to(number_type()), persistent=False)
        self.blocks = nn.ModuleList(Block(base, layer, rank) for layer in range(max(variants.values())))
        norm = base.tensor("output_norm.weight")
        self.exits = nn.ModuleDict({name: Exit(norm, labels, base.shape.epsilon) for name in variants})

    def forward(self, rows: Rows, places: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        """The states before each exit's norm at the given places, as rows and columns of the batch."""
        device = rows.tokens.device
        half = self.shape.head_width // 2
        angle = rows.positions[:, None, :, None] * self.shape.rope_base ** (-torch.arange(half, device=device) / half)
        cosine, sine = angle.cos().to(self.embedding.dtype), angle.sin().to(self.embedding.dtype)
        # Pieces that share a row do not see each other.
        seen = rows.segments[:, :, None] == rows.segments[:, None, :]
        if self.causal:
            length = rows.tokens.shape[1]
            seen = seen & torch.ones(length, length, dtype=torch.bool, device=device).tril()
        seen = Tiles.of(seen, self.embedding.dtype) if device.type == "cpu" else seen[:, None]
        # All blocks are one compiled function, for which an input either has a gradient or not.
        states = functional.embedding(rows.tokens, self.embedding).requires_grad_(torch.is_grad_enabled())
        found = {}
        for layer, block in enumerate(self.blocks, start=1):
            states = block(states, cosine, sine, seen)
            for name, depth in self.variants.items():
                if depth == layer:
                    found[name] = states[places]
        return found
