"""The detector's network: the first layers of a Llama with low-rank adapters, and label rows on its states.

Only what llama.cpp computes as well: a trained network leaves as weights of the same architecture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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


def counts_in_bytes() -> bool:
    """Whether a processor that counts in 32 bits multiplies four times as many bytes. The network then learns through products
    of bytes: its loss is the same, and its gradient turned by 10 to 20 degrees."""
    return number_type() == torch.float32 and torch.cpu.get_capabilities().get("avx512_vnni", False)


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
        self.learns_in_bytes = counts_in_bytes()


def adapted(states: Tensor, *layers: Adapted) -> tuple[Tensor, ...]:
    """What each of these layers makes of the same states."""
    if states.device.type == "cpu":
        # What has been learned is looked at in all its precision.
        in_bytes = layers[0].learns_in_bytes and torch.is_grad_enabled()
        parts = [[getattr(layer, name) for layer in layers] for name in ("weights", "down", "up")]
        together = _Merged.apply(states, in_bytes, *parts[0], *parts[1], *parts[2])
        return together.split([len(layer.weights) for layer in layers], dim=-1)
    thin = lambda matrix, values: functional.linear(values, matrix.to(values.dtype))  # noqa: E731
    return tuple(functional.linear(states, layer.weights) + thin(layer.up, thin(layer.down, states)) for layer in layers)


class _Merged(torch.autograd.Function):
    """Adapted layers of the same states for a CPU, where thin products cost nearly as much as thick ones: the corrections are
    added to the weights, once in a step, and only what the thin matrices learn needs products of its own."""

    @staticmethod
    def forward(context, states: Tensor, in_bytes: bool, *parts: Tensor) -> Tensor:  # noqa: ANN001
        weights, downs, ups = (parts[at : at + len(parts) // 3] for at in range(0, len(parts), len(parts) // 3))
        downs, ups = [down.to(states.dtype) for down in downs], [up.to(states.dtype) for up in ups]
        merged = Factor.of(torch.cat([torch.addmm(*part) for part in zip(weights, ups, downs, strict=True)]), in_bytes)
        context.save_for_backward(states, merged.rows, merged.scale, *downs, *ups)
        return merged.applied(states.flatten(0, -2)).unflatten(0, states.shape[:-1])

    @staticmethod
    def backward(context, learned: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN001
        states, rows, scale, *thin = context.saved_tensors
        downs, ups = thin[: len(thin) // 2], thin[len(thin) // 2 :]
        flat, learned_flat = states.flatten(0, -2), learned.flatten(0, -2)
        learned_parts = learned_flat.split([len(up) for up in ups], dim=1)
        of_downs = torch.cat([part @ up for part, up in zip(learned_parts, ups, strict=True)], dim=1).t() @ flat
        inner = (flat @ torch.cat(downs).t()).split([len(down) for down in downs], dim=1)
        of_ups = [part.t() @ seen for part, seen in zip(learned_parts, inner, strict=True)]
        of_states = Factor(rows, scale).gradient(learned_flat).view_as(states)
        nothing = [None] * len(downs)
        thin_learned = [*of_downs.split([len(down) for down in downs]), *of_ups]
        return of_states, None, *nothing, *(each.float() for each in thin_learned)


@dataclass(frozen=True)
class Factor:
    """A matrix that states are multiplied with, in bytes where that is quicker."""

    rows: Tensor
    scale: Tensor
    """Of bytes, what each row is multiplied with to be what it was; else one."""

    @classmethod
    def of(cls, matrix: Tensor, in_bytes: bool) -> Factor:
        return cls(*as_bytes(matrix)) if in_bytes else cls(matrix, matrix.new_ones(()))

    def applied(self, states: Tensor) -> Tensor:
        """A product with each row."""
        if self.rows.dtype != torch.int8:
            return functional.linear(states, self.rows)
        states, scale = as_bytes(states)
        return torch._int_mm(states, self.rows.t()) * scale * self.scale.t()

    def gradient(self, learned: Tensor) -> Tensor:
        """What states learn from what their products learned."""
        if self.rows.dtype != torch.int8:
            return learned @ self.rows
        learned, scale = as_bytes(learned * self.scale.t())
        return torch._int_mm(learned, self.rows) * scale


def as_bytes(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows in whole numbers from -127 to 127, and what each row is multiplied with to be what it was."""
    scale = rows.abs().amax(dim=1, keepdim=True).clamp(min=torch.finfo(rows.dtype).tiny) / 127
    return (rows / scale).round().to(torch.int8), scale


