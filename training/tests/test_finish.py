"""Of a run that went on from an adapter, the network between both is kept."""

import importlib.util
import unittest

if importlib.util.find_spec("torch") is None:
    raise unittest.SkipTest("needs PyTorch, which only a training run installs")

import torch

from leastwise_training.finish import midway


class Midway(unittest.TestCase):
    def test_each_number_lies_halfway(self) -> None:
        found = midway({"a": torch.tensor([0.0, 4.0])}, {"a": torch.tensor([2.0, 2.0])})
        self.assertEqual(found["a"].tolist(), [1.0, 3.0])


if __name__ == "__main__":
    unittest.main()
