"""What the detector costs, in the product's own process on one thread."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from .worker import Worker

LETTERS = "xyz"
"""The process is started, and each line edited, so often, and the quickest counts: what else runs on the machine makes them slower,
and never quicker. The letters differ, since what was read once is not read again."""


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
    lines = text.split("\n")
    cold = min(_cold(program, model, text) for _ in LETTERS)
    with Worker(program, model) as worker:
        worker.probabilities(text, 0.5)
        rounds: list[list[float]] = []
        for letter in LETTERS:
            edits = []
            for at in (at for at, line in enumerate(lines) if line.strip()):
                changed = "\n".join([*lines[:at], lines[at] + letter, *lines[at + 1 :]])
                before = seconds_of(worker.process)
                worker.probabilities(changed, 0.5)
                edits.append(seconds_of(worker.process) - before)
                worker.probabilities(text, 0.5)
            rounds.append(edits)
        best = [min(edits) for edits in zip(*rounds)]
        status = Path(f"/proc/{worker.process}/status").read_text()
        memory = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    return Speed(cold, statistics.median(best), max(best), memory, model.stat().st_size)


def _cold(program: Path, model: Path, text: str) -> float:
    with Worker(program, model) as worker:
        worker.probabilities(text, 0.5)
        return seconds_of(worker.process)


def seconds_of(process: int) -> float:
    """The processor's time that a process and its threads have used."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
