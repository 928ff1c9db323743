"""How weights are rounded."""

import unittest

import numpy as np

from leastwise_training.rounding import DAMPED, triangles


class Triangles(unittest.TestCase):
    def test_they_are_the_roots_of_what_the_inputs_of_a_span_have_in_common(self) -> None:
        inputs = np.random.default_rng(1).normal(size=(500, 8)) @ np.random.default_rng(2).normal(size=(8, 8))
        moments = inputs.T @ inputs
        found = triangles(moments, span=4)
        self.assertEqual(found.shape, (2, 10))
        scaled = moments / np.diag(moments).mean()
        for start, numbers in zip((0, 4), found, strict=True):
            upper = np.zeros((4, 4))
            upper[np.triu_indices(4)] = numbers
            within = scaled[start : start + 4, start : start + 4] + DAMPED * np.eye(4)
            np.testing.assert_allclose(upper.T @ upper @ within, np.eye(4), atol=1e-6)

    def test_what_is_lost_is_least_where_later_weights_make_up_for_it(self) -> None:
        inputs = np.random.default_rng(3).normal(size=(2000, 4)) @ (np.eye(4) + 0.8)
        numbers, weights = triangles(inputs.T @ inputs, span=4)[0], np.random.default_rng(4).normal(size=(50, 4))
        upper = np.zeros((4, 4))
        upper[np.triu_indices(4)] = numbers
        made_up = weights.copy()
        for column in range(4):
            rounded = np.rint(made_up[:, column])
            made_up[:, column:] -= np.outer((made_up[:, column] - rounded) / upper[column, column], upper[column, column:])
        lost = lambda rounded: np.square((rounded - weights) @ inputs.T).sum()  # noqa: E731
        np.testing.assert_allclose(made_up, np.rint(made_up), atol=1e-9)
        self.assertLess(lost(made_up), 0.75 * lost(np.rint(weights)))


if __name__ == "__main__":
    unittest.main()
