"""The unit of data: one YAML document, and what is known of its lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, get_args

Split = Literal["train", "validation", "test"]
Entry = TypeVar("Entry")

Marks = set[tuple[int, str]]
"""Lines and their labels."""

MEANINGS = (
    "secret-in-plain-text",
    "command-downloads-and-executes",
    "command-disables-verification",
    "command-opens-shell",
    "command-makes-world-writable",
    "command-mines-cryptocurrency",
    "command-escapes-to-host",
    "command-sends-credentials-out",
    "role-grants-what-its-name-denies",
    "setting-misspelled",
    "setting-without-effect",
    "image-imitates-known-name",
)
"""The labels that no rule can decide. All others are ids of rules."""


Kind = Literal["real", "generated", "meaning", "written", "template", "half-typed", "custom-resource"]
"""What a document is to those who learn: where it comes from, or the form that rules cannot judge."""

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass
class Document:
    """A document and the labels of its lines. Lines count from 0 and end at a line feed."""

    id: str
    family: str
    """What made it: a generator's family, or a repository."""
    split: Split
    text: str
    labels: list[tuple[int, str]] = field(default_factory=list)
    unsure: list[int] = field(default_factory=list)
    """Lines whose labels nobody knows: neither learned from nor counted."""
    judged: bool = True
    """Whether the rules could judge all of it. Where not, only its meanings are known."""

    @property
    def is_about_meanings(self) -> bool:
        """Whether it was made to show a meaning, or what looks like one: then all its meanings are known."""
        return self.family.startswith(("meaning/", "written/"))

    @property
    def kind(self) -> Kind:
        """What it is to those who learn. A form counts more than where the document comes from."""
        forms: tuple[Kind, ...] = ("template", "half-typed", "custom-resource")
        for form in forms:
            if self.id.endswith(f"+{form}"):
                return form
        if self.id.startswith("generated-"):
            return "generated"
        if self.is_about_meanings:
            return "written" if self.family.startswith("written/") else "meaning"
        return "real"


def write(path: Path, documents: Iterable[Document]) -> int:
    """Writes documents as JSON lines and gives their number."""
    count = 0
    with path.open("w", encoding="utf-8") as output:
        for count, document in enumerate(documents, start=1):
            output.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")
    return count


def read(path: Path) -> Iterator[Document]:
    """Reads documents from JSON lines."""
    with path.open(encoding="utf-8") as source:
        for line in source:
            values = json.loads(line)
            values["labels"] = [(at, label) for at, label in values["labels"]]
            yield Document(**values)


def share(name: str) -> float:
    """A number from 0 to 1 that depends on the name alone, on every machine."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6]) / 2**48


def split_of(name: str) -> Split:
    """The split that a vocabulary entry or a family belongs to: 80 % train, 8 % validation, 12 % test."""
    place = share(name)
    return "train" if place < 0.80 else "validation" if place < 0.88 else "test"


def part(entries: Iterable[Entry], split: Split) -> list[Entry]:
    """The entries of a list that a split may use, told apart by their text. Short lists give every split at least one."""
    entries = list(entries)
    chosen = [entry for entry in entries if split_of(repr(entry)) == split]
    if chosen or not entries:
        return chosen
    places = ("train", "validation", "test")
    return [sorted(entries, key=repr)[places.index(split) % len(entries)]]
