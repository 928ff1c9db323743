"""The teacher's services: what the rules say, what the detector reads, and what a user hears of both."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from .documents import Document, Marks

Reading = tuple[str, int | None]
"""A line as it is read, and the number of the line that is judged at its end."""


@dataclass(frozen=True)
class Heard:
    """What a user hears of a document."""

    marks: Marks
    meanings: list[tuple[int, list[str]]]
    """Lines on which a rule says what these meanings say."""

    def told(self, document: Document) -> Marks:
        """The marks, and the meanings that rules tell. A rule that stands for several of them tells the one that holds on its line;
        where none does, it is a false alarm of the first."""
        holds = set(document.labels)
        one_of = lambda line, labels: next((label for label in labels if (line, label) in holds), labels[0])  # noqa: E731
        return self.marks | {(line, one_of(line, labels)) for line, labels in self.meanings}


class Teacher:
    """The program in `training/teacher`."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def label(self, documents: Iterable[Document]) -> list[Document]:
        """The documents with what the rules find added to their labels."""
        return [_document(values) for values in self._run("label", documents)]

    def cut(self, documents: Iterable[Document]) -> Iterator[list[list[Reading]]]:
        """The pieces of each document."""
        for values in self._run("cut", documents):
            yield [[(text, judged) for text, judged in piece] for piece in values["pieces"]]

    def hear(self, documents: Iterable[Document], tags: Iterable[Mapping[tuple[int, str], float]]) -> Iterator[Heard]:
        """What a user hears of each document, of which the detector has said so much."""
        asked = (
            asdict(document) | {"tags": [dict(line=line, label=label, probability=p) for (line, label), p in said.items()]}
            for document, said in zip(documents, tags, strict=True)
        )
        for values in self._ask("hear", asked):
            marks = {(line, label) for line, label in values["marks"]}
            yield Heard(marks, [(line, labels) for line, labels in values["meanings"]])

    def _run(self, what: str, documents: Iterable[Document]) -> Iterator[dict]:
        return self._ask(what, map(asdict, documents))

    def _ask(self, what: str, values: Iterable[dict]) -> Iterator[dict]:
        asked = "".join(json.dumps(value) + "\n" for value in values)
        answer = subprocess.run([self._program, what], input=asked.encode(), stdout=subprocess.PIPE, check=True)
        return (json.loads(line) for line in answer.stdout.splitlines())


def _document(values: dict) -> Document:
    values["labels"] = [(line, label) for line, label in values["labels"]]
    return Document(**values)
