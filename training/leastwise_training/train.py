"""Trains the detector.

    python -m leastwise_training.train --base GGUF --data FOLDER --teacher PROGRAM --out FOLDER --tokens 10e6

It runs on a GPU where there is one, else on one core, or on several processes with `torchrun`-like environment variables (see `cargo xtask train`), keeps a
checkpoint, goes on from it, and writes a line of figures to `log.jsonl` now and then. The rate of learning stays level and
falls to nothing over the last quarter of the tokens, so that a run can be lengthened while it is level.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch._dynamo
import torch.distributed as distributed
import torch.nn.functional as functional
from torch import Tensor

from .documents import MEANINGS, read
from .examples import Example, examples, labels_of
from .network import Base, Detector
from .teacher import Teacher
from .tokens import Tokens

VARIANTS = {"small": 6, "default": 10}
"""The layers of each variant."""

RANK = 16
LENGTHS = (96, 144, 192, 256, 384, 512)
"""Pieces are filled up to one of these lengths, so that the compiled network meets few shapes."""

BATCH_TOKENS = 4608
"""Tokens of a batch in one process."""

RARE = 500
"""A label on fewer pieces is rare."""
LEAST_SHARE, DECOY_SHARE, MOST_SHARE = 0.3, 1.5, 4.0
"""How often a piece is read in a round: one with nothing to see, one with what looks like a meaning, one with a meaning."""

LEARNING_RATE = {"network": 1e-3, "rows": 3e-3}
SETTLING_BATCHES = 12
"""Batches that are looked at before the first step."""
WARM_UP_STEPS = 20
FALLING_SHARE = 0.25
SHARE_OF_SMALL = 0.4
"""How much the small variant's loss counts."""