def rotated(heads: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary positions."""
    first, second = heads.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)


class Block(nn.Module):
    """A transformer layer."""

    def __init__(self, base: Base, layer: int, rank: int) -> None:
        super().__init__()
        self.shape = base.shape
        self.look: Callable[[Tensor, Tensor], None] | None = None
        """Is shown what the matrices that go up are multiplied with, and what the one that goes down is."""
        for stored, name in PROJECTIONS.items():
            setattr(self, name, Adapted(base.tensor(f"blk.{layer}.{stored}.weight"), rank))
        for name in ("attn_norm", "ffn_norm"):
            self.register_buffer(name, base.tensor(f"blk.{layer}.{name}.weight").to(number_type()), persistent=False)

    def forward(self, states: Tensor, cosine: Tensor, sine: Tensor, seen: Tensor | Tiles) -> Tensor:
        return self.judged(states, self.mixed(states, cosine, sine, seen))

    def mixed(self, states: Tensor, cosine: Tensor, sine: Tensor, seen: Tensor | Tiles) -> Tensor:
        """What each token gathers from those it sees."""
        shape, (batch, length, _) = self.shape, states.shape
        normal = functional.rms_norm(states, (shape.width,), self.attn_norm, shape.epsilon)
        split = lambda values, heads: values.view(batch, length, heads, -1).transpose(1, 2)  # noqa: E731
        query, key, value = adapted(normal, self.query, self.key, self.value)
        query, key = (
            rotated(split(values, heads), cosine, sine) for values, heads in ((query, shape.heads), (key, shape.key_heads))
        )
        value = split(value, shape.key_heads)
        if isinstance(seen, Tiles):
            mixed = attended(query / math.sqrt(shape.head_width), key, value, seen)
        else:
            # Several query heads look at one key head.
            group = shape.heads // shape.key_heads
            key, value = key.repeat_interleave(group, dim=1), value.repeat_interleave(group, dim=1)
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        return mixed.transpose(1, 2).reshape(batch, length, -1)

    def judged(self, states: Tensor, mixed: Tensor) -> Tensor:
        """What becomes of tokens that have gathered this, each for itself."""
        (gathered,) = adapted(mixed, self.output)
        states = states + gathered
        normal = functional.rms_norm(states, (self.shape.width,), self.ffn_norm, self.shape.epsilon)
        gate, up = adapted(normal, self.gate, self.up)
        inner = functional.silu(gate) * up
        if self.look is not None:
            self.look(normal, inner)
        (fed,) = adapted(inner, self.down)
        return states + fed


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


HIDDEN = -1
"""Stands for a token that is not shown."""


def shown(tokens: Tensor, embedding: Tensor, any_word: Tensor) -> Tensor:
    """What is seen of tokens: their rows, and any word in the place of a hidden one."""
    rows = functional.embedding(tokens.clamp(min=0), embedding)
    return torch.where((tokens == HIDDEN)[..., None], any_word, rows)


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
        self.register_buffer("any_word", self.embedding.mean(dim=0), persistent=False)
        self.blocks = nn.ModuleList(Block(base, layer, rank) for layer in range(max(variants.values())))
        norm = base.tensor("output_norm.weight")
        self.exits = nn.ModuleDict({name: Exit(norm, labels, base.shape.epsilon) for name in variants})

    def compile(self) -> None:
        """Makes all blocks one compiled function, but for what the last one does at a number of places that changes."""
        *whole, last = self.blocks
        for block in whole:
            block.compile(dynamic=False)
        last.mixed = torch.compile(last.mixed, dynamic=False)

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
        # A compiled function is another one for an input without a gradient.
        states = shown(rows.tokens, self.embedding, self.any_word).requires_grad_(torch.is_grad_enabled())
        *whole, last = self.blocks
        found = {}
        for layer, block in enumerate(whole, start=1):
            states = block(states, cosine, sine, seen)
            for name, depth in self.variants.items():
                if depth == layer:
                    found[name] = states[places]
        # After the last layer nobody looks at the other places.
        mixed = last.mixed(states, cosine, sine, seen)
        ends = last.judged(states[places], mixed[places])
        return found | {name: ends for name, depth in self.variants.items() if depth == len(self.blocks)}
