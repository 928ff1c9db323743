"""Real manifests of public repositories, as documents without labels.

A repository belongs to one split as a whole, by a fixed assignment, so that the test holds repositories never trained on.
Test and validation were chosen by hand to be of different makers and purposes: an ingress controller, storage, serverless
services, a tracing operator, an eBPF tool, a shop and model serving for the test; delivery by Git, a message broker's
operator and a policy engine for validation. All others are trained on.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from .documents import Document, Split, share

TEST = (
    "kubernetes+ingress-nginx", "longhorn+longhorn", "knative+serving", "jaegertracing+jaeger-operator",
    "inspektor-gadget+inspektor-gadget", "Azure-Samples+aks-store-demo", "kserve+kserve",
)
VALIDATION = ("fluxcd+flux2", "strimzi+strimzi-kafka-operator", "open-policy-agent+gatekeeper")

MOST_LINES = 200
MOST_OF_A_KIND = 120
"""The most documents of one kind from one repository."""
SIMILAR = 0.8
"""From this share of common lines on, two documents are near-duplicates."""

PERMUTATIONS = 32
BANDS = 16
"""Sixteen bands of two find nearly every pair at 0.8; what they find besides is compared exactly."""
PRIME = (1 << 61) - 1
COEFFICIENTS = [(2 * at + 1 + (at * 0x9E3779B97F4A7C15) % PRIME, (at * 0xC2B2AE3D27D4EB4F) % PRIME) for at in range(PERMUTATIONS)]


def documents(root: Path) -> Iterator[Document]:
    """The distinct documents below `root`/plain: test first, then validation, then train, each by repository and path.

    Of near-duplicates the first in that order stays, so that what the test holds is never trained on.
    """
    seen = NearDuplicates()
    for split in ("test", "validation", "train"):
        for repository in sorted(path for path in (root / "plain").iterdir() if path.is_dir()):
            if split_of_repository(repository.name) != split:
                continue
            distinct = [document for document in _of_repository(repository, root / "plain") if seen.add(document.text)]
            yield from _thinned(distinct)


def split_of_repository(name: str) -> Split:
    """The split of a repository's folder."""
    return "test" if name in TEST else "validation" if name in VALIDATION else "train"


def kind_of(text: str) -> str | None:
    """The kind of a document that looks like a Kubernetes object: `apiVersion` and `kind` at its top level."""
    kind = re.search(r"^[\"']?kind[\"']?:[ \t]*[\"']?([A-Za-z][A-Za-z0-9]*)", text, re.MULTILINE)
    version = re.search(r"^[\"']?apiVersion[\"']?:[ \t]*\S", text, re.MULTILINE)
    return kind[1] if kind and version else None


def split_text(text: str) -> list[str]:
    """The documents of a file, without their markers and the blank lines around them."""
    parts = re.split(r"^(?:---(?:[ \t].*)?|\.\.\.[ \t]*)$", text, flags=re.MULTILINE)
    return [part.strip("\n").rstrip() + "\n" for part in parts]


def _of_repository(repository: Path, root: Path) -> Iterator[Document]:
    """The documents of a repository that may be used at all."""
    paths = [path for path in repository.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file()]
    for path in sorted(paths, key=lambda path: path.as_posix()):
        try:
            text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            # Not text, so not a manifest.
            continue
        if "{{" in text:
            continue
        for index, part in enumerate(split_text(text)):
            if "\t" not in part and part.count("\n") <= MOST_LINES and kind_of(part):
                name = f"{path.relative_to(root).as_posix()}#{index}"
                yield Document(name, repository.name, split_of_repository(repository.name), part)


def _thinned(found: list[Document]) -> list[Document]:
    """At most so many of a kind, chosen by their names alone, in the order they came."""
    by_kind: dict[str, list[Document]] = {}
    for document in found:
        by_kind.setdefault(kind_of(document.text) or "", []).append(document)
    kept: set[str] = set()
    for of_kind in by_kind.values():
        kept.update(document.id for document in sorted(of_kind, key=lambda document: share(document.id))[:MOST_OF_A_KIND])
    return [document for document in found if document.id in kept]


def normalised(text: str) -> frozenset[str]:
    """The lines of a text that say something, without comments, indentation, quotes and numbers."""
    lines = set()
    for line in text.split("\n"):
        line = re.sub(r"(^|\s)#.*", "", line)
        line = re.sub(r"[\"']", "", line).strip().removeprefix("- ").strip()
        line = re.sub(r"\d+", "0", line)
        if line:
            lines.add(line)
    return frozenset(lines)


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of common lines (Jaccard)."""
    return len(one & other) / len(one | other) if one or other else 1.0


class NearDuplicates:
    """Remembers texts, and knows whether one like another was there before (MinHash, checked exactly)."""

    def __init__(self) -> None:
        self.texts: list[frozenset[str]] = []
        self.bands: dict[tuple[int, ...], list[int]] = {}

    def has(self, text: str) -> bool:
        """Whether a text like this one is remembered."""
        lines = normalised(text)
        return self._near(lines, self._bands(lines))

    def add(self, text: str) -> bool:
        """Remembers a text, unless one like it was remembered before. Says whether it did."""
        lines = normalised(text)
        bands = self._bands(lines)
        if self._near(lines, bands):
            return False
        for band in bands:
            self.bands.setdefault(band, []).append(len(self.texts))
        self.texts.append(lines)
        return True

    def _near(self, lines: frozenset[str], bands: list[tuple[int, ...]]) -> bool:
        near = {at for band in bands for at in self.bands.get(band, ())}
        return any(similarity(lines, self.texts[at]) >= SIMILAR for at in near)

    def _bands(self, lines: frozenset[str]) -> list[tuple[int, ...]]:
        hashes = [zlib.crc32(line.encode()) for line in lines] or [0]
        signature = [min((factor * value + offset) % PRIME for value in hashes) for factor, offset in COEFFICIENTS]
        width = PERMUTATIONS // BANDS
        return [(at, *signature[at * width : (at + 1) * width]) for at in range(BANDS)]


def _print_counts(root: Path) -> None:
    """Says how many documents there are, by split, by repository and by kind."""
    by_split: Counter[str] = Counter()
    by_repository: Counter[tuple[str, str]] = Counter()
    by_kind: Counter[tuple[str, str]] = Counter()
    for document in documents(root):
        by_split[document.split] += 1
        by_repository[document.split, document.family] += 1
        by_kind[document.split, kind_of(document.text) or ""] += 1
    for split, count in sorted(by_split.items()):
        print(f"{split}: {count}")
    for title, counts in (("repository", by_repository), ("kind", by_kind)):
        print(f"\nsplit\t{title}\tdocuments")
        for (split, name), count in sorted(counts.items(), key=lambda entry: (entry[0][0], -entry[1], entry[0][1])):
            print(f"{split}\t{name}\t{count}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m leastwise_training.corpus ROOT")
    _print_counts(Path(sys.argv[1]))