@dataclass(frozen=True)
class Batch:
    """Pieces of about one length."""

    tokens: Tensor
    lengths: Tensor
    rows: Tensor
    columns: Tensor
    targets: Tensor


    def on(self, device: str) -> Batch:
        """The same on a device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


def batch_of(chosen: list[Example], length: int) -> Batch:
    """The pieces side by side, filled up to a length."""
    tokens = np.zeros((len(chosen), length), np.int64)
    for row, example in enumerate(chosen):
        tokens[row, : len(example.tokens)] = example.tokens
    return Batch(
        tokens=torch.from_numpy(tokens),
        lengths=torch.tensor([len(example.tokens) for example in chosen]),
        rows=torch.cat([torch.full((len(example.places),), row) for row, example in enumerate(chosen)]),
        columns=torch.cat([torch.from_numpy(example.places) for example in chosen]),
        targets=torch.from_numpy(np.concatenate([example.targets for example in chosen])),
    )


def shares_of(data: list[Example]) -> list[float]:
    """How often each piece is read in a round: those with meanings or rare labels several times, most others less than once.

    What rules find is alike from one manifest to the next; what a meaning looks like is not.
    """
    counts = np.maximum(sum((example.targets == 1).any(axis=0) for example in data), 1)
    shares = np.clip(RARE / counts, LEAST_SHARE, MOST_SHARE)
    shares[: len(MEANINGS)] = MOST_SHARE
    least = lambda example: DECOY_SHARE if example.is_about_meanings else LEAST_SHARE  # noqa: E731
    return [max([least(example), *shares[(example.targets == 1).any(axis=0)]]) for example in data]


def batches(data: list[Example], shares: list[float], chance: random.Random) -> Iterator[Batch]:
    """All pieces, each as often as its share says, in batches of one length, in random order."""
    by_length: dict[int, list[Example]] = {length: [] for length in LENGTHS}
    for example, share in zip(data, shares, strict=True):
        place = by_length[next(length for length in LENGTHS if len(example.tokens) <= length)]
        place.extend([example] * int(share + chance.random()))
    groups = []
    for length, members in by_length.items():
        chance.shuffle(members)
        size = max(1, BATCH_TOKENS // length)
        # A smaller last batch would be a shape of its own.
        groups.extend((members[at : at + size], length) for at in range(0, len(members) - size + 1, size))
    chance.shuffle(groups)
    for members, length in groups:
        yield batch_of(members, length)


def loss_of(scores: Tensor, targets: Tensor) -> Tensor:
    """The mean over lines of the cross-entropy summed over labels, where the answer is known."""
    known = targets >= 0
    each = functional.binary_cross_entropy_with_logits(scores, targets.clamp(min=0).float(), reduction="none")
    return (each * known).sum() / len(targets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokens", type=float, required=True, help="read in all, by all processes together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--not-causal", action="store_true", help="let each token see those after it")
    parser.add_argument("--once", action="store_true", help="do not read the heads of blocks again")
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if world > 1:
        distributed.init_process_group("gloo")
    arguments.out.mkdir(parents=True, exist_ok=True)

    documents = list(read(arguments.data / "train.jsonl"))
    checkpoint = arguments.out / "checkpoint.pt"
    saved = torch.load(checkpoint, map_location=device) if checkpoint.exists() else None
    # A run that goes on keeps its labels, whatever the data has become.
    labels = saved["labels"] if saved else labels_of(documents)
    data = examples(documents, labels, Teacher(arguments.teacher), Tokens(arguments.base), arguments.once)
    del documents
    detector = Detector(Base(arguments.base), VARIANTS, len(labels), RANK, causal=not arguments.not_causal)
    detector.to(device)
    # Each length is a shape of its own.
    torch._dynamo.config.recompile_limit = 2 * len(LENGTHS)
    for block in detector.blocks:
        block.compile(dynamic=False)
    rows = list(detector.exits.parameters())
    network = list(detector.blocks.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": network, "lr": LEARNING_RATE["network"], "full": LEARNING_RATE["network"]},
            {"params": rows, "lr": LEARNING_RATE["rows"], "full": LEARNING_RATE["rows"]},
        ],
        betas=(0.9, 0.98),
        weight_decay=0.01,
    )
    step = read_tokens = 0
    if saved:
        detector.load_state_dict(saved["detector"])
        optimizer.load_state_dict(saved["optimizer"])
        step, read_tokens = saved["step"], saved["tokens"]
    else:
        _settle(detector, data, arguments.seed, device)

    # Each process learns from its own part.
    data = data[rank::world]
    shares = shares_of(data)
    begun, since, losses, epoch = time.time(), read_tokens, [], 0
    while read_tokens < arguments.tokens:
        chance = random.Random(f"{arguments.seed} {rank} {step} {epoch}")
        epoch += 1
        for batch in batches(data, shares, chance):
            batch = batch.on(device)
            part = read_tokens / arguments.tokens
            rate = min(1.0, (step + 1) / WARM_UP_STEPS, (1 - part) / FALLING_SHARE)
            for group in optimizer.param_groups:
                group["lr"] = group["full"] * max(rate, 0.0)
            states = detector(batch.tokens, batch.lengths, (batch.rows, batch.columns))
            found = {name: loss_of(detector.exits[name](state), batch.targets) for name, state in states.items()}
            loss = found["default"] + SHARE_OF_SMALL * found["small"]
            loss.backward()
            if world > 1:
                _average(network + rows, world)
            torch.nn.utils.clip_grad_norm_(network + rows, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            # Batches are of nearly one size, so that every process comes to the same count.
            read_tokens += BATCH_TOKENS * world
            losses.append([found["default"].item(), found["small"].item()])
            if rank == 0 and step % 25 == 0:
                speed = (read_tokens - since) / (time.time() - begun)
                default, small = np.mean(losses[-100:], axis=0)
                figures = dict(step=step, tokens=read_tokens, speed=round(speed), loss=round(default, 4), small=round(small, 4))
                with (arguments.out / "log.jsonl").open("a") as log:
                    log.write(json.dumps(figures) + "\n")
            if rank == 0 and step % 100 == 0:
                _save(checkpoint, detector, optimizer, labels, step, read_tokens)
            if read_tokens >= arguments.tokens:
                break
    if rank == 0:
        _save(checkpoint, detector, optimizer, labels, step, read_tokens)


def _settle(detector: Detector, data: list[Example], seed: int, device: str) -> None:
    states: dict[str, list[Tensor]] = {name: [] for name in VARIANTS}
    targets = []
    with torch.no_grad():
        for batch in islice(batches(data, [1.0] * len(data), random.Random(seed)), SETTLING_BATCHES):
            batch = batch.on(device)
            targets.append(batch.targets)
            for name, state in detector(batch.tokens, batch.lengths, (batch.rows, batch.columns)).items():
                states[name].append(state)
    for name, seen in states.items():
        detector.exits[name].settle(torch.cat(seen), torch.cat(targets))


def _average(parameters: list[torch.nn.Parameter], world: int) -> None:
    gradients = [parameter.grad for parameter in parameters]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    for gradient, part in zip(gradients, flat.split([gradient.numel() for gradient in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient) / world)


def _save(
    path: Path, detector: Detector, optimizer: torch.optim.Optimizer, labels: list[str], step: int, tokens: int
) -> None:
    state = dict(detector=detector.state_dict(), optimizer=optimizer.state_dict(), labels=labels, step=step, tokens=tokens)
    fresh = path.with_suffix(".fresh")
    torch.save(state, fresh)
    fresh.rename(path)


if __name__ == "__main__":
    main()
