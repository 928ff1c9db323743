"""Manifests as people write them: every kind, many styles, with the rules broken and obeyed."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator

from leastwise_training.documents import Document, Split, split_of
from leastwise_training.generate import (
    access,
    component,
    configuration,
    control_plane,
    network,
    policy,
    scaling,
    style,
    workload,
)
from leastwise_training.generate.author import Author

GROUPS = (
    (workload.BUILDERS, 46),
    (access.BUILDERS, 22),
    (network.BUILDERS, 9.5),
    (configuration.BUILDERS, 6),
    (scaling.BUILDERS, 5.5),
    (control_plane.BUILDERS, 8),
    (policy.BUILDERS, 4),
    (component.BUILDERS, 6),
)
"""The builders of each group of kinds, and how often of a hundred documents."""

TEMPLATES = 64
"""The families of a kind: each writes it with other habits."""

LONGEST = 260
"""The most lines of a document."""


@functools.cache
def _kinds() -> tuple[list[str], list[float]]:
    weights: dict[str, float] = {}
    for builders, share in GROUPS:
        whole = sum(weight for _, weight in builders.values())
        weights |= {kind: share * weight / whole for kind, (_, weight) in builders.items()}
    return list(weights), list(weights.values())


@functools.cache
def _builders() -> dict:
    return {kind: builder for builders, _ in GROUPS for kind, (builder, _) in builders.items()}


@functools.cache
def families(kind: str, split: Split) -> list[str]:
    """The families of a kind that a split may use."""
    named = [f"{kind}-{template}" for template in range(TEMPLATES)]
    return [family for family in named if split_of(family) == split]


def manifests(split: Split, count: int, seed: int) -> Iterator[Document]:
    """Documents of a split; the same seed gives the same.

    Their only labels are secrets that rules may miss: the rules label the rest.
    """
    for number in range(count):
        rng = random.Random(f"{seed}:{split}:{number}")
        kind = rng.choices(*_kinds())[0]
        family = rng.choice(families(kind, split))
        author, text = _written(rng, split, kind, family)
        document = Document(f"generated-{split}-{seed}-{number}", family, split, text)
        for at, line in enumerate(text.split("\n")):
            if any(secret in line for secret in author.secrets):
                document.labels.append((at, "secret-in-plain-text"))
            if any(secret in line for secret in author.doubtful):
                document.unsure.append(at)
        yield document


def _written(rng: random.Random, split: Split, kind: str, family: str) -> tuple[Author, str]:
    while True:
        author = Author(rng, split, family)
        tree = _builders()[kind](author)
        comments = (author.words("COMMENTS"), author.words("COMMENTED_SETTINGS"), author.words("REASONS_OF_RULES"))
        text = style.render(tree, style.draw(rng), comments, rng)
        if text.count("\n") <= LONGEST:
            return author, text
