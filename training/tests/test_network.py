"""What the network sees of tokens, and that an adapted layer learns alike on a CPU, where its matrices are merged and may be bytes."""

from __future__ import annotations

import importlib.util
import unittest

if importlib.util.find_spec("torch") is None:
    raise unittest.SkipTest("needs PyTorch, which only a training run installs")

import torch

from leastwise_training.network import HIDDEN, Adapted, adapted, number_type, shown


class Words(unittest.TestCase):
    def test_a_hidden_token_is_any_word(self) -> None:
        embedding, any_word = torch.randn(5, 3), torch.randn(3)
        seen = shown(torch.tensor([[4, HIDDEN, 0]]), embedding, any_word)
        self.assertTrue(torch.equal(seen, torch.stack([embedding[4], any_word, embedding[0]])[None]))


class AdaptedLayers(unittest.TestCase):
    def test_they_compute_and_learn_what_their_formula_says(self) -> None:
        self._compare(in_bytes=False, within=0.01)

    def test_in_bytes_they_do_so_nearly(self) -> None:
        self._compare(in_bytes=True, within=0.03)

    def test_what_has_been_learned_is_looked_at_in_all_its_precision(self) -> None:
        (layer, _), states = self._layers(in_bytes=True)
        with torch.no_grad():
            (outcome,) = adapted(states, layer)
            wanted = states @ (layer.weights + (layer.up @ layer.down).to(states.dtype)).t()
        self.assertLess(_distance(outcome, wanted), 0.01 if states.dtype == torch.bfloat16 else 1e-5)

    def _compare(self, in_bytes: bool, within: float) -> None:
        layers, states = self._layers(in_bytes)
        learned = [torch.randn(2, 50, width).to(number_type()) for width in (24, 16)]
        outcomes = adapted(states, *layers)
        torch.autograd.backward(outcomes, learned)

        exact = states.detach().double().requires_grad_()
        for layer, outcome, taught in zip(layers, outcomes, learned, strict=True):
            down, up = (value.detach().double().requires_grad_() for value in (layer.down, layer.up))
            wanted = exact @ (layer.weights.double() + up @ down).t()
            wanted.backward(taught.double())
            self.assertLess(_distance(outcome.detach(), wanted.detach()), within)
            self.assertLess(_distance(layer.down.grad, down.grad), within)
            self.assertLess(_distance(layer.up.grad, up.grad), within)
        self.assertLess(_distance(states.grad, exact.grad), within)

    @staticmethod
    def _layers(in_bytes: bool) -> tuple[list[Adapted], torch.Tensor]:
        torch.manual_seed(1)
        layers = [Adapted(torch.randn(width, 40), rank=4) for width in (24, 16)]
        for layer in layers:
            layer.learns_in_bytes = in_bytes
            with torch.no_grad():
                layer.up.normal_()
        return layers, torch.randn(2, 50, 40).to(number_type()).requires_grad_()


def _distance(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found - wanted).norm() / wanted.norm())


if __name__ == "__main__":
    unittest.main()
