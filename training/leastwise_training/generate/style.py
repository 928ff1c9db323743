"""Prints a tree of mappings, lists and scalars as YAML, in one of the many ways people write it."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass

Node = "dict[str, Node] | list[Node] | str | int | float | bool | None"

_PLAIN = re.compile(r"[A-Za-z0-9_./(][A-Za-z0-9_./@%+=:~()$^;<>?*!|\\ -]*\Z")
_LIKE_OTHER_TYPE = re.compile(
    r"(true|false|yes|no|on|off|y|n|null|~|[-+.]?[0-9][0-9_.,:eExXoa-fA-F+-]*|\.inf|\.nan)\Z", re.IGNORECASE
)

_SENTENCE = re.compile(r"[A-Za-z][^:#\n\"'{}\[\]]*[^ :#\n\"'{}\[\]]\Z")
_LICENSES = (
    (
        " Copyright 2024 The authors",
        "",
        ' Licensed under the Apache License, Version 2.0 (the "License");',
        " you may not use this file except in compliance with the License.",
    ),
    (" SPDX-License-Identifier: Apache-2.0",),
    (" SPDX-FileCopyrightText: 2023 Example GmbH", " SPDX-License-Identifier: MIT", ""),
    ("#", "# DO NOT EDIT: this file is made by a script", "#"),
)


@dataclass
class Style:
    """How one author writes YAML."""

    step: int
    """Columns that a mapping inside a mapping moves to the right."""
    list_step: int
    """Columns that a list moves to the right of its key."""
    quote: str
    """`"` or `'`: the quotes of texts that need some."""
    quoted: float
    """How often a text is quoted that needs no quotes."""
    quoted_in_brackets: bool
    """Whether every text in the brackets of a list is quoted, whatever is done elsewhere."""
    single_in_brackets: bool
    """Whether a list of one text stands in brackets, though longer ones have lines of their own."""
    longest_brackets: int
    """The most columns of a list in brackets on one line."""
    explained_rules: float
    """How often a comment over the rule of a role says what the rule is for."""
    flow_lists: float
    flow_mappings: float
    spaced: bool
    """Whether brackets have spaces inside."""
    comments: float
    """How often a line has a comment above it; half as often, one after it."""
    blank_lines: float
    order: str
    """`written`, `sorted`, or `moved`: what becomes of the order of keys."""
    aliases: bool
    folded: bool
    """Whether long texts are spread over lines."""
    lone_dashes: bool
    """Whether the dash of a mapping has a line of its own."""
    start: str
    """What stands at the top: nothing, a `comment`, or a `license`."""


def draw(rng: random.Random) -> Style:
    """A way of writing."""
    step = rng.choices((2, 4, 3), (88, 10, 2))[0]
    commenting = rng.choices((0.0, 0.02, 0.06, 0.2), (45, 30, 17, 8))[0]
    return Style(
        step=step,
        list_step=rng.choice((0, step, step)) if step == 2 else rng.choice((0, step, 2)),
        quote=rng.choice('""\''),
        quoted=rng.choices((0.0, 0.05, 0.4, 1.0), (60, 20, 14, 6))[0],
        quoted_in_brackets=rng.random() < 0.35,
        single_in_brackets=rng.random() < 0.12,
        longest_brackets=rng.choices((70, 110, 200), (70, 18, 12))[0],
        explained_rules=rng.choices((0.0, 0.3, 0.9), (60, 25, 15))[0],
        flow_lists=rng.choices((0.0, 0.3, 0.9), (50, 25, 25))[0],
        flow_mappings=rng.choices((0.0, 0.1, 0.6), (70, 20, 10))[0],
        spaced=rng.random() < 0.2,
        comments=commenting,
        blank_lines=rng.choices((0.0, 0.03, 0.12), (75, 17, 8))[0],
        order=rng.choices(("written", "sorted", "moved"), (62, 20, 18))[0],
        aliases=rng.random() < 0.05,
        folded=rng.random() < 0.15,
        lone_dashes=rng.random() < 0.02,
        start=rng.choices(("", "comment", "license"), (89, 8, 3))[0],
    )


def render(tree: dict, style: Style, comments: tuple[list[str], list[str], list[str]], rng: random.Random) -> str:
    """The text of a document. `comments` are the sentences, the settings and the reasons of rules that comments may hold."""
    printer = _Printer(style, comments, rng)
    printer.count(tree)
    if style.start == "comment":
        printer.lines += [
            f"# {line}" for line in rng.sample(comments[0], min(len(comments[0]), rng.choice((1, 1, 2, 4))))
        ]
    elif style.start == "license":
        printer.lines += [f"#{line}" for line in rng.choice(_LICENSES)]
    printer.mapping(tree, 0)
    return "\n".join(printer.lines) + "\n"


class _Printer:
    def __init__(self, style: Style, comments: tuple[list[str], list[str], list[str]], rng: random.Random) -> None:
        self.style = style
        self.sentences, self.settings, self.reasons = comments
        self.rng = rng
        self.lines: list[str] = []
        self.repeated: dict[str, int] = {}
        self.anchors: dict[str, str] = {}

    def count(self, node: Node) -> None:
        """Counts equal blocks, which can be written once and referred to."""
        if not self.style.aliases or not isinstance(node, (dict, list)):
            return
        if len(node) > 1:
            key = json.dumps(node)
            self.repeated[key] = self.repeated.get(key, 0) + 1
        for child in node.values() if isinstance(node, dict) else node:
            self.count(child)

    def anchor(self, node: Node, hint: str) -> tuple[str, bool]:
        """What stands before a block that is written more than once, and whether it stands for the block."""
        key = json.dumps(node) if self.style.aliases and isinstance(node, (dict, list)) and len(node) > 1 else ""
        if self.repeated.get(key, 0) < 2:
            return "", False
        if key in self.anchors:
            return f" *{self.anchors[key]}", True
        self.anchors[key] = re.sub(r"[^a-z]", "", hint.lower()) + str(len(self.anchors) + 1)
        return f" &{self.anchors[key]}", False

    def ordered(self, mapping: dict) -> list[tuple[str, Node]]:
        entries = list(mapping.items())
        if self.style.order == "sorted":
            return sorted(entries, key=lambda entry: entry[0])
        if self.style.order == "moved" and len(entries) > 2 and self.rng.random() < 0.5:
            entries.insert(self.rng.randrange(len(entries)), entries.pop(self.rng.randrange(len(entries))))
        return entries

    def before(self, column: int) -> None:
        """Perhaps a blank line or a comment."""
        if self.lines and self.rng.random() < self.style.blank_lines:
            self.lines.append("")
        if self.lines and self.rng.random() < self.style.comments:
            text = self.rng.choice(self.settings if self.rng.random() < 0.35 else self.sentences)
            self.lines.append(" " * column + "#" + self.rng.choice((" ", " ", "")) + text)

    def explain(self, resources: list[str], column: int) -> None:
        """Perhaps what the rule of a role is for, as its author says."""
        if self.rng.random() >= self.style.explained_rules:
            return
        named = " and ".join(resources[: self.rng.choice((1, 1, 2))])
        for sentence in self.rng.sample(self.reasons, min(len(self.reasons), self.rng.choice((1, 1, 1, 2, 3)))):
            self.lines.append(" " * column + "# " + sentence.replace("{resources}", named))

    def after(self) -> str:
        mark = self.rng.choice(("  # ", " # ", " #"))
        return mark + self.rng.choice(self.sentences) if self.rng.random() < self.style.comments / 2 else ""

    def mapping(self, mapping: dict, column: int, first: str | None = None) -> None:
        """Entries of a mapping, the first of them behind `first` where given."""
        for key, value in self.ordered(mapping):
            if first is None:
                self.before(column)
            lead = " " * column if first is None else first
            first = None
            self.entry(lead + self.key(key) + ":", value, column, key)

    def entry(self, lead: str, value: Node, column: int, hint: str) -> None:
        if isinstance(value, str) and self.in_block(value):
            self.block(lead, value, column + self.style.step)
            return
        if isinstance(value, str) and len(value) > 30 and " " in value and self.style.folded and _SENTENCE.match(value):
            self.fold(lead, value, column + self.style.step)
            return
        if isinstance(value, list) and self.breaks(value):
            self.broken(lead, value, column + self.style.step)
            return
        if not isinstance(value, (dict, list)) or not value or self.flows(value):
            text = self.flow(value) if isinstance(value, (dict, list)) else self.scalar(value, False)
            self.lines.append((f"{lead} {text}" if text else lead) + self.after())
            return
        anchor, done = self.anchor(value, hint)
        self.lines.append(lead + anchor + ("" if done else self.after()))
        if done:
            return
        if isinstance(value, dict):
            self.mapping(value, column + self.style.step)
        else:
            self.sequence(value, column + self.style.list_step)

    def sequence(self, items: list, column: int) -> None:
        for item in items:
            self.before(column)
            if isinstance(item, dict) and item.get("verbs") and item.get("resources"):
                self.explain(item["resources"], column)
            lead = " " * column + "-"
            if isinstance(item, dict) and item:
                if self.flows(item):
                    self.lines.append(f"{lead} {self.flow(item)}" + self.after())
                    continue
                anchor, done = self.anchor(item, "item")
                if done:
                    self.lines.append(lead + anchor)
                elif anchor or self.style.lone_dashes:
                    self.lines.append(lead + anchor)
                    self.mapping(item, column + 2)
                else:
                    self.mapping(item, column + 2, lead + " ")
            else:
                self.entry(lead, item, column, "item")

    def in_block(self, text: str) -> bool:
        return "\n" in text and not re.search(r"[^\n -\x7e]|^ |\n\n\Z", text)

    def block(self, lead: str, text: str, column: int) -> None:
        """A text of several lines behind `|`."""
        self.lines.append(f"{lead} |" + ("" if text.endswith("\n") else "-"))
        self.lines += [" " * column + line if line else "" for line in text.rstrip("\n").split("\n")]

    def fold(self, lead: str, text: str, column: int) -> None:
        """A text of one line behind `>-`, over several lines."""
        self.lines.append(f"{lead} {self.rng.choice(('>-', '>-', '>'))}")
        line = ""
        for word in text.split(" "):
            if line and len(line) + len(word) > 40:
                self.lines.append(" " * column + line)
                line = ""
            line = f"{line} {word}" if line else word
        self.lines.append(" " * column + line)

    def breaks(self, items: list) -> bool:
        """Whether a list stands in brackets over several lines."""
        return (
            self.style.flow_lists > 0.5
            and len(items) > 1
            and all(isinstance(item, str) and "\n" not in item for item in items)
            and self.rng.random() < (0.3 if sum(map(len, items)) > 50 else 0.03)
        )

    def broken(self, lead: str, items: list, column: int) -> None:
        self.lines.append(f"{lead} [")
        self.lines += [" " * column + self.scalar(item, True) + "," for item in items[:-1]]
        self.lines.append(" " * column + self.scalar(items[-1], True) + ("," if self.rng.random() < 0.4 else ""))
        self.lines.append(" " * (column - self.style.step + self.rng.choice((0, 0, 1))) + "]")

    def flows(self, node: Node) -> bool:
        """Whether a block is written in brackets."""
        often = (
            self.style.flow_lists
            if isinstance(node, list)
            else self.style.flow_mappings * (1 if len(node) < 3 else 0.3)
        )
        single = self.style.single_in_brackets and isinstance(node, list) and len(node) == 1
        if not single and self.rng.random() >= often:
            return False
        if isinstance(node, list) and not all(isinstance(item, (str, int)) for item in node):
            return False
        text = json.dumps(node)
        longest = self.style.longest_brackets if isinstance(node, list) else 70
        return len(text) <= longest and "\\n" not in text

    def flow(self, node: Node) -> str:
        if isinstance(node, dict):
            inner = ", ".join(f"{self.key(key)}: {self.flow(value)}".rstrip() for key, value in node.items())
            space = " " if inner and self.style.spaced else ""
            return "{" + space + inner + space + "}"
        if isinstance(node, list):
            inner = ", ".join(self.flow(item) for item in node)
            space = " " if inner and self.style.spaced else ""
            return "[" + space + inner + space + "]"
        return self.scalar(node, True) or "null"

    def key(self, key: str) -> str:
        if _LIKE_OTHER_TYPE.match(key) or not _PLAIN.match(key) or "," in key:
            return json.dumps(key)
        return key

    def scalar(self, value: Node, in_flow: bool) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(value)
        plain = (
            _PLAIN.match(value)
            and not _LIKE_OTHER_TYPE.match(value)
            and ": " not in value
            and " #" not in value
            and value[-1] not in ": "
            and not (in_flow and re.search(r"[,?:|<>!*]", value))
        )
        if plain and in_flow and self.style.quoted_in_brackets and value[-1:] != ":":
            plain = False
        if plain and not (self.style.quoted and self.rng.random() < self.style.quoted and value[-1:] != ":"):
            return value
        if self.style.quote == "'" and "\n" not in value:
            return "'" + value.replace("'", "''") + "'"
        return json.dumps(value, ensure_ascii=False)
