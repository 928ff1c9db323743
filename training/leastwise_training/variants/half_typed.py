"""A manifest with one place as it is while somebody types it. No other line moves."""

from __future__ import annotations

from random import Random

from ..documents import Document
from .bearing import bearing
from .draft import Draft
from .outline import Node, Unsuitable


def half_typed(document: Document, random: Random) -> Document:
    """The document with one line as a cursor left it. That line, and what it would have decided, is unsure."""
    draft = Draft(document)
    nodes = [node for node in draft.outline.nodes() if node.key not in ("apiVersion", "kind")]
    if not nodes:
        raise Unsuitable("nothing to type")
    for _ in range(20):
        node = random.choice(nodes)
        # Keys and values are typed more often than whole blocks are begun.
        if node.children and random.random() < 0.6:
            continue
        before = draft.lines[node.line].text
        after = random.choice((_cut, _cut, _cut_value, _without_colon, _unclosed, _begun_item, _misindented))(before, node, random)
        if after is None or after == before:
            continue
        draft.lines[node.line].text = after
        on_line = [other for other in draft.outline.nodes() if other.line == node.line]
        draft.doubt({node.line}.union(*(bearing(draft.outline, other) for other in on_line)))
        return draft.finish("half-typed")
    raise Unsuitable("no line to be half typed")


def _cut(line: str, node: Node, random: Random) -> str | None:
    """The line up to a cursor somewhere in it."""
    begin = len(line) - len(line.lstrip())
    return line[: random.randint(begin + 1, len(line) - 1)] if len(line) > begin + 2 else None


def _cut_value(line: str, node: Node, random: Random) -> str | None:
    """A key whose value is still to come."""
    if not node.key or not node.value:
        return None
    return line[: line.index(":", node.column) + 1] + random.choice(("", " "))


def _without_colon(line: str, node: Node, random: Random) -> str | None:
    """A key, or a part of it, and nothing behind it."""
    if not node.key:
        return None
    return line[: node.column + random.randint(1, len(node.key))]


def _unclosed(line: str, node: Node, random: Random) -> str | None:
    """A quote or a bracket that is not closed yet."""
    if not node.value or node.end > node.line + 1:
        return None
    value = node.value
    closed = value[-1] in "'\"]}" and value[0] in "'\"[{"
    text = value[:-1] if closed else random.choice("\"'[{") + value[: random.randint(0, len(value))]
    return line[: line.index(node.value, node.column)] + text


def _begun_item(line: str, node: Node, random: Random) -> str | None:
    """An item of which only the dash is there."""
    return line[: node.column] + random.choice(("-", "- ")) if node.is_item else None


def _misindented(line: str, node: Node, random: Random) -> str | None:
    """A line at a depth where it will not stay."""
    if node.end > node.line + 1:
        return None
    begin = len(line) - len(line.lstrip())
    return " " * max(0, begin + random.choice((-2, -1, 1, 2, 4))) + line.lstrip()
