"""A manifest's outline, read from lines and indentation alone: keys, list items, and the lines that lie under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#'"\[\]{},&*!|>%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?=\s|$)(?P<value>.*)$""")
BLOCK_SCALAR = re.compile(r"^(?:[&!]\S+\s+)*[|>][0-9+-]*$")


class Unsuitable(Exception):
    """A variant makes no sense for this document. Callers skip it."""


@dataclass(eq=False)
class Node:
    """A key with its value, or an item of a list."""

    line: int
    """The line it begins on."""
    column: int
    """Where its key or its dash stands."""
    key: str | None
    """None for an item of a list."""
    value: str
    """What stands behind the colon or the dash on the same line, without a comment."""
    parent: Node | None
    end: int = 0
    """The line behind its last one. Blank lines and comments at its end are not its own."""
    children: list[Node] = field(default_factory=list)

    @property
    def is_item(self) -> bool:
        """Whether this is an item of a list."""
        return self.key is None

    @property
    def is_scalar(self) -> bool:
        """Whether it is a key with a value of one line and nothing under it."""
        return self.key is not None and bool(self.value) and self.end == self.line + 1 and self.value[0] not in "[{&*!|>"

    @property
    def opens_item(self) -> bool:
        """Whether this key stands on the line of its item's dash."""
        return self.key is not None and self.parent is not None and self.parent.is_item and self.parent.line == self.line

    def ancestors(self) -> Iterator[Node]:
        """The nodes that it lies under, from the nearest."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def path(self) -> list[str]:
        """The keys from the top to here; `*` for an item."""
        names = [self.key or "*", *(node.key or "*" for node in self.ancestors())]
        return names[::-1]

    def child(self, key: str) -> Node | None:
        """The key under it by that name."""
        return next((child for child in self.children if child.key == key), None)

    def nodes(self) -> Iterator[Node]:
        """This and everything under it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.nodes()


@dataclass
class Outline:
    """The nodes of a text, and the lines that hold none."""

    lines: list[str]
    top: list[Node]
    loose: set[int]
    """Blank lines and comments outside of scalars."""

    def nodes(self) -> Iterator[Node]:
        """All nodes, in the order of the text."""
        for node in self.top:
            yield from node.nodes()

    def find(self, *path: str) -> Node | None:
        """The node at a path of keys from the top."""
        nodes, found = self.top, None
        for key in path:
            found = next((node for node in nodes if node.key == key), None)
            if found is None:
                return None
            nodes = found.children
        return found

    def kind(self) -> str:
        """The value of the top-level `kind`, or nothing."""
        node = self.find("kind")
        return node.value.strip("'\"") if node else ""


def without_comment(text: str) -> str:
    """The text before a comment, stripped. Quotes are respected."""
    quote = ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"" and (at == 0 or text[at - 1] in " [{,:"):
            quote = character
        elif character == "#" and (at == 0 or text[at - 1].isspace()):
            return text[:at].strip()
    return text.strip()


def is_open(value: str) -> bool:
    """Whether a quote or a bracket that begins the value is not closed in it."""
    if value[:1] in ("'", '"'):
        quote = value[0]
        rest = value[1:].replace("\\\\", "").replace('\\"', "") if quote == '"' else value[1:].replace("''", "")
        return quote not in rest
    if value[:1] in ("[", "{"):
        bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'", "", value)
        return sum(bare.count(mark) for mark in "[{") > sum(bare.count(mark) for mark in "]}")
    return False


def outline(text: str) -> Outline:
    """Reads the outline of a text. Raises `Unsuitable` for what lines and indentation do not tell."""
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    top: list[Node] = []
    loose: set[int] = set()
    stack: list[Node] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            loose.add(at)
            at += 1
            continue
        column = len(line) - len(line.lstrip(" "))
        if line[column] == "\t" or stripped in ("---", "...") or stripped.startswith("? "):
            raise Unsuitable(f"line {at} is not plain block style")
        rest = line[column:]
        last: Node | None = None
        while rest.startswith("- ") or rest == "-":
            while stack and (stack[-1].column > column or (stack[-1].column == column and stack[-1].is_item)):
                stack.pop()
            last = _add(Node(at, column, None, without_comment(rest[1:]), stack[-1] if stack else None), top, stack)
            behind = rest[1:].lstrip(" ")
            column += len(rest) - len(behind)
            rest = behind
        found = KEY.match(rest)
        if found:
            while stack and stack[-1].column >= column:
                stack.pop()
            key, value = found["key"].strip("'\""), without_comment(found["value"])
            last = _add(Node(at, column, key, value, stack[-1] if stack else None), top, stack)
        elif last is None:
            if not stack or stack[-1].column >= column:
                raise Unsuitable(f"line {at} is neither a key nor an item")
            last = stack[-1]
        behind_value = _end_of_value(lines, at, last)
        for node in stack:
            node.end = max(node.end, behind_value)
        at = behind_value
    return Outline(lines, top, loose)


def _add(node: Node, top: list[Node], stack: list[Node]) -> Node:
    (node.parent.children if node.parent else top).append(node)
    stack.append(node)
    return node


def _end_of_value(lines: list[str], at: int, node: Node) -> int:
    """The line behind a value that begins on a line: block scalars, open quotes and open brackets go on."""
    value = node.value if node.line == at else ""
    end = at + 1
    if BLOCK_SCALAR.match(value):
        while end < len(lines) and (not lines[end].strip() or _indentation(lines[end]) > node.column):
            end += 1
        while end > at + 1 and not lines[end - 1].strip():
            end -= 1
        return end
    while is_open(value):
        if end == len(lines):
            raise Unsuitable("a quote or a bracket is never closed")
        value += " " + without_comment(lines[end])
        end += 1
    return end


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
