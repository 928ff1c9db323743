"""What `teach` is measured by."""

import stat
import sys
import tempfile
import unittest
from pathlib import Path

from leastwise_training import teaching

CHECK = f"""#!{sys.executable}
import json, sys
paths = [argument for argument in sys.argv if argument.endswith(".yaml")]
found = [path for path in paths if "limits" not in open(path).read()]
# As of files that answer for each other: what one has, none misses.
found = found if len(found) == len(paths) else []
print(json.dumps([dict(filename=path, rule="cpu-limit-missing", location=dict(row=3)) for path in found]))
"""


class Truths(unittest.TestCase):
    def test_each_file_is_judged_alone(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "check"
            program.write_text(CHECK, encoding="utf-8")
            program.chmod(program.stat().st_mode | stat.S_IEXEC)
            with_limits, without = Path(folder) / "with.yaml", Path(folder) / "without.yaml"
            with_limits.write_text("limits: {cpu: 1}", encoding="utf-8")
            without.write_text("name: web", encoding="utf-8")
            truths = teaching._truths(program, [with_limits, without])
        self.assertEqual(truths["cpu-limit-missing"], {with_limits: set(), without: {3}})
        self.assertEqual(truths["priority-class-missing"], {with_limits: set(), without: set()})


if __name__ == "__main__":
    unittest.main()
