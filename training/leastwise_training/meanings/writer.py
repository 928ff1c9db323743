"""Writes trees of texts as YAML in the many styles that people write it in, and says which labels each line has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from .texts import Script, Text, labels_of

PLAIN = re.compile(r"(?:[A-Za-z0-9_./$(+~^<=;\\]|-(?=[^\s]))[^\n\t]*\Z")
NOT_TEXT = re.compile(
    r"(?:true|false|yes|no|on|off|y|n|null|~|[-+]?[0-9][0-9_]*(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?|0[xo][0-9a-f]+|[-+]?\.(?:inf|nan|[0-9]+)"
    r"|[0-9]+(?::[0-9]+)+|[0-9]{4}-[0-9]+-[0-9]+.*|=|<<)\Z",
    re.IGNORECASE,
)


@dataclass
class Line:
    """One line of a document."""

    text: str
    labels: frozenset[str] = frozenset()
    unsure: bool = False


@dataclass
class Style:
    """How somebody writes YAML."""

    step: int
    list_step: int
    quote: str
    """The quotes that are used where quotes are needed."""
    quotes_all: float
    """How often a string is quoted that needs no quotes."""
    flow: float
    """How often a short list or mapping is written in brackets."""
    shuffles: bool
    """Whether keys stand in no order."""
    blanks: float
    comments: float
    spaced_brackets: bool
    block: str
    """How a script is written where there is a choice: `|`, `>`, `one line`, or any."""


def any_style(rng: Random) -> Style:
    """A style by chance; the common ones are likelier."""
    step = rng.choice((2, 2, 2, 2, 2, 2, 4))
    return Style(
        step=step,
        list_step=rng.choice((0, step)),
        quote=rng.choice(('"', '"', "'")),
        quotes_all=rng.choice((0.0, 0.0, 0.05, 0.3, 0.9)),
        flow=rng.choice((0.0, 0.15, 0.15, 0.5, 0.9)),
        shuffles=rng.random() < 0.4,
        blanks=rng.choice((0.0, 0.0, 0.0, 0.08)),
        comments=rng.choice((0.0, 0.0, 0.05, 0.12)),
        spaced_brackets=rng.random() < 0.15,
        block=rng.choice(("any", "|", ">", "one line")),
    )


FIRST_KEYS = ("apiVersion", "kind", "metadata", "name", "schedule", "apiGroups", "resources", "image")


class Writer:
    """Writes one document in one style."""

    def __init__(self, rng: Random, style: Style, comments: list[str]):
        self.rng = rng
        self.style = style
        self.comments = comments

    def document(self, tree: dict) -> list[Line]:
        """The lines of a document."""
        return self.mapping(tree, depth=0)

    def ordered(self, mapping: dict, depth: int) -> list[tuple]:
        """The entries in the order that the style writes them."""
        entries = list(mapping.items())
        if depth == 0:
            if self.style.shuffles and self.rng.random() < 0.3:
                # Writers that sort keys put `apiVersion` first and `kind` before `metadata`.
                entries.sort(key=lambda entry: str(entry[0]))
            return entries
        if self.style.shuffles:
            self.rng.shuffle(entries)
            if self.rng.random() < 0.7:
                entries.sort(key=lambda entry: entry[0] not in FIRST_KEYS)
        return entries

    def mapping(self, mapping: dict, depth: int) -> list[Line]:
        """The lines of a block mapping, without indentation."""
        lines: list[Line] = []
        for key, value in self.ordered(mapping, depth):
            if lines and self.rng.random() < self.style.comments and self.comments:
                lines.append(Line(f"# {self.rng.choice(self.comments)}"))
            elif lines and self.rng.random() < self.style.blanks:
                lines.append(Line(""))
            if isinstance(key, Text) and key.comment.startswith("^"):
                lines.append(Line(f"# {key.comment[1:]}"))
            lines.extend(self.entry(f"{self.key(key)}:", key, value, depth, self.style.list_step))
        return lines

    def key(self, key: str) -> str:
        """A key as it is written."""
        if PLAIN.match(key) and not NOT_TEXT.match(key) and ": " not in key and " #" not in key and not key.endswith(":"):
            return str(key)
        return quoted(key, self.style.quote)

    def entry(self, head: str, key: object, value: object, depth: int, list_step: int) -> list[Line]:
        """A key or a dash with its value."""
        labels = labels_of(key)
        unsure = isinstance(key, Text) and key.unsure
        if isinstance(value, Script):
            return self.script(head, labels, unsure, value)
        if isinstance(value, (dict, list)):
            if self.flows(value):
                return [Line(f"{head} {self.flow(value)}", labels | labels_of(value), unsure)]
            comment = f"  # {key.comment}" if isinstance(key, Text) and key.comment and not key.comment.startswith("^") else ""
            nested = self.mapping(value, depth + 1) if isinstance(value, dict) else self.sequence(value, depth + 1)
            step = self.style.step if isinstance(value, dict) else list_step
            return [Line(head + comment, labels, unsure)] + [indented(line, step) for line in nested]
        comment = next((f"  # {part.comment}" for part in (value, key) if isinstance(part, Text) and part.comment and not part.comment.startswith("^")), "")
        unsure = unsure or (isinstance(value, Text) and value.unsure)
        text = self.scalar(value, flow=False)
        return [Line(f"{head} {text}{comment}" if text else f"{head}{comment}", labels | labels_of(value), unsure)]

    def sequence(self, items: list, depth: int) -> list[Line]:
        """The lines of a block sequence."""
        lines: list[Line] = []
        for item in items:
            if isinstance(item, dict) and item and not self.flows(item):
                nested = self.mapping(item, depth + 1)
                lines.append(Line(f"- {nested[0].text}", nested[0].labels, nested[0].unsure))
                lines.extend(indented(line, 2) for line in nested[1:])
            elif isinstance(item, (list, dict)):
                lines.append(Line(f"- {self.flow(item)}", labels_of(item)))
            else:
                lines.extend(self.entry("-", "", item, depth, self.style.list_step))
        return lines

    def script(self, head: str, labels: frozenset[str], unsure: bool, script: Script) -> list[Line]:
        """A script as block, folded or as one line."""
        form = self.style.block
        if form == "any":
            form = self.rng.choice(("|", ">", "one line"))
        if not script.one_line or (form == "|" and len(script.lines) > 1):
            form = "|"
        elif form == ">" and len(script.joined("")) < 40:
            form = "one line"
        step = self.style.step
        if form == "one line":
            text = script.joined(self.rng.choice((" && ", "; ")))
            return [Line(f"{head} {self.scalar(text, flow=False)}", labels | text.labels, text.unsure)]
        if form == "|":
            sign = self.rng.choice(("|", "|", "|-"))
            return [Line(f"{head} {sign}", labels, unsure)] + [
                Line(" " * step + line if line else "", line.labels, line.unsure) for line in script.lines
            ]
        ends = self.rng.choice((" &&", ";"))
        last = len(script.lines) - 1
        return [Line(f"{head} {self.rng.choice(('>-', '>-', '>'))}", labels, unsure)] + [
            Line(" " * step + line + (ends if at < last else ""), line.labels, line.unsure)
            for at, line in enumerate(script.lines)
        ]

    def flows(self, value: dict | list) -> bool:
        """Whether a list or mapping is written in brackets: empty ones must be, short ones may."""
        if not value:
            return True
        if self.style.flow == 0.0:
            return False
        items = list(value.values()) if isinstance(value, dict) else value
        if len(items) > (3 if isinstance(value, dict) else 6):
            return False
        if any(isinstance(item, dict) or (isinstance(item, list) and isinstance(value, list)) for item in items):
            return False
        inner = [part for item in items for part in (item if isinstance(item, list) else [item])]
        if any(isinstance(part, dict) or (isinstance(part, Script) and not part.one_line) for part in inner):
            return False
        if any(isinstance(item, Text) and (item.comment or item.unsure or "\n" in item) for item in inner):
            return False
        if self.length(value) > 140:
            return False
        chance = self.style.flow if isinstance(value, list) else self.style.flow * 0.25
        return self.rng.random() < chance

    def length(self, value: object) -> int:
        """About the length of a value in brackets."""
        if isinstance(value, dict):
            return sum(len(str(key)) + 4 + self.length(item) for key, item in value.items())
        if isinstance(value, list):
            return sum(2 + self.length(item) for item in value)
        return len(value.joined(" && ") if isinstance(value, Script) else str(value))

    def flow(self, value: object) -> str:
        """A list or mapping in brackets."""
        space = " " if self.style.spaced_brackets and value else ""
        if isinstance(value, dict):
            inner = ", ".join(f"{self.key(key)}: {self.flow(item)}" for key, item in value.items())
            return "{" + space + inner + space + "}"
        if isinstance(value, list):
            return "[" + space + ", ".join(self.flow(item) for item in value) + space + "]"
        if isinstance(value, Script):
            value = value.joined(self.rng.choice((" && ", "; ")))
        return self.scalar(value, flow=True)

    def scalar(self, value: object, flow: bool) -> str:
        """A scalar as it is written."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(value)
        text = str(value)
        can_be_plain = (
            PLAIN.match(text)
            and not NOT_TEXT.match(text)
            and ": " not in text
            and " #" not in text
            and not text.endswith((":", " "))
            and not (flow and re.search(r"[,\[\]{}'\"]", text))
            and text not in ("-", "---")
        )
        if can_be_plain and self.rng.random() >= self.style.quotes_all:
            return text
        quote = self.style.quote
        # A careful writer takes the quotes that need no escapes.
        if quote == '"' and '"' in text and "'" not in text:
            quote = "'"
        elif quote == "'" and "'" in text and '"' not in text:
            quote = '"'
        return quoted(text, quote)


def quoted(text: str, quote: str) -> str:
    """A string in quotes."""
    if quote == "'" and "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def indented(line: Line, step: int) -> Line:
    """A line further to the right."""
    return Line(" " * step + line.text if line.text else "", line.labels, line.unsure)
