"""Measures the detector as users get it, and writes the report.

    python -m leastwise_training.evaluate --worker PROGRAM --model GGUF --small GGUF --base GGUF --data FOLDER \
        --teacher PROGRAM --cases FOLDER --out REPORT

Lines are counted exactly: a label on the line beside is one false alarm and one miss.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np

from . import baselines, cases
from .calibrate import calibration_error
from .documents import MEANINGS, Document, read
from .examples import BORDER, FEWEST_MEASURED, Known
from .measure import f_measure
from .speed import speed_of
from .teacher import Teacher
from .teaching import teach_all
from .worker import Worker

LEAST = 0.02
"""Probabilities below are taken for nothing."""

SAMPLES = 400
"""Of documents, to see how far a figure may be from chance."""

Marks = set[tuple[int, str]]
"""Lines and their labels."""


@dataclass
class Judged:
    """A document, what holds of it, and what was said of it."""

    document: Document
    truth: Marks
    said: Marks
    probabilities: dict[tuple[int, str], float] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """How well what was said agrees with what holds."""

    precision: float
    recall: float
    micro: float
    interval: tuple[float, float]
    macro: float
    absence: float
    labels: int
    marks: int
    by_label: dict[str, tuple[float, float, float, int]]
    """Of each label that holds often enough: precision, recall, F1, and how often it holds."""


def figures(judged: list[Judged], wanted: Callable[[str], bool], absent: set[str]) -> Figures:
    """The figures over the labels that are wanted."""
    counts: dict[str, np.ndarray] = {}
    by_document = np.zeros((len(judged), 3))
    for row, one in enumerate(judged):
        for (_, label), kind in _outcomes(one):
            if wanted(label):
                counts.setdefault(label, np.zeros(3))[kind] += 1
                by_document[row, kind] += 1
    hits, false_alarms, misses = by_document.sum(axis=0)
    often = {label: each for label, each in sorted(counts.items()) if each[0] + each[2] >= FEWEST_MEASURED}
    each_f = {label: f_measure(*each) for label, each in often.items()}
    missing = sum((each for label, each in counts.items() if label in absent), np.zeros(3))
    chance = np.random.default_rng(1)
    samples = [f_measure(*by_document[chance.integers(0, len(judged), len(judged))].sum(axis=0)) for _ in range(SAMPLES)]
    return Figures(
        precision=hits / max(hits + false_alarms, 1),
        recall=hits / max(hits + misses, 1),
        micro=f_measure(hits, false_alarms, misses),
        interval=(float(np.quantile(samples, 0.025)), float(np.quantile(samples, 0.975))),
        macro=float(np.mean(list(each_f.values()))) if each_f else 0.0,
        absence=f_measure(*missing),
        labels=len(often),
        marks=int(hits + misses),
        by_label={
            label: (each[0] / max(each[0] + each[1], 1), each[0] / (each[0] + each[2]), each_f[label], int(each[0] + each[2]))
            for label, each in often.items()
        },
    )


def _outcomes(one: Judged) -> list[tuple[tuple[int, str], int]]:
    """Each mark with 0 for a hit, 1 for a false alarm, 2 for a miss."""
    hits = [(mark, 0) for mark in one.said & one.truth]
    return hits + [(mark, 1) for mark in one.said - one.truth] + [(mark, 2) for mark in one.truth - one.said]


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


def judged_of(document: Document, said: Marks, known: Known, probabilities: dict | None = None) -> Judged:
    """What was said and what holds, less what nobody knows."""
    sure = known.of(document)
    truth = {(line, label) for line, label in document.labels if sure(line, label)}
    said = {mark for mark in said if sure(*mark)}
    kept = {mark: value for mark, value in (probabilities or {}).items() if sure(*mark)}
    return Judged(document, truth, said, kept)


def error_of(judged: list[Judged], wanted: Callable[[str], bool]) -> tuple[float, float]:
    """The calibration error of everything above `LEAST`, and of what is told."""
    pairs = [
        (value, mark in one.truth, mark in one.said)
        for one in judged
        for mark, value in one.probabilities.items()
        if wanted(mark[1])
    ]
    if not pairs:
        return 0.0, 0.0
    values, truth, said = (np.array(column, float) for column in zip(*pairs, strict=True))
    told = said > 0
    return calibration_error(values, truth), calibration_error(values[told], truth[told]) if told.any() else 0.0


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


ABSENCES = ("-missing", "-not-set", "-not-enforced", "-not-dropped", "-all-dropped", "-allowed", "-writable", "-mounted")
"""How the names of rules end that may find something because it is not there."""


def is_rule(label: str) -> bool:
    return label not in MEANINGS


def is_meaning(label: str) -> bool:
    return label in MEANINGS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("worker", "model", "small", "base", "data", "teacher", "cases", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--most", type=int, default=600, help="documents of a form")
    parser.add_argument("--deployment", type=Path, required=True, help="the 65-line Deployment whose time is taken")
    arguments = parser.parse_args()
    teacher = Teacher(arguments.teacher)
    tests = {path.stem.removeprefix("test-"): _sample(path, arguments.most) for path in sorted(arguments.data.glob("test-*.jsonl"))}
    tests["cases"] = list(cases.read(arguments.cases))
    absent = absent_labels(teacher, [*tests["real"], *tests["generated"]])

    models = {"default": arguments.model, "small": arguments.small}
    taught = list(teach_all(arguments.worker, arguments.model))
    known = Known([label["name"] for label in labels_of(arguments.model)])
    said = {}
    for name, path in models.items():
        with Measured(arguments.worker, path, known) as model:
            said[name] = {test: model.judge(documents) for test, documents in tests.items()}
    said |= baselines.judge(tests, arguments.data, teacher, arguments.base, known, judged_of)
    speeds = {name: speed_of(arguments.worker, path, arguments.deployment) for name, path in models.items()}
    from .report import report

    arguments.out.write_text(report(said, tests, absent, speeds, taught), encoding="utf-8")


def _sample(path: Path, most: int) -> list[Document]:
    documents = list(read(path))
    random.Random(1).shuffle(documents)
    return documents[:most]


if __name__ == "__main__":
    main()
