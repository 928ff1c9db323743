"""Checks of the generator of manifests. Run in `training`: python -m unittest discover tests"""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from leastwise_training.generate import manifests

NAME = re.compile(r"^  name: ([a-z0-9-]+)$", re.MULTILINE)

RULE = re.compile(r"\bverbs['\"]?:")

KNOWN = re.compile(
    r"default$|(cluster-)?admin$|edit$|view$|kube-|etcd$|tiller|kubernetes-dashboard$|ingress-nginx-controller$|canal-config$|system:"
)
"""What is called the same everywhere."""


class Manifests(unittest.TestCase):
    def test_a_seed_gives_the_same_documents(self) -> None:
        first, again = list(manifests("train", 50, 7)), list(manifests("train", 50, 7))
        self.assertEqual(first, again)
        self.assertNotEqual(
            [document.text for document in first], [document.text for document in manifests("train", 50, 8)]
        )

    def test_splits_share_no_names_and_no_families(self) -> None:
        documents = {split: list(manifests(split, 400, 1)) for split in ("train", "validation", "test")}
        for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
            families = [{document.family for document in documents[split]} for split in (one, other)]
            self.assertEqual(families[0] & families[1], set())
            names = [
                set(NAME.findall("\n".join(document.text for document in documents[split]))) for split in (one, other)
            ]
            self.assertTrue(names[0] and names[1])
            shared = {name for name in names[0] & names[1] if not KNOWN.match(name)}
            self.assertEqual(shared, set())

    def test_roles_carry_many_rules_and_pods_are_long_as_often_as_real_ones(self) -> None:
        texts = {kind: [] for kind in ("Role", "ClusterRole", "Deployment")}
        for document in manifests("train", 1000, 2):
            texts.get(document.family.rsplit("-", 1)[0], []).append(document.text)
        roles = texts["Role"] + texts["ClusterRole"]
        self.assertGreater(sum(len(RULE.findall(text)) >= 6 for text in roles), len(roles) / 10)
        self.assertGreater(sum(text.count("\n") > 130 for text in texts["Deployment"]), len(texts["Deployment"]) / 8)

    def test_every_document_can_be_read(self) -> None:
        binary = shutil.which("leastwise")
        if binary is None:
            self.skipTest("the leastwise command is not on the path")
        with tempfile.TemporaryDirectory() as folder:
            for split in ("train", "test"):
                for document in manifests(split, 300, 3):
                    (Path(folder) / f"{document.id}.yaml").write_text(document.text, encoding="utf-8")
            result = subprocess.run(
                [binary, "check", folder, "--select", "all", "--model", "off"], capture_output=True, text=True, check=False
            )
        self.assertIn(result.returncode, (0, 1), result.stderr)
        self.assertEqual(result.stderr, "")


if __name__ == "__main__":
    unittest.main()
