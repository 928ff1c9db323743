"""The teacher's two services: what the rules say, and what the detector reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from .documents import Document

Reading = tuple[str, int | None]
"""A line as it is read, and the number of the line that is judged at its end."""


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

    def _run(self, what: str, documents: Iterable[Document]) -> Iterator[dict]:
        asked = "".join(json.dumps(asdict(document)) + "\n" for document in documents)
        answer = subprocess.run([self._program, what], input=asked.encode(), stdout=subprocess.PIPE, check=True)
        return (json.loads(line) for line in answer.stdout.splitlines())


def _document(values: dict) -> Document:
    values["labels"] = [(line, label) for line, label in values["labels"]]
    return Document(**values)
