"""What users hear, as the report counts it."""

import unittest

from leastwise_training.documents import Document
from leastwise_training.teacher import Heard


class TestHeard(unittest.TestCase):
    def test_a_rule_tells_the_meaning_that_holds_or_one_too_many(self) -> None:
        text = "hostNetwrok: true\nspec:\n  hostPID: true\n  foo: bar\n"
        document = Document("a", "cases", "test", text, [(2, "setting-without-effect"), (0, "setting-misspelled")])
        settings = ["setting-misspelled", "setting-without-effect"]
        heard = Heard(marks={(1, "host-pid")}, meanings=[(0, settings), (2, settings), (3, settings)])
        by_rules = {(0, "setting-misspelled"), (2, "setting-without-effect"), (3, "setting-misspelled")}
        self.assertEqual(heard.told(document), {(1, "host-pid")} | by_rules)


if __name__ == "__main__":
    unittest.main()
