"""From a checkpoint to an adapter: measures how weights are best rounded, learns the meanings' rows once more and calibrates, both on
the validation split, and writes what the product needs.

    python -m leastwise_training.finish --pack FOLDER --run FOLDER --out ADAPTER

Of a run that began with an adapter the network midway between both is taken: it keeps more of what was known before, and of what is new
it has learned as much.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import readout
from .calibrate import AS_IT_IS, calibrate, even
from .documents import KINDS, MEANINGS
from .export import VARIANTS, Label, Variant, write_adapter
from .network import PROJECTIONS, Base, Block, Detector
from .pack import load
from .rounding import triangles
from .rows import filled
from .train import RANK, Batches, keep_memory

ROWS_AT_ONCE = 16

MEASURED_PIECES = 2000
"""So many are looked at to see how inputs go together: half a million tokens."""
MEASURED_ROWS_AT_ONCE = 8

NOISE = 0.02
"""The share of the mean variance that is added to each direction before states are whitened: few are never enough."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("pack", "run", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    keep_memory()
    pack = load(arguments.pack)
    saved = torch.load(arguments.run / "checkpoint.pt", map_location=device)
    labels: list[str] = saved["labels"]
    detector = Detector(Base(pack.base), VARIANTS, len(labels), RANK)
    detector.load_state_dict(midway(saved["begun"], saved["detector"]) if saved["begun"] else saved["detector"])
    moments = _moments(detector.to(device), Batches(pack, "train", device))
    detector.compile()
    states, targets, kinds = _states(detector, Batches(pack, "validation", device))
    detector.cpu()

    variants = []
    for name, layers in VARIANTS.items():
        end = detector.exits[name]
        with torch.no_grad():
            normal = end.states(states[name]).numpy().astype(np.float64)
        label_rows, label_bias = (part.detach().numpy().astype(np.float64) for part in (end.rows, end.bias))
        meanings, people = slice(len(MEANINGS)), kinds == KINDS.index("written")
        again = readout.learn_again(normal[people], targets[people, meanings], label_rows[meanings], label_bias[meanings])
        label_rows[meanings], label_bias[meanings] = again
        rules = slice(len(MEANINGS), None)
        of_rules = calibrate(normal @ label_rows[rules].T + label_bias[rules], targets[:, rules], even(kinds))
        calibrations = [AS_IT_IS] * len(MEANINGS) + of_rules
        mean, whitening = _whitening(normal)
        variants.append(
            Variant(
                name=name,
                layers=layers,
                labels=[Label(label, c.threshold, c.scale, c.offset) for label, c in zip(labels, calibrations, strict=True)],
                output_norm=end.norm.detach().numpy(),
                label_rows=label_rows,
                label_bias=label_bias,
                state_mean=mean,
                state_whitening=whitening,
            )
        )
    pair = lambda layer: (layer.down.detach().numpy(), layer.up.detach().numpy())  # noqa: E731
    lora = {
        (number, stored): pair(getattr(block, name))
        for number, block in enumerate(detector.blocks)
        for stored, name in PROJECTIONS.items()
    }
    roundings = {place: triangles(seen) for place, seen in moments.items()}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    write_adapter(arguments.out, pack.base, lora, float(RANK), sorted(variants, key=lambda v: v.name), roundings)


def midway(begun: Mapping[str, Tensor], ended: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Halfway from what a run began with to what it ended with."""
    return {name: torch.lerp(begun[name], numbers, 0.5) for name, numbers in ended.items()}


@torch.no_grad()
def _moments(detector: Detector, batches: Batches) -> dict[tuple[int, str], np.ndarray]:
    """The second moments of what feed-forward matrices are multiplied with, on pieces drawn by chance.

    By the layer and the name of the matrix; `ffn_gate` has the inputs of `ffn_up`.
    """
    pieces = batches.pieces
    chosen = np.random.default_rng(1).choice(len(pieces), min(MEASURED_PIECES, len(pieces)), replace=False)
    rows = filled(sorted(chosen.tolist()), pieces.lengths)
    moments: dict[tuple[int, str], Tensor] = {}

    def look(layer: int, normal: Tensor, inner: Tensor) -> None:
        for part, inputs in (("ffn_up", normal), ("ffn_down", inner)):
            # The last layer is shown nothing but the places that are judged, the others whole rows with what fills them up.
            flat = (inputs[batch.rows.segments >= 0] if inputs.dim() == 3 else inputs).float()
            seen = (flat.t() @ flat).double().cpu()
            moments[layer, part] = moments.get((layer, part), 0) + seen

    blocks: list[Block] = list(detector.blocks)
    for layer, block in enumerate(blocks):
        block.look = partial(look, layer)
    for at in range(0, len(rows), MEASURED_ROWS_AT_ONCE):
        batch = batches.of(rows[at : at + MEASURED_ROWS_AT_ONCE])
        detector(batch.rows, batch.places)
    for block in blocks:
        block.look = None
    return {place: seen.numpy() for place, seen in moments.items()}


def _states(detector: Detector, batches: Batches) -> tuple[dict[str, Tensor], np.ndarray, np.ndarray]:
    """The states at all judged lines, what is known there, and of what kind their documents are."""
    rows = filled(list(range(len(batches.pieces))), batches.pieces.lengths)
    pieces = batches.pieces

    @torch.no_grad()
    def of_some(chosen: list[list[int]]) -> tuple[dict[str, Tensor], np.ndarray, np.ndarray]:
        batch = batches.of(chosen)
        numbers = np.array([piece for row in chosen for piece in row])
        states = {name: state.cpu() for name, state in detector(batch.rows, batch.places).items()}
        return states, batch.targets.cpu().numpy(), np.repeat(pieces.kinds[numbers], pieces.counts[numbers])

    # A core for each batch: sharing out one batch's products leaves the second core waiting for most of what is between them.
    torch.set_num_threads(1)
    first, *others = (rows[at : at + ROWS_AT_ONCE] for at in range(0, len(rows), ROWS_AT_ONCE))
    # The first one alone: it compiles what the others use.
    found = [of_some(first)]
    with ThreadPoolExecutor(os.cpu_count() if detector.embedding.device.type == "cpu" else 1) as pool:
        found.extend(pool.map(of_some, others))
    states, targets, kinds = zip(*found, strict=True)
    return {name: torch.cat([one[name] for one in states]) for name in VARIANTS}, np.concatenate(targets), np.concatenate(kinds)


def _whitening(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean, and the symmetric matrix that makes the numbers independent, each of variance 1."""
    mean = states.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(states - mean, rowvar=False))
    variances = np.clip(variances, 0, None) + NOISE * variances.mean()
    whitening = (directions / np.sqrt(variances)) @ directions.T
    return mean.astype(np.float32), whitening.astype(np.float32)


if __name__ == "__main__":
    main()
