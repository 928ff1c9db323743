"""What is exported is what was trained: checked on a base model of a few numbers."""

import hashlib
import json
import tempfile
import unittest
from pathlib import Path

import gguf
import numpy as np

from leastwise_training.export import LINEAR, Label, Variant, gguf_order, read_adapter, write_adapter

WIDTH, HIDDEN, HEADS, KEY_HEADS, RANK = 8, 12, 2, 1, 3
SIZES = {
    "attn_q": (WIDTH, WIDTH),
    "attn_k": (WIDTH // 2, WIDTH),
    "attn_v": (WIDTH // 2, WIDTH),
    "attn_output": (WIDTH, WIDTH),
    "ffn_gate": (HIDDEN, WIDTH),
    "ffn_up": (HIDDEN, WIDTH),
    "ffn_down": (WIDTH, HIDDEN),
}


def write_base(path: Path) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_embedding_length(WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    for name, size in SIZES.items():
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros(size, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def variant(chance: np.random.Generator) -> Variant:
    return Variant(
        name="default",
        layers=2,
        labels=[Label("host-network", 0.6, 1.25, -0.5), Label("b", 0.5), Label("c", 0.5)],
        output_norm=chance.normal(size=WIDTH),
        label_rows=chance.normal(size=(3, WIDTH)),
        label_bias=chance.normal(size=3),
        state_mean=chance.normal(size=WIDTH),
        state_whitening=chance.normal(size=(WIDTH, WIDTH)),
    )


class Export(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base, self.path = Path(folder.name) / "base.gguf", Path(folder.name) / "adapter.gguf"
        write_base(self.base)
        self.chance = np.random.default_rng(5)
        self.lora = {
            (layer, name): (self.chance.normal(size=(RANK, inputs)), self.chance.normal(size=(outputs, RANK)))
            for layer in range(2)
            for name, (outputs, inputs) in SIZES.items()
        }

    def test_what_is_written_can_be_read(self) -> None:
        chosen = variant(self.chance)
        write_adapter(self.path, self.base, self.lora, 6.0, [chosen])
        reader = gguf.GGUFReader(self.path)
        field = lambda name: reader.fields[name].contents()  # noqa: E731
        self.assertEqual(field("adapter.type"), "leastwise-detector")
        self.assertEqual(field("adapter.lora.alpha"), 6.0)
        self.assertEqual(field("leastwise.base.sha256"), hashlib.sha256(self.base.read_bytes()).hexdigest())
        described = json.loads(field("leastwise.variants"))
        self.assertEqual([(found["name"], found["layers"]) for found in described], [("default", 2)])
        first = {"name": "host-network", "threshold": 0.6, "scale": 1.25, "offset": -0.5}
        self.assertEqual(described[0]["labels"][0], first)
        tensors = {tensor.name: tensor.data for tensor in reader.tensors}
        self.assertEqual(len(tensors), 2 * 2 * len(LINEAR) + 5)
        a, b = self.lora[1, "ffn_down"]
        np.testing.assert_array_equal(tensors["blk.1.ffn_down.weight.lora_a"], a.astype(np.float16))
        np.testing.assert_array_equal(tensors["blk.1.ffn_down.weight.lora_b"], b.astype(np.float16))
        np.testing.assert_array_equal(tensors["default.output_norm.weight"], chosen.output_norm.astype(np.float32))
        np.testing.assert_array_equal(tensors["default.label_rows"], chosen.label_rows.astype(np.float16))

    def test_roundings_are_written_beside_their_matrices(self) -> None:
        rounding = self.chance.normal(size=(2, 10))
        write_adapter(self.path, self.base, self.lora, 6.0, [variant(self.chance)], {(1, "ffn_up"): rounding})
        tensors = {tensor.name: tensor.data for tensor in gguf.GGUFReader(self.path).tensors}
        np.testing.assert_array_equal(tensors["blk.1.ffn_up.rounding"], rounding.astype(np.float16))

    def test_what_is_written_is_read_back(self) -> None:
        written = variant(self.chance)
        write_adapter(self.path, self.base, self.lora, 6.0, [written])
        lora, [found] = read_adapter(self.path, self.base)
        self.assertEqual(lora.keys(), self.lora.keys())
        for place, (a, b) in self.lora.items():
            # B takes up alpha / rank, which is 2; the file holds 16 bits.
            np.testing.assert_array_equal(lora[place][0], a.astype(np.float16))
            np.testing.assert_array_equal(lora[place][1], 2 * b.astype(np.float16).astype(np.float32))
        self.assertEqual((found.name, found.layers, found.labels), (written.name, written.layers, written.labels))
        for part in ("output_norm", "label_rows", "label_bias", "state_mean", "state_whitening"):
            np.testing.assert_allclose(getattr(found, part), getattr(written, part), rtol=1e-3, err_msg=part)

    def test_an_adapter_of_another_base_is_refused(self) -> None:
        write_adapter(self.path, self.base, self.lora, 6.0, [variant(self.chance)])
        with self.base.open("ab") as base:
            base.write(b"more")
        with self.assertRaisesRegex(ValueError, "another base model"):
            read_adapter(self.path, self.base)

    def test_queries_and_keys_are_rotated_alike_in_either_order(self) -> None:
        def halves(values: np.ndarray, position: int) -> np.ndarray:
            """The first of each two before the second of each two, as in training."""
            first, second = values.reshape(2, -1)
            angle = position * np.array([1.0, 0.1])
            cosine, sine = np.cos(angle), np.sin(angle)
            return np.concatenate([first * cosine - second * sine, second * cosine + first * sine])

        def neighbours(values: np.ndarray, position: int) -> np.ndarray:
            """Each two side by side, as in llama.cpp: a complex number that is turned."""
            turned = (values[0::2] + 1j * values[1::2]) * np.exp(1j * position * np.array([1.0, 0.1]))
            return np.stack([turned.real, turned.imag], axis=1).ravel()

        query, key = self.chance.normal(size=(2, WIDTH, WIDTH))
        state, other = self.chance.normal(size=(2, WIDTH))
        for head in range(HEADS):
            rows = slice(4 * head, 4 * head + 4)
            trained = halves((query @ state)[rows], 7) @ halves((key @ other)[rows], 3)
            turned = [(gguf_order(matrix, HEADS) @ vector)[rows] for matrix, vector in ((query, state), (key, other))]
            self.assertAlmostEqual(trained, neighbours(turned[0], 7) @ neighbours(turned[1], 3))

    def test_only_rows_of_queries_and_keys_are_put_in_order(self) -> None:
        write_adapter(self.path, self.base, self.lora, 6.0, [variant(self.chance)])
        tensors = {tensor.name: tensor.data for tensor in gguf.GGUFReader(self.path).tensors}
        for name in LINEAR:
            is_as_trained = np.array_equal(tensors[f"blk.0.{name}.weight.lora_b"], self.lora[0, name][1].astype(np.float16))
            self.assertEqual(is_as_trained, name not in ("attn_q", "attn_k"), name)

    def test_what_does_not_fit_is_refused(self) -> None:
        chosen = [variant(self.chance)]
        with self.assertRaisesRegex(ValueError, "missing or too many"):
            write_adapter(self.path, self.base, {(0, "attn_q"): self.lora[0, "attn_q"]}, 6.0, chosen)
        a, b = self.lora[0, "ffn_up"]
        with self.assertRaisesRegex(ValueError, "A of ffn_up in layer 0"):
            write_adapter(self.path, self.base, {**self.lora, (0, "ffn_up"): (a.T, b)}, 6.0, chosen)
        with self.assertRaisesRegex(ValueError, "too large"):
            write_adapter(self.path, self.base, {**self.lora, (0, "ffn_up"): (a * 1e6, b)}, 6.0, chosen)


if __name__ == "__main__":
    unittest.main()
