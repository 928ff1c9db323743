"""Documents with labels that no rule can decide, made from lists and grammars of our own.

A module for each meaning gives harmful parts and decoys; `frames` puts them into documents; `writer` writes these in the
styles that people use. Lists, productions and structures are cut by split, so that the test sees none that were trained.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from types import ModuleType

from ..documents import Document, Split
from . import downloads, escapes, exfiltration, frames, images, miners, misplacements, misspellings, permissions, places, roles, secrets, shells, verification
from .parts import Command, Part, Whole
from .texts import (
    DENIED, DOWNLOADS, ESCAPES, IMITATES, MINES, MISSPELLED, NO_EFFECT, SECRET, SENDS, SHELL, UNVERIFIED, WRITABLE,
)  # fmt: skip
from .vocabulary import COMMENTS, Words
from .writer import Line, Writer, any_style

MODULES: dict[str, ModuleType] = {
    SECRET: secrets,
    DOWNLOADS: downloads,
    UNVERIFIED: verification,
    SHELL: shells,
    WRITABLE: permissions,
    MINES: miners,
    ESCAPES: escapes,
    SENDS: exfiltration,
    DENIED: roles,
    MISSPELLED: misspellings,
    NO_EFFECT: misplacements,
    IMITATES: images,
}
WEIGHTS = {SECRET: 3.0, MISSPELLED: 1.5, NO_EFFECT: 1.3, IMITATES: 1.2, DENIED: 1.2}
"""How often a meaning is taken; those that take many forms are taken more often. The others have 1."""
LONGEST = 110


def other_parts(words: Words, label: str) -> list[Part]:
    """Harmless parts to stand beside: mostly of the same meaning, for these are the hardest to tell apart."""
    others: list[Part] = []
    for _ in range(words.rng.choice((0, 0, 1, 1, 2, 3))):
        module = MODULES[label] if words.chance(0.5) else words.rng.choice(list(MODULES.values()))
        others.append(module.decoy(words))
    return others


def written(words: Words, tree: dict) -> list[Line]:
    """The lines of a document in some style."""
    writer = Writer(words.rng, any_style(words.rng), COMMENTS.of(words.split))
    return writer.document(tree)


def around(words: Words, part: Part, others: list[Part]) -> tuple[dict, str]:
    """A document around a part, and its structure's name."""
    place = places.placed(words, part.lines) if isinstance(part, Command) and words.chance(0.35) else None
    return place or frames.build(words, part, others)


def document(words: Words, label: str, harmful: bool, identity: str) -> Document:
    """One document of a meaning, with it or only with its decoys."""
    module = MODULES[label]
    while True:
        part = module.harm(words) if harmful else module.decoy(words)
        others = other_parts(words, label)
        if harmful and words.chance(0.15):
            others.append(module.harm(words))
        tree, structure = around(words, part, [other for other in others if not isinstance(other, Whole)])
        lines = written(words, tree)
        if len(lines) <= LONGEST:
            break
    return Document(
        id=identity,
        family=f"meaning/{label}/{structure}" if harmful else f"meaning/{label}/decoy.{structure}",
        split=words.split,
        text="".join(f"{line.text}\n" for line in lines),
        labels=[(at, name) for at, line in enumerate(lines) for name in sorted(line.labels)],
        unsure=[at for at, line in enumerate(lines) if line.unsure and not line.labels],
    )


def documents(split: Split, count: int, seed: int) -> Iterator[Document]:
    """Documents of all meanings; about half of them hold only decoys."""
    labels = list(MODULES)
    weights = [WEIGHTS.get(label, 1.0) for label in labels]
    for number in range(count):
        rng = Random(f"meanings/{seed}/{split}/{number}")
        # The first documents take the meanings in turn, so that few documents hold each of them too.
        if number < 2 * len(labels):
            label, harmful = labels[number // 2], number % 2 == 0
        else:
            label, harmful = rng.choices(labels, weights)[0], rng.random() < 0.52
        yield document(Words(rng, split), label, harmful, f"meaning-{split}-{seed}-{number}")
