"""How well scores agree with what is known."""

from __future__ import annotations

import numpy as np


def best_threshold(
    scores: np.ndarray, truth: np.ndarray, beta: float = 1.0, weights: np.ndarray | None = None
) -> tuple[float, float]:
    """The threshold with the best F-measure, and that measure. `beta` below 1 counts precision more; `weights` say how much
    each score counts."""
    weights = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum((truth * weights)[order])
    asked = np.cumsum(weights[order])
    positives = (truth * weights).sum()
    if positives == 0:
        return np.inf, 0.0
    square = beta * beta
    measures = (1 + square) * hits / (asked + square * positives)
    # Between equal scores no threshold can be.
    ends = np.append(scores[order][1:] != scores[order][:-1], True)
    at = int(np.argmax(np.where(ends, measures, -1)))
    below = scores[order][at + 1] if at + 1 < len(scores) else scores[order][at] - 1
    return float((scores[order][at] + below) / 2), float(measures[at])


def f_measure(hits: float, false_alarms: float, misses: float) -> float:
    """F1 from counts; 0 where there is nothing to find and nothing found."""
    return 2 * hits / max(2 * hits + false_alarms + misses, 1e-9)
