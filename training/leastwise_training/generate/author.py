"""Who writes a document: the words of a split, the habits of a family, and the chances of one document."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from typing import TypeVar

from leastwise_training.documents import Split, part, share
from leastwise_training.generate import vocabulary

Choice = TypeVar("Choice")


SHARED = ("PORTS", "PORT_NAMES", "LABEL_KEYS")
"""The lists that are not cut: what people agree on, and little else to choose from."""


@functools.cache
def _words(name: str, split: Split) -> list:
    entries = getattr(vocabulary, name)
    return list(entries) if name in SHARED else part(entries, split)


class Author:
    """Draws everything that a document is made of."""

    def __init__(self, rng: random.Random, split: Split, family: str) -> None:
        self.rng = rng
        self.split = split
        self.family = family
        self.secrets: list[str] = []
        """Secrets written where everybody sees that they are meant to be secret."""
        self.doubtful: list[str] = []
        """Secrets where some would say that they stand in plain text, and some not."""

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def choice(self, entries: Sequence[Choice]) -> Choice:
        return self.rng.choice(entries)

    def some(self, entries: Sequence[Choice], least: int, most: int) -> list[Choice]:
        """Some of the entries, in the order given."""
        count = min(len(entries), self.rng.randint(least, most))
        places = sorted(self.rng.sample(range(len(entries)), count))
        return [entries[place] for place in places]

    def likes(self, habit: str, usual: float = 0.4) -> bool:
        """Whether an optional section is written: families like it more or less, and each stays open to both."""
        leaning = share(f"{self.family}:{habit}")
        return self.chance(usual * 0.3 if leaning < 0.4 else usual if leaning < 0.7 else min(0.95, usual * 1.8))

    def way(self, habit: str, ways: int) -> int:
        """One of several ways to do the same, fixed for the family."""
        return int(share(f"{self.family}:way:{habit}") * ways)

    def words(self, name: str) -> list:
        """The entries of a vocabulary list that the split may use."""
        return _words(name, self.split)

    def word(self, name: str) -> str:
        return self.choice(self.words(name))

    def name(self) -> str:
        """A name of an object, of words that no other split uses."""
        subject = self.word("SUBJECTS")
        form = self.rng.random()
        if form < 0.25:
            return subject
        if form < 0.75:
            return f"{subject}-{self.word('ROLES')}"
        if form < 0.9:
            return f"{self.word('NAMESPACES')}-{subject}"
        return f"{subject}-{self.word('SUBJECTS')}-{self.word('ROLES')}"

    def secret(self, doubtful: bool = False) -> str:
        """A secret, which is remembered."""
        value = self.word("SECRET_VALUES")
        (self.doubtful if doubtful else self.secrets).append(value)
        return value

    def labels(self, name: str) -> dict[str, str]:
        keys = self.some(self.words("LABEL_KEYS"), 0, 2)
        labels = {self.choice(("app", "app.kubernetes.io/name", "k8s-app", "name")): name}
        for key in keys:
            labels.setdefault(key, self.word("LABEL_VALUES"))
        return labels

    def namespace(self) -> str | None:
        """The namespace an object names, or none where it names none."""
        drawn = self.rng.random()
        if drawn < 0.38:
            return None
        if drawn < 0.46:
            return "default"
        if drawn < 0.49:
            return "kube-system"
        return self.word("NAMESPACES")

    def metadata(self, name: str, namespaced: bool = True, labels: dict[str, str] | None = None) -> dict:
        """A `metadata` block in one of the usual orders."""
        metadata: dict = {"name": name}
        namespace = self.namespace() if namespaced else None
        if namespace:
            metadata["namespace"] = namespace
        if labels is None and self.likes("labels", 0.5):
            labels = self.labels(name)
        if labels:
            metadata["labels"] = dict(labels)
        if self.likes("annotations", 0.2):
            pairs = (entry.split("=", 1) for entry in self.some(self.words("ANNOTATIONS"), 1, 3))
            metadata["annotations"] = {
                key: value.replace("-", " ") if key == "description" else value for key, value in pairs
            }
        if self.likes("creation time", 0.04):
            metadata = {"creationTimestamp": None, **metadata}
        if self.way("metadata order", 3) == 0:
            metadata = dict(reversed(metadata.items()))
        return metadata

    def object(self, version: str, kind: str, metadata: dict, **rest: object) -> dict:
        """An object, with its head in one of the usual orders."""
        head = {"apiVersion": version, "kind": kind}
        if self.way("head order", 4) == 0:
            head = dict(reversed(head.items()))
        return {**head, "metadata": metadata, **{key: value for key, value in rest.items() if value is not None}}

    def host(self) -> str:
        return self.word("HOSTS")

    def image(self) -> str:
        """An image reference: pinned by digest, by tag, not at all, or put there by `ko`, which pins what it builds."""
        if self.chance(0.03):
            return f"ko://{self.word('IMAGE_HOSTS')}/{self.choice(('cmd', 'cmd', 'test', 'images', 'pkg'))}/{self.word('SUBJECTS')}"
        name = self.word("IMAGE_NAMES")
        if self.chance(0.3):
            name = f"{self.word('SUBJECTS')}/{self.name()}"
        if self.chance(0.55):
            name = f"{self.word('IMAGE_HOSTS')}/{name}"
        drawn = self.rng.random()
        if drawn < 0.09:
            return name
        if drawn < 0.2:
            return f"{name}:latest"
        tag = self.word("TAGS")
        if drawn < 0.8:
            return f"{name}:{tag}"
        digest = f"sha256:{self.rng.getrandbits(256):064x}"
        return f"{name}@{digest}" if drawn < 0.9 else f"{name}:{tag}@{digest}"

    def split_custom(self) -> tuple[str, str]:
        """The group and the plural name of a custom resource."""
        group, plural = self.word("CUSTOM_RESOURCES").split("/")
        return group, plural
