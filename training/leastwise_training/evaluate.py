"""Measures the detector as users get it, and writes the report.

    python -m leastwise_training.evaluate --worker PROGRAM --model GGUF --small GGUF --base GGUF --data FOLDER \
        --teacher PROGRAM --cases FOLDER --out REPORT

Lines are counted exactly: a label on the line beside is one false alarm and one miss.
"""

from __future__ import annotations

import argparse
import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gguf
import numpy as np

from . import baselines, cases, written
from .dataset import WRITTEN
from .documents import Document, read
from .examples import BORDER, Known
from .figures import Judged, judged_of, marked_line
from .report import TOGETHER, report
from .speed import speed_of
from .teacher import Teacher
from .teaching import teach_all
from .worker import Worker

LEAST = 0.02
"""Probabilities below are taken for nothing."""


def labels_of(model: Path) -> list[dict]:
    """The labels that a model's file holds, with their thresholds."""
    return json.loads(gguf.GGUFReader(model).fields["leastwise.labels"].contents())["labels"]


class Measured:
    """What one model says, at its own thresholds."""

    def __init__(self, worker: Path, model: Path, known: Known) -> None:
        self._threshold = {label["name"]: label["threshold"] for label in labels_of(model)}
        self._known = known
        self._worker = Worker(worker, model)

    def __enter__(self) -> Measured:
        return self

    def __exit__(self, *end: object) -> None:
        self._worker.close()

    def judge(self, documents: list[Document]) -> list[Judged]:
        return [self._judge(document) for document in documents]

    def _judge(self, document: Document) -> Judged:
        found = self._worker.probabilities(document.text, LEAST)
        probabilities = {(line, label): value for line, label, value in found}
        said = {mark for mark, value in probabilities.items() if value >= self._threshold[mark[1]]}
        return judged_of(document, said, self._known, probabilities)


def absent_labels(teacher: Teacher, documents: list[Document]) -> set[str]:
    """The rules that find what is not there: they stand on the first lines of blocks."""
    heads: dict[str, list[bool]] = {}
    for document, pieces in zip(documents, teacher.cut(documents), strict=True):
        again = set()
        for piece in pieces:
            last = max(at for at, (text, judged) in enumerate(piece) if text == BORDER and judged is None)
            again |= {judged for _, judged in piece[last + 1 :]}
        for line, label in document.labels:
            heads.setdefault(label, []).append(line in again)
    return {label for label, on in heads.items() if np.mean(on) > 0.9 and label.endswith(ABSENCES)}


def together(teacher: Teacher, documents: list[Document], detector: list[Judged], known: Known) -> list[Judged]:
    """What users hear: the rules, and the detector where no rule can judge."""
    told = ({mark: one.probabilities[mark] for mark in one.said} for one in detector)
    heard = zip(documents, teacher.hear(documents, told), strict=True)
    return [judged_of(document, one.told(document), known) for document, one in heard]


ABSENCES = ("-missing", "-not-set", "-not-enforced", "-not-dropped", "-all-dropped", "-allowed", "-writable", "-mounted")
"""How the names of rules end that may find something because it is not there."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("worker", "model", "small", "base", "data", "teacher", "cases", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--most", type=int, default=600, help="documents of a form; the real ones are judged whole")
    parser.add_argument("--deployment", type=Path, required=True, help="the 65-line Deployment whose time is taken")
    arguments = parser.parse_args()
    teacher = Teacher(arguments.teacher)
    files = {path.stem.removeprefix("test-"): path for path in sorted(arguments.data.glob("test-*.jsonl"))}
    tests = {form: list(read(path)) if form == "real" else _sample(path, arguments.most) for form, path in files.items()}
    tests["cases"] = list(cases.read(arguments.cases))
    absent = absent_labels(teacher, [*tests["real"], *tests["generated"]])

    models = {"default": arguments.model, "small": arguments.small}
    taught = list(teach_all(arguments.worker, arguments.model))
    known = Known([label["name"] for label in labels_of(arguments.model)])

    def judge(path: Path) -> dict[str, list[Judged]]:
        with Measured(arguments.worker, path, known) as model:
            return {test: model.judge(documents) for test, documents in tests.items()}

    # Each model works in a process of its own, on one thread.
    with ThreadPoolExecutor() as pool:
        said = dict(zip(models, pool.map(judge, models.values()), strict=True))
    said[TOGETHER] = {test: together(teacher, documents, said["default"][test], known) for test, documents in tests.items()}
    said |= baselines.judge(tests, arguments.data, teacher, arguments.base, known)
    speeds = {name: speed_of(arguments.worker, path, arguments.deployment) for name, path in models.items()}
    arguments.out.write_text(report(said, tests, _learned(), absent, speeds, taught), encoding="utf-8")


def _learned() -> set[tuple[str, str]]:
    """The lines that have a meaning in what people wrote to be learned from, each with its label."""
    examples = (example for split in written.READINGS for example in written.documents(WRITTEN, split, seed=1))
    return {marked_line(example, mark) for example in examples for mark in example.labels}


def _sample(path: Path, most: int) -> list[Document]:
    documents = list(read(path))
    random.Random(1).shuffle(documents)
    return documents[:most]


if __name__ == "__main__":
    main()
