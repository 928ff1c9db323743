"""What was said of documents beside what holds of them, and how well both agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .calibrate import calibration_error
from .documents import MEANINGS, Document, Marks
from .examples import FEWEST_MEASURED, Known
from .measure import f_measure

SAMPLES = 400
"""Of documents, to see how far a figure may be from chance."""


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


def judged_of(document: Document, said: Marks, known: Known, probabilities: dict | None = None) -> Judged:
    """What was said and what holds, less what nobody knows."""
    sure = known.of(document)
    truth = {(line, label) for line, label in document.labels if sure(line, label)}
    said = {mark for mark in said if sure(*mark)}
    kept = {mark: value for mark, value in (probabilities or {}).items() if sure(*mark)}
    return Judged(document, truth, said, kept)


def marked_line(document: Document, mark: tuple[int, str]) -> tuple[str, str]:
    """A mark as it can be found in other documents: its line without indentation, and its label."""
    line, label = mark
    return document.text.split("\n")[line].strip(), label


def new_lines(judged: list[Judged], learned: set[tuple[str, str]]) -> tuple[int, int]:
    """How many of the marks stand on lines that are not learned with the same label word for word, and how many of these are told."""
    new = [(one, mark) for one in judged for mark in one.truth if marked_line(one.document, mark) not in learned]
    return len(new), sum(mark in one.said for one, mark in new)


def precision_at(judged: list[Judged], wanted: Callable[[str], bool], recall: float) -> float:
    """The precision where one threshold for all labels is as high as it can be for this recall; 0 where so much is never told."""
    held = sum(wanted(label) for one in judged for _, label in one.truth)
    marks = [(value, mark in one.truth) for one in judged for mark, value in one.probabilities.items() if wanted(mark[1])]
    true = sorted((value for value, is_true in marks if is_true), reverse=True)
    enough = max(math.ceil(recall * held), 1)
    if enough > len(true):
        return 0.0
    told = [is_true for value, is_true in marks if value >= true[enough - 1]]
    return sum(told) / len(told)


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


def is_rule(label: str) -> bool:
    return label not in MEANINGS


def is_meaning(label: str) -> bool:
    return label in MEANINGS
