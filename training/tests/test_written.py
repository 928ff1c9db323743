"""What people wrote belongs to one split each, and its slots are filled anew at each reading."""

from __future__ import annotations

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from leastwise_training.written import UNREAD_FROM, documents

EXAMPLE = "# case: a listener\ncommand:\n- nc -l @host@\n# ^^^^^ command-opens-shell\n"


class Splits(unittest.TestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, number: int, examples: int) -> None:
        (self.folder / f"shells-{number}.yaml").write_text("---\n".join([EXAMPLE] * examples))

    def examples(self, split: str) -> set[str]:
        return {document.id.rpartition("/")[0] for document in documents(self.folder, split, seed=1)}

    def test_each_example_is_learned_from_or_looked_at(self) -> None:
        self.write(1, examples=60)
        train, validation = self.examples("train"), self.examples("validation")
        self.assertEqual(len(train) + len(validation), 60)
        self.assertFalse(train & validation)
        self.assertTrue(len(train) > len(validation) > 0)
        self.assertFalse(self.examples("test"))

    def test_the_newest_files_are_not_read_by_the_network(self) -> None:
        self.write(UNREAD_FROM, examples=60)
        self.assertFalse(self.examples("train"))
        self.assertEqual(len(self.examples("validation")), 60)

    def test_each_reading_has_other_words(self) -> None:
        self.write(1, examples=20)
        found = list(documents(self.folder, "train", seed=1))
        self.assertGreater(len({document.text for document in found}), len(self.examples("train")))
        self.assertTrue(all("@" not in document.text for document in found))
        self.assertEqual({document.labels[0] for document in found}, {(1, "command-opens-shell")})


if __name__ == "__main__":
    unittest.main()
