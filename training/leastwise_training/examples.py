"""From labelled documents to what the network learns from: tokens, the places that are judged, and what is known there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from .documents import MEANINGS, Document, Kind
from .rows import ROW_TOKENS
from .teacher import Teacher

if TYPE_CHECKING:
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

ACTION = re.compile(r"\s*\{\{.*\}\}\s*")
CONTROL = re.compile(r"\s*\{\{-?\s*((if|else|end|with|range|define|block)\b|/\*|\$\w+\s*:?=)")
"""A template's action on a line of its own, and one that writes nothing by itself."""


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


def examples(documents: list[Document], labels: list[str], teacher: Teacher, tokens: Tokens) -> list[Example]:
    """The pieces of the documents."""
    found, known = [], Known(labels)
    for number, (document, pieces) in enumerate(zip(documents, teacher.cut(documents), strict=True)):
        targets = known.learned(document)
        for piece in pieces:
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

    def learned(self, document: Document) -> dict[int, np.ndarray]:
        """What is to be learned: what is known, and where the rules could not judge all of a document, that those which found
        something find nothing on its other lines. Taught only where such rules speak, a network told them everywhere in custom resources."""
        found = self.targets(document)
        if not document.judged:
            speak = [self._index[label] for _, label in document.labels if label in self._index]
            for line in found.keys() - set(document.unsure):
                found[line][speak] = np.maximum(found[line][speak], 0)
        return found

    def targets(self, document: Document) -> dict[int, np.ndarray]:
        """Of each line and label: 1, 0, or -1 where it is not known."""
        lines = document.text.split("\n")
        unsure = set(document.unsure)
        hidden = hidden_values(lines) if unsure else set()
        here: dict[int, set[str]] = {}
        for line, label in document.labels:
            here.setdefault(line, set()).add(label)
        found = {}
        for line in range(len(lines)):
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
            if line in unsure and not (line in hidden and not here.get(line)):
                targets[:] = -1
            found[line] = targets
        return found


def hidden_values(lines: list[str]) -> set[int]:
    """The lines whose value a template gives: behind the key, or as all that stands below it.

    Not where an item begins: what the item lacks is told there as well.
    """
    column = lambda line: len(line) - len(line.lstrip())  # noqa: E731
    hidden, before = set(), ""
    for number, line in enumerate(lines):
        begins_item = line.lstrip().startswith("- ") or before.strip() == "-"
        before = line if line.strip() else before
        if begins_item:
            continue
        if VALUE_HIDDEN.search(line):
            hidden.add(number)
        elif line.rstrip().endswith(":"):
            below = filter(str.strip, islice(lines, number + 1, None))
            actions, after = [], ""
            for after in below:
                if not ACTION.fullmatch(after):
                    break
                actions.append(after)
                after = ""
            is_more = column(after) > column(line) or (column(after) == column(line) and after.lstrip().startswith("- "))
            if actions and not CONTROL.match(actions[0]) and not is_more:
                hidden.add(number)
    return hidden
