"""What the detector must beat: the rules alone, words in a bag, what a kind alone tells, and the model before training."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from torch import Tensor, nn

from .documents import Document, Marks, read
from .examples import Known, examples
from .export import VARIANTS
from .figures import Judged, judged_of
from .network import Base, Detector, Rows
from .teacher import Teacher
from .tokens import Tokens
from .train import loss_of

TRAINED_ON = 2500
"""Documents that a baseline learns from."""

PROBED_ON = 500
"""Documents that label rows on the untrained model learn from: its states cost as much as the detector's."""

WORD = re.compile(r"[A-Za-z][a-z]+|[A-Z]+|\d+|[^\sA-Za-z\d]")
BUCKETS = 1 << 17
Tests = dict[str, list[Document]]


def judge(
    tests: Tests,
    data: Path,
    teacher: Teacher,
    base: Path,
    known: Known,
) -> dict[str, dict[str, list[Judged]]]:
    """What each baseline says of the tests."""
    learned = [document for _, document in zip(range(TRAINED_ON), read(data / "train.jsonl"), strict=False)]
    sayers: dict[str, Callable[[list[Document]], list[Marks]]] = {
        "rules alone": lambda documents: _rules(documents, teacher),
        "kind and key": KindAndKey(learned).say,
        "bag of words": BagOfWords(learned, known).say,
        "untrained model": Untrained(learned[:PROBED_ON], known, teacher, base).say,
    }
    return {
        name: {
            test: [judged_of(document, said, known) for document, said in zip(documents, say(documents), strict=True)]
            for test, documents in tests.items()
        }
        for name, say in sayers.items()
    }


def _rules(documents: list[Document], teacher: Teacher) -> list[Marks]:
    bare = [replace(document, labels=[]) for document in documents]
    return [set(document.labels) for document in teacher.label(bare)]


def _kind(lines: list[str]) -> str:
    return next((line for line in lines if line.startswith("kind:")), "")


def _key(line: str) -> str:
    return line.strip().removeprefix("- ").split(":")[0]


class KindAndKey:
    """Knows of each kind how often a label stands at a key, and nothing of what is there."""

    def __init__(self, documents: list[Document]) -> None:
        seen: Counter[tuple[str, str]] = Counter()
        held: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for document in documents:
            lines = document.text.split("\n")
            kind = _kind(lines)
            seen.update((kind, _key(line)) for line in lines)
            for line, label in document.labels:
                held[kind, _key(lines[line])][label] += 1
        self._says = {
            place: [label for label, count in labels.items() if count * 2 > seen[place]] for place, labels in held.items()
        }

    def say(self, documents: list[Document]) -> list[Marks]:
        return [self._say(document.text.split("\n")) for document in documents]

    def _say(self, lines: list[str]) -> Marks:
        kind = _kind(lines)
        return {(at, label) for at, line in enumerate(lines) for label in self._says.get((kind, _key(line)), ())}


class BagOfWords:
    """A linear model of the words of a line, of the lines around it, and of the kind."""

    def __init__(self, documents: list[Document], known: Known) -> None:
        torch.manual_seed(1)
        self._labels = known.labels
        self._rows = nn.EmbeddingBag(BUCKETS, len(known.labels), mode="sum", sparse=True)
        nn.init.zeros_(self._rows.weight)
        bias = nn.Parameter(torch.full((len(known.labels),), -4.0))
        self._bias = bias
        optimizers = [torch.optim.SparseAdam(list(self._rows.parameters()), lr=0.02), torch.optim.Adam([bias], lr=0.02)]
        for _ in range(2):
            for document in documents:
                words, starts = _bags(document.text.split("\n"))
                targets = known.targets(document)
                truth = torch.from_numpy(np.stack([targets[line] for line in range(len(starts))]))
                loss = loss_of(self._rows(words, starts) + bias, truth)
                loss.backward()
                for optimizer in optimizers:
                    optimizer.step()
                    optimizer.zero_grad()

    @torch.no_grad()
    def say(self, documents: list[Document]) -> list[Marks]:
        found = []
        for document in documents:
            words, starts = _bags(document.text.split("\n"))
            found.append(_marks(self._rows(words, starts) + self._bias, range(len(starts)), self._labels))
        return found


def _bags(lines: list[str]) -> tuple[Tensor, Tensor]:
    numbers = lambda words, prefix: [crc32((prefix + word).encode()) % BUCKETS for word in words]  # noqa: E731
    split = [WORD.findall(line) for line in lines]
    kind = numbers([_kind(lines)], "kind ")
    bags = []
    for at, words in enumerate(split):
        near = [word for line in split[max(at - 3, 0) : at] + split[at + 1 : at + 8] for word in line]
        bags.append(kind + numbers(words, "") + numbers(map("".join, zip(words, words[1:], strict=False)), "2 ") + numbers(set(near), "near "))
    starts = np.cumsum([0, *map(len, bags[:-1])])
    return torch.tensor([word for bag in bags for word in bag]), torch.from_numpy(starts)


class Untrained:
    """Label rows on the states of the model as it comes."""

    def __init__(self, documents: list[Document], known: Known, teacher: Teacher, base: Path) -> None:
        torch.manual_seed(1)
        self._known, self._teacher, self._tokens = known, teacher, Tokens(base)
        self._network = Detector(Base(base), VARIANTS, len(known.labels), rank=1)
        self._exit = self._network.exits["default"]
        states, targets = [], []
        for _, _, state, target in self._states(documents):
            states.append(state)
            targets.append(target)
        seen, truth = torch.cat(states), torch.cat(targets)
        self._exit.settle(seen, truth)
        rows = [self._exit.rows, self._exit.bias]
        optimizer = torch.optim.Adam(rows, lr=3e-3)
        for _ in range(12):
            for part in torch.randperm(len(seen)).split(512):
                loss_of(self._exit(seen[part]), truth[part]).backward()
                optimizer.step()
                optimizer.zero_grad()

    @torch.no_grad()
    def say(self, documents: list[Document]) -> list[Marks]:
        found: list[Marks] = [set() for _ in documents]
        for number, lines, state, _ in self._states(documents):
            found[number] |= _marks(self._exit(state), lines, self._known.labels)
        return found

    @torch.no_grad()
    def _states(self, documents: list[Document]) -> Iterable[tuple[int, Iterable[int], Tensor, Tensor]]:
        for example in examples(documents, self._known.labels, self._teacher, self._tokens):
            places = (torch.zeros(len(example.places), dtype=torch.int64), torch.from_numpy(example.places))
            states = self._network(Rows.of_one(example.tokens), places)["default"]
            yield example.document, example.lines.tolist(), states, torch.from_numpy(example.targets)


def _marks(scores: Tensor, lines: Iterable[int], labels: list[str]) -> Marks:
    lines = list(lines)
    rows, columns = (scores > 0).nonzero(as_tuple=True)
    return {(lines[row], labels[column]) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)}
