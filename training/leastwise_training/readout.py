"""Learns the meanings' label rows once more, on states of what the network has not read.

What it has read it knows nearly by heart, and rows that were learned there trust directions that mean less elsewhere. On lines that
it has not read, each row may move a little from where it is: that costs as much as it helps on some hundred lines.
"""

from __future__ import annotations

import numpy as np

from .calibrate import logistic

RIDGE = 600.0
"""What a change of one costs in each direction, measured by its standard deviation. Chosen of 10 to 2,000 by what rows that were learned
on four fifths of the examples said of the last fifth."""
HELD = 3.0
"""What holds scale and offset where they are, as in `calibrate`."""
UNLIKELY = 0.002
"""Lines without a meaning that the network holds for less likely than this are many and alike: one in `THINNED` is taken, and counts
as often."""
THINNED = 10
STEPS = 30


def learn_again(
    states: np.ndarray, targets: np.ndarray, rows: np.ndarray, bias: np.ndarray, ridge: float = RIDGE
) -> tuple[np.ndarray, np.ndarray]:
    """Rows and biases for the columns of the targets, which are 1, 0, or -1 where they are not known."""
    scores = states @ rows.T + bias
    tells = (logistic(scores).max(axis=1) > UNLIKELY) | (targets == 1).any(axis=1)
    taken = tells | (np.arange(len(states)) % THINNED == 0)
    counts = np.where(tells, 1.0, THINNED)[taken]
    states, targets, scores = states[taken], targets[taken], scores[taken]
    deviation = states.std(axis=0) + 1e-6
    scaled = states / deviation
    learned = []
    for label in range(len(rows)):
        known = targets[:, label] >= 0
        inputs = np.column_stack([scores[known, label], np.ones(known.sum()), scaled[known]])
        scale, offset, *change = _fit(inputs, targets[known, label] == 1, counts[known], ridge)
        learned.append((scale * rows[label] + np.array(change) / deviation, scale * bias[label] + offset))
    found, biases = zip(*learned, strict=True)
    return np.stack(found), np.array(biases)


def _fit(inputs: np.ndarray, truth: np.ndarray, counts: np.ndarray, ridge: float) -> np.ndarray:
    """Logistic regression by Newton's method, held at a scale of one and nothing else."""
    start = np.zeros(inputs.shape[1])
    start[0] = 1.0
    held = np.full(inputs.shape[1], ridge)
    held[:2] = HELD
    weights = start
    for _ in range(STEPS):
        probability = logistic(inputs @ weights)
        gradient = inputs.T @ (counts * (probability - truth)) + held * (weights - start)
        curvature = (inputs * (counts * probability * (1 - probability))[:, None]).T @ inputs + np.diag(held)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step / max(1.0, np.abs(step).max())
        if np.abs(step).max() < 1e-5:
            break
    return weights
