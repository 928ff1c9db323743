"""Learns the meanings' label rows once more, on states of what the network has not read.

What it has read it knows nearly by heart, and rows that were learned there trust directions that mean less elsewhere. On lines that
it has not read, each row may move a little from where it is: that costs as much as it helps on some hundred lines.
"""

from __future__ import annotations

import numpy as np

from .calibrate import HELD, logistic, regression

RIDGE = 600.0
"""What a change of one costs in each direction, measured by its standard deviation. Chosen of 10 to 2,000 by what rows that were learned
on four fifths of the examples said of the last fifth."""
UNLIKELY = 0.002
"""Lines without a meaning that the network holds for less likely than this are many and alike: one in `THINNED` is taken, and counts
as often."""
THINNED = 10
LEAST_DEVIATION = 0.1


def learn_again(
    states: np.ndarray, targets: np.ndarray, rows: np.ndarray, bias: np.ndarray, ridge: float = RIDGE
) -> tuple[np.ndarray, np.ndarray]:
    """Rows and biases for the columns of the targets, which are 1, 0, or -1 where they are not known."""
    scores = states @ rows.T + bias
    tells = (logistic(scores).max(axis=1) > UNLIKELY) | (targets == 1).any(axis=1)
    taken = tells | (np.arange(len(states)) % THINNED == 0)
    counts = np.where(tells, 1.0, THINNED)[taken]
    states, targets, scores = states[taken], targets[taken], scores[taken]
    deviation = states.std(axis=0)
    # A direction in which states hardly differ is measured as if they did, or rounding there would be told.
    deviation = np.maximum(deviation, LEAST_DEVIATION * np.median(deviation))
    scaled = states / deviation
    start, held = np.zeros(2 + states.shape[1]), np.full(2 + states.shape[1], ridge)
    start[0], held[:2] = 1.0, HELD
    learned = []
    for label in range(len(rows)):
        known = targets[:, label] >= 0
        inputs = np.column_stack([scores[known, label], np.ones(known.sum()), scaled[known]])
        scale, offset, *change = regression(inputs, targets[known, label] == 1, counts[known], start, held)
        learned.append((scale * rows[label] + np.array(change) / deviation, scale * bias[label] + offset))
    found, biases = zip(*learned, strict=True)
    return np.stack(found), np.array(biases)
