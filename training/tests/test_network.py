"""An adapted layer learns alike on a CPU, where its matrices are merged, and elsewhere."""

from __future__ import annotations

import importlib.util
import unittest

if importlib.util.find_spec("torch") is None:
    raise unittest.SkipTest("needs PyTorch, which only a training run installs")

import torch

from leastwise_training.network import Adapted, number_type


class AdaptedLayer(unittest.TestCase):
    def test_it_computes_and_learns_what_its_formula_says(self) -> None:
        torch.manual_seed(1)
        layer = Adapted(torch.randn(24, 40), rank=4)
        with torch.no_grad():
            layer.up.normal_()
        states = torch.randn(2, 50, 40).to(number_type()).requires_grad_()
        learned = torch.randn(2, 50, 24).to(number_type())
        outcome = layer(states)
        outcome.backward(learned)

        exact, down, up = (value.detach().double().requires_grad_() for value in (states, layer.down, layer.up))
        wanted = exact @ (layer.weights.double() + up @ down).t()
        wanted.backward(learned.double())
        for name, found, value in (
            ("outcome", outcome.detach(), wanted.detach()),
            ("states", states.grad, exact.grad),
            ("down", layer.down.grad, down.grad),
            ("up", layer.up.grad, up.grad),
        ):
            self.assertLess(float((found - value).norm() / value.norm()), 0.01, name)


if __name__ == "__main__":
    unittest.main()
