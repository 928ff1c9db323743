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


TEACH = f"""#!{sys.executable}
import json, pathlib, sys
arguments = sys.argv[1:]
if arguments[0] == "teach":
    taught = [pathlib.Path(argument).name for argument in arguments if argument.endswith(".yaml")]
    print(json.dumps(dict(measured=dict(files=dict(precision=1.0, recall=0.8)), taught=taught)))
    pathlib.Path("taught.json").write_text(json.dumps(taught))
else:
    taught = json.loads((pathlib.Path(arguments[1]) / "taught.json").read_text())
    name = arguments[arguments.index("--select") + 1]
    texts = {{path: path.read_text() for path in pathlib.Path(arguments[1]).glob("*.yaml")}}
    assert not set(taught) & {{path.name for path in texts}}, "tried on what it was taught by"
    told = [path for path, text in texts.items() if "told" in text]
    print(json.dumps([dict(filename=str(path), rule=name, location=dict(row=2)) for path in told]))
"""


def program(folder: str, text: str) -> Path:
    """A program that stands for the product's."""
    path = Path(folder) / "leastwise"
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


class Truths(unittest.TestCase):
    def test_each_file_is_judged_alone(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            with_limits, without = Path(folder) / "with.yaml", Path(folder) / "without.yaml"
            with_limits.write_text("limits: {cpu: 1}", encoding="utf-8")
            without.write_text("name: web", encoding="utf-8")
            truths = teaching._truths(program(folder, CHECK), [with_limits, without])
        self.assertEqual(truths["cpu-limit-missing"], {with_limits: set(), without: {3}})
        self.assertEqual(truths["priority-class-missing"], {with_limits: set(), without: set()})


class Teaching(unittest.TestCase):
    def test_what_was_learned_is_tried_on_other_files(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            truth: dict[Path, set[int]] = {}
            # Ten bad files and eight good ones: five of each are taught, so that five and three are tried.
            for number in range(18):
                is_bad = number < 10
                path = Path(folder) / f"{number:02}.yaml"
                is_told = number in (5, 6, 7, 8, 15)
                path.write_text("told" if is_told else "silent", encoding="utf-8")
                # One of the bad ones has it on another line than the one that is told.
                truth[path] = {4 if number == 8 else 2} if is_bad else set()
            found = teaching._teach(program(folder, TEACH), Path("model.gguf"), truth, "cpu-limit-missing")
        self.assertEqual(found.promised, (1.0, 0.8))
        self.assertEqual((found.precision, found.recall), (4 / 5, 4 / 5))
        self.assertEqual((found.line_precision, found.line_recall), (3 / 5, 3 / 5))


if __name__ == "__main__":
    unittest.main()
