"""How well `leastwise teach` learns from five examples, on labels that the detector was never trained on.

The labels are pedantic rules, which the teacher does not teach; the documents are the generators' test split.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import generate
from .documents import Document

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
    documents = list(generate.manifests("test", 1500, seed=77))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for document in documents:
            (root / f"{document.id}.yaml").write_text(document.text, encoding="utf-8")
        workloads = [document for document in documents if "containers:" in document.text]
        for label in LABELS:
            yield _teach(program, model, root, workloads, label)


def _teach(program: Path, model: Path, root: Path, documents: list[Document], label: str) -> Taught:
    truth = _found(program, [root], ["--select", label, "--model", "off"], label)
    bad = [name for document in documents if truth.get(name := str(root / f"{document.id}.yaml"))]
    good = [name for document in documents if not truth.get(name := str(root / f"{document.id}.yaml"))]
    name = f"our-{label}"
    taught, tried = bad[:EXAMPLES] + good[:EXAMPLES], bad[EXAMPLES:][:TESTED] + good[EXAMPLES:][:TESTED]
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "teach", name, "--bad", *taught[:EXAMPLES], "--good", *taught[EXAMPLES:], "--yes", "--json", "--model", model]
        answer = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False)
        measured = json.loads(answer.stdout)["measured"]["files"]
        for path in tried:
            (Path(folder) / Path(path).name).write_bytes(Path(path).read_bytes())
        said = _found(program, [Path(folder)], ["--select", name, "--model", str(model)], name)
    said = {str(root / Path(path).name): lines for path, lines in said.items()}
    files = [(bool(truth.get(path)), bool(said.get(path))) for path in tried]
    hits = sum(have and told for have, told in files)
    lines = sum(len(truth.get(path, set()) & said.get(path, set())) for path in tried)
    return Taught(
        label=label,
        promised=(measured["precision"] or 0.0, measured["recall"] or 0.0),
        precision=hits / max(sum(told for _, told in files), 1),
        recall=hits / max(sum(have for have, _ in files), 1),
        line_precision=lines / max(sum(len(said.get(path, ())) for path in tried), 1),
        line_recall=lines / max(sum(len(truth.get(path, ())) for path in tried), 1),
    )


def _found(program: Path, paths: list[Path], flags: list[str], label: str) -> dict[str, set[int]]:
    command = [program, "check", *paths, *flags, "--format", "json", "--persona", "pedantic"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    found: dict[str, set[int]] = {}
    for finding in json.loads(answer.stdout):
        if finding["rule"] == label:
            found.setdefault(finding["filename"], set()).add(finding["location"]["row"])
    return found
