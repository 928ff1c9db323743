"""A document being changed line by line, so that what is known of a line moves with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..documents import Document
from .outline import Node, Outline, outline


@dataclass
class Line:
    """A line of the original, what became of it, and what was written around it."""

    text: str
    labels: list[str] = field(default_factory=list)
    unsure: bool = False
    removed: bool = False
    before: list[Line] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)


class Draft:
    """The lines of a document and its outline. The outline's line numbers stay those of the original."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.outline: Outline = outline(document.text)
        self.lines = [Line(text) for text in self.outline.lines]
        for at, label in document.labels:
            self.lines[at].labels.append(label)
        for at in document.unsure:
            self.lines[at].unsure = True

    def surround(self, first: int, end: int, before: list[str], after: list[str]) -> None:
        """Writes lines around some lines. Outer surroundings have to be written before inner ones."""
        self.lines[first].before.extend(Line(text) for text in before)
        self.lines[end - 1].after[:0] = [Line(text) for text in after]

    def remove(self, first: int, end: int) -> None:
        """Takes lines out, with what was known of them."""
        for line in self.lines[first:end]:
            line.removed = True

    def doubt(self, lines: set[int]) -> None:
        """Nobody knows the labels of these lines any more."""
        for at in lines:
            self.lines[at].unsure = True

    def finish(self, variant: str) -> Document:
        """The changed document."""
        return assemble(self.document, variant, [line for line in self.lines])


def assemble(document: Document, variant: str, lines: list[Line]) -> Document:
    """A document made of lines and what is known of them. A line that nobody knows keeps no labels."""
    flat: list[Line] = []
    for line in lines:
        flat.extend(line.before)
        if not line.removed:
            flat.append(line)
        flat.extend(line.after)
    labels = [(at, label) for at, line in enumerate(flat) if not line.unsure for label in line.labels]
    unsure = [at for at, line in enumerate(flat) if line.unsure]
    text = "".join(line.text + "\n" for line in flat)
    return replace(document, id=f"{document.id}+{variant}", text=text, labels=labels, unsure=unsure)


def value_replaced(line: str, node: Node, value: str) -> str:
    """The line with another value behind the node's colon or dash. A comment behind it stays."""
    begin = node.column + 1 if node.is_item else line.index(":", node.column + len(node.key or "")) + 1
    head, tail = line[:begin], line[begin:]
    return head + tail.replace(node.value, value, 1) if node.value else f"{head} {value}{tail}"
