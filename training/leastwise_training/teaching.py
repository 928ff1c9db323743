"""How well `leastwise teach` learns from five examples, on labels that the detector was never trained on.

The labels are pedantic rules, which the teacher does not teach; the documents are the generators' test split.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import generate

LABELS = (
    "cpu-limit-missing",
    "liveness-probe-missing",
    "image-digest-missing",
    "priority-class-missing",
    "container-port-unnamed",
)
"""Chosen before anything was measured: about what is missing and what is there, in pods and in containers."""

EXAMPLES = 5
TESTED = 40
"""Documents that have the label, and as many that do not, on which what was learned is tried."""


@dataclass(frozen=True)
class Taught:
    """What became of a label."""

    label: str
    promised: tuple[float, float]
    """Precision and recall over files as `teach` itself foretold them."""
    precision: float
    recall: float
    line_precision: float
    line_recall: float


def teach_all(program: Path, model: Path) -> Iterator[Taught]:
    """Teaches each label and tries it."""
    manifests = generate.manifests("test", 1500, seed=77)
    workloads = [document for document in manifests if "containers:" in document.text]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = [root / f"{document.id}.yaml" for document in workloads]
        for path, document in zip(paths, workloads, strict=True):
            path.write_text(document.text, encoding="utf-8")
        truths = _truths(program, paths)
        for label in LABELS:
            yield _teach(program, model, truths[label], label)


def _truths(program: Path, paths: list[Path]) -> dict[str, dict[Path, set[int]]]:
    """The lines of each label in each file, which is judged alone: a `LimitRange` or a `PriorityClass` beside it would answer for
    it, and whoever is taught sees nothing of them."""

    def of_one(path: Path) -> dict[str, set[int]]:
        found = _found(program, [path], ["--select", ",".join(LABELS), "--model", "off"])
        return {label: lines for (_, label), lines in found.items()}

    with ThreadPoolExecutor() as pool:
        found = dict(zip(paths, pool.map(of_one, paths), strict=True))
    return {label: {path: of_file.get(label, set()) for path, of_file in found.items()} for label in LABELS}


def _teach(program: Path, model: Path, truth: dict[Path, set[int]], label: str) -> Taught:
    bad = [path for path, lines in truth.items() if lines]
    good = [path for path, lines in truth.items() if not lines]
    name = f"our-{label}"
    taught, tried = bad[:EXAMPLES] + good[:EXAMPLES], bad[EXAMPLES:][:TESTED] + good[EXAMPLES:][:TESTED]
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "teach", name, "--bad", *taught[:EXAMPLES], "--good", *taught[EXAMPLES:], "--yes", "--json", "--model", model]
        answer = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False)
        measured = json.loads(answer.stdout)["measured"]["files"]
        for path in tried:
            (Path(folder) / path.name).write_bytes(path.read_bytes())
        found = _found(program, [Path(folder)], ["--select", name, "--model", str(model)])
    said = {path: found.get((path.name, name), set()) for path in tried}
    files = [(bool(truth[path]), bool(said[path])) for path in tried]
    hits = sum(have and told for have, told in files)
    lines = sum(len(truth[path] & said[path]) for path in tried)
    return Taught(
        label=label,
        promised=(measured["precision"] or 0.0, measured["recall"] or 0.0),
        precision=hits / max(sum(told for _, told in files), 1),
        recall=hits / max(sum(have for have, _ in files), 1),
        line_precision=lines / max(sum(len(said[path]) for path in tried), 1),
        line_recall=lines / max(sum(len(truth[path]) for path in tried), 1),
    )


def _found(program: Path, paths: list[Path], flags: list[str]) -> dict[tuple[str, str], set[int]]:
    """The lines by the file's name and the label."""
    command = [program, "check", *paths, *flags, "--format", "json", "--persona", "pedantic"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    found: dict[tuple[str, str], set[int]] = {}
    for finding in json.loads(answer.stdout):
        found.setdefault((Path(finding["filename"]).name, finding["rule"]), set()).add(finding["location"]["row"])
    return found
