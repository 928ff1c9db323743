"""What the detector costs, in the product's own process on one thread."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from .worker import Worker

ROUNDS = 3
"""So often a process is started and each line edited, and the quickest counts: what else runs on the machine makes them slower, and
never quicker."""


@dataclass(frozen=True)
class Speed:
    """Seconds of the processor, bytes of memory and of the file."""

    cold: float
    """From the start of the process to the first answer."""
    edit: float
    """The median over edits of one line, anywhere in the document."""
    edit_worst: float
    memory: int
    file: int


def speed_of(program: Path, model: Path, document: Path) -> Speed:
    """Reads a document, then edits each of its lines in turn, and takes each edit back."""
    text = document.read_text(encoding="utf-8")
    colds, edits, memories = zip(*(_round(program, model, text) for _ in range(ROUNDS)))
    best = [min(times) for times in zip(*edits)]
    return Speed(min(colds), statistics.median(best), max(best), max(memories), model.stat().st_size)


def _round(program: Path, model: Path, text: str) -> tuple[float, list[float], int]:
    """The seconds of a start, those of an edit of each line, and the most bytes of memory, of one process."""
    lines = text.split("\n")
    with Worker(program, model) as worker:
        worker.probabilities(text, 0.5)
        cold = seconds_of(worker.process)
        edits = []
        for at, line in enumerate(lines):
            if line.strip():
                changed = "\n".join([*lines[:at], line + "x", *lines[at + 1 :]])
                before = seconds_of(worker.process)
                worker.probabilities(changed, 0.5)
                edits.append(seconds_of(worker.process) - before)
                worker.probabilities(text, 0.5)
        status = Path(f"/proc/{worker.process}/status").read_text()
        memory = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    return cold, edits, memory


def seconds_of(process: int) -> float:
    """The processor's time that a process and its threads have used."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
