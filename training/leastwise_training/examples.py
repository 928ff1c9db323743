"""From labelled documents to what the network learns from: tokens, the places that are judged, and what is known there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .documents import MEANINGS, Document, Kind
from .rows import ROW_TOKENS
from .teacher import Reading, Teacher
from .tokens import Tokens

TWINS = {
    "secret-in-plain-text": {"secret-literal-in-environment", "credential-in-configmap", "credential-in-values"},
    "setting-misspelled": {"schema-violation"},
    "setting-without-effect": {"schema-violation"},
}
"""Rules that find a part of what a meaning means: what they find may mean it, too, and nobody has looked."""

BORDER = "---"
"""What the product puts between the parts of a piece."""

SUMS = {"pod-security-standard-violation", "schema-violation"}
"""Rules that sum up what others say, or that compare with a list too long to learn."""

COMPARISONS = {"probes-identical", "duplicate-env-var", "port-name-duplicate", "selector-template-mismatch"}
"""Rules that compare two blocks word by word: lines that are seen one by one do not show it, and what templates fill in is equal
or not only when it is filled in. A network that learned them found one in thirteen."""

NOT_LEARNED = SUMS | COMPARISONS

FEWEST = 30
"""A rule with fewer lines in the training data is not learned."""

FEWEST_MEASURED = 10
"""A label that holds on fewer lines of a test has no figure of its own."""

VALUE_HIDDEN = re.compile(r":\s+[\"']?\{\{")
"""A value that a template gives."""


@dataclass(frozen=True)
class Example:
    """A piece: its tokens, and for each place that is judged the labels that hold and those that nobody knows."""

    document: int
    """The index of its document."""
    tokens: np.ndarray
    places: np.ndarray
    """The positions of the line feeds at which lines are judged."""
    lines: np.ndarray
    """The lines of the document that are judged there."""
    targets: np.ndarray
    """Of each place and label: 1, 0, or -1 where it is not known."""
    kind: Kind
    """What its document is."""


def labels_of(documents: Iterable[Document]) -> list[str]:
    """The labels to learn: the meanings, and every rule that the data shows often enough."""
    counts = Counter(label for document in documents for _, label in set(document.labels))
    rules = sorted(label for label, count in counts.items() if count >= FEWEST and label not in NOT_LEARNED.union(MEANINGS))
    return [*MEANINGS, *rules]


def examples(
    documents: list[Document], labels: list[str], teacher: Teacher, tokens: Tokens, once: bool = False
) -> list[Example]:
    """The pieces of the documents. `once` judges heads where they stand and does not read them again: to compare."""
    found, known = [], Known(labels)
    for number, (document, pieces) in enumerate(zip(documents, teacher.cut(documents), strict=True)):
        targets = known.targets(document)
        for piece in map(_read_once, pieces) if once else pieces:
            ids: list[int] = []
            places, lines = [], []
            for text, judged in piece:
                ids.extend(tokens.of_line(text))
                if judged is not None:
                    places.append(len(ids) - 1)
                    lines.append(judged)
            if len(ids) <= ROW_TOKENS and lines:
                here = np.stack([targets[line] for line in lines])
                found.append(
                    Example(
                        document=number,
                        tokens=np.array(ids, np.int32),
                        places=np.array(places),
                        lines=np.array(lines),
                        targets=here,
                        kind=document.kind,
                    )
                )
    return found


def _read_once(piece: list[Reading]) -> list[Reading]:
    borders = [at for at, (text, judged) in enumerate(piece) if text == BORDER and judged is None]
    again = {text: [] for text, _ in piece[borders[-1] :]}
    for text, judged in piece[borders[-1] + 1 :]:
        again[text].append(judged)
    own = piece[borders[0] + 1 : borders[-1]]
    judged_here = [(text, again[text].pop(0) if judged is None and again.get(text) else judged) for text, judged in own]
    return [*piece[: borders[0] + 1], *judged_here]


class Known:
    """What is known of the lines of documents."""

    def __init__(self, labels: list[str]) -> None:
        self.labels = labels
        self._index = {label: number for number, label in enumerate(labels)}

    def of(self, document: Document) -> Callable[[int, str], bool]:
        """Whether it is known of a line and a label of the document that it holds, or that it does not."""
        targets = self.targets(document)
        nothing = np.full(len(self.labels), -1, np.int8)
        return lambda line, label: label in self._index and targets.get(line, nothing)[self._index[label]] >= 0

    def targets(self, document: Document) -> dict[int, np.ndarray]:
        """Of each line and label: 1, 0, or -1 where it is not known."""
        unsure = set(document.unsure)
        here: dict[int, set[str]] = {}
        for line, label in document.labels:
            here.setdefault(line, set()).add(label)
        found = {}
        for line, text in enumerate(document.text.split("\n")):
            targets = np.zeros(len(self.labels), np.int8)
            if not document.judged:
                targets[len(MEANINGS) :] = -1
            if not document.is_about_meanings:
                for meaning, rules in TWINS.items():
                    if here.get(line, set()) & rules:
                        targets[self._index[meaning]] = -1
            for label in here.get(line, ()):
                if label in self._index:
                    targets[self._index[label]] = 1
            # Of a value that a template hides nothing can be said, and nothing shall be.
            if line in unsure and not (VALUE_HIDDEN.search(text) and not here.get(line)):
                targets[:] = -1
            found[line] = targets
        return found
