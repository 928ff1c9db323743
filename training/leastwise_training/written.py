"""Examples written by hand to be learned from: what people and attackers really write is wider than any grammar.

`written/NAME.yaml` has the form of `cases.py`, and two things more: a line marked `unsure` is neither learned nor counted,
and a slot such as `@name@` is another word of its sort each time the example is read. Nothing here is taken from `cases/`.

    python -m leastwise_training.written FOLDER

checks the files and counts what they show.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from . import cases
from .documents import Document, Split, split_of
from .meanings.vocabulary import Words

SLOT = re.compile(r"@([a-z_]+[0-9]*)@")
READINGS = {"train": 3, "validation": 3, "test": 0}
"""How often an example is written down with other words: with more of them, there are fewer examples in as many tokens. The test has
cases of its own."""
INDENTATION = re.compile(r"^ +", re.MULTILINE)
WIDE = 0.15
"""How often an example is indented twice as far."""
UNREAD_FROM = 480
"""Files of this number or a higher one are of the validation split, all of them: the meanings' rows are learned on what the network has
not read (`readout.py`), and the more there is of that, the better."""


def documents(folder: Path, split: Split, seed: int) -> Iterator[Document]:
    """All examples of a split, as often as its readings say."""
    for path in sorted(folder.glob("*.yaml")):
        is_unread = int(path.stem.rpartition("-")[2]) >= UNREAD_FROM
        for number, case in enumerate(cases.parse(path.read_text(encoding="utf-8")), start=1):
            identity = f"written/{path.stem}/{number}"
            # An example belongs to one split, and not to the test, whose share goes to the training.
            is_validation = is_unread or split_of(identity) == "validation"
            if ("validation" if is_validation else "train") != split:
                continue
            for reading in range(READINGS[split]):
                yield _document(case, f"{identity}/{reading}", path.stem, split, seed)


def _document(case: cases.Case, identity: str, family: str, split: Split, seed: int) -> Document:
    words = Words(Random(f"{seed} {identity}"), split)
    text = _filled(case.text, words)
    if words.chance(WIDE):
        text = INDENTATION.sub(r"\g<0>\g<0>", text)
    return Document(
        id=identity,
        family=f"written/{family}",
        split=split,
        text=text,
        labels=[(mark.line, label) for mark in case.marks for label in mark.labels if label != cases.UNSURE],
        unsure=[mark.line for mark in case.marks if cases.UNSURE in mark.labels],
    )


def _filled(text: str, words: Words) -> str:
    """The text with words for its slots: the same slot is the same word; a digit behind its name makes it another."""
    known: dict[str, str] = {}

    def word(match: re.Match[str]) -> str:
        name = match[1]
        if name not in known:
            known[name] = getattr(words, name.rstrip("0123456789"))()
        return known[name]

    return SLOT.sub(word, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("*.yaml")):
        try:
            found = cases.parse(path.read_text(encoding="utf-8"))
            for case in found:
                _filled(case.text, Words(Random(1), "train"))
        except (cases.BadCase, AttributeError, TypeError) as error:
            raise SystemExit(f"{path}: {error}") from error
        counts["examples"] += len(found)
        counts["without any meaning"] += sum(not any(set(mark.labels) - {cases.UNSURE} for mark in case.marks) for case in found)
        counts.update(label for case in found for mark in case.marks for label in mark.labels)
    for name, count in counts.most_common():
        print(f"{count:6} {name}")


if __name__ == "__main__":
    main()
