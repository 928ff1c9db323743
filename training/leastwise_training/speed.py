"""What the detector costs, in the product's own process on one thread."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass
from pathlib import Path

from .worker import Worker

TICKS = os.sysconf("SC_CLK_TCK")


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
    """Reads a document, then edits each of its lines in turn."""
    text = document.read_text(encoding="utf-8")
    with Worker(program, model) as worker:
        worker.probabilities(text, 0.5)
        cold = seconds_of(worker.process)
        edits = []
        lines = text.split("\n")
        for at, line in enumerate(lines):
            if line.strip():
                before = seconds_of(worker.process)
                changed = [*lines[:at], line + "x", *lines[at + 1 :]]
                worker.probabilities("\n".join(changed), 0.5)
                edits.append(seconds_of(worker.process) - before)
                worker.probabilities(text, 0.5)
        status = Path(f"/proc/{worker.process}/status").read_text()
        memory = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    return Speed(cold, statistics.median(edits), max(edits), memory, model.stat().st_size)


def seconds_of(process: int) -> float:
    """The processor's time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
