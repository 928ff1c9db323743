"""How agreement is measured, and probabilities made of scores."""

import unittest

import numpy as np
from leastwise_training.calibrate import (
    AS_IT_IS,
    LOWEST,
    MOST_UNEVEN,
    calibrate,
    calibration_error,
    even,
    logistic,
)
from leastwise_training.documents import MEANINGS, Document
from leastwise_training.figures import Judged, is_meaning, marked_line, new_lines, precision_at
from leastwise_training.measure import best_threshold, f_measure


class Measure(unittest.TestCase):
    def test_f_measure_counts(self) -> None:
        self.assertAlmostEqual(f_measure(8, 2, 2), 0.8)
        self.assertEqual(f_measure(0, 0, 5), 0)
        self.assertEqual(f_measure(0, 0, 0), 0)

    def test_lines_that_were_learned_word_for_word_are_told_apart(self) -> None:
        learned = {marked_line(Document("a", "written/a", "train", "verbs:\n- delete\n"), (1, MEANINGS[0]))}
        case = Document("b", "case/b", "test", "  - delete\n  - patch\n  - update\n")
        truth = {(line, MEANINGS[0]) for line in range(3)} | {(0, MEANINGS[1])}
        judged = [Judged(case, truth, said={(0, MEANINGS[0]), (1, MEANINGS[0])})]
        self.assertEqual(new_lines(judged, learned), (3, 1))

    def test_precision_is_told_where_recall_is_as_wanted(self) -> None:
        case = Document("b", "case/b", "test", "")
        truth = {(line, MEANINGS[0]) for line in range(5)}
        probabilities = {(0, MEANINGS[0]): 0.9, (7, MEANINGS[0]): 0.8, (1, MEANINGS[0]): 0.7, (2, MEANINGS[0]): 0.6}
        probabilities |= {(8, "host-network"): 0.95, (3, MEANINGS[0]): 0.5, (9, MEANINGS[0]): 0.4}
        judged = [Judged(case, truth, set(), probabilities)]
        self.assertEqual(precision_at(judged, is_meaning, 0.2), 1.0)
        self.assertEqual(precision_at(judged, is_meaning, 0.8), 0.8)
        # What is held for just as likely is told with it.
        equal = [Judged(case, truth, set(), {**probabilities, (10, MEANINGS[0]): 0.5})]
        self.assertEqual(precision_at(equal, is_meaning, 0.8), 4 / 6)
        # Never is so much told.
        self.assertEqual(precision_at(judged, is_meaning, 1.0), 0.0)

    def test_the_best_threshold_lies_between_what_it_parts(self) -> None:
        threshold, measure = best_threshold(np.array([0.1, 0.9, 0.4, 0.8]), np.array([False, True, False, True]))
        self.assertTrue(0.4 < threshold < 0.8)
        self.assertEqual(measure, 1.0)

    def test_equal_scores_are_not_parted(self) -> None:
        threshold, measure = best_threshold(np.array([0.5, 0.5, 0.1]), np.array([True, False, False]))
        self.assertLess(threshold, 0.5)
        self.assertAlmostEqual(measure, 2 / 3)

    def test_precision_can_count_more(self) -> None:
        scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
        truth = np.array([True, False, True, False, True])
        cautious, _ = best_threshold(scores, truth, beta=0.2)
        even, _ = best_threshold(scores, truth)
        self.assertGreater(cautious, even)


class Calibration(unittest.TestCase):
    def test_what_is_promised_comes_true(self) -> None:
        chance = np.random.default_rng(1)
        scores = chance.normal(size=(20_000, 1)) * 3
        # The scores are twice as sure as they should be, and too low.
        truth = (chance.random((20_000, 1)) < logistic(scores / 2 + 1)).astype(np.int8)
        (found,) = calibrate(scores, truth)
        self.assertAlmostEqual(found.scale, 0.5, delta=0.03)
        self.assertAlmostEqual(found.offset, 1.0, delta=0.08)
        probability = logistic(found.scale * scores[:, 0] + found.offset)
        self.assertLess(calibration_error(probability, truth[:, 0]), 0.02)
        self.assertGreater(calibration_error(logistic(scores[:, 0]), truth[:, 0]), 0.1)

    def test_a_small_group_counts_for_as_much_as_a_large_one(self) -> None:
        weights = even(np.array([0] * 300 + [1] * 100))
        self.assertAlmostEqual(weights[:300].sum(), weights[300:].sum())
        self.assertAlmostEqual(weights.mean(), 1.0)
        # But one alone does not outweigh all others.
        weights = even(np.array([0] * 1000 + [1]))
        self.assertAlmostEqual(weights[-1] / weights[0], MOST_UNEVEN / (1001 / 2 / 1000))

    def test_what_counts_more_is_met_better(self) -> None:
        # Of the first group one in two of these scores holds, of the second one in ten.
        scores = np.zeros((400, 1))
        truth = np.array([[1], [0]] * 100 + ([[1]] + [[0]] * 9) * 20)
        promised = lambda weights: logistic(np.array(calibrate(scores, truth, weights)[0].offset))  # noqa: E731
        self.assertAlmostEqual(promised(None), 0.3, delta=0.02)
        self.assertAlmostEqual(promised(np.array([1.8] * 200 + [0.2] * 200)), 0.46, delta=0.02)

    def test_a_rule_is_told_where_it_agrees_best(self) -> None:
        # Of the higher scores nearly all are true, of the lower ones somewhat less than half: told there rather than missed.
        scores = np.array([4.0] * 40 + [1.0] * 60 + [-4.0] * 200)[:, None]
        held = np.array([1] * 39 + [0] + [1] * 27 + [0] * 33 + [0] * 200, np.int8)[:, None]
        (found,) = calibrate(scores, held)
        self.assertLess(found.threshold, AS_IT_IS.threshold)

    def test_documents_of_each_kind_count_alike(self) -> None:
        # Of equal scores all are true in a hundred documents of one kind, and one in four in three hundred of another.
        kinds = np.array([0] * 100 + [1] * 300)
        held = np.concatenate([np.ones(100), np.arange(300) % 4 == 0]).astype(np.int8)[:, None]
        (found,) = calibrate(np.zeros((400, 1)), held, even(kinds))
        self.assertAlmostEqual(logistic(np.array(found.offset)), 0.625, delta=0.02)

    def test_what_nobody_knows_is_not_learned_from(self) -> None:
        scores = np.array([[3.0], [2.5], [-3.0], [-2.0]] * 20)
        truth = np.array([[1], [1], [0], [0]] * 20)
        blurred = np.concatenate([scores, np.full((500, 1), 5.0)])
        unknown = np.concatenate([truth, np.full((500, 1), -1)])
        self.assertEqual(calibrate(blurred, unknown), calibrate(scores, truth))

    def test_no_threshold_is_low_whatever_few_examples_say(self) -> None:
        scores = np.concatenate([np.full(20, -6.0), np.full(200, -9.0)])[:, None]
        truth = np.concatenate([np.ones(20), np.zeros(200)])[:, None]
        (found,) = calibrate(scores, truth)
        self.assertGreaterEqual(found.threshold, LOWEST)


if __name__ == "__main__":
    unittest.main()
