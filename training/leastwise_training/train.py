"""Trains the detector.

    python -m leastwise_training.train --pack FOLDER --out FOLDER --tokens 10e6

It runs on a GPU where there is one, else on one core, or on several processes with `torchrun`-like environment variables (see
`cargo xtask train`), keeps a checkpoint, goes on from it, and writes a line of figures to `log.jsonl` now and then. The rate of
learning stays level and falls to nothing over the last part of the tokens, so that a run can be lengthened while it is level.
With `--minutes` the clock ends the run instead. With `--begin-with` it begins from what an adapter has learned.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import platform
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.nn.functional as functional
from torch import Tensor

from .documents import KINDS, MEANINGS, Kind
from .export import VARIANTS, Pair, Variant, read_adapter
from .network import HIDDEN, PROJECTIONS, Base, Detector, Rows
from .pack import Pack, Pieces, load
from .rows import ROW_TOKENS, grouped

RANK = 32
ROWS = {"cpu": 9, "cuda": 128}
"""The rows of a batch in one process."""

RARE = 1500
"""A label on fewer pieces is rare."""
LEAST_SHARE, MEANING_SHARE, MOST_SHARE = 0.5, 1.0, 4.0
"""How often a piece is read in a round: one with nothing to see, one with a meaning, and one with the rarest of labels."""
OFTENER: dict[Kind, float] = {
    "real": 40.0,
    "written": 10.0,
    "meaning": 1.5,
    "generated": 1.0,
    "template": 1.5,
    "half-typed": 2.0,
    "custom-resource": 2.5,
}
"""How much more often a kind is read than its labels alone would say: what people wrote most.
Two cores read a twentieth of a round in an hour, and still meet half of what people wrote."""

LEARNING_RATE = {"network": 1e-3, "rows": 3e-3}
SETTLING_BATCHES = 12
"""Batches that are looked at before the first step."""
HIDDEN_SHARE = 0.05
"""So many tokens are hidden, so that a line is judged by more than one word. They are not read as other ones: a name with a wrong
piece in it is what some labels are about."""
WARM_UP_STEPS = 20
FALLING_SHARE = 0.4
WEIGHTS = {"small": 0.4, "default": 1.0}
"""How much the loss of each variant counts."""

STEPS_KEPT = {"cpu": 100, "cuda": 1000}
"""Steps after which the checkpoint is written again."""


@dataclass(frozen=True)
class Batch:
    """Rows of pieces, and what is known of the lines that are judged in them."""

    rows: Rows
    places: tuple[Tensor, Tensor]
    """Of each judged line, its row and its column."""
    targets: Tensor


class Batches:
    """Makes batches of a split on a device."""

    def __init__(self, pack: Pack, split: str, device: str) -> None:
        self.pieces: Pieces = pack.splits[split]
        self._device = device
        self._patterns = torch.from_numpy(pack.patterns).to(device)
        self._starts = np.concatenate([[0], np.cumsum(self.pieces.lengths, dtype=np.int64)])
        self._judged = np.concatenate([[0], np.cumsum(self.pieces.counts, dtype=np.int64)])

    def of(self, chosen: list[list[int]]) -> Batch:
        """Rows of the pieces of these numbers."""
        numbers = np.array([piece for row in chosen for piece in row])
        rows = np.repeat(np.arange(len(chosen)), [len(row) for row in chosen])
        lengths = self.pieces.lengths[numbers].astype(np.int64)
        ends = np.cumsum(lengths)
        # Where a piece begins in its row: what was before it in all, less what was before the row.
        before_row = np.concatenate([[0], ends])[np.searchsorted(rows, np.arange(len(chosen)))]
        begins = ends - lengths - before_row[rows]

        within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        at = np.repeat(rows * ROW_TOKENS + begins, lengths) + within
        flat = np.zeros((3, len(chosen) * ROW_TOKENS), np.int64)
        flat[2] = -1
        flat[0, at] = self.pieces.tokens[np.repeat(self._starts[numbers], lengths) + within]
        flat[1, at] = within
        flat[2, at] = np.repeat(np.arange(len(numbers)), lengths)
        tokens, positions, segments = torch.from_numpy(flat).view(3, len(chosen), ROW_TOKENS).to(self._device)

        counts = self.pieces.counts[numbers].astype(np.int64)
        judged = np.repeat(self._judged[numbers] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        columns = np.repeat(begins, counts) + self.pieces.places[judged]
        put = lambda values: torch.from_numpy(values.astype(np.int64)).to(self._device)  # noqa: E731
        return Batch(
            rows=Rows(tokens, positions, segments),
            places=(put(np.repeat(rows, counts)), put(columns)),
            targets=self._patterns[put(self.pieces.patterns[judged])],
        )


def shares_of(pack: Pack) -> np.ndarray:
    """How often each piece is read in a round: those with rare labels more than once, those without any less.

    What rules find is alike from one manifest to the next; what a meaning looks like is not.
    """
    pieces = pack.splits["train"]
    piece = np.repeat(np.arange(len(pieces)), pieces.counts)
    held = [np.unique(piece[(pack.patterns[:, label] == 1)[pieces.patterns]]) for label in range(len(pack.labels))]
    shares = np.full(len(pieces), LEAST_SHARE)
    for label, holding in enumerate(held):
        share = MEANING_SHARE if label < len(MEANINGS) else np.clip(RARE / max(len(holding), 1), LEAST_SHARE, MOST_SHARE)
        shares[holding] = np.maximum(shares[holding], share)
    return shares * np.array([OFTENER.get(kind, 1.0) for kind in KINDS])[pieces.kinds]


def drawn(shares: np.ndarray, chance: random.Random) -> list[int]:
    """Pieces in random order, each as often as its share says."""
    generator = np.random.default_rng(chance.randrange(2**32))
    found = np.repeat(np.arange(len(shares)), (shares + generator.random(len(shares))).astype(int))
    generator.shuffle(found)
    return found.tolist()


def loss_of(scores: Tensor, targets: Tensor) -> Tensor:
    """The mean over lines of the cross-entropy summed over labels, where the answer is known."""
    known = targets >= 0
    each = functional.binary_cross_entropy_with_logits(scores, targets.clamp(min=0).float(), reduction="none")
    return (each * known).sum() / len(targets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokens", type=float, required=True, help="read in all, by all processes together")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="the run ends then, whatever has been read")
    parser.add_argument("--begin-with", type=Path, metavar="ADAPTER", help="where there is no checkpoint, begin from this one")
    parser.add_argument("--rate", type=float, default=1.0, help="a factor on the rate of learning: less than 1 from an adapter")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hidden", type=float, default=HIDDEN_SHARE, help="the share of tokens that are hidden")
    parser.add_argument("--not-causal", action="store_true", help="let each token see those after it")
    arguments = parser.parse_args()
    begun = time.time()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    keep_memory()
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if world > 1:
        distributed.init_process_group("gloo")
    arguments.out.mkdir(parents=True, exist_ok=True)

    pack = load(arguments.pack)
    checkpoint = arguments.out / "checkpoint.pt"
    saved = torch.load(checkpoint, map_location=device) if checkpoint.exists() else None
    if saved and saved["labels"] != pack.labels:
        raise SystemExit(f"{checkpoint} has other labels than {arguments.pack}: begin in another folder")
    batches = Batches(pack, "train", device)
    detector = Detector(Base(pack.base), VARIANTS, len(pack.labels), RANK, causal=not arguments.not_causal).to(device)
    detector.compile()
    rows = list(detector.exits.parameters())
    network = list(detector.blocks.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": network, "lr": LEARNING_RATE["network"], "full": LEARNING_RATE["network"]},
            {"params": rows, "lr": LEARNING_RATE["rows"], "full": LEARNING_RATE["rows"]},
        ],
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
    )
    lengths, size = batches.pieces.lengths, ROWS[device]
    step = read_tokens = 0
    beginning = None
    if saved:
        detector.load_state_dict(saved["detector"])
        optimizer.load_state_dict(saved["optimizer"])
        step, read_tokens, beginning = saved["step"], saved["tokens"], saved["begun"]
    else:
        pieces = drawn(np.ones(len(lengths)), random.Random(arguments.seed))
        begin = read_adapter(arguments.begin_with, pack.base) if arguments.begin_with else None
        if begin:
            layers = {variant.name: variant.layers for variant in begin[1]}
            if layers != VARIANTS:
                raise SystemExit(f"{arguments.begin_with} has the layers {layers} and not {VARIANTS}")
            _load_lora(detector, begin[0])
        _settle(detector, (batches.of(chosen) for chosen in grouped(pieces, lengths, size, random.Random(arguments.seed))))
        if begin:
            _load_exits(detector, begin[1], pack.labels)
            beginning = {name: numbers.clone() for name, numbers in detector.state_dict().items()}

    def save() -> None:
        state = dict(detector=detector.state_dict(), optimizer=optimizer.state_dict(), begun=beginning)
        fresh = checkpoint.with_suffix(".fresh")
        torch.save(state | dict(labels=pack.labels, step=step, tokens=read_tokens), fresh)
        fresh.rename(checkpoint)

    shares = shares_of(pack)
    # Each process learns from its own part.
    shares[np.arange(len(shares)) % world != rank] = 0.0
    since, figures, epoch, part = (time.time(), read_tokens), [], 0, 0.0
    while part < 1.0:
        chance = random.Random(f"{arguments.seed} {rank} {step} {epoch}")
        epoch += 1
        for chosen in grouped(drawn(shares, chance), lengths, size, chance):
            batch = batches.of(chosen)
            part = max(read_tokens / arguments.tokens, (time.time() - begun) / 60 / arguments.minutes)
            if part >= 1.0:
                break
            rate = arguments.rate * min(1.0, (step + 1) / WARM_UP_STEPS, (1 - part) / FALLING_SHARE)
            for group in optimizer.param_groups:
                group["lr"] = group["full"] * rate
            states = detector(_partly_hidden(batch.rows, arguments.hidden), batch.places)
            losses = {name: loss_of(detector.exits[name](state), batch.targets) for name, state in states.items()}
            sum(losses[name] * WEIGHTS[name] for name in VARIANTS).backward()
            if world > 1:
                _average(network + rows, world)
            torch.nn.utils.clip_grad_norm_(network + rows, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            # Rows are nearly full, and every process comes to the same count.
            read_tokens += size * ROW_TOKENS * world
            figures.append(torch.stack([losses[name].detach() for name in VARIANTS]))
            if rank == 0 and step % 25 == 0:
                means = torch.stack(figures[-100:]).mean(dim=0).tolist()
                speed = (read_tokens - since[1]) / (time.time() - since[0])
                line = dict(step=step, tokens=read_tokens, speed=round(speed))
                line |= {name: round(mean, 4) for name, mean in zip(VARIANTS, means, strict=True)}
                with (arguments.out / "log.jsonl").open("a") as log:
                    log.write(json.dumps(line) + "\n")
            if rank == 0 and step % STEPS_KEPT[device] == 0:
                save()
    if rank == 0:
        save()


@torch.no_grad()
def _settle(detector: Detector, batches: Iterator[Batch]) -> None:
    states: dict[str, list[Tensor]] = {name: [] for name in VARIANTS}
    targets = []
    for batch in islice(batches, SETTLING_BATCHES):
        targets.append(batch.targets)
        for name, state in detector(batch.rows, batch.places).items():
            states[name].append(state)
    for name, seen in states.items():
        detector.exits[name].settle(torch.cat(seen), torch.cat(targets))


@torch.no_grad()
def _load_lora(detector: Detector, lora: Mapping[tuple[int, str], Pair]) -> None:
    """Begins with these matrices."""
    for number, block in enumerate(detector.blocks):
        for stored, name in PROJECTIONS.items():
            for parameter, matrix in zip((getattr(block, name).down, getattr(block, name).up), lora[number, stored], strict=True):
                if parameter.shape != matrix.shape:
                    raise SystemExit(f"{stored} of layer {number} is {matrix.shape} in the adapter, not {tuple(parameter.shape)}")
                parameter.copy_(torch.from_numpy(matrix))


@torch.no_grad()
def _load_exits(detector: Detector, variants: Sequence[Variant], labels: list[str]) -> None:
    """Begins with the norms and label rows of an adapter. A label that it lacks stays as it has settled."""
    for variant in variants:
        end = detector.exits[variant.name]
        end.norm.copy_(torch.from_numpy(variant.output_norm))
        known = {label.name: number for number, label in enumerate(variant.labels)}
        for number, label in enumerate(labels):
            if label in known:
                end.rows[number] = torch.from_numpy(variant.label_rows[known[label]])
                end.bias[number] = float(variant.label_bias[known[label]])


def _partly_hidden(rows: Rows, share: float) -> Rows:
    hidden = torch.rand_like(rows.tokens, dtype=torch.float32) < share
    return replace(rows, tokens=rows.tokens.masked_fill(hidden, HIDDEN))


def keep_memory() -> None:
    """Keeps memory that a step has freed for the next one: handed back to the system, each of its pages would be cleared again,
    which took a tenth of the time on a CPU."""
    if platform.libc_ver()[0] == "glibc":
        # From glibc's malloc.h: no block has a mapping of its own, and the heap never shrinks.
        trim_threshold, mappings, libc = -1, -4, ctypes.CDLL(None)
        libc.mallopt(trim_threshold, -1)
        libc.mallopt(mappings, 0)


def _average(parameters: list[torch.nn.Parameter], world: int) -> None:
    gradients = [parameter.grad for parameter in parameters]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    for gradient, part in zip(gradients, flat.split([gradient.numel() for gradient in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient) / world)


if __name__ == "__main__":
    main()
