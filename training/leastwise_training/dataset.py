"""Puts the data together: from generators, the corpus and the teacher to labelled documents in every form.

    python -m leastwise_training.dataset --corpus FOLDER --teacher PROGRAM --out FOLDER

The folder gets `train.jsonl` and `validation.jsonl`, which mix all forms, and of the test split one file a form.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from . import corpus, generate, meanings, variants, written
from .documents import Document, Split, write
from .teacher import Teacher

SIZES: dict[Split, int] = {"train": 30000, "validation": 700, "test": 1000}
"""Documents of rules; the corpus is taken whole."""

MEANINGS_SIZE = 2
"""Times as many documents of meanings: what rules find is alike from one manifest to the next, what a meaning looks like is not."""

MUTATIONS = 3
"""How often each real document of the training is read with other settings."""

WRITTEN = Path(__file__).parents[1] / "written"
"""Where the examples written by hand lie."""

FORMS: dict[str, Callable[[Document, random.Random], Document]] = {
    "template": variants.template,
    "half-typed": variants.half_typed,
    "custom-resource": variants.custom_resource,
}
"""What rules cannot judge, made of what they can."""

SHARES = {"template": 0.35, "half-typed": 0.2, "custom-resource": 0.4}
"""How many of the training documents are also learned in each form."""

JOINED = 0.3
"""How many of the custom resources that are learned hold what the next one holds as well."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="of the generated documents' number")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    teacher = Teacher(arguments.teacher)
    real = list(corpus.documents(arguments.corpus))
    for split in ("train", "validation", "test"):
        plain = teacher.label(_plain(split, real, round(SIZES[split] * arguments.scale), arguments.seed))
        forms = dict(_forms(plain, arguments.seed, None if split == "test" else SHARES))
        if split == "test":
            known = {document.id for document in real}
            sources = {"real": [d for d in plain if d.id in known], "generated": [d for d in plain if d.id not in known]}
            for name, documents in (sources | forms).items():
                _save(arguments.out / f"test-{name}.jsonl", documents)
        else:
            mixed = list(chain(plain, *forms.values()))
            random.Random(arguments.seed).shuffle(mixed)
            _save(arguments.out / f"{split}.jsonl", mixed)


def _plain(split: Split, real: list[Document], count: int, seed: int) -> Iterator[Document]:
    own = [document for document in real if document.split == split]
    yield from own
    if split == "train":
        # The same again with other settings: real manifests obey and violate too few rules.
        for time in range(MUTATIONS):
            yield from _changed(own, variants.mutate, random.Random(f"mutate {seed} {time}"))
    yield from generate.manifests(split, count, seed)
    yield from meanings.documents(split, MEANINGS_SIZE * count, seed)
    held_out = corpus.NearDuplicates()
    for document in real:
        if document.split == "test":
            held_out.add(document.text)
    yield from (document for document in written.documents(WRITTEN, split, seed) if not held_out.has(document.text))


def _changed(
    documents: Iterable[Document], change: Callable[[Document, random.Random], Document], chance: random.Random
) -> Iterator[Document]:
    for document in documents:
        try:
            yield change(document, chance)
        except variants.Unsuitable:
            continue


def _forms(plain: list[Document], seed: int, shares: dict[str, float] | None) -> Iterator[tuple[str, list[Document]]]:
    judged = [document for document in plain if document.judged]
    for name, change in FORMS.items():
        chance = random.Random(f"{name} {seed}")
        chosen = judged if shares is None else [d for d in judged if chance.random() < shares[name]]
        made = list(_changed(chosen, change, chance))
        if name == "custom-resource":
            made = list(_joined(made, chance))
        yield name, made


def _joined(documents: list[Document], chance: random.Random) -> Iterator[Document]:
    for document, after in zip(documents, [*documents[1:], *documents[:1]], strict=True):
        try:
            yield variants.joined(document, after) if document.split == "train" and chance.random() < JOINED else document
        except variants.Unsuitable:
            yield document


def _save(path: Path, documents: list[Document]) -> None:
    count = write(path, documents)
    labels = Counter(label for document in documents for _, label in document.labels)
    print(f"{path.name}: {count} documents, {sum(labels.values())} labels of {len(labels)} kinds", file=sys.stderr)


if __name__ == "__main__":
    main()
