"""Makes probabilities of scores: for each rule's label a scale and an offset, and the threshold from which it is told.

All of it is learned from the validation split, whose repositories, vocabulary and structures were not trained on. The rows of
meanings are learned there as well (`readout.py`), and what they say are probabilities as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .measure import best_threshold

FEWEST = 8
"""Of a label with fewer lines in the validation split nothing is learned: it gets what all labels together have."""

MOST_UNEVEN = 4.0
"""A row of a small group counts at most so much more than it would alone."""

HELD = 3.0
"""What holds scale and offset where they begin: as much as three examples would."""
STEPS = 50
SHARES = tuple(0.5**halved for halved in range(12))
"""What is tried of a step, until one leads to a lower place."""

LOWEST = 0.4
"""No label is told below this probability, whatever the few examples say."""


@dataclass(frozen=True)
class Calibration:
    """The probability of a label is logistic(scale * score + offset); it is told from the threshold on."""

    scale: float
    offset: float
    threshold: float


AS_IT_IS = Calibration(scale=1.0, offset=0.0, threshold=0.5)
"""Of what is a probability already. It is told where it is more likely than not: thresholds of their own for the meanings, learned from
a hundred lines each, were no better on lines that they had not been learned from."""


def logistic(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -60, 60)))


def calibrate(
    scores: np.ndarray, targets: np.ndarray, weights: np.ndarray | None = None, beta: float = 1.0
) -> list[Calibration]:
    """A calibration for each column. Targets are 1, 0, or -1 where they are not known; weights say how much each row counts."""
    weights = np.ones(len(scores)) if weights is None else weights
    known = targets >= 0
    together = _fit(scores[known], targets[known] == 1, np.broadcast_to(weights[:, None], known.shape)[known])
    found = []
    for column in range(scores.shape[1]):
        sure = known[:, column]
        score, truth, weight = scores[sure, column], targets[sure, column] == 1, weights[sure]
        enough = truth.sum() >= FEWEST
        scale, offset = _fit(score, truth, weight, together) if enough else together
        threshold = 0.5
        if enough:
            best, _ = best_threshold(score, truth, beta, weight)
            threshold = float(logistic(np.array(scale * best + offset)))
        found.append(Calibration(scale, offset, round(min(max(threshold, LOWEST), 0.95), 4)))
    return found


def even(groups: np.ndarray) -> np.ndarray:
    """Weights for rows of these groups, so that a small group counts for as much as a large one, within `MOST_UNEVEN`."""
    _, group, counts = np.unique(groups, return_inverse=True, return_counts=True)
    weights = np.clip(len(groups) / len(counts) / counts, 1 / MOST_UNEVEN, MOST_UNEVEN)[group]
    return weights / weights.mean()


def _fit(
    scores: np.ndarray, truth: np.ndarray, counts: np.ndarray, start: tuple[float, float] = (1.0, 0.0)
) -> tuple[float, float]:
    """Scale and offset, held near a start by as much as three examples would."""
    inputs = np.stack([scores, np.ones_like(scores)], axis=1)
    # A scale below this would turn the order of scores around.
    scale, offset = regression(inputs, truth, counts, np.array(start), np.full(2, HELD), np.array([0.05, -np.inf]))
    return float(scale), float(offset)


def regression(
    inputs: np.ndarray, truth: np.ndarray, counts: np.ndarray, start: np.ndarray, held: np.ndarray, least: np.ndarray | float = -np.inf
) -> np.ndarray:
    """Logistic regression by Newton's method on rows that count so often. `held` is what a change of one from the start costs in
    each weight; none goes below `least`."""

    def loss(weights: np.ndarray) -> float:
        scores = inputs @ weights
        return float(counts @ (np.logaddexp(0, scores) - truth * scores) + held @ (weights - start) ** 2 / 2)

    weights = start
    now = loss(weights)
    for _ in range(STEPS):
        probability = logistic(inputs @ weights)
        gradient = inputs.T @ (counts * (probability - truth)) + held * (weights - start)
        curvature = (inputs * (counts * probability * (1 - probability))[:, None]).T @ inputs + np.diag(held)
        step = np.linalg.solve(curvature, gradient)
        # Where rows are told with certainty the curvature is next to nothing, and a whole step leads far beyond the lowest place.
        step /= max(1.0, np.abs(step).max())
        for share in SHARES:
            nearer = np.maximum(weights - share * step, least)
            then = loss(nearer)
            if then < now:
                break
        else:
            break
        settled = np.abs(nearer - weights).max() < 1e-6
        weights, now = nearer, then
        if settled:
            break
    return weights


def calibration_error(probabilities: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """The expected calibration error: the mean distance of what was promised and what came true, over equal bins."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        here = place == number
        if here.any():
            error += here.mean() * abs(probabilities[here].mean() - truth[here].mean())
    return float(error)
