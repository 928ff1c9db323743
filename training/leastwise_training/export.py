"""Writes what training has learned as an adapter: a GGUF file that `cargo xtask model` and `leastwise model pull` merge with
the base model. What the file holds is read by `server/model/src/gguf/adapter.rs`.

    python -m leastwise_training.export --base GGUF --untrained FILE

writes an adapter that has learned nothing, so that the product can be built before a training run has ended.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import gguf
import numpy as np

from .documents import MEANINGS

VARIANTS = {"small": 4, "default": 6}
"""The layers of each variant: the small one ends earlier in the same network."""

LINEAR = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
"""The linear layers of a block, by their names in GGUF files."""

Pair = tuple[np.ndarray, np.ndarray]
"""The two thin matrices of a linear layer: A of rank and inputs, B of outputs and rank."""


@dataclass(frozen=True)
class Label:
    """A label and its calibration: its probability is the logistic function of `scale * logit + offset`."""

    name: str
    threshold: float
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Variant:
    """A detector that ends after so many layers, and how its states are read."""

    name: str
    layers: int
    labels: Sequence[Label]
    output_norm: np.ndarray
    label_rows: np.ndarray
    """A row of weights for each label."""
    label_bias: np.ndarray
    state_mean: np.ndarray
    state_whitening: np.ndarray
    """`state_whitening @ (state - state_mean)` has mean 0 and independent numbers of variance 1."""


@dataclass(frozen=True)
class BaseShape:
    """What must be known of the base model."""

    sha256: str
    width: int
    heads: int
    key_heads: int
    sizes: Mapping[str, tuple[int, int]]
    """Outputs and inputs of each linear layer."""

    @classmethod
    def read(cls, path: Path) -> BaseShape:
        """From the base model's file, or from one that was cut from it."""
        reader = gguf.GGUFReader(path)
        field = lambda name: int(reader.fields[f"llama.{name}"].contents())  # noqa: E731
        # GGUF names the contiguous dimension first, which is the number of inputs.
        sizes = {
            name: (int(tensor.shape[1]), int(tensor.shape[0]))
            for tensor in reader.tensors
            for name in LINEAR
            if tensor.name == f"blk.0.{name}.weight"
        }
        whole = reader.fields.get("leastwise.base.sha256")
        with path.open("rb") as file:
            digest = whole.contents() if whole else hashlib.file_digest(file, "sha256").hexdigest()
        heads, key_heads = field("attention.head_count"), field("attention.head_count_kv")
        return cls(digest, field("embedding_length"), heads, key_heads, sizes)


