"""Packs all that a training run needs into one small folder, so that it can run on another machine.

    python -m leastwise_training.pack --base GGUF --data FOLDER --teacher PROGRAM --out FOLDER

The folder holds `pieces.npz.xz`, the pieces of the training and validation splits as numbers of tokens, and `base.gguf`, the
first layers of the base model with the rows of its vocabulary that manifests use.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import lzma
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

from .documents import KINDS, read
from .examples import Example, examples, labels_of
from .export import VARIANTS
from .teacher import Teacher
from .tokens import Tokens

CHUNK = 5000
"""Documents that are cut at a time."""

PIECES, BASE = "pieces.npz.xz", "base.gguf"


@dataclass(frozen=True)
class Pieces:
    """The pieces of a split, one after the other."""

    tokens: np.ndarray
    """Their tokens, as places in the pack's vocabulary."""
    lengths: np.ndarray
    """How many of them each piece has."""
    places: np.ndarray
    """Where lines are judged, counted from the beginning of their piece."""
    counts: np.ndarray
    """How many lines of each piece are judged."""
    patterns: np.ndarray
    """What is known of each judged line: a row of the pack's patterns."""
    kinds: np.ndarray
    """What the document of a piece is: a place in `KINDS`."""

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True)
class Pack:
    """What a training run reads."""

    labels: list[str]
    patterns: np.ndarray
    """Rows of 1, 0 or -1 for each label: whether it holds, or that nobody knows."""
    splits: dict[str, Pieces]
    base: Path
    """The cut base model, whose vocabulary is the one that pieces count in."""


def load(folder: Path) -> Pack:
    """Reads a pack."""
    stored = np.load(io.BytesIO(lzma.decompress((folder / PIECES).read_bytes())))
    splits = {
        split: Pieces(**{name: stored[f"{split}.{name}"] for name in Pieces.__dataclass_fields__})
        for split in ("train", "validation")
    }
    return Pack(json.loads(str(stored["labels"])), stored["patterns"], splits, folder / BASE)


class Packer:
    """Gathers the pieces of splits, and what they have in common."""

    def __init__(self) -> None:
        self._patterns: dict[bytes, int] = {}
        self._parts: dict[str, list[np.ndarray]] = {}

    def add(self, split: str, found: list[Example]) -> None:
        """Takes up some pieces of a split."""
        rows = (row.tobytes() for example in found for row in example.targets)
        parts = dict(
            tokens=np.concatenate([example.tokens for example in found]).astype(np.uint16),
            lengths=np.array([len(example.tokens) for example in found], np.uint16),
            places=np.concatenate([example.places for example in found]).astype(np.uint16),
            counts=np.array([len(example.places) for example in found], np.uint16),
            patterns=np.array([self._patterns.setdefault(row, len(self._patterns)) for row in rows], np.uint32),
            kinds=np.array([KINDS.index(example.kind) for example in found], np.uint8),
        )
        for name, values in parts.items():
            self._parts.setdefault(f"{split}.{name}", []).append(values)

    def close(self, labels: list[str]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """All arrays, with tokens counted in the vocabulary that is given beside."""
        arrays = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        names = [name for name in arrays if name.endswith(".tokens")]
        vocabulary = np.unique(np.concatenate([arrays[name] for name in names]))
        for name in names:
            arrays[name] = np.searchsorted(vocabulary, arrays[name]).astype(np.uint16)
        patterns = np.frombuffer(b"".join(self._patterns), np.int8).reshape(-1, len(labels))
        return arrays | {"patterns": patterns, "labels": np.array(json.dumps(labels))}, vocabulary


def cut_base(base: Path, vocabulary: np.ndarray, out: Path) -> None:
    """Writes the first layers of the base model, with these rows of its vocabulary."""
    reader = gguf.GGUFReader(base)
    writer = gguf.GGUFWriter(out, "llama")
    field = lambda name: reader.fields[f"llama.{name}"].contents()  # noqa: E731
    writer.add_embedding_length(field("embedding_length"))
    writer.add_head_count(field("attention.head_count"))
    writer.add_head_count_kv(field("attention.head_count_kv"))
    writer.add_layer_norm_rms_eps(field("attention.layer_norm_rms_epsilon"))
    writer.add_rope_freq_base(field("rope.freq_base"))
    with base.open("rb") as file:
        writer.add_string("leastwise.base.sha256", hashlib.file_digest(file, "sha256").hexdigest())
    for tensor in reader.tensors:
        parts = tensor.name.split(".")
        if parts[0] == "blk" and int(parts[1]) >= max(VARIANTS.values()):
            continue
        rows = tensor.data[vocabulary] if tensor.name == "token_embd.weight" else tensor.data
        writer.add_tensor(tensor.name, np.ascontiguousarray(rows), raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("base", "data", "teacher", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    train = list(read(arguments.data / "train.jsonl"))
    labels = labels_of(train)
    validation = list(read(arguments.data / "validation.jsonl"))
    teacher, tokens = Teacher(arguments.teacher), Tokens(arguments.base)
    packer = Packer()
    for split, documents in (("train", train), ("validation", validation)):
        for at in range(0, len(documents), CHUNK):
            packer.add(split, examples(documents[at : at + CHUNK], labels, teacher, tokens))
    arrays, vocabulary = packer.close(labels)
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    (arguments.out / PIECES).write_bytes(lzma.compress(packed.getbuffer(), preset=6))
    cut_base(arguments.base, vocabulary, arguments.out / BASE)
    count, pieces = len(arrays["train.tokens"]), len(arrays["train.lengths"])
    print(f"{pieces} pieces, {count} tokens of {len(vocabulary)} kinds, {len(labels)} labels")


if __name__ == "__main__":
    main()
