"""Rows are learned once more from what was not read: better there, and near what they were."""

import unittest

import numpy as np

from leastwise_training.calibrate import calibration_error, logistic, regression
from leastwise_training.readout import learn_again

WIDTH = 6


class LearnedAgain(unittest.TestCase):
    def setUp(self) -> None:
        chance = np.random.default_rng(3)
        self.states = chance.normal(size=(6000, WIDTH))
        # What was learned trusts the first two directions alike; on what was not read only the first one tells.
        self.rows, self.bias = np.array([[3.0, 3.0, 0, 0, 0, 0]]), np.array([-2.0])
        self.odds = 3.0 * self.states[:, 0] - 2.0
        self.targets = (chance.random(6000) < logistic(self.odds)).astype(np.int8)[:, None]

    def test_a_direction_that_means_nothing_loses_its_weight_and_what_is_said_are_probabilities(self) -> None:
        ((first, second, *_),), bias = learn_again(self.states[:4000], self.targets[:4000], self.rows, self.bias, ridge=10.0)
        self.assertAlmostEqual(first, 3.0, delta=0.5)
        self.assertLess(abs(second), 0.5)
        promised = logistic(self.states[4000:] @ np.array([first, second, *_]) + bias[0])
        self.assertLess(calibration_error(promised, self.targets[4000:, 0].astype(float)), 0.03)

    def test_few_lines_move_a_row_little(self) -> None:
        rows, _ = learn_again(self.states[:30], self.targets[:30], self.rows, self.bias)
        direction = rows[0] / np.linalg.norm(rows[0])
        self.assertGreater(direction @ self.rows[0] / np.linalg.norm(self.rows[0]), 0.95)

    def test_what_is_told_with_certainty_and_sometimes_wrongly_is_learned_to_the_end(self) -> None:
        chance = np.random.default_rng(0)
        states = chance.normal(size=(2000, 20))
        truth = chance.random(2000) < logistic(3 * states[:, 0] - 6)
        inputs = np.column_stack([5 * (3 * states[:, 0] + 3 * states[:, 1] - 6), np.ones(2000), states])
        start, held = np.zeros(22), np.full(22, 10.0)
        start[0], held[:2] = 1.0, 3.0
        found = regression(inputs, truth, np.ones(2000), start, held)
        slope = inputs.T @ (logistic(inputs @ found) - truth) + held * (found - start)
        self.assertLess(np.abs(slope).max(), 0.01)

    def test_a_direction_in_which_states_hardly_differ_gets_no_great_weight(self) -> None:
        flat = np.where(np.arange(WIDTH) == WIDTH - 1, 1e-4, 1.0)
        rows, _ = learn_again(self.states[:4000] * flat, self.targets[:4000], self.rows, self.bias, ridge=10.0)
        self.assertLess(abs(rows[0, -1]), 3.0)

    def test_what_nobody_knows_teaches_nothing(self) -> None:
        unknown = np.full((1000, 1), -1, np.int8)
        states = np.concatenate([self.states, np.full((1000, WIDTH), 2.0)])
        some = learn_again(self.states, self.targets, self.rows, self.bias, ridge=10.0)
        all_of_them = learn_again(states, np.concatenate([self.targets, unknown]), self.rows, self.bias, ridge=10.0)
        # The unknown lines change what a direction is measured by, and nothing else.
        np.testing.assert_allclose(all_of_them[0], some[0], atol=0.05)


if __name__ == "__main__":
    unittest.main()