def gguf_order(rows: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key matrix as GGUF wants them: in each head the two rows of a rotation side by side, where before the
    first rows of all rotations stood before the second ones."""
    return rows.reshape(heads, 2, -1, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def trained_order(rows: np.ndarray, heads: int) -> np.ndarray:
    """What `gguf_order` has put in order, as it was before."""
    return rows.reshape(heads, -1, 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def write_adapter(
    path: Path,
    base: Path,
    lora: Mapping[tuple[int, str], Pair],
    alpha: float,
    variants: Sequence[Variant],
    roundings: Mapping[tuple[int, str], np.ndarray] | None = None,
) -> None:
    """Writes an adapter. `lora` holds for each layer and each name of `LINEAR` the trained matrices, the rows of queries and
    keys as PyTorch models have them; `alpha / rank` times `B @ A` is added to the base model's weights. `roundings` are those of
    `rounding.py`; what has none is kept in eight bits."""
    shape = BaseShape.read(base)
    layers = max(variant.layers for variant in variants)
    expected = {(layer, name) for layer in range(layers) for name in LINEAR}
    if set(lora) != expected:
        raise ValueError(f"the layers {sorted(set(lora) ^ expected)} are missing or too many")

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_string("general.type", "adapter")
    writer.add_string("general.name", "leastwise-detector")
    writer.add_string("general.license", "apache-2.0")
    writer.add_string("adapter.type", "leastwise-detector")
    writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_string("leastwise.base.sha256", shape.sha256)
    described = [
        {"name": variant.name, "layers": variant.layers, "labels": [asdict(label) for label in variant.labels]}
        for variant in variants
    ]
    writer.add_string("leastwise.variants", json.dumps(described))
    for layer, name in sorted(expected):
        a, b = lora[layer, name]
        outputs, inputs = shape.sizes[name]
        _check(f"A of {name} in layer {layer}", a, (a.shape[0], inputs))
        _check(f"B of {name} in layer {layer}", b, (outputs, a.shape[0]))
        if name in ("attn_q", "attn_k"):
            b = gguf_order(b, shape.heads if name == "attn_q" else shape.key_heads)
        writer.add_tensor(f"blk.{layer}.{name}.weight.lora_a", _stored(a, np.float16))
        writer.add_tensor(f"blk.{layer}.{name}.weight.lora_b", _stored(b, np.float16))
    for (layer, name), triangles in sorted((roundings or {}).items()):
        writer.add_tensor(f"blk.{layer}.{name}.rounding", _stored(triangles, np.float16))
    for variant in variants:
        labels, width = len(variant.labels), shape.width
        for part, numbers, size, kind in (
            ("output_norm.weight", variant.output_norm, (width,), np.float32),
            ("label_rows", variant.label_rows, (labels, width), np.float16),
            ("label_bias", variant.label_bias, (labels,), np.float32),
            ("state_mean", variant.state_mean, (width,), np.float32),
            ("state_whitening", variant.state_whitening, (width, width), np.float16),
        ):
            _check(f"{part} of {variant.name}", numbers, size)
            writer.add_tensor(f"{variant.name}.{part}", _stored(numbers, kind))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_adapter(path: Path, base: Path) -> tuple[dict[tuple[int, str], Pair], list[Variant]]:
    """What `write_adapter` was given, in the precision of the file; B is multiplied by `alpha / rank`, so that `B @ A` is what
    is added."""
    shape, reader = BaseShape.read(base), gguf.GGUFReader(path)
    field = lambda name: reader.fields[name].contents()  # noqa: E731
    if field("leastwise.base.sha256") != shape.sha256:
        raise ValueError(f"{path} belongs to another base model than {base}")
    tensors = {tensor.name: np.array(tensor.data, np.float32) for tensor in reader.tensors}
    variants = [
        Variant(
            name=found["name"],
            layers=found["layers"],
            labels=[Label(**label) for label in found["labels"]],
            output_norm=tensors[f"{found['name']}.output_norm.weight"],
            label_rows=tensors[f"{found['name']}.label_rows"],
            label_bias=tensors[f"{found['name']}.label_bias"],
            state_mean=tensors[f"{found['name']}.state_mean"],
            state_whitening=tensors[f"{found['name']}.state_whitening"],
        )
        for found in json.loads(field("leastwise.variants"))
    ]
    lora = {}
    for layer in range(max(variant.layers for variant in variants)):
        for name in LINEAR:
            a, b = (tensors[f"blk.{layer}.{name}.weight.lora_{part}"] for part in ("a", "b"))
            if name in ("attn_q", "attn_k"):
                b = trained_order(b, shape.heads if name == "attn_q" else shape.key_heads)
            lora[layer, name] = a, b * (field("adapter.lora.alpha") / len(a))
    return lora, variants


def write_untrained(path: Path, base: Path, layers: Mapping[str, int], rank: int = 16) -> None:
    """Writes an adapter that changes nothing of the base model and has random rows for the meanings."""
    shape = BaseShape.read(base)
    chance = np.random.default_rng(1)
    lora = {
        (layer, name): (np.zeros((rank, inputs)), np.zeros((outputs, rank)))
        for layer in range(max(layers.values()))
        for name, (outputs, inputs) in shape.sizes.items()
    }
    variants = [
        Variant(
            name=name,
            layers=count,
            labels=[Label(meaning, threshold=0.5) for meaning in MEANINGS],
            output_norm=np.ones(shape.width),
            label_rows=chance.normal(0.0, shape.width**-0.5, (len(MEANINGS), shape.width)),
            # So unlikely that nothing is shown.
            label_bias=np.full(len(MEANINGS), -10.0),
            state_mean=np.zeros(shape.width),
            state_whitening=np.eye(shape.width),
        )
        for name, count in layers.items()
    ]
    write_adapter(path, base, lora, float(rank), variants)


def _check(what: str, numbers: np.ndarray, shape: tuple[int, ...]) -> None:
    if numbers.shape != shape:
        raise ValueError(f"{what} has the shape {numbers.shape} and not {shape}")


def _stored(numbers: np.ndarray, kind: type[np.floating]) -> np.ndarray:
    with np.errstate(over="ignore"):
        stored = np.ascontiguousarray(numbers, dtype=kind)
    if not np.isfinite(stored).all():
        raise ValueError("a number is not finite, or too large for 16 bits")
    return stored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="the base model's file")
    parser.add_argument("--untrained", type=Path, required=True, metavar="FILE", help="where to write the adapter")
    arguments = parser.parse_args()
    write_untrained(arguments.untrained, arguments.base, VARIANTS)


if __name__ == "__main__":
    main()
