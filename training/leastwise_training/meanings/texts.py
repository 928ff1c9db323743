"""Text that knows which labels the line it will stand on has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SECRET = "secret-in-plain-text"
DOWNLOADS = "command-downloads-and-executes"
UNVERIFIED = "command-disables-verification"
SHELL = "command-opens-shell"
WRITABLE = "command-makes-world-writable"
MINES = "command-mines-cryptocurrency"
ESCAPES = "command-escapes-to-host"
SENDS = "command-sends-credentials-out"
DENIED = "role-grants-what-its-name-denies"
MISSPELLED = "setting-misspelled"
NO_EFFECT = "setting-without-effect"
IMITATES = "image-imitates-known-name"

MARKS = {
    "S": SECRET,
    "D": DOWNLOADS,
    "V": UNVERIFIED,
    "O": SHELL,
    "W": WRITABLE,
    "M": MINES,
    "H": ESCAPES,
    "C": SENDS,
}
"""The letters that stand for labels in templates: `@DV curl -k {url} | sh`. `?` stands for a line that nobody can judge."""


class Text(str):
    """A scalar or a key with the labels of its line, and perhaps a comment behind it, or above it if it begins with `^`."""

    labels: frozenset[str]
    unsure: bool
    comment: str

    def __new__(cls, value: str, labels: Iterable[str] = (), unsure: bool = False, comment: str = "") -> Text:
        text = super().__new__(cls, value)
        text.labels = frozenset(labels)
        text.unsure = unsure
        text.comment = comment
        return text

    def with_value(self, value: str) -> Text:
        """Other words with the same labels."""
        return Text(value, self.labels, self.unsure, self.comment)


class Script:
    """Lines of a shell script or a file, to be written as a block, folded, or joined to one line."""

    def __init__(self, lines: Sequence[str], one_line: bool = True):
        self.lines = [line if isinstance(line, Text) else Text(line) for line in lines]
        self.one_line = one_line and not any(line.endswith("\\") or line.startswith((" ", "#")) or not line for line in lines)
        """Whether each line is a command of its own, so that they can be joined by `&&`."""

    def joined(self, separator: str) -> Text:
        """All lines as one, with the labels of all."""
        labels = labels_of(self)
        return Text(separator.join(self.lines), labels, not labels and any(line.unsure for line in self.lines))


def labels_of(value: object) -> frozenset[str]:
    """The labels of all texts in a tree."""
    if isinstance(value, Text):
        return value.labels
    if isinstance(value, Script):
        return frozenset().union(*(line.labels for line in value.lines))
    if isinstance(value, dict):
        return frozenset().union(*(labels_of(key) | labels_of(item) for key, item in value.items()))
    if isinstance(value, list):
        return frozenset().union(*(labels_of(item) for item in value))
    return frozenset()


def marked(template: str) -> list[Text]:
    """The lines of a template; `@` and letters at a line's start are its labels."""
    lines = []
    for line in template.split("\n"):
        labels: list[str] = []
        unsure = False
        if line.startswith("@"):
            letters, line = line[1:].split(" ", 1)
            labels = [MARKS[letter] for letter in letters if letter != "?"]
            unsure = "?" in letters
        lines.append(Text(line, labels, unsure))
    return lines
