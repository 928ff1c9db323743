"""The generator of meanings: what it promises of labels, splits and form."""

from __future__ import annotations

import re
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from random import Random

from leastwise_training.documents import MEANINGS, Document
from leastwise_training.meanings import documents, downloads, escapes, exfiltration, images, miners, misspellings, permissions, places, roles, secrets, shells, verification, verification_shapes, vocabulary, wrappings
from leastwise_training.meanings.texts import labels_of
from leastwise_training.meanings.vocabulary import Choices

SPLITS = ("train", "validation", "test")
BINARY = Path.home() / ".cache/leastwise/target/release/leastwise"

OBVIOUS = {
    "command-downloads-and-executes": r"(?:curl|wget)[^|;&]*\| ?(?:sudo )?(?:ba)?sh\b(?! -c)",
    "command-disables-verification": r"curl (?:-\w+ )*-\w*k\w* |--no-check-certificate|insecure-skip-(?:tls-)?verify(?!=false)|StrictHostKeyChecking[= ]no|TLS_REJECT_UNAUTHORIZED=0",
    "command-opens-shell": r"bash -i|nc .*-e /bin|EXEC:|pty\.spawn|sshd -D|ttyd ",
    "command-makes-world-writable": r"chmod (?:-\w+ )*[0-7]?[0-7][0-7][2367] |chmod .*[ao]\+r?w|umask 0+(?![0-9])",
    "command-mines-cryptocurrency": r"stratum\d?\+|xmrig|--donate-level",
    "command-escapes-to-host": r"nsenter (?:-t ?1|--target)|chroot /host|/dev/sda|release_agent",
    "command-sends-credentials-out": r"env \| (?:nc|curl)|-d @/var/run/secrets|post-file=/",
    "secret-in-plain-text": r"://[\w.-]*:[^@/$()\s]{4,}@|BEGIN (?:\w+ )?PRIVATE KEY|\bghp_\w{30}|\bAKIA\w{16}(?=\s*$)|\bsk_live_",
}
"""Shapes so plain that a line with one must have the label: a guard against forgotten labels."""


def made(split: str, count: int = 1500, seed: int = 3) -> list[Document]:
    """Documents of a split."""
    return list(documents(split, count, seed))


class Meanings(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.made = {split: made(split) for split in SPLITS}

    def test_the_same_seed_makes_the_same_documents(self) -> None:
        self.assertEqual(made("train", 60, 5), made("train", 60, 5))
        self.assertNotEqual([it.text for it in made("train", 60, 5)], [it.text for it in made("train", 60, 6)])

    def test_labels_stand_on_lines_that_say_something(self) -> None:
        for split, several in self.made.items():
            for document in several:
                lines = document.text.split("\n")[:-1]
                self.assertEqual(document.split, split)
                self.assertLess(len(lines), 120)
                self.assertNotIn("---", lines)
                for at, label in document.labels:
                    self.assertIn(label, MEANINGS)
                    self.assertTrue(lines[at].strip(), document.text)
                self.assertEqual(len(document.labels), len(set(document.labels)))
                self.assertFalse({at for at, _ in document.labels} & set(document.unsure))

    def test_each_split_has_each_label_and_as_many_decoys(self) -> None:
        for several in self.made.values():
            found = Counter(label for document in several for label in {label for _, label in document.labels})
            for meaning in MEANINGS:
                self.assertGreater(found[meaning], 20, meaning)
            clean = sum(1 for document in several if not document.labels) / len(several)
            self.assertTrue(0.4 < clean < 0.6, clean)

    def test_harm_is_labelled_and_decoys_are_not(self) -> None:
        for several in self.made.values():
            for document in several:
                meaning, structure = document.family.split("/")[1:]
                found = {label for _, label in document.labels}
                if structure.startswith("decoy."):
                    self.assertFalse(found, document.text)
                else:
                    self.assertIn(meaning, found, document.text)

    def test_no_plain_shape_of_harm_lacks_its_label(self) -> None:
        for several in self.made.values():
            for document in several:
                labels = set(document.labels)
                for at, line in enumerate(document.text.split("\n")):
                    for label, shape in OBVIOUS.items():
                        if re.search(shape, line) and at not in document.unsure:
                            self.assertIn((at, label), labels, f"{label}: {line}")

    def test_an_image_that_everybody_knows_is_never_marked(self) -> None:
        known = {*images.KNOWN, *images.PATHS}
        for several in self.made.values():
            marked = [
                document.text.split("\n")[at]
                for document in several if document.family.startswith("meaning/image-imitates-known-name/")
                for at, label in document.labels if label == "image-imitates-known-name"
            ]
            self.assertGreater(len(marked), 50)
            for line in marked:
                name = re.split(r"[\s\"'=]+", line.split("@")[0].rstrip("\"' "))[-1]
                self.assertNotIn(name.rsplit(":", 1)[0], known, line)

    def test_a_list_of_images_marks_some_and_no_decoy(self) -> None:
        words = images.ImageWords(Random("list of images"), "train")
        for imitations in (0, 1, 3):
            for _ in range(40):
                whole = images.listed(words, imitations)
                self.assertEqual(bool(labels_of(whole.tree)), imitations > 0)
                self.assertIn(whole.structure, images.LISTS.of("train"))

    def test_splits_share_no_entry_of_a_list(self) -> None:
        modules = (vocabulary, downloads, escapes, exfiltration, images, miners, misspellings, permissions, places, roles, secrets, shells, verification, verification_shapes, wrappings)
        lists = [value for module in modules for value in vars(module).values() if isinstance(value, Choices)]
        self.assertGreater(len(lists), 60)
        for choices in lists:
            parts = [set(choices.of(split)) for split in SPLITS]
            self.assertTrue(all(parts))
            self.assertEqual(sum(map(len, parts)), len(set.union(*parts)))

    def test_no_wrong_key_is_both_trained_and_tested(self) -> None:
        def wrong(split: str) -> set[str]:
            lines = ((document.text.split("\n")[at], label) for document in self.made[split] for at, label in document.labels)
            return {line.strip(" -").split(":")[0].strip("\"'") for line, label in lines if label == "setting-misspelled" and "{" not in line}

        self.assertGreater(len(wrong("test")), 20)
        self.assertFalse(wrong("test") & wrong("train"))

    def test_structures_of_the_test_are_never_trained(self) -> None:
        def structures(split: str) -> set[str]:
            return {document.family.split("/", 2)[2] for document in self.made[split] if "." in document.family and "role" not in document.family and "policy" not in document.family}

        pods = {name for name in structures("test") if name.split(".")[0] in ("Pod", "Deployment", "DaemonSet", "CustomWorkload", "ScaledJob") and name.split(".")[1] in ("args", "probe", "pre-stop", "post-start")}
        self.assertTrue(pods)
        self.assertFalse(pods & structures("train"))

    @unittest.skipUnless(BINARY.exists(), "the checker is not built")
    def test_documents_are_yaml(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for split, several in self.made.items():
                for document in several[:150]:
                    Path(folder, f"{document.id}.yaml").write_text(document.text, encoding="utf-8")
            # What cannot be read holds no object, and is told so.
            result = subprocess.run([BINARY, "check", folder], capture_output=True, text=True, check=False)
            self.assertIn(result.returncode, (0, 1), result.stderr[:500])
            self.assertNotIn("without Kubernetes objects", result.stdout + result.stderr)
            self.assertNotIn("not judged", result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
